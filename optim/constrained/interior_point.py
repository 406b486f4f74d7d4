"""A primal-dual interior-point method for smooth problems, convex or not."""

from __future__ import annotations

import math

import numpy as np

from ..objective import Objective
from ..status import Status
from .lagrangian import LagrangianMethod

__all__ = ["InteriorPoint", "interior_point"]

_C1 = 1e-4
_NOISE = 1e-13  # of max(1, |merit|), times which a rise may be rounding
_SAFE_DUALS = 1e10  # z stays within this factor of μ / s
_PATIENCE = 15


class InteriorPoint(LagrangianMethod):
    """Newton's method on the conditions of optimality, with c_I z = μ in place of c_I z = 0, and μ → 0."""

    name = "interior_point"
    order = 2
    columns = ("violation", "mu")

    def __init__(self, mu: float = 0.1):
        if not mu > 0:
            raise ValueError(f"the first barrier parameter mu must be greater than 0, but it is {mu}")
        self.first = mu

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x if objective.bounds is None else _inside(x, objective.bounds))
        c_I = self.constraints.values(self.x)[1]
        self.mu = self.first
        self._slack = np.where(self.constraints.are_bounds, c_I, np.maximum(c_I, 1e-2 * np.maximum(1.0, np.abs(c_I))))
        self.unequal = self.mu / self._slack
        self._penalty, self._shift = 1.0, 0.0
        self._first_multipliers()
        self._least_error, self._idle = math.inf, 0

    def advance(self, objective: Objective) -> Status | None:
        self._lower_mu()
        x, g, s, z, y = self.x, self.jac, self._slack, self.unequal, self.equal
        c_E, c_I = self.constraints.values(x)
        J_E, J_I = self.constraints.jacobians(x)
        H = self.hessian_of_lagrangian(objective, x, y, z)
        if not all(np.isfinite(part).all() for part in (g, c_E, c_I, J_E, J_I, H)):
            return Status.NOT_FINITE
        solve = self._factorised(H, J_E, J_I, s / z)
        if solve is None:
            return Status.NOT_FINITE
        dx, y_next, z_next = solve(g, c_E, c_I - s - self.mu / z)
        ds = J_I @ dx + c_I - s
        stopped = self._go(objective, dx, ds, y_next, z_next, solve)
        return stopped if stopped is not None else self._finish_if_idle()

    # -- the step ------------------------------------------------------------------------------------------------------

    def _go(self, objective, dx, ds, y_next, z_next, solve):
        x, s, mu = self.x, self._slack, self.mu
        dz = z_next - self.unequal
        tau = max(0.995, 1 - mu)
        longest, longest_dual = _to_boundary(s, ds, tau), _to_boundary(self.unequal, dz, tau)
        infeasibility = self._infeasibility(*self.constraints.values(x), s)
        slope_of_barrier = float(self.jac @ dx - mu * (ds / s).sum())
        if infeasibility > 0:  # Nocedal and Wright 2006, equation 18.36, without curvature
            needed = max(float(np.abs(y_next).max(initial=0.0)), float(np.abs(z_next).max(initial=0.0)))
            needed = max(min(needed, 1e10), min(2 * slope_of_barrier / infeasibility, 1e10))
            self._penalty = max(needed, 0.5 * (self._penalty + needed))
        slope = slope_of_barrier - self._penalty * infeasibility
        merit = self._merit(objective, x, s)
        noise = _NOISE * max(1.0, abs(merit))
        alpha, accepted = longest, None
        while alpha > 1e-14 and accepted is None:
            trial = x + alpha * dx, s + alpha * ds
            if self._merit(objective, *trial) <= merit + _C1 * alpha * slope + noise:
                accepted = trial
            elif alpha == longest:
                accepted = self._corrected(objective, trial, alpha, dx, ds, solve, merit, slope, tau)
            alpha *= 1.0 if accepted else 0.5
        if accepted is None:
            return self._failure(slope, merit)
        ahead, slack = accepted
        step = ahead - x
        self.x, self._slack = ahead, slack
        self.fun, self.jac = objective.value_and_gradient(ahead)
        self.equal = self.equal + alpha * (y_next - self.equal)
        z = self.unequal + longest_dual * dz
        self.unequal = np.clip(z, mu / (_SAFE_DUALS * slack), _SAFE_DUALS * mu / slack)
        self.step_norm, self.lr = math.sqrt(step @ step), alpha
        return None

    def _merit(self, objective, x, s):
        """f - μ Σ log s + ν (‖c_E‖₁ + ‖c_I - s‖₁)"""
        if not (s > 0).all():
            return math.inf
        value, jac = objective.value_and_gradient(x)
        infeasibility = self._infeasibility(*self.constraints.values(x), s)
        total = value - self.mu * float(np.log(s).sum()) + self._penalty * infeasibility
        return total if math.isfinite(total) and np.isfinite(jac).all() else math.inf

    @staticmethod
    def _infeasibility(c_E, c_I, s):
        return float(np.abs(c_E).sum() + np.abs(c_I - s).sum())

    def _corrected(self, objective, trial, alpha, dx, ds, solve, merit, slope, tau):
        """The trial moved back to the constraints, against the effect of Maratos (Wächter and Biegler 2006, 2.4)."""
        x, s = self.x, self._slack
        c_E, c_I = self.constraints.values(trial[0])
        if not (np.isfinite(c_E).all() and np.isfinite(c_I).all()):
            return None
        J_I = self.constraints.jacobians(x)[1]
        before_E, before_I = self.constraints.values(x)
        missing_E, missing_I = alpha * before_E + c_E, alpha * (before_I - s) + c_I - trial[1]
        more, _, _ = solve(self.jac, missing_E, missing_I - self.mu / self.unequal)
        slack_step = J_I @ more + missing_I
        length = _to_boundary(s, slack_step, tau)
        corrected = x + length * more, s + length * slack_step
        value = self._merit(objective, *corrected)
        return corrected if value <= merit + _C1 * alpha * slope + _NOISE * max(1.0, abs(merit)) else None

    def _failure(self, slope, merit):
        if -slope <= 1e3 * _NOISE * max(1.0, abs(merit)) and self.violation <= 1e2 * self.constraints.tolerance:
            return Status.PRECISION_LIMIT
        c_E, c_I = self.constraints.values(self.x)
        J_E, J_I = self.constraints.jacobians(self.x)
        missing = np.minimum(c_I, 0.0)
        downhill = c_E @ J_E + missing @ J_I
        if self.violation > 1e2 * self.constraints.tolerance and np.abs(downhill).max() <= 1e-6 * self.violation:
            return Status.INFEASIBLE
        return Status.LINE_SEARCH_FAILED

    def _finish_if_idle(self):
        error = self.optimality(self.x, self.jac)
        self._idle = 0 if error < 0.9 * self._least_error else self._idle + 1
        self._least_error = min(error, self._least_error)
        is_near = error <= 1e2 * self.constraints.tolerance and self.violation <= 10 * self.constraints.tolerance
        return Status.PRECISION_LIMIT if self._idle >= _PATIENCE and is_near else None

    # -- the system ----------------------------------------------------------------------------------------------------

    def _factorised(self, H, J_E, J_I, quotients):
        """A solver of the Newton system, or None where there is none:

            ⎡ H + δI  J_Eᵀ  J_Iᵀ ⎤ ⎡  dx ⎤     ⎡ ∇f            ⎤
            ⎢ J_E     0     0    ⎥ ⎢ -y⁺ ⎥ = - ⎢ c_E           ⎥
            ⎣ J_I     0    -S/Z  ⎦ ⎣ -z⁺ ⎦     ⎣ c_I - s - μ/z ⎦

        δ grows from 0 until as many eigenvalues are positive as there are variables, so that the step descends (Wächter
        and Biegler 2006, algorithm IC). Rows are scaled first: S/Z has entries of all sizes.
        """
        n, m = len(H), len(J_E) + len(J_I)
        J = np.concatenate([J_E, J_I])
        corner = np.diag(np.concatenate([np.zeros(len(J_E)), -quotients]))
        K = np.block([[H, J.T], [J, corner]])
        shift = 0.0
        while shift <= 1e20:
            for loosening in (0.0, 1e-9):  # the second is for rows that depend on each other
                shifted = K.copy()
                shifted[range(n), range(n)] += shift
                shifted[range(n, n + m), range(n, n + m)] -= loosening
                scale = 1 / np.sqrt(np.maximum(np.abs(shifted).max(axis=1), 1e-8))
                eigenvalues, Q = np.linalg.eigh(scale[:, None] * shifted * scale)
                if np.abs(eigenvalues).min() > 1e-13 and (eigenvalues > 0).sum() == n:
                    self._shift = shift
                    return _Solver(Q, eigenvalues, scale, n, n + len(J_E))
            shift = max(8 * shift, self._shift / 3, 1e-4)
        return None

    def _lower_mu(self):
        """μ falls, faster than linearly, where the perturbed conditions are solved well enough for it."""
        least = (
            1e-2 * min(self.constraints.tolerance, 1e-4) ** 2
        )  # its root is what c_I and z both are where both vanish
        while self.mu > least and self._perturbed_error() <= 10 * self.mu:
            self.mu = max(least, min(0.2 * self.mu, self.mu**1.5))

    def _perturbed_error(self):
        c_E, c_I = self.constraints.values(self.x)
        J_E, J_I = self.constraints.jacobians(self.x)
        scale = self.scale(self.equal, self.unequal)
        return max(
            float(np.abs(self.jac - self.equal @ J_E - self.unequal @ J_I).max()) / scale,
            float(np.abs(self._slack * self.unequal - self.mu).max(initial=0.0)) / scale,
            float(np.abs(c_E).max(initial=0.0)),
            float(np.abs(c_I - self._slack).max(initial=0.0)),
        )

    def _first_multipliers(self):
        if not self.equal.size:
            return
        J_E, J_I = self.constraints.jacobians(self.x)
        found = np.linalg.lstsq(J_E.T, self.jac - self.unequal @ J_I, rcond=None)[0]
        self.equal = found if np.abs(found).max() <= 1e3 else np.zeros_like(found)


