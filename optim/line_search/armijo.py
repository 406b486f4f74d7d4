"""Backtracking until the decrease is sufficient (Armijo 1966)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .interpolation import quadratic_minimiser
from .ray import Outcome, Ray, Trial

__all__ = ["Armijo"]


@dataclass(frozen=True)
class Armijo:
    """φ(α) ≤ φ(0) + c1 α φ'(0), backtracking from the initial step.

    Each step back goes to the minimiser of the parabola through φ(0), φ'(0) and φ(α), kept between `shortest` and
    `longest` of the step before. Where the initial step promises less than `noise` |φ(0)|, the values say nothing any
    more; a step that rises by no more than that is then accepted, and marked `approximate`.

    Source: Nocedal and Wright 2006, algorithm 3.1 and section 3.5.
    """

    c1: float = 1e-4
    shortest: float = 0.1
    longest: float = 0.5
    max_evaluations: int = 60
    noise: float = 1e-10

    descends = True

    def __post_init__(self):
        if not 0 < self.c1 < 1:
            raise ValueError(f"Armijo's condition needs 0 < c1 < 1, but c1 = {self.c1}")
        if not 0 < self.shortest <= self.longest < 1:
            raise ValueError(
                f"backtracking needs 0 < shortest <= longest < 1, not shortest = {self.shortest}, "
                f"longest = {self.longest}"
            )

    def __call__(self, ray: Ray, alpha: float) -> Outcome:
        origin = ray.origin
        noise = self.noise * abs(origin.fun)
        level = origin.fun + noise if -alpha * origin.slope <= noise else -math.inf
        trial = ray.at(alpha)  # with its gradient: the initial step is the one that is mostly accepted
        for _ in range(self.max_evaluations):
            if trial.fun <= origin.fun + self.c1 * trial.alpha * origin.slope and trial.fun < origin.fun:
                return Outcome(trial, success=True)
            if trial.fun <= level:
                return Outcome(trial, success=True, approximate=True)
            alpha = self.shorten(origin, trial)
            if not ray.moves(alpha):
                break
            trial = ray.value_at(alpha)
        return ray.failure()

    def shorten(self, origin: Trial, trial: Trial) -> float:
        if not trial.is_finite:
            return self.shortest * trial.alpha
        parabola = quadratic_minimiser(0.0, origin.fun, origin.slope, trial.alpha, trial.fun)
        if math.isnan(parabola):
            return self.longest * trial.alpha
        return min(max(parabola, self.shortest * trial.alpha), self.longest * trial.alpha)
