"""Backtracking until the decrease is sufficient (Armijo 1966)."""

from __future__ import annotations

from dataclasses import dataclass

from .interpolation import quadratic_minimiser
from .ray import Outcome, Ray

__all__ = ["Armijo"]


@dataclass(frozen=True)
class Armijo:
    """φ(α) ≤ φ(0) + c1 α φ'(0), backtracking from the initial step.

    Each step back goes to the minimiser of the parabola through φ(0), φ'(0) and φ(α), kept between `shortest` and
    `longest` of the step before. Asks for the objective only, never for its gradient.

    Source: Nocedal and Wright 2006, algorithm 3.1 and section 3.5.
    """

    c1: float = 1e-4
    shortest: float = 0.1
    longest: float = 0.5
    max_evaluations: int = 60

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
        for _ in range(self.max_evaluations):
            trial = ray.value_at(alpha)
            if trial.fun <= origin.fun + self.c1 * alpha * origin.slope:
                return Outcome(trial, success=True)
            if not ray.moves(alpha):
                break
            parabola = quadratic_minimiser(
                0.0, origin.fun, origin.slope, alpha, trial.fun
            )  # nan where φ(α) is not finite
            alpha = min(max(parabola, self.shortest * alpha), self.longest * alpha) if parabola == parabola else (
                self.longest * alpha if trial.is_finite else self.shortest * alpha
            )  # fmt: skip
        return ray.failure()
