"""Roots and fixed points, against SciPy, closed forms and the implicit function theorem."""

import numpy as np
import pytest
import scipy.optimize
from numpy.testing import assert_allclose

import autodiff as ad
import optim
from optim import Status
from optim.errors import InvalidObjectiveError, UnknownMethodError, UnknownOptionError, UnsupportedProblemError

METHODS = ["newton", "broyden", "krylov", "anderson"]


def broyden_tridiagonal(x):
    """Moré, Garbow and Hillstrom 1981, problem 30."""
    padded = np.concatenate([np.zeros(1), x, np.zeros(1)])
    return (3 - 2 * x) * x - padded[:-2] - 2 * padded[2:] + 1


def discrete_boundary_value(x):
    """Moré, Garbow and Hillstrom 1981, problem 28."""
    n = x.size
    h, padded = 1 / (n + 1), np.concatenate([np.zeros(1), x, np.zeros(1)])
    t = h * np.arange(1, n + 1)
    return 2 * x - padded[:-2] - padded[2:] + h**2 * (x + t + 1) ** 3 / 2


def boundary_start(n):
    t = np.arange(1, n + 1) / (n + 1)
    return t * (t - 1)


def helical_valley(x):
    """Moré, Garbow and Hillstrom 1981, problem 7, for x₁ > 0."""
    angle = np.arctan(x[1] / x[0]) / (2 * np.pi)
    return np.stack([10 * (x[2] - 10 * angle), 10 * (np.sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]])


PROBLEMS = {
    "tridiagonal": (broyden_tridiagonal, -np.ones(20)),
    "boundary value": (discrete_boundary_value, boundary_start(20)),
    "helical valley": (helical_valley, np.array([0.8, 0.3, 0.1])),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_methods_find_the_root_that_scipy_finds(problem, method):
    F, x0 = PROBLEMS[problem]
    found = optim.root(F, x0, method)
    assert found.success and found.optimality <= 1e-10
    assert_allclose(found.residual, F(found.x), atol=1e-15)
    assert_allclose(found.fun, 0.5 * np.sum(found.residual**2))
    assert_allclose(found.x, scipy.optimize.root(F, x0, tol=1e-13).x, atol=1e-8)


def test_newton_converges_from_far_where_full_steps_do_not():
    found = optim.root(np.arctan, 10.0)
    assert found.success and abs(found.x) < 1e-10
    assert (found.history.lr[1:] < 1).any() and found.history.lr[-1] == 1
    assert (np.diff(found.history.fun) < 0).all()


def test_newton_converges_quadratically():
    found = optim.root(lambda x: x**2 - 2, 1.0)
    errors = np.sqrt(2 * found.history.fun)
    assert (errors[2:] < errors[1:-1] ** 2).all() and found.nit <= 6


@pytest.mark.parametrize("update", ["good", "bad"])
def test_broyden_evaluates_the_jacobian_once_where_all_goes_well(update):
    found = optim.root(broyden_tridiagonal, -np.ones(20), "broyden", update=update)
    assert found.success and found.njev == 1 and found.nfev < 30


def test_krylov_forms_no_jacobian():
    found = optim.root(discrete_boundary_value, boundary_start(200), "krylov")
    assert found.success and found.njev == 0 and found.nhvp > 0


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "jac", ["2-point", lambda x: np.array([[np.exp(x[0]), 0.0], [x[1], x[0]]])], ids=["2-point", "given"]
)
def test_jacobian_may_be_given_or_come_from_differences(method, jac):
    found = optim.root(lambda x: np.stack([np.exp(x[0]) - 2, x[0] * x[1] - 1]), np.array([1.0, 1.0]), method, jac=jac)
    assert found.success
    assert_allclose(found.x, [np.log(2), 1 / np.log(2)], rtol=1e-9)


def test_trees_of_unknowns():
    found = optim.root(lambda p: {"a": p["u"] ** 2 - 4, "b": p["v"] - p["u"]}, {"u": 1.0, "v": np.zeros(3)})
    assert_allclose(found.x["u"], 2.0)
    assert_allclose(found.x["v"], 2.0)
    assert set(found.residual) == {"u", "v"}


def test_a_function_without_a_root_is_no_success():
    for method in ("newton", "broyden", "krylov"):
        found = optim.root(lambda x: x**2 + 1, 3.0, method)
        assert not found.success
        assert found.fun <= min(found.history.fun) and abs(found.x) < 0.1  # the least that ‖F‖ can be


def test_root_at_rounding_is_the_precision_limit():
    """At 10⁸ the residual x² - 10¹⁶ - 1 cannot be brought below the spacing of floats, 2."""
    found = optim.root(lambda x: x**2 - 1e16 - 3, 1.0)
    assert found.status in (Status.PRECISION_LIMIT, Status.CONVERGED) and found.success
    assert_allclose(found.x, 1e8, rtol=1e-15)


