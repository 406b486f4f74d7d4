"""The augmented Lagrangian method, or method of multipliers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import UnknownOptionError
from ..objective import Objective
from ..status import Status
from .lagrangian import LagrangianMethod

__all__ = ["AugmentedLagrangian", "augmented_lagrangian"]

_INNER = ("bfgs", "lbfgs", "newton", "lbfgsb", "trust_reflective")  # the last two stay within bounds
_SECOND_ORDER = ("newton", "trust_reflective")
_LARGEST = 1e12  # penalty; beyond it nothing but the violation is left in f + penalty
_PATIENCE = 4  # outer iterations without a smaller error, before the run is at its precision


class AugmentedLagrangian(LagrangianMethod):
    """Each iteration minimises f with prices and penalties for violations, and adapts the prices."""

    name = "augmented_lagrangian"
    columns = ("violation", "penalty")

    def __init__(self, inner: str | None = None, penalty: float | None = None, growth: float = 10.0):
        if inner is not None and inner not in _INNER:
            raise UnknownOptionError(f"inner={inner!r}; give one of {', '.join(map(repr, _INNER))}")
        if not growth > 1 or not (penalty is None or penalty > 0):
            raise ValueError(f"augmented_lagrangian needs penalty > 0 and growth > 1, not {penalty} and {growth}")
        self.inner, self.first, self.growth = inner, penalty, growth
        self.order = 2 if inner is None or inner in _SECOND_ORDER else 1
        self.penalty = math.nan

    def max_iter(self, n):
        return 200  # minimisations

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        self._solver = self.inner or ("newton" if objective.bounds is None else "trust_reflective")
        self._kept = self.constraints.are_bounds & (self._solver in ("lbfgsb", "trust_reflective"))
        c_E, c_I = self.constraints.values(x)
        square = float(c_E @ c_E + np.minimum(c_I, 0) @ np.minimum(c_I, 0))
        # Birgin and Martínez 2014, equation 12.1: the penalty is of the size of f
        self.penalty = self.first or min(max(2 * abs(self.fun) / square, 1e-1), 1e3) if square else self.first or 10.0
        self._tol, self._least_error, self._idle, self._unsatisfied = 1e-1, math.inf, 0, math.inf

    def advance(self, objective: Objective) -> Status | None:
        x = self.x
        augmented = _Augmented(objective, self.constraints, self.equal, self.unequal, self.penalty, self._kept)
        ahead, status = self._minimised(augmented, x)
        if status in (Status.NOT_FINITE, Status.UNBOUNDED):
            return self._raise_penalty(Status.UNBOUNDED)
        value, jac = objective.value_and_gradient(ahead)
        if not (math.isfinite(value) and np.isfinite(jac).all()):
            return Status.NOT_FINITE
        self.equal, self.unequal = augmented.multipliers(ahead)
        self._price_bounds(ahead, jac)
        self.step_norm, self.lr = float(np.linalg.norm(ahead - x)), 1 / self.penalty
        self.x, self.fun, self.jac = ahead, value, jac
        error, violation = self.optimality(ahead, jac), self.violation
        c_I = self.constraints.values(ahead)[1]
        unsatisfied = max(violation, float(np.abs(np.minimum(c_I, self.unequal / self.penalty)).max(initial=0.0)))
        if unsatisfied > max(0.25 * self._unsatisfied, self.constraints.tolerance):
            stopped = self._raise_penalty(Status.INFEASIBLE if violation > 1e-4 else None)
            if stopped is not None:
                return stopped
        self._unsatisfied = unsatisfied
        self._tol = max(0.1 * min(self._tol, error), 0.1 * self.constraints.tolerance)
        self._idle = 0 if error < self._least_error else self._idle + 1
        self._least_error = min(error, self._least_error)
        if self._idle >= _PATIENCE and violation <= 1e2 * self.constraints.tolerance and error <= 1e-4:
            return Status.PRECISION_LIMIT
        return None

    def _minimised(self, augmented, x):
        from ..methods import make_method

        method: Any = make_method(self._solver, {})
        method.start(augmented, x)
        for _ in range(max(100, 10 * x.size)):
            if method.optimality(method.x, method.jac) <= self._tol:
                return method.x, Status.CONVERGED
            if method.fun == -math.inf:
                return method.x, Status.UNBOUNDED
            stopped = method.advance(augmented)
            if stopped is not None:
                return method.x, stopped
        return method.x, Status.ITERATION_LIMIT

    def _price_bounds(self, x, jac):
        """The multipliers of bounds that are kept, not paid for: the rest of the gradient, where they are active."""
        if self._kept.any():
            c_I = self.constraints.values(x)[1]
            J_E, J_I = self.constraints.jacobians(x)
            rest = J_I @ (jac - self.equal @ J_E - self.unequal @ J_I)
            self.unequal = np.where(self._kept, np.where(c_I < rest, np.maximum(rest, 0.0), 0.0), self.unequal)

    def _raise_penalty(self, otherwise):
        if self.penalty >= _LARGEST:
            return otherwise
        self.penalty *= self.growth
        return None

    def hessian(self, objective, x):
        return objective.hessian(x) if self.order == 2 else None


class _Augmented:
    """f(x) + ½ρ ‖c_E - λ_E / ρ‖² + ½ρ ‖max(λ_I / ρ - c_I, 0)‖², as a descent sees an objective.

    kept  which inequalities are bounds that the method keeps by itself
    """

    def __init__(self, objective, constraints, equal, unequal, penalty, kept):
        self.objective, self.constraints, self.layout = objective, constraints, objective.layout
        self.equal, self.unequal, self.penalty, self.kept = equal, unequal, penalty, kept
        self.bounds = objective.bounds if kept.any() else None
        self._at: Any = None  # the last point of a Hessian
        self._hessian = np.empty((0, 0))
        self.hessians_from = "gradients"  # for others than those that ask for them

    def multipliers(self, x):
        """λ_E - ρ c_E and max(λ_I - ρ c_I, 0): the next ones, and the derivatives of the penalties."""
        c_E, c_I = self.constraints.values(x)
        unequal = np.maximum(self.unequal - self.penalty * c_I, 0.0)
        return self.equal - self.penalty * c_E, np.where(self.kept, 0.0, unequal)

    def value(self, x):
        return self.objective.value(x) + self._penalties(x)

    def value_and_gradient(self, x):
        value, jac = self.objective.value_and_gradient(x)
        J_E, J_I = self.constraints.jacobians(x)
        equal, unequal = self.multipliers(x)
        return value + self._penalties(x), jac - equal @ J_E - unequal @ J_I

    def hessian_product(self, x, v):
        return self.hessian(x) @ v

    def hessian(self, x):
        if x is self._at:
            return self._hessian
        J_E, J_I = self.constraints.jacobians(x)
        equal, unequal = self.multipliers(x)
        active = J_I[unequal > 0]
        self._at, self._hessian = (
            x,
            (
                self.objective.hessian(x)
                - self.constraints.hessian(x, equal, unequal)
                + self.penalty * (J_E.T @ J_E + active.T @ active)
            ),
        )
        return self._hessian

    def _penalties(self, x):
        equal, unequal = self.multipliers(x)
        return float(equal @ equal + unequal @ unequal) / (2 * self.penalty)


def augmented_lagrangian(inner: str | None = None, penalty: float | None = None, growth: float = 10.0):
    """The augmented Lagrangian method: min f(x), c_E(x) = 0, c_I(x) ≥ 0, by free minimisations.

        x⁺ = argmin f(x) + ½ρ ‖c_E(x) - λ_E / ρ‖² + ½ρ ‖max(λ_I / ρ - c_I(x), 0)‖²
        λ_E⁺ = λ_E - ρ c_E(x⁺),   λ_I⁺ = max(λ_I - ρ c_I(x⁺), 0)

    ρ grows where an iteration does not make the violation four times smaller.

    inner    how the minimisations are done: "newton" with exact second derivatives, "bfgs" or "lbfgs", for which bounds
             are inequalities like others, so that f is evaluated outside of them too; or "trust_reflective" (exact
             second derivatives) or "lbfgsb", which stay within. By default "newton", and "trust_reflective" with bounds
    penalty  the first ρ; by default of the size of f beside the squared violation at x0
    growth   factor of ρ

    An iteration is one such minimisation. `result.multipliers` and the optimality measure are as `sqp` has them.

    Source: Hestenes 1969, Powell 1969, Rockafellar 1974; Birgin and Martínez 2014, algorithm 4.1.

    >>> import optim
    >>> circle = {"type": "eq", "fun": lambda x: x @ x - 2}
    >>> res = optim.minimize(lambda x: x.sum(), np.array([-0.5, 0.1]), "augmented_lagrangian", constraints=circle)
    >>> res.x.round(6), res.multipliers[0].round(6)
    (array([-1., -1.]), array([-0.5]))
    """
    return AugmentedLagrangian(inner, penalty, growth)
