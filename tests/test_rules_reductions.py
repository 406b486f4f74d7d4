"""Reductions: every mode of every function and keyword, ties, zeros, nan, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import TracerConversionError, UnsupportedError
from tests.harness import check_case
from tests.rules import reductions

TIES = np.array([1.0, 3.0, 3.0, 2.0])
NAN = np.nan


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in reductions.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


# -- ties --------------------------------------------------------------------------------------------------------------


def test_entries_that_tie_for_the_maximum_share_evenly():
    assert np.array_equal(ad.grad(np.max)(TIES), [0, 0.5, 0.5, 0])
    assert np.array_equal(ad.grad(np.min)(-TIES), [0, 0.5, 0.5, 0])


def test_tangents_of_entries_that_tie_are_averaged():
    assert ad.jvp(np.max, (TIES,), (np.array([9.0, 1.0, 2.0, 9.0]),))[1] == 1.5


def test_ties_are_shared_over_all_axes_that_are_reduced():
    assert np.array_equal(ad.grad(lambda x: np.max(x, axis=(0, 1)))(np.ones((2, 2))), np.full((2, 2), 0.25))
    assert np.array_equal(ad.grad(lambda x: np.max(x, axis=0).sum())(np.ones((2, 2))), np.full((2, 2), 0.5))


def test_initial_is_one_more_candidate_that_ties():
    assert np.array_equal(ad.grad(lambda x: np.max(x, initial=3.0))(TIES), [0, 1 / 3, 1 / 3, 0])


def test_masked_entries_do_not_tie():
    mask = np.array([True, True, False, True])
    assert np.array_equal(ad.grad(lambda x: np.max(x, where=mask, initial=0.0))(TIES), [0, 1, 0, 0])


def test_maximum_that_is_nan_came_from_the_nans():
    assert np.array_equal(ad.grad(np.max)(np.array([1.0, NAN, 3.0, NAN])), [0, 0.5, 0, 0.5])


def test_range_of_a_constant_has_no_derivative():
    assert np.array_equal(ad.grad(np.ptp)(np.ones(3)), np.zeros(3))


# -- products with zeros -----------------------------------------------------------------------------------------------


def test_product_with_one_zero_depends_on_that_entry_only():
    assert np.array_equal(ad.grad(np.prod)(np.array([2.0, 0.0, 3.0])), [0, 6, 0])


def test_product_with_two_zeros_has_a_hessian_and_no_gradient():
    x = np.array([0.0, 2.0, 0.0, 3.0])
    assert np.array_equal(ad.grad(np.prod)(x), np.zeros(4))
    expected = np.zeros((4, 4))
    expected[0, 2] = expected[2, 0] = 6
    assert np.array_equal(ad.hessian(np.prod)(x), expected)
    assert np.array_equal(ad.jacrev(ad.grad(np.prod))(x), expected)


def test_product_with_three_zeros_has_a_third_derivative():
    third = ad.jacfwd(ad.jacfwd(ad.grad(np.prod)))(np.array([0.0, 0.0, 0.0, 5.0]))
    assert third[0, 1, 2] == third[2, 0, 1] == 5
    assert np.count_nonzero(third) == 6


def test_product_of_others_may_be_finite_where_the_product_is_infinite():
    with np.errstate(over="ignore"):
        gradient = ad.grad(np.prod)(np.array([1e-100, 1e300, 1e300]))
    assert np.allclose(gradient, [np.inf, 1e200, 1e200], rtol=1e-14)


# -- nan ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", [np.nansum, np.nanmean, np.nanmax, np.nanprod, np.nanvar, np.nanstd, np.nanmedian])
def test_gradient_by_what_is_left_out_is_zero(f):
    x = np.array([1.0, NAN, 3.0, 4.5])
    left = ad.grad(lambda x: f(x))(x)
    assert left[1] == 0
    assert np.allclose(np.delete(left, 1), ad.grad(lambda x: f(x))(np.delete(x, 1)), rtol=1e-14)


def test_zero_cotangent_stays_zero_where_a_mask_hides_infinity():
    mask = np.array([True, False])
    gradient = ad.grad(lambda x: np.sum(np.sqrt(x), where=mask))(np.array([4.0, 0.0]))
    assert np.array_equal(gradient, [0.25, 0])


def test_nan_variance_with_too_few_numbers_is_nan():
    with np.errstate(invalid="ignore"), pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        value = ad.jvp(lambda x: np.nanvar(x, ddof=1), (np.array([NAN, 2.0]),), (np.ones(2),))[0]
    assert np.isnan(value)


# -- constants ---------------------------------------------------------------------------------------------------------


def test_what_is_counted_or_found_is_a_plain_value():
    def f(x):
        assert np.all(x > 0) is np.True_
        assert np.any(x > 2, axis=0).tolist() == [False, True]
        assert np.count_nonzero(x) == 4
        assert np.argmax(x) == 3
        assert np.argmin(x, axis=1).tolist() == [0, 0]
        assert np.nanargmax(x) == 3
        assert np.nanargmin(x, axis=0, keepdims=True).tolist() == [[0, 0]]
        return x.ravel()[np.argmax(x)]

    assert np.array_equal(ad.grad(f)(np.array([[1.0, 2.0], [1.5, 3.0]])), [[0, 0], [0, 1]])


@pytest.mark.parametrize("f", [np.sum, np.mean, np.prod])
def test_reduction_to_integers_is_untraced(f):
    x = np.array([1.5, 2.5])
    assert np.array_equal(ad.grad(lambda x: x[0] * f(x, dtype=int))(x), [f(x, dtype=int), 0])


# -- out, and what is refused ------------------------------------------------------------------------------------------


WITH_OUT = [np.sum, np.mean, np.max, np.prod, np.ptp, np.var, np.std, np.median, np.nansum, np.nanmin, np.cumsum]


@pytest.mark.parametrize("f", WITH_OUT[:-1])
def test_result_is_written_into_a_traced_array(f):
    def into_row(x):
        out = x[0] * 1.0
        assert f(x * x, axis=0, out=out) is out
        return (out * out).sum()

    x = np.array([[1.0, 2.0, 3.0], [4.0, 0.5, 7.0]])
    assert np.array_equal(ad.grad(into_row)(x), ad.grad(lambda x: (f(x * x, axis=0) ** 2).sum())(x))


def test_constant_written_into_a_traced_array_ends_its_influence():
    def f(x):
        out = x[0] * 1.0
        np.sum(np.ones((2, 3)), axis=0, out=out)
        return (out * x[1]).sum()

    assert np.array_equal(ad.grad(f)(np.ones((2, 3))), [[0, 0, 0], [2, 2, 2]])


@pytest.mark.parametrize("f", WITH_OUT)
def test_plain_array_cannot_hold_the_result(f):
    out = np.zeros((3, 3) if f is np.cumsum else 3)
    with pytest.raises(TracerConversionError, match="plain NumPy array"):
        ad.grad(lambda x: f(x, axis=0, out=out).sum())(np.ones((3, 3)))
    assert not out.any()


def test_array_of_the_wrong_shape_cannot_hold_the_result():
    with pytest.raises(ValueError, match=r"out has shape \(2, 3\)"):
        ad.grad(lambda x: np.sum(x, axis=0, out=x * 1.0).sum())(np.ones((2, 3)))


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda x: np.max(x, initial=x[0]), UnsupportedError, "np.max.*'initial'"),
        (lambda x: np.sum(x * 1j, dtype=float), UnsupportedError, "np.sum.*imaginary"),
        (lambda x: np.prod(x * 1j, dtype=float), UnsupportedError, "np.prod.*imaginary"),
        (lambda x: np.sum(x, axis=3), np.exceptions.AxisError, "axis 3"),
        (lambda x: np.max(x[:0]), ValueError, "no identity"),
    ],
)
def test_what_is_not_differentiated_is_refused(f, error, message):
    with pytest.raises(error, match=message):
        ad.grad(f)(np.ones(3))
