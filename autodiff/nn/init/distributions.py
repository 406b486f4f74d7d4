"""Initialisers that draw each entry by itself, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from ..errors import ModelError
from ..random import ShapesOnly, draw, stand_in

__all__ = ["constant", "normal", "ones", "truncated_normal", "uniform", "zeros"]


def initialiser(function: Callable) -> Callable:
    """Lets a function (rng, shape, dtype, ...) take a seed for rng; gives a stand-in where nothing is to be drawn."""

    @wraps(function)
    def initialise(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, **options: Any) -> Any:
        shape = (shape,) if isinstance(shape, int) else tuple(shape)
        if isinstance(rng, ShapesOnly):
            return stand_in(shape, dtype)
        return function(np.random.default_rng(rng), shape, np.dtype(dtype), **options)

    return initialise


@initialiser
def zeros(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """0: of biases. Weights that are all zero get all the same gradients."""
    return np.zeros(shape, dtype)


@initialiser
def ones(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """1: of scales."""
    return np.ones(shape, dtype)


@initialiser
def constant(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, value: float = 0.0) -> Any:
    """One value everywhere.

    >>> constant(None, (2,), value=0.5)
    array([0.5, 0.5], dtype=float32)
    """
    return np.full(shape, value, dtype)


@initialiser
def uniform(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, low: float = 0.0, high: float = 1.0) -> Any:
    """Uniform on [low, high)."""
    return draw(rng, "uniform", shape, dtype, low, high)


@initialiser
def normal(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, mean: float = 0.0, std: float = 1.0) -> Any:
    """Normal with a mean and a standard deviation."""
    return draw(rng, "normal", shape, dtype, mean, std)


@initialiser
def truncated_normal(
    rng: Any,
    shape: tuple[int, ...],
    dtype: Any = np.float32,
    *,
    mean: float = 0.0,
    std: float = 1.0,
    low: float = -2.0,
    high: float = 2.0,
) -> Any:
    """mean + std z, z standard normal but within [low, high]: z = Φ⁻¹(Φ(low) + u (Φ(high) - Φ(low))), u uniform.

    low, high  in standard deviations from the mean; either may be infinite. (PyTorch's are values.)

    Drawn by the inverse distribution function: exact, without rejection, also far out in a tail. Its standard deviation
    is below std: 0.880 std for the default bounds; `variance_scaling` makes up for that.

    Raises ModelError unless low < high.

    >>> x = truncated_normal(0, (10_000,), std=0.1)
    >>> float(np.abs(x).max()) <= 0.2, round(float(x.std()), 3)
    (True, 0.088)
    """
    from scipy.special import log_ndtr, ndtri_exp

    if not low < high:
        raise ModelError(f"truncated_normal takes low < high, but was given {low} and {high}")
    u = rng.random(shape)
    flipped = low + high > 0  # to where the distribution function is small, and so has all its digits
    bottom, top = (-high, -low) if flipped else (low, high)
    with np.errstate(divide="ignore"):
        z = ndtri_exp(np.logaddexp(log_ndtr(bottom) + np.log1p(-u), log_ndtr(top) + np.log(u)))
    z = np.clip(-z if flipped else z, low, high)
    first, last = np.asarray(mean + std * low, dtype), np.asarray(mean + std * high, dtype)
    return np.clip(np.asarray(mean + std * z, dtype), first, last)
