"""The direction of steepest descent."""

from __future__ import annotations

__all__ = ["Steepest"]


class Steepest:
    """d = -∇f(x)."""

    order = 1
    scaled = False

    def start(self, n):
        pass

    def at(self, objective, x, jac):
        return -jac

    def update(self, step, change, jac):
        pass

    def inverse_hessian(self):
        return None
