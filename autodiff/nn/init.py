"""Initialisers: what parameters are before the first step.

Each is a function (rng, shape, dtype, ...) → array. `rng` is a np.random.Generator, or `nn.SHAPES_ONLY`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .random import draw

__all__ = ["fan_in_uniform", "fans", "normal", "uniform", "uniform_bias"]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan in, fan out) of a weight (out, in, *kernel): how many inputs an output has, and the reverse.

    Raises ValueError for fewer than two axes.

    >>> fans((10, 784)), fans((6, 1, 5, 5))
    ((784, 10), (25, 150))
    """
    if len(shape) < 2:
        raise ValueError(f"a weight with fans has two axes or more, (out, in, *kernel), not the shape {tuple(shape)}")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def uniform(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, low: float = 0.0, high: float = 1.0) -> Any:
    """Uniform on [low, high)."""
    return draw(rng, "uniform", shape, dtype, low, high)


def normal(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, mean: float = 0.0, std: float = 1.0) -> Any:
    """Normal with a mean and a standard deviation."""
    return draw(rng, "normal", shape, dtype, mean, std)


def fan_in_uniform(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Uniform in ±1/√(fan in): the weights of PyTorch's linear and convolutional layers."""
    bound = max(1, fans(shape)[0]) ** -0.5
    return uniform(rng, shape, dtype, low=-bound, high=bound)


def uniform_bias(rng: Any, size: int, fan_in: int, dtype: Any = np.float32) -> Any:
    """Uniform in ±1/√(fan in), shape (size,): their biases."""
    bound = max(1, fan_in) ** -0.5
    return uniform(rng, (size,), dtype, low=-bound, high=bound)
