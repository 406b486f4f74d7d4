"""When a step along a ray is good enough: the conditions that line searches look for."""

from __future__ import annotations

from .ray import Trial

__all__ = ["decreases", "decreases_approximately", "is_flat", "is_not_steeper"]


def decreases(origin: Trial, trial: Trial, c1: float) -> bool:
    """Sufficient decrease, φ(α) ≤ φ(0) + c1 α φ'(0) (Armijo 1966)."""
    return trial.fun <= origin.fun + c1 * trial.alpha * origin.slope


def decreases_approximately(origin: Trial, trial: Trial, c1: float, noise: float) -> bool:
    """φ(α) ≤ φ(0) + noise  and  φ'(α) ≤ (2 c1 - 1) φ'(0).

    For a parabola the second is the same as sufficient decrease, but it has no difference of values that are nearly
    equal, so it still tells good from bad where values do not (Hager and Zhang 2005, equation (4.1)).
    """
    return trial.fun <= origin.fun + noise and trial.slope <= (2 * c1 - 1) * origin.slope


def is_flat(origin: Trial, trial: Trial, c2: float) -> bool:
    """The strong curvature condition, |φ'(α)| ≤ c2 |φ'(0)|."""
    return abs(trial.slope) <= c2 * abs(origin.slope)


def is_not_steeper(origin: Trial, trial: Trial, c2: float) -> bool:
    """The curvature condition of Wolfe 1969, φ'(α) ≥ c2 φ'(0)."""
    return trial.slope >= c2 * origin.slope
