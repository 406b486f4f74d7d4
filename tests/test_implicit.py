"""Solutions of equations have the derivatives that the implicit function theorem gives them, in every mode."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import autodiff as ad
from autodiff.errors import InputError, SolutionError


def cubic(x, a, b):
    return x**3 + a * x - b


def closed_form(a, b):
    """Cardano's formula for the one real root, a > 0."""
    d = np.sqrt(b**2 / 4 + a**3 / 27)
    return np.cbrt(b / 2 + d) - np.cbrt(d - b / 2)


def implicit(a, b):
    return ad.root(cubic, 1.0, (a, b))


DERIVATIVES = {
    "reverse": lambda f: ad.grad(f, (0, 1)),
    "forward": lambda f: ad.jacfwd(f, (0, 1)),
    "forward over reverse": lambda f: ad.hessian(f, (0, 1)),
    "reverse over reverse": lambda f: ad.jacrev(ad.grad(f, (0, 1)), (0, 1)),
    "reverse over forward": lambda f: lambda a, b: ad.grad(lambda a: ad.jvp(f, (a, b), (1.0, 2.0))[1])(a),
    "third order": lambda f: lambda a, b: ad.grad(ad.grad(ad.grad(f)))(a, b),
}


@pytest.mark.parametrize("derive", DERIVATIVES.values(), ids=DERIVATIVES)
def test_root_has_the_derivatives_of_the_closed_form(derive):
    found, expected = (ad.tree.leaves(derive(f)(1.3, 2.1)) for f in (implicit, closed_form))
    assert_allclose(found, expected, rtol=1e-11)


def system(x, theta):
    return {"u": x["u"] ** 3 + np.sum(x["v"]) - theta["p"], "v": np.exp(x["v"]) - theta["q"] * x["u"]}


def test_root_of_trees_has_the_derivative_of_differences_in_both_modes():
    theta = {"p": 3.0, "q": np.array([1.0, 2.0])}
    start = {"u": 1.0, "v": np.zeros(2)}
    flat, unravel = ad.tree.ravel(theta)

    def solve(vector):
        return ad.tree.ravel(ad.root(system, start, (unravel(vector),)))[0]

    assert_allclose(ad.tree.ravel(system(ad.root(system, start, (theta,)), theta))[0], 0, atol=1e-14)
    h = 1e-6
    differences = np.stack([(solve(flat + h * e) - solve(flat - h * e)) / (2 * h) for e in np.eye(3)], axis=1)
    assert_allclose(ad.jacfwd(solve)(flat), differences, atol=1e-8)  # h² and rounding / h
    assert_allclose(ad.jacrev(solve)(flat), ad.jacfwd(solve)(flat), rtol=1e-12)


def test_a_solver_of_any_kind_may_be_given():
    from scipy.optimize import brentq

    def by_brent(g, x0):
        return [brentq(lambda x: g(np.array([x]))[0], 0.0, 5.0, xtol=1e-15)]

    found = ad.grad(lambda a: ad.root(cubic, 1.0, (a, 2.1), solver=by_brent))(1.3)
    assert_allclose(found, ad.grad(closed_form)(1.3, 2.1), rtol=1e-12)


def test_root_does_not_depend_on_its_start():
    assert ad.grad(lambda start: ad.root(cubic, start, (1.3, 2.1)))(1.0) == 0


def test_fixed_point_has_the_derivatives_of_the_linear_system_it_solves(rng):
    M, b = 0.1 * rng.normal(size=(4, 4)), rng.normal(size=4)

    def iterated(M, b):
        return np.sum(ad.fixed_point(lambda x, M, b: M @ x + b, np.zeros(4), (M, b)) ** 2)

    def solved(M, b):
        return np.sum(np.linalg.solve(np.eye(4) - M, b) ** 2)

    for derive in (lambda f: ad.grad(f, (0, 1)), lambda f: ad.jacfwd(f, (0, 1)), ad.hessian):
        for found, expected in zip(
            ad.tree.leaves(derive(iterated)(M, b)), ad.tree.leaves(derive(solved)(M, b)), strict=True
        ):
            assert_allclose(found, expected, atol=1e-10)


def test_linear_solve_of_a_function_agrees_with_that_of_its_matrix(rng):
    A, b = rng.normal(size=(5, 5)) + 5 * np.eye(5), rng.normal(size=5)

    def by_function(A, b):
        return ad.linear_solve(lambda v, A: A @ v, b, (A,))

    for derive in (lambda f: ad.jacrev(f, (0, 1)), lambda f: ad.jacfwd(f, (0, 1))):
        found, expected = derive(by_function)(A, b), derive(ad.linear_solve)(A, b)
        for x, y in zip(found, expected, strict=True):
            assert_allclose(x, y, atol=1e-10)


@pytest.mark.parametrize("solve", [ad.root, ad.fixed_point])
@pytest.mark.parametrize("derive", [ad.grad, ad.derivative], ids=["reverse", "forward"])
def test_closing_over_a_traced_value_is_refused(solve, derive):
    with pytest.raises(InputError, match="closes over a traced value: pass it in args"):
        derive(lambda a: solve(lambda x: 0.5 * x - a, 1.0))(1.0)
    with pytest.raises(InputError, match="closes over a traced value"):
        derive(lambda a: solve(lambda x, b: 0.5 * x - a * b, 1.0, (2 * a,)))(1.0)


def test_a_singular_jacobian_is_refused_where_a_derivative_is_asked_for():
    def double(x, a):
        return x**2 * a

    assert ad.root(double, 0.0, (1.0,)) == 0
    with pytest.raises(SolutionError, match="singular at the solution"):
        ad.grad(lambda a: ad.root(double, 0.0, (a,)))(1.0)


def test_a_jacobian_that_is_singular_but_for_rounding_is_refused_too():
    """Solving with it would give numbers near 1e16, made of rounding errors."""
    a, b = np.array([0.1, 0.3]), np.array([0.7, 2.1])  # b = 7 a, but for rounding

    def line(x, t):
        return np.stack([a @ x - t, b @ x - 7 * t])

    for derive in (ad.jacfwd, ad.jacrev):
        with pytest.raises(SolutionError, match="singular at the solution"):
            derive(lambda t: ad.root(line, np.zeros(2), (t,), solver=lambda g, x: np.array([0.0, 5.0])))(1.5)


def test_units_of_equations_and_unknowns_do_not_make_a_jacobian_singular():
    units = np.array([1e-12, 1e9])
    found = ad.jacfwd(lambda a: ad.root(lambda x, a: (x / units - a) / units, units, (a,)))(np.ones(2))
    assert_allclose(found, np.diag(units), rtol=1e-12)


def test_what_cannot_be_solved_is_said():
    with pytest.raises(SolutionError, match="start nearer"):
        ad.root(lambda x: x**2 + 1, 0.7)
    with pytest.raises(SolutionError, match="no contraction"):
        ad.fixed_point(lambda x: 3 * x - 1, 1.0)
    with pytest.raises(InputError, match="3 equations for 2 unknowns"):
        ad.root(lambda x: np.ones(3), np.zeros(2))
