"""Broyden's method: Newton's, with a Jacobian that is corrected rather than evaluated."""

from __future__ import annotations

import numpy as np

from .newton import Damped

__all__ = ["Broyden", "broyden"]


class Broyden(Damped):
    name = "broyden"
    smallest = 1e-4  # a direction that is no better is the fault of the corrections, and the Jacobian is evaluated anew

    def __init__(self, update: str):
        if update not in ("good", "bad"):
            raise ValueError(f"update must be 'good' or 'bad', but it is {update!r}")
        self.update = update

    def start(self, objective, x):
        super().start(objective, x)
        self._H = None

    def directions(self, equations):
        if self._H is not None:
            yield -self._H @ self.jac
        J = equations.jacobian(self.x)
        if not np.isfinite(J).all():
            return
        self._H = np.linalg.pinv(J)  # the inverse, and where J has none what comes nearest
        yield -self._H @ self.jac
        gradient = J.T @ self.jac
        weight = np.linalg.norm(gradient) or 1.0
        yield -np.linalg.solve(J.T @ J + weight * np.eye(self.x.size), gradient)

    def moved(self, step, change):
        H = self._H
        if H is None:
            return
        left = step @ H if self.update == "good" else change
        scale = left @ change
        if abs(scale) > 1e-12 * np.linalg.norm(left) * np.linalg.norm(change):
            self._H = H + np.outer((step - H @ change) / scale, left)

    def inverse_hessian(self):
        return None


def broyden(update: str = "good") -> Broyden:
    """Broyden's method, with the inverse H of an approximate Jacobian; one evaluation of F for each iteration.

        x⁺ = x - α H F,    H⁺ = H + (s - H y) sᵀH / (sᵀH y),    s = x⁺ - x,  y = F(x⁺) - F(x)

    It starts from the exact Jacobian, which is evaluated anew where ‖F‖ does not fall.

    update  "good": as above, the least change of the Jacobian; "bad": H + (s - H y) yᵀ / (yᵀy), that of its inverse

    Source: Broyden 1965.
    """
    return Broyden(update)
