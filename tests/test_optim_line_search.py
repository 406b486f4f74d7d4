"""Line searches: what they return as a success satisfies their conditions, and a failure loses nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
import optim
from optim.line_search import Armijo, Exact, Fixed, PreviousDecrease, Ray, StrongWolfe, UnitStep
from optim.line_search.interpolation import cubic_minimiser, quadratic_minimiser
from optim.objective import LimitReached, Objective


def ray_of(phi, slope=None):
    """A ray along which the objective is φ(α), downhill at 0."""
    objective = Objective(
        lambda x: phi(x[0]), np.zeros(1), jac=None if slope is None else lambda x: np.array([slope(x[0])])
    )
    fun, jac = objective.value_and_gradient(objective.x0)
    return Ray(objective, objective.x0, fun, jac, -jac / np.abs(jac))


# Functions of one variable, with slope -1 at 0 or so, that are hard on line searches (Moré and Thuente 1994, section 5,
# for the first three), and the way that their values go wrong far out.
PHI = {
    "one minimum": lambda a: -a / (a**2 + 2),
    "flat beyond": lambda a: (a + 0.004) ** 5 - 2 * (a + 0.004) ** 4,
    "wiggly": lambda a: (
        np.where(a <= 0.99, 1 - a, np.where(a >= 1.01, a - 1, (a - 1) ** 2 / 0.02 + 0.005))
        + (2 * 0.99 / (39 * np.pi)) * np.sin(39 * np.pi * a / 2)
    ),
    "parabola": lambda a: (a - 3) ** 2,
    "two valleys": lambda a: (a - 1) ** 2 * (a - 4) ** 2 + a / 2,
    "wall of nan": lambda a: -a + 0.1 * a**2 - 0.2 * np.log(2 - a),
    "overflow": lambda a: np.exp(a * 20) - 30 * a,
    "nearly constant": lambda a: 1e6 + 1e-3 * (a - 2) ** 2,
    "kink": lambda a: np.abs(a - 0.7) + 0.01 * a**2,
}


def satisfies(search, ray, trial, approximate):
    """The conditions, computed afresh from the functions of the objective."""
    fun, jac = ray.objective.value_and_gradient(ray.origin.x + trial.alpha * ray.direction)
    slope, origin = float(jac @ ray.direction), ray.origin
    decrease = fun <= origin.fun + search.c1 * trial.alpha * origin.slope
    if approximate:
        decrease = abs(fun - origin.fun) <= search.noise * abs(origin.fun)
        if isinstance(search, StrongWolfe):
            decrease &= slope <= (2 * search.c1 - 1) * origin.slope
    curvature = not isinstance(search, StrongWolfe) or abs(slope) <= search.c2 * abs(origin.slope)
    return decrease and curvature


@pytest.mark.parametrize(
    "search", [StrongWolfe(), StrongWolfe(c2=0.1), StrongWolfe(1e-3, 0.01), Armijo(), Armijo(c1=0.3)]
)
@pytest.mark.parametrize("phi", PHI)
@pytest.mark.parametrize("alpha", [1e-6, 1e-3, 0.1, 1.0, 10.0, 1e4])
def test_success_satisfies_the_conditions(search, phi, alpha):
    ray = ray_of(PHI[phi])
    with np.errstate(all="ignore"):
        trial, success, approximate = search(ray, alpha)
        if success:
            assert satisfies(search, ray, trial, approximate)
        else:
            assert phi == "kink" and isinstance(search, StrongWolfe)  # where no point may have a small slope
        assert trial.fun <= ray.origin.fun
        assert trial.fun == PHI[phi](np.array(trial.x[0]))


@given(
    coefficients=st.lists(st.floats(-3, 3), min_size=6, max_size=6),
    alpha=st.floats(1e-4, 1e4),
    c2=st.floats(0.05, 0.95),
)
def test_wolfe_conditions_hold_on_random_functions(coefficients, alpha, c2):
    a, b, c, d, e, f = coefficients

    def phi(t):
        return 0.05 * t**2 - 0.5 * t + a * np.sin(b * t) + c * np.cos(d * t) + e / (1 + (t - f) ** 2)

    ray = ray_of(phi)
    if not abs(ray.origin.slope) > 1e-6:
        return
    search = StrongWolfe(1e-4, c2)
    trial, success, approximate = search(ray, alpha)
    assert success, "bounded below and smooth: there is such a step"
    assert satisfies(search, ray, trial, approximate)


@given(seed=st.integers(0, 10_000), alpha=st.floats(1e-3, 1e3))
def test_wolfe_conditions_hold_along_any_descent_direction_of_rosenbrock(seed, alpha):
    rng = np.random.default_rng(seed)
    objective = Objective(optim.problems.rosenbrock, rng.normal(size=4))
    fun, jac = objective.value_and_gradient(objective.x0)
    direction = -jac / np.abs(jac).max() + 0.5 * rng.normal(size=4)
    if not jac @ direction < 0:
        return
    ray = Ray(objective, objective.x0, fun, jac, direction)
    for search in (StrongWolfe(), Armijo()):
        trial, success, approximate = search(ray, alpha)
        assert success and not approximate and satisfies(search, ray, trial, approximate)


def test_gradient_of_the_accepted_point_comes_with_it():
    ray = ray_of(PHI["parabola"])
    trial = StrongWolfe()(ray, 1.0).trial
    evaluations = ray.objective.nfev
    assert ray.objective.value_and_gradient(trial.x)[1] is trial.jac
    assert ray.objective.nfev == evaluations


def test_failed_search_returns_the_lowest_trial():
    ray = ray_of(PHI["parabola"], slope=lambda a: -1.0)  # the derivative is wrong: it never flattens
    outcome = StrongWolfe(max_evaluations=6)(ray, 1.0)
    assert not outcome.success
    assert outcome.trial.fun == ray.lowest.fun < ray.origin.fun


@pytest.mark.parametrize("search", [StrongWolfe(), Armijo()])
def test_ascending_function_leaves_the_search_at_the_origin(search):
    ray = ray_of(lambda a: a**2 + a, slope=lambda a: -1.0)
    ray.direction = np.array([1.0])
    outcome = search(ray, 1.0)
    assert not outcome.success and outcome.trial is ray.origin


def test_step_is_never_longer_than_allowed():
    tried = []
    ray = ray_of(lambda a: -a, slope=lambda a: tried.append(a) or -1.0)
    outcome = StrongWolfe(max_step=5.0)(ray, 1.0)
    assert not outcome.success and outcome.trial.alpha == 5.0 == max(tried)


def test_function_without_bound_is_accepted_where_it_is_minus_infinity():
    with np.errstate(over="ignore"):
        outcome = StrongWolfe()(ray_of(lambda a: -np.exp(a) - a), 1.0)
    assert outcome.success and outcome.trial.fun == -math.inf


def test_nothing_is_evaluated_beyond_the_limit():
    ray = ray_of(PHI["overflow"])
    ray.objective.limit(3, math.inf)
    with np.errstate(all="ignore"), pytest.raises(LimitReached):
        StrongWolfe(1e-4, 1e-3)(ray, 10.0)
    assert ray.objective.nfev == 3


def test_near_the_rounding_error_slopes_decide():
    ray = ray_of(lambda a: 1e8 + 1e-9 * (a - 1) ** 2)  # the values differ by less than their last digit
    outcome = StrongWolfe(c2=0.1)(ray, 0.25)
    assert outcome.success and outcome.trial.fun == ray.origin.fun
    np.testing.assert_allclose(outcome.trial.alpha, 1.0, atol=0.1)


@pytest.mark.parametrize("options", [{"c1": 0.0}, {"c1": 0.5, "c2": 0.4}, {"c2": 1.0}])
def test_conditions_that_cannot_hold_are_refused(options):
    with pytest.raises(ValueError, match="0 < c1 < c2 < 1"):
        StrongWolfe(**options)


def test_armijo_asks_for_no_gradient_of_the_steps_it_rejects():
    ray = ray_of(lambda a: (a - 1) ** 2, slope=lambda a: 2 * (a - 1))
    Armijo(longest=0.1)(ray, 1e4)
    assert ray.objective.njev == 2 and ray.objective.nfev > 4


@pytest.mark.parametrize("options", [{"c1": 1.0}, {"shortest": 0.0}, {"shortest": 0.6}, {"longest": 1.0}])
def test_backtracking_that_cannot_end_is_refused(options):
    with pytest.raises(ValueError):
        Armijo(**options)


# -- exact -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phi", ["one minimum", "flat beyond", "parabola", "two valleys", "wall of nan", "overflow"])
@pytest.mark.parametrize("alpha", [0.01, 1.0, 100.0])
def test_exact_search_ends_in_a_minimum(phi, alpha):
    ray = ray_of(PHI[phi])
    with np.errstate(all="ignore"):
        outcome = Exact()(ray, alpha)
        at = outcome.trial.alpha
        _, slope, curvature = ray.derivatives_at(at)
    assert outcome.success and abs(slope) <= 1e-10 * abs(ray.origin.slope) and curvature > 0


def test_exact_search_needs_one_newton_step_on_a_parabola():
    ray = ray_of(PHI["parabola"])
    assert Exact()(ray, 1.0).trial.alpha == 3.0
    assert ray.objective.nhvp == 2  # at 0, and at the minimum to see that it is one


@given(seed=st.integers(0, 10_000))
def test_derivatives_along_a_ray_agree_with_gradient_and_hessian(seed):
    rng = np.random.default_rng(seed)
    x, d, alpha = rng.normal(size=3), rng.normal(size=3), rng.normal()
    f, other = optim.problems.rosenbrock, Objective(optim.problems.rosenbrock, x)
    given_hessian = Objective(f, x, jac=ad.grad(f), hess=ad.hessian(f))
    for objective in (other, given_hessian):
        found = objective.derivatives_along(x, d, alpha)
        at = x + alpha * d
        expected = (f(at), ad.grad(f)(at) @ d, d @ ad.hessian(f)(at) @ d)
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_derivatives_along_a_ray_of_a_tree_are_those_of_the_vector():
    objective = Objective(lambda p: p["a"] ** 3 * p["b"].sum(), {"a": 2.0, "b": np.ones(2)})
    found = objective.derivatives_along(objective.x0, np.array([1.0, 0.0, 1.0]), 0.0)
    assert found == (16.0, 3 * 4 * 2 + 8.0, 6 * 2 * 2 + 2 * 3 * 4)


# -- interpolation and first steps -------------------------------------------------------------------------------------


@given(
    roots=st.tuples(st.floats(-5, 5), st.floats(0.1, 5)),
    a=st.floats(-10, 10),
    b=st.floats(-10, 10),
    size=st.floats(0.1, 10),
)
def test_cubic_interpolation_finds_the_minimiser_of_a_cubic(roots, a, b, size):
    if abs(a - b) < 0.1:
        return
    low, gap = roots
    top, bottom = low, low + gap  # φ' = (t - top)(t - bottom): a maximum, then a minimum

    def phi(t):
        return size * (t**3 / 3 - (top + bottom) * t**2 / 2 + top * bottom * t)

    def slope(t):
        return size * (t - top) * (t - bottom)

    found = cubic_minimiser(a, phi(a), slope(a), b, phi(b), slope(b))
    np.testing.assert_allclose(found, bottom, atol=1e-4)


def test_interpolation_says_where_there_is_no_minimum():
    assert math.isnan(quadratic_minimiser(0.0, 0.0, -1.0, 1.0, -1.0))
    assert math.isnan(quadratic_minimiser(0.0, 0.0, -1.0, 1.0, -2.0))
    assert math.isnan(cubic_minimiser(0.0, 0.0, -1.0, 1.0, -1.0, -1.0))


def test_fixed_search_takes_its_step_whatever_happens():
    outcome = Fixed(2.0)(ray_of(lambda a: a**2 - 0.1 * a), 1.0)
    assert outcome.success and outcome.trial.alpha == 2.0 and outcome.trial.fun > 0


def test_first_steps_do_not_depend_on_the_units_of_the_objective():
    x, jac = np.array([3.0, -1.0]), np.array([20.0, 5.0])
    for scale in (1e-8, 1.0, 1e8):
        step = UnitStep()(x, 5.0 * scale, jac * scale, -(scale**2) * (jac @ jac), False, math.nan)
        np.testing.assert_allclose(step * jac * scale, 0.01 * 3.0 * jac / 20.0)
    assert UnitStep()(x, 5.0, jac, -1.0, True, math.nan) == 1.0


def test_previous_decrease_is_expected_again():
    x, jac = np.ones(2), np.ones(2)
    assert PreviousDecrease()(x, 1.0, jac, -4.0, False, 1.0) == pytest.approx(0.505)
    assert PreviousDecrease()(x, 1.0, jac, -1.0, True, 100.0) == 1.0
    assert PreviousDecrease()(x, 1.0, jac, -1.0, True, 0.0) == 1.0  # nothing to go by: as at first
