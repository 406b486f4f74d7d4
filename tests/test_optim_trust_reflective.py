"""Trust-region reflective: Coleman and Li's Newton equation, strictly interior steps, SciPy's and published minima."""

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
import optim
from optim import Bounds, Status
from optim.objective import Objective
from optim.problems import mgh
from optim.trust_region.coleman_li import ScaledModel, interior, movable, reflective_step, scaling
from optim.trust_region.subproblem import Exact

SUBPROBLEMS = ["exact", "cg"]
INF = np.inf


def random_box(rng, n):
    """Bounds of every kind, and a point within."""
    lower, upper = np.full(n, -INF), np.full(n, INF)
    kinds = rng.integers(0, 5, n)  # free, from below, from above, from both sides, fixed
    lower[np.isin(kinds, (1, 3, 4))] = rng.uniform(-1, 0, n)[np.isin(kinds, (1, 3, 4))]
    upper[np.isin(kinds, (2, 3))] = rng.uniform(0, 1, n)[np.isin(kinds, (2, 3))]
    upper[kinds == 4] = lower[kinds == 4]
    return Bounds(lower, upper), np.clip(rng.normal(size=n), lower, upper)


# -- the step ---------------------------------------------------------------------------------------------------------


@given(seed=st.integers(0, 10_000))
def test_scaled_newton_step_is_newtons_for_the_condition_of_optimality(seed):
    """v(x) ∇f(x) = 0, differentiated by autodiff, against ŝ = -M⁻¹ ĝ."""
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(4, 4))
    H, b = A @ A.T + np.eye(4), rng.normal(size=4)
    lower, upper = np.array([-1.0, -1, -INF, -INF]), np.array([INF, 1, 1, INF])
    x = rng.uniform(-0.9, 0.9, 4)
    g = H @ x - b
    d, c = scaling(x, g, Bounds(lower, upper), np.ones(4), np.ones(4, bool))
    step = -d * np.linalg.solve(d[:, None] * H * d + np.diag(c), d * g)
    down, up = (g >= 0) & np.isfinite(lower), (g < 0) & np.isfinite(upper)

    def condition(x):
        gradient = H @ x - b
        v = np.where(down, x - np.where(down, lower, 0), np.where(up, np.where(up, upper, 0) - x, 1.0))
        return np.where(up, -1, 1) * np.where(up, -1, 1) * v * gradient

    newton = np.linalg.solve(ad.jacobian(condition)(x), -condition(x))
    np.testing.assert_allclose(step, newton, rtol=1e-6, atol=1e-9)


@given(seed=st.integers(0, 10_000))
def test_steps_stay_strictly_within_bounds_and_radius_and_gain_what_they_say(seed):
    rng = np.random.default_rng(seed)
    n = 5
    bounds, x = random_box(rng, n)
    free = movable(bounds)
    x = interior(x, bounds, free, 1e-2)
    A, b = rng.normal(size=(n, n)), 5 * rng.normal(size=n)
    H = A + A.T
    objective = Objective(lambda x: 0.5 * x @ (H @ x) - b @ x, x)
    jac = objective.value_and_gradient(objective.x0)[1]
    model = ScaledModel(objective, objective.x0, jac, scaling(x, jac, bounds, np.ones(n), free))
    radius = rng.uniform(0.1, 10)
    step, predicted = reflective_step(
        model, Exact().step(model, objective.x0, model.jac, radius), bounds, radius, 0.995
    )
    d, c = model.scale
    M = d[:, None] * H * d + np.diag(c)

    def gain(s):
        return -(d * jac) @ s - 0.5 * s @ M @ s

    assert predicted == pytest.approx(gain(step), rel=1e-6, abs=1e-9)
    assert np.linalg.norm(step) <= radius * (1 + 1e-9)
    ahead = x + d * step
    assert ((bounds.lower < ahead) & (ahead < bounds.upper))[free].all() and (ahead == x)[~free].all()
    # no less than along the gradient, for t up to the radius and 0.995 of the way to a bound
    down = -d * jac
    with np.errstate(divide="ignore", invalid="ignore"):
        ways = np.where(down > 0, (bounds.upper - x) / (d * down), (bounds.lower - x) / (d * down))
    longest = min(radius / max(np.linalg.norm(down), 1e-300), 0.995 * ways[d * down != 0].min(initial=INF))
    cauchy = max(gain(t * down) for t in np.linspace(0, longest, 200))
    assert predicted >= cauchy - 1e-9 * abs(cauchy)


