"""Constrained methods: against published optima, SciPy, and the conditions of Karush, Kuhn and Tucker."""

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st

import optim
from optim.constrained.quadratic_program import elastic_program, quadratic_program
from optim.constraints import InvalidConstraintError
from optim.errors import InvalidStartError, UnknownOptionError, UnsupportedProblemError
from optim.problems import hock_schittkowski
from optim.problems.hock_schittkowski_score import VARIANTS, is_solved

PROBLEMS = {problem.number: problem for problem in hock_schittkowski()}
METHODS = ("sqp", "interior_point", "augmented_lagrangian")


def solve(problem, method, **options):
    bounds, constraints = problem.bounds, problem.constraints
    return optim.minimize(problem.fun, problem.x0, method, bounds=bounds, constraints=constraints, **options)


# SQP on all; the others, which cost more, on every fourth, each on its own ones. The score of all is a command.
CASES = [(number, "sqp") for number in PROBLEMS]
CASES += [(number, v) for k, v in enumerate(list(VARIANTS)[1:]) for number in [*PROBLEMS][k:-2:4]]


@pytest.mark.parametrize("number, variant", CASES)
def test_hock_schittkowski_problem_is_solved(number, variant):
    method, options = VARIANTS[variant]
    res = solve(PROBLEMS[number], method, **options)
    # f is published to 7 to 10 digits; a violation of 1e-8 gains its multiplier times as much
    assert is_solved(PROBLEMS[number], res), res


