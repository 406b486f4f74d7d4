"""Losses beyond what PyTorch can vouch for: extremes, kernels beside references, games, and errors."""

import itertools

import numpy as np
import pytest

import autodiff as ad
from autodiff.nn import losses
from autodiff.testing import check_grads

HUGE = np.array([1e4, -1e4, 0.0])


# -- extremes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_is_exact_at_huge_logits(dtype):
    logits = np.array([[1e4, -1e4], [1e4, -1e4], [-1e4, -1e4]], dtype)
    value, grads = ad.value_and_grad(lambda x: losses.cross_entropy(x, np.array([0, 1, 0]), reduction="sum"))(logits)
    assert value == dtype(20000) + np.log(dtype(2))
    np.testing.assert_array_equal(grads, np.array([[0, 0], [1, -1], [-0.5, 0.5]], dtype))


@pytest.mark.parametrize("dtype, gap", [(np.float32, 18.0), (np.float64, 38.0), (np.float64, 45.0)])
def test_the_loss_of_a_nearly_certain_sample_does_not_round_to_zero(dtype, gap):
    logits = np.array([[gap, 0.0]], dtype)
    value, grads = ad.value_and_grad(lambda x: losses.cross_entropy(x, np.array([0])))(logits)
    exact = np.exp(-gap)  # log(1 + e⁻ᵍ), to one part in e⁻ᵍ
    np.testing.assert_allclose([value, *grads[0]], [exact, -exact, exact], rtol=4 * np.finfo(dtype).eps)


def test_the_same_in_forward_mode():
    _, slope = ad.jvp(lambda x: losses.cross_entropy(x, np.array([0])), (np.array([[45.0, 0.0]]),), (np.eye(2)[:1],))
    np.testing.assert_allclose(slope, -np.exp(-45.0), rtol=1e-12)


FROM_LOGITS = {
    "bce_with_logits": lambda x: losses.bce_with_logits(x, np.array([1.0, 0.0, 1.0]), reduction="sum"),
    "bce_with_logits, wrong": lambda x: losses.bce_with_logits(x, np.array([0.0, 1.0, 1.0]), reduction="sum"),
    "soft_margin": lambda x: losses.soft_margin(x, np.array([1, -1, 1]), reduction="sum"),
    "multilabel_soft_margin": lambda x: 3 * losses.multilabel_soft_margin(x, np.array([1, 0, 1])),
    "focal": lambda x: losses.focal(x[None], np.array([0]), gamma=0.0),
    "sigmoid_focal": lambda x: losses.sigmoid_focal(x, np.array([1.0, 0.0, 1.0]), None, 0.0, "sum"),
    "minimax.discriminator": lambda x: losses.minimax.discriminator(x[::2], x[1:2], "sum"),
    "minimax.generator": lambda x: losses.minimax.generator(x, "sum"),
    "non_saturating.generator": lambda x: losses.non_saturating.generator(-x, "sum"),
}
AT_HUGE = {
    "bce_with_logits": (np.log(2), [0, 0, -0.5]),
    "bce_with_logits, wrong": (2e4 + np.log(2), [1, -1, -0.5]),
    "soft_margin": (np.log(2), [0, 0, -0.5]),
    "multilabel_soft_margin": (np.log(2), [0, 0, -0.5]),
    "focal": (0, [0, 0, 0]),
    "sigmoid_focal": (np.log(2), [0, 0, -0.5]),
    "minimax.discriminator": (np.log(2), [0, 0, -0.5]),
    "minimax.generator": (-1e4 - np.log(2), [-1, 0, -0.5]),
    "non_saturating.generator": (1e4 + np.log(2), [1, 0, 0.5]),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FROM_LOGITS)
def test_losses_of_logits_are_exact_at_huge_ones_in_both_modes(name, dtype):
    f, x = FROM_LOGITS[name], HUGE.astype(dtype)
    value, grads = ad.value_and_grad(f)(x)
    expected, slopes = AT_HUGE[name]
    eps = 2 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(value, expected, rtol=eps, atol=eps)
    np.testing.assert_allclose(grads, slopes, rtol=eps)
    forward = [ad.jvp(f, (x,), (unit,))[1] for unit in np.eye(3, dtype=dtype)]
    np.testing.assert_allclose(forward, slopes, rtol=eps)


