"""Trust regions, truncated Newton and the natural gradient: exact subproblems, SciPy's minima, honest statuses."""

import numpy as np
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
import optim
from optim.directions.natural_gradient import NaturalGradient, pulled_back
from optim.directions.newton_cg import TruncatedNewton
from optim.objective import Objective
from optim.trust_region import Dogleg, Exact, Steihaug
from optim.trust_region.subproblem import exact_components

METHODS = ["trust_exact", "dogleg", "trust_ncg", "newton_cg"]


def quadratic(H, g):
    objective = Objective(lambda x: g @ x + 0.5 * x @ (H @ x), np.zeros(g.size))
    return objective, objective.x0, objective.value_and_gradient(objective.x0)[1]


def random_model(seed, n=5, definite=False):
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(n, n))
    return (A @ A.T + 0.1 * np.eye(n) if definite else A + A.T), rng.normal(size=n), rng.uniform(0.05, 5)


def assert_global_minimiser(H, g, radius, p):
    """Moré and Sorensen's conditions: (H + λI) p = -g, H + λI ≥ 0, λ ≥ 0, λ (Δ - ‖p‖) = 0."""
    shift = -(p @ (H @ p + g)) / (p @ p)
    size = np.abs(H).max() + np.linalg.norm(g) / radius
    assert np.linalg.norm(p) <= radius * (1 + 1e-9)
    assert shift >= -1e-8 * size
    np.testing.assert_allclose(H @ p + shift * p, -g, atol=1e-6 * (1 + size * np.linalg.norm(p)))
    assert np.linalg.eigvalsh(H + shift * np.eye(g.size)).min() >= -1e-6 * size
    assert shift <= 1e-6 * size or np.linalg.norm(p) >= radius * (1 - 1e-6)


@given(seed=st.integers(0, 10_000))
def test_exact_step_satisfies_the_conditions_of_a_global_minimiser(seed):
    H, g, radius = random_model(seed)
    objective, x, jac = quadratic(H, g)
    step, predicted = Exact().step(objective, x, jac, radius)
    assert_global_minimiser(H, g, radius, step)
    assert predicted == pytest.approx(-(g @ step) - 0.5 * step @ H @ step)


@pytest.mark.parametrize("gamma", [[0.0, 1.0, -2.0], [0.0, 0.0, 0.0], [1e-20, 1.0, 1.0]])
def test_exact_step_solves_the_hard_case(gamma):
    H, g = np.diag([-2.0, 1.0, 3.0]), np.array(gamma)
    p = exact_components(np.diagonal(H).copy(), g, 4.0)
    assert np.linalg.norm(p) == pytest.approx(4.0)
    assert_global_minimiser(H, g, 4.0, p)


@given(seed=st.integers(0, 10_000), definite=st.booleans())
def test_approximate_steps_stay_within_and_reach_the_cauchy_decrease(seed, definite):
    """Nocedal and Wright 2006, equation (4.20) with c₁ = ½ for the model that is used."""
    H, g, radius = random_model(seed, definite=definite)
    objective, x, jac = quadratic(H, g)
    eigenvalues, Q = np.linalg.eigh(H)
    for subproblem, B in ((Dogleg(), (Q * np.abs(eigenvalues)) @ Q.T), (Steihaug(), H)):
        step, predicted = subproblem.step(objective, x, jac, radius)
        assert np.linalg.norm(step) <= radius * (1 + 1e-9)
        assert predicted == pytest.approx(-(g @ step) - 0.5 * step @ B @ step, rel=1e-6)
        norm = np.linalg.norm(g)
        assert predicted >= 0.5 * norm * min(radius, norm / np.linalg.norm(B, 2)) * (1 - 1e-9)


@given(seed=st.integers(0, 10_000))
def test_all_subproblems_take_newtons_step_where_it_is_within(seed):
    H, g, _ = random_model(seed, definite=True)
    objective, x, jac = quadratic(H, g)
    newton = -np.linalg.solve(H, g)
    for subproblem in (Exact(), Dogleg()):
        step = subproblem.step(objective, x, jac, 1e6).step
        np.testing.assert_allclose(step, newton, rtol=1e-6, atol=1e-8)


@given(seed=st.integers(0, 10_000), definite=st.booleans())
def test_truncated_newton_descends(seed, definite):
    H, g, _ = random_model(seed, definite=definite)
    objective, x, jac = quadratic(H, g)
    direction = TruncatedNewton().at(objective, x, jac)
    assert direction @ jac < 0
    if definite:
        norm = np.linalg.norm(jac)
        assert np.linalg.norm(H @ direction + jac) <= min(0.5, np.sqrt(norm)) * norm * (1 + 1e-9)


PROBLEMS = [p for p in optim.problems.mgh() if p.number in (1, 5, 7, 9, 13, 14, 16, 20, 25, 26, 30, 32)]


@pytest.mark.parametrize("method", METHODS)
def test_known_minima_are_found(method):
    for problem in PROBLEMS:
        found = optim.minimize(problem.fun, problem.x0, method)
        assert found.success, problem.name
        near = [v for v in (problem.f_min, *problem.local_minima) if abs(found.fun - v) <= 1e-8 * abs(v) + 1e-10]
        assert near, (problem.name, found.fun)


