"""Losses of yes or no: from probabilities, and, exactly, from logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ...primitive import elementwise
from ...tracer import unwrap
from .reduction import check_labels, check_signs, check_weight, matched, reduced

__all__ = ["bce", "bce_with_logits", "sigmoid_focal", "soft_margin"]

# `functional.softplus` is the identity above a threshold, and σ (1 - σ) rounds to 0: these two are exact everywhere.
softplus = elementwise(
    lambda x: np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x))), lambda x: _sigmoid(x), name="softplus"
)
softplus.__doc__ = "log(1 + eˣ), without overflow."


def _sigmoid_value(x):
    small = np.exp(-np.abs(x))
    return np.where(np.less(x, 0), small, 1) / (1 + small)


_sigmoid = elementwise(_sigmoid_value, lambda x: _sigmoid(x) * _sigmoid(-x), name="sigmoid")


def _slope_value(x, y, z):
    small = np.exp(-np.abs(x))
    large = 1 / (1 + small)
    small *= large
    is_negative = np.less(x, 0)
    return (1 - y) * np.where(is_negative, small, large) - z * y * np.where(is_negative, large, small)


# (1 - y) σ(x) - z y σ(-x), from one exponential
_slope = elementwise(
    _slope_value,
    lambda x, y, z: ((1 - y) + z * y) * (_sigmoid(x) * _sigmoid(-x)),
    lambda x, z: -_sigmoid(x) - z * _sigmoid(-x),
    lambda x, y: -y * _sigmoid(-x),
    name="slope_of_bce_with_logits",
)


def _cross_entropy_of_logits(x, y, z):
    near = np.log1p(np.exp(-np.abs(x)))
    return z * y * (near + np.maximum(-x, 0)) + (1 - y) * (near + np.maximum(x, 0))


# of logit x, target y and weight z of the positives; no term is negative, so no digits cancel
_with_logits = elementwise(
    _cross_entropy_of_logits,
    lambda x, y, z: _slope(x, y, z),
    lambda x, z: z * softplus(-x) - softplus(x),
    lambda x, y: y * softplus(-x),
    name="bce_with_logits",
)


def _clamped_log(x):
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(x), -100)


_of_probabilities = elementwise(
    lambda x, y: -(y * _clamped_log(x) + (1 - y) * _clamped_log(1 - x)),
    lambda x, y: (x - y) / np.maximum(x * (1 - x), 1e-12),
    lambda x: _clamped_log(1 - x) - _clamped_log(x),
    name="bce",
)


def bce(prediction: Any, target: Any, weight: Any = None, reduction: str = "mean") -> Any:
    """ℓ = -y log p - (1 - y) log(1 - p), the cross-entropy of a probability p.

    prediction  probabilities, of any shape; of logits take `bce_with_logits`, which is exact where p rounds to 0 or 1
    target      of the same shape, from 0 to 1
    weight      multiplies the entries
    reduction   "mean", "sum" or "none"

    The logarithms are not below -100 and p (1 - p) not below 1e-12 in the derivative, as in PyTorch: a certain mistake
    costs 100. Raises ShapeError where the shapes differ, InputError outside of [0, 1].

    >>> bce(np.array([0.5, 1.0]), np.array([1.0, 0.0]), reduction="none").round(4).tolist()
    [0.6931, 100.0]
    """
    target = matched("bce", prediction, target)
    check_labels("bce", target)
    p = unwrap(prediction)
    if np.size(p) and (np.min(p) < 0 or np.max(p) > 1):
        raise InputError(
            f"bce takes probabilities from 0 to 1, but was given {np.min(p)} to {np.max(p)}; "
            "of logits take bce_with_logits"
        )
    return reduced("bce", _of_probabilities(prediction, target), reduction, weight)


def bce_with_logits(
    prediction: Any, target: Any, weight: Any = None, pos_weight: Any = None, reduction: str = "mean"
) -> Any:
    """ℓ = -w y log σ(x) - (1 - y) log σ(-x), the cross-entropy of a logit x, exact for all x.

    prediction  logits, of any shape
    target      of the same shape, from 0 to 1
    weight      multiplies the entries
    pos_weight  w, of the positives: above 1 for more recall; a number, or an array that broadcasts, such as (C,)
    reduction   "mean", "sum" or "none"

    Raises ShapeError where the shapes differ, InputError where a target is outside of [0, 1].

    >>> bce_with_logits(np.array([0.0, 1e4, -1e4]), np.array([1.0, 1.0, 1.0]), reduction="none").round(4).tolist()
    [0.6931, 0.0, 10000.0]
    """
    target = matched("bce_with_logits", prediction, target)
    check_labels("bce_with_logits", target)
    if pos_weight is not None:
        check_weight("bce_with_logits", "pos_weight", pos_weight, prediction)
    losses = _with_logits(prediction, target, 1.0 if pos_weight is None else pos_weight)
    return reduced("bce_with_logits", losses, reduction, weight)


def soft_margin(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """ℓ = log(1 + exp(-y x)) for targets y = ±1: the logistic loss.

    >>> soft_margin(np.array([0.0, 1e4]), np.array([1.0, -1.0]), reduction="none").round(4).tolist()
    [0.6931, 10000.0]
    """
    target = matched("soft_margin", prediction, target)
    check_signs("soft_margin", target)
    return reduced("soft_margin", softplus(-target * prediction), reduction)


def sigmoid_focal(
    prediction: Any, target: Any, alpha: float | None = 0.25, gamma: float = 2.0, reduction: str = "mean"
) -> Any:
    """ℓ = -α y (1 - p)^γ log p - (1 - α)(1 - y) p^γ log(1 - p) with p = σ(x): easy samples count little.

    prediction  logits x, of any shape
    target      y of the same shape, from 0 to 1
    alpha       weight of the positives; None: neither side is weighted
    gamma       0 is the cross-entropy

    Source: Lin et al. 2017, "Focal loss for dense object detection".

    >>> float(sigmoid_focal(np.array([0.0]), np.array([1.0]), alpha=None).round(4))  # log(2) / 4
    0.1733
    """
    target = matched("sigmoid_focal", prediction, target)
    check_labels("sigmoid_focal", target)
    if not gamma >= 0:
        raise InputError(f"sigmoid_focal takes a gamma of 0 or more, not {gamma}")
    positive, negative = (1.0, 1.0) if alpha is None else (alpha, 1.0 - alpha)
    if_yes, if_no = softplus(-prediction), softplus(prediction)  # -log p, -log(1 - p)
    losses = positive * target * (np.exp(-gamma * if_no) * if_yes) + negative * (1 - target) * (
        np.exp(-gamma * if_yes) * if_no
    )
    return reduced("sigmoid_focal", losses, reduction)
