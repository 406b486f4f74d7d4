"""Modulus, sign, conjugate, parts and angle of complex numbers.

These are linear over the real numbers only, or not analytic. Cotangents are paired by Re(sum(c * J v)), so a rule is
found by writing that as Re(sum(g * v)): g is the cotangent of z.
"""

import math

import numpy as np

from ..errors import UnsupportedError
from ..primitive import View, constant, elementwise, linear
from ..tracer import dtype_of, implements, shape_of, ufuncs


def _is_complex(z):
    return dtype_of(z).kind == "c"


# -- modulus and sign: 0 where z is 0 ----------------------------------------------------------------------------------


def _without_zero(modulus):
    return np.where(np.equal(modulus, 0), np.inf, modulus)


def _conjugate_sign(z):
    """conj(z) / |z|, since d|z| = Re(conj(z) dz) / |z|."""
    return np.conjugate(z) / _without_zero(np.absolute(z)) if _is_complex(z) else _sign(z)


absolute = elementwise(np.absolute, lambda x: _conjugate_sign(x), scalar=abs)
_sign = constant(np.sign)


def sign(z):
    """z / |z|, which is constant for real numbers only."""
    return z / _without_zero(np.absolute(z)) if _is_complex(z) else _sign(z)


ufuncs[np.sign] = sign

# -- conjugate and parts -----------------------------------------------------------------------------------------------


def _part(name, transpose):
    def part(z):
        if not _is_complex(z):  # assignment to a view asks which entries of its base it is made of
            raise UnsupportedError(
                f"the {name} part of a traced complex array cannot be assigned to: assign to the array itself, "
                "`z[...] = real + 1j * imag`"
            )
        return getattr(z, name)

    return View(part, (transpose,), name=name)


conjugate = linear(np.conjugate, lambda c, z: np.conjugate(c))
_real = _part("real", lambda c, z: c)
_imag = _part("imag", lambda c, z: -1j * c)


@implements(np.real)
def real(val):
    return _real(val) if _is_complex(val) else val


@implements(np.imag)
def imag(val):
    return _imag(val) if _is_complex(val) else np.zeros(shape_of(val), dtype_of(val))[()]


@implements(np.real_if_close)
def real_if_close(a, tol=100):
    if not _is_complex(a):
        return a
    if tol > 1:
        tol = np.finfo(dtype_of(a)).eps * tol
    return np.real(a) if np.all(np.less(np.absolute(np.imag(a)), tol)) else a


# -- angle -------------------------------------------------------------------------------------------------------------


@implements(np.angle)
def angle(z, deg=False):
    result = np.arctan2(np.imag(z), np.real(z))
    return result * (180 / math.pi) if deg else result
