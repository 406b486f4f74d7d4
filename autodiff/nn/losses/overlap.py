"""Losses of overlap, for segmentation: how much two regions share, whatever their size."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ...tracer import shape_of
from ..errors import ShapeError
from .reduction import check_labels, matched, reduced

__all__ = ["dice", "tversky"]


def dice(prediction: Any, target: Any, smooth: float = 1.0, axis: Any = None, reduction: str = "mean") -> Any:
    """ℓ = 1 - (2 Σ p y + s) / (Σ p + Σ y + s): one minus Dice's coefficient, of probabilities p and masks y.

    prediction  probabilities, (N, ...); of logits take their sigmoid or softmax
    target      in the same shape, from 0 to 1
    smooth      s: both empty is a perfect match
    axis        the axes of the sums; by default all but the first, so that each sample has a coefficient of its own
    reduction   of what the sums leave

    It is `tversky` with alpha = beta = 1/2, up to the scale of s. Source: Milletari et al. 2016, who have squares in
    the denominator; without, as here, is the usual form (Sudre et al. 2017).

    >>> float(dice(np.array([[1.0, 1.0, 0.0]]), np.array([[1.0, 0.0, 0.0]]), smooth=0).round(4))
    0.3333
    """
    both, only_p, only_y = _sums("dice", prediction, target, smooth, axis)
    return reduced("dice", 1 - (2 * both + smooth) / (2 * both + only_p + only_y + smooth), reduction)


def tversky(
    prediction: Any,
    target: Any,
    alpha: float = 0.5,
    beta: float = 0.5,
    smooth: float = 1.0,
    axis: Any = None,
    reduction: str = "mean",
) -> Any:
    """ℓ = 1 - (TP + s) / (TP + α FP + β FN + s), TP = Σ p y, FP = Σ p (1 - y), FN = Σ (1 - p) y.

    alpha, beta  the price of a false positive and of a false negative; both 1: one minus Jaccard's index

    Other arguments as of `dice`. Source: Salehi et al. 2017.

    >>> float(tversky(np.array([[1.0, 1.0, 0.0]]), np.array([[1.0, 0.0, 0.0]]), 1.0, 1.0, smooth=0))
    0.5
    """
    if alpha < 0 or beta < 0:
        raise InputError(f"tversky takes an alpha and a beta of 0 or more, not {alpha} and {beta}")
    both, only_p, only_y = _sums("tversky", prediction, target, smooth, axis)
    return reduced("tversky", 1 - (both + smooth) / (both + alpha * only_p + beta * only_y + smooth), reduction)


def _sums(name, p, y, smooth, axis):
    y = matched(name, p, y)
    check_labels(name, y)
    shape = shape_of(p)
    if axis is None:
        axis = tuple(range(1, len(shape)))
        if not axis:
            raise ShapeError.of(name, "(N, ...)", shape, "give axis=0 to sum over the only axis")
    if smooth < 0:
        raise InputError(f"{name} takes a smooth of 0 or more, not {smooth}")
    return np.sum(p * y, axis=axis), np.sum(p * (1 - y), axis=axis), np.sum((1 - p) * y, axis=axis)
