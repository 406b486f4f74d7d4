"""The line search of Moré and Thuente: strong Wolfe conditions, from an interval that always holds a solution."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .conditions import decreases, decreases_approximately, is_flat
from .interpolation import cubic_minimiser, quadratic_minimiser
from .ray import Outcome, Ray, Trial

__all__ = ["MoreThuente"]


@dataclass(frozen=True)
class MoreThuente:
    """φ(α) ≤ φ(0) + c1 α φ'(0)  and  |φ'(α)| ≤ c2 |φ'(0)|.

    Until a step satisfies the first condition and has φ' ≥ 0, the search is for a minimiser of the auxiliary function
    ψ(α) = φ(α) - φ(0) - c1 α φ'(0), then for one of φ. Where the values of φ agree to `noise` |φ(0)|, the first
    condition is replaced by the approximate one, which the paper does not do, and the step is marked `approximate`.

    c1, c2   as in the conditions, 0 < c1 < c2 < 1
    narrow   the search fails once the interval is narrower than this, relative to its upper end

    Source: Moré and Thuente 1994, Line search algorithms with guaranteed sufficient decrease, ACM TOMS 20.
    """

    c1: float = 1e-4
    c2: float = 0.9
    narrow: float = 1e-14
    max_step: float = math.inf
    max_evaluations: int = 40
    noise: float = 1e-10

    descends = True

    def __post_init__(self):
        if not 0 < self.c1 < self.c2 < 1:
            raise ValueError(f"the Wolfe conditions need 0 < c1 < c2 < 1, but c1 = {self.c1} and c2 = {self.c2}")

    def __call__(self, ray: Ray, alpha: float) -> Outcome:
        origin, noise = ray.origin, self.noise * abs(ray.origin.fun)
        low, high = origin, None  # the best step so far, and the other end once the interval is closed
        widths = (math.inf, math.inf)
        is_auxiliary, max_step = True, self.max_step
        alpha = min(alpha, max_step)
        for _ in range(self.max_evaluations):
            trial = ray.at(alpha)
            if trial.fun == -math.inf:  # unbounded below; there is nothing better
                return Outcome(trial, success=True)
            if not trial.is_finite:  # so far and no farther
                max_step, alpha = alpha, low.alpha + 0.1 * (alpha - low.alpha)
                if not ray.moves(alpha) or alpha == low.alpha:
                    break
                continue
            sufficient = decreases(origin, trial, self.c1)
            if is_flat(origin, trial, self.c2):
                if sufficient:
                    return Outcome(trial, success=True)
                if abs(trial.fun - origin.fun) <= noise and decreases_approximately(origin, trial, self.c1, noise):
                    return Outcome(trial, success=True, approximate=True)
            if alpha == max_step and sufficient and trial.slope <= self.c1 * origin.slope:
                return Outcome(trial, success=False)  # still descending, but no further is allowed
            is_auxiliary = is_auxiliary and not (sufficient and trial.slope >= 0)
            if is_auxiliary and not sufficient and trial.fun <= low.fun:
                ends = self._auxiliary(origin, low), self._auxiliary(origin, trial)
                other = None if high is None else self._auxiliary(origin, high)
            else:
                ends, other = (low, trial), high
            alpha = _next_step(*ends, other, _farthest(low, trial))
            low, high = _next_interval(low, trial, high, *ends)
            if high is None:
                alpha = min(alpha, max_step)
                continue
            width = abs(high.alpha - low.alpha)
            if width >= 0.66 * widths[0]:  # it must shrink by a third in two rounds
                alpha = low.alpha + 0.5 * (high.alpha - low.alpha)
            widths = (widths[1], width)
            if width <= self.narrow * max(low.alpha, high.alpha) or alpha in (low.alpha, high.alpha):
                break
        return ray.failure()

    def _auxiliary(self, origin: Trial, trial: Trial) -> Trial:
        """The trial with ψ and ψ' for φ and φ', up to the constant φ(0)."""
        slope = self.c1 * origin.slope
        return trial._replace(fun=trial.fun - trial.alpha * slope, slope=trial.slope - slope)


def _farthest(low: Trial, trial: Trial) -> float:
    """How far to go beyond a trial, without an interval yet."""
    return trial.alpha + 4 * (trial.alpha - low.alpha)


def _next_step(low: Trial, trial: Trial, high: Trial | None, farthest: float) -> float:
    """The next trial value: section 4 of the paper, by the four cases of what the values and slopes say."""
    t, forward = trial.alpha, trial.alpha > low.alpha
    cubic = cubic_minimiser(low.alpha, low.fun, low.slope, t, trial.fun, trial.slope)
    if trial.fun > low.fun:  # case 1: a minimiser lies between
        parabola = quadratic_minimiser(low.alpha, low.fun, low.slope, t, trial.fun)
        if not math.isfinite(cubic):
            return parabola
        return cubic if abs(cubic - low.alpha) < abs(parabola - low.alpha) else 0.5 * (cubic + parabola)
    secant = t + trial.slope / (trial.slope - low.slope) * (low.alpha - t) if trial.slope != low.slope else math.inf
    if trial.slope * low.slope < 0:  # case 2: so it does here
        return cubic if abs(cubic - t) >= abs(secant - t) else secant
    if abs(trial.slope) <= abs(low.slope):  # case 3: it flattens out
        beyond = (cubic - t) * (t - low.alpha) > 0  # not where it is nan
        if high is None:
            reach = cubic if beyond else farthest
            step = max(reach, secant) if math.isfinite(secant) and (secant > t) else reach
            return min(max(step, t + 1.1 * (t - low.alpha)), farthest)
        step = cubic if beyond and abs(cubic - t) < abs(secant - t) else secant
        limit = t + 0.66 * (high.alpha - t)
        return min(limit, step) if forward else max(limit, step)
    if high is None:  # case 4: it gets steeper
        return farthest
    cubic = cubic_minimiser(t, trial.fun, trial.slope, high.alpha, high.fun, high.slope)
    return cubic if math.isfinite(cubic) else 0.5 * (t + high.alpha)


def _next_interval(low: Trial, trial: Trial, high: Trial | None, l: Trial, t: Trial) -> tuple[Trial, Trial | None]:  # noqa: E741
    """The interval that holds a minimiser: the updating algorithm of section 3, with l and t as φ or ψ have them."""
    if t.fun > l.fun:
        return low, trial
    if t.slope * l.slope < 0:
        return trial, low
    return trial, high
