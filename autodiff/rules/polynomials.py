"""Polynomials: their products (convolution), their values, their matrices, and the piecewise linear interpolant."""

import numpy as np

from ..errors import UnsupportedError
from ..primitive import Bilinear
from ..tracer import Tracer, dtype_of, implements, shape_of, unwrap
from .hermitian import conjugate

__all__ = []


# -- convolution: the transpose slides the other factor, reversed, over the cotangent of the full product --------------


def _full(c, m, n, mode):
    """The cotangent of the full convolution, of length m + n - 1: zero where `mode` cut it off."""
    short = min(m, n)
    start = {"full": 0, "same": (short - 1) // 2, "valid": short - 1}[mode]
    end = m + n - 1 - start - shape_of(c)[0]
    return np.concatenate([np.zeros(start, dtype_of(c)), c, np.zeros(end, dtype_of(c))]) if start or end else c


def _convolve_left(c, x, y, mode):
    return np.convolve(_full(c, x.size, y.size, mode), y[::-1], "valid")


def _convolve_right(c, x, y, mode):
    return np.convolve(_full(c, x.size, y.size, mode), x[::-1], "valid")


_convolve = Bilinear(np.convolve, _convolve_left, _convolve_right)


def _as_vector(x):
    return x if shape_of(x) else np.reshape(x, 1)


def _require_mode(mode, name):
    if mode not in ("full", "same", "valid"):
        raise UnsupportedError.keyword(name, f"mode={mode!r} is none of 'full', 'same', 'valid'")


@implements(np.convolve)
def convolve(a, v, mode="full"):
    _require_mode(mode, "np.convolve")
    return _convolve(_as_vector(a), _as_vector(v), mode=mode)


@implements(np.correlate)
def correlate(a, v, mode="valid"):
    _require_mode(mode, "np.correlate")
    a, v = _as_vector(a), _as_vector(v)
    if shape_of(v) > shape_of(a):  # NumPy's middle part, "same", is that of the two exchanged
        return conjugate(correlate(v, a, mode))[::-1]
    return _convolve(a, conjugate(v)[::-1], mode=mode)


# -- values ------------------------------------------------------------------------------------------------------------


@implements(np.polyval)
def polyval(p, x):
    """p[0] x^n + p[1] x^(n-1) + ... + p[n], by Horner's rule."""
    if isinstance(x, np.poly1d):
        raise UnsupportedError.keyword("np.polyval", "x is a polynomial")
    p = p.coeffs if isinstance(p, np.poly1d) else p
    y = np.zeros(shape_of(x), dtype_of(x))
    for k, coefficient in enumerate(p):
        y = (y * x if k else y) + coefficient
    return y


@implements(np.vander)
def vander(x, N=None, increasing=False):
    if len(shape_of(x)) != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    dtype = np.promote_types(dtype_of(x), int)
    exponents = np.arange(len(x) if N is None else N, dtype=dtype)
    return np.power(x.astype(dtype)[:, None], exponents if increasing else exponents[::-1])


# -- interpolation -----------------------------------------------------------------------------------------------------


@implements(np.interp)
def interp(x, xp, fp, left=None, right=None, period=None):
    """At a data point, where the slope jumps, the derivative is that of the piece to the right of it."""
    x, xp, fp = _in_double(x), _in_double(xp), _in_double(fp)
    if len(shape_of(xp)) != 1 or len(shape_of(fp)) != 1:
        raise ValueError("Data points must be 1-D sequences")
    if shape_of(xp) != shape_of(fp):
        raise ValueError("fp and xp are not of the same length")
    if period is not None:
        x, xp, fp, left, right = *_unrolled(x, xp, fp, period), None, None
    if shape_of(fp) == (1,):
        inside = fp[0]
    else:
        piece = np.searchsorted(unwrap(xp), unwrap(x), side="right") - 1
        piece = np.clip(piece, 0, shape_of(fp)[0] - 2)
        x0, f0 = xp[piece], fp[piece]
        inside = f0 + (fp[piece + 1] - f0) * ((x - x0) / (xp[piece + 1] - x0))
    below = np.where(x < xp[0], fp[0] if left is None else left, inside)
    return np.where(x > xp[-1], fp[-1] if right is None else right, below)


def _in_double(x):
    """x in double precision, in which np.interp computes."""
    dtype = np.complex128 if dtype_of(x).kind == "c" else np.float64
    if isinstance(x, Tracer):
        return x if x.dtype == dtype else x.astype(dtype)
    return np.asarray(x, dtype)


def _unrolled(x, xp, fp, period):
    """x in the first period, and the sorted data points of it with one neighbour on either side."""
    if unwrap(period) == 0:
        raise ValueError("period must be a non-zero value")
    period = abs(period)
    x, xp = x % period, xp % period
    order = np.argsort(unwrap(xp))
    xp, fp = xp[order], fp[order]
    return x, np.concatenate([xp[-1:] - period, xp, xp[:1] + period]), np.concatenate([fp[-1:], fp, fp[:1]])
