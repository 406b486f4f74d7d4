"""Kernels of losses beside their references."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff.nn import losses
from autodiff.nn.losses import ctc, softmax_cross_entropy


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