def test_bce_with_logits_has_derivatives_by_targets_and_weights_too(rng):
    x, y, w = rng.standard_normal((4, 3)), np.full((4, 3), 0.5), np.array([0.5, 1.0, 3.0])
    check_grads(lambda x, y, w: losses.bce_with_logits(x, y, pos_weight=w), (x, y, w))
    f = lambda x: losses.bce_with_logits(x, np.ones(1))  # noqa: E731
    np.testing.assert_allclose(ad.hessian(f)(np.zeros(1)), [[0.25]])
    np.testing.assert_allclose(ad.hessian(f)(np.array([50.0])), [[np.exp(-50)]], rtol=1e-12)


@pytest.mark.parametrize("gamma", [0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("target", [0, 1])
def test_focal_losses_are_finite_at_huge_logits(gamma, target):
    for f in (
        lambda x: losses.focal(x[None], np.array([target]), gamma),
        lambda x: losses.sigmoid_focal(x, np.full(3, float(target)), gamma=gamma),
    ):
        value, grads = ad.value_and_grad(f)(HUGE)
        assert np.isfinite(value) and np.isfinite(grads).all()


def test_poisson_nll_of_a_huge_log_rate_is_infinite_without_a_warning():
    assert losses.poisson_nll(np.array([1e4]), np.array([1.0])) == np.inf


@pytest.mark.parametrize("d", [1e-12, 1e-9, 0.5, 1.0 - 1e-12, 1.0, 1e4])
def test_log_cosh_has_all_its_digits(d):
    from mpmath import mp

    with mp.workdps(40):
        expected = float(mp.log(mp.cosh(mp.mpf(d))))
    np.testing.assert_allclose(losses.log_cosh(np.array([d]), np.zeros(1)), expected, rtol=1e-14)


# -- classes -----------------------------------------------------------------------------------------------------------


def test_the_axis_of_the_classes_may_be_any(rng):
    x, y = rng.standard_normal((4, 5, 3)), rng.integers(0, 3, (4, 5))
    last = losses.cross_entropy(x, y, axis=-1)
    np.testing.assert_allclose(last, losses.cross_entropy(np.moveaxis(x, -1, 1), y), rtol=1e-15)
    np.testing.assert_allclose(last, losses.cross_entropy(x.reshape(20, 3), y.reshape(20)), rtol=1e-15)


def test_one_hot_probabilities_are_class_numbers(rng):
    x, y = rng.standard_normal((4, 3)), rng.integers(0, 3, 4)
    np.testing.assert_allclose(losses.cross_entropy(x, np.eye(3)[y]), losses.cross_entropy(x, y), rtol=1e-14)


def test_the_gradient_of_an_ignored_sample_is_zero(rng):
    x = rng.standard_normal((4, 3))
    grads = ad.grad(lambda x: losses.cross_entropy(x, np.array([0, -100, 2, 1])))(x)
    assert (grads[1] == 0).all() and (grads[[0, 2, 3]] != 0).any(axis=1).all()


def test_an_ignored_index_may_be_a_class(rng):
    x = rng.standard_normal((3, 3))
    found = losses.cross_entropy(x, np.array([0, 1, 2]), ignore_index=1)
    np.testing.assert_allclose(found, losses.cross_entropy(x[[0, 2]], np.array([0, 2])), rtol=1e-14)


def test_derivatives_by_the_probabilities_too(rng):
    x, q = rng.standard_normal((4, 3)), rng.dirichlet(np.ones(3), 4)
    check_grads(lambda x, q: losses.cross_entropy(x, q, label_smoothing=0.1), (x, q))


def test_focal_with_gamma_zero_is_cross_entropy(rng):
    x, y = rng.standard_normal((4, 3)), rng.integers(0, 3, 4)
    np.testing.assert_allclose(losses.focal(x, y, 0.0), losses.cross_entropy(x, y), rtol=1e-14)
    check_grads(lambda x: losses.focal(x, y, 2.0), (x,))


def test_sigmoid_focal_is_its_formula(rng):
    x, y = rng.standard_normal(6), rng.integers(0, 2, 6)
    p = 1 / (1 + np.exp(-x))
    expected = -0.3 * y * (1 - p) ** 1.5 * np.log(p) - 0.7 * (1 - y) * p**1.5 * np.log(1 - p)
    np.testing.assert_allclose(losses.sigmoid_focal(x, y, 0.3, 1.5, "none"), expected, rtol=1e-13)


def test_kl_div_to_itself_is_zero(rng):
    q = rng.dirichlet(np.ones(4), 3)
    assert abs(losses.kl_div(np.log(q), q, "sum")) < 1e-15


# -- sequences ---------------------------------------------------------------------------------------------------------


def test_ctc_is_the_sum_over_all_alignments(rng):
    p = rng.dirichlet(np.ones(3), 5)  # (T, C)
    labels = [1, 1, 2]
    total = 0.0
    for path in itertools.product(range(3), repeat=5):
        spelled = [k for k, _ in itertools.groupby(path) if k]
        if spelled == labels:
            total += np.prod(p[np.arange(5), path])
    found = losses.ctc_loss(np.log(p), np.array(labels), np.array([5]), np.array([3]), reduction="sum")
    np.testing.assert_allclose(found, -np.log(total), rtol=1e-13)


def test_ctc_of_an_impossible_target_is_infinite_and_its_gradient_zero():
    p = np.log(np.full((2, 1, 3), 1 / 3))
    targets = np.array([[1, 1]])  # needs a blank between: three frames
    value, grads = ad.value_and_grad(lambda p: losses.ctc_loss(p, targets, np.array([2]), np.array([2])))(p)
    assert value == np.inf and (grads == 0).all()
    assert losses.ctc_loss(p, targets, np.array([2]), np.array([2]), zero_infinity=True) == 0


def test_ctc_takes_concatenated_targets(rng):
    p = np.log(rng.dirichlet(np.ones(4), (6, 2)))
    padded = losses.ctc_loss(p, np.array([[1, 2, 3], [2, 0, 0]]), np.array([6, 5]), np.array([3, 1]))
    assert padded == losses.ctc_loss(p, np.array([1, 2, 3, 2]), np.array([6, 5]), np.array([3, 1]))


def test_ctc_is_stable_for_long_sequences(rng):
    p = np.log(rng.dirichlet(np.ones(5), (2000, 1))).astype(np.float32)
    labels = rng.integers(1, 5, (1, 300))
    f = lambda p: losses.ctc_loss(p, labels, np.array([2000]), np.array([300]))  # noqa: E731
    value, grads = ad.value_and_grad(f)(p)
    assert value.dtype == grads.dtype == np.float32 and np.isfinite(value)
    # each frame has some label: the posteriors of a frame sum to 1, here over a target of length 300
    np.testing.assert_allclose(grads.sum(axis=(1, 2)), -1 / 300, rtol=2e-2)


# -- vectors and regions -----------------------------------------------------------------------------------------------


def test_info_nce_is_cross_entropy_of_cosines(rng):
    q, k, n = rng.standard_normal((4, 3)), rng.standard_normal((4, 3)), rng.standard_normal((5, 3))
    unit = lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)  # noqa: E731
    scores = unit(q) @ unit(np.concatenate([k, n])).T / 0.2
    expected = np.mean(np.log(np.exp(scores).sum(axis=1)) - np.diag(scores))
    np.testing.assert_allclose(losses.info_nce(q, k, n, temperature=0.2), expected, rtol=1e-13)
    check_grads(lambda q, k, n: losses.info_nce(q, k, n, temperature=0.2), (q, k, n))


def test_symmetric_info_nce_treats_both_sides_alike(rng):
    q, k = rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
    np.testing.assert_allclose(losses.info_nce(q, k, symmetric=True), losses.info_nce(k, q, symmetric=True), rtol=1e-14)


def test_contrastive_is_zero_for_equal_vectors_that_are_alike(rng):
    x = rng.standard_normal((3, 2))
    value, grads = ad.value_and_grad(lambda x, y: losses.contrastive(x, y, np.ones(3, int)), argnums=(0, 1))(x, x)
    assert value == 0 and not np.any(grads)
    check_grads(lambda x, y: losses.contrastive(x, y, np.array([1, 0, 0]), 3.0), (x, x + 0.5))


def test_tversky_of_a_half_each_is_dice_and_of_one_each_jaccard(rng):
    p, y = rng.random((2, 4, 4)), rng.integers(0, 2, (2, 4, 4))
    np.testing.assert_allclose(losses.tversky(p, y, smooth=0), losses.dice(p, y, smooth=0), rtol=1e-14)
    mask = (p > 0.5).astype(float)
    jaccard = np.mean([1 - ((m * t).sum() / np.maximum(m, t).sum()) for m, t in zip(mask, y, strict=True)])
    np.testing.assert_allclose(losses.tversky(mask, y, 1, 1, smooth=0), jaccard, rtol=1e-14)
    check_grads(lambda p: losses.tversky(p, y, 0.3, 0.7), (p,))


def test_dice_of_two_empty_masks_is_zero():
    assert losses.dice(np.zeros((2, 3)), np.zeros((2, 3))) == 0
