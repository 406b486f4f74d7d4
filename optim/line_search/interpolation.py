"""Minimisers of the polynomials that agree with φ at two points."""

from __future__ import annotations

import math

__all__ = ["cubic_minimiser", "quadratic_minimiser"]


def cubic_minimiser(a: float, fa: float, da: float, b: float, fb: float, db: float) -> float:
    """The local minimiser of the cubic with values fa, fb and slopes da, db at a and b; nan where it has none.

    Source: Nocedal and Wright 2006, equation (3.59).

    >>> cubic_minimiser(0.0, 0.0, -3.0, 2.0, 2.0, 9.0)    # of t³ - 3 t
    1.0
    """
    d1 = da + db - 3 * (fa - fb) / (a - b)
    square = d1 * d1 - da * db
    if not square >= 0:
        return math.nan
    d2 = math.copysign(math.sqrt(square), b - a)
    below = db - da + 2 * d2
    return b - (b - a) * (db + d2 - d1) / below if below else math.nan


def quadratic_minimiser(a: float, fa: float, da: float, b: float, fb: float) -> float:
    """The minimiser of the parabola with values fa, fb at a, b and slope da at a; nan where it has none.

    >>> quadratic_minimiser(0.0, 1.0, -2.0, 3.0, 4.0)    # of (t - 1)²
    1.0
    """
    h = b - a
    curvature = fb - fa - da * h  # half the second derivative, times h²
    return a - da * h * h / (2 * curvature) if curvature > 0 else math.nan
