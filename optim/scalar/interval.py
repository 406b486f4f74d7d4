"""Minima of a function of one number within an interval: golden section and Brent's method, told one value at a time.

Both hold a triple a ≤ x ≤ b with f(x) the lowest so far, `propose` the next point, and are told its value by
`observe`. So the loop can run them an evaluation at a time, and a line search in one go.
"""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["BrentInterval", "GoldenInterval", "bracket"]

_GOLDEN = (3 - math.sqrt(5)) / 2  # 0.381966..., the share of the smaller part
_ROUNDING = math.sqrt(2.0**-52)  # of x, below which a smooth function shows no difference


class GoldenInterval:
    """a < x < b, the next point in the larger part so that the parts keep the golden ratio."""

    def __init__(self, a: float, b: float, x: float, fun: float):
        self.a, self.b, self.x, self.fun = a, b, x, fun

    def propose(self) -> float:
        left, right = self.x - self.a, self.b - self.x
        return self.x - _GOLDEN * left if left > right else self.x + _GOLDEN * right

    def observe(self, u: float, fun: float) -> None:
        if fun < self.fun:
            self.a, self.b = (self.a, self.x) if u < self.x else (self.x, self.b)
            self.x, self.fun = u, fun
        elif u < self.x:
            self.a = u
        else:
            self.b = u

    def width(self) -> float:
        """How far x may be from the minimum."""
        return max(self.x - self.a, self.b - self.x)


class BrentInterval:
    """Parabolas through x, w and v, the three lowest points, where they make progress; golden section elsewhere.

    tol  no two points are asked for closer than tol + √ε |x|

    Source: Brent 1973, Algorithms for minimization without derivatives, chapter 5, in the symbols of its `localmin`.
    """

    def __init__(self, a: float, b: float, x: float, fun: float, tol: float = 1e-8):
        self.a, self.b, self.x, self.fun, self.tol = a, b, x, fun, tol
        self.w = self.v = x
        self.fw = self.fv = fun
        self.d = self.e = 0.0  # the last step and the one before

    def propose(self) -> float:
        x, m, least = self.x, (self.a + self.b) / 2, self._least()
        p = q = r = 0.0
        if abs(self.e) > least:
            r = (x - self.w) * (self.fun - self.fv)
            q = (x - self.v) * (self.fun - self.fw)
            p = (x - self.v) * q - (x - self.w) * r
            q = 2 * (q - r)
            p, q = (-p if q > 0 else p), abs(q)
            r, self.e = self.e, self.d
        if abs(p) < abs(q * r / 2) and q * (self.a - x) < p < q * (self.b - x):
            self.d = p / q  # the parabola's minimum, within the interval and shorter than half the step before last
            u = x + self.d
            if u - self.a < 2 * least or self.b - u < 2 * least:
                self.d = math.copysign(least, m - x)
        else:
            self.e = (self.b if x < m else self.a) - x
            self.d = _GOLDEN * self.e
        return x + (self.d if abs(self.d) >= least else math.copysign(least, self.d))

    def observe(self, u: float, fun: float) -> None:
        if fun <= self.fun:
            self.a, self.b = (self.a, self.x) if u < self.x else (self.x, self.b)
            self.v, self.fv, self.w, self.fw = self.w, self.fw, self.x, self.fun
            self.x, self.fun = u, fun
            return
        self.a, self.b = (u, self.b) if u < self.x else (self.a, u)
        if fun <= self.fw or self.w == self.x:
            self.v, self.fv, self.w, self.fw = self.w, self.fw, u, fun
        elif fun <= self.fv or self.v in (self.x, self.w):
            self.v, self.fv = u, fun

    def width(self) -> float:
        """How far x may be from the minimum."""
        return max(self.x - self.a, self.b - self.x)

    def has_converged(self) -> bool:
        return abs(self.x - (self.a + self.b) / 2) <= 2 * self._least() - (self.b - self.a) / 2

    def _least(self):
        return self.tol + _ROUNDING * abs(self.x)


def bracket(
    phi: Callable[[float], float], x: float, fun: float, step: float, low: float = -math.inf, high: float = math.inf
) -> tuple[float, float, float, float]:
    """a, b, x, f(x) with a ≤ x ≤ b and f(x) no higher than at a and b, by golden steps downhill from x.

    Where the function falls to a bound, or for as long as floating point can follow, that end is x, or next to it.

    >>> a, b, x, fun = bracket(lambda t: (t - 7) ** 2, 0.0, 49.0, 1.0)
    >>> a < 7 < b and fun <= min((a - 7) ** 2, (b - 7) ** 2)
    True
    """
    before = x
    ahead = min(max(x + step, low), high)
    f_ahead = phi(ahead)
    if not f_ahead <= fun:  # uphill, or nan: the other way
        before, step = ahead, -step
        ahead = min(max(x + step, low), high)
        f_ahead = phi(ahead)
    while f_ahead < fun and ahead != x:
        before, x, fun = x, ahead, f_ahead
        step *= 1 / _GOLDEN - 1
        ahead = min(max(x + step, low), high)
        if ahead == x or not math.isfinite(ahead):
            break
        f_ahead = phi(ahead)
    return min(before, ahead), max(before, ahead), x, fun
