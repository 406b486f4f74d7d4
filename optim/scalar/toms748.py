"""Algorithm 748: the root of a function of one number within an interval in which it changes sign."""

from __future__ import annotations

import math

import numpy as np

from ..derivatives import as_scalar
from ..errors import InvalidBoundsError, InvalidObjectiveError
from ..objective import Objective
from ..status import Status
from ..value_method import ValueMethod

__all__ = ["SignedFunction", "Toms748"]


class SignedFunction:
    """|f|, which the loop sees go down; `last` is the value with its sign."""

    def __init__(self, function, args: tuple):
        self.function, self.args, self.last = function, args, math.nan

    def __call__(self, x):
        self.last = as_scalar(self.function(float(x), *self.args))
        return abs(self.last)


class Toms748(ValueMethod):
    """Inverse cubic interpolation, double secant steps and bisection. An iteration is one round, some four evaluations.

    In the symbols of the paper: the root is in [a, b]; d and e are the ends that were cut off last.
    """

    name = "toms748"
    columns = ("a", "b")
    keep = "last"  # the lowest |f| may be far from the root
    tol = 4 * 2.0**-52

    def __init__(self, function: SignedFunction, a: float, b: float):
        self._function = function
        self.a, self.b = a, b
        self._d = self._e = self._fd = self._fe = math.nan
        self._is_broken = False  # by a nan
        self._shrinking: list[tuple[float, float]] = []  # widths of the interval, and |f| at its worse end

    def max_iter(self, n: int) -> int:
        return 200

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        self._fa = self._function.last
        self._is_prepared = True  # b belongs to the start: without it there is nothing to begin with
        point = np.array([self.b])
        size = objective.value(point)
        self._fb = self._function.last
        for end, value in ((self.a, self._fa), (self.b, self._fb)):
            if not math.isfinite(value):
                raise InvalidObjectiveError(
                    f"the function is {value} at {end}, an end of the bracket; move it to where it is finite"
                )
        if self._fa and self._fb and (self._fa > 0) == (self._fb > 0):
            raise InvalidBoundsError(
                f"the function has the same sign at both ends: f({self.a}) = {self._fa} and f({self.b}) = {self._fb}; "
                "give a bracket in which it changes sign"
            )
        self.improve(point, size)
        self._shrinking.append((self.b - self.a, max(abs(self._fa), abs(self._fb))))

    def move(self, objective: Objective) -> Status | None:
        width = self.b - self.a
        if math.isnan(self._d):  # the first round: a secant step
            self._cut(objective, self.a - self._fa * width / (self._fb - self._fa))
        else:
            for newton_steps in (2, 3):
                if self._cut(objective, self._interpolated(newton_steps)):
                    return self._end()
            u, f_u = (self.a, self._fa) if abs(self._fa) < abs(self._fb) else (self.b, self._fb)
            c = u - 2 * f_u * (self.b - self.a) / (self._fb - self._fa)  # a secant step of twice the length
            if not abs(c - u) <= 0.5 * (self.b - self.a):
                c = self.a + 0.5 * (self.b - self.a)
            if not self._cut(objective, c) and self.b - self.a > 0.5 * width:
                self._cut(objective, self.a + 0.5 * (self.b - self.a))
        return self._end()

    def spread(self) -> float:
        """The width of the interval that contains the root, relative to max(1, |x|); nan where f jumps over 0 there."""
        if self.fun == 0:
            return 0.0
        return math.nan if self._jumps() else (self.b - self.a) / max(1.0, abs(self.a))

    def _end(self):
        """Makes the better end of the interval the iterate."""
        if self._is_broken:
            return Status.NOT_FINITE
        if self.fun == 0:
            self.a = self.b = float(self.x[0])
            return None
        end, value = (self.a, self._fa) if abs(self._fa) < abs(self._fb) else (self.b, self._fb)
        if end != self.x[0]:
            x = np.array([end])
            self.step_norm = abs(end - float(self.x[0]))
            self.x, self.fun = x, abs(value)
        self._shrinking.append((self.b - self.a, max(abs(self._fa), abs(self._fb))))
        if self.b - self.a <= Toms748.tol * max(1.0, abs(end)) and self._jumps():
            self.remark = f"The function changes its sign at {end} without a root there: it jumps, or has a pole."
            return Status.STAGNATED
        return None if math.nextafter(self.a, self.b) < self.b else Status.PRECISION_LIMIT

    def _jumps(self):
        """Whether |f| has not halved while the interval became a million times narrower."""
        width, size = self._shrinking[-1]
        return any(w >= 1e6 * width and size > 0.5 * f for w, f in self._shrinking)

    def _cut(self, objective, c):
        """Evaluates at c, or just within the interval where c is not, and keeps the part with the change of sign."""
        least = 0.7 * 2 * 2.0**-52 * max(abs(self.a), abs(self.b))
        if not self.a + least < c < self.b - least:
            c = self.a + 0.5 * (self.b - self.a) if not self.a < c < self.b else c
        if not self.a < c < self.b:
            return True  # nothing lies between
        point = np.array([c])
        size = objective.value(point)
        value = self._function.last
        if value == 0 or value != value:
            self._is_broken = value != value
            self.improve(point, size)
            return True
        self._e, self._fe = self._d, self._fd
        if (value > 0) == (self._fa > 0):
            self._d, self._fd, self.a, self._fa = self.a, self._fa, c, value
        else:
            self._d, self._fd, self.b, self._fb = self.b, self._fb, c, value
        return False

    def _interpolated(self, newton_steps):
        values = (self._fa, self._fb, self._fd, self._fe)
        if not any(math.isnan(v) for v in values) and len(set(values)) == 4:
            c = self._inverse_cubic()
            if self.a < c < self.b:
                return c
        return self._newton_quadratic(newton_steps)

    def _inverse_cubic(self):
        """Where the cubic in f through the four points is at f = 0, by Neville's scheme."""
        x, f = [self.a, self.b, self._d, self._e], [self._fa, self._fb, self._fd, self._fe]
        for k in range(1, 4):
            x = [(f[i + k] * x[i] - f[i] * x[i + 1]) / (f[i + k] - f[i]) for i in range(4 - k)]
        return x[0]

    def _newton_quadratic(self, steps):
        """A zero of the parabola through a, b and d, by a few safe steps of Newton's method from an end."""
        a, b, d = self.a, self.b, self._d
        slope = (self._fb - self._fa) / (b - a)
        curvature = ((self._fd - self._fb) / (d - b) - slope) / (d - a)
        if not math.isfinite(curvature) or curvature == 0:
            return a - self._fa / slope
        r = a if curvature * self._fa > 0 else b
        for _ in range(steps):
            value = self._fa + (slope + curvature * (r - b)) * (r - a)
            derivative = slope + curvature * (2 * r - a - b)
            if derivative == 0:
                return a - self._fa / slope
            r -= value / derivative
        return r
