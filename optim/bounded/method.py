"""L-BFGS-B: many variables with bounds."""

from __future__ import annotations

import math

import numpy as np

from ..bounds import Bounds
from ..confirmation import Confirmation
from ..errors import UnknownOptionError
from ..line_search import LineSearch, Ray, Trial, line_search
from ..method import Method
from ..objective import max_norm
from ..precision import rescue
from ..status import Status
from .cauchy import cauchy_point
from .compact import CompactHessian

__all__ = ["LBFGSB", "lbfgsb"]

_RESCUES = 10  # of a run, by Newton steps where its own lead nowhere
_PATIENCE = 8  # iterations that neither lower the objective nor halve the gradient, before rounding is suspected


class LBFGSB(Method):
    """See `lbfgsb`, which makes it."""

    name = "lbfgsb"
    handles = frozenset({"bounds"})

    def __init__(self, memory: int, search: str | LineSearch):
        if memory < 1:
            raise UnknownOptionError(f"L-BFGS-B needs a memory of at least one pair, not {memory}")
        self.memory, self.search = memory, line_search(search)

    def start(self, objective, x):
        free = np.full(x.size, np.inf)
        self._box = objective.bounds or Bounds(-free, free)
        self._hessian = CompactHessian(self.memory, x.size)
        super().start(objective, x)
        self._idle, self._lowest, self._least = 0, self.fun, math.inf
        self._rescues, self._confirmation = 0, Confirmation()

    def optimality(self, x, jac):
        """‖P(x - ∇f(x)) - x‖∞, which vanishes where no feasible direction leads down."""
        if jac is None:
            return math.nan
        return max_norm(self._box.clip(x - jac) - x)

    def advance(self, objective):
        if not np.isfinite(self.jac).all():
            return Status.NOT_FINITE
        if (status := self._confirmation.verdict(self.fun)) is not None:
            return status
        if (newton := self._confirmation.taken()) is not None and self._goes(objective, newton):
            return None
        direction = self._direction()
        if not direction @ self.jac < 0 or not self._go(objective, direction):
            self._hessian.forget()
            direction = self._direction()
            if not direction.any() or not self._go(objective, direction):
                return self._stuck(objective, direction)
        return self._finish_if_idle(objective, direction)

    def _direction(self):
        """To the minimiser of the model over the variables that are free at its Cauchy point."""
        x, g, B, box = self.x, self.jac, self._hessian, self._box
        cauchy, _ = cauchy_point(x, g, box.lower, box.upper, B)
        free = (cauchy > box.lower) & (cauchy < box.upper)
        if not free.any() or not B.W.size:
            return cauchy - x
        # Byrd et al. 1995, the direct primal method, equation (5.11). It goes from where only the variables at their
        # bounds have moved, not from the Cauchy point, for B need not be as exact along the path as it is at the end
        W, start = B.W[free], np.where(free, x, cauchy)
        reduced = g[free] - W @ (B.M @ (B.W.T @ (start - x)))
        try:
            v = np.linalg.solve(B.M_inverse - W.T @ W / B.theta, W.T @ reduced)
        except np.linalg.LinAlgError:
            return cauchy - x
        step = np.zeros_like(x)
        step[free] = -reduced / B.theta - W @ v / B.theta**2
        # Morales and Nocedal 2011: project onto the box, unless that does not descend; then cut off
        projected = box.clip(start + step) - x
        if projected @ g < 0:
            return projected
        step = start + step - cauchy
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(step > 0, (box.upper - cauchy) / step, (box.lower - cauchy) / step)
        return box.clip(cauchy + min(1.0, float(room[step != 0].min(initial=1.0))) * step) - x

    def _go(self, objective, direction) -> bool:
        """Searches along a direction within the box; whether a lower point was found."""
        ray = _BoxRay(objective, self.x, self.fun, self.jac, direction, self._box)
        if not ray.origin.slope < 0:
            return False
        learnt = self._hessian.W.size > 0
        alpha = 1.0 if learnt else min(1.0, 1 / math.sqrt(direction @ direction))
        trial, success, _ = self.search(ray, min(alpha, ray.longest))
        if not success and not trial.fun < self.fun:
            return False
        jac = trial.jac if trial.jac is not None else objective.value_and_gradient(trial.x)[1]
        step = trial.x - self.x
        self._hessian.update(step, jac - self.jac)
        self.step_norm, self.lr = math.sqrt(step @ step), trial.alpha
        self.x, self.fun, self.jac = trial.x, trial.fun, jac
        return True

    def _finish_if_idle(self, objective, direction):
        gradient, noise = self.optimality(self.x, self.jac), 4 * objective.layout.epsilon * abs(self.fun)
        if self.fun < self._lowest - noise or gradient < 0.5 * self._least:
            self._idle, self._lowest, self._least = 0, min(self.fun, self._lowest), min(gradient, self._least)
            return None
        self._idle += 1
        return self._stuck(objective, direction) if self._idle == _PATIENCE else None

    def _stuck(self, objective, direction):
        """No lower point was found: there is none to represent, or Newton's step leads on; or derivatives are wrong."""
        feasible = self._box.clip(self.x - self.jac) - self.x
        found = rescue(objective, self.x, self.fun, self.jac, direction, feasible)
        if found is None:
            return Status.PRECISION_LIMIT
        if found.certain and self._rescues < _RESCUES:
            self._rescues += 1
            if self._goes(objective, found.step):
                return None
        return Status.LINE_SEARCH_FAILED

    def _goes(self, objective, newton) -> bool:
        """Tries Newton's step of the free variables, projected onto the box."""
        direction = self._box.clip(self.x + newton) - self.x
        return bool(direction @ self.jac < 0) and self._go(objective, direction)

    def confirms(self, objective, tol):
        """Whether ½ gᵀ|∇²f|⁻¹g promises no more than little; see `precision.objection`."""
        direction = self._direction() if self._hessian.W.size else None
        return self._confirmation.asks(objective, self.x, self.fun, self.jac, tol, direction)


