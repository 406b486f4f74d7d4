"""Minimisers inside differentiated functions: by the condition that holds at them, and through the iterations."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import autodiff as ad
import optim
from optim.errors import NotConvergedError, UnknownOptionError, UnsupportedProblemError

A = np.array([[2.0, 0.3, 0.0], [0.1, 1.5, 0.4], [0.2, 0.0, 1.0], [1.0, 1.0, 1.0]])
B = np.array([1.0, -2.0, 0.5, 0.7])


def ridge(x, theta):
    return 0.5 * np.sum((A @ x - theta["b"]) ** 2) + 0.5 * np.exp(theta["log_penalty"]) * np.sum(x**2)


def closed_form(theta):
    return np.linalg.solve(A.T @ A + np.exp(theta["log_penalty"]) * np.eye(3), A.T @ theta["b"])


def curved(x, theta):
    return ridge(x, theta) + 0.1 * np.sum(x**4)


THETA = {"b": B, "log_penalty": -0.5}
FLAT, UNRAVEL = ad.tree.ravel(THETA)
MODES = {"forward": ad.jacfwd, "reverse": ad.jacrev}


def minimiser(f, method, differentiate="implicit", **options):
    def of(flat):
        return optim.minimize(
            f, np.zeros(3), method, args=(UNRAVEL(flat),), tol=1e-12, differentiate=differentiate, **options
        ).x

    return of


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
@pytest.mark.parametrize("method", ["bfgs", "lbfgs", "newton"])
def test_implicit_derivative_of_a_ridge_is_that_of_its_closed_form(mode, method):
    expected = ad.jacrev(lambda flat: closed_form(UNRAVEL(flat)))(FLAT)
    assert_allclose(mode(minimiser(ridge, method))(FLAT), expected, atol=1e-10)


UNROLLED = {
    "gradient_descent": {"learning_rate": 0.15, "max_iter": 2000},
    "momentum": {"learning_rate": 0.1, "beta": 0.5, "max_iter": 2000},
    "nesterov": {"learning_rate": 0.1, "beta": 0.5, "max_iter": 2000},
    "adam": {"learning_rate": lambda t: 0.1 * 0.97**t, "max_iter": 2000},
    "newton": {"line_search": "fixed", "modify": False},
}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
@pytest.mark.parametrize("method", ["gradient_descent", "momentum", "nesterov", "newton"])
def test_implicit_and_unrolled_derivatives_agree(mode, method):
    found, expected = (
        mode(minimiser(curved, method, differentiate, **UNROLLED[method]))(FLAT)
        for differentiate in ("implicit", "unrolled")
    )
    assert_allclose(found, expected, atol=1e-8)


@pytest.mark.parametrize("method", UNROLLED)
def test_an_unrolled_run_has_the_derivative_of_its_iterates_even_unconverged(method):
    options = UNROLLED[method] | {"max_iter": 3}

    def end(flat):
        return optim.minimize(
            curved, np.zeros(3), method, args=(UNRAVEL(flat),), tol=0, differentiate="unrolled", **options
        ).x

    h = 1e-5
    differences = np.stack([(end(FLAT + h * e) - end(FLAT - h * e)) / (2 * h) for e in np.eye(FLAT.size)], axis=1)
    assert_allclose(ad.jacrev(end)(FLAT), differences, atol=1e-7)
    assert_allclose(ad.jacfwd(end)(FLAT), differences, atol=1e-7)


def test_an_unrolled_run_is_a_function_of_its_start_and_learning_rate():
    def end(x0, rate):  # x₂ = (1 - 2α)² x₀
        return optim.minimize(
            lambda x: x**2, x0, "gradient_descent", learning_rate=rate, max_iter=2, differentiate="unrolled"
        ).x

    assert_allclose(ad.grad(end, (0, 1))(3.0, 0.1), (0.64, -4 * 0.8 * 3.0), rtol=1e-14)


SEARCHED = {
    "steepest_descent": {},
    "steepest_descent, exact": {"line_search": "exact"},
    "bfgs": {},
    "bfgs, armijo": {"line_search": "armijo"},
    "lbfgs": {},
    "dfp": {},
    "sr1": {},
    "cg": {},
    "cg, PR+": {"formula": "PR+"},
    "newton": {},
    "newton, strong_wolfe": {"line_search": "strong_wolfe"},
}


@pytest.mark.parametrize("name", SEARCHED)
def test_with_searched_step_lengths_implicit_and_unrolled_derivatives_agree(name):
    method = name.split(",")[0]
    expected = ad.jacfwd(minimiser(curved, "newton"))(FLAT)
    unrolled = minimiser(curved, method, "unrolled", **SEARCHED[name])
    for mode in MODES.values():
        assert_allclose(mode(unrolled)(FLAT), expected, atol=1e-8)


@pytest.mark.parametrize("method", ["bfgs", "newton", "cg"])
def test_with_searched_step_lengths_second_derivatives_agree(method):
    def second(differentiate):
        return ad.hessian(lambda flat: minimiser(curved, method, differentiate)(flat)[0])(FLAT)

    assert_allclose(second("unrolled"), second("implicit"), atol=1e-8)


def test_a_run_with_searched_lengths_forgets_its_start():
    def end(x0):
        return optim.minimize(curved, x0, args=(THETA,), tol=1e-10, differentiate="unrolled").x

    assert_allclose(ad.jacfwd(end)(np.ones(3)), 0, atol=1e-10)


def test_the_derivative_through_quasi_newton_steps_converges_where_the_run_has_been_faster_than_its_matrix():
    """On Rosenbrock's valley the tangents of the steps alone are off by more than the derivative is large."""

    def valley(x, a):
        return 100 * (x[1] - x[0] ** 2) ** 2 + (a - x[0]) ** 2  # least at (a, a²)

    for method in ("dfp", "bfgs", "lbfgs", "sr1"):
        found = ad.jacrev(lambda a, m=method: optim.minimize(valley, np.array([-1.2, 1.0]), m, args=(a,), tol=1e-10,
                                                             differentiate="unrolled").x)(1.1)  # fmt: skip
        assert_allclose(found, [1, 2.2], rtol=1e-8)


