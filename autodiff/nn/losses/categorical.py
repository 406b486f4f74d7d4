"""Losses of one class out of many: cross-entropy from logits, the negative log-likelihood, the divergence of Kullback
and Leibler, and the softmax focal loss."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from ...primitive import elementwise
from ...tracer import dtype_of, shape_of, unwrap
from ..errors import ShapeError
from .reduction import check_not_empty, check_reduction, class_numbers, matched, out_of_range, reduced
from .softmax_cross_entropy import of_classes, of_probabilities

__all__ = ["cross_entropy", "focal", "kl_div", "nll_loss"]


def cross_entropy(
    prediction: Any,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    reduction: str = "mean",
    *,
    axis: int | None = None,
) -> Any:
    """ℓ = log Σⱼ exp(xⱼ) - x_y, the cross-entropy of softmax(x), from the logits x; of probabilities q, -Σⱼ qⱼ log pⱼ.

    prediction       logits, (N, C), (N, C, d₁, ...) as in PyTorch, or (C,)
    target           class numbers, integers, in the shape of the prediction without its class axis; or probabilities
                     qⱼ, floats, in the shape of the prediction
    weight           (C,), of the classes
    ignore_index     class number of the samples that do not count, in the mean neither
    label_smoothing  ε: the target is (1 - ε) q + ε/C
    reduction        "mean": over samples, weighted by the weights of their classes where those are given and the
                     targets are numbers; "sum"; "none": an array in the shape of the class numbers
    axis             where the classes are: by default 1 (0 of a vector). Sequences (N, T, C) have axis=-1

    One record on the tape, and exact for all logits: neither overflow nor, for a sample that is nearly certain, a loss
    that rounds to 0. Raises ShapeError where the shapes do not fit, InputError for classes out of range.

    >>> logits = np.array([[0.0, 0.0], [1e4, -1e4], [1e4, -1e4]])
    >>> cross_entropy(logits, np.array([0, 0, 1]), reduction="none").round(4).tolist()
    [0.6931, 0.0, 20000.0]
    """
    shape, axis = _class_axis("cross_entropy", prediction, axis)
    check_reduction(reduction)
    if not 0 <= label_smoothing <= 1:
        raise InputError(f"label_smoothing is from 0 to 1, not {label_smoothing}")
    classes = shape[axis]
    weight = class_weights("cross_entropy", weight, classes, dtype_of(prediction))
    if reduction == "mean":
        check_not_empty("cross_entropy", math.prod(shape))
    if dtype_of(target).kind != "f":
        rest = shape[:axis] + shape[axis + 1 :]
        target = class_numbers("cross_entropy", target, rest, classes)
        kept = _counted("cross_entropy", target, classes, ignore_index)
        if label_smoothing == 0:
            target = target.copy()
            target.flags.writeable = False  # nobody else can change it, so a tape need not watch it
            return of_classes(prediction, target=target, kept=kept, weight=weight, axis=axis, reduction=reduction)
        return _smoothed(prediction, target, kept, weight, axis, label_smoothing, reduction)
    if shape_of(target) != shape:
        raise ShapeError.of(
            "cross_entropy's target",
            f"the shape {shape} of the prediction, as probabilities,",
            shape_of(target),
            f"or class numbers of shape {shape[:axis] + shape[axis + 1 :]}, as integers",
        )
    if label_smoothing:
        target = (1 - label_smoothing) * target + label_smoothing / classes
    if weight is not None:
        target = target * _along(weight, axis, len(shape))
    losses = of_probabilities(prediction, target, axis=axis, reduction="none" if reduction == "none" else "sum")
    return losses / (math.prod(shape) / classes) if reduction == "mean" else losses


def _smoothed(prediction, target, kept, weight, axis, smoothing, reduction):
    """The target as probabilities, which the smoothed one needs."""
    shape, classes = shape_of(prediction), shape_of(prediction)[axis]
    known = target if kept is None else np.where(kept, target, 0)
    is_class = np.expand_dims(known, axis) == _along(np.arange(classes), axis, len(shape))
    q = np.where(is_class, 1 - smoothing + smoothing / classes, smoothing / classes).astype(dtype_of(prediction))
    if weight is not None:
        q *= _along(weight, axis, len(shape))
    if kept is not None:
        q *= np.expand_dims(kept, axis)
    losses = of_probabilities(prediction, q, axis=axis, reduction="none" if reduction == "none" else "sum")
    if reduction != "mean":
        return losses
    counts = np.ones(target.shape, q.dtype) if weight is None else weight[known]
    total = float(np.sum(counts if kept is None else counts * kept))
    check_counted("cross_entropy", total)
    return losses / total


def _along(vector, axis, ndim):
    return vector.reshape((-1,) + (1,) * (ndim - axis - 1))


def _class_axis(name, prediction, axis):
    shape = shape_of(prediction)
    if not shape:
        raise ShapeError.of(name, "scores (N, C), or (C,)", shape, "give it one score for each class")
    axis = (1 if len(shape) > 1 else 0) if axis is None else axis
    if not -len(shape) <= axis < len(shape):
        raise ShapeError.of(name, f"an axis {axis} of classes", shape, f"axis is below {len(shape)}")
    axis %= len(shape)
    if not shape[axis]:
        raise ShapeError.of(name, "one class or more", shape, f"axis {axis} is that of the classes; choose it by axis=")
    return shape, axis


def class_weights(name: str, weight: Any, classes: int, dtype: Any) -> Any:
    """Weights of the classes as an array, or None."""
    if weight is None:
        return None
    if shape_of(weight) != (classes,):
        raise ShapeError.of(f"{name}'s weight", f"one for each class, ({classes},)", shape_of(weight), "or None")
    return np.asarray(weight, dtype)


def _counted(name, target, classes, ignore_index):
    """Which samples count; None: all. Raises InputError where one is neither a class nor ignored."""
    if not target.size or np.maximum.reduce(target.view(np.uintp), axis=None) < classes:  # no -1 is small as unsigned
        if 0 <= ignore_index < classes:
            kept = target != ignore_index
            return None if kept.all() else kept
        return None
    kept = target != ignore_index
    wrong = target[kept & ((target < 0) | (target >= classes))]
    if wrong.size:
        raise out_of_range(name, wrong[0], classes, ignore_index)
    return kept


def nll_loss(
    prediction: Any,
    target: Any,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    *,
    axis: int | None = None,
) -> Any:
    """ℓ = -x_y, of log-probabilities x: what is left of `cross_entropy` behind a log-softmax. Arguments as there.

    >>> float(nll_loss(np.log([[0.25, 0.75]]), np.array([1])).round(4))
    0.2877
    """
    shape, axis = _class_axis("nll_loss", prediction, axis)
    check_reduction(reduction)
    classes = shape[axis]
    target = class_numbers("nll_loss", target, shape[:axis] + shape[axis + 1 :], classes)
    kept = _counted("nll_loss", target, classes, ignore_index)
    known = target if kept is None else np.where(kept, target, 0)
    losses = -np.take_along_axis(prediction, np.expand_dims(known, axis), axis).reshape(target.shape)
    counts = class_weights("nll_loss", weight, classes, dtype_of(prediction))
    counts = None if counts is None else counts[known]
    if kept is not None:
        counts = kept.astype(dtype_of(prediction)) if counts is None else counts * kept
        losses = np.where(kept, losses, 0)
    if counts is None:
        return reduced("nll_loss", losses, reduction)
    if reduction == "mean":
        total = float(counts.sum())
        check_counted("nll_loss", total)
        return (losses * counts).sum() / total
    return reduced("nll_loss", losses, reduction, counts)


def check_counted(name: str, total: float) -> None:
    if not total:
        raise InputError(
            f"{name} has no mean where no sample counts (all are ignore_index, or of weight 0); "
            "leave the batch out, or take reduction='sum', which is 0"
        )


_divergence = elementwise(
    lambda x, y: y * (np.log(np.where(np.greater(y, 0), y, 1)) - x),  # 0 log 0 = 0
    lambda y: -y,
    lambda x, y: np.where(np.greater(y, 0), np.log(np.where(np.greater(y, 0), y, 1)) + 1 - x, 0),
    name="kl_div",
)
_divergence_of_logs = elementwise(
    lambda x, y: np.exp(y) * (y - x),
    lambda y: -np.exp(y),
    lambda x, y: np.exp(y) * (y - x + 1),
    name="kl_div_of_logs",
)


def kl_div(prediction: Any, target: Any, reduction: str = "mean", log_target: bool = False) -> Any:
    """ℓ = q (log q - x), whose sum over classes is KL(q ‖ p), of log-probabilities x = log p and probabilities q.

    prediction  log-probabilities, of any shape; PyTorch calls them `input`
    target      probabilities q ≥ 0 of the same shape, or their logarithms with `log_target`
    reduction   "mean" over all entries, as in PyTorch, "sum", "none", or "batchmean": the sum over the first axis's
                length, which is the mean divergence

    >>> p, q = np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]])
    >>> float(kl_div(np.log(p), q, "batchmean").round(4))
    0.6931
    """
    check_reduction(reduction, "batchmean")
    target = matched("kl_div", prediction, target)
    if not log_target and np.any(np.less(unwrap(target), 0)):
        raise InputError("kl_div takes probabilities of 0 or more as its target; of logarithms, log_target=True")
    values: Any = (_divergence_of_logs if log_target else _divergence)(prediction, target)
    if reduction == "batchmean":
        shape = shape_of(prediction)
        if not shape:
            raise ShapeError.of("kl_div", "a batch axis, for 'batchmean',", shape, "or reduction='sum'")
        check_not_empty("kl_div", shape[0])
        return values.sum() / shape[0]
    return reduced("kl_div", values, reduction)


def focal(
    prediction: Any,
    target: Any,
    gamma: float = 2.0,
    weight: Any = None,
    reduction: str = "mean",
    *,
    axis: int | None = None,
) -> Any:
    """ℓ = -α_y (1 - p_y)^γ log p_y with p = softmax(x): samples that are classified well count little.

    prediction  logits x, (N, C) or (N, C, d₁, ...), as of `cross_entropy`
    target      class numbers
    gamma       0 is the cross-entropy
    weight      α, (C,)

    The mean is over samples. Source: Lin et al. 2017. Of yes or no: `sigmoid_focal`.

    >>> float(focal(np.zeros((1, 2)), np.array([0])).round(4))  # log(2) / 4
    0.1733
    """
    if not gamma >= 0:
        raise InputError(f"focal takes a gamma of 0 or more, not {gamma}")
    shape, place = _class_axis("focal", prediction, axis)
    loss = cross_entropy(prediction, target, reduction="none", axis=place)
    losses = loss if gamma == 0 else (-np.expm1(-loss)) ** float(gamma) * loss
    weight = class_weights("focal", weight, shape[place], dtype_of(prediction))
    return reduced("focal", losses, reduction, None if weight is None else weight[np.asarray(target)])
