"""The objective along a ray, φ(α) = f(x + α d)."""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

import numpy as np

from ..objective import Objective

__all__ = ["LineSearch", "Outcome", "Ray", "Trial"]


class Trial(NamedTuple):
    """A point of the ray that was tried. Where only the objective was asked for, `jac` is None and `slope` nan."""

    alpha: float
    x: np.ndarray
    fun: float
    jac: np.ndarray | None
    slope: float  # φ'(α) = ∇f(x + α d)ᵀ d

    @property
    def is_finite(self) -> bool:
        """Whether there is a value to compare; a slope of minus infinity only says that there is far to go."""
        return math.isfinite(self.fun) and (self.jac is None or self.slope < math.inf)


class Outcome(NamedTuple):
    """What a line search found.

    trial        the point accepted; where the search failed, the lowest one tried, which may be the origin
    success      whether the point satisfies the search's conditions
    approximate  whether it does so only up to the rounding error of φ
    """

    trial: Trial
    success: bool
    approximate: bool = False


class Ray:
    """φ(α) = f(x + α d) for a direction d, with φ(0) and φ'(0) known: `origin` is the trial at α = 0."""

    __slots__ = ("direction", "lowest", "objective", "origin")

    def __init__(self, objective: Objective, x: np.ndarray, fun: float, jac: np.ndarray, direction: np.ndarray):
        self.objective, self.direction = objective, direction
        self.origin = Trial(0.0, x, fun, jac, float(jac.dot(direction)))
        self.lowest = self.origin  # of all trials; a line search that fails returns it

    def at(self, alpha: float) -> Trial:
        """φ(α) and φ'(α)."""
        x = self.origin.x + alpha * self.direction
        fun, jac = self.objective.value_and_gradient(x)
        return self._keep(Trial(alpha, x, fun, jac, float(jac.dot(self.direction))))

    def value_at(self, alpha: float) -> Trial:
        """φ(α) alone."""
        x = self.origin.x + alpha * self.direction
        return self._keep(Trial(alpha, x, self.objective.value(x), None, math.nan))

    def derivatives_at(self, alpha: float) -> tuple[float, float, float]:
        """φ(α), φ'(α), φ''(α)."""
        return self.objective.derivatives_along(self.origin.x, self.direction, alpha)

    def moves(self, alpha: float) -> bool:
        """Whether a step of α changes any coordinate in floating point."""
        return bool((self.origin.x + alpha * self.direction != self.origin.x).any())

    def failure(self) -> Outcome:
        return Outcome(self.lowest, success=False)

    def _keep(self, trial):
        if -math.inf < trial.fun < self.lowest.fun:
            self.lowest = trial
        return trial


class LineSearch(Protocol):
    """Chooses a point of a ray. `descends` says whether it needs a direction with φ'(0) < 0."""

    descends: bool

    def __call__(self, ray: Ray, alpha: float) -> Outcome:
        """Searches from the initial step alpha > 0."""
        ...
