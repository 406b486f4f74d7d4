"""Variance, averages, covariance and quantiles: every mode, constants, ties, nan, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff.errors import InputError, UnsupportedError
from tests.harness import check_case
from tests.rules import statistics

NAN = np.nan


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in statistics.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


# -- spread of what does not vary --------------------------------------------------------------------------------------


@pytest.mark.parametrize("constant", [1.0, 0.1, -1e30, 1 + 0.1j])
def test_derivatives_of_the_standard_deviation_of_a_constant_are_zero(constant):
    x = np.full(3, constant)  # of 0.1 the mean is rounded, so that the deviations are not zero
    v = np.arange(3.0).astype(x.dtype)
    assert ad.jvp(np.std, (x,), (v,))[1] == 0
    assert np.array_equal(ad.grad(np.std)(x), np.zeros(3))
    assert np.array_equal(ad.jvp(ad.grad(np.std), (x,), (v,))[1], np.zeros(3))


def test_only_rows_that_vary_have_a_derivative_of_their_standard_deviation():
    x = np.array([[0.1, 0.1, 0.1], [1.0, 2.0, 4.0]])
    gradient = ad.grad(lambda x: np.std(x, axis=1).sum())(x)
    assert np.array_equal(gradient[0], np.zeros(3))
    assert np.allclose(gradient[1], ad.grad(np.std)(x[1]), rtol=1e-14)


def test_constant_among_masked_entries_is_a_constant():
    mask = np.array([True, True, False])
    assert np.array_equal(ad.grad(lambda x: np.std(x, where=mask))(np.array([0.1, 0.1, 5.0])), np.zeros(3))


def test_derivatives_of_the_variance_of_a_constant_are_zero():
    assert np.array_equal(ad.grad(np.var)(np.ones(3)), np.zeros(3))
    assert ad.jvp(np.var, (np.ones(3),), (np.arange(3.0),))[1] == 0


def test_spread_of_a_number_is_a_constant():
    assert ad.grad(np.var)(3.0) == ad.grad(np.std)(3.0) == 0.0


def test_variance_without_degrees_of_freedom_is_nan():
    with np.errstate(invalid="ignore"), pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        value, gradient = ad.value_and_grad(lambda x: np.var(x, ddof=1))(np.array([2.0]))
    assert np.isnan(value) and np.isnan(gradient).all()


# -- quantiles ---------------------------------------------------------------------------------------------------------


def test_gradient_of_the_median_is_on_the_middle():
    assert np.array_equal(ad.grad(np.median)(np.array([5.0, 1.0, 3.0])), [0, 0, 1])
    assert np.array_equal(ad.grad(np.median)(np.array([5.0, 1.0, 3.0, 9.0])), [0.5, 0, 0.5, 0])


def test_entries_that_tie_for_a_quantile_share_evenly():
    assert np.array_equal(ad.grad(np.median)(np.array([1.0, 2.0, 2.0, 2.0, 5.0])), [0, 1 / 3, 1 / 3, 1 / 3, 0])
    ties = np.array([1.0, 5.0, 2.0, 5.0])
    assert np.array_equal(ad.grad(lambda x: np.quantile(x, 1.0))(ties), ad.grad(np.max)(ties))


def test_median_of_nothing_is_nan_with_numpys_warning():
    with np.errstate(invalid="ignore"), pytest.warns(RuntimeWarning, match="Mean of empty slice"):
        value, gradient = ad.value_and_grad(np.median)(np.zeros(0))
    assert np.isnan(value) and gradient.shape == (0,)


def test_median_that_is_nan_came_from_the_nans():
    gradient = ad.grad(lambda x: np.median(x, axis=1).sum())(np.array([[1.0, NAN, 2.0], [1.0, 3.0, 2.0]]))
    assert np.array_equal(gradient, [[0, 1, 0], [0, 0, 1]])


def test_derivative_by_q_at_a_kink_is_that_to_the_right_and_at_the_end_to_the_left():
    x = np.array([0.0, 1.0, 3.0])
    slope = ad.derivative(lambda q: np.quantile(x, q))
    assert [slope(q) for q in (0.0, 0.25, 0.5, 1.0)] == [2.0, 2.0, 4.0, 4.0]


def test_result_is_written_into_a_traced_array():
    def f(x):
        out = x[0] * 1.0
        assert np.quantile(x, 0.3, axis=0, out=out) is out
        return (out * out).sum()

    x = np.array([[1.0, 2.0], [4.0, 0.5], [3.0, 3.5]])
    assert np.array_equal(ad.grad(f)(x), ad.grad(lambda x: (np.quantile(x, 0.3, axis=0) ** 2).sum())(x))


# -- what moves with its arguments, and what does not ------------------------------------------------------------------

ROWS = st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=7).map(np.array)  # with many ties


@given(ROWS, st.floats(0, 1))
def test_gradients_of_measures_of_location_sum_to_one(x, q):
    location = [np.mean, np.median, np.max, np.min, lambda x: np.quantile(x, q), lambda x: np.nanquantile(x, q)]
    for f in location:
        gradient = ad.grad(f)(x)
        assert np.isclose(gradient.sum(), 1, rtol=1e-14)
        assert ad.jvp(f, (x,), (np.ones(x.shape),))[1] == pytest.approx(1, rel=1e-14)
        assert all(np.ptp(gradient[x == tied]) == 0 for tied in x)


@given(ROWS)
def test_gradients_of_measures_of_spread_sum_to_zero(x):
    for f in (np.var, np.std, np.ptp, lambda x: np.trace(np.atleast_2d(np.cov(x, ddof=0)))):
        assert abs(ad.grad(f)(x).sum()) < 1e-14
        assert abs(ad.jvp(f, (x,), (np.ones(x.shape),))[1]) < 1e-14


# -- correlation -------------------------------------------------------------------------------------------------------


def test_correlation_with_itself_does_not_vary():
    jacobian = ad.jacobian(np.corrcoef)(np.array([[1.0, 2.0, 4.0], [0.0, 1.0, -1.0]]))
    assert np.allclose(jacobian[[0, 1], [0, 1]], 0, atol=1e-15)


def test_correlation_in_single_precision_is_so_in_its_derivative():
    x = np.array([[1.0, 2.0, 4.0], [0.0, 1.0, -1.0]], np.float32)
    value, tangent = ad.jvp(lambda x: np.corrcoef(x, dtype=np.float32), (x,), (np.ones_like(x),))
    assert value.dtype == tangent.dtype == np.float32
    assert np.allclose(tangent, 0, atol=1e-6)


def test_correlation_of_one_variable_is_one():
    value, gradient = ad.value_and_grad(np.corrcoef)(np.array([1.0, 2.0, 4.0]))
    assert value == 1
    assert np.allclose(gradient, 0, atol=1e-15)


def test_weights_of_observations_may_be_fitted():
    x, w = np.array([[1.0, 2.0, 4.0]]), np.array([1.0, 2.0, 0.5])
    total = lambda w: np.average(x[0], weights=w)  # noqa: E731
    assert np.allclose(ad.grad(total)(w), (x[0] - total(w)) / w.sum(), rtol=1e-14)


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda x: np.quantile(x, 0.5, method="inverted_cdf"), UnsupportedError, "np.quantile.*linear, hazen"),
        (lambda x: np.quantile(x, 0.5, weights=x, method="inverted_cdf"), UnsupportedError, "np.quantile.*weights="),
        (lambda x: np.nanpercentile(x, 50, weights=x), UnsupportedError, "np.nanpercentile.*weights="),
        (lambda x: np.quantile(x, 1.5), ValueError, "np.quantile takes q from 0 to 1"),
        (lambda x: np.percentile(x, -1), ValueError, "np.percentile takes q from 0 to 100"),
        (lambda x: np.quantile(x * 1j, 0.5), TypeError, "real"),
        (lambda x: np.var(x, ddof=1, correction=1), ValueError, "simultaneously"),
        (lambda x: np.average(x, weights=np.ones(2)), TypeError, "Axis must be specified"),
        (lambda x: np.average(x, axis=0, weights=np.ones(2)), ValueError, "Shape of weights"),
        (lambda x: np.average(x, weights=np.zeros(4)), ZeroDivisionError, "sum to zero"),
        (lambda x: np.cov(x[None, None]), ValueError, "at most 2 dimensions"),
        (lambda x: np.cov(x, ddof=0.5), ValueError, "ddof must be integer"),
        (lambda x: np.cov(x, aweights=np.ones(3)), InputError, "4 observations"),
        (lambda x: np.cov(x, aweights=-x), ValueError, "negative"),
        (lambda x: np.cov(x, fweights=[1, 2, 3, 4.5]), TypeError, "integer"),
    ],
)
def test_what_is_not_differentiated_is_refused(f, error, message):
    with pytest.raises(error, match=message):
        ad.grad(lambda x: np.sum(f(x)))(np.arange(1.0, 5.0))