class _Solver:
    """Solves K (dx, -y, -z) = -(a, b, c) for dx, y and z, from the eigenvalues of the scaled K."""

    def __init__(self, Q, eigenvalues, scale, end_of_x, end_of_y):
        self.Q, self.eigenvalues, self.scale, self.ends = Q, eigenvalues, scale, (end_of_x, end_of_y)

    def __call__(self, a, b, c):
        right = self.scale * np.concatenate([a, b, c])
        found = self.scale * (self.Q @ ((self.Q.T @ right) / self.eigenvalues))
        dx, y, z = np.split(found, self.ends)
        return -dx, y, z


def _to_boundary(s, ds, tau):
    """The largest α ≤ 1 with s + α ds ≥ (1 - τ) s."""
    falling = ds < 0
    return min(1.0, float((-tau * s[falling] / ds[falling]).min(initial=1.0)))


def _inside(x, bounds):
    """x moved off its bounds by a hundredth of the room, and of the size of the bound."""
    lower, upper = bounds.lower, bounds.upper
    room = np.where(np.isfinite(upper - lower), upper - lower, np.inf)
    with np.errstate(invalid="ignore"):
        low = np.where(
            np.isfinite(lower), lower + np.minimum(1e-2 * np.maximum(1.0, np.abs(lower)), 1e-2 * room), -np.inf
        )
        high = np.where(
            np.isfinite(upper), upper - np.minimum(1e-2 * np.maximum(1.0, np.abs(upper)), 1e-2 * room), np.inf
        )
    return np.minimum(np.maximum(x, low), high)


