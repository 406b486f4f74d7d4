"""The Hessian of L-BFGS as a small matrix between two thin ones."""

from __future__ import annotations

import numpy as np

from ..directions.quasi_newton import is_curved

__all__ = ["CompactHessian"]


class CompactHessian:
    """B = θ I - W M Wᵀ, the BFGS matrix of the last `memory` pairs of steps s and changes of the gradient y.

        W = [Y  θ S],    M = [[-D, Lᵀ], [L, θ SᵀS]]⁻¹,    θ = yᵀy / sᵀy of the newest pair

    where D is the diagonal of SᵀY and L its part below. W has shape (n, 2k), M (2k, 2k), k ≤ memory pairs.

    Source: Byrd, Nocedal and Schnabel 1994, Representations of quasi-Newton matrices, theorem 2.3.

    >>> B = CompactHessian(5, 2)
    >>> B.update(np.array([1.0, 0.0]), np.array([3.0, 1.0]))
    >>> B.dense() @ np.array([1.0, 0.0])    # the secant equation, B s = y
    array([3., 1.])
    """

    def __init__(self, memory: int, n: int):
        self.memory, self.n = memory, n
        self.forget()

    def forget(self) -> None:
        """Back to B = I."""
        self.S, self.Y = np.empty((self.n, 0)), np.empty((self.n, 0))
        self.theta, self.W = 1.0, np.empty((self.n, 0))
        self.M = self.M_inverse = np.empty((0, 0))

    def update(self, step: np.ndarray, change: np.ndarray) -> None:
        """Learns a pair, unless it has no curvature."""
        if not is_curved(step, change):
            return
        oldest = max(0, self.S.shape[1] + 1 - self.memory)
        root = np.sqrt(step @ change)  # B is the same for pairs of any length; with this one D is I
        S = np.column_stack([self.S[:, oldest:], step / root])
        Y = np.column_stack([self.Y[:, oldest:], change / root])
        theta = float(change @ change) / float(step @ change)
        SY = S.T @ Y
        L = np.tril(SY, -1)
        middle = np.block([[-np.diag(np.diagonal(SY)), L.T], [L, theta * (S.T @ S)]])
        try:
            M = np.linalg.inv(middle)
        except np.linalg.LinAlgError:
            return self.forget()
        self.S, self.Y, self.theta = S, Y, theta
        self.W, self.M, self.M_inverse = np.hstack([Y, theta * S]), M, middle

    def dense(self) -> np.ndarray:
        """B itself, shape (n, n)."""
        return self.theta * np.eye(self.n) - self.W @ self.M @ self.W.T
