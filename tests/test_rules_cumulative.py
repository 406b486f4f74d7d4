"""Running sums and products, differences and integrals: every mode, zeros, overflow, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from tests.harness import check_case
from tests.rules import cumulative


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in cumulative.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


def test_jacobian_of_the_running_product_is_that_of_the_products():
    x = np.array([2.0, 0.0, 3.0, 0.0, 5.0])
    expected = np.stack([ad.grad(lambda x, k=k: np.prod(x[: k + 1]))(x) for k in range(5)])
    assert np.array_equal(ad.jacrev(np.cumprod)(x), expected)
    assert np.array_equal(ad.jacfwd(np.cumprod)(x), expected)


def test_hessian_of_the_running_product_is_exact_at_zeros():
    x = np.array([0.0, 2.0, 0.0, 3.0])
    assert np.array_equal(ad.hessian(lambda x: np.cumprod(x)[-1])(x), ad.hessian(np.prod)(x))


def test_overflow_of_later_products_does_not_reach_the_first():
    with np.errstate(over="ignore"):
        gradient = ad.grad(lambda x: np.cumprod(x)[0])(np.full(64, 1e10))
    assert np.array_equal(gradient, [1.0] + [0.0] * 63)


def test_running_sum_to_integers_is_untraced():
    assert np.array_equal(ad.grad(lambda x: (np.cumsum(x, dtype=int) * x).sum())(np.array([1.5, 2.5])), [1, 3])


def test_result_is_written_into_a_traced_array():
    def f(x):
        out = x * 1.0
        assert np.cumprod(x, axis=1, out=out) is out
        return (out * out).sum()

    x = np.array([[1.0, 2.0], [3.0, 0.0]])
    assert np.array_equal(ad.grad(f)(x), ad.grad(lambda x: (np.cumprod(x, axis=1) ** 2).sum())(x))


def test_gradient_of_samples_of_a_parabola_is_exact_with_its_derivative():
    t = np.array([0.0, 0.3, 1.0, 1.2, 2.0])
    slopes, by_curvature = ad.jvp(lambda a: np.gradient(a * t * t, t, edge_order=2), (3.0,), (1.0,))
    assert np.allclose(slopes, 6 * t, atol=1e-14)
    assert np.allclose(by_curvature, 2 * t, atol=1e-14)


@pytest.mark.skipif(not hasattr(np, "cumulative_sum"), reason="NumPy has this from version 2.1")
def test_cumulative_sum_of_a_matrix_needs_an_axis():
    with pytest.raises(ValueError, match="axis"):
        ad.grad(lambda x: np.cumulative_sum(x).sum())(np.ones((3, 3)))


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda x: np.diff(x[0, 0]), ValueError, "at least one dimension"),
        (lambda x: np.diff(x, n=-1), ValueError, "non-negative"),
        (lambda x: np.ediff1d(x, to_end=1j), TypeError, "cannot be joined"),
        (lambda x: np.gradient(x, 1.0, 2.0, 3.0), TypeError, "2 spacings"),
        (lambda x: np.gradient(x, np.ones(5), axis=0), ValueError, "length of the axis"),
        (lambda x: np.gradient(x, [1.0, 2.0]), ValueError, "distances must be scalars"),
        (lambda x: np.gradient(x[:1], axis=0), ValueError, "needs at least 2 samples"),
        (lambda x: np.gradient(x, edge_order=3), ValueError, "edge_order"),
    ],
)
def test_what_numpy_refuses_is_refused(f, error, message):
    with pytest.raises(error, match=message):
        ad.grad(lambda x: np.sum(f(x)))(np.ones((3, 3)))