def interior_point(mu: float = 0.1) -> InteriorPoint:
    """A primal-dual interior-point method: min f(x), c_E(x) = 0, c_I(x) ≥ 0, with exact second derivatives.

        min f(x) - μ Σ log sᵢ  subject to  c_E(x) = 0,  c_I(x) - s = 0,  for a sequence μ → 0

    Each iteration is a Newton step on the conditions of optimality of this problem, in x, s and the multipliers, kept
    from the boundary and shortened until f - μ Σ log s + ν (‖c_E‖₁ + ‖c_I - s‖₁) falls enough. μ falls as soon as the
    conditions are satisfied within 10 μ. A start on a bound is moved off it; after that f is evaluated strictly within.

    mu  the first μ

    `result.multipliers` and the optimality measure are as `sqp` has them.

    Source: Nocedal and Wright 2006, algorithm 19.2; Wächter and Biegler 2006 for the regularisation, the correction,
    the rule for μ and the safeguard of the multipliers.

    >>> import optim
    >>> f = lambda x: x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2]
    >>> product = {"type": "ineq", "fun": lambda x: x[0] * x[1] * x[2] * x[3] - 25}
    >>> sphere = {"type": "eq", "fun": lambda x: (x**2).sum() - 40}
    >>> start = np.array([1.0, 5.0, 5.0, 1.0])
    >>> res = optim.minimize(f, start, "interior_point", bounds=[(1, 5)] * 4, constraints=[product, sphere])
    >>> round(res.fun, 6), res.success
    (17.014017, True)
    """
    return InteriorPoint(mu)
