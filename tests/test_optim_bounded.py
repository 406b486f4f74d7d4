"""L-BFGS-B: the formulas of its model, its Cauchy point, and SciPy's minima within bounds."""

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
import optim
from optim.bounded import CompactHessian, cauchy_point


def learnt(seed, n=5, pairs=7, memory=4):
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, n))
    H = root @ root.T + 0.1 * np.eye(n)
    B, seen = CompactHessian(memory, n), []
    for _ in range(pairs):
        step = rng.normal(size=n)
        B.update(step, H @ step)
        seen.append((step, H @ step))
    return rng, B, seen[-memory:]


@given(seed=st.integers(0, 10_000))
def test_compact_form_is_the_bfgs_matrix_of_its_pairs(seed):
    _, B, pairs = learnt(seed)
    s, y = pairs[-1]
    expected = (y @ y) / (s @ y) * np.eye(s.size)
    for s, y in pairs:
        Bs = expected @ s
        expected = expected - np.outer(Bs, Bs) / (s @ Bs) + np.outer(y, y) / (y @ s)
    np.testing.assert_allclose(B.dense(), expected, atol=1e-6 * np.abs(expected).max())


@given(seed=st.integers(0, 10_000))
def test_cauchy_point_is_the_first_minimum_along_the_projected_path(seed):
    rng, B, _ = learnt(seed)
    x, g = rng.uniform(-1, 1, 5), rng.normal(size=5) * 3
    lower, upper = -np.ones(5), np.ones(5)
    dense = B.dense()
    at, c = cauchy_point(x, g, lower, upper, B)
    ends = np.where(g < 0, (x - upper) / g, (x - lower) / g)
    times = np.unique(np.linspace([0, *np.sort(ends)[:-1]], np.sort(ends), 500))  # as dense on each piece of the path
    path = np.clip(x - times[:, None] * g, lower, upper) - x
    values = path @ g + 0.5 * np.einsum("ti,ij,tj->t", path, dense, path)
    rises = np.flatnonzero(np.diff(values) > 0)
    lowest = values[rises[0]] if rises.size else values[-1]
    step = at - x
    reached = g @ step + 0.5 * step @ dense @ step
    assert reached <= lowest + 1e-9 * abs(lowest)
    np.testing.assert_allclose(c, B.W.T @ step, atol=1e-8 * (1 + np.abs(c).max(initial=0)))
    assert ((lower <= at) & (at <= upper)).all()


PROBLEMS = [p for p in optim.problems.mgh() if p.number in (1, 5, 7, 9, 12, 14, 16, 20, 21, 25, 30)]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name)
def test_minima_within_bounds_are_those_of_scipy(problem):
    x0, m, n = problem.x0, problem.minima[0], problem.n
    lower = np.minimum(x0, m) - 1.0
    upper = np.where(np.arange(n) % 2 == 0, np.maximum(x0, 0.5 * (x0 + m)), np.inf)
    bounds = list(zip(lower, upper, strict=True))
    found = optim.minimize(problem.fun, x0, "lbfgsb", bounds=bounds)
    gradient = ad.grad(problem.fun)
    theirs = scipy.optimize.minimize(
        problem.fun, x0, jac=gradient, bounds=bounds, method="L-BFGS-B", options={"ftol": 0, "gtol": 1e-9}
    )
    assert found.success
    assert found.fun <= theirs.fun + 1e-8 * abs(theirs.fun) + 1e-10
    assert ((lower <= found.x) & (found.x <= upper)).all()


@pytest.mark.parametrize("seed", range(5))
def test_convex_quadratic_in_a_box_satisfies_the_conditions_of_optimality(seed):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(20, 20))
    H, b = A @ A.T + 0.1 * np.eye(20), 3 * rng.normal(size=20)
    found = optim.minimize(
        lambda x: 0.5 * x @ (H @ x) - b @ x, np.zeros(20), "L-BFGS-B", bounds=optim.Bounds(-0.2, 0.3)
    )
    g = H @ found.x - b
    inside = (found.x > -0.2) & (found.x < 0.3)
    assert found.success and 0 < inside.sum() < 20
    assert np.abs(g[inside]).max() <= 1e-7
    assert (g[found.x == -0.2] >= 0).all() and (g[found.x == 0.3] <= 0).all()


def test_every_point_evaluated_is_within_the_bounds():
    found = optim.minimize(
        optim.problems.rosenbrock, np.array([0.1, 0.1]), "lbfgsb", bounds=[(0.1, 0.7), (0.0, 0.3)], record="full"
    )
    points = found.history.evaluated
    assert ((points >= [0.1, 0.0]) & (points <= [0.7, 0.3])).all()
    assert found.success and found.optimality <= 1e-8


def test_fixed_variables_stay_where_they_are():
    found = optim.minimize(optim.problems.rosenbrock, np.array([0.5, 0.0]), "lbfgsb", bounds=[(0.5, 0.5), (None, None)])
    np.testing.assert_allclose(found.x, [0.5, 0.25], atol=1e-8)


def test_solution_at_a_corner_is_found_at_once():
    found = optim.minimize(lambda x: x.sum(), np.array([3.0, 4.0]), "lbfgsb", bounds=[(1, 5), (2, 5)])
    assert found.x.tolist() == [1.0, 2.0] and found.success


def test_without_bounds_it_is_lbfgs():
    found = optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "lbfgsb")
    np.testing.assert_allclose(found.x, [1, 1], atol=1e-7)


def test_wrong_gradients_are_not_called_a_success():
    found = optim.minimize(lambda x: (x**2).sum(), np.array([1.0, 2.0]), "lbfgsb", jac=lambda x: -2 * x, max_iter=50)
    assert not found.success


def test_rounding_ends_a_run_as_a_success():
    found = optim.minimize(lambda x: ((x - 0.3) ** 2).sum() + 1e6, np.array([1.0, 2.0]), "lbfgsb", tol=0.0)
    assert found.success
    np.testing.assert_allclose(found.x, 0.3, atol=1e-4)


def test_memory_must_hold_a_pair():
    with pytest.raises(optim.errors.UnknownOptionError, match="memory"):
        optim.lbfgsb(memory=0)
