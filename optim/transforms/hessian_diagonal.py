"""The diagonal of the Hessian, exactly or by Hutchinson's estimate."""

from __future__ import annotations

import numpy as np

from .loss import Loss

__all__ = ["ESTIMATES", "estimate_diagonal"]

ESTIMATES = ("hutchinson", "exact")


def estimate_diagonal(loss: Loss, x: np.ndarray, rng: np.random.Generator, estimate: str) -> np.ndarray:
    """diag ∇²f(x), shape (n,).

        hutchinson   z ⊙ ∇²f(x) z for random signs z: one product, the right mean
        exact        n products

    Source: Bekas, Kokiopoulou and Saad 2007.

    >>> loss = Loss(None, None, lambda x, v: np.array([2.0, 4.0]) * v)
    >>> estimate_diagonal(loss, np.zeros(2), np.random.default_rng(0), "hutchinson")
    array([2., 4.])
    """
    if estimate == "exact":
        return np.array([loss.product(x, unit)[k] for k, unit in enumerate(np.eye(x.size, dtype=x.dtype))], x.dtype)
    z = rng.integers(0, 2, x.size).astype(x.dtype)
    z *= 2
    z -= 1
    return z * loss.product(x, z)
