"""Games: every method takes the steps, and has the rate, that its spectrum says."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import autodiff as ad
import optim
from optim import Status
from optim.errors import InvalidStartError, UnknownMethodError, UnknownOptionError

METHODS = ["simultaneous", "alternating", "extragradient", "optimistic", "consensus", "symplectic"]
ALPHA = 0.3


def bilinear(x, y):
    return x * y


FACTORS = {
    "simultaneous": np.sqrt(1 + ALPHA**2),
    "alternating": 1.0,
    "extragradient": np.sqrt(1 - ALPHA**2 + ALPHA**4),
    "optimistic": np.abs(np.roots([1, -(1 - 2j * ALPHA), -1j * ALPHA])).max(),
    "consensus": np.sqrt((1 - ALPHA) ** 2 + ALPHA**2),
    "symplectic": np.sqrt((1 - ALPHA) ** 2 + ALPHA**2),
}


@pytest.mark.parametrize("method", METHODS)
def test_the_bilinear_game_contracts_or_spirals_by_the_known_factor(method):
    found = optim.minimax(bilinear, 1.0, 0.5, method, learning_rate=ALPHA, max_iter=200, tol=0, record="full")
    distance = np.linalg.norm(np.array(found.history.x), axis=1)
    mean = (distance[200] / distance[100]) ** (1 / 100)
    # the alternating play circles on an ellipse, so that its mean over a hundred steps is 1 up to the axes' ratio
    assert_allclose(mean, FACTORS[method], rtol=5e-3 if method == "alternating" else 1e-6)


def saddle(rng):
    """½ xᵀPx + xᵀBy - ½ yᵀQy, and the Jacobian of its field."""
    B = rng.normal(size=(3, 2))
    P, Q = np.diag([1.0, 0.5, 2.0]), np.diag([1.5, 0.7])

    def f(x, y):
        return 0.5 * (x @ (P @ x)) + x @ (B @ y) - 0.5 * (y @ (Q @ y))

    return f, np.block([[P, B], [-B.T, Q]])


def maps(J, alpha):
    """What each method multiplies z by, as a matrix."""
    n, A = len(J), 0.5 * (J - J.T)
    eye = np.eye(n)
    first, second = np.diag([1.0, 1, 1, 0, 0]), np.diag([0.0, 0, 0, 1, 1])
    return {
        "simultaneous": eye - alpha * J,
        "alternating": (eye - alpha * second @ J) @ (eye - alpha * first @ J),
        "extragradient": eye - alpha * J @ (eye - alpha * J),
        "consensus": eye - alpha * (J + J.T @ J),
        "symplectic": eye - alpha * (J + A.T @ J),
    }


@pytest.mark.parametrize("method", METHODS)
def test_a_quadratic_saddle_is_played_by_the_known_matrix(method, rng):
    f, J = saddle(rng)
    alpha, z = 0.05, np.array([1.0, -1.0, 0.5, 2.0, -0.3])
    found = optim.minimax(f, z[:3], z[3:], method, learning_rate=alpha, max_iter=30, tol=0, record="full")
    expected, before = [z], z
    for _ in range(30):
        if method == "optimistic":
            z, before = z - alpha * (2 * J @ z - J @ before), z
        else:
            z = maps(J, alpha)[method] @ z
        expected.append(z)
    assert_allclose([np.concatenate(pair) for pair in found.history.x], expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_strongly_convex_concave_game_is_solved(method, rng):
    f, _ = saddle(rng)
    found = optim.minimax(f, np.ones(3), np.ones(2), method, learning_rate=0.05)
    assert found.success and found.status is Status.CONVERGED and found.optimality <= 1e-8
    assert_allclose(np.concatenate([found.x, found.y]), 0, atol=1e-7)
    assert_allclose(np.concatenate(found.jac), np.concatenate(ad.grad(f, (0, 1))(found.x, found.y)), atol=1e-15)


def test_players_may_be_trees():
    def f(x, y):
        return (x["a"] - 1) ** 2 + np.sum(x["b"] ** 2) + x["a"] * y - (y - 2) ** 2

    found = optim.minimax(f, {"a": 0.0, "b": np.ones(2)}, 0.0)
    assert found.success  # 2 (a - 1) + y = 0 and a = 2 (y - 2)
    assert_allclose([found.x["a"], found.y], [0.0, 2.0], atol=1e-8)


def test_alignment_leaves_an_unstable_point():
    """At the maximum of both losses adjusting alone may attract; aligned, it does not."""

    def f(x, y):
        return -0.5 * x**2 + 4 * x * y + 0.5 * y**2

    ends = {
        align: optim.minimax(f, 0.5, 0.5, "symplectic", learning_rate=0.01, strength=1.0, align=align, max_iter=600)
        for align in (True, False)
    }
    assert abs(ends[False].x) < 1e-3 < 1 < abs(ends[True].x)


def test_divergence_returns_the_point_of_smallest_gradients():
    def f(x, y):
        return np.sum(x * y + x**4 * y)

    found = optim.minimax(f, np.ones(1), np.full(1, 0.5), "simultaneous", learning_rate=1.0)
    assert found.status is Status.NOT_FINITE and not found.success
    assert np.isfinite(found.x) and np.isfinite(found.y)
    gradients = np.concatenate(ad.grad(f, (0, 1))(found.x, found.y))
    assert_allclose(found.optimality, np.abs(gradients).max())
    assert_allclose(found.optimality, np.nanmin(found.history.grad_norm))


def test_a_saddle_point_is_differentiable_with_respect_to_what_the_game_depends_on():
    def f(x, y, a):
        return (x - a) ** 2 + x * y - (y - a**2) ** 2

    def at(a):
        found = optim.minimax(f, 0.0, 0.0, args=(a,), tol=1e-12)
        return found.x * found.y

    def exact(a):  # 2 (x - a) + y = 0,  x - 2 (y - a²) = 0
        x, y = (4 * a - 2 * a**2) / 5, (2 * a + 4 * a**2) / 5
        return x * y

    assert_allclose(ad.grad(at)(0.8), ad.grad(exact)(0.8), rtol=1e-9)
    assert_allclose(ad.derivative(at)(0.8), ad.grad(exact)(0.8), rtol=1e-9)


def test_bad_input_is_refused():
    with pytest.raises(UnknownMethodError, match="did you mean extragradient"):
        optim.minimax(bilinear, 1.0, 1.0, "extragradent")
    with pytest.raises(UnknownOptionError, match="no option 'strength'"):
        optim.minimax(bilinear, 1.0, 1.0, "optimistic", strength=1.0)
    with pytest.raises(ValueError, match="positive and finite"):
        optim.minimax(bilinear, 1.0, 1.0, learning_rate=-1.0)
    with pytest.raises(InvalidStartError, match="finite"):
        optim.minimax(bilinear, 1.0, np.nan)
