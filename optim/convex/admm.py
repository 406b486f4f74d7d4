"""The alternating direction method of multipliers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..directions.newton import is_safely_positive, reflected_step
from ..errors import UnsupportedProblemError
from ..objective import Objective, max_norm
from ..proximal import InvalidTermError, Term
from ..status import Status
from ..traced import as_array
from .composite import Composite

__all__ = ["ADMM", "admm"]

_INNER = 50  # Newton steps for x
_BALANCE, _FACTOR = 10.0, 2.0  # ρ is changed by the factor where one residual is so many times the other
_ADAPTED = 1000  # iterations during which ρ may change; after them it stays, so that the method converges


class ADMM(Composite):
    """min f(x) + g(A x), with x and z = A x taken in turn."""

    name = "admm"
    order = 2
    A: np.ndarray
    _g: Any
    columns = ("primal_residual", "dual_residual", "rho")

    def __init__(self, regularizer=None, matrix=None, rho: float = 1.0, relaxation: float = 1.6, adapt: bool = True):
        super().__init__(regularizer)
        if not rho > 0 or not 0 < relaxation < 2:
            raise ValueError(f"admm needs rho > 0 and 0 < relaxation < 2, not {rho} and {relaxation}")
        if matrix is not None and not isinstance(regularizer, Term):
            raise InvalidTermError("admm with a matrix A needs a regularizer g for A x, one term of optim.proximal")
        self.matrix = None if matrix is None else as_array(matrix)
        self.first, self.relaxation, self.adapt = rho, relaxation, adapt
        self.primal_residual = self.dual_residual = self.rho = math.nan

    def max_iter(self, n):
        return max(10_000, 200 * n)

    def start(self, objective: Objective, x: np.ndarray) -> None:
        n = x.size
        if self.matrix is None:
            self.term = self._term(objective)
            self.A, self._g = np.eye(n), self.term
            x = self.term.prox(x) if self.term.is_set else x
        else:
            self._set_matrix(objective, n, self.matrix)
        objective.term = self.term
        self._go_to(objective, x)
        self._inner, self.z, self.rho, self._k = self.x, self.A @ self.x, self.first, 0
        self.u = np.zeros(len(self.A))
        self.primal_residual, self.dual_residual = 0.0, max_norm(self.jac)

    def optimality(self, x, jac):
        """‖A x - z‖∞ and ‖∇f(x) + ρ Aᵀ u‖∞, the larger, where ρ u is in ∂g(z); without a matrix as for the others."""
        if self.matrix is None:
            return super().optimality(x, jac)
        measure = max(max_norm(self.A @ x - self.z), max_norm(jac + self.rho * (self.A.T @ self.u)))
        if self._k:
            return measure
        # at the start z is no prox yet, so ρ u need not be in ∂g(z)
        return max(measure, self.rho * max_norm(self.z - self._g.prox(self.z + self.u, 1 / self.rho)))

    def condition(self, problem):
        if self.matrix is None:
            return super().condition(problem)
        from ..implicit.conditions import ComposedFixedPoint

        def dual(result):
            return result.run.method.rho * result.run.method.u

        return ComposedFixedPoint(problem.gradient, self.regularizer, self.matrix, dual)

    def hessian(self, objective, x):
        return objective.hessian(x)

    def advance(self, objective):
        x = self._minimised(objective)
        if x is None:
            return Status.NOT_FINITE
        mixed = self.relaxation * (self.A @ x) + (1 - self.relaxation) * self.z
        z_before, self.z = self.z, self._g.prox(mixed + self.u, 1 / self.rho)
        self.u = self.u + mixed - self.z
        self.primal_residual = max_norm(self.A @ x - self.z)
        self.dual_residual = self.rho * max_norm(self.A.T @ (self.z - z_before))
        before, self._inner = self.x, x
        # z has the zeros that g asks for, and is within the set; where there is a matrix, z is no point
        self._go_to(objective, self.z if self.matrix is None else x)
        if not (math.isfinite(self.fun) and np.isfinite(self.jac).all()):
            return Status.NOT_FINITE
        self.step_norm, self.lr = float(np.linalg.norm(self.x - before)), 1 / self.rho
        self._balance()
        return None

    def _minimised(self, objective):
        """argmin f(x) + ½ρ ‖A x - z + u‖², by Newton's method from the x before."""
        x, gram = self._inner, self.rho * (self.A.T @ self.A)

        def value_and_gradient(x):
            value, jac = objective.value_and_gradient(x)
            r = self.A @ x - self.z + self.u
            return value + 0.5 * self.rho * float(r @ r), jac + self.rho * (self.A.T @ r)

        value, gradient = value_and_gradient(x)
        accuracy = 1e-2 * min(1.0, max(self.primal_residual, self.dual_residual))
        for _ in range(_INNER):
            if max_norm(gradient) <= max(accuracy * 1e-2, 1e-13 * max(1.0, max_norm(self.rho * (self.A.T @ self.z)))):
                break
            H = objective.hessian(x) + gram
            if not (np.isfinite(H).all() and np.isfinite(gradient).all()):
                return None
            d = -np.linalg.solve(H, gradient) if is_safely_positive(H) else reflected_step(H, gradient, 1e-8)
            slope, alpha = float(gradient @ d), 1.0
            while alpha > 1e-10:
                ahead = x + alpha * d
                after, gradient_after = value_and_gradient(ahead)
                if after <= value + 1e-4 * alpha * slope + 1e-14 * max(1.0, abs(value)):
                    break
                alpha *= 0.5
            else:
                break
            is_small = -slope <= 1e-15 * max(1.0, abs(value))
            x, value, gradient = ahead, after, gradient_after
            if is_small:
                break
        return x

    def _balance(self):
        self._k += 1
        if not self.adapt or self._k > _ADAPTED:
            return
        primal, dual = self.primal_residual, self.dual_residual
        factor = _FACTOR if primal > _BALANCE * dual else 1 / _FACTOR if dual > _BALANCE * primal else 1.0
        self.rho, self.u = self.rho * factor, self.u / factor

    def _set_matrix(self, objective, n, matrix):
        if objective.term is not None or objective.bounds is not None:
            raise UnsupportedProblemError("admm takes one of regularizer, constraints and bounds, not several")
        if matrix.ndim != 2 or matrix.shape[1] != n:
            raise InvalidTermError(f"the matrix of admm has shape {matrix.shape}, but x0 has {n} numbers")
        self.A, self._g = matrix, self.regularizer
        self.term = _Composed(self.regularizer, matrix)