def test_a_step_that_meets_a_bound_is_reflected_where_that_gains_more():
    """min (x - y)² + small: the whole step leads through the bound y ≤ 1, and the valley goes on along it."""
    H = np.array([[1.0, -0.9], [-0.9, 1.0]])
    objective = Objective(lambda x: 0.5 * x @ (H @ x) - np.array([1.0, 0.5]) @ x, np.array([0.0, 0.9]))
    jac = objective.value_and_gradient(objective.x0)[1]
    bounds = Bounds(np.array([-INF, -INF]), np.array([INF, 1.0]))
    model = ScaledModel(objective, objective.x0, jac, scaling(objective.x0, jac, bounds, np.ones(2), np.ones(2, bool)))
    whole = Exact().step(model, objective.x0, model.jac, 100.0)
    assert (objective.x0 + model.scale.d * whole.step)[1] > 1
    taken = reflective_step(model, whole, bounds, 100.0, 0.995)
    ways = 0.1 / (model.scale.d * whole.step)[1]
    assert taken.predicted > model.gain(ways * whole.step, model.hessian_product(objective.x0, ways * whole.step))


# -- minimisation -----------------------------------------------------------------------------------------------------


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), subproblem=st.sampled_from(SUBPROBLEMS))
def test_convex_quadratics_in_boxes_are_solved_to_the_conditions_of_karush_kuhn_and_tucker(seed, subproblem):
    rng = np.random.default_rng(seed)
    n = 6
    bounds, x0 = random_box(rng, n)
    A, b = rng.normal(size=(n + 2, n)), rng.normal(size=n + 2) * 3
    found = optim.minimize(
        lambda x: 0.5 * ((A @ x - b) ** 2).sum(), x0, "trust_reflective", bounds=bounds, subproblem=subproblem
    )
    g = A.T @ (A @ found.x - b)
    fixed = bounds.lower == bounds.upper
    assert found.success and found.optimality <= 1e-8
    assert bounds.contain(found.x)
    at_lower, at_upper = found.x - bounds.lower <= 1e-8, bounds.upper - found.x <= 1e-8
    assert np.abs(g[~at_lower & ~at_upper]).max(initial=0) <= 1e-8
    assert (g[at_lower & ~fixed] >= -1e-8).all() and (g[at_upper & ~fixed] <= 1e-8).all()
    width = np.where(fixed, 1e-9, 0)  # SciPy refuses bounds that are equal
    theirs = scipy.optimize.lsq_linear(A, b, (bounds.lower - width, bounds.upper + width), method="bvls", tol=1e-14)
    assert found.fun == pytest.approx(theirs.cost, rel=1e-6, abs=1e-6)


PROBLEMS = [p for p in mgh() if p.number in (1, 5, 7, 9, 12, 14, 16, 20, 21, 25, 30)]


@pytest.mark.parametrize("subproblem", SUBPROBLEMS)
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name)
def test_minima_within_bounds_are_those_of_scipy(problem, subproblem):
    x0, m, n = problem.x0, problem.minima[0], problem.n
    lower = np.minimum(x0, m) - 1.0
    upper = np.where(np.arange(n) % 2 == 0, np.maximum(x0, 0.5 * (x0 + m)), np.inf)
    bounds = list(zip(lower, upper, strict=True))
    found = optim.minimize(problem.fun, x0, "trust-reflective", bounds=bounds, subproblem=subproblem)
    theirs = scipy.optimize.minimize(
        problem.fun, x0, jac=ad.grad(problem.fun), bounds=bounds, method="L-BFGS-B", options={"ftol": 0, "gtol": 1e-9}
    )
    assert found.success and found.status is Status.CONVERGED
    # at a bound that is approached to 1e-8 it is higher by that times the slope there
    slope = np.abs(ad.grad(problem.fun)(found.x)).sum()
    assert found.fun <= theirs.fun + 1e-8 * (abs(theirs.fun) + slope) + 1e-10
    assert ((lower <= found.x) & (found.x <= upper)).all()


