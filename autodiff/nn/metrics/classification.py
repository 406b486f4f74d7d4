"""Metrics of classes, all of them from the confusion matrix, and of regions, which are classes of pixels."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ...transforms import stop_gradient
from ..errors import ShapeError

__all__ = [
    "accuracy",
    "confusion_matrix",
    "dice_score",
    "f1",
    "iou",
    "jaccard",
    "precision",
    "recall",
    "top_k_accuracy",
]


def labels_of(name: str, prediction: Any, target: Any, axis: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Predicted and true class numbers, one for each sample; scores are replaced by the place of the largest."""
    prediction, target = np.asarray(stop_gradient(prediction)), np.asarray(stop_gradient(target))
    if target.dtype.kind not in "iub":
        raise InputError(f"{name} takes class numbers as its target, integers or booleans, not {target.dtype}")
    if prediction.ndim == target.ndim + 1 and prediction.ndim > 1:
        if prediction.shape[axis] == 1:
            raise InputError(
                f"{name} was given scores of one class, {prediction.shape}, of which the largest says nothing; of "
                f"probabilities give np.take(prediction, 0, {axis}) > 0.5, of logits np.take(prediction, 0, {axis}) > 0"
            )
        prediction = prediction.argmax(axis=axis)
    elif prediction.dtype.kind not in "iub":
        raise InputError(
            f"{name} takes class numbers, or scores with a class axis more than the target {target.shape}, but was "
            f"given {prediction.dtype} of shape {prediction.shape}; of probabilities give prediction > 0.5"
        )
    if prediction.shape != target.shape:
        raise ShapeError.of(
            f"{name}'s prediction", f"one class for each sample, {target.shape}", prediction.shape, "see axis"
        )
    if not target.size:
        raise InputError(f"{name} of no samples is not defined; give it one or more")
    return prediction.astype(np.intp).ravel(), target.astype(np.intp).ravel()


def accuracy(prediction: Any, target: Any, *, axis: int = 1) -> float:
    """The share of samples whose class is predicted.

    prediction  class numbers in the shape of the target, or scores with a class axis more, (N, C) or (N, C, d₁, ...)
    target      class numbers, (N,) or (N, d₁, ...)
    axis        that of the classes of scores

    >>> accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1]))
    0.5
    """
    prediction, target = labels_of("accuracy", prediction, target, axis)
    return int((prediction == target).sum()) / target.size


def hits(scores: Any, target: Any, k: int) -> np.ndarray:
    """Which samples have their class among the k best. Among equal scores the first is best, as of argmax."""
    scores, target = np.asarray(stop_gradient(scores)), np.asarray(stop_gradient(target))
    if scores.ndim != 2 or target.shape != scores.shape[:1] or target.dtype.kind not in "iu":
        raise ShapeError.of(
            "top_k_accuracy",
            f"scores (N, C) and class numbers (N,), here {target.shape} of {target.dtype},",
            scores.shape,
            "put the classes of the scores on the last axis",
        )
    if not 1 <= k <= scores.shape[1]:
        raise InputError(f"top_k_accuracy takes a k from 1 to the {scores.shape[1]} classes, not {k}")
    if not target.size:
        raise InputError("top_k_accuracy of no samples is not defined; give it one or more")
    if target.min() < 0 or target.max() >= scores.shape[1]:
        raise InputError(
            f"top_k_accuracy takes classes from 0 to {scores.shape[1] - 1}, not {target.min()} to {target.max()}"
        )
    of_target = np.take_along_axis(scores, target[:, None], 1)
    earlier = np.arange(scores.shape[1]) < target[:, None]
    return ((scores > of_target) | ((scores == of_target) & earlier)).sum(axis=1) < k


def top_k_accuracy(prediction: Any, target: Any, k: int = 5) -> float:
    """The share of samples whose class is among the k of highest score; of equal scores the first counts.

    prediction  scores, (N, C)
    target      class numbers, (N,)

    >>> top_k_accuracy(np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2]]), np.array([1, 2]), k=2)
    0.5
    """
    found = hits(prediction, target, k)
    return int(found.sum()) / len(found)


def confusion_matrix(prediction: Any, target: Any, classes: int | None = None, *, axis: int = 1) -> np.ndarray:
    """M[i, j], how many samples of class i were predicted to be of class j: rows are true, columns predicted.

    (In the deck it is the other way round: its matrix is the transpose of this one.)

    classes  how many there are; by default up to the highest number met

    Other arguments as of `accuracy`. Raises InputError for a class out of range.

    >>> confusion_matrix(np.array([0, 1, 1]), np.array([0, 0, 1]))
    array([[1, 1],
           [0, 1]])
    """
    prediction, target = labels_of("confusion_matrix", prediction, target, axis)
    lowest, highest = min(prediction.min(), target.min()), max(prediction.max(), target.max())
    count = int(highest) + 1 if classes is None else classes
    if lowest < 0 or highest >= count:
        raise InputError(f"confusion_matrix takes classes from 0 to {count - 1}, not {lowest} to {highest}")
    return np.bincount(target * count + prediction, minlength=count * count).reshape(count, count)


