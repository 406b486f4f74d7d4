"""Convolution, polynomials and interpolation: every mode of every function, knots, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import UnsupportedError
from tests.harness import check_case
from tests.rules import polynomials


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in polynomials.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


def test_derivative_of_a_polynomial_is_that_of_polyder():
    p = np.array([2.0, -1.0, 3.0, 5.0])
    assert np.isclose(ad.derivative(lambda x: np.polyval(p, x))(0.7), np.polyval(np.polyder(p), 0.7), rtol=1e-14)


def test_slope_at_a_knot_is_that_of_the_piece_to_the_right():
    xp, fp = np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 3.0])
    slope = ad.derivative(lambda x: np.interp(x, xp, fp))
    assert [slope(x) for x in (-0.1, 0.0, 1.0, 3.0, 3.1)] == [0.0, 2.0, 0.5, 0.5, 0.0]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.convolve(x, x, mode="middle"),
        lambda x: np.correlate(x, x, mode=2),
        lambda x: np.polyval(x, np.poly1d([1.0, 2.0]))(0.0),
    ],
    ids=["convolve-mode", "correlate-mode", "polyval-of-a-polynomial"],
)
def test_what_is_not_differentiated_is_refused(f):
    with pytest.raises(UnsupportedError):
        ad.grad(lambda x: np.sum(f(x)))(np.ones(3))


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: np.convolve(x, np.zeros(0)), "v cannot be empty"),
        (lambda x: np.convolve(x[None], x), "object too deep"),
        (lambda x: np.interp(x, [0.0, 1.0], [1.0]), "not of the same length"),
        (lambda x: np.interp(x, [[0.0, 1.0]], [1.0, 2.0]), "1-D"),
        (lambda x: np.interp(x, [0.0, 1.0], [1.0, 2.0], period=0), "non-zero"),
        (lambda x: np.vander(x[None]), "one-dimensional"),
    ],
)
def test_arguments_that_do_not_fit_are_numpys_error(f, message):
    with pytest.raises(ValueError, match=message):
        ad.grad(lambda x: np.sum(f(x)))(np.ones(3))
