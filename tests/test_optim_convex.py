"""Methods for a smooth function plus a term, or over a set: against scikit-learn, SciPy and closed forms."""

import numpy as np
import pytest
from scipy.optimize import minimize as scipy_minimize

import autodiff as ad
import optim
from optim.errors import InvalidStartError, UnknownOptionError, UnsupportedProblemError
from optim.proximal import (
    L1,
    Affine,
    Box,
    ElasticNet,
    GroupL1,
    InvalidTermError,
    L1Ball,
    L2Ball,
    NonNegative,
    Nuclear,
    NuclearBall,
    PositiveSemidefinite,
    Simplex,
    TotalVariation,
    Zero,
)

PROXIMAL = ("proximal_gradient", "fista", "coordinate_descent", "admm")
PROJECTING = ("proximal_gradient", "fista", "projected_gradient", "admm")


@pytest.fixture(scope="module")
def regression():
    rng = np.random.default_rng(3)
    A = rng.standard_normal((40, 8))
    truth = np.array([2.0, -1.5, 0, 0, 1, 0, 0, 0])
    return A, A @ truth + 0.1 * rng.standard_normal(40)


def least_squares(A, b):
    return lambda x: ((A @ x - b) ** 2).sum() / (2 * len(b))


@pytest.mark.parametrize("method", PROXIMAL)
def test_lasso_agrees_with_scikit_learn(method, regression):
    from sklearn.linear_model import Lasso

    A, b = regression
    expected = Lasso(alpha=0.1, fit_intercept=False, tol=1e-14, max_iter=100_000).fit(A, b).coef_
    res = optim.minimize(least_squares(A, b), np.zeros(8), method, regularizer=L1(0.1))
    assert res.status is optim.Status.CONVERGED and res.optimality <= 1e-8
    np.testing.assert_allclose(res.x, expected, atol=1e-7)
    np.testing.assert_array_equal(res.x == 0, expected == 0)  # the same zeros, exactly
    assert res.fun == pytest.approx(least_squares(A, b)(res.x) + 0.1 * np.abs(res.x).sum(), rel=1e-14)
    assert res.history.fun[-1] == res.fun


@pytest.mark.parametrize("method", PROXIMAL)
def test_elastic_net_agrees_with_scikit_learn(method, regression):
    from sklearn.linear_model import ElasticNet as Reference

    A, b = regression
    fitted = Reference(alpha=0.2, l1_ratio=0.5, fit_intercept=False, tol=1e-14, max_iter=100_000).fit(A, b)
    res = optim.minimize(least_squares(A, b), np.zeros(8), method, regularizer=ElasticNet(0.1, 0.1))
    assert res.success
    np.testing.assert_allclose(res.x, fitted.coef_, atol=1e-7)


@pytest.mark.parametrize("method", PROXIMAL)
def test_sparse_logistic_regression_satisfies_the_conditions_of_its_optimum(method, regression):
    A, b = regression
    labels, weight = np.sign(b), 0.05
    res = optim.minimize(
        lambda x: np.log1p(np.exp(-labels * (A @ x))).mean(), np.zeros(8), method, regularizer=L1(weight)
    )
    gradient = A.T @ (-labels / (1 + np.exp(labels * (A @ res.x)))) / len(b)
    assert res.success
    assert (np.abs(gradient) <= weight + 1e-7).all()
    on = res.x != 0
    assert 0 < on.sum() < 8
    np.testing.assert_allclose(gradient[on], -weight * np.sign(res.x[on]), atol=1e-7)


def test_fista_takes_far_fewer_iterations_than_the_plain_method(regression):
    scales = np.geomspace(1, 1e3, 8)
    f = lambda x: (scales * (x - 1) ** 2).sum() / 2  # noqa: E731
    plain = optim.minimize(f, np.zeros(8), "proximal_gradient", regularizer=L1(0.1), max_iter=800)
    fast = optim.minimize(f, np.zeros(8), "fista", regularizer=L1(0.1), max_iter=800)
    unrestarted = optim.minimize(f, np.zeros(8), "fista", regularizer=L1(0.1), restart=None, max_iter=800)
    assert fast.success and not plain.success and not unrestarted.success
    np.testing.assert_allclose(fast.x, 1 - 0.1 / scales, atol=1e-8)