def test_steepest_descent_with_a_fixed_length_has_the_derivative_of_its_iterates_even_unconverged():
    def end(a, x0):
        return optim.minimize(lambda x, a: (x - a) ** 2, x0, "steepest_descent", args=(a,), max_iter=2,
                              line_search=optim.line_search.Fixed(0.25), differentiate="unrolled").x  # fmt: skip

    assert_allclose(ad.grad(end, (0, 1))(1.0, 0.0), (0.75, 0.25), rtol=1e-14)


def test_a_run_that_begins_at_its_solution_is_differentiated_by_newtons_step_or_refused():
    def at(a, method):
        return optim.minimize(lambda x, a: np.sum((x - a**2) ** 2), np.ones(2), method, args=(a,),
                              differentiate="unrolled").x  # fmt: skip

    assert_allclose(ad.jacfwd(lambda a: at(a, "newton"))(np.ones(2)), 2 * np.eye(2), rtol=1e-12)
    with pytest.raises(NotConvergedError, match="began at its solution"):
        ad.jacfwd(lambda a: at(a, "bfgs"))(np.ones(2))


def test_an_unconverged_run_with_searched_lengths_is_refused():
    with pytest.raises(NotConvergedError, match="searched for, and are held constant"):
        ad.jacfwd(minimiser(curved, "bfgs", "unrolled", max_iter=3))(FLAT)


def test_a_derivative_that_does_not_converge_through_the_steps_is_refused():
    """x⁴ is flat at its minimum: no step of the run lets perturbations die out."""
    with pytest.raises(NotConvergedError, match="the derivative through its iterations does not"):
        ad.grad(lambda a: optim.minimize(lambda x, a: (x - a) ** 4, 3.0, "steepest_descent", args=(a,),
                                         differentiate="unrolled").x)(1.0)  # fmt: skip


def test_second_derivatives_of_a_minimiser():
    def f(x, a):
        return (x - a**3) ** 2

    def at(a):
        return optim.minimize(f, 0.0, "newton", args=(a,)).x

    assert_allclose(ad.grad(ad.grad(at))(2.0), 12.0, rtol=1e-12)
    assert_allclose(ad.derivative(ad.derivative(at))(2.0), 12.0, rtol=1e-12)