# Of a class with tp, fp, fn: numerator and denominator.
_SCORES = {
    "precision": lambda tp, fp, fn: (tp, tp + fp),
    "recall": lambda tp, fp, fn: (tp, tp + fn),
    "f1": lambda tp, fp, fn: (2 * tp, 2 * tp + fp + fn),
    "jaccard": lambda tp, fp, fn: (tp, tp + fp + fn),
}


def score_of(name: str, matrix: np.ndarray, average: str | None, positive: int, zero_division: float) -> Any:
    """One of the scores above from a confusion matrix."""
    tp = np.diag(matrix)
    fp, fn = matrix.sum(axis=0) - tp, matrix.sum(axis=1) - tp
    score = _SCORES[name]
    if average == "micro":
        return _ratio(*score(tp.sum(), fp.sum(), fn.sum()), zero_division)
    if average == "binary":
        if len(matrix) > 2:
            raise InputError(
                f"{name} of {len(matrix)} classes needs an average: 'macro', 'micro', 'weighted', or None for all"
            )
        if positive >= len(matrix):
            return float(zero_division)
        return _ratio(*score(tp[positive], fp[positive], fn[positive]), zero_division)
    values = np.array([_ratio(*score(*counts), zero_division) for counts in zip(tp, fp, fn, strict=True)])
    if average is None:
        return values
    met = (tp + fp + fn) > 0
    if average == "macro":
        return float(values[met].mean())
    if average == "weighted":
        return float((values * (tp + fn)).sum() / (tp + fn).sum())
    raise InputError(f"average is 'binary', 'macro', 'micro', 'weighted' or None, not {average!r}")


def _ratio(part, whole, zero_division):
    return int(part) / int(whole) if whole else float(zero_division)


def _scored(name, prediction, target, average, positive, zero_division, classes, axis):
    matrix = confusion_matrix(prediction, target, classes, axis=axis)
    return score_of(name, matrix, average, positive, zero_division)


def precision(
    prediction: Any,
    target: Any,
    average: str | None = "binary",
    *,
    positive: int = 1,
    zero_division: float = 0.0,
    classes: int | None = None,
    axis: int = 1,
) -> Any:
    """TP / (TP + FP): of what was predicted to be of a class, the share that is.

    prediction, target  as of `accuracy`
    average         "binary": of the class `positive`, out of two; "macro": the mean over the classes met; "weighted":
                    that weighted by how often each is true; "micro": of the summed counts; None: an array, by class
    zero_division   what 0/0 is
    classes         how many there are; by default up to the highest number met

    >>> precision(np.array([1, 1, 0, 1]), np.array([1, 0, 0, 1])).__round__(4)
    0.6667
    """
    return _scored("precision", prediction, target, average, positive, zero_division, classes, axis)


def recall(
    prediction: Any,
    target: Any,
    average: str | None = "binary",
    *,
    positive: int = 1,
    zero_division: float = 0.0,
    classes: int | None = None,
    axis: int = 1,
) -> Any:
    """TP / (TP + FN): of what is of a class, the share that was predicted to be. Arguments as of `precision`.

    >>> recall(np.array([1, 1, 0, 1]), np.array([1, 0, 0, 1]))
    1.0
    """
    return _scored("recall", prediction, target, average, positive, zero_division, classes, axis)


def f1(
    prediction: Any,
    target: Any,
    average: str | None = "binary",
    *,
    positive: int = 1,
    zero_division: float = 0.0,
    classes: int | None = None,
    axis: int = 1,
) -> Any:
    """2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall. Arguments as of `precision`.

    >>> f1(np.array([1, 1, 0, 1]), np.array([1, 0, 0, 1]))
    0.8
    """
    return _scored("f1", prediction, target, average, positive, zero_division, classes, axis)


def jaccard(
    prediction: Any,
    target: Any,
    average: str | None = "binary",
    *,
    positive: int = 1,
    zero_division: float = 0.0,
    classes: int | None = None,
    axis: int = 1,
) -> Any:
    """TP / (TP + FP + FN): intersection over union of the predicted and the true region. Also `iou`.

    Arguments as of `precision`; masks of any shape, booleans or class numbers.

    >>> iou(np.array([[True, True], [False, False]]), np.array([[True, False], [True, False]])).__round__(4)
    0.3333
    """
    return _scored("jaccard", prediction, target, average, positive, zero_division, classes, axis)


def dice_score(
    prediction: Any,
    target: Any,
    average: str | None = "binary",
    *,
    positive: int = 1,
    zero_division: float = 0.0,
    classes: int | None = None,
    axis: int = 1,
) -> Any:
    """2 |A ∩ B| / (|A| + |B|), of two regions: `f1` by another name. Arguments as of `jaccard`.

    >>> dice_score(np.array([[True, True], [False, False]]), np.array([[True, False], [True, False]]))
    0.5
    """
    return _scored("f1", prediction, target, average, positive, zero_division, classes, axis)


iou = jaccard
