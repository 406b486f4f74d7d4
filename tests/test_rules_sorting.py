"""Sorting, partitions, distinct values and sets: every mode, ties, the same values as NumPy, and what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff.errors import UnsupportedError
from tests.harness import check_case
from tests.rules import sorting

REPEATED = np.array([2.0, -1.0, 2.0, 0.5, -1.0, -1.0])


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in sorting.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=12), st.data())
def test_derivative_of_sort_and_partition_is_a_permutation_that_sorts_whatever_the_ties(values, data):
    x = np.array(values, float)
    kth = data.draw(st.integers(0, len(values) - 1))
    for f in (np.sort, lambda x: np.partition(x, kth)):
        by_columns, by_rows = ad.jacfwd(f)(x), ad.jacrev(f)(x)
        assert np.array_equal(by_columns, by_rows)
        assert np.array_equal(by_columns.sum(axis=0), np.ones(x.size)) and set(by_columns.flat) <= {0.0, 1.0}
        assert np.array_equal(by_columns @ x, f(x))


def test_traced_partition_has_the_entries_in_the_order_that_numpy_puts_them(rng):
    x = rng.standard_normal(200)
    value, _ = ad.jvp(lambda x: np.partition(x, 50), (x,), (x,))
    assert np.array_equal(value, np.partition(x, 50))


def test_sort_puts_nan_last_and_keeps_the_derivatives_of_the_others():
    x = np.array([3.0, np.nan, 1.0])
    assert ad.grad(lambda x: (np.sort(x)[:2] * np.array([10.0, 20.0])).sum())(x).tolist() == [20.0, 0.0, 10.0]


def test_gradient_of_a_trimmed_mean_reaches_only_what_was_not_trimmed():
    x = np.array([9.0, 1.0, 5.0, -7.0, 3.0])
    assert ad.grad(lambda x: np.sort(x)[1:-1].mean())(x).tolist() == [0.0, 1 / 3, 1 / 3, 0.0, 1 / 3]


def test_orders_and_positions_are_constants():
    def f(x):
        order = np.argsort(-x)
        places = np.searchsorted(np.sort(x), x) + np.digitize(x, np.array([0.0, 1.0]))
        assert not isinstance(order, ad.tape.Var) and not isinstance(places, ad.tape.Var)
        assert np.lexsort((x, x * 0)).tolist() == [2, 0, 1] == np.argpartition(x, 0).tolist()[:1] + [0, 1]
        assert np.isin(x, [2.0]).tolist() == [False, True, False]
        return (x[order] * places).sum()

    x = np.array([1.0, 2.0, -1.0])
    order, places = np.array([1, 0, 2]), np.array([1 + 2, 2 + 2, 0])
    assert ad.grad(f)(x).tolist() == [places[1], places[0], places[2]] == [4, 3, 0]
    assert order.tolist() == np.argsort(-x).tolist()


def test_unique_gives_its_derivative_to_the_first_of_equal_values():
    gradient = ad.grad(lambda x: (np.unique(x) * np.array([1.0, 10.0, 100.0])).sum())(REPEATED)
    assert gradient.tolist() == [100.0, 1.0, 0.0, 10.0, 0.0, 0.0]


@pytest.mark.parametrize("flags", range(8))
def test_unique_returns_what_numpy_returns_beside_the_values(flags):
    keywords = {
        name: bool(flags >> k & 1) for k, name in enumerate(["return_index", "return_inverse", "return_counts"])
    }
    expected = np.unique(REPEATED, **keywords)

    def f(x):
        found = np.unique(x, **keywords)
        assert isinstance(found, tuple) == isinstance(expected, tuple)
        if isinstance(found, tuple):
            assert all(np.array_equal(a, b) for a, b in zip(found[1:], expected[1:], strict=True))
            found = found[0]
        return found

    value, _ = ad.jvp(f, (REPEATED,), (REPEATED,))
    assert np.array_equal(value, expected[0] if isinstance(expected, tuple) else expected)


def test_unique_all_keeps_its_names():
    def f(x):
        found = np.unique_all(x)
        assert found.counts.tolist() == [3, 1, 2] and found.indices.tolist() == [1, 3, 0]
        return (found.values * found.counts).sum()

    assert ad.grad(f)(REPEATED).tolist() == [2.0, 3.0, 0.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize("function", [np.sort, np.partition])
def test_fields_are_refused(function):
    arguments = (1,) if function is np.partition else ()
    with pytest.raises(UnsupportedError, match="fields"):
        ad.grad(lambda x: function(x, *arguments, order="a").sum())(REPEATED)
