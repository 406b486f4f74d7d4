"""The fast path for slices, transposes and products of matrices: it gives what the general way gives."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.testing import check_grads

INDICES = {
    "slices": np.s_[:, 1:3],
    "a step": np.s_[::-2, ::2],
    "an integer": np.s_[1],
    "an integer from the end": np.s_[..., -1],
    "a new axis": np.s_[:, None, 1:],
    "nothing": np.s_[()],
    "an empty part": np.s_[2:2],
    "a list, which is no view": np.s_[[0, 2]],
    "a mask": np.array([True, False, True]),
}


def along_both_ways(f, *args):
    """Gradients on the fast path, and on a tape to hold, which has the general way only."""
    tape = ad.Tape()
    variables = tuple(tape.variable(x) for x in args)
    return ad.grad(f, argnums=tuple(range(len(args))))(*args), tape.gradient(f(*variables), variables)


def assert_both_ways_agree(f, *args):
    fast, general = along_both_ways(f, *args)
    for a, b in zip(fast, general, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parts_of_an_array(index, dtype, rng):
    assert_both_ways_agree(lambda x: (x[index] ** 3).sum() + (x[index] * 2).sum(), rng.random((3, 4)).astype(dtype))


@pytest.mark.parametrize("shape", [(3,), (3, 4), (2, 3, 4)])
def test_transposes(shape, rng):
    weight = rng.random(shape[::-1])
    assert_both_ways_agree(lambda x: (x.T**2 * weight).sum(), rng.random(shape))


@pytest.mark.parametrize("dtypes", [(np.float64,) * 2, (np.float32,) * 2, (np.float32, np.float64)])
def test_products_of_matrices(dtypes, rng):
    x, y = rng.random((2, 3)).astype(dtypes[0]), rng.random((3, 4)).astype(dtypes[1])
    assert_both_ways_agree(lambda x, y: ((x @ y) ** 2).sum(), x, y)
    assert_both_ways_agree(lambda x: ((x @ y) ** 2).sum(), x)
    assert_both_ways_agree(lambda y: (np.matmul(x, y) ** 2).sum(), y)
    assert_both_ways_agree(lambda x: (x @ x.T).sum(), x)


@pytest.mark.parametrize("shapes", [((3,), (3, 4)), ((2, 3), (3,)), ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4))])
def test_products_of_other_shapes(shapes, rng):
    assert_both_ways_agree(lambda x, y: (x @ y).sum(), *(rng.random(shape) for shape in shapes))


def test_derivatives_of_second_order(rng):
    check_grads(lambda x, y: np.tanh(x[:, 1:] @ y.T[:2]).sum(), (rng.random((2, 3)), rng.random((4, 3))), order=2)


def test_products_across_nested_transformations(rng):
    x, y = rng.random((2, 2)), rng.random((2, 2))
    outer = ad.grad(lambda x: ad.grad(lambda y: (x @ y @ x.T[:, :1]).sum())(y).sum())(x)
    np.testing.assert_allclose(outer, ad.grad(lambda x: (x.sum(0)[:, None] * x.T[:, :1].T).sum())(x))


def test_a_written_part_is_written_in_the_whole(rng):
    def f(x):
        x = x * 1
        x[:, :2][0] = 7.0
        x.T[1] *= 3
        return (x**2).sum()

    assert_both_ways_agree(f, rng.random((3, 4)))


def test_a_factor_that_is_written_to_later_counts_as_it_was(rng):
    x, factor = rng.random((2, 3)), rng.random((3, 2))
    before = factor.copy()

    def f(x):
        y = x @ factor
        factor[...] = 0
        return y.sum()

    np.testing.assert_allclose(ad.grad(f)(x), np.ones((2, 2)) @ before.T)


def test_a_variable_that_outlived_its_transformation_is_refused(rng):
    kept = []
    ad.grad(lambda x: kept.append(x) or x.sum())(rng.random((2, 2)))
    for use in (lambda x: x[:1], lambda x: x.T, lambda x: x @ np.eye(2), lambda x: np.eye(2) @ x, lambda x: x @ x):
        with pytest.raises(ad.errors.EscapedTracerError):
            use(kept[0])
