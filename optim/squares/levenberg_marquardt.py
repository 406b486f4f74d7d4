"""Levenberg and Marquardt's method with geodesic acceleration, down to the last digits of the parameters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import UnknownOptionError
from ..method import Method
from ..precision import is_at_precision_limit
from ..status import Status
from .damped import DampedSystem, box_step
from .gauss_newton import require_squares
from .polish import Polish

__all__ = ["LevenbergMarquardt", "lm"]

_FADING = 0.5  # what is left of the scale of a variable after an iteration
_LEAST_SCALE = 1e-30  # of a variable beside the largest: one that matters this little is not to run away
_MOST_DAMPING = 1e40  # a step this short moves nothing


class LevenbergMarquardt(Method):
    """See `lm`, which makes it. Here is how it goes on from an iterate.

    A step is taken where it lowers F. The damping λ follows the gain ratio, actual by predicted decrease. Near the
    solution F does not tell better from worse points any more, long before the parameters have all the digits they can
    have; there `Polish` takes over. Variables that are at a bound and pushed against it are left out of the model.
    """

    name = "lm"
    handles = frozenset({"bounds"})
    columns = ("damping",)
    tol = 0.0

    def __init__(self, damping: float, geodesic: bool, bend: float, x_scale, polish: bool):
        self.damping, self.geodesic, self.bend, self.x_scale, self.polish = damping, geodesic, bend, x_scale, polish

    def max_iter(self, n):
        return max(5000, 200 * n)

    def start(self, objective, x):
        require_squares(objective)
        super().start(objective, x)
        self._growth = 2.0
        self._scale = np.zeros_like(x) if isinstance(self.x_scale, str) else 1 / _positive(self.x_scale, objective)
        self._polish = Polish() if self.polish else None
        if np.isfinite(self.jac).all():
            self._arrive(objective)
            self._limit_first_step()

    def advance(self, objective):
        if self._polish is not None and self._polish.is_due(self.x, self.system, self.free):
            finished = self._polish.refine(objective, self)
            if finished is not None:
                return finished
            if self._polish.has_moved:
                return None
        while self.damping < _MOST_DAMPING:
            step, predicted = self._propose(objective)
            x = self.x + step if objective.bounds is None else objective.bounds.clip(self.x + step)
            if not (x != self.x).any():
                break
            fun = objective.value(x)
            gain = (self.fun - fun) / predicted if predicted > 0 else -1.0
            if gain > 0 and self.go(objective, x):
                # Nielsen 1999, equation (2.5): a smooth function of the gain ratio
                self.damping *= max(1 / 3, 1 - (2 * gain - 1) ** 3)
                self._growth = 2.0
                return None
            self.damping *= self._growth
            self._growth *= 2
        return self._stuck(objective)

    def go(self, objective, x) -> bool:
        """Makes x the iterate; not where the Jacobian is not finite there."""
        fun, jac = objective.value_and_gradient(x)
        if not math.isfinite(fun) or not np.isfinite(jac).all():
            return False
        self.step_norm = float(np.linalg.norm(x - self.x))
        self.x, self.fun, self.jac = x, fun, jac
        self._arrive(objective)
        return True

    def optimality(self, x, jac):
        """max over the free variables of |gⱼ| / ‖Jⱼ‖ ‖r‖, the cosine of the angle between r and column j of J."""
        if jac is None or not np.isfinite(jac).all():
            return math.nan
        free = self._free_at(x, jac)
        below = self._column_norms[free] * self._residual_norm
        return min(1.0, float(np.max(np.abs(jac[free]) / np.where(below > 0, below, 1), initial=0.0)))

    def hessian(self, objective: Any, x):
        """Gauss and Newton's, J̃ᵀ J̃."""
        _, J = objective.linearised(x)
        return J.T @ J

    # -- the model at an iterate ---------------------------------------------------------------------------------------

    def _arrive(self, objective):
        """Factorises the model at the iterate."""
        self._bounds = objective.bounds
        r, J = objective.linearised(self.x)
        self._column_norms, self._residual_norm = np.linalg.norm(J, axis=0), float(np.linalg.norm(r))
        if isinstance(self.x_scale, str):  # a column that vanishes for a while must not set its variable free
            self._scale = np.maximum(_FADING * self._scale, self._column_norms)
        self.free = self._free_at(self.x, self.jac)
        largest = self._scale.max()
        scale = np.maximum(self._scale, _LEAST_SCALE * largest) if largest > 0 else np.ones_like(self._scale)
        self.system = DampedSystem(r, J[:, self.free], scale[self.free])

    def _limit_first_step(self):
        """Raises λ until the first step is no longer than the way from the origin, ‖D δ‖ ≤ ‖D x0‖: a guess knows x0's
        size at best, and from too far there may be no way back."""
        size = self.system.norm(self.x[self.free]) if self.x.all() else 0.0
        while size and self.system.norm(self.system.step(self.damping)[0]) > size and self.damping < _MOST_DAMPING:
            self.damping *= 4

    def _free_at(self, x, jac):
        """Which variables may move downhill: all that are not pushed against a bound."""
        if self._bounds is None:
            return np.ones(x.size, bool)
        return ~(((x <= self._bounds.lower) & (jac >= 0)) | ((x >= self._bounds.upper) & (jac <= 0)))

    def _propose(self, objective):
        """A step, shape (n,), and the decrease of F that the model predicts for it."""
        velocity, predicted = self.system.step(self.damping)
        step = np.zeros_like(self.x)
        step[self.free] = velocity
        if not np.isfinite(step).all():
            return step * 0.0, 0.0
        if self._bounds is not None and not self._bounds.contain(self.x + step):
            below, above = self._bounds.lower - self.x, self._bounds.upper - self.x
            inside, predicted = box_step(self.system, self.damping, below[self.free], above[self.free])
            step[self.free] = inside
            return step, predicted
        if self.geodesic:
            bent = objective.bending(self.x, step)
            if np.isfinite(bent).all():
                acceleration = self.system.solve(self.damping, -0.5 * bent)
                if self.system.norm(acceleration) * 2 <= self.bend * self.system.norm(velocity):
                    step[self.free] += acceleration
        return step, predicted

    def _stuck(self, objective):
        """Why no step leads down: there is no lower point to represent, or the derivatives are wrong."""
        self.damping = 1.0
        if is_at_precision_limit(objective, self.x, self.fun, self.jac, -self.jac):
            return Status.PRECISION_LIMIT
        return Status.LINE_SEARCH_FAILED