def test_trust_constr_of_scipy_finds_the_same_minimum():
    f, bounds = optim.problems.rosenbrock, [(-2.0, 0.8), (0.2, 0.5), (None, 0.1)]
    x0 = np.array([-1.2, 0.4, 0.0])
    found = optim.minimize(f, x0, "trust_reflective", bounds=bounds)
    theirs = scipy.optimize.minimize(
        f, x0, jac=ad.grad(f), hess=ad.hessian(f), method="trust-constr",
        bounds=scipy.optimize.Bounds([-2.0, 0.2, -INF], [0.8, 0.5, 0.1]), options={"gtol": 1e-10, "xtol": 1e-12},
    )  # fmt: skip
    assert found.success
    np.testing.assert_allclose(found.x, theirs.x, atol=1e-4)
    assert found.fun <= theirs.fun + 1e-8


def _hs110(x):
    return (np.log(x - 2) ** 2 + np.log(10 - x) ** 2).sum() - np.prod(x) ** 0.2


def _wood(x):
    a, b, c, d = x
    return (
        100 * (b - a**2) ** 2 + (1 - a) ** 2 + 90 * (d - c**2) ** 2 + (1 - c) ** 2
        + 10.1 * ((b - 1) ** 2 + (d - 1) ** 2) + 19.8 * (b - 1) * (d - 1)
    )  # fmt: skip


# Hock and Schittkowski 1981, those with bounds alone: number, f, start, bounds, the least value
HOCK_SCHITTKOWSKI = [
    (1, lambda x: 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2, [-2, 1], [(None, None), (-1.5, None)], 0.0),
    (3, lambda x: x[1] + 1e-5 * (x[1] - x[0]) ** 2, [10, 1], [(None, None), (0, None)], 0.0),
    (4, lambda x: (x[0] + 1) ** 3 / 3 + x[1], [1.125, 0.125], [(1, None), (0, None)], 8 / 3),
    (
        5, lambda x: np.sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1, [0, 0],
        [(-1.5, 4), (-3, 3)], -np.sqrt(3) / 2 - np.pi / 3,
    ),
    (38, _wood, [-3, -1, -3, -1], [(-10, 10)] * 4, 0.0),
    (45, lambda x: 2 - np.prod(x) / 120, [1, 2, 2, 2, 2], [(0, i) for i in range(1, 6)], 1.0),
    (110, _hs110, [9.0] * 10, [(2.001, 9.999)] * 10, -45.77846971),
]  # fmt: skip


