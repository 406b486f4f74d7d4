"""The exact minimiser along a ray, by Newton's method on φ' with φ'' from nested dual numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .ray import Outcome, Ray

__all__ = ["Exact"]


@dataclass(frozen=True)
class Exact:
    """α ← α - φ'(α) / φ''(α), from α = 0, until |φ'(α)| ≤ tol |φ'(0)|.

    φ' and φ'' are exact: from the Hessian where one is given, otherwise both come out of one evaluation of
    φ(α) = f(x + α d) on nested dual numbers. Where φ is concave, or Newton's step leaves the interval known to hold a
    minimiser, the step is doubled or the interval halved instead, so that the search ends in a minimum of φ, not in a
    maximum. For an ill-scaled φ the minimiser found need not be the lowest one.

    Source: Nocedal and Wright 2006, section 3.5, on Newton's method for one variable.
    """

    tol: float = 1e-12
    max_evaluations: int = 100

    descends = True

    def __call__(self, ray: Ray, alpha: float) -> Outcome:
        slope0 = ray.origin.slope
        left, right = 0.0, math.inf  # φ'(left) < 0 ≤ φ'(right)
        at = 0.0
        for evaluation in range(self.max_evaluations):
            fun, slope, curvature = ray.derivatives_at(at)
            if not math.isfinite(fun) or not math.isfinite(slope):
                if at == left:
                    return ray.failure()
                right = at
                at = 0.5 * (left + right)
                continue
            if abs(slope) <= self.tol * abs(slope0):
                break
            left, right = (at, right) if slope < 0 else (left, at)
            newton = at - slope / curvature if curvature > 0 else math.nan
            if not left < newton < right:  # also where it is nan
                newton = 0.5 * (left + right) if right < math.inf else max(2 * at, alpha)
            if newton == at or not (ray.moves(newton - at) if evaluation else True):
                break
            at = newton
        trial = ray.at(at)
        return Outcome(trial, success=True) if trial.fun < ray.origin.fun else ray.failure()
