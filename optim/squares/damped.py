"""The damped linear least-squares problem of one Levenberg-Marquardt step, by QR."""

from __future__ import annotations

import numpy as np

__all__ = ["DampedSystem", "box_step"]


class DampedSystem:
    """min ‖J δ + r‖² + λ ‖D δ‖² for any λ, after one factorisation J D⁻¹ = Q R.

    r  shape (m,);  J  shape (m, n);  D  shape (n,), positive

    JᵀJ is never formed: its condition number is the square of that of J.

    >>> system = DampedSystem(np.array([2.0, 0.0]), np.array([[1.0], [0.0]]), np.ones(1))
    >>> step, predicted = system.step(1.0)    # min (δ + 2)² + δ², and what that takes off ½ (δ + 2)²
    >>> step, round(predicted, 12)
    (array([-1.]), 1.5)
    """

    def __init__(self, r: np.ndarray, J: np.ndarray, D: np.ndarray):
        self.D = D
        self.Q, self.R = np.linalg.qr(J / D)  # (m, k), (k, n), k = min(m, n)
        self.projected = self.Q.T @ r  # (k,)
        size, columns = np.linalg.norm(r), np.linalg.norm(self.R, axis=0)
        cosines = np.abs(self.R.T @ self.projected) / np.where(columns > 0, columns, 1)
        self.steepness = float(cosines.max(initial=0.0) / size) if size else 0.0  # of ½‖r‖², free of all scales

    def step(self, damping: float) -> tuple[np.ndarray, float]:
        """δ, shape (n,), and the decrease of the model, ½‖r‖² - ½‖J δ + r‖²."""
        self._factorise(damping)
        scaled = self._solve(-self.projected)
        ahead = self.R @ scaled
        # at the minimiser this is ½‖J δ‖² + λ‖D δ‖², a sum of squares, without cancellation
        return scaled / self.D, float(0.5 * (ahead @ ahead) + damping * (scaled @ scaled))

    def solve(self, damping: float, r: np.ndarray) -> np.ndarray:
        """argmin ‖J δ - r‖² + λ ‖D δ‖² for another right-hand side, with the factors of the last step's λ."""
        return self._solve(self.Q.T @ r) / self.D

    def norm(self, step: np.ndarray) -> float:
        """‖D δ‖."""
        return float(np.linalg.norm(self.D * step))

    def _factorise(self, damping):
        stacked = np.concatenate([self.R, np.sqrt(damping) * np.eye(self.D.size)])
        self._q, self._t = np.linalg.qr(stacked)

    def _solve(self, projected):
        from scipy.linalg import LinAlgError, solve_triangular

        try:
            return solve_triangular(self._t, self._q[: projected.size].T @ projected, check_finite=False)
        except LinAlgError:  # singular: no damping to speak of, and dependent columns
            return np.full(self.D.size, np.nan)


def box_step(system: DampedSystem, damping: float, below: np.ndarray, above: np.ndarray) -> tuple[np.ndarray, float]:
    """The minimiser δ of the damped problem with below ≤ δ ≤ above, shape (n,), and the decrease of ½‖J δ + r‖².

    >>> system = DampedSystem(np.array([2.0, 0.0]), np.array([[1.0], [0.0]]), np.ones(1))
    >>> box_step(system, 1e-12, np.array([-0.5]), np.array([3.0]))
    (array([-0.5]), 0.875)
    """
    from scipy.optimize import lsq_linear

    n, D = system.D.size, system.D
    A = np.concatenate([system.R, np.sqrt(damping) * np.eye(n)])
    b = np.concatenate([-system.projected, np.zeros(n)])
    scaled = np.clip(lsq_linear(A, b, (below * D, above * D), method="bvls").x, below * D, above * D)
    ahead = system.R @ scaled
    return np.clip(scaled / D, below, above), float(-(ahead @ system.projected) - 0.5 * (ahead @ ahead))
