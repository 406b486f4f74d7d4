"""Losses of margins: zero once the right answer is ahead by enough, and with derivative 0 where it just is."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ...tracer import dtype_of, shape_of
from ..errors import ShapeError
from ..functional.activations import relu
from .binary import softplus
from .categorical import class_weights
from .reduction import check_labels, check_signs, class_numbers, matched, out_of_range, reduced

__all__ = [
    "hinge",
    "hinge_embedding",
    "margin_ranking",
    "multi_margin",
    "multilabel_margin",
    "multilabel_soft_margin",
    "squared_hinge",
]


def hinge(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """ℓ = max(0, 1 - y x) for targets y = ±1: that of support vector machines.

    prediction, target  arrays of one shape
    reduction           "mean", "sum" or "none"

    >>> hinge(np.array([2.0, 0.5, -1.0]), np.array([1, 1, 1]), reduction="none").tolist()
    [0.0, 0.5, 2.0]
    """
    target = matched("hinge", prediction, target)
    check_signs("hinge", target)
    return reduced("hinge", relu(1 - target * prediction), reduction)


def squared_hinge(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """ℓ = max(0, 1 - y x)² for targets y = ±1. Arguments as of `hinge`.

    >>> squared_hinge(np.array([2.0, 0.5, -1.0]), np.array([1, 1, 1]), reduction="none").tolist()
    [0.0, 0.25, 4.0]
    """
    target = matched("squared_hinge", prediction, target)
    check_signs("squared_hinge", target)
    return reduced("squared_hinge", np.square(relu(1 - target * prediction)), reduction)


def hinge_embedding(prediction: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    """ℓ = x for y = 1, max(0, margin - x) for y = -1: x is a distance, small for what is alike.

    >>> hinge_embedding(np.array([0.3, 0.3]), np.array([1, -1]), reduction="none").tolist()
    [0.3, 0.7]
    """
    target = matched("hinge_embedding", prediction, target)
    check_signs("hinge_embedding", target)
    losses = np.where(np.greater(target, 0), prediction, relu(margin - prediction))
    return reduced("hinge_embedding", losses, reduction)


def margin_ranking(input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: str = "mean") -> Any:
    """ℓ = max(0, -y (x₁ - x₂) + margin): y = 1 where x₁ should be above x₂, -1 where below.

    >>> margin_ranking(np.array([1.0, 1.0]), np.array([0.0, 3.0]), np.array([1, 1]), reduction="none").tolist()
    [0.0, 2.0]
    """
    input2 = matched("margin_ranking", input1, input2, "second input")
    target = matched("margin_ranking", input1, target)
    check_signs("margin_ranking", target)
    return reduced("margin_ranking", relu(margin - target * (input1 - input2)), reduction)


def multi_margin(
    prediction: Any,
    target: Any,
    p: int = 1,
    margin: float = 1.0,
    weight: Any = None,
    reduction: str = "mean",
) -> Any:
    """ℓ = Σ_{j≠y} w_y max(0, margin - x_y + xⱼ)ᵖ / C: the score of class y is to be above all others by the margin.

    prediction  scores, (N, C) or (C,)
    target      class numbers, (N,) or ()
    p           1 or 2
    weight      (C,), of the classes

    >>> multi_margin(np.array([[0.0, 2.0, 1.5, 0.0]]), np.array([1])).tolist()
    0.125
    """
    shape = shape_of(prediction)
    if len(shape) not in (1, 2) or not shape[-1]:
        raise ShapeError.of("multi_margin", "scores (N, C), or (C,)", shape, "put the classes on the last axis")
    if p not in (1, 2):
        raise InputError(f"multi_margin takes p=1 or p=2, not {p!r}")
    classes = shape[-1]
    target = class_numbers("multi_margin", target, shape[:-1], classes)
    wrong = target[(target < 0) | (target >= classes)]
    if wrong.size:
        raise out_of_range("multi_margin", wrong[0], classes)
    weight = class_weights("multi_margin", weight, classes, dtype_of(prediction))
    known = target[..., None]
    short = relu(margin - np.take_along_axis(prediction, known, -1) + prediction)
    others = np.where(known == np.arange(classes), 0, short if p == 1 else short * short)
    losses = others.sum(axis=-1) / classes
    return reduced("multi_margin", losses, reduction, None if weight is None else weight[target])


def multilabel_margin(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """ℓ = Σ max(0, 1 - (x_y - xⱼ)) / C over all classes y that a sample has and all j that it has not.

    prediction  scores, (N, C) or (C,)
    target      0 and 1 in the same shape: which classes each sample has. (PyTorch lists their numbers, then -1.)

    >>> multilabel_margin(np.array([[0.1, 0.2, 0.4, 0.8]]), np.array([[1, 0, 0, 1]])).round(4).tolist()
    0.85
    """
    target = matched("multilabel_margin", prediction, target)
    if not shape_of(prediction):
        raise ShapeError.of("multilabel_margin", "scores (N, C), or (C,)", (), "give it one score for each class")
    if not np.all(np.isin(target, (0, 1))):
        raise InputError("multilabel_margin takes 0 and 1 as its target: which classes each sample has")
    has = np.asarray(target) == 1
    short = relu(1 - (prediction[..., :, None] - prediction[..., None, :]))  # (N, y, j)
    losses = np.where(has[..., :, None] & ~has[..., None, :], short, 0).sum(axis=(-2, -1))
    return reduced("multilabel_margin", losses / shape_of(prediction)[-1], reduction)


def multilabel_soft_margin(prediction: Any, target: Any, weight: Any = None, reduction: str = "mean") -> Any:
    """ℓ = -Σⱼ wⱼ (yⱼ log σ(xⱼ) + (1 - yⱼ) log σ(-xⱼ)) / C: the mean over classes of `bce_with_logits`.

    prediction  logits, (N, C) or (C,)
    target      from 0 to 1, in the same shape

    >>> multilabel_soft_margin(np.zeros((2, 3)), np.ones((2, 3))).round(4).tolist()
    0.6931
    """
    target = matched("multilabel_soft_margin", prediction, target)
    check_labels("multilabel_soft_margin", target)
    losses = target * softplus(-prediction) + (1 - target) * softplus(prediction)
    if weight is not None:
        losses = losses * weight
    return reduced("multilabel_soft_margin", losses.mean(axis=-1), reduction)
