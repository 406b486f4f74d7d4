"""Complex numbers, sinc, i0, repairs and roundings: every mode, special points, and what is refused."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.errors import TracerConversionError, UnsupportedError
from tests.harness import check_case
from tests.rules import complex as cases


@pytest.mark.parametrize(("f", "args"), [pytest.param(f, args, id=name) for name, f, args in cases.CASES])
def test_every_mode_agrees_with_the_function(f, args):
    check_case(f, args)


# -- complex numbers ---------------------------------------------------------------------------------------------------


def test_gradient_of_the_modulus_is_the_conjugate_over_the_modulus():
    assert ad.grad(abs)(3.0 + 4.0j) == pytest.approx((3 - 4j) / 5, rel=1e-15)
    assert ad.jvp(np.abs, (3.0 + 4.0j,), (1.0 + 2.0j,))[1] == pytest.approx((3 + 8) / 5, rel=1e-15)


@pytest.mark.parametrize("zero", [0.0, -0.0, 0j, np.float32(0), np.zeros(()), np.complex64(0)])
def test_derivative_of_the_modulus_at_zero_is_zero(zero):
    for order in range(1, 3):
        f = np.abs
        for _ in range(order):
            f = _real_derivative(f)
        assert f(zero) == 0
    assert ad.grad(np.abs)(zero) == 0


def _real_derivative(f):
    return lambda x: ad.jvp(f, (x,), (np.ones_like(x)[()] if not isinstance(x, float) else 1.0,))[1]


def test_gradient_of_the_squared_modulus_is_twice_the_conjugate():
    z = np.array([1.0 + 2.0j, 0.0, -3.0j])
    assert np.array_equal(ad.grad(lambda z: np.sum(np.abs(z) ** 2))(z), 2 * np.conj(z))
    assert np.array_equal(ad.grad(lambda z: np.sum(z.real**2 + z.imag**2))(z), 2 * np.conj(z))


def test_real_and_imaginary_part_of_an_analytic_function_obey_the_cauchy_riemann_equations(rng):
    z = rng.standard_normal(4) + 1j * rng.standard_normal(4)
    derivative = np.cos(z)
    assert np.allclose(ad.grad(lambda z: np.real(np.sin(z)).sum())(z), derivative, rtol=1e-14)
    assert np.allclose(ad.grad(lambda z: np.imag(np.sin(z)).sum())(z), -1j * derivative, rtol=1e-14)


def test_sign_of_a_complex_number_is_not_a_constant():
    z = 3.0 + 4.0j
    along_itself, across = (ad.jvp(np.sign, (z,), (v,))[1] for v in (z, 1j * z))
    assert abs(along_itself) < 1e-15 and across == pytest.approx(1j * z / 5, rel=1e-15)


def test_angle_turns_by_the_inverse_of_the_modulus():
    assert ad.jvp(np.angle, (2.0j,), (-1.0 + 0j,))[1] == 0.5
    assert ad.grad(np.angle)(-2.0) == 0.0


def test_parts_of_a_traced_complex_array_are_not_assigned_to_without_effect():
    def f(z):
        z = z * 1.0
        z.real[...] = 0.0
        return np.abs(z).sum()

    with pytest.raises(UnsupportedError, match=r"real part .* 1j \* imag"):
        ad.grad(f)(np.array([1.0 + 1.0j]))


def test_real_part_of_a_real_array_is_the_array_itself():
    def f(x):
        x = x * 1.0
        np.real(x)[0] = 5.0
        return x.sum()

    assert ad.value_and_grad(f)(np.ones(2)) == (6.0, pytest.approx([0.0, 1.0]))


# -- sinc and i0 -------------------------------------------------------------------------------------------------------


def test_derivatives_of_sinc_at_zero_are_exact_to_any_order():
    f, expected = np.sinc, [1.0, 0.0, -(np.pi**2) / 3, 0.0, np.pi**4 / 5, 0.0, -(np.pi**6) / 7]
    for value in expected:
        assert f(0.0) == pytest.approx(value, rel=1e-15, abs=0.0)
        f = ad.derivative(f)


@pytest.mark.parametrize("x", [1e-300, 1e-12, 1e-3, 0.05, 0.31, 0.32, 0.63, 0.64, 0.95, 0.96, 1.27, 1.28, 3.0, 41.7])
def test_derivatives_of_sinc_are_accurate_on_both_sides_of_where_the_formula_changes(x):
    import mpmath

    f = np.sinc
    with mpmath.workdps(60):
        for n in range(5):
            expected = mpmath.diff(lambda t: mpmath.sincpi(t), mpmath.mpf(x), n, h=mpmath.mpf(10) ** -12)
            error = abs(f(x) - float(expected))
            assert error <= 1e-13 * np.pi**n, f"order {n}: {f(x)} and {expected}"
            f = ad.grad(f)


def test_second_derivative_of_i0_by_its_differential_equation(rng):
    x = rng.uniform(0.5, 5, 6)
    first, second = ad.derivative(np.i0), ad.derivative(ad.derivative(np.i0))
    assert np.allclose(x**2 * second(x) + x * first(x), x**2 * np.i0(x), rtol=1e-13)
    assert ad.grad(ad.grad(np.i0))(0.0) == 0.5


# -- repairs and roundings ---------------------------------------------------------------------------------------------


def test_nan_to_num_has_derivative_one_where_finite_and_zero_where_repaired():
    x = np.array([1.0, np.nan, np.inf, -np.inf, 0.0])
    value, derivative = ad.jvp(np.nan_to_num, (x,), (np.ones(5),))
    assert np.array_equal(value, np.nan_to_num(x)) and derivative.tolist() == [1.0, 0.0, 0.0, 0.0, 1.0]
    assert ad.grad(lambda x: np.nan_to_num(x).sum())(x).tolist() == [1.0, 0.0, 0.0, 0.0, 1.0]


def test_nan_to_num_repairs_the_parts_of_a_complex_number_one_by_one():
    z = np.array([complex(np.nan, 2.0), complex(1.0, np.inf)])
    value, derivative = ad.jvp(np.nan_to_num, (z,), (np.array([1 + 1j, 1 + 1j]),))
    assert np.array_equal(value, np.nan_to_num(z)) and derivative.tolist() == [1j, 1]


@pytest.mark.parametrize("function", [np.round, np.around, np.rint, np.fix, np.floor, np.ceil, np.trunc])
def test_roundings_are_constants(function):
    assert ad.grad(lambda x: (function(x) * x).sum())(np.array([1.7, -2.2])).tolist() == function([1.7, -2.2]).tolist()


def test_rounding_into_a_traced_array_replaces_what_it_held():
    def f(x):
        y = x * 1.0
        assert np.round(x, 1, y) is y
        return (x * np.fix(x, out=np.zeros(2)) + y).sum()

    assert ad.grad(f)(np.array([1.77, 2.21])).tolist() == [1.0, 2.0]


def test_modf_of_infinity_and_frexp_of_zero_are_those_of_numpy():
    for function, x in [(np.modf, np.array([np.inf, -np.inf, 0.0])), (np.frexp, np.array([0.0, np.inf, 5e-324]))]:
        value, _ = ad.jvp(lambda x, function=function: function(x), (x,), (np.ones(3),))
        assert all(np.array_equal(a, b) for a, b in zip(value, function(x), strict=True))


def test_unwrap_refuses_a_traced_discontinuity():
    with pytest.raises((UnsupportedError, TracerConversionError)):
        ad.grad(lambda d: np.unwrap(d * np.ones(3), d).sum())(4.0)
