"""Moving averages, in place: what most of the adaptive methods are made of."""

from __future__ import annotations

import numpy as np

__all__ = ["average_into", "average_squares_into"]


def average_into(mean: np.ndarray, u: np.ndarray, beta: float, scratch: np.ndarray) -> None:
    """m ← β m + (1 - β) u."""
    mean *= beta
    mean += np.multiply(u, 1 - beta, scratch)


def average_squares_into(mean: np.ndarray, u: np.ndarray, beta: float, scratch: np.ndarray) -> None:
    """s ← β s + (1 - β) u ⊙ u."""
    mean *= beta
    np.multiply(u, u, scratch)
    mean += np.multiply(scratch, 1 - beta, scratch)
