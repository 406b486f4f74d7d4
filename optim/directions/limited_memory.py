"""L-BFGS: the last few updates of BFGS, and no matrix."""

from __future__ import annotations

from collections import deque

import numpy as np

from .quasi_newton import is_curved

__all__ = ["LimitedMemoryBFGS"]


class LimitedMemoryBFGS:
    """d = -H ∇f(x), where H is γ I, γ = yᵀs / yᵀy of the newest pair, updated as in BFGS by the last `memory` pairs.

    The product takes 4 `memory` n multiplications by the two-loop recursion. With scale=None γ is 1, and while the
    memory lasts the directions are those of BFGS from the identity.

    Source: Nocedal and Wright 2006, algorithm 7.4 and equation (7.20). Nocedal 1980.
    """

    order = 1

    def __init__(self, memory: int = 10, scale: str | None = "newest"):
        if memory < 1:
            raise ValueError(f"L-BFGS needs a memory of at least one pair, not {memory}")
        if scale not in ("newest", None):
            raise ValueError(f"scale is 'newest' or None, not {scale!r}")
        self.memory, self.scale = memory, scale
        self.start(0)

    @property
    def scaled(self) -> bool:
        return bool(self._pairs)

    def start(self, n):
        self._pairs: deque[tuple[np.ndarray, np.ndarray, float]] = deque(maxlen=self.memory)  # s, y, ρ; oldest first
        self._gamma = 1.0

    def at(self, objective, x, jac):
        return -self.product(jac)

    def product(self, vector: np.ndarray) -> np.ndarray:
        """H v, shape (n,)."""
        q = vector.copy()
        weights = []
        for step, change, rho in reversed(self._pairs):
            weight = rho * float(step @ q)
            weights.append(weight)
            q -= weight * change
        q *= self._gamma
        for (step, change, rho), weight in zip(self._pairs, reversed(weights), strict=True):
            q += (weight - rho * float(change @ q)) * step
        return q

    def update(self, step, change, jac):
        if not is_curved(step, change):
            return
        curvature = float(change @ step)
        self._pairs.append((step, change, 1 / curvature))
        if self.scale is not None:
            self._gamma = curvature / float(change @ change)

    def inverse_hessian(self):
        return None  # it would be the only n × n matrix; `product` applies it
