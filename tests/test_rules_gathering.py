"""take, put and their kin, and counting: every mode, repeats, the same values as NumPy, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import TracerConversionError, UnsupportedError
from tests.harness import check_case
from tests.rules import gathering

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in gathering.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


def test_entries_taken_repeatedly_add_their_cotangents():
    assert ad.grad(lambda x: np.take(x, [1, 1, 1, 0]).sum())(X).tolist() == [[1.0, 3.0, 0.0], [0.0, 0.0, 0.0]]


def test_what_take_returns_is_a_copy():
    def f(x):
        y = x * 1.0
        row = np.take(y, 0, axis=0)
        row[:] = 0.0
        return y.sum()

    assert ad.grad(f)(X).tolist() == np.ones((2, 3)).tolist()


@pytest.mark.parametrize(
    "use",
    [
        lambda x, numbers: np.take(x, numbers, axis=1),
        lambda x, numbers: np.take_along_axis(x, numbers[None], 1),
        lambda x, numbers: np.bincount(numbers, x[0]),
        lambda x, numbers: np.add.reduceat(x, numbers, axis=1),
        lambda x, numbers: np.choose(numbers, [x[0], x[1], x[1]]),
        lambda x, numbers: np.where(numbers, x, 0.0),
    ],
)
def test_indices_may_be_written_to_afterwards(use):
    def f(x, numbers):
        y = use(x, numbers)
        numbers[:] = 1
        return (y * y).sum()

    expected = ad.grad(lambda x: (use(x, np.array([2, 0, 1])) ** 2).sum())(X)
    assert np.array_equal(ad.grad(f)(X, np.array([2, 0, 1])), expected)


def test_entries_written_over_lose_their_derivatives():
    def f(x, v):
        y = x * 1.0
        np.put(y, [1, 1], v)
        return (y * X).sum()

    by_x, by_v = ad.grad(f, argnums=(0, 1))(X, np.array([7.0, 8.0]))
    assert by_x.tolist() == [[1.0, 0.0, 3.0], [4.0, 5.0, 6.0]]
    assert by_v.tolist() == [0.0, 2.0]


WRITERS = {
    "put": lambda a, v: np.put(a, [0, 1], v),
    "put_along_axis": lambda a, v: np.put_along_axis(a, np.array([[0, 1]]), v, 1),
    "place": lambda a, v: np.place(a, np.ones((2, 3), bool), v),
    "putmask": lambda a, v: np.putmask(a, np.ones((2, 3), bool), v),
    "copyto": lambda a, v: np.copyto(a, v[0]),
    "fill_diagonal": lambda a, v: np.fill_diagonal(a, v),
}


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_traced_values_are_not_written_to_a_plain_array(write):
    plain = np.zeros((2, 3))
    with pytest.raises(TracerConversionError, match="zeros_like"):
        ad.grad(lambda v: write(plain, v))(np.ones(2))
    assert not plain.any()


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_an_array_made_like_a_traced_one_holds_traced_values(write):
    expected = np.zeros((2, 3))
    write(expected, np.array([1.5, 2.5]))

    def f(v):
        a = np.zeros_like(v, shape=(2, 3))
        write(a, v)
        return a

    value, _ = ad.jvp(f, (np.array([1.5, 2.5]),), (np.ones(2),))
    assert np.array_equal(value, expected)
    derivative = ad.jacobian(f)(np.array([1.5, 2.5]))
    assert np.allclose(derivative @ np.array([1.5, 2.5]), expected)


def test_counts_are_constants():
    def f(x):
        counts, edges = np.histogram(x, np.array([0.0, 2.5, 9.0]))
        return (counts * x[:, :2]).sum() + np.bincount(x[0].astype(int)).sum() + 0 * edges.sum()

    assert ad.grad(f)(X).tolist() == [[2.0, 4.0, 0.0], [2.0, 4.0, 0.0]]


@pytest.mark.parametrize("density", [False, True])
@pytest.mark.parametrize(
    ("bins", "weighted"),
    [(3, False), (3, True), ([0.5, 2.0, 4.0, 6.0], False), ([0.5, 2.0, 4.0, 6.0], True), ("auto", False)],
)
def test_traced_histograms_have_the_counts_of_numpy(rng, bins, weighted, density):
    data, weights = rng.uniform(0, 6, 40).round(1), rng.uniform(size=40) if weighted else None
    expected = np.histogram(data, bins, weights=weights, density=density)
    found, _ = ad.jvp(lambda x: np.histogram(x, bins, weights=weights, density=density), (data,), (data,))
    assert np.allclose(found[0], expected[0], rtol=1e-14) and np.allclose(found[1], expected[1], rtol=1e-15)


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda x: np.take(x, [6]), IndexError, "out of bounds"),
        (lambda x: np.take(x, [0.5]), TypeError, "Cannot cast"),
        (lambda x: np.take_along_axis(x, np.array([0]), 1), ValueError, "same number of dimensions"),
        (lambda x: np.compress([True] * 4, x, axis=1), IndexError, "out of bounds"),
        (lambda x: np.put(x + 0, [6], 1.0), IndexError, "no entry"),
        (lambda x: np.fill_diagonal(x[0] + 0, 1.0), ValueError, "at least 2-d"),
        (lambda x: np.fill_diagonal(np.stack([x]), 1.0), ValueError, "equal length"),
        (lambda x: np.place(x + 0, x > 0, []), ValueError, "empty"),
        (lambda x: np.copyto(x + 0, 1j), TypeError, "Cannot cast"),
        (lambda x: np.bincount([0, 1], x[0]), ValueError, "shape"),
        (lambda x: np.bincount([0, 1, 1], 1j * x[0]), UnsupportedError, "complex"),
        (lambda x: np.histogram(x, x[0, :1]), ValueError, "two or more"),
    ],
)
def test_bad_arguments_are_named(f, error, message):
    with pytest.raises(error, match=message):
        ad.grad(lambda x: np.sum(f(x)))(X)
