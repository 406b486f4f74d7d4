"""Losses beyond what PyTorch can vouch for: extremes, kernels beside references, games, and errors."""

import doctest
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff import nn
from autodiff.errors import InputError
from autodiff.nn import losses
from autodiff.nn.losses import ctc, softmax_cross_entropy
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


# -- kernels beside references -----------------------------------------------------------------------------------------


@given(
    st.integers(1, 6), st.integers(1, 7), st.sampled_from(["mean", "sum", "none"]), st.booleans(), st.booleans(),
    st.sampled_from([1.0, 50.0]), st.integers(0, 1 << 30),
)  # fmt: skip
def test_cross_entropy_of_classes_kernel_is_its_reference(n, classes, reduction, weighted, ignored, scale, seed):
    rng = np.random.default_rng(seed)
    primitive = softmax_cross_entropy.of_classes
    x = rng.standard_normal((n, classes, 2)) * scale
    kept = rng.random((n, 2)) < 0.7 if ignored else None
    if kept is not None:
        kept[0] = True
    params = {
        "target": rng.integers(0, classes, (n, 2)),
        "kept": kept,
        "weight": rng.uniform(0.1, 1, classes) if weighted else None,
        "axis": 1,
        "reduction": reduction,
    }
    _agrees_with_reference(primitive, (x,), params, rng, scale)


@given(st.integers(1, 6), st.integers(1, 7), st.sampled_from(["sum", "none"]), st.integers(0, 1 << 30))
def test_cross_entropy_of_probabilities_kernel_is_its_reference(n, classes, reduction, seed):
    rng = np.random.default_rng(seed)
    given = rng.standard_normal((n, classes, 2)), rng.random((n, classes, 2))
    _agrees_with_reference(softmax_cross_entropy.of_probabilities, given, {"axis": 1, "reduction": reduction}, rng, 1.0)


@given(st.integers(1, 6), st.integers(0, 3), st.integers(0, 1 << 30))
def test_ctc_kernel_is_its_reference(frames, longest, seed):
    rng = np.random.default_rng(seed)
    states = np.zeros((3, 2 * longest + 1), int)
    states[:, 1::2] = rng.integers(1, 4, (3, longest))
    params = {
        "states": states,
        "ends": 2 * rng.integers(0, longest + 1, 3),
        "lengths": rng.integers(1, frames + 1, 3),
    }
    x = np.log(rng.dirichlet(np.ones(4), (frames, 3)))
    value, _ = ctc._alignments.forward(x, **params)
    possible = np.isfinite(value)
    np.testing.assert_array_equal(possible, np.isfinite(ctc._alignments.reference(x, **params)))
    if possible.all():
        _agrees_with_reference(ctc._alignments, (x,), params, rng, 1.0)


def _agrees_with_reference(primitive, args, params, rng, scale):
    """Values and gradients, to the rounding of sums of a few terms of that scale."""
    value, pull = ad.vjp(lambda *args: primitive(*args, **params), *args)
    expected, pull_reference = ad.vjp(lambda *args: primitive.reference(*args, **params), *args)
    np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-13 * scale)
    cotangent = rng.standard_normal(np.shape(value))[()]
    for found, other in zip(pull(cotangent), pull_reference(cotangent), strict=True):
        np.testing.assert_allclose(found, other, rtol=1e-10, atol=1e-13 * scale)


def test_cross_entropy_is_one_record():
    tape = ad.record(lambda x: losses.cross_entropy(x, np.array([0, 1])), np.ones((2, 3)))
    assert [entry.primitive.name for entry in tape.entries if entry.primitive is not None] == ["of_classes"]


def test_a_target_may_be_written_to_before_the_sweep(rng):
    x, y = rng.standard_normal((4, 3)), np.array([0, 1, 2, 0])
    expected = ad.hvp(lambda x: losses.cross_entropy(x, np.array([0, 1, 2, 0])), x, x)
    _, pull = ad.vjp(ad.grad(lambda x: losses.cross_entropy(x, y)), x)
    y[:] = 1
    np.testing.assert_allclose(pull(x)[0], expected, rtol=1e-13)


def test_a_pullback_can_be_repeated():
    _, pull = ad.vjp(lambda x: losses.cross_entropy(x, np.array([0, 1])), np.ones((2, 3)))
    (first,) = pull(1.0)
    kept = first.copy()
    first *= 5
    np.testing.assert_array_equal(pull(1.0)[0], kept)


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


# -- games -------------------------------------------------------------------------------------------------------------

GAMES = {
    "minimax": losses.minimax,
    "non_saturating": losses.non_saturating,
    "hinge_gan": losses.hinge_gan,
    "least_squares": losses.least_squares,
    "wasserstein": losses.wasserstein,
}


