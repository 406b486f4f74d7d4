"""Bounds in every form in which they are written."""

import numpy as np
import pytest

from optim import Bounds
from optim.bounds import as_bounds
from optim.errors import InvalidBoundsError, InvalidStartError, UnsupportedProblemError
from optim.layout import Layout


def flat(given, x0):
    layout = Layout(x0)
    bounds = as_bounds(given, layout, layout.gather(x0, np.empty(layout.size), "x0"))
    return bounds.lower.tolist(), bounds.upper.tolist()


def test_pairs_sides_trees_and_scipys_bounds_mean_the_same():
    import scipy.optimize

    x0, expected = np.array([1.0, 2.0]), ([0, -np.inf], [3, 4])
    assert flat([(0, 3), (None, 4)], x0) == expected
    assert flat(((0, 3), (None, 4)), x0) == expected
    assert flat(np.array([[0, 3], [-np.inf, 4]]), x0) == expected
    assert flat(Bounds([0, -np.inf], np.array([3.0, 4.0])), x0) == expected
    assert flat(scipy.optimize.Bounds([0, -np.inf], [3, 4]), x0) == expected
    tree = Bounds({"a": 0.0, "b": np.array([-np.inf])}, {"a": 3.0, "b": np.array([4.0])})
    assert flat(tree, {"a": 1.0, "b": np.array([2.0])}) == expected
    assert flat(Bounds(0, 3), x0) == ([0, 0], [3, 3])
    assert as_bounds(None, Layout(x0), x0) is None


@pytest.mark.parametrize(
    "given", [[(0, 1)], [(0, 1)] * 3, 5.0, [1, 2], "ab", Bounds(np.zeros(3), 1.0), Bounds(None, 1.0)], ids=repr
)
def test_bounds_of_another_shape_are_refused(given):
    with pytest.raises(InvalidBoundsError):
        flat(given, np.zeros(2))


def test_empty_and_nan_intervals_are_refused_by_their_entry():
    with pytest.raises(InvalidBoundsError, match="entry 1 is bounded by 2.0 from below and 1.0 from above"):
        flat([(0, 1), (2, 1)], np.zeros(2))
    with pytest.raises(InvalidBoundsError, match="entry 0"):
        flat(Bounds(np.nan, 1.0), np.zeros(2))


def test_a_start_outside_is_refused_by_its_entry():
    with pytest.raises(InvalidStartError, match="entry 1 of x0 is 3.0, outside of its bounds"):
        flat([(0, 1), (0, 1)], np.array([0.5, 3.0]))


def test_methods_without_bounds_refuse_them():
    import optim

    with pytest.raises(UnsupportedProblemError, match="cannot handle bounds"):
        optim.minimize(lambda x: (x**2).sum(), np.ones(2), "adam", learning_rate=0.1, bounds=[(0, 2)] * 2)


def test_reflection_stays_within_and_leaves_what_is_within(rng):
    bounds = Bounds(np.array([-1.0, 0.0, -np.inf]), np.array([2.0, 0.5, 1.0]))
    x = rng.normal(size=(100, 3)) * 10
    folded = bounds.reflect(x)
    assert all(bounds.contain(row) for row in folded)
    within = np.array([0.5, 0.25, -7.0])
    assert (bounds.reflect(within) == within).all()
    assert bounds.reflect(np.array([2.5, -0.1, 1.25])) == pytest.approx([1.5, 0.1, 0.75])
    box = Bounds(np.zeros(1), np.ones(1))
    assert box.reflect(np.array([[3.25], [-2.5], [1.75]])).ravel() == pytest.approx([0.75, 0.5, 0.25])
