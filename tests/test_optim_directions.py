"""Directions: quadratic termination, the secant equation, descent, and the same numbers as SciPy's methods."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
import optim
from optim.directions import BFGS, LimitedMemoryBFGS, Newton
from optim.directions.newton import is_safely_positive, reflected_step
from optim.objective import Objective

N = 6


def pairs_of(seed, count, n=N):
    """Steps and changes of the gradient of a random strictly convex quadratic with a little of everything else."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, n))
    H = root @ root.T + 0.1 * np.eye(n)
    for _ in range(count):
        step = rng.normal(size=n)
        yield step, H @ step + 0.01 * np.linalg.norm(step) * np.tanh(step)


@given(seed=st.integers(0, 10_000), count=st.integers(1, 12), scale=st.sampled_from([None, 1.0, 30.0]))
def test_bfgs_keeps_the_secant_equation_symmetry_and_positive_definiteness(seed, count, scale):
    direction = BFGS(scale)
    direction.start(N)
    for step, change in pairs_of(seed, count):
        direction.update(step, change, change)
        H = direction.inverse_hessian()
        np.testing.assert_allclose(H @ change, step, atol=1e-8 * np.linalg.norm(H) * np.linalg.norm(change))
        np.testing.assert_array_equal(H, H.T)
        assert np.linalg.eigvalsh(H).min() > 0


@given(seed=st.integers(0, 10_000))
def test_bfgs_update_is_the_formula(seed):
    (s, y), (s2, y2) = pairs_of(seed, 2)
    direction = BFGS(scale=None)
    direction.start(N)
    H = np.eye(N)
    for step, change in ((s, y), (s2, y2)):
        rho = 1 / (change @ step)
        left = np.eye(N) - rho * np.outer(step, change)
        H = left @ H @ left.T + rho * np.outer(step, step)
        direction.update(step, change, change)
    np.testing.assert_allclose(direction.inverse_hessian(), H, atol=1e-9 * np.abs(H).max())


@pytest.mark.parametrize("direction", [BFGS(), LimitedMemoryBFGS()])
def test_pairs_without_curvature_are_not_learnt_from(direction):
    direction.start(2)
    direction.update(np.array([1.0, 0.0]), np.array([-1.0, 2.0]), np.zeros(2))
    direction.update(np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.zeros(2))
    direction.update(np.zeros(2), np.zeros(2), np.zeros(2))
    direction.update(np.array([1.0, 0.0]), np.array([np.nan, 1.0]), np.zeros(2))
    assert not direction.scaled
    np.testing.assert_array_equal(direction.at(None, np.zeros(2), np.array([1.0, -2.0])), [-1.0, 2.0])


@given(seed=st.integers(0, 10_000), memory=st.integers(5, 9), count=st.integers(1, 5))
def test_two_loops_are_bfgs_while_the_memory_lasts(seed, memory, count):
    whole, limited = BFGS(scale=None), LimitedMemoryBFGS(memory, scale=None)
    whole.start(N)
    limited.start(N)
    for step, change in pairs_of(seed, count):
        whole.update(step, change, change)
        limited.update(step, change, change)
    jac = np.random.default_rng(seed).normal(size=N)
    d = whole.at(None, jac, jac)
    np.testing.assert_allclose(limited.at(None, jac, jac), d, atol=1e-9 * np.abs(d).max())


def test_memory_forgets_the_oldest_pairs():
    limited = LimitedMemoryBFGS(3)
    pairs = list(pairs_of(0, 8))
    for step, change in pairs:
        limited.update(step, change, change)
    recent = LimitedMemoryBFGS(3)
    for step, change in pairs[-3:]:
        recent.update(step, change, change)
    jac = np.arange(N) - 2.0
    np.testing.assert_array_equal(limited.at(None, jac, jac), recent.at(None, jac, jac))


def test_lbfgs_takes_the_way_of_bfgs_while_the_memory_lasts():
    f, x0 = optim.problems.rosenbrock, np.tile([-1.2, 1.0], 3)
    options = {"max_iter": 15, "record": "full", "scale": None, "initial_step": optim.line_search.UnitStep()}
    whole = optim.minimize(f, x0, "bfgs", **options)
    limited = optim.minimize(f, x0, "lbfgs", memory=15, **options)
    np.testing.assert_allclose(limited.history.x, whole.history.x, rtol=1e-6)


@pytest.mark.parametrize("method", ["bfgs", "lbfgs"])
@pytest.mark.parametrize("condition", [1.0, 10.0, 1e3])
@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_quasi_newton_ends_on_a_quadratic_after_n_exact_steps(method, condition, n):
    problem = optim.problems.quadratic(
        np.geomspace(1, condition, n), x0=np.arange(1.0, n + 1), rng=np.random.default_rng(n)
    )
    res = optim.minimize(problem, problem.x0, method, line_search="exact", scale=None, tol=1e-8 * condition)
    assert res.success and res.nit <= n