@pytest.mark.parametrize(
    ("method", "theirs"),
    [("trust_exact", "trust-exact"), ("trust_ncg", "trust-ncg"), ("dogleg", "dogleg"), ("newton_cg", "Newton-CG")],
)
def test_no_more_than_twice_the_iterations_of_scipy(method, theirs):
    f, x0 = optim.problems.rosenbrock, np.array([-1.2, 1.0, -0.5, 0.7])
    kinds = {"jac": ad.grad(f), "hess": ad.hessian(f)}
    if method == "dogleg":
        f, x0 = (lambda x: np.exp(x).sum() + (x**4).sum()), np.array([3.0, -2.0, 1.0])
        kinds = {"jac": ad.grad(f), "hess": ad.hessian(f)}
    reference = scipy.optimize.minimize(f, x0, method=theirs, **kinds)
    found = optim.minimize(f, x0, method)
    assert found.success and found.fun <= reference.fun + 1e-8
    assert found.nit <= 2 * reference.nit + 5


@pytest.mark.parametrize("method", ["trust_exact", "dogleg", "newton_cg"])
def test_a_saddle_is_left_downhill(method):
    found = optim.minimize(lambda x: x[0] ** 2 - x[1] ** 2 + x[1] ** 4, np.array([1.0, 1e-3]), method)
    assert found.success and found.fun == pytest.approx(-0.25)


def test_history_shows_the_radius():
    found = optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "trust-exact", initial_radius=0.5)
    assert found.history.radius[0] == 0.5
    assert found.hess.shape == (2, 2) and found.nhev > 0


@pytest.mark.parametrize("method", METHODS)
def test_rounding_ends_a_run_as_a_success(method):
    found = optim.minimize(lambda x: ((x - 0.3) ** 4).sum() + 1e3, np.array([1.0, 2.0]), method, tol=0.0)
    assert found.success
    np.testing.assert_allclose(found.x, 0.3, atol=1e-2)


@pytest.mark.parametrize("method", METHODS)
def test_wrong_derivatives_are_not_called_a_success(method):
    found = optim.minimize(
        lambda x: (x**2).sum(), np.array([1.0, 2.0]), method, jac=lambda x: -2 * x, hess=lambda x: 2 * np.eye(2),
        max_iter=60,
    )  # fmt: skip
    assert not found.success


@pytest.mark.parametrize("method", METHODS)
def test_what_falls_without_end_is_called_unbounded_or_not_finite(method):
    found = optim.minimize(lambda x: -np.exp(x).sum(), np.array([1.0]), method)
    assert not found.success


@pytest.mark.parametrize("options", [{"initial_radius": 0}, {"initial_radius": 3, "max_radius": 2}, {"eta": 0.3}])
def test_impossible_radii_are_refused(options):
    with pytest.raises(optim.errors.UnknownOptionError, match="eta|radi"):
        optim.trust_exact(**options)


def test_gauss_newton_is_newton_without_second_derivatives():
    def residual(x):
        return np.stack([x[0] ** 2 - 2, x[0] * x[1] - 1, x[1] - 0.6])

    x0 = np.array([1.0, 1.0])
    J = ad.jacobian(residual)(x0)
    found = optim.least_squares(residual, x0, "gauss_newton", line_search="fixed", max_iter=1)
    np.testing.assert_allclose(found.x, x0 - np.linalg.solve(J.T @ J, J.T @ residual(x0)), rtol=1e-12)


# -- natural gradient -------------------------------------------------------------------------------------------------

RNG = np.random.default_rng(5)
FEATURES = RNG.normal(size=(40, 3))
LABELS = (FEATURES @ np.array([1.0, -2.0, 0.5]) + RNG.normal(size=40) > 0).astype(float)


def cross_entropy(w):
    logits = FEATURES @ w
    return (np.logaddexp(0, logits) - LABELS * logits).sum()


def test_fisher_of_logistic_regression_makes_it_newtons_method():
    """The Fisher information of a natural parameter is the Hessian (McCullagh and Nelder 1989, section 2.5)."""

    def bernoulli(logits):
        p = 1 / (1 + np.exp(-logits))
        return p * (1 - p)

    metric = pulled_back(lambda w: FEATURES @ w, bernoulli)
    w = np.array([0.3, -0.2, 0.1])
    np.testing.assert_allclose(metric(w), ad.hessian(cross_entropy)(w), rtol=1e-10)
    natural = optim.minimize(cross_entropy, w, "natural_gradient", metric=metric)
    newton = optim.minimize(cross_entropy, w, "newton")
    assert natural.success and natural.nit == newton.nit
    np.testing.assert_allclose(natural.x, newton.x, rtol=1e-8)


def test_natural_gradient_does_not_depend_on_linear_parametrisation():
    A = RNG.normal(size=(3, 3))
    w = np.array([0.3, -0.2, 0.1])

    def direction(f, x, outputs):
        objective = Objective(f, x)
        jac = objective.value_and_gradient(objective.x0)[1]
        return NaturalGradient(pulled_back(outputs)).at(objective, objective.x0, jac)

    plain = direction(cross_entropy, w, lambda x: FEATURES @ x)
    other = direction(lambda v: cross_entropy(A @ v), np.linalg.solve(A, w), lambda v: FEATURES @ (A @ v))
    np.testing.assert_allclose(A @ other, plain, rtol=1e-8)


def test_metric_must_be_given_positive_and_of_the_right_shape():
    with pytest.raises(optim.errors.OptimizationError, match="metric"):
        optim.natural_gradient()
    with pytest.raises(optim.errors.OptimizationError, match="damping"):
        optim.minimize(cross_entropy, np.zeros(3), "natural_gradient", metric=lambda x: np.zeros((3, 3)))
    with pytest.raises(optim.errors.OptimizationError, match=r"\(3, 3\)"):
        optim.minimize(cross_entropy, np.zeros(3), "natural_gradient", metric=lambda x: np.eye(2))