def test_proximal_gradient_never_rises(regression):
    history = optim.minimize(least_squares(*regression), np.ones(8), "proximal_gradient", regularizer=L1(0.1)).history
    assert (np.diff(history.fun) <= 1e-15).all()


@pytest.mark.parametrize("method", PROJECTING)
@pytest.mark.parametrize("C", [Simplex(), L1Ball(1.0), L2Ball(1.0), Box(-0.3, 0.8), NonNegative()], ids=repr)
def test_quadratic_over_a_set_satisfies_the_variational_inequality(method, C, rng):
    M = rng.standard_normal((5, 5))
    H, b = M @ M.T + np.eye(5), 3 * rng.standard_normal(5)
    res = optim.minimize(lambda x: 0.5 * x @ H @ x - b @ x, np.full(5, 0.2), method, constraints=C)
    assert res.success and C.contains(res.x)
    gradient = H @ res.x - b
    np.testing.assert_allclose(res.x, C.project(res.x - gradient), atol=2e-8)
    for _ in range(20):  # no point of the set lies downhill
        z = C.project(3 * rng.standard_normal(5))
        assert gradient @ (z - res.x) >= -1e-6


@pytest.mark.parametrize("method", [*PROJECTING, "frank_wolfe", "mirror_descent"])
def test_simplex_quadratic_agrees_with_slsqp(method, rng):
    M = rng.standard_normal((6, 6))
    H, b = M @ M.T + np.eye(6), rng.standard_normal(6)
    f = lambda x: 0.5 * x @ H @ x - b @ x  # noqa: E731
    start = np.full(6, 1 / 6)
    total = {"type": "eq", "fun": lambda x: x.sum() - 1}
    expected = scipy_minimize(f, start, jac=lambda x: H @ x - b, bounds=[(0, 1)] * 6, constraints=total, tol=1e-14)
    res = optim.minimize(f, start, method, constraints=Simplex())
    assert res.success
    np.testing.assert_allclose(res.x, expected.x, atol=1e-4 if method == "frank_wolfe" else 1e-6)
    assert res.fun == pytest.approx(expected.fun, abs=1e-7)


def test_frank_wolfe_gap_bounds_what_is_left_to_gain(rng):
    M = rng.standard_normal((6, 6))
    H, b = M @ M.T + np.eye(6), rng.standard_normal(6)
    f = lambda x: 0.5 * x @ H @ x - b @ x  # noqa: E731
    best = optim.minimize(f, np.full(6, 1 / 6), "projected_gradient", constraints=Simplex()).fun
    for variant in ("away", "plain", "open_loop"):
        history = optim.minimize(
            f, np.ones(6), "frank_wolfe", variant=variant, constraints=Simplex(), max_iter=60
        ).history
        gap = history.grad_norm * np.maximum(1, np.abs(history.fun))
        assert (history.fun - best <= gap + 1e-12).all(), variant


def test_away_steps_converge_where_plain_frank_wolfe_zigzags(rng):
    M = rng.standard_normal((12, 20))
    f = lambda x: ((M @ x - 1) ** 2).sum() / 2  # noqa: E731
    away, plain = (
        optim.minimize(f, np.ones(20), "frank_wolfe", variant=v, constraints=Simplex(), max_iter=400)
        for v in ("away", "plain")
    )
    assert away.optimality < plain.optimality / 30


