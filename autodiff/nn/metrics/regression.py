"""Metrics of numbers, and perplexity. Their sums do not round: see `exact`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from ...transforms import stop_gradient
from ..errors import ShapeError
from ..losses.categorical import cross_entropy
from .exact import ExactSum

__all__ = ["mean_absolute_error", "mean_squared_error", "perplexity", "r2"]


def _pair(name, prediction, target):
    x, y = (np.asarray(stop_gradient(part), np.float64) for part in (prediction, target))
    if x.shape != y.shape:
        raise ShapeError.of(
            f"{name}'s target", f"the shape {x.shape} of the prediction", y.shape, "reshape one of them"
        )
    return x, y


def absolute_errors(prediction: Any, target: Any) -> np.ndarray:
    x, y = _pair("mean_absolute_error", prediction, target)
    return np.abs(x - y)


def squared_errors(prediction: Any, target: Any) -> np.ndarray:
    x, y = _pair("mean_squared_error", prediction, target)
    return np.square(x - y)


def surprises(prediction: Any, target: Any, ignore_index: int = -100, axis: int = 1) -> np.ndarray:
    """-log p of each class that counts, in double precision, each computed alike whatever is beside it."""
    x, y = np.asarray(stop_gradient(prediction), np.float64), np.asarray(target)
    cross_entropy(x, y, ignore_index=ignore_index, axis=axis, reduction="none")  # for its errors
    rows, y = np.moveaxis(x, axis, -1).reshape(-1, x.shape[axis]), y.ravel()
    rows, y = np.ascontiguousarray(rows[y != ignore_index]), y[y != ignore_index]
    rows -= rows.max(axis=1, keepdims=True)
    return np.log(np.exp(rows).sum(axis=1)) - rows[np.arange(len(y)), y]


def mean_of(name: str, values: np.ndarray) -> float:
    total = ExactSum()
    total.add(values)
    if not values.size:
        raise InputError(f"{name} of no samples is not defined; give it one or more")
    return total.over(values.size)


def mean_absolute_error(prediction: Any, target: Any) -> float:
    """E |x - y| over all entries.

    prediction, target  arrays of one shape

    >>> mean_absolute_error(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    1.0
    """
    return mean_of("mean_absolute_error", absolute_errors(prediction, target))


def mean_squared_error(prediction: Any, target: Any) -> float:
    """E (x - y)² over all entries. Arguments as of `mean_absolute_error`.

    >>> mean_squared_error(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
    2.0
    """
    return mean_of("mean_squared_error", squared_errors(prediction, target))


def r2(prediction: Any, target: Any) -> float:
    """1 - Σ (y - x)² / Σ (y - ȳ)²: the share of the target's variance that the prediction x explains.

    1 is perfect, 0 as good as the mean ȳ. Of a constant target it is 1 for the perfect prediction and 0 for others.
    Raises InputError for fewer than two entries.

    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])).__round__(4)
    0.7857
    """
    x, y = _pair("r2", prediction, target)
    if y.size < 2:
        raise InputError("r2 of fewer than two samples is not defined")
    rest, whole = float(np.square(y - x).sum()), float(np.square(y - y.mean()).sum())
    if not whole:
        return 0.0 if rest else 1.0
    return 1 - rest / whole


def perplexity(prediction: Any, target: Any, *, ignore_index: int = -100, axis: int = 1) -> float:
    """exp(-E log p_y) with p = softmax(x): among how many equally likely classes the model hesitates.

    prediction    logits x, (N, C) or (N, C, d₁, ...); sequences (N, T, C) have axis=-1
    target        class numbers, in the same shape without the class axis
    ignore_index  class number of what does not count, such as padding

    >>> perplexity(np.zeros((3, 8)), np.array([0, 1, 2])).__round__(12)
    8.0
    """
    return math.exp(mean_of("perplexity", surprises(prediction, target, ignore_index, axis)))
