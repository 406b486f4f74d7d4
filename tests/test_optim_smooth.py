"""Conjugate gradients, DFP, SR1, and the line searches beyond the first ones, held to what their papers prove."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import line_search as scipy_line_search

import autodiff as ad
import optim
from optim.directions import DFP, FORMULAS, SR1, ConjugateGradient
from optim.line_search import (
    ConstantStep,
    HagerZhang,
    MoreThuente,
    Nonmonotone,
    PreviousChange,
    Ray,
    StrongWolfe,
    UnitStep,
)
from optim.objective import Objective

# Moré and Thuente 1994, section 5, functions (5.1) to (5.3), and some that go wrong far out. All fall from 0.
PHI = {
    "one minimum": lambda a: -a / (a**2 + 2),
    "flat beyond": lambda a: (a + 0.004) ** 5 - 2 * (a + 0.004) ** 4,
    "wiggly": lambda a: (
        np.where(a <= 0.99, 1 - a, np.where(a >= 1.01, a - 1, (a - 1) ** 2 / 0.02 + 0.005))
        + (2 * 0.99 / (39 * np.pi)) * np.sin(39 * np.pi * a / 2)
    ),
    "two valleys": lambda a: (a - 1) ** 2 * (a - 4) ** 2 + a / 2,
    "wall of nan": lambda a: -a + 0.1 * a**2 - 0.2 * np.log(2 - a),
    "overflow": lambda a: np.exp(a * 20) - 30 * a,
    "nearly constant": lambda a: 1e6 + 1e-3 * (a - 2) ** 2,
}


def ray_of(phi):
    """A ray along which the objective is φ(α), downhill at 0."""
    objective = Objective(lambda x: phi(x[0]), np.zeros(1))
    fun, jac = objective.value_and_gradient(objective.x0)
    return Ray(objective, objective.x0, fun, jac, -jac / np.abs(jac))


def conditions_hold(search, ray, outcome):
    """Whether what a search calls a success is one, computed afresh from the objective."""
    trial, origin = outcome.trial, ray.origin
    fun, jac = ray.objective.value_and_gradient(origin.x + trial.alpha * ray.direction)
    slope = float(jac @ ray.direction)
    hager_zhang = isinstance(search, HagerZhang)
    c1, c2 = (search.delta, search.sigma) if hager_zhang else (search.c1, search.c2)
    curvature = slope >= c2 * origin.slope if hager_zhang else abs(slope) <= c2 * abs(origin.slope)
    if outcome.approximate:
        noise = search.epsilon if hager_zhang else search.noise
        decrease = fun <= origin.fun + noise * abs(origin.fun) and slope <= (2 * c1 - 1) * origin.slope
    else:
        decrease = fun <= origin.fun + c1 * trial.alpha * origin.slope
    return decrease and curvature


SEARCHES = [MoreThuente(), MoreThuente(1e-3, 2e-3), MoreThuente(0.1, 0.1001), HagerZhang(), HagerZhang(sigma=0.1)]


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("phi", PHI)
@pytest.mark.parametrize("alpha", [1e-6, 1e-3, 0.1, 1.0, 10.0, 1e4])
def test_success_satisfies_the_conditions(search, phi, alpha):
    ray = ray_of(PHI[phi])
    with np.errstate(all="ignore"):
        outcome = search(ray, alpha)
        assert outcome.success
        assert conditions_hold(search, ray, outcome)


@pytest.mark.parametrize("search", [MoreThuente(), HagerZhang()])
def test_a_search_that_finds_no_flat_point_returns_the_lowest_it_has_seen(search):
    ray = ray_of(lambda a: np.abs(a - 0.7) + 0.01 * a**2)
    outcome = search(ray, 0.1)
    assert outcome.success is False or conditions_hold(search, ray, outcome)
    assert outcome.trial.fun <= ray.origin.fun
    if not outcome.success:
        assert outcome.trial is ray.lowest


@given(
    coefficients=st.lists(st.floats(-3, 3), min_size=6, max_size=6),
    alpha=st.floats(1e-4, 1e4),
    c2=st.floats(0.15, 0.95),
    which=st.sampled_from(["more_thuente", "hager_zhang"]),
)
def test_conditions_hold_on_random_functions(coefficients, alpha, c2, which):
    a, b, c, d, e, f = coefficients

    def phi(t):
        return 0.05 * t**4 + a * t + b * np.sin(3 * t + c) + d * np.cos(t) + e * np.sin(7 * t) + f

    slope = ad.grad(phi)(0.0)
    if abs(slope) < 1e-3:
        return
    search = MoreThuente(c2=c2) if which == "more_thuente" else HagerZhang(sigma=c2)
    ray = ray_of(lambda t: phi(-np.sign(slope) * t))
    outcome = search(ray, alpha)
    assert outcome.success  # the function is smooth and bounded below, so there is such a step
    assert conditions_hold(search, ray, outcome)


# Moré and Thuente 1994, tables I to III: c1, c2 and the evaluations from α = 1e-3, 1e-1, 1e1, 1e3.
TABLES = {
    "one minimum": (1e-3, 1e-1, [6, 3, 1, 4]),
    "flat beyond": (1e-1, 1e-1, [12, 8, 8, 11]),
    "wiggly": (1e-1, 1e-1, [12, 12, 10, 13]),
}


@pytest.mark.parametrize("phi", TABLES)
def test_evaluations_are_about_those_of_the_paper(phi):
    c1, c2, published = TABLES[phi]
    for alpha, count in zip([1e-3, 1e-1, 1e1, 1e3], published, strict=True):
        ray = ray_of(PHI[phi])
        before = ray.objective.nfev
        assert MoreThuente(c1, np.nextafter(c2, 1))(ray, alpha).success
        assert ray.objective.nfev - before <= count + 4  # the paper closes intervals by another rule of bisection


def test_hager_zhang_goes_on_where_rounding_hides_the_decrease():
    def fun(x):  # the values are off by an error that exceeds all there is to gain; the slopes are not
        return 1.0 + 1e-10 * (x[0] - 1) ** 2 + 3e-10 * (x[0] > 0)

    objective = Objective(fun, np.zeros(1), jac=lambda x: 2e-10 * (x - 1))
    value, jac = objective.value_and_gradient(objective.x0)
    search, ray = HagerZhang(sigma=0.1), Ray(objective, objective.x0, value, jac, np.ones(1))
    outcome = search(ray, 0.1)
    assert outcome.success and outcome.approximate
    assert 0.9 <= outcome.trial.alpha <= 1.8


def test_nonmonotone_lets_the_objective_rise_but_never_above_its_level():
    def f(x):
        return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2

    for search in (Nonmonotone(), Nonmonotone("average")):
        run = optim.minimize(f, np.array([-1.2, 1.0]), "newton", line_search=search)
        fun = run.history.fun
        assert run.success and np.abs(run.x - 1).max() < 1e-6
        assert (np.diff(fun) > 0).any()
        window = [fun[max(0, k - 9) : k + 1].max() for k in range(len(fun) - 1)]
        assert (fun[1:] <= window).all()


def test_nonmonotone_average_is_the_recurrence_of_zhang_and_hager():
    search = Nonmonotone("average", eta=0.5)
    run = optim.minimize(lambda x: (x**4).sum(), np.array([2.0, -1.0]), optim.newton(line_search=search), max_iter=5)
    C, Q = run.history.fun[0], 1.0
    for fun in run.history.fun[1:]:
        Q, C = 0.5 * Q + 1, (0.5 * Q * C + fun) / (0.5 * Q + 1)
    assert run.run.method.search.level == pytest.approx(C, rel=1e-14)


def test_a_new_run_begins_with_a_new_memory():
    search, x0 = Nonmonotone(), np.array([-1.2, 1.0])
    runs = [optim.minimize(optim.problems.rosenbrock, x0, "newton", line_search=search) for _ in "12"]
    assert (runs[0].history.fun == runs[1].history.fun).all()


@pytest.mark.parametrize("make", [lambda: MoreThuente(0.9, 0.1), lambda: HagerZhang(0.6), lambda: Nonmonotone("mean")])
def test_impossible_settings_are_refused(make):
    with pytest.raises(ValueError, match=r"c1|delta|reference"):
        make()


def test_policies_of_the_first_step():
    x, jac = np.array([2.0, 1.0]), np.array([4.0, -1.0])
    assert ConstantStep(0.3)(x, 1.0, jac, -17.0, False, 0.5, -2.0) == 0.3
    assert PreviousChange()(x, 1.0, jac, -16.0, False, 0.5, -2.0) == 0.125
    assert PreviousChange()(x, 1.0, jac, -1.0, True, 0.5, -2.0) == 1.0
    assert PreviousChange()(x, 1.0, jac, -1.0, False, math.nan) == UnitStep()(x, 1.0, jac, -1.0, False, math.nan)


# -- directions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formula", FORMULAS)
def test_conjugate_gradients_end_in_n_steps_on_a_quadratic(formula, rng):
    problem = optim.problems.quadratic([1.0, 3.0, 10.0, 40.0, 100.0], rng=rng)
    res = optim.minimize(problem, problem.x0, "cg", formula=formula, line_search="exact", tol=1e-7)
    assert res.success and res.nit <= 5


@pytest.mark.parametrize("formula", FORMULAS)
def test_conjugate_gradients_take_as_many_steps_as_there_are_eigenvalues(formula, rng):
    problem = optim.problems.quadratic([1.0, 1.0, 1.0, 50.0, 50.0, 50.0], rng=rng)
    res = optim.minimize(problem, problem.x0, "cg", formula=formula, line_search="exact", tol=1e-7)
    assert res.success and res.nit == 2


vectors = st.lists(st.floats(-10, 10).filter(lambda v: abs(v) > 1e-3), min_size=4, max_size=4).map(np.array)


@given(before=vectors, after=vectors, alpha=st.floats(1e-3, 10))
def test_hager_zhang_directions_descend_sufficiently_without_any_line_search(before, after, alpha):
    direction = ConjugateGradient("HZ")
    direction.start(4)
    d = direction.at(None, None, before)
    direction.update(alpha * d, after - before, after)
    if float(d @ (after - before)) <= 0:  # the theorem is for dᵀy > 0, and truncation keeps it
        return
    assert after @ direction.at(None, None, after) <= -0.875 * (after @ after) * (1 - 1e-9)


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("search", ["strong_wolfe", "more_thuente", "hager_zhang"])
def test_conjugate_gradients_minimise_rosenbrock(formula, search):
    settings = {
        "strong_wolfe": StrongWolfe(c2=0.1), "more_thuente": MoreThuente(c2=0.1), "hager_zhang": HagerZhang(sigma=0.1)
    }  # fmt: skip
    res = optim.minimize(
        optim.problems.rosenbrock, np.array([-1.2, 1.0]), "cg", formula=formula, line_search=settings[search],
        max_iter=5000,
    )  # fmt: skip
    assert res.success and np.abs(res.x - 1).max() < 1e-6


def test_an_unknown_formula_is_refused_with_the_known_ones():
    with pytest.raises(optim.errors.UnknownOptionError, match="PR"):
        optim.cg(formula="PR")


def test_restart_forgets_the_direction_where_gradients_are_not_orthogonal():
    direction = ConjugateGradient("PR+", restart=0.2)
    direction.start(2)
    direction.at(None, None, np.array([1.0, 0.0]))
    direction.update(np.array([-0.1, 0.0]), np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    assert (direction.at(None, None, np.array([1.0, 1.0])) == [-1.0, -1.0]).all()


@given(s=vectors, y=vectors)
def test_dfp_and_bfgs_are_dual_and_satisfy_the_secant_equation(s, y):
    if s @ y <= 1e-2:
        return
    dfp, dual = DFP(scale=None), optim.directions.BFGS(scale=None)
    dfp.update(s, y, y)
    dual.update(y, s, s)  # BFGS with s and y exchanged approximates the Hessian, so its inverse is DFP's H
    np.testing.assert_allclose(dfp.H @ y, s, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(dfp.H @ dual.H, np.eye(4), atol=1e-6 * np.abs(dfp.H).max() * np.abs(dual.H).max())


def test_the_first_inverse_hessian_has_the_sizes_of_variables_that_differ_widely():
    direction = optim.directions.BFGS(scale=1.0)
    direction.start(2)
    x, jac = np.array([1e-2, 1e3]), np.array([3.0, 2.0])
    direction.at(None, x, jac)
    step, change = np.array([1e-3, 10.0]), np.array([2.0, 1.0])
    direction.update(step, change, jac)
    D = np.diag(x**2)
    H = D * (step @ np.linalg.solve(D, step)) / (change @ step)
    rho, V = 1 / (change @ step), np.eye(2) - np.outer(step, change) / (change @ step)
    np.testing.assert_allclose(direction.H, V @ H @ V.T + rho * np.outer(step, step), rtol=1e-12)


@given(s=vectors, y=vectors, factor=st.floats(2.5, 100))
def test_bfgs_enlarges_an_inverse_hessian_that_is_too_small(s, y, factor):
    if s @ y <= 1e-2:
        return
    direction = optim.directions.BFGS()
    direction.update(s, y, y)
    H, jac = direction.H.copy(), -np.ones(4)
    step = 0.5 * direction.at(None, None, jac)  # α = ½
    change = -0.5 * jac / factor  # H⁻¹s / factor, so that sᵀH⁻¹s / yᵀs is the factor
    direction.update(step, change, jac + change)
    expected = optim.directions.BFGS(scale=None)
    expected.H = factor * H
    expected.update(step, change, jac + change)
    np.testing.assert_allclose(direction.H, expected.H, rtol=1e-6, atol=1e-9 * np.abs(expected.H).max())


def test_bfgs_finds_its_way_where_variables_differ_by_five_orders_of_magnitude():
    meyer = optim.problems.mgh()[9]
    for factor in (1, 10, 100):
        res = optim.minimize(meyer, meyer.start(factor))
        assert res.success and res.fun == pytest.approx(meyer.f_min, rel=1e-9)


def test_sr1_learns_the_inverse_hessian_of_an_indefinite_quadratic_exactly(rng):
    A = rng.normal(size=(5, 5))
    A += A.T
    direction = SR1(scale=None)
    for step in np.eye(5):
        direction.update(step, A @ step, A @ step)
    np.testing.assert_allclose(direction.H, np.linalg.inv(A), rtol=1e-8, atol=1e-8)
    assert (np.linalg.eigvalsh(A) < 0).any()
    jac = rng.normal(size=5)
    assert jac @ direction.at(None, None, jac) < 0  # and descends all the same


def test_sr1_skips_updates_that_would_divide_by_nothing():
    direction = SR1(scale=None)
    direction.update(np.array([1.0, 0.0]), np.array([1.0, 0.0]), np.zeros(2))  # s - Hy = 0
    assert (direction.H == np.eye(2)).all()
    direction.update(np.array([1.0, 1.0]), np.array([1.0, 0.0]), np.zeros(2))  # (s - Hy) ⟂ y
    assert (direction.H == np.eye(2)).all()


SMOOTH = [p for p in optim.problems.mgh() if p.name in ("wood", "helical_valley", "broyden_tridiagonal", "beale")]


@pytest.mark.parametrize("method", ["cg", "dfp", "sr1"])
@pytest.mark.parametrize("problem", SMOOTH, ids=lambda problem: problem.name)
def test_methods_solve_problems_of_the_collection(method, problem):
    res = optim.minimize(problem, problem.x0, method, max_iter=3000)
    assert res.success and res.fun - problem.f_min < 1e-12


def test_more_thuente_finds_what_scipy_finds():
    """SciPy's search of the same conditions, on a ray of Rosenbrock's function."""
    f = optim.problems.rosenbrock
    x, d = np.array([-1.2, 1.0]), np.array([1.0, 0.8])
    expected = scipy_line_search(f, ad.grad(f), x, d, c1=1e-4, c2=0.1)[0]
    objective = Objective(f, x)
    fun, jac = objective.value_and_gradient(x)
    ray = Ray(objective, x, fun, jac, d)
    outcome = MoreThuente(c2=0.1)(ray, 1.0)
    assert outcome.success and outcome.trial.alpha == pytest.approx(expected, rel=0.2)  # two points of one interval
