"""The status agrees with the truth: what is called a success is one, and what is not, is not."""

import math

import numpy as np
import pytest

import autodiff as ad
import optim
from optim import Status
from optim.precision import is_at_precision_limit

PROBLEMS = [
    "rosenbrock", "himmelblau", "beale", "booth", "matyas", "goldstein_price", "three_hump_camel", "six_hump_camel",
    "peaks", "styblinski_tang", "rastrigin", "griewank", "levy",
]  # fmt: skip
LINE_SEARCHING = ["bfgs", "lbfgs", "newton"]


@pytest.mark.parametrize("method", LINE_SEARCHING)
@pytest.mark.parametrize("name", PROBLEMS)
def test_converged_means_that_the_gradient_is_small_and_a_minimum_near(name, method):
    problem = getattr(optim.problems, name)
    res = optim.minimize(problem, problem.x0, method)
    assert res.status is Status.CONVERGED
    assert np.abs(ad.grad(problem)(res.x)).max() <= 1e-8
    assert np.linalg.eigvalsh(ad.hessian(problem)(res.x)).min() > -1e-6
    assert res.fun == problem(res.x) and res.fun >= problem.f_min - 1e-12


@pytest.mark.parametrize("method", LINE_SEARCHING)
@pytest.mark.parametrize("name", PROBLEMS)
def test_asked_for_the_impossible_a_run_ends_at_the_limit_of_precision_and_that_is_a_success(name, method):
    problem = getattr(optim.problems, name)

    def shifted(x):
        return problem(x) + 0.7  # the minimum is no zero of the squares, so its digits are limited

    res = optim.minimize(shifted, problem.x0, method, tol=0)
    assert res.success and res.status in (Status.PRECISION_LIMIT, Status.CONVERGED)
    H = ad.hessian(problem)(res.x)
    decrement = res.jac @ np.linalg.solve(H, res.jac) / 2  # what a Newton step would still gain
    assert abs(decrement) <= 1e-14 * max(1, abs(res.fun))


def test_tolerance_below_rounding_is_reached_or_declared_out_of_reach():
    res = optim.minimize(lambda x: 1e10 + optim.problems.rosenbrock(x), np.array([-1.2, 1.0]), tol=1e-9)
    assert res.success
    np.testing.assert_allclose(res.x, [1, 1], atol=1e-5)


@pytest.mark.parametrize("method", [*LINE_SEARCHING, "steepest_descent"])
def test_gradient_of_the_wrong_sign_is_no_success(method):
    f = optim.problems.rosenbrock
    res = optim.minimize(f, np.array([-1.2, 1.0]), method, jac=lambda x: -ad.grad(f)(x))
    assert res.status is Status.LINE_SEARCH_FAILED and not res.success
    assert "derivatives" in res.message
    assert res.fun <= f(np.array([-1.2, 1.0]))


@pytest.mark.parametrize("method", ["bfgs", "lbfgs"])
def test_gradient_of_another_function_is_no_success(method):
    f = optim.problems.rosenbrock
    res = optim.minimize(f, np.array([-1.2, 1.0]), method, jac=lambda x: ad.grad(f)(x) + [3.0, 0.0])
    assert not res.success


@pytest.mark.parametrize("method", LINE_SEARCHING)
def test_unbounded_functions_are_called_unbounded(method):
    res = optim.minimize(lambda x: -np.exp(x).sum(), np.array([1.2, 1.0]), method)
    assert res.status is Status.UNBOUNDED and not res.success
    assert math.isfinite(res.fun) and res.fun <= -np.exp(1.2)


def test_nan_beyond_a_wall_is_stepped_around():
    res = optim.minimize(lambda x: x.sum() - np.log(x).sum(), np.array([1e-3, 30.0]))
    assert res.success
    np.testing.assert_allclose(res.x, [1, 1], atol=1e-7)


def test_gradient_that_becomes_nan_ends_the_run_with_the_best_point():
    def gradient(x):
        return 2 * x if x[0] > 1 else np.full(1, np.nan)

    for method, options in (("gradient_descent", {"learning_rate": 0.1}), ("newton", {"line_search": "armijo"})):
        res = optim.minimize(
            lambda x: (x**2).sum(), np.array([4.0]), method, jac=gradient, hess=lambda x: np.eye(1), **options
        )
        assert res.status is Status.NOT_FINITE and not res.success and math.isfinite(res.fun)


def test_gradient_with_one_nan_entry_never_counts_as_small():
    res = optim.minimize(
        lambda x: (x[0] - 3) ** 2, np.array([1.0, 0.0]), "gradient_descent", learning_rate=0.5,
        jac=lambda x: np.array([2 * (x[0] - 3), 0.0 if x[0] == 1 else np.nan]),
    )  # fmt: skip
    assert res.status is Status.NOT_FINITE and not res.success


def test_start_at_the_minimum_takes_no_iteration():
    res = optim.minimize(optim.problems.rosenbrock, np.array([1.0, 1.0]))
    assert res.status is Status.CONVERGED and res.nit == 0 and res.nfev == 1 and res.success


def test_constant_function_is_at_its_minimum():
    assert optim.minimize(lambda x: 0 * x.sum() + 3.0, np.ones(2)).status is Status.CONVERGED


def test_kink_is_the_limit_of_precision_and_the_foot_of_a_slope_is_not():
    objective = optim.objective.Objective(lambda x: np.abs(x - 0.1).sum() + 1, np.array([0.1, 0.1]))
    foot, slope = np.array([0.1, 0.1]) + 1e-17, np.array([0.2, 0.1])
    for x, is_limit in ((foot, True), (slope, False)):
        fun, jac = objective.value_and_gradient(x)
        jac = np.where(jac == 0, 1.0, jac)
        assert is_at_precision_limit(objective, x, fun, jac, -jac) is is_limit


def test_every_status_has_a_sentence_of_its_own():
    assert len({status.sentence for status in Status}) == len(Status)
    assert all(status.sentence.endswith(".") for status in Status)
    assert {status for status in Status if status.success} == {
        Status.CONVERGED, Status.PRECISION_LIMIT, Status.TARGET_REACHED, Status.SMALL_STEP, Status.SMALL_CHANGE,
    }  # fmt: skip
