"""Linear systems, inverses and products of matrices: every mode, closed forms, special points, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from tests.harness import check_case
from tests.rules import linalg


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in linalg.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


def test_stack_is_differentiated_as_each_of_its_matrices(rng):
    a, b = rng.standard_normal((4, 3, 3)), rng.standard_normal((4, 3, 2))
    together = ad.grad(lambda a: np.sum(np.linalg.solve(a, b) ** 2))(a)
    apart = [ad.grad(lambda a, b=b: np.sum(np.linalg.solve(a, b) ** 2))(a) for a, b in zip(a, b, strict=True)]
    assert np.allclose(together, apart, rtol=1e-12, atol=1e-12 * np.max(np.abs(together)))


def test_derivative_of_a_singular_system_is_numpys_error():
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        ad.grad(lambda a: np.linalg.inv(a).sum())(np.ones((2, 2)))


def test_power_zero_is_a_constant():
    assert not ad.grad(lambda a: a.sum() * 0 + np.linalg.matrix_power(a, 0).sum())(np.ones((2, 2))).any()


def test_rank_is_a_constant():
    assert ad.grad(lambda a: np.linalg.matrix_rank(a) * a.sum())(np.eye(2)).tolist() == [[2.0, 2.0], [2.0, 2.0]]


def test_least_squares_rank_is_an_integer():
    ranks = []

    def f(a):
        x, residuals, rank, s = np.linalg.lstsq(a, np.ones(3))
        ranks.append((rank, residuals.shape, s.shape))
        return x.sum()

    ad.grad(f)(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    ad.grad(f)(np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]))
    assert ranks == [(2, (1,), (2,)), (1, (0,), (2,))]


def test_multi_dot_takes_the_cheap_order(rng):
    tape = ad.Tape()
    a, b, c = (tape.variable(rng.standard_normal(shape)) for shape in ((2, 50), (50, 50), (50, 1)))
    np.linalg.multi_dot([a, b, c])
    assert [entry.value.shape for entry in tape.entries[3:]] == [(50, 1), (2, 1)]


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (lambda a: np.linalg.solve(a, np.ones(4)), ValueError, "solve"),
        (lambda a: np.linalg.inv(a[:2]), np.linalg.LinAlgError, "square"),
        (lambda a: np.linalg.tensorsolve(a, np.ones((3, 3))), np.linalg.LinAlgError, "square"),
        (lambda a: np.linalg.tensorinv(a, ind=0), ValueError, "ind"),
        (lambda a: np.linalg.multi_dot([a]), ValueError, "at least two"),
    ],
    ids=["solve", "inv", "tensorsolve", "tensorinv", "multi_dot"],
)
def test_arguments_that_do_not_fit_are_numpys_error(f, error, message):
    with pytest.raises(error, match=message):
        ad.grad(lambda a: np.sum(f(a)))(np.eye(3))
