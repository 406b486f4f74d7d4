"""Steps that satisfy the strong Wolfe conditions, down to the rounding error of the objective."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .interpolation import cubic_minimiser
from .ray import Outcome, Ray, Trial

__all__ = ["StrongWolfe"]


@dataclass(frozen=True)
class StrongWolfe:
    """φ(α) ≤ φ(0) + c1 α φ'(0)  and  |φ'(α)| ≤ c2 |φ'(0)|,  0 < c1 < c2 < 1.

    Brackets a step that satisfies both, then zooms in by cubic interpolation (Nocedal and Wright 2006, algorithms 3.5
    and 3.6). Points where φ is nan or infinite count as too high. Where φ(α) and φ(0) differ by less than
    `noise` |φ(0)|, their difference says nothing any more; the first condition is then replaced by
    φ'(α) ≤ (2 c1 - 1) φ'(0), which is the same for a parabola and is not spoilt by cancellation (the approximate Wolfe
    condition of Hager and Zhang 2005, equation (4.1)). Such a step is marked `approximate`.
    """

    c1: float = 1e-4
    c2: float = 0.9
    max_step: float = math.inf
    max_evaluations: int = 40
    noise: float = 1e-10

    descends = True

    def __post_init__(self):
        if not 0 < self.c1 < self.c2 < 1:
            raise ValueError(f"the Wolfe conditions need 0 < c1 < c2 < 1, but c1 = {self.c1} and c2 = {self.c2}")

    def __call__(self, ray: Ray, alpha: float) -> Outcome:
        return _Search(self, ray).bracket(min(alpha, self.max_step))


class _Search:
    """One search: the conditions at hand, and the two phases."""

    def __init__(self, conditions: StrongWolfe, ray: Ray):
        self.conditions, self.ray, self.origin = conditions, ray, ray.origin
        self.noise = conditions.noise * abs(ray.origin.fun)
        self.left = conditions.max_evaluations

    def bracket(self, alpha: float) -> Outcome:
        """Goes out until a step is accepted or a bracket found (algorithm 3.5)."""
        before = self.origin
        while self.left:
            trial = self.evaluate(alpha)
            if self.is_accepted(trial):
                return self.accept(trial)
            if self.is_too_high(trial, before):
                return self.zoom(before, trial)
            if trial.slope >= 0:
                return self.zoom(trial, before)
            if alpha >= self.conditions.max_step:  # still descending, but no further is allowed
                return Outcome(trial, success=False)
            before, alpha = trial, min(self.extrapolate(before, trial), self.conditions.max_step)
            if not math.isfinite(alpha):
                break
        return self.ray.failure()

    def zoom(self, low: Trial, high: Trial) -> Outcome:
        """Closes in on an acceptable step between two (algorithm 3.6): low is the lower, and descends towards high."""
        widths = [math.inf, math.inf]
        while self.left:
            width = abs(high.alpha - low.alpha)
            bisect = width > 0.66 * widths[-2]  # interpolation must shrink the bracket by a third in two rounds
            widths.append(width)
            alpha = self.interpolate(low, high, bisect)
            if alpha in (low.alpha, high.alpha) or not self.ray.moves(alpha):
                break
            trial = self.evaluate(alpha)
            if self.is_accepted(trial):
                return self.accept(trial)
            if self.is_too_high(trial, low):
                high = trial
            else:
                if trial.slope * (high.alpha - low.alpha) >= 0:
                    high = low
                low = trial
        return self.ray.failure()

    # -- the conditions ------------------------------------------------------------------------------------------------

    def is_accepted(self, trial: Trial) -> bool:
        if trial.fun == -math.inf:  # unbounded below; there is nothing better
            return True
        curvature = abs(trial.slope) <= self.conditions.c2 * abs(self.origin.slope)
        return curvature and (self.decreases(trial) or self.decreases_approximately(trial))

    def decreases(self, trial: Trial) -> bool:
        return trial.fun <= self.origin.fun + self.conditions.c1 * trial.alpha * self.origin.slope

    def decreases_approximately(self, trial: Trial) -> bool:
        level = abs(trial.fun - self.origin.fun) <= self.noise
        return level and trial.slope <= (2 * self.conditions.c1 - 1) * self.origin.slope

    def is_too_high(self, trial: Trial, low: Trial) -> bool:
        """Whether the trial bounds a bracket from the side away from `low`, by its height."""
        if not trial.is_finite:
            return True
        if not self.decreases(trial) and trial.fun > self.origin.fun + self.noise:
            return True
        return low is not self.origin and trial.fun > low.fun + self.noise

    def accept(self, trial: Trial) -> Outcome:
        return Outcome(trial, success=True, approximate=trial.fun > -math.inf and not self.decreases(trial))

    # -- where to try next ---------------------------------------------------------------------------------------------

    def evaluate(self, alpha: float) -> Trial:
        self.left -= 1
        return self.ray.at(alpha)

    @staticmethod
    def extrapolate(before: Trial, trial: Trial) -> float:
        """Beyond a trial that still descends: the cubic's minimiser, at least as far again and at most ten times."""
        cubic = cubic_minimiser(before.alpha, before.fun, before.slope, trial.alpha, trial.fun, trial.slope)
        nearest, farthest = trial.alpha + (trial.alpha - before.alpha), 10 * trial.alpha
        return min(max(cubic, nearest), farthest) if cubic > trial.alpha else farthest

    @staticmethod
    def interpolate(low: Trial, high: Trial, bisect: bool) -> float:
        """Between two: the cubic's minimiser, a tenth of the width away from both; else the middle."""
        width = high.alpha - low.alpha
        if not high.is_finite:
            return low.alpha + 0.1 * width
        if not bisect:
            cubic = cubic_minimiser(low.alpha, low.fun, low.slope, high.alpha, high.fun, high.slope)
            inside = (cubic - low.alpha) / width
            if math.isfinite(inside):
                return low.alpha + min(max(inside, 0.1), 0.9) * width
        return low.alpha + 0.5 * width
