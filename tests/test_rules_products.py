"""Products of vectors and matrices: every mode of every function, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import DifferentiationError, TracerConversionError, UnsupportedError
from tests.harness import check_case
from tests.rules import products


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in products.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


def test_gradient_of_a_bilinear_form_is_the_outer_product():
    x, A, y = np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([5.0, 6.0])
    assert np.array_equal(ad.grad(lambda A: x @ A @ y)(A), np.outer(x, y))
    assert np.array_equal(ad.grad(lambda x: x @ A @ x)(x), (A + A.T) @ x)


def test_hessian_of_a_quadratic_form_is_the_symmetric_matrix():
    A = np.array([[1.0, 2.0, 0.0], [4.0, 5.0, 6.0], [7.0, 8.0, 10.0]])
    assert np.allclose(ad.hessian(lambda x: x @ A @ x)(np.ones(3)), A + A.T, rtol=1e-15)


def test_gradient_of_the_squared_modulus_by_vdot_is_twice_the_conjugate():
    z = np.array([1.0 + 2.0j, 3.0 - 1.0j])
    assert np.allclose(ad.grad(lambda z: np.vdot(z, z).real)(z), 2 * np.conj(z), rtol=1e-15)


def test_matmul_into_a_traced_array_is_that_product():
    def f(x):
        out = np.zeros_like(x)
        np.dot(x, x, out=out)
        return out.sum()

    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert np.array_equal(ad.grad(f)(x), ad.grad(lambda x: (x @ x).sum())(x))


def test_product_written_into_a_plain_array_is_refused():
    out = np.zeros((2, 2))
    with pytest.raises(TracerConversionError, match="plain NumPy array"):
        ad.grad(lambda x: np.dot(x, x, out=out).sum())(np.eye(2))
    assert not out.any()


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.matmul(x, x, axes=[(0, 1), (0, 1), (0, 1)]),
        lambda x: np.vecdot(x, x, axis=0),
        lambda x: np.cross(x[:, :2], x[:, :2]),
    ],
    ids=["matmul-axes", "vecdot-axis", "cross-of-pairs"],
)
def test_what_is_not_differentiated_is_refused(f):
    with pytest.raises(UnsupportedError):
        ad.grad(lambda x: f(x).sum())(np.eye(3))


@pytest.mark.parametrize(
    ("f", "name"),
    [
        (lambda x: np.matmul(x, np.ones(4)), "matmul"),
        (lambda x: np.matmul(x, 2.0), "matmul"),
        (lambda x: np.dot(x, np.ones((4, 2))), "matmul"),
        (lambda x: np.tensordot(x, np.ones((4, 2)), 1), "shape-mismatch"),
        (lambda x: np.linalg.outer(x, np.ones(3)), "outer"),
    ],
)
def test_shapes_that_do_not_fit_are_numpys_error(f, name):
    with pytest.raises(ValueError, match=name) as caught:
        ad.grad(lambda x: f(x).sum())(np.ones((2, 3)))
    assert not isinstance(caught.value, DifferentiationError)
