"""Ufuncs with keywords and their methods: every mode, the same values as NumPy, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import TracerConversionError, UnsupportedError
from tests.harness import check_case
from tests.rules import ufunc_methods

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in ufunc_methods.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


@pytest.mark.parametrize("ufunc", ufunc_methods.BINARY, ids=lambda ufunc: ufunc.__name__)
@pytest.mark.parametrize("method", ["reduce", "accumulate", "outer", "reduceat"])
def test_traced_methods_have_the_values_and_shapes_of_numpy(ufunc, method, rng):
    x = rng.uniform(0.5, 1.5, (3, 4))
    arguments = {"outer": (x[0],), "reduceat": ([0, 2],)}.get(method, ())
    f = getattr(ufunc, method)
    value, _ = ad.jvp(lambda x: f(x, *arguments), (x,), (x,))
    assert value.shape == f(x, *arguments).shape
    assert np.allclose(value, f(x, *arguments), rtol=1e-14)


def test_where_evaluates_nothing_outside_of_the_domain():
    x = np.array([-1.0, 0.0, 4.0])
    with np.errstate(all="raise"):
        gradient = ad.grad(lambda x: np.sqrt(x, out=np.zeros_like(x), where=x > 0).sum())(x)
    assert gradient.tolist() == [0.0, 0.0, 0.25]


def test_dtype_is_what_the_ufunc_computes_in():
    x = np.array([0.1, 0.2])
    value, derivative = ad.jvp(lambda x: np.exp(x, dtype=np.float32), (x,), (np.ones(2),))
    assert value.dtype == derivative.dtype == np.float32
    assert np.array_equal(value, np.exp(x, dtype=np.float32)) and np.array_equal(derivative, value)
    assert ad.grad(lambda x: np.exp(x, dtype=np.float32).sum())(x).dtype == np.float64


def test_running_maximum_gives_its_derivative_to_the_entry_that_is_the_maximum():
    x = np.array([1.0, 3.0, 2.0, 5.0, 4.0])
    assert ad.grad(lambda x: np.maximum.accumulate(x).sum())(x).tolist() == [1.0, 2.0, 0.0, 2.0, 0.0]


def test_running_maximum_takes_its_derivative_from_the_last_of_those_that_tie():
    x = np.array([1.0, 1.0, 0.0, 1.0])
    expected = np.eye(4)[[0, 1, 1, 3]]
    assert np.array_equal(ad.jacrev(np.maximum.accumulate)(x), expected)
    assert np.array_equal(ad.jacfwd(np.maximum.accumulate)(x), expected)


@pytest.mark.parametrize("ufunc", [np.maximum, np.minimum, np.fmax, np.fmin], ids=lambda ufunc: ufunc.__name__)
def test_running_extrema_have_nan_where_numpy_has_it(ufunc):
    x = np.array([[np.nan, 1.0, 3.0, 2.0], [2.0, 5.0, np.nan, 7.0], [np.inf, 0.0, -np.inf, np.nan]])
    for axis in (0, 1, -1):
        value, _ = ad.jvp(lambda x, axis=axis: ufunc.accumulate(x, axis), (x,), (x,))
        assert np.array_equal(value, ufunc.accumulate(x, axis), equal_nan=True)


def test_gradient_of_logaddexp_reduce_is_the_softmax():
    x = np.array([1000.0, 1001.0, 1002.0])
    expected = np.exp([-2.0, -1.0, 0.0]) / np.exp([-2.0, -1.0, 0.0]).sum()
    assert np.allclose(ad.grad(np.logaddexp.reduce)(x), expected, rtol=1e-14)


def test_entries_named_twice_are_added_to_twice():
    def f(v):
        sums = np.zeros_like(v, shape=2)
        np.add.at(sums, [0, 1, 1], v)
        return (sums * np.array([10.0, 1.0])).sum()

    assert ad.grad(f)(np.ones(3)).tolist() == [10.0, 1.0, 1.0]


def test_comparisons_go_into_plain_arrays_since_they_are_constants():
    def f(x):
        positive = np.zeros(3, bool)
        assert np.greater(x, 0, out=positive) is positive
        return x[positive].sum()

    assert ad.grad(f)(np.array([1.0, -1.0, 2.0])).tolist() == [1.0, 0.0, 1.0]


def test_any_and_all_by_reduce_are_constants():
    assert ad.grad(lambda x: x.sum() * np.logical_or.reduce(x > 2, axis=None))(X).tolist() == np.ones((2, 3)).tolist()
    assert ad.grad(lambda x: (x * np.logical_and.reduce(x)).sum())(X).tolist() == np.ones((2, 3)).tolist()


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.exp(x, out=np.zeros((2, 3))),
        lambda x: np.multiply(x, 2, out=np.zeros((2, 3)), where=x > 3),
        lambda x: np.add.reduce(x, out=np.zeros(3)),
        lambda x: np.add.accumulate(x, out=np.zeros((2, 3))),
        lambda x: np.multiply.outer(x, 2.0, out=np.zeros((2, 3))),
        lambda x: np.add.at(np.zeros(3), [0, 1, 1], x[0]),
        lambda x: np.add(np.ones((2, 3)), x, out=np.zeros((2, 3))),
    ],
)
def test_a_plain_array_as_out_is_refused_with_the_remedy(f):
    with pytest.raises(TracerConversionError, match="zeros_like"):
        ad.grad(lambda x: np.sum(f(x)))(X)


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda x: np.exp(x, where=x > 2), UnsupportedError, "needs out="),
        (lambda x: np.exp(x, casting="unsafe"), UnsupportedError, "casting"),
        (lambda x: np.matmul(x, x.T, axes=[(0, 1), (0, 1), (0, 1)]), UnsupportedError, "axes"),
        (lambda x: np.exp(x, dtype=int), UnsupportedError, "int64"),
        (lambda x: np.exp(1j * x, dtype=float), TypeError, "Cannot cast"),
        (lambda x: np.exp(1j * x, out=np.zeros_like(x)), TypeError, "Cannot cast"),
        (lambda x: np.exp(x, out=np.zeros_like(x, shape=2)), ValueError, "broadcast"),
        (lambda x: np.exp(x, out=np.zeros_like(x, shape=3)), ValueError, r"shape \(2, 3\) .* shape \(3,\)"),
        (lambda x: np.multiply.at(x + 0, [0], x[0]), UnsupportedError, r"np\.multiply\.at"),
        (lambda x: np.exp.reduce(x), ValueError, "binary"),
        (lambda x: np.exp.outer(x, x), ValueError, "binary"),
        (lambda x: np.subtract.reduce(x, axis=None), ValueError, "not reorderable"),
        (lambda x: np.hypot.reduce(x, where=x > 2), UnsupportedError, "where"),
        (lambda x: np.logaddexp2.reduce(x[:0]), ValueError, "zero-size"),
        (lambda x: np.bitwise_and(x, 1), UnsupportedError, r"np\.bitwise_and"),
        (lambda x: np.bitwise_and(x, 1, out=x), UnsupportedError, r"np\.bitwise_and"),
        (lambda x: np.bitwise_and.reduce(x), UnsupportedError, r"np\.bitwise_and"),
    ],
)
def test_what_is_not_supported_is_named(f, error, message):
    with pytest.raises(error, match=message):
        ad.grad(lambda x: np.sum(f(x)))(X)
