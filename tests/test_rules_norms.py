"""Norms: every order in every mode, zero vectors, ties, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from tests.harness import check_case
from tests.rules import norms


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in norms.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


@pytest.mark.parametrize("order", norms.VECTOR_ORDERS)
def test_gradient_of_a_norm_at_the_zero_vector_is_zero(order):
    with np.errstate(divide="ignore"):  # NumPy divides by zero in the norms of negative order
        assert np.array_equal(ad.grad(lambda x: np.linalg.norm(x, order))(np.zeros(3)), np.zeros(3))
        assert ad.jvp(lambda x: np.linalg.norm(x, order), (np.zeros(3),), (np.ones(3),))[1] == 0


@pytest.mark.parametrize("order", norms.MATRIX_ORDERS)
def test_gradient_of_a_norm_at_the_zero_matrix_is_zero(order):
    assert np.array_equal(ad.grad(lambda x: np.linalg.norm(x, order))(np.zeros((3, 2))), np.zeros((3, 2)))


def test_gradient_at_a_zero_row_is_zero_and_the_other_rows_are_not_touched():
    gradient = ad.grad(lambda x: np.linalg.norm(x, axis=1).sum())(np.array([[3.0, 4.0], [0.0, 0.0]]))
    assert np.array_equal(gradient, [[0.6, 0.8], [0.0, 0.0]])


def test_gradient_of_the_squared_norm_at_zero_is_zero():
    assert np.array_equal(ad.grad(lambda x: np.linalg.norm(x) ** 2)(np.zeros(2)), np.zeros(2))


@pytest.mark.parametrize("order", [np.inf, -np.inf])
def test_ties_of_the_largest_and_smallest_entries_share_evenly(order):
    gradient = ad.grad(lambda x: np.linalg.norm(x, order))(np.array([2.0, -2.0, 2.0, -2.0]))
    assert np.array_equal(gradient, [0.25, -0.25, 0.25, -0.25])


def test_ties_of_column_sums_share_evenly():
    gradient = ad.grad(lambda x: np.linalg.norm(x, 1))(np.array([[1.0, 2.0], [2.0, 1.0]]))
    assert np.array_equal(gradient, np.full((2, 2), 0.5))


def test_spectral_norm_of_the_identity_shares_over_all_directions():
    assert np.allclose(ad.grad(lambda x: np.linalg.norm(x, 2))(np.eye(4)), np.eye(4) / 4, rtol=0, atol=1e-15)


def test_nuclear_norm_at_a_singular_matrix_leaves_out_what_is_zero():
    x = np.diag([3.0, 2.0, 0.0])
    gradient = ad.grad(lambda x: np.linalg.norm(x, "nuc"))(x)
    assert np.allclose(gradient, np.diag([1.0, 1.0, 0.0]), rtol=0, atol=1e-15)


def test_number_of_nonzero_entries_is_a_constant():
    gradient = ad.grad(lambda x: np.linalg.norm(x, 0) * x.sum())(np.array([0.0, 1.0, 2.0]))
    assert np.array_equal(gradient, [2.0, 2.0, 2.0])


def test_gradient_of_a_complex_norm_is_the_conjugate_over_the_norm():
    z = np.array([3.0 + 4.0j, 0.0])
    assert np.allclose(ad.grad(np.linalg.norm)(z), np.conj(z) / 5, rtol=1e-15)


def test_entry_of_zero_has_derivative_zero_in_a_norm_of_low_order():
    gradient = ad.grad(lambda x: np.linalg.norm(x, 0.5))(np.array([0.0, 4.0]))
    assert np.array_equal(gradient, [0.0, 1.0])


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: np.linalg.norm(x, 3), "Invalid norm order"),
        (lambda x: np.linalg.norm(x[0], "fro"), "Invalid norm order"),
        (lambda x: np.linalg.norm(x[None], 1), "Improper number"),
        (lambda x: np.linalg.norm(x, axis=2), "axis 2 is out of bounds"),
    ],
)
def test_arguments_that_do_not_fit_are_numpys_error(f, message):
    with pytest.raises(ValueError, match=message):
        ad.grad(f)(np.ones((2, 2)))
