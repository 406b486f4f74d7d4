"""Sequential quadratic programming with a line search."""

from __future__ import annotations

import math

import numpy as np

from ..directions.newton import is_safely_positive
from ..errors import UnknownOptionError
from ..objective import Objective
from ..status import Status
from .lagrangian import LagrangianMethod
from .quadratic_program import elastic_program, quadratic_program

__all__ = ["SQP", "sqp"]

_C1 = 1e-4
_FLOOR = 1e-7  # of the eigenvalues, relative to the largest: what the quadratic program can be solved with
_NOISE = 1e-14  # of max(1, |merit|), times which a rise may be rounding
_PRICES = (1e2, 1e4, 1e6)  # of violations, in units of the gradient, where the program has no solution
_PATIENCE = 10  # iterations within the noise without half the error, before the run is at its precision


class SQP(LagrangianMethod):
    """x⁺ = x + α d, with d and the multipliers from a quadratic program."""

    name = "sqp"

    def __init__(self, hessian: str = "bfgs"):
        if hessian not in ("bfgs", "exact"):
            raise UnknownOptionError(f"hessian={hessian!r}; give 'bfgs' or 'exact'")
        self.kind, self.order = hessian, 2 if hessian == "exact" else 1

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        self._B, self._is_fresh = np.eye(x.size), True
        self._penalty = 0.0
        self._least_error, self._least_merit, self._idle = math.inf, math.inf, 0

    def hessian(self, objective, x):
        return objective.hessian(x) if self.order == 2 else None

    def advance(self, objective: Objective) -> Status | None:
        x, fun, g = self.x, self.fun, self.jac
        c_E, c_I = self.constraints.values(x)
        J_E, J_I = self.constraints.jacobians(x)
        if not all(np.isfinite(part).all() for part in (g, c_E, c_I, J_E, J_I)):
            return Status.NOT_FINITE
        if self.kind == "exact":
            self._B = self._convex_hessian(objective, J_E, J_I)
        program = (self._B, g, J_E, -c_E, J_I, -c_I)
        found = quadratic_program(*program)
        now = _largest(c_E, c_I)
        for price in _PRICES:
            if found.feasible and price == _PRICES[0]:
                break
            found = elastic_program(
                *program, weight=price * max(1.0, float(np.abs(g).max())), hard=self.constraints.are_bounds
            )
            if _largest(c_E + J_E @ found.x, c_I + J_I @ found.x) <= 0.9 * now:
                break
        d = found.x
        linear = _largest(c_E + J_E @ d, c_I + J_I @ d)
        # a stationary point of the violation: the best d lowers it by nothing
        if now - linear <= 1e-12 * max(1.0, now) and now > 1e2 * self.constraints.tolerance:
            if self._is_fresh or self.kind == "exact":
                return Status.INFEASIBLE
            self._B, self._is_fresh = np.eye(x.size), True
            return None
        multipliers = np.abs(np.concatenate([found.equal, found.unequal]))
        total = float(multipliers.sum())
        self._penalty = max(total, 0.5 * (self._penalty + total))  # Powell 1978: it may fall again, but slowly
        slope = float(g @ d) - self._penalty * (now - linear)
        merit = fun + self._penalty * now
        alpha, ahead = self._search(objective, d, slope, merit, program)
        if ahead is None:
            return self._failure(slope, merit, found)
        value, jac = objective.value_and_gradient(ahead)
        step = ahead - x
        if self.kind == "bfgs":
            after_E, after_I = self.constraints.jacobians(ahead)
            y = jac - g - found.equal @ (after_E - J_E) - found.unequal @ (after_I - J_I)
            self._update(step, y)
        self.x, self.fun, self.jac = ahead, value, jac
        self.equal, self.unequal = found.equal, found.unequal
        self.step_norm, self.lr = math.sqrt(step @ step), alpha
        return self._finish_if_idle()

    # -- the step ------------------------------------------------------------------------------------------------------

    def _search(self, objective, d, slope, merit, program):
        """Backtracking on f + ν max |violation|, with a second-order correction of the first step where that fails."""
        noise = _NOISE * max(1.0, abs(merit))
        alpha = 1.0
        while alpha > 1e-12:
            ahead = self.x + alpha * d
            if self._merit(objective, ahead) <= merit + _C1 * alpha * slope + noise:
                return alpha, ahead
            if alpha == 1.0:
                corrected = self._corrected(ahead, d, program)
                if corrected is not None and self._merit(objective, corrected) <= merit + _C1 * slope + noise:
                    return 1.0, corrected
            alpha *= 0.5
        return 0.0, None

    def _merit(self, objective, x):
        value, jac = objective.value_and_gradient(x)
        total = value + self._penalty * _largest(*self.constraints.values(x))
        return total if math.isfinite(total) and np.isfinite(jac).all() else math.inf

    def _corrected(self, ahead, d, program):
        """The step with the constraints' curvature along it taken into account, against the effect of Maratos
        (Nocedal and Wright 2006, section 18.3)."""
        B, g, J_E, _, J_I, _ = program
        c_E, c_I = self.constraints.values(ahead)
        if not (np.isfinite(c_E).all() and np.isfinite(c_I).all()):
            return None
        found = quadratic_program(B, g, J_E, J_E @ d - c_E, J_I, J_I @ d - c_I)
        return self.x + found.x if found.feasible else None

    def _failure(self, slope, merit, found):
        if not self._is_fresh and self.kind == "bfgs":
            self._B, self._is_fresh = np.eye(self.x.size), True
            return None
        self.equal, self.unequal = found.equal, found.unequal
        if -slope <= 1e3 * _NOISE * max(1.0, abs(merit)) and self.violation <= 1e2 * self.constraints.tolerance:
            return Status.PRECISION_LIMIT
        return Status.LINE_SEARCH_FAILED

    def _finish_if_idle(self):
        error = self.optimality(self.x, self.jac)
        merit = self.fun + self._penalty * _largest(*self.constraints.values(self.x))
        if error < 0.5 * self._least_error or merit < self._least_merit - _NOISE * max(1.0, abs(merit)):
            self._least_error, self._least_merit = min(error, self._least_error), min(merit, self._least_merit)
            self._idle = 0
            return None
        self._idle += 1
        if self._idle < _PATIENCE or self.violation > 1e2 * self.constraints.tolerance:
            return None
        return Status.PRECISION_LIMIT if self._idle == _PATIENCE and error < 1e-4 else None

    # -- the model -----------------------------------------------------------------------------------------------------

    def _update(self, s, y):
        """Powell's damped BFGS: y is drawn towards B s until s curves upwards enough (Nocedal and Wright, 18.2)."""
        if not (s @ s) or not np.isfinite(y).all():
            return
        if self._is_fresh and s @ y > 0:
            self._B *= min(max(float(y @ y) / float(s @ y), 1e-6), 1e6)
        Bs = self._B @ s
        sBs, sy = float(s @ Bs), float(s @ y)
        theta = 1.0 if sy >= 0.2 * sBs else 0.8 * sBs / (sBs - sy)
        r = theta * y + (1 - theta) * Bs
        B = self._B - np.outer(Bs, Bs) / sBs + np.outer(r, r) / float(s @ r)
        self._is_fresh = not (np.isfinite(B).all() and is_safely_positive(B))
        self._B = np.eye(s.size) if self._is_fresh else B

    def _convex_hessian(self, objective, J_E, J_I):
        """∇²L, made positive definite where possible by σ JᵀJ of the active constraints, which leaves the step the same
        where they hold; otherwise by the absolute values of its eigenvalues."""
        H = self.hessian_of_lagrangian(objective, self.x, self.equal, self.unequal)
        J = np.concatenate([J_E, J_I[self.unequal > 0]])
        size = max(1.0, float(np.abs(H).max()))
        for weight in (0.0, 1.0, 1e2, 1e4):
            B = H + weight * size / max(1.0, float((J * J).sum())) * (J.T @ J)
            eigenvalues = np.linalg.eigvalsh(B)
            if eigenvalues[0] > _FLOOR * eigenvalues[-1]:
                return B
        eigenvalues, Q = np.linalg.eigh(H)
        return (Q * np.maximum(np.abs(eigenvalues), _FLOOR * size)) @ Q.T


