"""Transformations inside of transformations: any mix, any order, in threads, through exceptions and generators."""

import itertools
import math
import threading

import numpy as np
import pytest
from numpy.testing import assert_allclose

import autodiff as ad
from autodiff.errors import EscapedTracerError

FIRST = {"reverse": ad.grad, "forward": ad.derivative, "linearized": ad.jacfwd, "rows": ad.jacrev}


@pytest.mark.parametrize("modes", list(itertools.product(FIRST, repeat=3)), ids="-".join)
def test_third_derivatives_agree_in_every_mix_of_modes(modes):
    f = lambda x: np.exp(np.sin(x) * x)  # noqa: E731
    expected = _third_derivative_of_exp_sin_x_times_x(0.7)
    for mode in modes:
        f = FIRST[mode](f)
    assert_allclose(f(0.7), expected, rtol=1e-13)


def _third_derivative_of_exp_sin_x_times_x(x):
    import sympy

    symbol = sympy.Symbol("x")
    return float(sympy.diff(sympy.exp(sympy.sin(symbol) * symbol), symbol, 3).subs(symbol, x).evalf(30))


@pytest.mark.parametrize("outer", FIRST)
@pytest.mark.parametrize("inner", FIRST)
def test_no_perturbation_confusion(outer, inner):
    # d/dx (x · d/dy (x + y)) = 1; who confuses the two perturbations finds 2 (Siskind and Pearlmutter 2005)
    f = lambda x: x * FIRST[inner](lambda y: x + y)(2.0)  # noqa: E731
    assert FIRST[outer](f)(1.0) == 1.0


@pytest.mark.parametrize("mode", FIRST)
def test_tenth_derivative_of_a_monomial(mode):
    f = lambda x: x**10  # noqa: E731
    for _ in range(10 if mode in ("forward",) else 6):
        f = FIRST[mode](f)
    expected = math.factorial(10) if mode == "forward" else 151200 * 2.0**4
    assert_allclose(f(2.0), expected, rtol=1e-12)


def test_gradient_flows_through_an_inner_gradient_to_a_captured_variable():
    def energy(w):
        return ad.grad(lambda x: np.sin(w * x))(0.5)  # w cos(w x)

    w = 1.3
    assert_allclose(ad.grad(energy)(w), math.cos(w / 2) - w / 2 * math.sin(w / 2), rtol=1e-14)


def test_loops_branches_recursion_and_closures_follow_the_primal():
    def newton_sqrt(a):
        x = a
        while abs(x * x - a) > 1e-12:
            x = (x + a / x) / 2
        return x

    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    def collatz_like(x):
        return x / 2 if x > 1 else 3 * x + 1

    assert_allclose(ad.grad(newton_sqrt)(2.0), 1 / (2 * math.sqrt(2)), rtol=1e-12)
    assert ad.grad(lambda x: power(x, 5))(2.0) == 80.0
    assert ad.grad(collatz_like)(2.0) == 0.5 and ad.grad(collatz_like)(0.5) == 3.0


def test_an_exception_inside_f_leaves_nothing_behind():
    def fails(x):
        if x > 0:
            raise KeyError("on purpose")
        return x

    for transform in (ad.grad, ad.derivative, ad.jacfwd, ad.jacrev, ad.hessian):
        with pytest.raises(KeyError, match="on purpose"):
            transform(fails)(1.0)
    assert ad.grad(ad.grad(lambda x: x**3))(2.0) == 12.0


def test_an_exception_caught_inside_f_is_no_matter():
    def f(x):
        try:
            ad.grad(lambda y: 1 / 0)(x)
        except ZeroDivisionError:
            return x * x

    assert ad.grad(f)(3.0) == 6.0


def test_threads_do_not_disturb_each_other():
    found, start = [], threading.Barrier(8)

    def work(seed):
        start.wait()
        for k in range(50):
            x = 1.0 + seed / 10 + k / 100
            third = ad.grad(ad.derivative(ad.grad(lambda x: np.sin(x) * x**2)))(x)
            expected = -math.cos(x) * x**2 - 6 * x * math.sin(x) + 6 * math.cos(x)
            if not math.isclose(third, expected, rel_tol=1e-10):
                found.append((x, third, expected))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == []


def test_a_generator_may_be_consumed_between_other_transformations():
    def f(x):
        terms = (x**k for k in range(4))
        total = 0.0
        for term in terms:
            total = total + term * ad.grad(lambda y: y * y)(1.0)
        return total

    assert ad.grad(f)(2.0) == 2 * (1 + 4 + 12)


@pytest.mark.parametrize(("transform", "kind"), [(ad.grad, "variable of a tape"), (ad.derivative, "dual number")])
def test_a_traced_value_that_escapes_is_detected_when_it_is_used(transform, kind):
    kept = []
    transform(lambda x: kept.append(x) or x * 2.0)(3.0)
    for use in (lambda x: x + 1, lambda x: 1 / x, np.sin, lambda x: -x, lambda x: np.sum(x * x)):
        with pytest.raises(EscapedTracerError, match=rf"{kind}.*test_nesting.py.*stop_gradient"):
            use(kept[0])


def test_a_generator_that_outlives_its_transformation_is_detected():
    kept = []

    def f(x):
        kept.append(x * k for k in range(3))
        return x * x

    ad.grad(f)(2.0)
    with pytest.raises(EscapedTracerError):
        next(kept[0])


def test_saddle_point_by_nested_gradient_descent():
    # min_x max_y of (x² - y²) + xy: the inner maximiser is differentiated through its loop
    def inner(x):
        y = 0.0 * x
        for _ in range(60):
            y = y + 0.2 * ad.grad(lambda y: x * x - y * y + x * y)(y)
        return x * x - y * y + x * y

    assert_allclose(ad.grad(inner)(1.0), 2.5, rtol=1e-9)  # y = x/2, value 5/4 x²


SECOND_ORDER_AT_ZERO = {
    "where(x > 0, sqrt(x), 0) + x²": (lambda x: np.where(x > 0, np.sqrt(x), 0.0) + x * x, 2.0),
    "where(x > 0, x log(x), 0) + x²": (lambda x: np.where(x > 0, x * np.log(x), 0.0) + x**2, 2.0),
    "sqrt(x²)": (lambda x: np.sqrt(x * x), 0.0),
}


@pytest.mark.parametrize("zero", [0.0, np.float64(0.0)], ids=["float", "float64"])
@pytest.mark.parametrize(("f", "expected"), SECOND_ORDER_AT_ZERO.values(), ids=SECOND_ORDER_AT_ZERO)
def test_a_python_float_divides_by_zero_in_a_rule_as_an_array_does(f, expected, zero):
    with np.errstate(all="ignore"):  # the function itself takes the logarithm of 0
        assert ad.grad(ad.grad(f))(zero) == expected
        assert ad.derivative(ad.grad(f))(zero) == expected
        assert ad.grad(ad.derivative(f))(zero) == expected
        assert ad.derivative(ad.derivative(f))(zero) == expected
        assert ad.hessian(f)(zero) == expected
