"""The line search of Hager and Zhang: accurate down to the rounding error of the gradient."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .conditions import decreases, decreases_approximately, is_not_steeper
from .ray import Outcome, Ray, Trial

__all__ = ["HagerZhang"]


@dataclass(frozen=True)
class HagerZhang:
    """The Wolfe conditions  φ(α) ≤ φ(0) + δ α φ'(0),  φ'(α) ≥ σ φ'(0),  or the approximate ones

        (2δ - 1) φ'(0) ≥ φ'(α) ≥ σ φ'(0)  and  φ(α) ≤ φ(0) + ε |φ(0)|,

    which hold no difference of values, so that minimisers are found to the rounding error of the gradient, not to its
    square root. A step that satisfies only these is marked `approximate`.

    delta, sigma  δ and σ, 0 < δ < ½, δ ≤ σ < 1
    epsilon       ε
    theta         where an interval is divided that bisection shortens
    gamma         an interval must shrink by this factor in each round, or it is bisected
    rho           the factor of expansion before there is an interval

    Source: Hager and Zhang 2005, A new conjugate gradient method with guaranteed descent and an efficient line search,
    SIAM J. Optim. 16, section 4; the names of the steps are theirs.
    """

    delta: float = 0.1
    sigma: float = 0.9
    epsilon: float = 1e-6
    theta: float = 0.5
    gamma: float = 2 / 3
    rho: float = 5.0
    max_evaluations: int = 50

    descends = True

    def __post_init__(self):
        if not (0 < self.delta < 0.5 and self.delta <= self.sigma < 1):
            raise ValueError(f"it takes 0 < delta < 1/2 and delta <= sigma < 1, not {self.delta} and {self.sigma}")

    def __call__(self, ray: Ray, alpha: float) -> Outcome:
        search = _Search(self, ray)
        try:
            a, b = search.bracket(alpha)
            while True:
                width = b.alpha - a.alpha
                a, b = search.double_secant(a, b)
                if b.alpha - a.alpha > self.gamma * width:  # L2
                    a, b = search.update(a, b, 0.5 * (a.alpha + b.alpha))
        except _Ended as ended:
            return ended.outcome


class _Ended(Exception):  # noqa: N818 - not an error
    """Leaves the nested procedures of the paper from wherever a trial ends the search."""

    def __init__(self, outcome: Outcome):
        self.outcome = outcome


class _Search:
    def __init__(self, settings: HagerZhang, ray: Ray):
        self.settings, self.ray, self.origin = settings, ray, ray.origin
        self.noise = settings.epsilon * abs(ray.origin.fun)
        self.left = settings.max_evaluations

    def evaluate(self, alpha: float) -> Trial:
        """φ at α; ends the search where the trial is accepted, or there are no more."""
        if not self.left or not math.isfinite(alpha) or not self.ray.moves(alpha):
            raise _Ended(self.ray.failure())
        self.left -= 1
        trial, settings = self.ray.at(alpha), self.settings
        if trial.fun == -math.inf:  # unbounded below; there is nothing better
            raise _Ended(Outcome(trial, success=True))
        if trial.is_finite and is_not_steeper(self.origin, trial, settings.sigma):
            if decreases(self.origin, trial, settings.delta):
                raise _Ended(Outcome(trial, success=True))
            if decreases_approximately(self.origin, trial, settings.delta, self.noise):
                raise _Ended(Outcome(trial, success=True, approximate=True))
        return trial

    def is_high(self, trial: Trial) -> bool:
        return not trial.is_finite or (trial.slope < 0 and trial.fun > self.origin.fun + self.noise)

    def bracket(self, alpha: float) -> tuple[Trial, Trial]:
        """[a, b] with φ(a) ≤ φ(0) + ε|φ(0)|, φ'(a) < 0 ≤ φ'(b): steps B0 to B3."""
        before = self.origin
        while True:
            trial = self.evaluate(alpha)
            if self.is_high(trial):  # B2
                return self.bisect(self.origin, trial)
            if trial.slope >= 0:  # B1
                return before, trial
            before, alpha = trial, self.settings.rho * alpha  # B3

    def bisect(self, a: Trial, b: Trial) -> tuple[Trial, Trial]:
        """[a, b] as in `bracket`, inside one whose upper end is high: steps U3a to U3c."""
        while True:
            middle = (1 - self.settings.theta) * a.alpha + self.settings.theta * b.alpha
            if middle in (a.alpha, b.alpha):
                raise _Ended(self.ray.failure())
            trial = self.evaluate(middle)
            if self.is_high(trial):
                b = trial
            elif trial.slope >= 0:
                return a, trial
            else:
                a = trial

    def update(self, a: Trial, b: Trial, alpha: float) -> tuple[Trial, Trial]:
        """The part of [a, b] that α leaves: steps U0 to U3."""
        if not a.alpha < alpha < b.alpha:  # also where it is nan
            if math.nextafter(a.alpha, b.alpha) == b.alpha:
                raise _Ended(self.ray.failure())
            return a, b
        trial = self.evaluate(alpha)
        if self.is_high(trial):
            return self.bisect(a, trial)
        return (a, trial) if trial.slope >= 0 else (trial, b)

    def double_secant(self, a: Trial, b: Trial) -> tuple[Trial, Trial]:
        """Both ends drawn in by secants: steps S1 to S4."""
        c = secant(a, b)
        A, B = self.update(a, b, c)
        if c == B.alpha:
            return self.update(A, B, secant(b, B))
        if c == A.alpha:
            return self.update(A, B, secant(a, A))
        return A, B


def secant(a: Trial, b: Trial) -> float:
    """Where the line through the slopes at a and b is zero; nan where it is level."""
    rise = b.slope - a.slope
    return (a.alpha * b.slope - b.alpha * a.slope) / rise if rise else math.nan