def test_minimax_at_equilibrium_is_minus_log_four():
    assert -losses.minimax.discriminator(np.zeros(3), np.zeros(5)) == pytest.approx(-np.log(4), abs=1e-15)


def test_minimax_is_a_zero_sum_in_what_the_generator_can_change(rng):
    real, fake = rng.standard_normal(4), rng.standard_normal(4)
    of_d = ad.grad(lambda fake: losses.minimax.discriminator(real, fake))(fake)
    np.testing.assert_allclose(ad.grad(losses.minimax.generator)(fake), -of_d, rtol=1e-15)


@pytest.mark.parametrize("name", GAMES)
def test_games_have_derivatives_for_both_players(name, rng):
    real, fake = rng.standard_normal((4, 1)), rng.standard_normal((5, 1))
    check_grads(lambda real, fake: GAMES[name](real, fake), (real, fake))


@pytest.mark.parametrize("name", GAMES)
def test_the_example_of_a_game_runs(name):
    flags = doctest.NORMALIZE_WHITESPACE
    example = doctest.DocTestParser().get_doctest(GAMES[name].__doc__, {"np": np, name: GAMES[name]}, name, None, None)
    assert example.examples and doctest.DocTestRunner(optionflags=flags).run(example).failed == 0


@pytest.mark.parametrize("name", GAMES)
def test_games_keep_float32(name):
    logits = np.linspace(-2, 2, 5, dtype=np.float32)
    assert {part.dtype for part in GAMES[name](logits, logits)} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    "penalty",
    [
        lambda critic, x, z: losses.gradient_penalty(critic, x, z, 0),
        lambda critic, x, z: losses.r1_penalty(critic, x, 3.0),
    ],
    ids=["gradient_penalty", "r1_penalty"],
)
def test_penalties_of_slopes_have_derivatives_by_critic_and_samples(penalty, rng):
    w, v = rng.standard_normal((3, 4)), rng.standard_normal(4)
    real, fake = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    check_grads(lambda w, v, x, z: penalty(lambda x: np.tanh(x @ w) @ v, x, z), (w, v, real, fake), order=1)


def test_r1_penalty_is_its_finite_difference(rng):
    w, x = rng.standard_normal(3), rng.standard_normal((4, 3))
    critic = lambda x: np.sin(x @ w)  # noqa: E731
    h = 1e-6
    slopes = np.stack([(critic(x + h * e) - critic(x - h * e)) / (2 * h) for e in np.eye(3)])
    np.testing.assert_allclose(losses.r1_penalty(critic, x), np.mean((slopes**2).sum(axis=0)) / 2, rtol=1e-8)


def test_a_penalty_trains_a_model_of_layers():
    model = nn.Sequential(nn.Linear(2, 4, rng=0), nn.ReLU(), nn.Linear(4, 1, rng=1))
    x = np.random.default_rng(0).standard_normal((6, 2)).astype(np.float32)
    grads = ad.grad(lambda m: losses.gradient_penalty(m, x, -x, np.random.default_rng(0)))(model)
    assert np.abs(grads[0].weight).max() > 0 and grads[0].weight.dtype == np.float32


# -- errors ------------------------------------------------------------------------------------------------------------