def lm(
    damping: float = 1e-3, geodesic: bool = True, bend: float = 0.75, x_scale="jac", polish: bool = True
) -> LevenbergMarquardt:
    """Levenberg-Marquardt for sums of squares, F(x) = ½‖r(x)‖², with bounds where there are any.

        δ = argmin ‖J δ + r‖² + λ ‖D δ‖²,    a = -½ argmin ‖J a - ∂²r/∂δ²‖² + λ ‖D a‖²,    x⁺ = x + δ + a

    damping   λ at the start, in units of the scaled JᵀJ
    geodesic  whether steps are bent by the acceleration a, which follows the curve on which the residual goes straight;
              its second directional derivative comes from nested dual numbers
    bend      the most that 2‖D a‖ / ‖D δ‖ may be for a to be used
    x_scale   "jac": D holds the norms of the columns of J, or half of what they were an iteration before, whichever is
              more; or the typical sizes of the variables, 1 / D: a number, or one for each
    polish    whether Newton steps with the exact Hessian refine the solution until they stop shrinking

    With tol = 0, its default, it goes on to the limit of floating point. The optimality measure is the largest cosine
    of an angle between the residual and a column of J.

    Source: Moré 1978, The Levenberg-Marquardt algorithm; Nielsen 1999, Damping parameter in Marquardt's method;
    Transtrum and Sethna 2012, Improvements to the Levenberg-Marquardt algorithm, for the acceleration.

    >>> import optim
    >>> optim.least_squares(lambda x: np.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]]), np.array([-1.2, 1.0]), "lm").x
    array([1., 1.])
    """
    if not 0 < damping < math.inf:
        raise UnknownOptionError(f"damping must be a positive number, but it is {damping!r}")
    if isinstance(x_scale, str) and x_scale != "jac":
        raise UnknownOptionError(f"x_scale={x_scale!r}; give 'jac', a positive number or one for each variable")
    return LevenbergMarquardt(damping, geodesic, bend, x_scale, polish)


def _positive(x_scale, objective):
    scale = np.broadcast_to(np.asarray(x_scale, float), objective.x0.shape)
    if not (scale > 0).all() or not np.isfinite(scale).all():
        raise UnknownOptionError(f"x_scale must be positive and finite, but it is {x_scale!r}")
    return scale
