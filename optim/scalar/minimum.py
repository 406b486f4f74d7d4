"""Brent's method and golden section as methods of `minimize`, for functions of one number."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnknownOptionError, UnsupportedProblemError
from ..objective import Objective
from ..status import Status
from ..value_method import ValueMethod
from .interval import _GOLDEN, BrentInterval, GoldenInterval, bracket

__all__ = ["brent", "golden_section"]


class ScalarMinimum(ValueMethod):
    """An interval that shrinks around the minimum. An iteration is an evaluation."""

    columns = ("a", "b")
    tol = 1e-10

    def __init__(self, name: str, kind: type, step: float):
        self.name, self.kind, self.step = name, kind, step

    def max_iter(self, n: int) -> int:
        return 500

    a = b = math.nan  # the interval

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        if x.size != 1:
            raise UnsupportedProblemError(
                f"the method {self.name!r} is for functions of one number, but x0 holds {x.size}; choose another, such "
                "as 'nelder_mead'"
            )

    def prepare(self, objective: Objective) -> None:
        at, phi = float(self.x[0]), lambda t: self._value(objective, t)
        if self.bounds is not None and self.bounds.are_finite:
            a, b = float(self.bounds.lower[0]), float(self.bounds.upper[0])
            inner = a + _GOLDEN * (b - a)
            value = phi(inner)
            if a < at < b and self.fun < value:
                inner, value = at, self.fun
            self._interval = self.kind(a, b, inner, value)
        else:
            low, high = (-math.inf, math.inf) if self.bounds is None else (self.bounds.lower[0], self.bounds.upper[0])
            self._interval = self.kind(*bracket(phi, at, self.fun, self.step * max(1.0, abs(at)), low, high))

    def move(self, objective: Objective) -> Status | None:
        interval = self._interval
        if not (math.isfinite(interval.a) and math.isfinite(interval.b) and math.isfinite(interval.fun)):
            return Status.UNBOUNDED  # downhill for as long as floating point can follow
        if _is_done(interval):
            return Status.SMALL_STEP
        u = interval.propose()
        if u in (interval.a, interval.b, interval.x):
            return Status.PRECISION_LIMIT
        interval.observe(u, self._value(objective, u))
        self.a, self.b = interval.a, interval.b
        return None

    def spread(self) -> float:
        """How far the minimum may be from x, relative to max(1, |x|)."""
        return self._interval.width() / max(1.0, abs(self._interval.x))

    def _value(self, objective, t):
        x = np.array([t])
        fun = objective.value(x)
        self.improve(x, fun)
        return math.inf if fun != fun else fun


def _is_done(interval):
    return isinstance(interval, BrentInterval) and interval.has_converged()


def brent(step: float = 0.1) -> ScalarMinimum:
    """Brent's method for the minimum of a function of one number: parabolas, made safe by golden section.

    step  of the search for an interval, relative to max(1, |x0|), where there are no finite bounds

    With finite bounds, the minimum is looked for between them, wherever x0 is; otherwise in an interval found by going
    downhill from x0 in growing steps. Any local minimum of the interval may be the one that is found.

    It ends where the minimum is known to within `tol`, relative to max(1, |x|), or with SMALL_STEP where its
    points come as close as √ε max(1, |x|), at which the values of a smooth function do not differ any more.

    Source: Brent 1973, Algorithms for minimization without derivatives, chapter 5.

    >>> import optim
    >>> res = optim.minimize(lambda t: (t**2 - 2) ** 2, 0.5, "brent")
    >>> round(res.x, 7), res.nfev < 30
    (1.4142136, True)
    """
    return ScalarMinimum("brent", BrentInterval, _positive(step))


def golden_section(step: float = 0.1) -> ScalarMinimum:
    """Golden section: the interval around the minimum shrinks by 0.618 with each evaluation, whatever the function.

        u = x ± 0.382 (length of the larger part)

    step  of the search for an interval, relative to max(1, |x0|), where there are no finite bounds; as in `brent`

    Source: Kiefer 1953, Sequential minimax search for a maximum.

    >>> import optim
    >>> res = optim.minimize(lambda t: abs(t - 0.3), 0.5, "golden_section", bounds=[(0, 1)], tol=1e-6)
    >>> round(res.x, 6), (res.history.b - res.history.a)[1:4].round(4)
    (0.3, array([0.618 , 0.382 , 0.2361]))
    """
    return ScalarMinimum("golden_section", GoldenInterval, _positive(step))


def _positive(step):
    if not step > 0:
        raise UnknownOptionError(f"step={step!r}; give a positive number")
    return step