class _BoxRay(Ray):
    """A ray that stays within the box although α d is rounded; it ends where it leaves the box."""

    __slots__ = ("box", "longest")

    def __init__(self, objective, x, fun, jac, direction, box):
        super().__init__(objective, x, fun, jac, direction)
        self.box = box
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(direction > 0, (box.upper - x) / direction, (box.lower - x) / direction)
        self.longest = max(1.0, float(room[direction != 0].min(initial=math.inf)))

    def at(self, alpha):
        if alpha > self.longest:
            return Trial(alpha, self.origin.x, math.inf, None, math.nan)  # outside; too high for any search
        x = self.box.clip(self.origin.x + alpha * self.direction)
        fun, jac = self.objective.value_and_gradient(x)
        return self._keep(Trial(alpha, x, fun, jac, float(jac.dot(self.direction))))

    def value_at(self, alpha):
        if alpha > self.longest:
            return Trial(alpha, self.origin.x, math.inf, None, math.nan)
        x = self.box.clip(self.origin.x + alpha * self.direction)
        return self._keep(Trial(alpha, x, self.objective.value(x), None, math.nan))


def lbfgsb(memory: int = 10, line_search: str | LineSearch = "strong_wolfe") -> LBFGSB:
    """L-BFGS-B: minimises within bounds lower ≤ x ≤ upper, for many variables. O(memory · n) an iteration.

        x_c = the Cauchy point on P(x - t ∇f(x)),    x̄ = argmin of the model over what is free at x_c,
        x⁺ = x + α (P(x̄) - x)

    memory       pairs of steps and changes of the gradient that make up the model
    line_search  by name or as an object

    The optimality measure is ‖P(x - ∇f(x)) - x‖∞.

    Source: Byrd, Lu, Nocedal and Zhu 1995, A limited memory algorithm for bound constrained optimization; Morales and
    Nocedal 2011, Remark on algorithm 778.

    >>> import optim
    >>> optim.minimize(optim.problems.rosenbrock, np.zeros(2), "lbfgsb", bounds=[(None, 0.5), (None, None)]).x.round(8)
    array([0.5 , 0.25])
    """
    return LBFGSB(memory, line_search)
