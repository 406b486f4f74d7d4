"""det and slogdet: every mode, at singular matrices too, as often as a determinant can be differentiated."""

import numpy as np
import pytest
import sympy

import autodiff as ad
from tests.harness import check_case
from tests.rules import determinants
from tests.rules.determinants import of_rank


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in determinants.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


@pytest.mark.parametrize("name", ["rank-2-of-3", "rank-1-of-3", "zero-of-3", "zero-row"])
def test_gradient_and_hessian_at_a_singular_matrix_are_those_of_the_polynomial(name):
    x = dict(determinants.SINGULAR)[name]
    symbols = sympy.symbols(f"x:{x.size}")
    polynomial = sympy.Matrix(*x.shape, symbols).det()
    point = dict(zip(symbols, x.ravel(), strict=True))
    gradient = [sympy.diff(polynomial, a).subs(point) for a in symbols]
    hessian = [[sympy.diff(polynomial, a, b).subs(point) for b in symbols] for a in symbols]
    scale = max(1.0, np.max(np.abs(x))) ** 2
    assert np.allclose(ad.grad(np.linalg.det)(x).ravel(), np.array(gradient, float), rtol=0, atol=1e-14 * scale)
    found = ad.hessian(np.linalg.det)(x).reshape(x.size, x.size)
    assert np.allclose(found, np.array(hessian, float), rtol=0, atol=1e-13 * scale)


def test_third_derivative_at_the_zero_matrix_is_the_determinant_of_the_direction(rng):
    direction = rng.standard_normal((3, 3))
    along = lambda t: np.linalg.det(t * direction)  # noqa: E731  (det(t D) = t^3 det(D))
    third = ad.derivative(ad.derivative(ad.derivative(along)))(0.0)
    assert np.isclose(third, 6 * np.linalg.det(direction), rtol=1e-12)
    third = ad.grad(ad.grad(ad.grad(along)))(0.0)
    assert np.isclose(third, 6 * np.linalg.det(direction), rtol=1e-12)


@pytest.mark.parametrize("size", [1e-3, 1e-6, 1e-9, 1e-12])
def test_cofactors_of_a_nearly_singular_matrix_keep_their_digits(size):
    x = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0 + size], [1.0, 1.0, 1.0]])
    rows = np.roll(x, -1, 0), np.roll(x, -2, 0)
    expected = np.cross(*rows)  # the cofactors of three rows are their cross products
    assert np.allclose(ad.grad(np.linalg.det)(x), expected, rtol=0, atol=1e-10)


def test_cofactors_of_matrices_of_very_different_size_are_right(rng):
    x = of_rank(2, 3)
    assert np.allclose(ad.grad(np.linalg.det)(1e-80 * x) * 1e160, ad.grad(np.linalg.det)(x), rtol=1e-10, atol=1e-12)


def test_sign_of_a_real_determinant_is_untraced():
    results = []

    def f(x):
        results.append(np.linalg.slogdet(x))
        return results[-1].logabsdet

    gradient = ad.grad(f)(-np.eye(3))
    (result,) = results
    assert type(result).__name__ == "SlogdetResult" and result.sign == -1.0
    assert not isinstance(result.sign, ad.tracer.Tracer)
    assert np.array_equal(gradient, -np.eye(3))


def test_hessian_of_log_det_is_the_negative_kronecker_product_of_inverses(rng):
    a = rng.standard_normal((3, 3)) + 3 * np.eye(3)
    inverse = np.linalg.inv(a)
    hessian = ad.hessian(lambda x: np.linalg.slogdet(x)[1])(a)
    assert np.allclose(hessian, -np.einsum("li,jk->ijkl", inverse, inverse), rtol=1e-10, atol=1e-12)


def test_log_det_of_a_singular_matrix_has_no_derivative():
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        ad.grad(lambda x: np.linalg.slogdet(x)[1])(np.ones((2, 2)))
