"""Reductions: sum, mean, max, min and prod, each with NumPy's keywords axis, keepdims, dtype, where, initial and out.

The primitives take `axis`, `keepdims`, `dtype` and `where`. What makes a reduction affine rather than linear, `initial`,
is added or multiplied to the result, so it may be traced; for max and min it is one more candidate, a constant.
"""

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..errors import UnsupportedError
from ..primitive import general, linear
from ..tracer import Tracer, implements, unwrap
from .keywords import given, into, is_given

__all__ = ["count_along", "expanded", "spread"]


# -- the way back: over the axes that were reduced ---------------------------------------------------------------------


def expanded(reduced, axis, keepdims):
    """A reduced array with the axes that were reduced, of length one, so that it broadcasts with the whole."""
    return reduced if axis is None or keepdims else np.expand_dims(reduced, axis)


def spread(c, shape, axis, keepdims):
    """A reduced array, repeated along the axes that were reduced: a read-only view, not a copy."""
    if c.__class__ is np.float64:  # np.broadcast_to, in a tenth of its time
        return np.ndarray(shape, np.float64, c, 0, (0,) * len(shape))
    return np.broadcast_to(expanded(c, axis, keepdims), shape)


def count_along(shape, axis, where=True):
    """How many entries of an array of this shape go into one of the reduced array: a number, or an array for a mask."""
    if where is not True:
        return np.sum(np.broadcast_to(where, shape), axis=axis, keepdims=True)
    count = 1
    for k in range(len(shape)) if axis is None else normalize_axis_tuple(axis, len(shape)):
        count *= shape[k]
    return count


# -- sum and mean ------------------------------------------------------------------------------------------------------


def _sum_transpose(c, x, axis=None, keepdims=False, dtype=None, where=True):
    whole = spread(c, x.shape, axis, keepdims)
    return whole if where is True else np.where(where, whole, 0)


def _mean_transpose(c, x, axis=None, keepdims=False, dtype=None, where=True):
    count = count_along(x.shape, axis, where)
    if where is True:
        return spread(c / (count or 1), x.shape, axis, keepdims)
    return np.where(where, expanded(c, axis, keepdims) / np.maximum(count, 1), 0)


_sum = linear(np.sum, _sum_transpose)
_mean = linear(np.mean, _mean_transpose)


@implements(np.sum)
def sum_(x, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    if dtype is None and out is None and initial is None and where is True and keepdims is False:
        return _sum(x, axis=axis)
    x, keywords = _prepare(x, axis, dtype, keepdims, where)
    total = _sum(x, **keywords)
    return into(out, total + initial if is_given(initial) else total)


@implements(np.mean)
def mean(x, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    x, keywords = _prepare(x, axis, dtype, keepdims, where)
    return into(out, _mean(x, **keywords))


def _prepare(x, axis, dtype, keepdims, where):
    """The array in the dtype asked for, and the keywords that a primitive takes."""
    if dtype is not None:
        if np.dtype(dtype).kind not in "fc":
            x = x.astype(dtype)  # untraced: its derivative is zero
        elif np.dtype(dtype).kind == "f" and x.dtype.kind == "c":
            raise UnsupportedError.keyword("a reduction", f"dtype={dtype!r} drops the imaginary part; take x.real")
    return x, given(axis=axis, dtype=dtype) | _flags(keepdims, where)


def _flags(keepdims, where):
    flags = {}
    if is_given(keepdims) and keepdims:
        flags["keepdims"] = True
    if is_given(where) and where is not True:
        flags["where"] = unwrap(where)
    return flags


# -- max and min: what is chosen by the maximum shares it evenly ---------------------------------------------------------


def _shares(x, ans, axis, keepdims, initial, where):
    """Where x was chosen, and among how many; `initial` is one more candidate. A nan is what nan was chosen from."""
    ans = unwrap(expanded(ans, axis, keepdims))
    x = unwrap(x)
    chosen = np.equal(x, ans)
    if np.any(np.isnan(ans)):
        chosen |= np.isnan(x) & np.isnan(ans)
    if where is not True:
        chosen &= where
    count = np.sum(chosen, axis=axis, keepdims=True)
    if initial is not None:
        count = count + np.equal(initial, ans)
    return chosen, np.maximum(count, 1).astype(ans.dtype)


def _extremum_jvp(dx, ans, x, axis=None, keepdims=False, initial=None, where=True):
    chosen, count = _shares(x, ans, axis, keepdims, initial, where)
    return np.sum(np.where(chosen, dx, 0) / count, axis=axis, keepdims=keepdims)


def _extremum_vjp(ans, x, axis=None, keepdims=False, initial=None, where=True):
    chosen, count = _shares(x, ans, axis, keepdims, initial, where)
    return lambda c: np.where(chosen, expanded(c, axis, keepdims) / count, 0)


def _extremum(function):
    primitive = general(function, _extremum_jvp, _extremum_vjp)

    @implements(function)
    def extremum(x, axis=None, out=None, keepdims=False, initial=None, where=True):
        if isinstance(initial, Tracer):
            raise UnsupportedError.argument(f"np.{function.__name__}", "'initial'")
        return into(out, primitive(x, **given(axis=axis, initial=initial), **_flags(keepdims, where)))


_extremum(np.max)
_extremum(np.min)


@implements(np.ptp)
def ptp(x, axis=None, out=None, keepdims=False):
    return into(out, np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims))


# -- prod: without division, so that it is exact where entries are zero -------------------------------------------------


def _products_of_others(x, axis):
    """For each entry, the product of the others along the axes: of those before it and of those after it."""
    axes = tuple(range(x.ndim)) if axis is None else normalize_axis_tuple(axis, x.ndim)
    last = tuple(range(x.ndim - len(axes), x.ndim))
    moved = np.moveaxis(x, axes, last)
    rows = np.reshape(moved, (*moved.shape[: x.ndim - len(axes)], count_along(x.shape, axes)))  # (..., reduced)
    products = _products_before(rows) * np.flip(_products_before(np.flip(rows, -1)), -1)
    return np.moveaxis(np.reshape(products, moved.shape), last, axes)


def _products_before(rows):
    ones = np.ones_like(unwrap(rows)[..., :1])
    return np.cumprod(np.concatenate([ones, rows[..., :-1]], axis=-1), axis=-1)


def _prod_jvp(dx, ans, x, axis=None, keepdims=False):
    return np.sum(dx * _products_of_others(x, axis), axis=axis, keepdims=keepdims)


def _prod_vjp(ans, x, axis=None, keepdims=False):
    return lambda c: expanded(c, axis, keepdims) * _products_of_others(x, axis)


_prod = general(np.prod, _prod_jvp, _prod_vjp)


@implements(np.prod)
def prod(x, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    x, keywords = _prepare(x, axis, dtype, keepdims, where)
    if keywords.pop("dtype", None) is not None:
        x = x.astype(dtype)
    if "where" in keywords:
        x = np.where(keywords.pop("where"), x, 1)
    product = _prod(x, **keywords)
    return into(out, product * initial if is_given(initial) else product)
