"""Where a line search starts: policies of their own, so that any goes with any search."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

__all__ = ["ConstantStep", "InitialStep", "PreviousChange", "PreviousDecrease", "UnitStep"]


class InitialStep(Protocol):
    """Proposes the first step along a ray.

    x, fun, jac  the iterate
    slope        φ'(0)
    scaled       whether the direction has the length of a step already, as Newton's has
    decrease     of the objective in the iteration before; nan in the first
    change       α φ'(0) of the iteration before, the decrease that its slope promised; nan in the first
    """

    def __call__(
        self,
        x: np.ndarray,
        fun: float,
        jac: np.ndarray,
        slope: float,
        scaled: bool,
        decrease: float,
        change: float = math.nan,
    ) -> float: ...


@dataclass(frozen=True)
class UnitStep:
    """α = 1 along directions that are steps already; along others, a small part of the way to zero.

    Without curvature to go by, α ‖d‖∞ = `fraction` ‖x‖∞; from x = 0, the step that would bring the objective to zero if
    it were linear, times `fraction`, or a step of `fraction`, whichever is shorter.

    Source: Hager and Zhang 2005, the first step of their algorithm's "initial".
    """

    fraction: float = 0.01

    def __call__(self, x, fun, jac, slope, scaled, decrease, change=math.nan):
        if scaled:
            return 1.0
        steepest = float(np.abs(jac).max())
        reach = self.fraction * float(np.abs(x).max())
        if not reach:
            reach = self.fraction * min(1.0, 2 * abs(fun) / steepest) or self.fraction
        return reach / steepest


@dataclass(frozen=True)
class PreviousDecrease:
    """α = 2 Δf / φ'(0): the step that would repeat the decrease of the iteration before if φ were a parabola.

    It is lengthened by 1 %, so that a unit step is tried once the method converges fast, and never exceeds one for
    directions that are steps already.

    Source: Nocedal and Wright 2006, equation (3.60).
    """

    first: InitialStep = UnitStep()

    def __call__(self, x, fun, jac, slope, scaled, decrease, change=math.nan):
        proposed = -2.02 * decrease / slope
        if not 0 < proposed < math.inf:
            return self.first(x, fun, jac, slope, scaled, decrease)
        return min(1.0, proposed) if scaled else proposed


@dataclass(frozen=True)
class PreviousChange:
    """α = α_k φ_k'(0) / φ'(0): the step that promises the same first-order change as the step of the iteration before.

    For directions whose length says little, as those of conjugate gradients. Never exceeds one for directions that are
    steps already.

    Source: Nocedal and Wright 2006, section 3.5, above equation (3.60).
    """

    first: InitialStep = UnitStep()

    def __call__(self, x, fun, jac, slope, scaled, decrease, change=math.nan):
        proposed = change / slope
        if not 0 < proposed < math.inf:
            return self.first(x, fun, jac, slope, scaled, decrease)
        return min(1.0, proposed) if scaled else proposed


@dataclass(frozen=True)
class ConstantStep:
    """α = step, in every iteration."""

    step: float = 1.0

    def __post_init__(self):
        if not self.step > 0:
            raise ValueError(f"the first step must be greater than 0, but it is {self.step!r}")

    def __call__(self, x, fun, jac, slope, scaled, decrease, change=math.nan):
        return self.step
