"""Metrics of scores that rank samples: receiver operating characteristic, precision and recall at all thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ...transforms import stop_gradient
from ..errors import ShapeError

__all__ = ["average_precision", "precision_recall_curve", "roc_auc", "roc_curve"]


def _counts(name, score, target):
    """For each distinct score, from the highest: how many positives and negatives are at or above it, and the score."""
    score, target = np.asarray(stop_gradient(score)), np.asarray(stop_gradient(target))
    if score.ndim != 1 or target.shape != score.shape:
        raise ShapeError.of(f"{name}", f"scores (N,) and targets (N,), here {target.shape},", score.shape, "ravel them")
    if not np.isin(target, (0, 1)).all():
        raise InputError(f"{name} takes targets 0 and 1; of classes, give target == k and the score of class k")
    if np.isnan(score).any():
        raise InputError(f"{name} cannot rank scores that are nan")
    order = np.argsort(-score, kind="stable")
    score, positive = score[order], target[order].astype(np.int64)
    last = np.append(np.flatnonzero(np.diff(score)), len(score) - 1)  # of each run of equal scores
    tp = np.cumsum(positive)[last]
    return tp, last + 1 - tp, score[last]


def roc_curve(prediction: Any, target: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(FPR, TPR, thresholds): false positives over negatives, true positives over positives, where score ≥ threshold.

    prediction  scores, (N,), high for class 1
    target      0 and 1, (N,)

    The first point is (0, 0), at the threshold infinity. Raises InputError unless both classes are there.

    >>> fpr, tpr, thresholds = roc_curve(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
    >>> fpr.tolist(), tpr.tolist()
    ([0.0, 0.0, 0.5, 0.5, 1.0], [0.0, 0.5, 0.5, 1.0, 1.0])
    """
    if not np.size(target) or np.min(target) == np.max(target):
        raise InputError("a receiver operating characteristic needs samples of both classes")
    tp, fp, thresholds = _counts("roc_curve", prediction, target)
    tp, fp = np.append(0, tp), np.append(0, fp)
    return fp / fp[-1], tp / tp[-1], np.append(np.inf, thresholds)


def roc_auc(prediction: Any, target: Any) -> float:
    """The area under `roc_curve`: the probability that a positive scores higher than a negative, ties counting half.

    prediction  scores, (N,); or (N, C), of which each class is told from the rest and the mean is taken
    target      0 and 1, (N,); or class numbers, all of which are there

    Computed in integers, so exact. Raises InputError unless both classes, or all of them, are there.

    >>> roc_auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1]))
    0.75
    """
    score = np.asarray(stop_gradient(prediction))
    if score.ndim == 2:
        target = np.asarray(target)
        return float(np.mean([roc_auc(score[:, k], (target == k).astype(int)) for k in range(score.shape[1])]))
    if not np.size(target) or np.min(target) == np.max(target):
        raise InputError("a receiver operating characteristic needs samples of both classes")
    tp, fp, _ = _counts("roc_auc", score, target)
    twice = (np.diff(fp, prepend=0) * (tp + np.append(0, tp[:-1]))).sum()
    return int(twice) / (2 * int(tp[-1]) * int(fp[-1]))


def precision_recall_curve(prediction: Any, target: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(precision, recall, thresholds), where score ≥ threshold, from the highest threshold to the lowest.

    Arguments as of `roc_curve`. Raises InputError where there is no positive.

    >>> precision, recall, _ = precision_recall_curve(np.array([0.9, 0.4, 0.3]), np.array([1, 0, 1]))
    >>> precision.round(2).tolist(), recall.tolist()
    ([1.0, 0.5, 0.67], [0.5, 0.5, 1.0])
    """
    if not np.any(target):
        raise InputError("precision and recall of no positive sample are not defined")
    tp, fp, thresholds = _counts("precision_recall_curve", prediction, target)
    return tp / (tp + fp), tp / tp[-1], thresholds


def average_precision(prediction: Any, target: Any) -> float:
    """Σₙ (Rₙ - Rₙ₋₁) Pₙ over the thresholds: the area under precision over recall, without interpolation.

    Arguments as of `roc_curve`.

    >>> round(average_precision(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])), 4)
    0.8333
    """
    precision, recall, _ = precision_recall_curve(prediction, target)
    return float((np.diff(recall, prepend=0) * precision).sum())
