"""The last digits of a least-squares solution: Newton steps until they stop shrinking."""

from __future__ import annotations

import math

import numpy as np

from ..status import Status

__all__ = ["Polish"]

_NEAR = 1e-4  # how orthogonal to the columns of J the residual must be, or how short the step, for Newton to be tried
_SMALL = 1e-6  # relative to the variables: a Newton step this short that does not shrink any more is rounding
_STRIKES = 2  # steps in a row that have not halved the shortest one
_LEVEL = 1e-9  # by this part of itself F may rise in a step: it is flatter at the solution than its rounding error
_WAIT = 20  # damped steps after which Newton is tried from anywhere, for they converge slowly where residuals are large


class Polish:
    """δ = -(JᵀJ + S)⁻¹ Jᵀ r,  S = Σ rᵢ ∇²rᵢ,  computed as  R δ = -(I + R⁻ᵀ S R⁻¹)⁻¹ Qᵀ r  with  J = Q R.

    F is flat at its minimum: a change of x by ε changes F by ε², so F is exact to rounding while x has half of its
    digits. The step length tells more. Newton's steps shrink quadratically until they are the rounding error of
    the residual, carried over to x; then x has all the digits it can have. In this form they are as exact as
    those of Gauss and Newton by QR, which shrink linearly where residuals are large: the condition number of J enters
    once, not squared.
    """

    def __init__(self):
        self.near, self.wait, self.waited, self.has_moved = _NEAR, _WAIT, 0, False
        self.shortest, self.strikes = math.inf, 0  # of the steps so far; steps in a row that are no shorter

    def is_due(self, x, system, free) -> bool:
        """Whether Newton's method may be expected to converge from the iterate x."""
        if not free.any():
            return False
        self.waited += 1
        if self.has_moved or self.waited > self.wait:
            return True
        if system.steepness <= self.near:
            return True
        step = solved(system.R, -system.projected)
        return step is not None and bool((np.abs(step / system.D) <= self.near * np.abs(x[free])).all())

    def refine(self, objective, method) -> Status | None:
        """One step of the method, if it leads on: then `has_moved` is true. PRECISION_LIMIT where nothing is left."""
        self.has_moved = False
        system, free, fun = method.system, method.free, method.fun
        S = objective.second_order(method.x)[np.ix_(free, free)]
        step = _newton_step(system, S) if np.isfinite(S).all() else None
        if step is None:
            return self._leave()
        x = method.x.copy()
        x[free] += step
        if objective.bounds is not None:
            x = objective.bounds.clip(x)
            step = (x - method.x)[free]
        length = system.norm(step)
        is_small = length <= _SMALL * system.norm(method.x[free])
        self.strikes = 0 if length <= 0.5 * self.shortest else self.strikes + 1
        if not length or (self.strikes == _STRIKES and is_small):
            return Status.PRECISION_LIMIT
        if self.strikes == _STRIKES:
            return self._leave()
        if not objective.value(x) <= (1 + _LEVEL) * fun or not method.go(objective, x):
            return Status.PRECISION_LIMIT if is_small and self.shortest < math.inf else self._leave()
        if method.fun < 0.9 * fun:  # on the way, and not yet near
            self.strikes, self.shortest = 0, math.inf
        self.shortest, self.has_moved = min(length, self.shortest), True
        return None

    def _leave(self):
        """Back to damped steps; Newton is tried again when they have come much nearer, or have taken long."""
        self.near, self.wait, self.waited = 0.1 * self.near, 2 * self.wait, 0
        self.shortest, self.strikes = math.inf, 0


def solved(R: np.ndarray, right: np.ndarray) -> np.ndarray | None:
    """R⁻¹ right for a triangular R, or None where it is not square or is singular to working precision."""
    from scipy.linalg import solve_triangular

    diagonal = np.abs(np.diagonal(R))
    if R.shape[0] < R.shape[1] or not diagonal.min() > np.finfo(float).eps * diagonal.max():
        return None
    return solve_triangular(R, right, check_finite=False)


def _newton_step(system, S):
    """Newton's step, shape (n,), or None where the Hessian is not positive definite."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve, solve_triangular

    R, D = system.R, system.D
    S = S / np.outer(D, D)
    regular = solved(R, S.T) is not None
    if regular:
        half = solve_triangular(R, S, trans=1, check_finite=False)  # R⁻ᵀ S
        middle = np.eye(len(R)) + solve_triangular(R, half.T, trans=1, check_finite=False)  # S is symmetric
        right = system.projected
    else:  # all curvature is in S along the null space of J, where no digits are to be lost
        middle, right = R.T @ R + S, R.T @ system.projected
    try:
        found = cho_solve(cho_factor(0.5 * (middle + middle.T), check_finite=False), -right, check_finite=False)
    except (LinAlgError, ValueError):
        return None
    scaled = solve_triangular(R, found, check_finite=False) if regular else found
    return scaled / D if np.isfinite(scaled).all() else None
