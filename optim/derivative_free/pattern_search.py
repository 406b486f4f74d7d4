"""Pattern search: try a step up and down each coordinate, and go on in the direction that has paid."""

from __future__ import annotations

import numpy as np

from ..errors import UnknownOptionError
from ..objective import Objective
from ..value_method import ValueMethod

__all__ = ["pattern_search"]


class PatternSearch(ValueMethod):
    """Exploratory moves of length Δ along the coordinates, and pattern moves. An iteration is one round of them."""

    name = "pattern_search"
    columns = ("step",)

    def __init__(self, step: float, contraction: float):
        self.step, self.contraction = step, contraction

    def max_iter(self, n: int) -> int:
        return 10_000 * n

    def prepare(self, objective: Objective) -> None:
        self._scales = np.maximum(1.0, np.abs(self.x))
        self._before = None  # the base point before this one

    def move(self, objective: Objective) -> None:
        base, fun = self.x, self.fun
        if self._before is not None:  # the pattern move: as far again as the last success led
            ahead = self._within(2 * base - self._before)
            self._explore(objective, ahead, objective.value(ahead))
        if not self.fun < fun:
            self._explore(objective, base, fun)
        if self.fun < fun:
            self._before = base
        elif self._before is not None:
            self._before = None  # the pattern is broken; explore around the base with this step once more
        else:
            self.step *= self.contraction

    def spread(self) -> float:
        """Δ."""
        return self.step

    def _explore(self, objective, x, fun):
        """Takes, coordinate by coordinate, the first step that goes down; the iterate is the lowest point passed."""
        self.improve(x, fun)
        for i in range(x.size):
            for sign in (1, -1):
                trial = x.copy()
                trial[i] += sign * self.step * self._scales[i]
                trial = self._within(trial)
                if trial[i] == x[i]:
                    continue
                value = objective.value(trial)
                if value < fun:
                    x, fun = trial, value
                    self.improve(x, fun)
                    break

    def _within(self, x):
        return x if self.bounds is None else self.bounds.clip(x)


def pattern_search(step: float = 0.5, contraction: float = 0.5) -> PatternSearch:
    """Hooke and Jeeves' pattern search: no gradient, no smoothness asked for, and hard to lead astray.

        explore   x ± Δ sᵢ eᵢ, i = 1..n, each kept where it is lower;    sᵢ = max(1, |xᵢ| at the start)
        pattern   after a success from x_before to x, explore around 2 x - x_before next
        contract  Δ ← contraction · Δ where exploring finds nothing lower

    step         the first Δ
    contraction  in (0, 1)

    It ends where Δ is within `tol`. On smooth functions the gradient then is of order Δ (Kolda, Lewis and Torczon
    2003); on functions with a kink it may stop at one that no coordinate descends from. Points beyond the bounds are
    moved onto them.

    Source: Hooke and Jeeves 1961, Direct search solution of numerical and statistical problems.

    >>> import optim
    >>> optim.minimize(lambda x: abs(x - 3).sum() ** 3, np.zeros(4), "pattern_search").x.round(6)
    array([3., 3., 3., 3.])
    """
    if not step > 0 or not 0 < contraction < 1:
        raise UnknownOptionError(f"step={step!r} must be positive, and contraction={contraction!r} between 0 and 1")
    return PatternSearch(step, contraction)
