"""SR1: an inverse Hessian that may be indefinite, as the Hessian may be."""

from __future__ import annotations

import numpy as np

from .quasi_newton import BFGS

__all__ = ["SR1"]


class SR1(BFGS):
    """d = -|H| ∇f(x), with

        H⁺ = H + (s - Hy)(s - Hy)ᵀ / (s - Hy)ᵀy,    skipped where |(s - Hy)ᵀy| < skip · ‖y‖ ‖s - Hy‖.

    H comes nearer to the inverse Hessian than that of BFGS, and learns negative curvature too. So that the direction
    descends all the same, the eigenvalues of H are taken by their magnitudes, |H|, wherever H is not positive definite,
    which takes O(n³).

    Source: Nocedal and Wright 2006, equations (6.25) and (6.26). Conn, Gould and Toint 1991.
    """

    enlarges = False  # an update changes H along one direction alone, whatever is wrong with it

    def __init__(self, scale: float | None = 1.0, skip: float = 1e-8):
        super().__init__(scale)
        self.skip = skip

    def at(self, objective, x, jac):
        if self.H is None:
            return super().at(objective, x, jac)
        try:
            np.linalg.cholesky(self.H)
        except np.linalg.LinAlgError:
            if not np.isfinite(self.H).all():
                return np.full_like(jac, np.nan)  # no direction; the descent begins anew
            eigenvalues, vectors = np.linalg.eigh(self.H)
            return -(vectors @ (np.abs(eigenvalues) * (vectors.T @ jac)))
        return -(self.H @ jac)

    def learns_from(self, step, change):
        return bool(np.isfinite(change).all()) and float(change @ step) != 0

    def correct(self, H, step, change, curvature):
        rest = step - H @ change
        divisor = float(rest @ change)
        if abs(divisor) >= self.skip * float(np.sqrt((change @ change) * (rest @ rest))) and divisor:
            H += np.outer(rest, rest) / divisor
