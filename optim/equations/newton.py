"""Newton's method for equations, with the full Jacobian or by products with it alone, made to descend."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..method import Method
from ..status import Status
from .equations import Equations, is_at_rounding

__all__ = ["Damped", "Krylov", "Newton", "krylov", "newton"]


class Damped(Method):
    """x⁺ = x + α d, where d solves J d = -F more or less, and α is halved or more until ‖F‖ falls.

        ‖F(x + α d)‖ ≤ (1 - 10⁻⁴ α) ‖F(x)‖

    A subclass defines `directions`, which yields d and, where nothing is found along it, further ones.
    """

    tol = 1e-10
    smallest = 1e-12  # α, below which a direction is given up

    def max_iter(self, n: int) -> int:
        return 200 + 20 * n

    def directions(self, equations: Equations):
        raise NotImplementedError(f"{type(self).__name__} must define directions")

    def moved(self, step: np.ndarray, change: np.ndarray) -> None:
        """Told of each step taken, and of the change of F along it."""

    def advance(self, objective: Any) -> Status | None:
        for direction in self.directions(objective):
            if np.isfinite(direction).all() and self._go(objective, direction):
                return None
        return Status.PRECISION_LIMIT if is_at_rounding(objective, self.x, self.jac) else Status.LINE_SEARCH_FAILED

    def _go(self, equations, direction):
        alpha = 1.0
        while alpha >= self.smallest:
            x = self.x + alpha * direction
            if (x == self.x).all():
                return False
            fun, residual = equations.value_and_gradient(x)
            if fun <= (1 - 1e-4 * alpha) ** 2 * self.fun:  # false for nan
                self.moved(x - self.x, residual - self.jac)
                self.step_norm, self.lr = float(np.linalg.norm(x - self.x)), alpha
                self.x, self.fun, self.jac = x, fun, residual
                return True
            # the minimiser of the parabola with φ(0), φ'(0) = -2 φ(0) and φ(α), kept within a tenth and a half of α
            curvature = fun - (1 - 2 * alpha) * self.fun
            best = self.fun * alpha**2 / curvature if 0 < curvature < np.inf else 0.0
            alpha *= min(0.5, max(0.1, best / alpha))
        return False


class Newton(Damped):
    name = "newton"

    def directions(self, equations):
        J = equations.jacobian(self.x)
        if not np.isfinite(J).all():
            return
        try:
            yield -np.linalg.solve(J, self.jac)
        except np.linalg.LinAlgError:
            pass
        # Where J is singular, or nearly, a step of Levenberg and Marquardt still descends.
        gradient = J.T @ self.jac
        weight = np.linalg.norm(gradient) or 1.0
        yield -np.linalg.solve(J.T @ J + weight * np.eye(self.x.size), gradient)


class Krylov(Damped):
    name = "krylov"

    def __init__(self, forcing: float = 0.5, restart: int = 50):
        self.forcing, self.restart = forcing, restart

    def start(self, objective, x):
        super().start(objective, x)
        self._eta, self._size_before = self.forcing, float("nan")

    def directions(self, equations):
        from scipy.sparse.linalg import LinearOperator, gmres

        n, size = self.x.size, float(np.linalg.norm(self.jac))
        if np.isfinite(self._size_before):  # choice 2 of Eisenstat and Walker, with their safeguard
            eta = 0.9 * (size / self._size_before) ** 2
            before = 0.9 * self._eta**2
            self._eta = min(0.9, max(eta, before) if before > 0.1 else eta)
        self._size_before = size
        x = self.x

        def product(v):
            return equations.product(x, np.ravel(v))

        J = LinearOperator((n, n), matvec=product, dtype=float)  # pyright: ignore  (SciPy has no stub of it)
        for eta in (self._eta, 1e-10):
            yield gmres(J, -self.jac, rtol=max(eta, 1e-12), atol=0.0, restart=min(n, self.restart), maxiter=20)[0]


def newton() -> Newton:
    """Newton's method.

        J(x) d = -F(x),    x⁺ = x + α d

    with α = 1 near a solution, where it converges quadratically, and smaller where ‖F‖ would not fall. Where J is
    singular, d = -(JᵀJ + ‖JᵀF‖ I)⁻¹ JᵀF.

    Source: Dennis and Schnabel 1983, algorithm 6.1.1; Nocedal and Wright 2006, algorithm 11.4.
    """
    return Newton()


def krylov(forcing: float = 0.5, restart: int = 50) -> Krylov:
    """Newton's method with steps by GMRES, from products J v alone, for many unknowns; n numbers are kept 50 times.

        ‖J(x) d + F(x)‖ ≤ η ‖F(x)‖

    forcing  the first η; then 0.9 (‖F‖ / ‖F before‖)²
    restart  the dimension after which GMRES starts anew

    Source: Eisenstat and Walker 1996, choice 2; Knoll and Keyes 2004.
    """
    return Krylov(forcing, restart)
