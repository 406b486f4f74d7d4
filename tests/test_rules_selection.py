"""where, select, choose, clip and piecewise: every mode, ties, bounds, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import TracerConversionError, UnsupportedError
from tests.harness import check_case
from tests.rules import selection


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in selection.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


def derivatives(f, x):
    """By forward and by reverse mode."""
    tangent = ad.jvp(f, (x,), (np.ones_like(x),))[1]
    return tangent, ad.grad(lambda x: np.sum(f(x)))(x)


def test_where_guards_a_singular_point_in_both_modes():
    x = np.array([-1.0, 0.0, 4.0])
    with np.errstate(invalid="ignore"):
        for found in derivatives(lambda x: np.where(x > 0, np.sqrt(x), 0.0), x):
            assert np.array_equal(found, [0.0, 0.0, 0.25])


def test_where_lets_no_infinite_cotangent_through_to_what_was_not_chosen():
    def f(x):
        return np.where(np.array([True, False]), x, 2 * x)

    _, pullback = ad.vjp(f, np.ones(2))
    assert np.array_equal(pullback(np.array([np.inf, 1.0]))[0], [np.inf, 2.0])


def test_where_of_one_argument_gives_indices():
    assert ad.grad(lambda x: x[np.where(x > 0)].sum())(np.array([1.0, -1.0])).tolist() == [1.0, 0.0]


def test_where_of_a_list_with_traced_numbers_names_the_remedy():
    with pytest.raises(TracerConversionError, match=r"np\.stack"):
        ad.grad(lambda x: np.where([True, False], [x, 1.0], x).sum())(1.0)


@pytest.mark.parametrize("method", ["np.clip(x, low, high)", "x.clip(low, high)"])
def test_clip_shares_evenly_between_the_value_and_the_bound_it_is_at(method):
    def f(x, low, high):
        return eval(method, {"np": np, "x": x, "low": low, "high": high})

    x = np.array([-1.0, 0.0, 0.5, 1.0, 2.0])
    shares = [0.0, 0.5, 1.0, 0.5, 0.0], [1.0, 0.5, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5, 1.0]
    jacobian = ad.jacrev(f, argnums=(0, 1, 2))(x, 0.0, 1.0)
    assert [np.diag(jacobian[0]).tolist(), *map(np.ndarray.tolist, jacobian[1:])] == list(shares)
    for k, share in enumerate(shares):
        tangents = [np.zeros(5), 0.0, 0.0]
        tangents[k] = np.ones(5) if k == 0 else 1.0
        assert ad.jvp(f, (x, 0.0, 1.0), tuple(tangents))[1].tolist() == share


def test_clip_between_equal_bounds_shares_among_those_that_are_equal_to_the_result():
    assert ad.grad(np.clip, (0, 1, 2))(1.0, 1.0, 1.0) == (1 / 3, 1 / 3, 1 / 3)
    assert ad.grad(np.clip, (0, 1, 2))(0.0, 1.0, 1.0) == (0.0, 0.5, 0.5)
    assert ad.grad(np.clip, (0, 1, 2))(9.0, 1.0, 1.0) == (0.0, 0.0, 1.0)


def test_clip_with_bounds_in_the_wrong_order_is_the_upper_bound():
    for x in (0.0, 1.0, 1.5, 2.0, 3.0):
        assert ad.grad(np.clip, (0, 1, 2))(x, 2.0, 1.0) == (0.0, 0.0, 1.0)


def test_clip_of_nan_is_nan_with_derivative_zero_elsewhere_kept():
    x = np.array([np.nan, 0.5])
    assert ad.grad(lambda x: np.clip(x, 0.0, 1.0).sum())(x)[1] == 1.0


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.1.0", reason="NumPy 2.0 has no keywords min and max")
def test_clip_takes_the_keywords_min_and_max_of_the_array_api():
    x = np.array([-1.0, 0.5, 2.0])
    assert ad.grad(lambda x: (x * np.clip(x, min=0.0, max=1.0)).sum())(x).tolist() == [0.0, 1.0, 1.0]
    assert ad.grad(lambda x: (x * np.clip(x, min=0.0)).sum())(x).tolist() == [0.0, 1.0, 4.0]
    assert ad.grad(lambda x: (x * np.clip(x)).sum())(x).tolist() == [-2.0, 1.0, 4.0]
    with pytest.raises(ValueError, match="which are the same"):
        ad.grad(lambda x: np.clip(x, 0.0, min=1.0).sum())(x)


def test_clip_into_a_traced_array_and_not_into_a_plain_one():
    def f(x):
        out = np.zeros_like(x)
        assert np.clip(x, 0.0, 1.0, out=out) is out
        return (out * x).sum()

    x = np.array([-1.0, 0.5, 2.0])
    assert ad.grad(f)(x).tolist() == [0.0, 1.0, 1.0]
    with pytest.raises(TracerConversionError):
        ad.grad(lambda x: np.clip(x, 0.0, 1.0, out=np.zeros(3)).sum())(x)


def test_select_evaluates_to_the_dtype_that_numpy_gives_it():
    x = np.ones(2, np.float32)
    conditions = [np.array([True, False]), np.array([False, True])]
    value, _ = ad.jvp(lambda x: np.select(conditions, [1.0, x]), (x,), (x,))
    assert value.dtype == np.select(conditions, [1.0, x]).dtype == np.float32


def test_piecewise_calls_a_function_only_where_its_condition_holds():
    seen = []

    def spy(x):
        seen.append(x.size)
        return x

    x = np.array([-2.0, 1.0, 4.0])
    with np.errstate(all="raise"):
        gradient = ad.grad(lambda x: np.piecewise(x, [x < 0, x > 9], [spy, spy, np.sqrt]).sum())(x)
    assert gradient.tolist() == [1.0, 0.5, 0.25]
    assert seen == [1]


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda x: np.select([x > 0], [x, x]), ValueError, "1 conditions for 2 choices"),
        (lambda x: np.select([np.ones(2)], [x]), TypeError, "not of booleans"),
        (lambda x: np.choose([0, 2], [x, x]), ValueError, "2 choices"),
        (lambda x: np.clip(x, 0, 1, casting="unsafe"), UnsupportedError, "casting"),
        (lambda x: np.clip(x, 0, 1, where=np.ones(2, bool)), UnsupportedError, "where"),
        (lambda x: np.piecewise(x, [x > 0], [np.sin, np.cos, np.exp]), ValueError, "1 conditions for 3 functions"),
        (lambda x: np.where(x > 0, x), ValueError, "both or neither"),
    ],
)
def test_bad_arguments_are_named(f, error, message):
    with pytest.raises(error, match=message):
        ad.grad(lambda x: np.sum(f(x)))(np.array([1.0, 2.0]))
