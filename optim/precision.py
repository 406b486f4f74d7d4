"""Whether a decrease of the objective can still be told from rounding."""

from __future__ import annotations

import math

import numpy as np

from .objective import Objective

__all__ = ["is_at_precision_limit"]

_SAFETY = 10  # rounding errors add up; a decrease must exceed their size by this to be called representable


def is_at_precision_limit(
    objective: Objective, x: np.ndarray, fun: float, jac: np.ndarray, direction: np.ndarray
) -> bool:
    """Whether what can be gained along a direction of descent is below the rounding error of the objective at x.

    Rounding is measured, not guessed: the objective and its gradient are evaluated at floating-point neighbours of x.
    What can be gained is φ'² / 2φ'', the decrease of the parabola along the direction, with φ'' from one difference of
    gradients. At a kink there is no parabola; there the answer is yes where every entry of the gradient changes by as
    much as its own size between neighbours. Asked where a line search has failed, it tells the end of what floating
    point can do from wrong derivatives.
    """
    value_noise, gradient_noise = _SAFETY * objective.layout.epsilon * abs(fun), np.zeros_like(jac)
    for pattern in (np.sign(jac), -np.sign(jac), np.resize([1.0, -1.0], x.size)):
        near_fun, near_jac = objective.value_and_gradient(x + pattern * objective.layout.epsilon * np.abs(x))
        if math.isfinite(near_fun) and np.isfinite(near_jac).all():
            value_noise = max(value_noise, _SAFETY * abs(near_fun - fun))
            gradient_noise = np.maximum(gradient_noise, np.abs(near_jac - jac))
    if (np.abs(jac) <= gradient_noise).all():
        return True
    unit = direction / np.abs(direction).max()  # first, so that the squares do not underflow
    unit /= np.sqrt(unit @ unit)
    slope = float(jac @ unit)
    distance = math.sqrt(objective.layout.epsilon) * max(1.0, float(np.sqrt(x @ x)))
    _, ahead = objective.value_and_gradient(x + distance * unit)
    curvature = float((ahead - jac) @ unit) / distance
    return curvature > 0 and slope * slope / (2 * curvature) <= value_noise