def test_frank_wolfe_completes_a_matrix_of_low_rank(rng):
    truth = np.outer(rng.standard_normal(6), rng.standard_normal(5))
    ball = NuclearBall(np.linalg.svd(truth, compute_uv=False).sum())
    seen = (rng.random((6, 5)) < 0.8).astype(float)
    f = lambda X: (seen * (X - truth) ** 2).sum()  # noqa: E731
    res = optim.minimize(f, np.zeros((6, 5)), "frank_wolfe", variant="plain", constraints=ball, tol=5e-3)
    assert res.success and ball.contains(res.x) and res.fun <= 5e-3  # the gap bounds f, whose least value is 0


def test_mirror_descent_solves_the_entropic_problem_in_closed_form(rng):
    """min ⟨c, x⟩ + Σ x log x over the simplex is the softmax of -c."""
    c = rng.standard_normal(5)
    f = lambda x: c @ x + (x * np.log(x)).sum()  # noqa: E731
    res = optim.minimize(f, np.ones(5) / 5, "mirror_descent", constraints=Simplex())
    assert res.success
    np.testing.assert_allclose(res.x, np.exp(-c) / np.exp(-c).sum(), atol=1e-8)


def test_mirror_descent_on_nonnegative_entries():
    res = optim.minimize(
        lambda x: ((x - np.array([2.0, -1.0])) ** 2).sum(), np.ones(2), "mirror_descent", constraints=NonNegative()
    )
    np.testing.assert_allclose(res.x, [2.0, 0.0], atol=1e-7)


def test_nuclear_norm_and_cone_of_matrices(rng):
    B = rng.standard_normal((4, 4))
    f = lambda X: ((X - B) ** 2).sum() / 2  # noqa: E731
    res = optim.minimize(f, np.zeros((4, 4)), "fista", regularizer=Nuclear(0.5))
    np.testing.assert_allclose(res.x, Nuclear(0.5).prox(B), atol=1e-8)
    nearest = optim.minimize(f, np.zeros((4, 4)), "projected_gradient", constraints=PositiveSemidefinite()).x
    np.testing.assert_allclose(nearest, PositiveSemidefinite().project(B), atol=1e-8)


def test_admm_with_a_difference_matrix_is_total_variation(rng):
    b = np.repeat([0.0, 3.0, 1.0], 6) + 0.3 * rng.standard_normal(18)
    D = np.diff(np.eye(18), axis=0)
    res = optim.minimize(lambda x: ((x - b) ** 2).sum() / 2, np.zeros(18), "admm", regularizer=L1(0.8), matrix=D)
    assert res.success
    np.testing.assert_allclose(res.x, TotalVariation(0.8).prox(b), atol=1e-6)
    assert max(res.history.primal_residual[-1], res.history.dual_residual[-1]) < 1e-6


def test_group_lasso_switches_whole_groups_off(regression):
    groups = [[0, 1], [2, 3], [4, 5], [6, 7]]
    res = optim.minimize(least_squares(*regression), np.zeros(8), "fista", regularizer=GroupL1(groups, 0.3))
    assert [bool(res.x[g].any()) for g in groups] == [True, False, True, False]


@pytest.mark.parametrize("method", ["proximal_gradient", "fista", "projected_gradient", "coordinate_descent", "admm"])
def test_bounds_agree_with_scipy(method):
    f = lambda x: ((x[1:] - x[:-1] ** 2) ** 2).sum() + ((1 - x) ** 2).sum()  # noqa: E731
    bounds = [(0.0, 0.5), (None, 0.2), (-1.0, None)]
    expected = scipy_minimize(f, np.zeros(3), bounds=bounds, method="L-BFGS-B", options={"ftol": 1e-15, "gtol": 1e-9})
    res = optim.minimize(f, np.zeros(3), method, bounds=bounds)
    assert res.success
    np.testing.assert_allclose(res.x, expected.x, atol=1e-6)


@pytest.mark.parametrize("method", ["proximal_gradient", "fista"])
def test_trees_have_a_term_for_each_leaf(method):
    f = lambda p: ((p["w"] - 2) ** 2).sum() + (p["b"] - 3) ** 2  # noqa: E731
    res = optim.minimize(f, {"w": np.zeros(2), "b": 0.0}, method, regularizer={"w": L1(2.0), "b": Zero()})
    np.testing.assert_allclose(res.x["w"], 1.0, atol=1e-8)
    assert res.x["b"] == pytest.approx(3.0, abs=1e-8)