def _largest(c_E, c_I):
    return max(float(np.abs(c_E).max(initial=0.0)), float((-c_I).max(initial=0.0)))


def sqp(hessian: str = "bfgs") -> SQP:
    """Sequential quadratic programming: min f(x), c_E(x) = 0, c_I(x) ≥ 0, for bounds and any smooth constraints.

        d = argmin ½ dᵀ B d + ∇f(x)ᵀ d  subject to  c_E + J_E d = 0,  c_I + J_I d ≥ 0;   x⁺ = x + α d

    α is halved from 1 until f + ν max |violation| falls enough; a full step that fails is first corrected for the
    curvature of the constraints. Where the program has no solution, the violation of its constraints is made small
    instead. Iterates satisfy linear constraints and bounds from the first full step on.

    hessian  "bfgs": B learns the Hessian of the Lagrangian from gradients; "exact": from autodiff, made convex

    `result.multipliers` has λ, positive where a lower side is active; `result.constraint_violation` the largest
    violation. The optimality measure is the largest error in the conditions of Karush, Kuhn and Tucker.

    Source: Nocedal and Wright 2006, algorithm 18.3; Powell 1978 for the damped update.

    >>> import optim
    >>> f = lambda x: x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]
    >>> product = {"type": "ineq", "fun": lambda x: x[0] * x[1] * x[2] * x[3] - 25}
    >>> sphere = {"type": "eq", "fun": lambda x: (x**2).sum() - 40}
    >>> start = np.array([1.0, 5.0, 5.0, 1.0])
    >>> res = optim.minimize(f, start, "sqp", bounds=[(1, 5)] * 4, constraints=[product, sphere])
    >>> round(res.fun, 7), res.success
    (17.0140173, True)
    """
    return SQP(hessian)