def test_envelope_theorem():
    """The derivative of the least value is the partial derivative of the objective."""

    def least(flat):
        return optim.minimize(curved, np.zeros(3), args=(UNRAVEL(flat),), tol=1e-11).fun

    x = minimiser(curved, "bfgs")(FLAT)
    assert_allclose(ad.grad(least)(FLAT), ad.grad(lambda flat: curved(x, UNRAVEL(flat)))(FLAT), atol=1e-9)


def test_parameters_on_a_tree_and_the_fields_of_the_result():
    seen = []

    def loss(a):
        result = optim.minimize(lambda p, a: (p["u"] - a) ** 2 + np.sum((p["v"] - a**2) ** 2),
                                {"u": 0.0, "v": np.zeros(2)}, args=a)  # fmt: skip
        seen.append(result)
        return result.x["u"] + np.sum(result.x["v"])

    assert_allclose(ad.grad(loss)(1.5), 1 + 4 * 1.5, rtol=1e-10)
    assert seen[0].success and seen[0].nit > 0 and len(seen[0].history) == seen[0].nit + 1


def test_the_maximiser_and_a_given_gradient_have_the_same_derivative():
    def f(x, a):
        return -((x - a**2) ** 2)

    def top(a):
        return optim.minimize(f, 0.0, args=(a,), maximize=True).x

    def bottom(a):
        return optim.minimize(lambda x, a: -f(x, a), 0.0, args=(a,), jac=lambda x, a: 2 * (x - a**2)).x

    def both(a):
        return optim.minimize(lambda x, a: (-f(x, a), 2 * (x - a**2)), 0.0, args=(a,), jac=True).x

    for at in (top, bottom, both):
        assert_allclose(ad.grad(at)(1.5), 3.0, rtol=1e-9)


def test_an_end_where_the_declared_condition_does_not_hold_is_refused():
    with pytest.raises(NotConvergedError, match="does not hold there"):
        ad.grad(lambda a: optim.minimize(lambda x, a: (x - a) ** 2, 1.0, args=(a,), target=0.5).x)(2.0)


def test_what_cannot_be_differentiated_is_refused():
    def f(x, a):
        return np.sum((x - a) ** 2)

    def at(a, *args, **keywords):
        return optim.minimize(f, 1.0, *args, args=(a,), **keywords).x

    with pytest.raises(NotConvergedError, match="iteration limit"):
        ad.grad(at)(2.0, "gradient_descent", max_iter=3)
    with pytest.raises(UnsupportedProblemError, match="differences"):
        ad.grad(at)(2.0, jac="2-point")
    with pytest.raises(UnsupportedProblemError, match="'trust_exact' cannot be differentiated through its iterations"):
        ad.grad(at)(2.0, "trust_exact", differentiate="unrolled")
    with pytest.raises(UnsupportedProblemError, match="full steps"):
        ad.grad(at)(2.0, "newton", differentiate="unrolled", line_search="fixed", modify=True)
    with pytest.raises(UnknownOptionError, match="did you mean unrolled"):
        ad.grad(at)(2.0, differentiate="unroled")
    with pytest.raises(UnsupportedProblemError, match="cannot handle constraints"):
        ad.grad(at)(2.0, constraints=({"type": "eq", "fun": lambda x: x},))


def test_an_objective_that_closes_over_what_is_differentiated_is_refused():
    for derive in (ad.grad, ad.derivative):
        with pytest.raises(ad.errors.InputError, match="the objective closes over a traced value: pass it in args"):
            derive(lambda a: optim.minimize(lambda x: (x - a) ** 2, 0.0).x)(1.0)
    with pytest.raises(ad.errors.InputError, match="closes over a traced value"):
        ad.grad(lambda a: optim.minimize(lambda x, b: (x - a * b) ** 2, 0.0, args=(a,)).x)(1.0)


def test_an_objective_that_is_random_cannot_be_unrolled():
    rng = np.random.default_rng(0)

    def noisy(x, a):
        return np.sum((x - a) ** 2) + 0.1 * rng.normal() * np.sum(x)

    with pytest.raises(UnsupportedProblemError, match="random"):
        ad.jacfwd(lambda a: optim.minimize(noisy, np.zeros(2), "bfgs", args=(a,), step_tol=0.5,
                                           differentiate="unrolled").x)(np.ones(2))  # fmt: skip