class _Composed(Term):
    """g(A x), which has no prox of its own."""

    is_set = False

    def __init__(self, g, A):
        self.g, self.A = g, A

    def __call__(self, x):
        return self.g(self.A @ x)


def admm(regularizer=None, matrix=None, rho: float = 1.0, relaxation: float = 1.6, adapt: bool = True) -> ADMM:
    """The alternating direction method of multipliers: min f(x) + g(A x), f smooth, g a term or a set.

        x⁺ = argmin f(x) + ½ρ ‖A x - z + u‖²,   by Newton's method
        z⁺ = prox_{g/ρ}(A x⁺ + u),   u⁺ = u + A x⁺ - z⁺

    regularizer  g, a term of `optim.proximal`; None with bounds or a set as constraints
    matrix       A, shape (m, n); None for the identity, and then the result is z, which is sparse or feasible
    rho          the first penalty; where adapt is true it is balanced so that the residuals fall together
    relaxation   A x is replaced by relaxation · A x + (1 - relaxation) z

    The optimality measure is that of `proximal_gradient` without a matrix; with one, the larger of the primal residual
    ‖A x - z‖∞ and of ‖∇f(x) + ρ Aᵀ u‖∞.

    Source: Boyd, Parikh, Chu, Peleato and Eckstein 2011, sections 3.1, 3.4.1 and 3.4.3.

    >>> import optim
    >>> from optim.proximal import L1
    >>> b, D = np.array([0.0, 0.0, 10.0, 10.0]), np.diff(np.eye(4), axis=0)
    >>> f = lambda x: ((x - b) ** 2).sum() / 2
    >>> optim.minimize(f, np.zeros(4), "admm", regularizer=L1(1.0), matrix=D).x.round(6)  # total variation
    array([0.5, 0.5, 9.5, 9.5])
    """
    return ADMM(regularizer, matrix, rho, relaxation, adapt)