X = np.zeros((4, 3))
BAD = {
    "class too large": (lambda: losses.cross_entropy(X, np.array([0, 1, 2, 3])), "from 0 to 2.*given 3"),
    "class negative": (lambda: losses.cross_entropy(X, np.array([0, 1, 2, -1])), "from 0 to 2.*given -1"),
    "float classes": (lambda: losses.cross_entropy(X, np.zeros(4)), "class numbers.*integers"),
    "complex classes": (lambda: losses.cross_entropy(X, np.zeros(4, complex)), "as integers"),
    "classes with an axis": (lambda: losses.cross_entropy(X, np.zeros((4, 1), int)), r"\(4,\).*class axis out"),
    "weights of too few": (lambda: losses.cross_entropy(X, np.zeros(4, int), np.ones(2)), r"\(3,\).*shape \(2,\)"),
    "smoothing above 1": (lambda: losses.cross_entropy(X, np.zeros(4, int), label_smoothing=2), "from 0 to 1"),
    "no such reduction": (lambda: losses.cross_entropy(X, np.zeros(4, int), reduction="avg"), "'mean', 'sum', 'none'"),
    "no such axis": (lambda: losses.cross_entropy(X, np.zeros(4, int), axis=2), "axis"),
    "all ignored": (lambda: losses.cross_entropy(X, np.full(4, -100)), "no sample counts"),
    "empty batch": (lambda: losses.cross_entropy(X[:0], np.zeros(0, int)), "empty batch"),
    "nll class too large": (lambda: losses.nll_loss(X, np.full(4, 3)), "from 0 to 2"),
    "broadcast mse": (lambda: losses.mse(np.zeros((4, 1)), np.zeros(4)), r"\(4, 1\).*shape \(4,\)"),
    "empty mse": (lambda: losses.mse(np.zeros(0), np.zeros(0)), "empty batch"),
    "reduction of mse": (lambda: losses.mse(X, X, "average"), "reduction is one of"),
    "negative delta": (lambda: losses.huber(X, X, delta=-1), "positive delta"),
    "labels ±1 to bce": (lambda: losses.bce_with_logits(X, X - 1), "from 0 to 1.*-1"),
    "logits to bce": (lambda: losses.bce(X + 2, X), "probabilities.*bce_with_logits"),
    "labels 0, 1 to hinge": (lambda: losses.hinge(X, X), "targets -1 and 1, not 0"),
    "negative probabilities": (lambda: losses.kl_div(X, X - 1), "0 or more"),
    "negative variance": (lambda: losses.gaussian_nll(X, X, X - 1), "variances"),
    "shape of variance": (lambda: losses.gaussian_nll(X, X, np.ones(4)), r"broadcasts.*\(4,\)"),
    "margin classes": (lambda: losses.multi_margin(X, np.full(4, 3)), "from 0 to 2"),
    "margin power": (lambda: losses.multi_margin(X, np.zeros(4, int), 3), "p=1 or p=2"),
    "ctc blank": (lambda: losses.ctc_loss(X, np.array([0]), np.array([4]), np.array([1])), "blank"),
    "ctc class": (lambda: losses.ctc_loss(X, np.array([5]), np.array([4]), np.array([1])), "from 0 to 2"),
    "ctc lengths": (lambda: losses.ctc_loss(X, np.array([1]), np.array([5]), np.array([1])), "input_lengths"),
    "ctc targets": (lambda: losses.ctc_loss(X, np.array([1]), np.array([4]), np.array([2])), "targets"),
    "triplet shapes": (lambda: losses.triplet_margin(X, X, X[:2]), "argument 3"),
    "info_nce temperature": (lambda: losses.info_nce(X, X, temperature=0), "positive temperature"),
    "cosine targets": (lambda: losses.cosine_embedding(X, X, np.ones((4, 3))), "one for each pair"),
    "critic of two": (lambda: losses.r1_penalty(lambda x: x, X), "one score each"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_a_clear_error(name):
    call, message = BAD[name]
    with pytest.raises(InputError, match=message):
        call()


def test_one_hot_integers_are_refused_with_the_remedy():
    with pytest.raises(InputError, match="leave the class axis out"):
        losses.cross_entropy(X, np.eye(3, dtype=int)[[0, 1, 2, 0]])


# -- modules -----------------------------------------------------------------------------------------------------------


def test_class_weights_of_a_module_are_saved_and_not_trained():
    loss = nn.CrossEntropyLoss([1.0, 2.0])
    assert list(loss.state_dict()) == ["weight"] and not loss.named_parameters()


def test_a_loss_module_in_a_model_computes_what_the_function_does(rng):
    x, y = rng.standard_normal((4, 3)), rng.integers(0, 3, 4)
    assert nn.CrossEntropyLoss(label_smoothing=0.1)(x, y) == losses.cross_entropy(x, y, label_smoothing=0.1)


@pytest.mark.parametrize("name", ["mse", "l1", "huber", "smooth_l1", "log_cosh", "msle", "bce", "bce_with_logits"])
def test_weights_of_samples_do_not_broadcast_samples_against_each_other(name):
    loss, p, weight = getattr(losses, name), np.full((4, 1), 0.25), np.arange(4.0)
    with pytest.raises(nn.ShapeError, match=f"{name}'s weight takes \\(4, 1\\), or what broadcasts to it"):
        loss(p, p * 0, weight=weight)
    entries = loss(p, p * 0, reduction="none")
    np.testing.assert_allclose(
        loss(p, p * 0, weight=weight[:, None], reduction="none"), entries * weight[:, None], rtol=1e-15
    )
    np.testing.assert_allclose(loss(p, p * 0, weight=2.0), 2 * entries.mean(), rtol=1e-15)


def test_weights_of_positives_broadcast_to_the_predictions():
    with pytest.raises(nn.ShapeError, match="pos_weight"):
        losses.bce_with_logits(np.zeros((4, 1)), np.zeros((4, 1)), pos_weight=np.ones(4))
