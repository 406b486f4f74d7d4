"""Diagonals taken and put: every mode of every function."""

import numpy as np
import pytest

import autodiff as ad
from tests.harness import check_case
from tests.rules import diagonals


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in diagonals.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


def test_gradient_of_the_trace_is_the_identity():
    assert np.array_equal(ad.grad(np.trace)(np.ones((3, 3))), np.eye(3))


def test_diagonal_follows_what_is_assigned_to_the_matrix():
    def f(x):
        y = x * 1.0
        d = np.diagonal(y)
        y[0, 0] = x[0, 1] ** 2
        return d.sum()

    assert np.array_equal(ad.grad(f)(np.array([[1.0, 2.0], [3.0, 4.0]])), [[0.0, 4.0], [0.0, 1.0]])


def test_diag_of_three_axes_is_numpys_error():
    with pytest.raises(ValueError, match="1- or 2-d"):
        ad.grad(lambda x: np.diag(x).sum())(np.ones((2, 2, 2)))
