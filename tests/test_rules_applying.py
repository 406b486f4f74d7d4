"""Functions applied along axes: every mode, and the shapes of NumPy."""

import numpy as np
import pytest

import autodiff as ad
from tests.harness import check_case
from tests.rules.draws import normal_from

normal = normal_from(37)
X = normal(2, 3, 4)


def outer_square(line):
    return np.outer(line, line)


CASES = [
    *((f"to-numbers-{axis}", lambda x, axis=axis: np.apply_along_axis(np.linalg.norm, axis, x)) for axis in (0, 1, -1)),
    *((f"to-lines-{axis}", lambda x, axis=axis: np.apply_along_axis(np.cumprod, axis, x)) for axis in (0, 1, -1)),
    *((f"to-matrices-{axis}", lambda x, axis=axis: np.apply_along_axis(outer_square, axis, x)) for axis in (0, 1, 2)),
    ("with-arguments", lambda x: np.apply_along_axis(lambda line, p, q: line**p * q, 1, x, 2, q=3.0)),
    ("of-a-line", lambda x: np.apply_along_axis(np.sum, 0, x[0, 0] ** 2)),
    ("over-axes", lambda x: np.apply_over_axes(np.sum, x**2, [0, 2])),
    ("over-axis", lambda x: np.apply_over_axes(np.prod, x, -2)),
]


@pytest.mark.parametrize("f", [pytest.param(f, id=name) for name, f in CASES])
def test_every_mode_agrees_with_the_function(f):
    check_case(f, (X,))


def test_no_lines_to_apply_to_are_refused():
    with pytest.raises(ValueError, match="iteration dimensions"):
        ad.grad(lambda x: np.apply_along_axis(np.sum, 0, x).sum())(np.ones((2, 0)))


def test_a_function_that_loses_two_axes_is_refused():
    with pytest.raises(ValueError, match="correct shape"):
        ad.grad(lambda x: np.apply_over_axes(lambda a, axis: np.sum(a), x, [0]).sum())(np.ones((2, 2)))
