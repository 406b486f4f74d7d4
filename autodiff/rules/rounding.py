"""Whole numbers, which are constant wherever they have a derivative, and what is left of a number beside them."""

import numpy as np

from ..primitive import Elementwise, constant
from ..tracer import implements, ufuncs
from .keywords import into

_round = constant(np.round)
_fix = constant(np.fix)


@implements(np.round, np.around)
def round_(a, decimals=0, out=None):
    return into(out, _round(a, decimals))


@implements(np.fix)
def fix(x, out=None):
    return into(out, _fix(x))


# -- ufuncs with two results -------------------------------------------------------------------------------------------

_fraction = Elementwise(lambda x: np.modf(x)[0], (1,), name="modf")
_exponent = constant(lambda x: np.frexp(x)[1], name="frexp")


def modf(x):
    """The fractional part, and the whole part with the same sign."""
    return _fraction(x), np.trunc(x)


def frexp(x):
    """Mantissa and exponent: x = mantissa · 2^exponent."""
    exponent = _exponent(x)
    return np.ldexp(x, -exponent), exponent


def divmod_(x, y):
    return np.floor_divide(x, y), np.remainder(x, y)


ufuncs.update({np.modf: modf, np.frexp: frexp, np.divmod: divmod_})
