"""The simplex method of Nelder and Mead, with coefficients that suit the number of variables."""

from __future__ import annotations

import numpy as np

from ..errors import UnknownOptionError
from ..objective import Objective
from ..value_method import ValueMethod

__all__ = ["nelder_mead", "simplex_around"]


class NelderMead(ValueMethod):
    """A simplex of n + 1 points that walks downhill by turning its worst vertex over. An iteration is one such move."""

    name = "nelder_mead"

    def __init__(self, adaptive: bool, step: float):
        self.adaptive, self.step = adaptive, step

    def max_iter(self, n: int) -> int:
        return 1000 * n

    def prepare(self, objective: Objective) -> None:
        x, n = self.x, self.x.size
        m = n if self.adaptive and n > 1 else 2  # what the classical coefficients are made for
        self._expansion, self._contraction, self._shrinkage = 1 + 2 / m, 0.75 - 0.5 / m, 1 - 1 / m
        self._vertices = simplex_around(x, self.step, self.bounds)  # (n + 1, n)
        self._values = np.array([self.fun] + [self._try(objective, vertex)[1] for vertex in self._vertices[1:]])
        self._sort()

    def move(self, objective: Objective) -> None:
        values, worst = self._values, self._vertices[-1]
        centroid = self._vertices[:-1].mean(axis=0)
        reflected = self._try(objective, 2 * centroid - worst)
        if values[0] <= reflected[1] < values[-2]:
            self._replace(reflected)
        elif reflected[1] < values[0]:
            expanded = self._try(objective, centroid + self._expansion * (centroid - worst))
            self._replace(min(reflected, expanded, key=_value))
        else:
            outside = reflected[1] < values[-1]
            towards = self._contraction if outside else -self._contraction
            contracted = self._try(objective, centroid + towards * (centroid - worst))
            if contracted[1] <= reflected[1] if outside else contracted[1] < values[-1]:
                self._replace(contracted)
            else:
                self._shrink(objective)
        self._sort()

    def spread(self) -> float:
        """The size of the simplex, relative to max(1, ‖x‖∞), or the range of its values, if that is larger."""
        best = self._vertices[0]
        size = np.abs(self._vertices[1:] - best).max() / max(1.0, np.abs(best).max())
        return float(max(size, (self._values[-1] - self._values[0]) / max(1.0, abs(self._values[0]))))

    def _try(self, objective, x):
        x = x if self.bounds is None else self.bounds.clip(x)
        value = objective.value(x)
        return x, value if value == value else np.inf  # nan is no place to go

    def _replace(self, trial):
        self._vertices[-1], self._values[-1] = trial

    def _shrink(self, objective):
        best = self._vertices[0]
        self._vertices = np.vstack([best, best + self._shrinkage * (self._vertices[1:] - best)])
        self._values[1:] = [self._try(objective, vertex)[1] for vertex in self._vertices[1:]]

    def _sort(self):
        order = np.argsort(self._values, kind="stable")
        self._vertices, self._values = self._vertices[order], self._values[order]  # copies: what was evaluated stays
        self.improve(self._vertices[0].copy(), float(self._values[0]))


def _value(trial):
    return trial[1]


def simplex_around(x: np.ndarray, step: float, bounds) -> np.ndarray:
    """x, and x with one coordinate after the other changed by `step` times max(1, |xᵢ|), shape (n + 1, n).

    Where that leaves the bounds, the step goes the other way, and no further than to the bound.

    >>> simplex_around(np.array([2.0, 0.0]), 0.5, None)
    array([[2. , 0. ],
           [3. , 0. ],
           [2. , 0.5]])
    """
    steps = step * np.maximum(1.0, np.abs(x))
    if bounds is not None:
        up, down = bounds.upper - x, x - bounds.lower
        steps = np.where(steps <= up, steps, np.where(up >= down, up, -np.minimum(steps, down)))
    return np.vstack([x, x + np.diag(steps)])


def nelder_mead(adaptive: bool = True, step: float = 0.1) -> NelderMead:
    """Nelder and Mead's simplex method: no gradient, no smoothness asked for; for a handful of variables.

        x_r = c + (c - x_worst)      reflected;   x_e = c + β (c - x_worst)    expanded, where x_r is the best so far
        x_c = c ± γ (c - x_worst)    contracted, where x_r is still the worst; all but the best shrink by δ towards it
        where that fails too

    adaptive  β = 1 + 2/n, γ = 3/4 - 1/(2n), δ = 1 - 1/n, which keep the simplex from collapsing in many variables;
              otherwise, and for n = 2, the classical β = 2, γ = δ = 1/2
    step      the size of the first simplex, relative to max(1, |xᵢ|)

    It ends where the simplex and the differences of its values are within `tol`. That is no proof of a minimum: on
    some smooth functions the simplex collapses where the gradient is not 0 (McKinnon 1998); start again from there.
    Points beyond the bounds are moved onto them.

    Source: Nelder and Mead 1965; Gao and Han 2012, Implementing the Nelder-Mead simplex algorithm with adaptive
    parameters.

    >>> import optim
    >>> optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "nelder_mead").x.round(6)
    array([1., 1.])
    """
    if not step > 0:
        raise UnknownOptionError(f"step={step!r}; the first simplex needs a positive size")
    return NelderMead(adaptive, step)