@pytest.mark.parametrize("method", ["newton", "broyden"])
def test_singular_jacobian_at_the_start_is_left(method):
    found = optim.root(lambda x: np.stack([x[0] * x[1] - 2, x[0] + 2 * x[1] - 5]), np.array([1.0, 0.5]), method)
    assert found.success
    assert_allclose(sorted(np.abs(found.x[0] - [1.0, 4.0]))[0], 0, atol=1e-9)


# -- fixed points ------------------------------------------------------------------------------------------------------

DOTTIE = 0.7390851332151607


@pytest.mark.parametrize("method", ["plain", "anderson", "aitken"])
def test_fixed_point_of_the_cosine(method):
    found = optim.fixed_point(np.cos, 1.0, method)
    assert found.success
    assert_allclose(found.x, DOTTIE, atol=2e-10)
    assert found.nfev <= {"plain": 60, "anderson": 8, "aitken": 10}[method]


def test_plain_iteration_converges_by_the_spectral_radius():
    M = np.diag([0.5, -0.8])
    found = optim.fixed_point(lambda x: M @ x, np.array([1.0, 1.0]), "plain")
    ratios = found.history.grad_norm[6:] / found.history.grad_norm[5:-1]
    assert_allclose(ratios, 0.8, rtol=1e-9)


def test_steffensen_converges_where_the_iteration_diverges():
    assert optim.fixed_point(lambda x: 3 * x - 2 + 0.1 * (x - 1) ** 2, 1.5, "plain", max_iter=100).success is False
    assert_allclose(optim.fixed_point(lambda x: 3 * x - 2 + 0.1 * (x - 1) ** 2, 1.5, "steffensen").x, 1.0, atol=1e-9)


def test_anderson_solves_a_linear_problem_of_n_unknowns_in_n_plus_two_evaluations(rng):
    """With memory n it is GMRES, which ends after n steps; and it does so where the plain iteration diverges."""
    M, b = rng.normal(size=(6, 6)), rng.normal(size=6)
    found = optim.fixed_point(lambda x: M @ x + b, np.zeros(6), memory=6, tol=1e-8)
    assert np.abs(np.linalg.eigvals(M)).max() > 1
    assert found.success and found.nit <= 9
    assert_allclose(found.x, np.linalg.solve(np.eye(6) - M, b), atol=1e-6)


def test_divergence_returns_the_best_point():
    found = optim.fixed_point(lambda x: x**2, 1.1, "plain")
    assert found.status is Status.NOT_FINITE and found.x == 1.1


# -- derivatives -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_root_is_differentiable_by_every_method_in_both_modes(method):
    def at(a):
        return optim.root(lambda x, a: x**3 + a * x - 2, 1.0, method, args=(a,), tol=1e-12).x

    x = at(1.3)
    expected = -x / (3 * x**2 + 1.3)
    assert_allclose(ad.grad(at)(1.3), expected, rtol=1e-10)
    assert_allclose(ad.derivative(at)(1.3), expected, rtol=1e-10)


@pytest.mark.parametrize("method", ["plain", "anderson", "aitken"])
def test_fixed_point_is_differentiable(method):
    def at(a):
        return optim.fixed_point(lambda x, a: np.cos(a * x), 0.7, method, args=(a,), tol=1e-13).x

    expected = -DOTTIE * np.sin(DOTTIE) / (1 + np.sin(DOTTIE))
    assert_allclose(ad.grad(at)(1.0), expected, rtol=1e-10)
    assert_allclose(ad.derivative(at)(1.0), expected, rtol=1e-10)
    assert_allclose(ad.grad(ad.grad(at))(1.0), (ad.grad(at)(1.0001) - ad.grad(at)(0.9999)) / 2e-4, rtol=1e-6)


# -- errors ------------------------------------------------------------------------------------------------------------


def test_bad_input_is_refused_with_a_remedy():
    with pytest.raises(UnknownMethodError, match="did you mean broyden"):
        optim.root(np.sin, 1.0, "broyde")
    with pytest.raises(UnknownOptionError, match="no option 'memory'"):
        optim.root(np.sin, 1.0, "newton", memory=3)
    with pytest.raises(InvalidObjectiveError, match="3 equations for 2 unknowns"):
        optim.root(lambda x: np.ones(3), np.zeros(2))
    with pytest.raises(InvalidObjectiveError, match="must be None"):
        optim.root(np.sin, 1.0, jac="finite")
    with pytest.raises(InvalidObjectiveError, match=r"must be \(2, 2\)"):
        optim.root(lambda x: x, np.ones(2), jac=lambda x: np.ones(3))
    with pytest.raises(UnsupportedProblemError, match="one number, but x0 has 2"):
        optim.fixed_point(np.cos, np.ones(2), "aitken")
    with pytest.raises(InvalidObjectiveError, match="nan at x0"):
        optim.root(lambda x: x * np.nan, 1.0)
