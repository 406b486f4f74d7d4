"""Decompositions: every mode, closed forms, coinciding eigenvalues, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import UnsupportedError
from tests.harness import check_case
from tests.rules import decompositions
from tests.rules.decompositions import positive


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in decompositions.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


def test_gradient_of_cholesky_is_lower_triangular_and_its_symmetric_part_is_the_textbooks():
    a = positive(3, 3)
    gradient = ad.grad(lambda a: np.sum(np.log(np.diag(np.linalg.cholesky(a)))))(a)
    assert np.array_equal(gradient, np.tril(gradient))  # NumPy reads no more of a
    assert np.allclose((gradient + gradient.T) / 2, np.linalg.inv(a) / 2, rtol=1e-12)  # log det(a) / 2


def test_gradient_of_an_eigenvalue_is_the_outer_product_of_its_vector():
    a = positive(3, 3)
    _, v = np.linalg.eigh(a)
    gradient = ad.grad(lambda a: np.linalg.eigvalsh(a)[1])(a)
    assert np.allclose((gradient + gradient.T) / 2, np.outer(v[:, 1], v[:, 1]), rtol=0, atol=1e-14)


def test_sum_of_eigenvalues_has_the_gradient_of_the_trace_where_they_coincide():
    for f in (lambda a: np.sum(np.linalg.eigvalsh(a)), lambda a: np.sum(np.linalg.eigh(a).eigenvalues)):
        assert np.allclose(ad.grad(f)(np.eye(3)), np.eye(3), rtol=0, atol=1e-15)
        assert ad.jvp(f, (np.eye(3),), (np.ones((3, 3)),))[1] == 3


def test_vectors_of_coinciding_eigenvalues_have_no_derivative():
    weights = np.arange(9.0).reshape(3, 3)
    gradient = ad.grad(lambda a: np.sum(weights * np.linalg.eigh(a).eigenvectors))(np.diag([1.0, 1.0, 2.0]))
    assert not np.isfinite(gradient).all()


def test_vectors_of_coinciding_singular_values_have_no_derivative():
    weights = np.arange(9.0).reshape(3, 3)
    gradient = ad.grad(lambda a: np.sum(weights * np.linalg.svd(a).U))(np.diag([1.0, 1.0, 2.0]))
    assert not np.isfinite(gradient).all()


def test_phase_of_a_complex_eigenvector_is_refused():
    with pytest.raises(UnsupportedError, match="phases of the complex eigenvectors"):
        ad.grad(lambda a: np.sum(np.imag(np.linalg.eigh(a).eigenvectors)))(positive(3, 3, dtype=complex))


def test_results_keep_their_names():
    kinds = []

    def f(a):
        kinds.extend(type(g(a)).__name__ for g in (np.linalg.eigh, np.linalg.eig, np.linalg.svd, np.linalg.qr))
        return np.trace(a)

    ad.grad(f)(np.diag([1.0, 2.0]))
    ad.derivative(lambda t: f(t * np.diag([1.0, 2.0])))(1.0)
    assert kinds == ["EighResult", "EigResult", "SVDResult", "QRResult"] * 2


@pytest.mark.parametrize(
    ("f", "name"),
    [
        (lambda a: np.linalg.svd(a).S, "full_matrices=True"),
        (lambda a: np.linalg.qr(a, mode="complete").R, "mode='complete'"),
        (lambda a: np.linalg.qr(a, mode="raw")[0], "mode='raw'"),
    ],
)
def test_what_is_not_differentiated_is_refused(f, name):
    with pytest.raises(UnsupportedError, match=name):
        ad.grad(lambda a: np.sum(f(a)))(np.ones((3, 2)))


def test_matrix_that_is_not_positive_definite_is_numpys_error():
    with pytest.raises(np.linalg.LinAlgError, match="positive definite"):
        ad.grad(lambda a: np.sum(np.linalg.cholesky(a)))(-np.eye(2))