@pytest.mark.parametrize("subproblem", SUBPROBLEMS)
@pytest.mark.parametrize("problem", HOCK_SCHITTKOWSKI, ids=lambda p: f"hs{p[0]}")
def test_published_minima_of_hock_and_schittkowski_are_reached(problem, subproblem):
    _, f, x0, bounds, least = problem
    found = optim.minimize(f, np.array(x0, float), "trust_reflective", bounds=bounds, subproblem=subproblem)
    assert found.success
    assert found.fun == pytest.approx(least, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize(("subproblem", "theirs"), [("exact", "trust_exact"), ("cg", "trust_ncg")])
def test_without_bounds_it_is_the_trust_region_that_it_is_made_of(subproblem, theirs):
    f, x0 = optim.problems.rosenbrock, np.array([-1.2, 1.0, 0.5])
    found = optim.minimize(f, x0, "trust_reflective", subproblem=subproblem, record="full")
    expected = optim.minimize(f, x0, theirs, record="full")
    np.testing.assert_allclose(found.history.x, expected.history.x, rtol=1e-9)


def test_every_point_evaluated_is_strictly_within_the_bounds_and_the_start_is_moved_there():
    found = optim.minimize(
        lambda x: (x - np.log(x)).sum() - np.log(3 - x[0]), np.array([3.0, 2.0]), "trust_reflective",
        bounds=[(0, 3), (0, None)], record="full", tol=0.0,
    )  # fmt: skip
    points = found.history.evaluated
    assert found.success
    assert (points > 0).all() and (points[:, 0] < 3).all()
    assert found.history.x[0, 0] < 3 and found.history.x[0, 1] == 2.0


def test_variables_without_a_number_between_their_bounds_stay():
    above = np.nextafter(0.5, 1)
    found = optim.minimize(
        optim.problems.rosenbrock, np.array([0.5, 0.0]), "trust_reflective", bounds=[(0.5, above), (None, None)]
    )
    assert found.success and found.x[0] == 0.5
    np.testing.assert_allclose(found.x[1], 0.25, atol=1e-8)
    found = optim.minimize(optim.problems.rosenbrock, np.ones(2) / 2, "trust_reflective", bounds=[(0.5, 0.5)] * 2)
    assert found.status is Status.CONVERGED and found.nit == 0 and found.x.tolist() == [0.5, 0.5]


def test_a_multiplier_of_zero_does_not_keep_it_from_the_bound():
    """At the solution the gradient vanishes, although the bound is reached: strict complementarity fails."""
    found = optim.minimize(
        lambda x: x[0] ** 2 + (x[1] - 1) ** 2, np.array([2.0, 1.5]), "trust_reflective", bounds=[(0, 5), (None, 2)]
    )
    assert found.success
    np.testing.assert_allclose(found.x, [0, 1], atol=1e-7)


def test_a_linear_function_is_minimised_in_a_corner():
    found = optim.minimize(lambda x: x.sum(), np.array([3.0, 4.0]), "trust_reflective", bounds=[(1, 5), (2, 5)])
    assert found.success
    np.testing.assert_allclose(found.x, [1, 2], atol=1e-8)


def test_a_saddle_on_the_way_is_left_downhill_to_a_bound():
    found = optim.minimize(
        lambda x: x[0] ** 2 - x[1] ** 2, np.array([0.5, 1e-4]), "trust_reflective", bounds=[(-1, 1)] * 2
    )
    assert found.success and found.fun == pytest.approx(-1, abs=1e-7)


def test_variables_of_different_sizes_are_told_by_x_scale():
    def f(x):
        return optim.problems.rosenbrock(x / np.array([1e-4, 1e5]))

    found = optim.minimize(
        f, np.array([-1.2e-4, 1e5]), "trust_reflective", x_scale=[1e-4, 1e5], bounds=[(-2e-4, 2e-4), (0, None)]
    )
    assert found.nit < 50
    np.testing.assert_allclose(found.x, [1e-4, 1e5], rtol=1e-7)


def test_history_and_result_are_those_of_every_method():
    found = optim.minimize(
        optim.problems.rosenbrock, np.zeros(2), "trust_reflective", bounds=[(None, 0.5), (None, None)], max_iter=3
    )
    assert found.status is Status.ITERATION_LIMIT and found.nit == 3 and found.fun == found.history.fun.min()
    assert found.history.radius[0] == 1.0 and len(found.history) == 4
    assert found.hess.shape == (2, 2) and found.method == "trust_reflective" and found.nhev > 0


def test_rounding_ends_a_run_as_a_success_and_wrong_derivatives_do_not():
    bounds = [(0.5, None), (None, None)]
    found = optim.minimize(
        lambda x: ((x - 0.3) ** 2).sum() + 1e6, np.array([1.0, 2.0]), "trust_reflective", bounds=bounds, tol=0.0
    )
    assert found.status is Status.PRECISION_LIMIT
    np.testing.assert_allclose(found.x, [0.5, 0.3], atol=1e-4)
    found = optim.minimize(
        lambda x: (x**2).sum(), np.array([1.0, 2.0]), "trust_reflective", jac=lambda x: -2 * x,
        hess=lambda x: 2 * np.eye(2), bounds=bounds, max_iter=50,
    )  # fmt: skip
    assert not found.success


@pytest.mark.parametrize(
    ("options", "error", "named"),
    [
        ({"subproblem": "exakt"}, optim.errors.UnknownOptionError, "exact"),
        ({"x_scale": [1.0, -1.0]}, optim.errors.UnknownOptionError, "positive"),
        ({"x_scale": [1.0, 1.0, 1.0]}, optim.errors.UnknownOptionError, "2 of them"),
        ({"eta": 0.5}, optim.errors.UnknownOptionError, "eta"),
        ({"initial_radius": 0.0}, optim.errors.UnknownOptionError, "radi"),
        ({"bounds": [(1, 0), (0, 1)]}, optim.errors.InvalidBoundsError, "nothing"),
        ({"bounds": [(1, 2), (0, 1)]}, optim.errors.InvalidStartError, "outside"),
    ],
)
def test_bad_input_is_refused_with_its_name(options, error, named):
    with pytest.raises(error, match=named):
        optim.minimize(optim.problems.rosenbrock, np.zeros(2), "trust_reflective", **options)