def test_maximisation_subtracts_the_term():
    res = optim.minimize(lambda x: -((x - 3) ** 2).sum() / 2, np.zeros(1), "fista", regularizer=L1(1.0), maximize=True)
    np.testing.assert_allclose(res.x, [2.0], atol=1e-8)
    assert res.fun == pytest.approx(-0.5 - 2.0)


def test_limit_returns_the_lowest_sum_of_both():
    res = optim.minimize(
        lambda x: ((x - 3) ** 2).sum(), np.zeros(2), "fista", regularizer=L1(5.0), step=0.01, max_iter=2
    )
    assert res.status is optim.Status.ITERATION_LIMIT and not res.success
    assert res.fun == pytest.approx(((res.x - 3) ** 2).sum() + 5 * np.abs(res.x).sum())
    assert res.fun == res.history.fun.min() == res.best.fun


def test_wrong_derivatives_are_no_success():
    for method in ("proximal_gradient", "fista", "projected_gradient"):
        res = optim.minimize(lambda x: (x**2).sum(), np.ones(2), method, jac=lambda x: -2 * x, max_iter=50)
        assert not res.success, method


@pytest.mark.parametrize(
    "error, method, keywords",
    [
        (UnsupportedProblemError, "fista", {"regularizer": L1(), "bounds": [(0, 1)] * 2}),
        (UnsupportedProblemError, "frank_wolfe", {}),
        (UnsupportedProblemError, "frank_wolfe", {"constraints": Affine(np.ones((1, 2)), np.ones(1))}),
        (UnsupportedProblemError, "mirror_descent", {"constraints": L2Ball()}),
        (UnsupportedProblemError, "coordinate_descent", {"constraints": Simplex()}),
        (UnsupportedProblemError, "bfgs", {"constraints": Simplex()}),
        (UnsupportedProblemError, "projected_gradient", {"constraints": {"type": "eq", "fun": lambda x: x[0]}}),
        (InvalidStartError, "mirror_descent", {"constraints": Simplex()}),
        (InvalidTermError, "fista", {"regularizer": 0.1}),
        (InvalidTermError, "admm", {"regularizer": L1(), "matrix": np.ones((2, 3))}),
        (UnknownOptionError, "fista", {"restart": "often"}),
        (UnknownOptionError, "frank_wolfe", {"variant": "fast"}),
        (UnknownOptionError, "coordinate_descent", {"order": "greedy"}),
    ],
)
def test_what_cannot_be_done_is_refused(error, method, keywords):
    with pytest.raises(error):
        optim.minimize(lambda x: (x**2).sum(), np.array([0.0, 0.5]), method, **keywords)


def test_admm_with_a_matrix_does_not_take_the_minimum_of_f_alone_for_that_of_the_sum():
    """½ (x - 1)² + 0.1 |2 x| is least at 0.8; at x = 1 the gradient of f vanishes, as the first multiplier does."""
    found = optim.minimize(lambda x: 0.5 * ((x - 1) ** 2).sum(), np.ones(1), "admm", regularizer=L1(0.1),
                           matrix=np.array([[2.0]]))  # fmt: skip
    assert found.success
    np.testing.assert_allclose(found.x, 0.8, atol=1e-7)


@pytest.mark.parametrize("method", ["projected_gradient", "proximal_gradient", "fista"])
def test_nothing_is_evaluated_outside_of_the_bounds(method):
    asked = []

    def f(x):
        asked.append(np.array(ad.stop_gradient(x)))
        return np.sum((x + 1.0) ** 2)

    optim.minimize(f, np.array([0.5, 0.0]), method=method, bounds=[(0.0, 1.0)] * 2)
    assert all(np.all((0 <= x) & (x <= 1)) for x in asked)
