"""The status agrees with the truth: what is called a success is one, and what is not, is not."""

import math

import numpy as np
import pytest

import autodiff as ad
import optim
from optim import Bounds, Status
from optim.benchmark import Verdict, judge
from optim.confirmation import Confirmation
from optim.objective import Objective
from optim.precision import foresee, is_at_precision_limit, objection
from optim.problems import mgh

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
    objective = Objective(lambda x: np.abs(x - 0.1).sum() + 1, np.array([0.1, 0.1]))
    foot, slope = np.array([0.1, 0.1]) + 1e-17, np.array([0.2, 0.1])
    for x, is_limit in ((foot, True), (slope, False)):
        fun, jac = objective.value_and_gradient(x)
        jac = np.where(jac == 0, 1.0, jac)
        assert is_at_precision_limit(objective, x, fun, jac, -jac) is is_limit


# -- what curvature says to a small gradient ---------------------------------------------------------------------------

MGH = {problem.name: problem for problem in mgh()}
SETTLED = (Verdict.GLOBAL, Verdict.LOCAL, Verdict.INFIMUM)


@pytest.mark.parametrize("start", [1, 10, 100])
@pytest.mark.parametrize("method", ["bfgs", "lbfgs", "sr1", "newton", "trust_ncg", "lbfgsb", "quadratic_model"])
def test_on_the_floor_of_a_narrow_valley_nothing_but_its_end_is_a_success(method, start):
    """Powell's badly scaled function: far from the minimum the gradient is 1e-10, since f is 1e-8 there."""
    problem = MGH["powell_badly_scaled"]
    res = optim.minimize(problem.fun, problem.start(start), method, record="none")
    assert not res.success or judge(problem, res.fun) in SETTLED
    if start == 10 and method in ("bfgs", "quadratic_model"):
        assert res.success and res.fun < 1e-12
    if start == 100 and method in ("bfgs", "trust_ncg", "quadratic_model"):
        assert res.status is Status.VALLEY and "scale" in res.message


@pytest.mark.parametrize("start", [10, 100])
@pytest.mark.parametrize("name", ["osborne_1", "meyer"])
@pytest.mark.parametrize("method", ["newton", "trust_ncg", "lbfgs"])
def test_precision_is_not_blamed_for_a_valley_that_is_hard_to_follow(method, name, start):
    problem = MGH[name]
    res = optim.minimize(problem.fun, problem.start(start), method, record="none", max_iter=400)
    assert not res.success or judge(problem, res.fun) in SETTLED


RNG = np.random.default_rng(3)
ROOT = RNG.normal(size=(4, 4)) * np.array([1.0, 1e-2, 1e2, 1.0])
H, G = ROOT.T @ ROOT, np.array([1.0, 0.02, -50.0, 0.5])


@pytest.mark.parametrize("jac", [None, lambda x: H @ x + G])
def test_newtons_gain_is_foreseen_whether_by_formulas_or_by_differences_of_gradients(jac):
    objective = Objective(lambda x: 0.5 * x @ (H @ x) + G @ x, np.zeros(4), jac=jac)
    found = foresee(objective, objective.x0, G)
    assert found is not None and found.gain == pytest.approx(0.5 * G @ np.linalg.solve(H, G), rel=1e-5)
    np.testing.assert_allclose(found.step, -np.linalg.solve(H, G), rtol=1e-4)
    assert objective.njev == (0 if jac is None else 4)


def test_no_hessian_is_asked_for_where_it_would_cost_too_much():
    many = Objective(lambda x: (x**2).sum(), np.ones(100))
    differences = Objective(lambda x: (x**2).sum(), np.ones(2), jac="2-point")
    for objective in (many, differences):
        assert foresee(objective, objective.x0, 2 * objective.x0) is None


def test_a_model_that_the_hessian_agrees_with_is_confirmed_by_one_product():
    objective = Objective(lambda x: 0.5 * x @ (H @ x), 1e-12 * np.ones(4))
    jac = H @ objective.x0
    newton = -objective.x0
    assert objection(objective, objective.x0, 0.0, jac, 1e-8, newton) is None
    assert (objective.nhvp, objective.nhev, objective.nfev) == (1, 0, 0)


def test_where_gradients_are_given_a_confirmation_takes_one_more_of_them():
    calls = []

    def jac(x):
        calls.append(x)
        return ad.grad(optim.problems.rosenbrock)(x)

    for method in ("bfgs", "lbfgsb"):
        calls.clear()
        x0 = np.array([-1.2, 1.0])
        with_jac = optim.minimize(optim.problems.rosenbrock, x0, method, jac=jac)
        without = optim.minimize(optim.problems.rosenbrock, x0, method)
        assert with_jac.success and without.success
        assert without.njev < with_jac.njev == len(calls) <= without.njev + 1 + x0.size


def test_a_valley_is_objected_to_until_it_is_flat_indeed():
    def f(x):
        return 1e4 * x[0] ** 2 + 1e-9 * x[1] ** 2

    objective = Objective(f, np.array([0.0, 3.0]))
    fun, jac = objective.value_and_gradient(objective.x0)
    assert np.abs(jac).max() <= 1e-8
    found = objection(objective, objective.x0, fun, jac, 1e-8)
    assert found is not None and found.gain == pytest.approx(9e-9, rel=1e-6)
    np.testing.assert_allclose(found.step, [0, -3], atol=1e-9)
    res = optim.minimize(f, np.array([1.0, 3.0]))
    assert res.status is Status.CONVERGED and abs(res.x[1]) < 1


def test_promises_that_are_not_kept_end_a_run_and_those_that_are_do_not():
    def after(fall, rounds=100):
        objective = Objective(lambda x: 1e-9 * (x**2).sum(), np.array([3.0]))
        fun, jac = objective.value_and_gradient(objective.x0)
        confirmation = Confirmation()
        assert not confirmation.asks(objective, objective.x0, fun, jac, 1e-8)
        assert confirmation.taken() is not None and confirmation.taken() is None
        return [confirmation.verdict(fun - fall * k * fun) for k in range(1, rounds + 1)]

    assert Status.VALLEY in after(1e-4) and Status.VALLEY not in after(1e-2)


def test_rounding_is_measured_within_the_bounds():
    objective = Objective(lambda x: np.sqrt(1 - x).sum(), np.array([1.0, 0.5]), jac=lambda x: -np.ones(2))
    objective.bounds, objective.evaluated = Bounds(np.zeros(2), np.ones(2)), []
    jac = -np.ones(2)
    is_at_precision_limit(objective, objective.x0, np.sqrt(0.5), jac, np.ones(2), -np.ones(2))
    points = np.array(objective.evaluated)
    assert len(points) > 3 and (points <= 1).all() and (points >= 0).all()


def test_the_end_at_a_bound_is_the_limit_of_precision_whatever_lies_beyond():
    """The gradient is large, but all that it promises is outside."""
    res = optim.minimize(
        lambda x: x.sum() + 1e6, np.array([2.0, 3.0]), "lbfgsb", bounds=[(1, None), (2, None)], tol=0.0
    )
    assert res.success and res.x.tolist() == [1.0, 2.0]


def test_every_status_has_a_sentence_of_its_own():
    assert len({status.sentence for status in Status}) == len(Status)
    assert all(status.sentence.endswith(".") for status in Status)
    assert {status for status in Status if status.success} == {
        Status.CONVERGED, Status.PRECISION_LIMIT, Status.TARGET_REACHED, Status.SMALL_STEP, Status.SMALL_CHANGE,
    }  # fmt: skip