@pytest.mark.parametrize("number", [n for n, p in PROBLEMS.items() if p.minima])
def test_published_minimisers_are_feasible_and_have_the_published_value(number):
    problem = PROBLEMS[number]
    (x,) = problem.minima
    assert problem.violation(x) <= 2e-6  # the book gives 7 digits of some
    assert problem(x) == pytest.approx(problem.f_min, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_multipliers_satisfy_the_conditions_of_the_optimum(method):
    problem = PROBLEMS[71]
    res = solve(problem, method)
    x = res.x
    on_sphere, on_product, on_bounds = res.multipliers
    product = np.array([x[1] * x[2] * x[3], x[0] * x[2] * x[3], x[0] * x[1] * x[3], x[0] * x[1] * x[2]])
    np.testing.assert_allclose(res.jac, on_sphere * 2 * x + on_product * product + on_bounds, atol=1e-6)
    # published by Ipopt's documentation, where the Lagrangian has the other sign
    np.testing.assert_allclose([on_sphere[0], on_product[0]], [-0.16146857, 0.55229366], atol=1e-5)
    assert on_product[0] > 0 and on_bounds[0] > 1 and np.abs(on_bounds[1:]).max() < 1e-5
    assert res.constraint_violation <= 1e-8


@pytest.mark.parametrize("method", METHODS)
def test_multiplier_is_the_derivative_of_the_optimum(method):
    """λ tells how f* changes with the side of a constraint."""

    def optimum(side):
        circle = optim.NonlinearConstraint(lambda x: x @ x, -np.inf, side)
        return optim.minimize(lambda x: x[0] + 2 * x[1], np.array([0.3, 0.1]), method, constraints=circle)

    res, h = optimum(2.0), 1e-3
    slope = (optimum(2 + h).fun - optimum(2 - h).fun) / (2 * h)
    assert res.multipliers[0][0] == pytest.approx(slope, rel=1e-4)
    assert res.multipliers[0][0] < 0  # the upper side is the one that pushes


@pytest.mark.parametrize("method", METHODS)
def test_maximisation_gives_multipliers_of_the_function_itself(method):
    circle = {"type": "eq", "fun": lambda x: x @ x - 2}
    res = optim.minimize(lambda x: x.sum(), np.array([1.0, 0.5]), method, constraints=circle, maximize=True)
    np.testing.assert_allclose(res.x, [1, 1], atol=1e-6)
    np.testing.assert_allclose(res.jac, res.multipliers[0][0] * 2 * res.x, atol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_constraints_of_scipy_and_ours_mean_the_same(method):
    f, start = lambda x: ((x - 2) ** 2).sum(), np.array([0.1, 0.2, 0.1])  # noqa: E731
    ours = [optim.LinearConstraint([[1.0, 1, 1]], 1, 1), optim.NonlinearConstraint(lambda x: x[:2] ** 2, -np.inf, 0.04)]
    scipys = [
        scipy.optimize.LinearConstraint(np.ones((1, 3)), 1, 1),
        scipy.optimize.NonlinearConstraint(lambda x: x[:2] ** 2, -np.inf, 0.04),
    ]
    dictionaries = [
        {"type": "eq", "fun": lambda x: x.sum() - 1},
        {"type": "ineq", "fun": lambda x, r: r - x[:2] ** 2, "jac": lambda x, r: np.diag(-2 * x)[:2], "args": (0.04,)},
    ]
    for constraints in (ours, scipys, dictionaries):
        res = optim.minimize(f, start, method, constraints=constraints)
        assert res.success
        np.testing.assert_allclose(res.x, [0.2, 0.2, 0.6], atol=1e-6)


@pytest.mark.filterwarnings("ignore:delta_grad")  # SciPy's own approximation, at its end
@pytest.mark.parametrize("method", METHODS)
def test_agrees_with_trust_constr_on_a_random_convex_problem(method, rng):
    M, A = rng.standard_normal((5, 5)), rng.standard_normal((3, 5))
    H, b = M @ M.T + np.eye(5), rng.standard_normal(5)
    f = lambda x: 0.5 * x @ H @ x - b @ x + np.log(np.exp(x).sum())  # noqa: E731
    lower, upper = np.array([0.5, -1, 0.2]), np.array([np.inf, 1, 0.2])
    res = optim.minimize(f, np.zeros(5), method, constraints=optim.LinearConstraint(A, lower, upper))
    expected = scipy.optimize.minimize(
        f, np.zeros(5), method="trust-constr", constraints=scipy.optimize.LinearConstraint(A, lower, upper),
        options={"gtol": 1e-10, "xtol": 1e-12},
    )  # fmt: skip
    assert res.success
    np.testing.assert_allclose(res.x, expected.x, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_free_problems_and_trees_are_solved_too(method):
    res = optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), method)
    assert res.success and res.constraint_violation == 0
    np.testing.assert_allclose(res.x, 1, atol=1e-6)
    line = {"type": "eq", "fun": lambda p: p["a"] + p["b"].sum() - 3}
    tree = optim.minimize(
        lambda p: p["a"] ** 2 + (p["b"] ** 2).sum(), {"a": 0.0, "b": np.zeros(2)}, method, constraints=line
    )
    assert tree.x["a"] == pytest.approx(1, abs=1e-7)
    np.testing.assert_allclose(tree.x["b"], 1, atol=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_contradicting_constraints_are_no_success(method):
    above = {"type": "ineq", "fun": lambda x: x[0] - 1}
    below = {"type": "ineq", "fun": lambda x: -x[0]}
    res = optim.minimize(lambda x: (x**2).sum(), np.array([0.3, 0.0]), method, constraints=[above, below], max_iter=300)
    assert not res.success and res.constraint_violation >= 0.4
    if method == "sqp":
        assert res.status is optim.Status.INFEASIBLE
        assert res.constraint_violation == pytest.approx(0.5)


@pytest.mark.parametrize("method", METHODS)
def test_a_target_that_only_infeasible_points_reach_is_not_reached(method):
    wall = {"type": "ineq", "fun": lambda x: np.exp(x[0]) - np.e}
    res = optim.minimize(lambda x: (x**2).sum(), np.array([0.2, 0.1]), method, constraints=wall, target=0.5)
    assert res.status is not optim.Status.TARGET_REACHED and res.fun == pytest.approx(1, abs=1e-6)


def test_best_point_is_the_best_feasible_one():
    problem = PROBLEMS[43]
    limited = solve(problem, "sqp", max_iter=4)
    assert limited.status is optim.Status.ITERATION_LIMIT
    assert problem.violation(limited.x) <= 1e-8  # the start is feasible, so something feasible is known
    assert limited.fun <= problem(problem.x0) and limited.fun == limited.best.fun


def test_history_has_the_violation_of_each_iterate():
    res = solve(PROBLEMS[71], "sqp")
    assert len(res.history.violation) == res.nit + 1
    assert res.history.violation[0] == pytest.approx(12.0) and res.history.violation[-1] == res.constraint_violation


def test_sqp_keeps_bounds_and_asks_for_fewer_gradients_than_slsqp():
    ours = theirs = 0
    for problem in PROBLEMS.values():
        res = solve(problem, "sqp", record="full")
        ours += res.njev
        if problem.bounds is not None:
            low, high = np.array(
                [[-np.inf if a is None else a, np.inf if b is None else b] for a, b in problem.bounds]
            ).T
            assert (res.history.x >= low - 1e-7).all() and (res.history.x <= high + 1e-7).all(), problem
        constraints = [c | {"fun": lambda x, fun=c["fun"]: np.array(fun(x))} for c in problem.constraints]
        reference = scipy.optimize.minimize(
            problem.fun,
            problem.x0,
            method="SLSQP",
            bounds=problem.bounds,
            constraints=constraints,
            options={"ftol": 1e-9},
        )
        theirs += reference.nfev  # its gradients are differences: n evaluations for each
    assert ours < theirs / 2


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_quadratic_program_satisfies_its_conditions(seed):
    rng = np.random.default_rng(seed)
    n, m_E, m_I = rng.integers(1, 7), rng.integers(0, 3), rng.integers(0, 9)
    m_E = min(m_E, n - 1)
    M = rng.standard_normal((n, n))
    G, g, A, C = (
        M @ M.T + 0.1 * np.eye(n),
        rng.standard_normal(n),
        rng.standard_normal((m_E, n)),
        rng.standard_normal((m_I, n)),
    )
    inside = rng.standard_normal(n)
    b, d = A @ inside, C @ inside - rng.random(m_I) * (rng.random(m_I) < 0.7)
    x, y, z, feasible = quadratic_program(G, g, A, b, C, d)
    size = 1 + max(np.abs(y).max(initial=0), np.abs(z).max(initial=0), np.abs(x).max())
    assert feasible
    np.testing.assert_allclose(G @ x + g, y @ A + z @ C, atol=1e-8 * size)
    np.testing.assert_allclose(A @ x, b, atol=1e-8 * size)
    assert (C @ x - d >= -1e-8 * size).all() and (z >= 0).all()
    np.testing.assert_allclose(z * (C @ x - d), 0, atol=1e-7 * size**2)


def test_quadratic_program_tells_contradictions_and_their_least_violation():
    C, d = np.array([[1.0], [-1.0]]), np.array([1.0, 0.0])  # x ≥ 1 and x ≤ 0
    none = np.empty((0, 1)), np.empty(0)
    assert not quadratic_program(np.eye(1), np.zeros(1), *none, C, d).feasible
    loose = elastic_program(np.eye(1), np.zeros(1), *none, C, d, weight=1e4, hard=np.zeros(2, bool))
    assert loose.feasible and loose.x[0] == pytest.approx(0.5)
    hard = elastic_program(np.eye(1), np.zeros(1), *none, C, d, weight=1e4, hard=np.array([False, True]))
    assert hard.x[0] == pytest.approx(0, abs=1e-9)


def test_dependent_equations_are_no_obstacle():
    twice = optim.LinearConstraint(np.array([[1.0, 1.0], [2.0, 2.0]]), [1, 2], [1, 2])
    for method in METHODS:
        res = optim.minimize(lambda x: (x**2).sum(), np.array([3.0, 0.0]), method, constraints=twice)
        assert res.success, method
        np.testing.assert_allclose(res.x, 0.5, atol=1e-7)


@pytest.mark.parametrize(
    "error, keywords",
    [
        (InvalidConstraintError, {"constraints": {"type": "le", "fun": lambda x: x}}),
        (InvalidConstraintError, {"constraints": {"type": "eq"}}),
        (InvalidConstraintError, {"constraints": {"type": "eq", "fun": 3}}),
        (InvalidConstraintError, {"constraints": {"type": "eq", "fun": lambda x: x, "jack": None}}),
        (InvalidConstraintError, {"constraints": [3]}),
        (InvalidConstraintError, {"constraints": 3}),
        (InvalidConstraintError, {"constraints": {"type": "eq", "fun": lambda x: np.nan * x}}),
        (InvalidConstraintError, {"constraints": {"type": "eq", "fun": lambda x: x, "jac": lambda x: np.ones(3)}}),
        (InvalidConstraintError, {"constraints": optim.LinearConstraint(np.ones((1, 3)), 0, 1)}),
        (InvalidConstraintError, {"constraints": optim.LinearConstraint(np.ones((1, 2)), 1, 0)}),
        (InvalidConstraintError, {"constraints": optim.NonlinearConstraint(lambda x: x, np.zeros(3), np.ones(3))}),
        (UnsupportedProblemError, {"constraints": optim.proximal.Simplex()}),
        (UnsupportedProblemError, {"constraints": {"type": "eq", "fun": lambda x: x}, "method": "bfgs"}),
        (InvalidStartError, {"bounds": [(1, 2), (1, 2)]}),
        (UnknownOptionError, {"hessian": "approximate"}),
        (UnknownOptionError, {"method": "augmented_lagrangian", "inner": "adam"}),
        (ValueError, {"method": "interior_point", "mu": 0.0}),
    ],
)
def test_what_cannot_be_understood_is_refused(error, keywords):
    with pytest.raises(error):
        optim.minimize(lambda x: (x**2).sum(), np.zeros(2), **({"method": "sqp"} | keywords))
