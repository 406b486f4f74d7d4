"""Metrics of a set that comes in batches: each equals its function of the whole set, to the last bit.

Three kinds are enough. Counts are integers; means are sums that do not round, over a count; and what ranks all samples
keeps them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from ...transforms import stop_gradient
from . import ranking, regression
from .classification import confusion_matrix, hits, labels_of, score_of
from .exact import ExactSum

__all__ = [
    "F1",
    "Accuracy",
    "AveragePrecision",
    "ConfusionMatrix",
    "Jaccard",
    "Mean",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "Metric",
    "Perplexity",
    "Precision",
    "R2",
    "Recall",
    "RocAuc",
    "TopKAccuracy",
]


class Metric:
    """What is told of batches by `update(prediction, target)`, and asked by `result()`; `reset()` begins anew.

    A subclass defines the three. `result` raises InputError where there was no batch.

    >>> metric = Accuracy()
    >>> for prediction, target in [([1, 0], [1, 1]), ([1], [1])]:
    ...     metric.update(np.array(prediction), np.array(target))
    >>> metric.result().__round__(4), metric
    (0.6667, Accuracy(0.6667))
    """

    def update(self, prediction: Any, target: Any) -> None:
        raise NotImplementedError(f"{type(self).__name__} must define update")

    def result(self) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define result")

    def reset(self) -> None:
        raise NotImplementedError(f"{type(self).__name__} must define reset")

    def _require(self, is_known):
        if not is_known:
            raise InputError(f"{type(self).__name__} of no samples is not defined; update it before")

    def __repr__(self):
        try:
            found = self.result()
        except InputError:
            return f"{type(self).__name__}()"
        return f"{type(self).__name__}({found:.4g})" if isinstance(found, float) else f"{type(self).__name__}({found})"


# -- means -------------------------------------------------------------------------------------------------------------


class Mean(Metric):
    """Σ w x / Σ w of numbers and arrays: of losses, with the sizes of their batches as weights.

    >>> mean = Mean()
    >>> mean.update(1.0, 3)
    >>> mean.update(2.0)
    >>> mean.result()
    1.25
    """

    def __init__(self):
        self.reset()

    def reset(self) -> None:
        self._sum, self._count = ExactSum(), 0

    def update(self, values: Any, weight: int = 1) -> None:
        if not isinstance(weight, int | np.integer) or weight < 0:
            raise InputError(f"the weight of a mean is how often the value counts, a whole number, not {weight!r}")
        values = np.asarray(stop_gradient(values), np.float64)
        self._sum.add(values, int(weight))
        self._count += int(weight) * values.size

    def result(self) -> float:
        self._require(self._count)
        return self._sum.over(self._count)


class MeanSquaredError(Mean):
    """E (x - y)², as `mean_squared_error`."""

    def update(self, prediction: Any, target: Any) -> None:
        super().update(regression.squared_errors(prediction, target))


class MeanAbsoluteError(Mean):
    """E |x - y|, as `mean_absolute_error`."""

    def update(self, prediction: Any, target: Any) -> None:
        super().update(regression.absolute_errors(prediction, target))


class Perplexity(Mean):
    """exp(-E log p_y), as `perplexity`, with its options."""

    def __init__(self, *, ignore_index: int = -100, axis: int = 1):
        super().__init__()
        self.ignore_index, self.axis = ignore_index, axis

    def update(self, prediction: Any, target: Any) -> None:
        super().update(regression.surprises(prediction, target, self.ignore_index, self.axis))

    def result(self) -> float:
        return math.exp(super().result())


class Accuracy(Mean):
    """The share of samples whose class is predicted, as `accuracy`."""

    def __init__(self, *, axis: int = 1):
        super().__init__()
        self.axis = axis

    def update(self, prediction: Any, target: Any) -> None:
        prediction, target = labels_of("Accuracy", prediction, target, self.axis)
        super().update(prediction == target)


class TopKAccuracy(Mean):
    """The share of samples whose class is among the k best, as `top_k_accuracy`."""

    def __init__(self, k: int = 5):
        super().__init__()
        self.k = k

    def update(self, prediction: Any, target: Any) -> None:
        super().update(hits(prediction, target, self.k))


# -- counts ------------------------------------------------------------------------------------------------------------


class ConfusionMatrix(Metric):
    """M[i, j], how many samples of class i were predicted to be of class j, as `confusion_matrix`.

    classes  how many there are; by default up to the highest number met so far
    """

    def __init__(self, classes: int | None = None, *, axis: int = 1):
        self.classes, self.axis = classes, axis
        self.reset()

    def reset(self) -> None:
        self._matrix = np.zeros((self.classes or 0,) * 2, np.int64)

    def update(self, prediction: Any, target: Any) -> None:
        matrix = confusion_matrix(prediction, target, self.classes, axis=self.axis)
        grown = np.zeros((max(len(matrix), len(self._matrix)),) * 2, np.int64)
        for part in (self._matrix, matrix):
            grown[: len(part), : len(part)] += part
        self._matrix = grown

    def result(self) -> Any:
        self._require(self._matrix.any())
        return self._matrix.copy()


class _Score(ConfusionMatrix):
    """A score of the confusion matrix; arguments as of `precision`."""

    score: str

    def __init__(
        self,
        average: str | None = "binary",
        *,
        positive: int = 1,
        zero_division: float = 0.0,
        classes: int | None = None,
        axis: int = 1,
    ):
        super().__init__(classes, axis=axis)
        self.average, self.positive, self.zero_division = average, positive, zero_division

    def result(self) -> Any:
        return score_of(self.score, super().result(), self.average, self.positive, self.zero_division)


class Precision(_Score):
    """TP / (TP + FP), as `precision`."""

    score = "precision"


class Recall(_Score):
    """TP / (TP + FN), as `recall`."""

    score = "recall"


class F1(_Score):
    """2 TP / (2 TP + FP + FN), as `f1` and `dice_score`."""

    score = "f1"


class Jaccard(_Score):
    """TP / (TP + FP + FN), as `jaccard` and `iou`."""

    score = "jaccard"


# -- what keeps all samples --------------------------------------------------------------------------------------------


class _Collected(Metric):
    """A function of all samples, which are kept until `reset`."""

    function: Any

    def __init__(self):
        self.reset()

    def reset(self) -> None:
        self._predictions, self._targets = [], []

    def update(self, prediction: Any, target: Any) -> None:
        self._predictions.append(np.array(stop_gradient(prediction)))
        self._targets.append(np.array(stop_gradient(target)))

    def result(self) -> float:
        self._require(self._predictions)
        return type(self).function(np.concatenate(self._predictions), np.concatenate(self._targets))


class RocAuc(_Collected):
    """The probability that a positive scores higher than a negative, as `roc_auc`. It keeps all scores."""

    function = staticmethod(ranking.roc_auc)


class AveragePrecision(_Collected):
    """The area under precision over recall, as `average_precision`. It keeps all scores."""

    function = staticmethod(ranking.average_precision)


class R2(_Collected):
    """The share of the variance that is explained, as `r2`. It keeps all samples."""

    function = staticmethod(regression.r2)
