"""Metrics against scikit-learn, and in batches against the whole."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from autodiff import nn
from autodiff.errors import InputError
from autodiff.nn import metrics
from autodiff.nn.metrics.exact import ExactSum

seeds = st.integers(0, 1 << 30)
few = settings(max_examples=25)  # scikit-learn takes some milliseconds for each


def drawn(seed, classes):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 30)
    return rng.integers(0, classes, n), rng.integers(0, classes, n)


# -- against scikit-learn ----------------------------------------------------------------------------------------------


@few
@given(seeds, st.integers(2, 6))
def test_accuracy_and_confusion_matrix_are_those_of_scikit_learn(seed, classes):
    p, t = drawn(seed, classes)
    assert metrics.accuracy(p, t) == sk.accuracy_score(t, p)
    expected = sk.confusion_matrix(t, p, labels=range(classes))
    np.testing.assert_array_equal(metrics.confusion_matrix(p, t, classes), expected)


def test_rows_of_the_confusion_matrix_are_true_classes():
    assert metrics.confusion_matrix(np.array([1]), np.array([0])).tolist() == [[0, 1], [0, 0]]


SCORES = {
    "precision": sk.precision_score,
    "recall": sk.recall_score,
    "f1": sk.f1_score,
    "jaccard": sk.jaccard_score,
}


@pytest.mark.parametrize("average", ["macro", "micro", "weighted"])
@pytest.mark.parametrize("name", SCORES)
@few
@given(seeds, st.integers(2, 6))
def test_averaged_scores_are_those_of_scikit_learn(name, average, seed, classes):
    p, t = drawn(seed, classes)
    found = getattr(metrics, name)(p, t, average)
    np.testing.assert_allclose(found, SCORES[name](t, p, average=average, zero_division=0), rtol=1e-14)


@pytest.mark.parametrize("zero_division", [0.0, 1.0])
@pytest.mark.parametrize("name", SCORES)
@few
@given(seeds)
def test_binary_scores_are_those_of_scikit_learn(name, zero_division, seed):
    p, t = drawn(seed, 2)
    found = getattr(metrics, name)(p, t, zero_division=zero_division)
    assert found == pytest.approx(SCORES[name](t, p, zero_division=zero_division), rel=1e-14)


@pytest.mark.parametrize("name", SCORES)
@few
@given(seeds)
def test_scores_by_class_are_those_of_scikit_learn(name, seed):
    p, t = drawn(seed, 4)
    expected = SCORES[name](t, p, average=None, labels=range(4), zero_division=0)
    np.testing.assert_allclose(getattr(metrics, name)(p, t, None, classes=4), expected, rtol=1e-14)


@few
@given(seeds, st.booleans())
def test_ranking_metrics_are_those_of_scikit_learn(seed, tied):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 40))
    t = np.append([0, 1], rng.integers(0, 2, n - 2))
    score = rng.integers(0, 5, n) / 4 if tied else rng.standard_normal(n)
    np.testing.assert_allclose(metrics.roc_auc(score, t), sk.roc_auc_score(t, score), rtol=1e-13)
    np.testing.assert_allclose(metrics.average_precision(score, t), sk.average_precision_score(t, score), rtol=1e-13)
    for found, expected in zip(
        metrics.roc_curve(score, t), sk.roc_curve(t, score, drop_intermediate=False), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-15)
    precision, recall, thresholds = metrics.precision_recall_curve(score, t)
    expected = sk.precision_recall_curve(t, score)  # from the lowest threshold, with (1, 0) at the end
    np.testing.assert_allclose(precision[::-1], expected[0][:-1], rtol=1e-15)
    np.testing.assert_allclose(recall[::-1], expected[1][:-1], rtol=1e-15)
    np.testing.assert_array_equal(thresholds[::-1], expected[2])


def test_roc_auc_of_many_classes_is_the_mean_of_one_against_the_rest(rng):
    p = rng.dirichlet(np.ones(4), 50)
    t = np.append(np.arange(4), rng.integers(0, 4, 46))
    expected = sk.roc_auc_score(t, p, multi_class="ovr")
    np.testing.assert_allclose(metrics.roc_auc(p, t), expected, rtol=1e-13)


@few
@given(seeds, st.integers(1, 5))
def test_top_k_accuracy_is_that_of_scikit_learn(seed, k):
    rng = np.random.default_rng(seed)
    scores, t = rng.standard_normal((20, 6)), rng.integers(0, 6, 20)
    assert metrics.top_k_accuracy(scores, t, k) == sk.top_k_accuracy_score(t, scores, k=k, labels=range(6))


def test_top_one_accuracy_is_accuracy_also_where_scores_tie(rng):
    scores, t = rng.integers(0, 3, (200, 4)), rng.integers(0, 4, 200)
    assert metrics.top_k_accuracy(scores, t, 1) == metrics.accuracy(scores, t)


@few
@given(seeds)
def test_regression_metrics_are_those_of_scikit_learn(seed):
    x, y = np.random.default_rng(seed).standard_normal((2, 20))
    np.testing.assert_allclose(metrics.mean_squared_error(x, y), sk.mean_squared_error(y, x), rtol=1e-14)
    np.testing.assert_allclose(metrics.mean_absolute_error(x, y), sk.mean_absolute_error(y, x), rtol=1e-14)
    np.testing.assert_allclose(metrics.r2(x, y), sk.r2_score(y, x), rtol=1e-12)


def test_r2_of_a_constant_target_is_that_of_scikit_learn():
    for x in (np.ones(3), np.zeros(3)):
        assert metrics.r2(x, np.ones(3)) == sk.r2_score(np.ones(3), x)


# -- formulas ----------------------------------------------------------------------------------------------------------


def test_perplexity_is_the_exponential_of_cross_entropy(rng):
    x, y = rng.standard_normal((4, 6, 5)), rng.integers(0, 5, (4, 6))
    y[0, :3] = -100
    found = metrics.perplexity(x, y, axis=-1)
    np.testing.assert_allclose(found, np.exp(nn.losses.cross_entropy(x, y, axis=-1)), rtol=1e-14)


def test_dice_and_iou_of_masks_are_their_formulas(rng):
    a, b = rng.random((2, 3, 8, 8)) < 0.4
    assert metrics.iou(a, b) == (a & b).sum() / (a | b).sum()
    assert metrics.dice_score(a, b) == 2 * (a & b).sum() / (a.sum() + b.sum())


def test_accuracy_of_images_takes_the_class_axis(rng):
    scores, t = rng.standard_normal((2, 3, 4, 4)), rng.integers(0, 3, (2, 4, 4))
    assert metrics.accuracy(scores, t) == np.mean(scores.argmax(axis=1) == t)
    assert metrics.accuracy(np.moveaxis(scores, 1, -1), t, axis=-1) == np.mean(scores.argmax(axis=1) == t)


# -- batches -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30), st.integers(1, 30))
def test_exact_sums_round_once_whatever_the_batches(numbers, cut):
    whole, parts = ExactSum(), ExactSum()
    whole.add(numbers)
    for part in (numbers[cut:], numbers[:cut]):
        parts.add(part)
    exact = sum(map(Fraction, numbers)) / len(numbers)
    assert whole.over(len(numbers)) == parts.over(len(numbers)) == exact.numerator / exact.denominator


@pytest.mark.parametrize("x, expected", [([1.0, np.inf], np.inf), ([-np.inf, 3.0], -np.inf), ([np.nan, 1.0], np.nan)])
def test_sums_of_what_is_not_finite(x, expected):
    total = ExactSum()
    total.add(x)
    np.testing.assert_equal(total.over(2), expected)


def classes(rng, n):
    return rng.integers(0, 3, n), rng.integers(0, 3, n)


def bits(rng, n):
    return rng.integers(0, 2, n), rng.integers(0, 2, n)


def numbers(rng, n):
    return (rng.standard_normal(n) * 10.0 ** rng.integers(-8, 8, n)).astype(np.float32), rng.standard_normal(n)


def scores(rng, n):
    return rng.standard_normal((n, 7)), rng.integers(0, 7, n)


def ranks(rng, n):
    return rng.integers(0, 9, n) / 8, np.append([0, 1], rng.integers(0, 2, n - 2))


RUNNING = {
    "accuracy": (metrics.Accuracy, metrics.accuracy, classes),
    "accuracy of scores": (metrics.Accuracy, metrics.accuracy, scores),
    "top 3": (lambda: metrics.TopKAccuracy(3), lambda p, t: metrics.top_k_accuracy(p, t, 3), scores),
    "confusion": (metrics.ConfusionMatrix, metrics.confusion_matrix, classes),
    "precision": (lambda: metrics.Precision("macro"), lambda p, t: metrics.precision(p, t, "macro"), classes),
    "recall": (lambda: metrics.Recall("weighted"), lambda p, t: metrics.recall(p, t, "weighted"), classes),
    "f1": (metrics.F1, metrics.f1, bits),
    "jaccard": (lambda: metrics.Jaccard("micro"), lambda p, t: metrics.jaccard(p, t, "micro"), classes),
    "mse": (metrics.MeanSquaredError, metrics.mean_squared_error, numbers),
    "mae": (metrics.MeanAbsoluteError, metrics.mean_absolute_error, numbers),
    "r2": (metrics.R2, metrics.r2, numbers),
    "perplexity": (metrics.Perplexity, metrics.perplexity, scores),
    "auc": (metrics.RocAuc, metrics.roc_auc, ranks),
    "ap": (metrics.AveragePrecision, metrics.average_precision, ranks),
}


@pytest.mark.parametrize("name", RUNNING)
@few
@given(seeds)
def test_the_result_of_batches_is_exactly_that_of_the_whole(name, seed):
    make, function, draw = RUNNING[name]
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 60))
    p, t = draw(rng, n)
    metric = make()
    cuts = [0, *sorted(set(rng.integers(1, n, 3).tolist())), n]
    for start, stop in zip(cuts, cuts[1:], strict=False):
        metric.update(p[start:stop], t[start:stop])
    np.testing.assert_array_equal(metric.result(), function(p, t))
    metric.reset()
    metric.update(p, t)
    np.testing.assert_array_equal(metric.result(), function(p, t))


def test_a_mean_of_losses_weighs_batches_by_their_size(rng):
    x, y = rng.standard_normal((10, 3)), rng.integers(0, 3, 10)
    mean = metrics.Mean()
    for part in (slice(0, 7), slice(7, 10)):
        mean.update(nn.losses.cross_entropy(x[part], y[part]), part.stop - part.start)
    np.testing.assert_allclose(mean.result(), nn.losses.cross_entropy(x, y), rtol=1e-14)


# -- errors ------------------------------------------------------------------------------------------------------------

BAD = {
    "probabilities": (lambda: metrics.accuracy(np.ones(3), np.ones(3, int)), "prediction > 0.5"),
    "float targets": (lambda: metrics.accuracy(np.ones(3, int), np.ones(3)), "class numbers"),
    "shapes": (lambda: metrics.accuracy(np.ones(3, int), np.ones(4, int)), "one class for each sample"),
    "empty": (lambda: metrics.accuracy(np.ones(0, int), np.ones(0, int)), "no samples"),
    "out of range": (lambda: metrics.confusion_matrix(np.array([3]), np.array([0]), 3), "from 0 to 2, not 0 to 3"),
    "binary of three": (lambda: metrics.f1(np.array([2, 0]), np.array([1, 0])), "needs an average"),
    "average": (lambda: metrics.f1(np.array([2, 0]), np.array([1, 0]), "mean"), "'weighted' or None"),
    "one class": (lambda: metrics.roc_auc(np.ones(3), np.ones(3, int)), "both classes"),
    "signs": (lambda: metrics.roc_auc(np.ones(2), np.array([-1, 1])), "targets 0 and 1"),
    "nan": (lambda: metrics.roc_auc(np.array([np.nan, 1]), np.array([0, 1])), "nan"),
    "no positive": (lambda: metrics.average_precision(np.ones(2), np.zeros(2, int)), "no positive"),
    "k": (lambda: metrics.top_k_accuracy(np.ones((2, 3)), np.zeros(2, int), 4), "from 1 to the 3 classes"),
    "mse shapes": (lambda: metrics.mean_squared_error(np.ones((2, 1)), np.ones(2)), r"\(2, 1\)"),
    "r2 of one": (lambda: metrics.r2(np.ones(1), np.ones(1)), "fewer than two"),
    "nothing yet": (lambda: metrics.Accuracy().result(), "update it before"),
    "nothing counted": (lambda: metrics.ConfusionMatrix(3).result(), "update it before"),
    "weight": (lambda: metrics.Mean().update(1.0, 0.5), "whole number"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_a_clear_error(name):
    call, message = BAD[name]
    with pytest.raises(InputError, match=message):
        call()


def test_a_metric_prints_its_result():
    assert repr(metrics.Accuracy()) == "Accuracy()"


@pytest.mark.parametrize("shape", [(4, 1), (4, 1, 3)])
@pytest.mark.parametrize("metric", [metrics.accuracy, metrics.precision, metrics.f1, metrics.confusion_matrix])
def test_scores_of_one_class_are_not_taken_for_predictions_of_that_class(metric, shape):
    target = np.ones((shape[0], *shape[2:]), int)
    with pytest.raises(InputError, match=r"scores of one class.*np\.take\(prediction, 0, 1\) > 0\.5"):
        metric(np.full(shape, 0.9), target)
    assert metrics.accuracy(np.take(np.full(shape, 0.9), 0, 1) > 0.5, target) == 1
