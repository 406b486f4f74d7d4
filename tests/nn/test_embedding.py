"""Embeddings: gradients of lookups, tied weights, bags, checks of indices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F
from autodiff.nn.functional.embedding import _rows
from tests.nn.kernels import assert_kernels_agree


@given(
    st.integers(1, 6),
    st.integers(1, 4),
    st.lists(st.integers(0, 5), max_size=3).map(tuple),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_the_kernel_of_a_lookup_computes_what_the_reference_says(rows, width, shape, is_padded, seed):
    rng = np.random.default_rng(seed)
    indices = rng.integers(0, rows, shape)
    padding_idx = int(rng.integers(rows)) if is_padded else None
    assert_kernels_agree(_rows, (rng.standard_normal((rows, width)), indices), rng, padding_idx=padding_idx)


@pytest.mark.parametrize("rows, count", [(3, 5000), (100, 1000), (5000, 40)])
def test_the_gradient_counts_how_often_a_row_was_asked_for(rows, count, rng):
    indices = rng.integers(0, rows, count)
    gradient = ad.grad(lambda w: F.embedding(indices, w).sum())(np.zeros((rows, 3), np.float32))
    np.testing.assert_array_equal(gradient, np.repeat(np.bincount(indices, minlength=rows)[:, None], 3, axis=1))
    assert gradient.dtype == np.float32


def test_the_row_of_padding_starts_at_zero_and_stays_there():
    layer = nn.Embedding(5, 3, padding_idx=-1, rng=0)
    assert layer.padding_idx == 4 and not layer.weight[4].any()
    grads = ad.grad(lambda model: model(np.array([4, 1, 4])).sum())(layer)
    assert grads.weight.sum(axis=1).tolist() == [0, 3, 0, 0, 0]


def test_tied_weights_are_one_leaf_with_the_sum_of_both_gradients(rng):
    layer, tokens, c = nn.Embedding(5, 3, rng=0, dtype=np.float64), np.array([1, 4, 1]), rng.standard_normal((3, 5))
    assert layer.attend(layer(tokens)).shape == (3, 5) and list(layer.named_parameters()) == ["weight"]
    found = ad.grad(lambda model: (model.attend(np.tanh(model(tokens))) * c).sum())(layer).weight

    def apart(table, output):
        return ((np.tanh(table[tokens]) @ output.T) * c).sum()

    expected = sum(ad.grad(apart, argnums=(0, 1))(layer.weight, layer.weight))
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    ad.testing.check_grads(lambda model: (model.attend(np.tanh(model(tokens))) * c).sum(), (layer,), order=2)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_bags_with_offsets_are_bags_of_their_own_lengths(mode, rng):
    weight, indices, offsets = rng.standard_normal((6, 3)), rng.integers(0, 6, 7), np.array([0, 2, 2, 5])
    y = F.embedding_bag(indices, weight, offsets, mode)
    for row, start, stop in zip(y, offsets, [2, 2, 5, 7], strict=True):
        rows = weight[indices[start:stop]]
        expected = getattr(rows, mode)(axis=0) if len(rows) else np.zeros(3)
        np.testing.assert_allclose(row, expected, rtol=1e-14)


def test_factors_of_a_bag_have_gradients(rng):
    weight, indices = rng.standard_normal((6, 3)), rng.integers(0, 6, 7)
    ad.testing.check_grads(
        lambda w, factors: (F.embedding_bag(indices, w, np.array([0, 3]), "sum", factors) ** 2).sum(),
        (weight, rng.standard_normal(7)),
        order=2,
    )


def test_bags_without_anything_are_zero():
    weight = np.ones((3, 2))
    for mode in ("sum", "mean", "max"):
        y = F.embedding_bag(np.zeros(0, int), weight, np.array([0, 0]), mode)
        np.testing.assert_array_equal(y, np.zeros((2, 2)))


def test_a_one_hot_vector_picks_its_row(rng):
    weight, indices = rng.standard_normal((5, 3)), rng.integers(0, 5, (2, 4))
    np.testing.assert_array_equal(F.one_hot(indices, 5, np.float64) @ weight, F.embedding(indices, weight))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Embedding(5, 2, rng=0)(np.array([[1, 5]])), IndexError, r"5 rows.*index 5 .*at \(0, 1\)"),
        (lambda: nn.Embedding(5, 2, rng=0)(np.array([0, -1])), IndexError, r"index -1 .*at \(1,\)"),
        (lambda: nn.Embedding(5, 2, rng=0)(np.array([1.0])), nn.ShapeError, "integer dtype, but was given float64"),
        (lambda: F.one_hot(np.array([3]), 3), IndexError, "index 3"),
        (lambda: nn.Embedding(0, 2), nn.ModelError, "num_embeddings is a whole number"),
        (lambda: nn.Embedding(5, 2, padding_idx=5), nn.ModelError, "one of its 5 rows, not 5"),
        (lambda: F.embedding(np.array([0]), np.ones((5, 2)), 5), nn.ModelError, "a row of 5"),
        (lambda: nn.EmbeddingBag(5, 2, "median"), nn.ModelError, "'sum', 'mean' or 'max'"),
        (lambda: F.embedding_bag(np.array([[0]]), np.ones((5, 2)), mode="x"), nn.ModelError, "mode is"),
        (lambda: F.embedding_bag(np.array([0]), np.ones((5, 2))), nn.ShapeError, "with offsets"),
        (lambda: F.embedding_bag(np.array([0]), np.ones((5, 2)), np.array([1])), nn.ModelError, "start at 0"),
        (
            lambda: F.embedding_bag(np.array([[0]]), np.ones((5, 2)), per_sample_weights=np.ones((1, 1))),
            nn.ModelError,
            "mode is 'sum'",
        ),
    ],
)
def test_bad_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
