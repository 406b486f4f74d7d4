"""What all methods for min f(x), c_E(x) = 0, c_I(x) ≥ 0 share: the multipliers and the conditions that they satisfy."""

from __future__ import annotations

import numpy as np

from ..constraints import Constraints
from ..method import Method
from ..objective import Objective, max_norm

__all__ = ["LagrangianMethod"]

_MULTIPLIERS_OF_ORDINARY_SIZE = 100.0


class LagrangianMethod(Method):
    """A method that seeks a point of Karush, Kuhn and Tucker, with multipliers λ:

        ∇f = J_Eᵀ λ_E + J_Iᵀ λ_I,   c_E = 0,   c_I ≥ 0,   λ_I ≥ 0,   c_I λ_I = 0

    The optimality measure is the largest entry by which one of these fails: |∇f - Jᵀ λ| / s, |c_E|, max(-c_I, 0) and
    |min(c_I, λ_I / s)|. s = max(1, mean |λ| / 100), so that large multipliers do not ask for what cannot be represented
    (Wächter and Biegler 2006, equation 6). So a run that converged is feasible within its tolerance.
    """

    handles = frozenset({"bounds", "constraints"})
    columns = ("violation",)

    constraints: Constraints

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        assert objective.constraints is not None  # `minimize` has made them, if only of no rows
        self.constraints = objective.constraints
        self.equal = np.zeros(self.constraints.equations)
        self.unequal = np.zeros(self.constraints.inequalities)

    @property
    def violation(self) -> float:
        return self.constraints.violation(self.x)

    @property
    def is_feasible(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.constraints.admit(self.x)

    def optimality(self, x, jac):
        return self.kkt_error(x, jac, self.equal, self.unequal)

    def condition(self, problem):
        from ..implicit.multipliers import KarushKuhnTucker

        return KarushKuhnTucker(problem)

    def kkt_error(self, x: np.ndarray, jac: np.ndarray, equal: np.ndarray, unequal: np.ndarray) -> float:
        c_I = self.constraints.values(x)[1]
        J_E, J_I = self.constraints.jacobians(x)
        scale = self.scale(equal, unequal)
        stationarity = max_norm(jac - equal @ J_E - unequal @ J_I) / scale
        complementarity = float(np.abs(np.minimum(c_I, unequal / scale)).max(initial=0.0))
        return max(stationarity, complementarity, self.constraints.violation(x))

    @staticmethod
    def scale(equal: np.ndarray, unequal: np.ndarray) -> float:
        """max(1, mean |λ| / 100)"""
        multipliers = np.abs(np.concatenate([equal, unequal]))
        return max(1.0, float(multipliers.mean()) / _MULTIPLIERS_OF_ORDINARY_SIZE) if multipliers.size else 1.0

    def hessian_of_lagrangian(self, objective: Objective, x, equal, unequal) -> np.ndarray:
        """∇²f(x) - Σ λᵢ ∇²cᵢ(x), shape (n, n)."""
        return objective.hessian(x) - self.constraints.hessian(x, equal, unequal)

    def multipliers(self, objective):
        return tuple(objective.sign * part for part in self.constraints.scatter(self.equal, self.unequal))

    def least_squares_multipliers(self, x: np.ndarray, jac: np.ndarray, active: np.ndarray) -> None:
        """Sets the λ that leave the least of ∇f - Jᵀ λ, for the equations and the active inequalities."""
        J_E, J_I = self.constraints.jacobians(x)
        found = np.linalg.lstsq(np.concatenate([J_E, J_I[active]]).T, jac, rcond=None)[0]
        self.equal, self.unequal = found[: len(J_E)], np.zeros(len(J_I))
        self.unequal[active] = np.maximum(found[len(J_E) :], 0.0)
