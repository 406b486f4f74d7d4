"""The table of counterparts: for each NumPy function the same function of SymPy expressions.

Entries that decide by value, as np.remainder does by the quotient rounded down, are those of the branch that is taken
at the point where the tape was recorded: they get the values beside the expressions. So does nothing else.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from functools import cache

import numpy as np
from numpy._core.umath import clip  # pyright: ignore[reportAttributeAccessIssue] (np.clip ends in it; it is private)

__all__ = ["branches", "elementwise", "exactly", "key_of", "of_family"]


_OUR_PACKAGE = __name__.partition(".")[0] + "."


def key_of(primitive):
    """What the tables list a primitive by: the function that it evaluates; its name, where that function is ours."""
    return primitive.name if _is_ours(primitive) else primitive.function


def _is_ours(primitive):
    return (getattr(primitive.function, "__module__", None) or "").startswith(_OUR_PACKAGE)


@cache
def elementwise():
    """ufunc (or function that broadcasts like one) -> function of expressions."""
    import sympy as sp

    log2 = sp.log(2)
    return {
        np.add: lambda x, y: x + y,
        np.subtract: lambda x, y: x - y,
        np.negative: lambda x: -x,
        np.positive: lambda x: x,
        np.multiply: lambda x, y: x * y,
        np.divide: lambda x, y: x / y,
        np.reciprocal: lambda x: 1 / x,
        np.square: lambda x: x**2,
        np.power: lambda x, y: x**y,
        np.sqrt: sp.sqrt,
        np.exp: sp.exp,
        np.exp2: lambda x: 2**x,
        np.expm1: lambda x: sp.exp(x) - 1,
        np.log: sp.log,
        np.log2: lambda x: sp.log(x) / log2,
        np.log10: lambda x: sp.log(x) / sp.log(10),
        np.log1p: lambda x: sp.log(1 + x),
        np.logaddexp: lambda x, y: sp.log(sp.exp(x) + sp.exp(y)),
        np.logaddexp2: lambda x, y: sp.log(2**x + 2**y) / log2,
        np.sin: sp.sin,
        np.cos: sp.cos,
        np.tan: sp.tan,
        np.arcsin: sp.asin,
        np.arccos: sp.acos,
        np.arctan: sp.atan,
        np.arctan2: sp.atan2,
        np.hypot: lambda x, y: sp.sqrt(x**2 + y**2),
        np.degrees: lambda x: x * 180 / sp.pi,
        np.radians: lambda x: x * sp.pi / 180,
        np.sinh: sp.sinh,
        np.cosh: sp.cosh,
        np.tanh: sp.tanh,
        np.arcsinh: sp.asinh,
        np.arccosh: sp.acosh,
        np.arctanh: sp.atanh,
        np.maximum: sp.Max,
        np.minimum: sp.Min,
        np.fmax: sp.Max,
        np.fmin: sp.Min,
        clip: lambda x, low, high: sp.Min(sp.Max(x, low), high),
        np.absolute: sp.Abs,
        np.fabs: sp.Abs,
        np.conjugate: sp.conjugate,
        np.real: sp.re,
        np.imag: sp.im,
        np.sinc: lambda x: sp.sinc(sp.pi * x),
        np.i0: lambda x: sp.besseli(0, x),
        np.ldexp: lambda x, n: x * 2**n,
    }


@cache
def branches():
    """ufunc -> function of expressions followed by their values: the expression of the branch taken there."""
    import sympy as sp

    third = sp.Rational(1, 3)
    return {
        "modf": lambda x, at_x: x - int(at_x),
        np.cbrt: lambda x, at_x: x**third if at_x >= 0 else -((-x) ** third),
        np.remainder: lambda x, y, at_x, at_y: x - y * _quotient(at_x, at_y, math.floor),
        np.fmod: lambda x, y, at_x, at_y: x - y * _quotient(at_x, at_y, math.trunc),
        np.copysign: lambda x, y, at_x, at_y: sp.Abs(x) * (-1 if np.signbit(at_y) else 1),
        np.heaviside: lambda x, h, at_x, at_h: h if at_x == 0 else sp.Integer(at_x > 0),
        np.nextafter: lambda x, y, at_x, at_y: x + exactly(np.nextafter(at_x, at_y) - at_x),
    }


def of_family(primitive):
    """The counterpart of a derivative of np.sinc, or of a modified Bessel function; None for any other primitive."""
    import sympy as sp

    if not _is_ours(primitive):
        return None
    if found := re.fullmatch(r"sinc_derivative_(\d+)", primitive.name):
        order, t = int(found[1]), sp.Dummy(real=True)
        return lambda x: sp.diff(sp.sinc(sp.pi * t), t, order).subs(t, x)
    if found := re.fullmatch(r"i(\d+)", primitive.name):
        return lambda x: sp.besseli(int(found[1]), x)
    return None


def _quotient(x, y, whole):
    """The whole part of x / y, of the exact quotient of the two floats."""
    import sympy as sp

    if not (math.isfinite(x) and math.isfinite(y) and y):
        return sp.nan
    return sp.Integer(whole(Fraction(float(x)) / Fraction(float(y))))


@cache
def _known_constants():
    import sympy as sp

    return {math.pi: sp.pi, -math.pi: -sp.pi, math.e: sp.E, -math.e: -sp.E}


def exactly(x):
    """A number as a SymPy number of the same value: np.pi and np.e as the constants that they stand for.

    >>> exactly(0.5), exactly(3.0), exactly(np.pi), exactly(0.1)
    (1/2, 3, pi, 0.100000000000000)
    """
    import sympy as sp

    if isinstance(x, sp.Basic):
        return x
    if isinstance(x, bool | np.bool | int | np.integer):
        return sp.Integer(int(x))
    if isinstance(x, complex | np.complexfloating):
        return exactly(float(x.real)) + sp.I * exactly(float(x.imag))
    x = float(x)
    if x in _known_constants():
        return _known_constants()[x]
    if math.isfinite(x) and x.as_integer_ratio()[1] <= 2**10 and abs(x) < 2**53:
        return sp.Rational(*x.as_integer_ratio())
    return sp.Float(x)