@pytest.mark.parametrize("n", [1, 3, 10])
def test_newton_ends_on_a_quadratic_after_one_step(n):
    problem = optim.problems.quadratic(np.geomspace(1, 1e6, n), rng=np.random.default_rng(n))
    res = optim.minimize(problem, problem.x0, "newton", max_iter=1)
    np.testing.assert_allclose(res.x, np.zeros(n), atol=1e-9)


def test_inverse_hessian_of_the_result_approximates_the_inverse_hessian():
    problem = optim.problems.quadratic([1.0, 2.0, 5.0], rng=np.random.default_rng(0))
    res = optim.minimize(problem, problem.x0, "bfgs", line_search="exact", scale=None)
    np.testing.assert_allclose(res.hess_inv, np.linalg.inv(ad.hessian(problem)(res.x)), atol=1e-6)
    assert optim.minimize(problem, problem.x0, "newton").hess_inv is None


# -- Newton ------------------------------------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000), n=st.integers(1, 6))
def test_newton_descends_whatever_the_hessian(seed, n):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, n))
    H, jac = root + root.T, rng.normal(size=n)
    if seed % 3 == 0:
        H[:, 0] = H[0, :] = 0.0  # singular
    objective = Objective(lambda x: 0.0, np.zeros(n), jac=lambda x: jac, hess=lambda x: H)
    d = Newton().at(objective, objective.x0, jac)
    assert np.isfinite(d).all() and d @ jac < 0
    if np.linalg.eigvalsh(H).min() > 1e-6:
        np.testing.assert_allclose(d, -np.linalg.solve(H, jac), rtol=1e-6)


def test_reflected_step_is_newtons_where_the_hessian_is_positive_definite():
    H, jac = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([1.0, -3.0])
    np.testing.assert_allclose(reflected_step(H, jac, 1e-8), -np.linalg.solve(H, jac))
    assert is_safely_positive(H) and not is_safely_positive(-H) and not is_safely_positive(np.ones((2, 2)))
    np.testing.assert_array_equal(reflected_step(np.zeros((2, 2)), jac, 1e-8), -jac)


def test_newton_leaves_a_saddle():
    def saddle(x):
        return x[0] ** 2 - x[1] ** 2 + x[1] ** 4

    res = optim.minimize(saddle, np.array([1.0, 1e-6]), "newton")
    assert res.success
    np.testing.assert_allclose([res.x[0], abs(res.x[1])], [0, np.sqrt(0.5)], atol=1e-8)


@pytest.mark.parametrize("direction", ["newton", "bfgs"])
def test_any_direction_goes_with_any_line_search(direction):
    f, x0 = optim.problems.rosenbrock, np.array([0.2, -0.2])
    for search in ("armijo", "strong_wolfe", "exact", optim.line_search.StrongWolfe(c2=0.1)):
        res = optim.minimize(f, x0, direction, line_search=search)
        assert res.success, search
        np.testing.assert_allclose(res.x, [1, 1], atol=1e-6)


def test_bfgs_refuses_a_matrix_that_fits_nowhere():
    with pytest.raises(optim.errors.UnsupportedProblemError, match="use method='lbfgs'"):
        optim.minimize(lambda x: (x**2).sum(), np.ones(50_000), "bfgs")
    assert optim.minimize(lambda x: (x**2).sum(), np.ones(50_000), "lbfgs").success


@pytest.mark.parametrize("options", [{"memory": 0}, {"scale": "oldest"}])
def test_memories_that_make_no_sense_are_refused(options):
    with pytest.raises(ValueError):
        optim.lbfgs(**options)


# -- SciPy as an oracle ------------------------------------------------------------------------------------------------

CONVEX_ENOUGH = ["rosenbrock", "beale", "booth", "matyas", "himmelblau", "styblinski_tang"]


@pytest.mark.parametrize("name", CONVEX_ENOUGH)
@pytest.mark.parametrize(("method", "scipys"), [("bfgs", "BFGS"), ("lbfgs", "L-BFGS-B")])
def test_quasi_newton_ends_as_low_as_scipys(name, method, scipys):
    from scipy.optimize import minimize

    problem = getattr(optim.problems, name)
    own = optim.minimize(problem, problem.x0, method)
    theirs = minimize(problem, problem.x0, jac=ad.grad(problem), method=scipys, tol=1e-10)
    assert own.success and own.fun <= theirs.fun + 1e-10


@pytest.mark.parametrize("start", [(0.2, -0.2), (-1.2, 1.0)])
def test_newton_ends_where_scipys_trust_region_does(start):
    from scipy.optimize import minimize

    f = optim.problems.rosenbrock
    own = optim.minimize(f, np.array(start), "newton")
    theirs = minimize(f, start, jac=ad.grad(f), hess=ad.hessian(f), method="trust-exact", tol=1e-8)
    np.testing.assert_allclose(own.x, theirs.x, atol=1e-7)
    assert own.nhev <= theirs.nhev + 2
