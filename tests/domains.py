"""Where each elementwise primitive is differentiable, as points to test it at: the whole of it, up to its borders.

Left out are kinks and jumps, whose conventions have tests of their own, and numbers whose squares or cubes overflow or
underflow in a derivative of two arguments.
"""

import math
from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy._core.umath import clip

MAGNITUDES = (
    1e-300,
    1e-150,
    1e-20,
    1e-8,
    1e-3,
    0.1,
    0.3,
    0.5,
    0.9,
    1,
    1.5,
    2,
    3,
    10,
    17.3,
    30,
    100,
    700,
    1e5,
    1e20,
    1e150,
    1e300,
)
JUST_BELOW_ONE = tuple(1 - d for d in (1e-5, 1e-10, 1e-15, 2**-53))

POSITIVE = np.array(MAGNITUDES)
NOT_ZERO = np.concatenate([-POSITIVE, POSITIVE])
LINE = np.append(NOT_ZERO, 0.0)
UNIT = np.array([sign * x for sign in (-1, 1) for x in (*[x for x in MAGNITUDES if x < 1], *JUST_BELOW_ONE)] + [0.0])
ABOVE_ONE = np.array([x for x in MAGNITUDES if x > 1] + [1 + 2**-52, 1 + 1e-15, 1 + 1e-10, 1 + 1e-5])
ABOVE_MINUS_ONE = np.concatenate([POSITIVE, UNIT])

_MODERATE = np.array([1e-50, 1e-20, 1e-3, 0.3, 0.5, 1, 1.5, 3, 30, 700, 1e5, 1e20, 1e50])
PLANE = np.array(list(product(np.concatenate([-_MODERATE, _MODERATE]), repeat=2))).T
_EXPONENTS = np.array([-30, -7.25, -1.5, -1, -0.3, -1e-3, 0, 1e-3, 0.3, 0.5, 1, 1.5, 2, 3, 7.25])
_BASES = np.array([1e-50, 1e-20, 1e-3, 0.3, 1, 1.5, 3, 30, 1e5, 1e20, 1e50])
_SMALL = np.array([-30.5, -7.25, -1.1, -0.3, 0.2, 0.7, 1.6, 12.3])


def _nothing(order, derivative, *points):
    return 0.0


class Domain(NamedTuple):
    """Points, one array for each argument, and how far rounding may take the derivative there beyond a few units."""

    points: tuple
    rounding: Callable = _nothing  # (order, exact derivative, *points) -> absolute error, in units of rounding
    reason: str = ""


def on(*points, rounding=_nothing, reason=""):
    return Domain(tuple(points), rounding, reason)


def _distinct(*arrays):
    x, y = arrays[:2]
    return tuple(array[x != y] for array in arrays)


DOMAINS = {
    # one argument
    np.negative: on(LINE),
    np.positive: on(LINE),
    np.square: on(LINE),
    np.reciprocal: on(NOT_ZERO),
    np.sqrt: on(POSITIVE),
    np.cbrt: on(NOT_ZERO),
    np.exp: on(LINE),
    np.exp2: on(LINE),
    np.expm1: on(LINE),
    np.log: on(POSITIVE),
    np.log2: on(POSITIVE),
    np.log10: on(POSITIVE),
    np.log1p: on(ABOVE_MINUS_ONE),
    np.sin: on(LINE),
    np.cos: on(LINE),
    np.tan: on(LINE),
    np.arcsin: on(UNIT),
    np.arccos: on(UNIT),
    np.arctan: on(LINE),
    np.degrees: on(LINE),
    np.radians: on(LINE),
    np.sinh: on(LINE),
    np.cosh: on(LINE),
    np.tanh: on(LINE, rounding=lambda order, d, x: 2 * order, reason="1 - ans², where ans is 1 up to a unit"),
    np.arcsinh: on(LINE),
    np.arccosh: on(ABOVE_ONE),
    np.arctanh: on(UNIT),
    np.absolute: on(NOT_ZERO),
    np.fabs: on(NOT_ZERO),
    np.sinc: on(
        NOT_ZERO[(np.abs(NOT_ZERO) > 1e-100) & (np.abs(NOT_ZERO) < 1e3)],
        rounding=lambda order, d, x: 4 * math.pi ** (order + 1),
        reason="a unit of the phase pi x times the next derivative, which is of the size of 1 / x",
    ),
    np.i0: on(LINE[(np.abs(LINE) < 701) & (np.abs(LINE) != 1e-300)]),
    # two arguments
    np.add: on(*PLANE),
    np.subtract: on(*PLANE),
    np.multiply: on(*PLANE),
    np.divide: on(*PLANE),
    np.power: on(
        *np.array(list(product(_BASES, _EXPONENTS))).T,
        rounding=lambda order, d, x, y: 2 * order * abs(d * np.log(x)) + 8 * (order - 1) * x ** (y - 1),
        reason="a unit of the exponent y - 1 is log x units of the power; 1 + y log x may cancel",
    ),
    np.remainder: on(*np.array(list(product(_SMALL, repeat=2))).T),
    np.fmod: on(*np.array(list(product(_SMALL, repeat=2))).T),
    np.logaddexp: on(
        *PLANE[:, np.abs(PLANE).max(axis=0) < 1e6],
        rounding=lambda order, d, x, y: order * abs(d * (x - y)),
        reason="a unit of x - y is that many units of its exponential",
    ),
    np.logaddexp2: on(
        *PLANE[:, np.abs(PLANE).max(axis=0) < 1e6],
        rounding=lambda order, d, x, y: order * abs(d * (x - y)),
        reason="as for logaddexp",
    ),
    np.hypot: on(
        *PLANE,
        rounding=lambda order, d, x, y: 8 * (order - 1) / np.hypot(x, y),
        reason="1/r - x²/r³ cancels where x is nearly r",
    ),
    np.arctan2: on(
        *PLANE,
        rounding=lambda order, d, x, y: 8 * (order - 1) / np.hypot(x, y) ** 2,
        reason="1/r² - 2x²/r⁴ cancels on the diagonals",
    ),
    np.maximum: on(*_distinct(*PLANE)),
    np.minimum: on(*_distinct(*PLANE)),
    np.fmax: on(*_distinct(*PLANE)),
    np.fmin: on(*_distinct(*PLANE)),
    np.copysign: on(*PLANE),
    np.nextafter: on(*_distinct(*PLANE)),
    np.heaviside: on(*np.array(list(product(_SMALL, repeat=2))).T),
    # three
    clip: on(*np.array([p for p in product((-2.5, -1.0, 0.5, 1.3), (-2.0, 0.0, 0.7), (-0.5, 1.0, 3.0))]).T),
}

NOT_OF_NUMBERS = {np.ldexp: "its second argument is an integer; tests/test_proof_elementwise.py has a test of its own"}
