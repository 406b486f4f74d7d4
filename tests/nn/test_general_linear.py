"""Affine maps of several axes: their formula, and what does not fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from autodiff import nn

F = nn.functional


@given(st.integers(0, 2**32), st.permutations(range(4)), st.integers(1, 3), st.integers(1, 2))
def test_it_sums_over_the_axes_that_are_named(seed, order, summed, made):
    rng = np.random.default_rng(seed)
    x, axes = rng.standard_normal((2, 3, 4, 5)), tuple(order[:summed])
    out = tuple(rng.integers(1, 4, made))
    weight = rng.standard_normal((*out, *(x.shape[a] for a in axes)))
    bias = rng.standard_normal(out)
    expected = np.tensordot(x, weight, (axes, tuple(range(made, made + summed)))) + bias
    assert_allclose(F.linear_general(x, weight, bias, axes), expected, rtol=1e-12, atol=1e-12)
    negative = tuple(a - 4 for a in axes)
    assert_allclose(F.linear_general(x, weight, bias, negative), expected, rtol=1e-12, atol=1e-12)


def test_it_is_linear_for_one_axis():
    layer, general = nn.Linear(3, 4, rng=0), nn.LinearGeneral(3, 4, rng=1)
    general.load_state_dict(layer.state_dict())
    x = np.ones((2, 5, 3), np.float32)
    assert np.array_equal(layer(x), general(x))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.LinearGeneral((2, 3), 4), "an axis for each"),
        (lambda: nn.LinearGeneral((2, 0), 4, (1, 2)), r"in_features\[1\] is a whole number"),
        (lambda: nn.Einsum("ab,bc", (2, 3)), "two operands and a result"),
        (lambda: nn.Einsum("ab,bc,cd->ad", (2, 3)), "two operands and a result"),
        (lambda: nn.Einsum("ab,bc->ac", (2, 3, 4)), "3 letters"),
    ],
)
def test_what_cannot_work_is_refused_at_once(make, message):
    with pytest.raises(nn.ModelError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.LinearGeneral((2, 3), 4, (1, 2), rng=0), (5, 3, 2)),
        (nn.LinearGeneral((2, 3), 4, (1, 2), rng=0), (5, 2)),
        (nn.LinearGeneral((2, 2), 4, (1, -1), rng=0), (5, 2)),
        (nn.Einsum("ni,io->no", (3, 2), rng=0), (5, 4)),
        (nn.Einsum("ni,io->no", (3, 2), (7, 1), rng=0), (5, 3)),
    ],
)
def test_inputs_that_do_not_fit_are_refused(layer, shape):
    with pytest.raises(nn.ShapeError, match=type(layer).__name__):
        layer(np.ones(shape, np.float32))
