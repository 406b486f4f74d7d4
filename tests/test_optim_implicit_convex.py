"""Minimisers over convex sets and with regularizers have the derivatives of the fixed points that they are."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import autodiff as ad
import optim
from optim import proximal

MODES = {"forward": ad.jacfwd, "reverse": ad.jacrev}
Q = np.array([[4.0, 1.0, 0.0, 0.5], [1.0, 3.0, 0.5, 0.0], [0.0, 0.5, 2.0, 0.3], [0.5, 0.0, 0.3, 3.0]])
B = np.array([2.0, -2.5, 1.0, 0.4])


def curved(x, b):
    return 0.5 * x @ Q @ x - b @ x + 0.05 * np.sum(x**4)


def differences(f, x, h=1e-5):
    return np.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(x.size)], axis=-1)


def distance(x, a):
    return 0.5 * np.sum((x - a) ** 2)


# -- projections, whose derivatives are known --------------------------------------------------------------------------

A = np.array([0.9, 0.6, -1.0, 0.2])
POSITIVE = np.array([1.0, 1.0, 0.0, 0.0])  # of P(A) on the simplex, (0.65, 0.35, 0, 0)


def _simplex():
    return np.diag(POSITIVE) - np.outer(POSITIVE, POSITIVE) / 2


def _ball():
    n = A / np.linalg.norm(A)
    return (np.eye(4) - np.outer(n, n)) / np.linalg.norm(A)


PROJECTIONS = {
    "box": (proximal.Box(0.0, 0.7), np.diag([0.0, 1.0, 0.0, 1.0])),
    "non-negative": (proximal.NonNegative(), np.diag([1.0, 1.0, 0.0, 1.0])),
    "simplex": (proximal.Simplex(), _simplex()),
    "l2 ball": (proximal.L2Ball(1.0), _ball()),
    "linf ball": (proximal.LInfBall(0.7), np.diag([0.0, 1.0, 0.0, 1.0])),
    "half-space": (proximal.HalfSpace(np.ones(4), -1.0), np.eye(4) - 1 / 4),
    "hyperplane": (proximal.Hyperplane(np.ones(4), 1.0), np.eye(4) - 1 / 4),
    "affine": (proximal.Affine(np.ones((2, 4)), np.ones(2)), np.eye(4) - 1 / 4),
}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
@pytest.mark.parametrize("name", PROJECTIONS)
def test_derivative_of_the_projection_on_a_set(name, mode):
    C, expected = PROJECTIONS[name]

    def project(a):
        return optim.minimize(distance, np.full(4, 0.25), "projected_gradient", args=(a,), constraints=C, tol=1e-10).x

    assert_allclose(mode(project)(A), expected, atol=1e-9)


@pytest.mark.parametrize("method", ["projected_gradient", "fista", "proximal_gradient", "admm", "frank_wolfe",
                                    "mirror_descent"])  # fmt: skip
def test_every_method_for_sets_gives_the_derivative_on_the_simplex(method):
    def project(a):
        return optim.minimize(distance, np.full(4, 0.25), method, args=(a,), constraints=proximal.Simplex(),
                              tol=1e-12).x  # fmt: skip

    assert_allclose(ad.jacrev(project)(A), _simplex(), atol=1e-8)


@pytest.mark.parametrize("form", ["cone of second order", "semidefinite matrices", "ball of singular values"])
def test_derivative_on_cones_and_matrices_is_that_of_differences(form):
    C = {"cone of second order": proximal.SecondOrderCone(), "semidefinite matrices": proximal.PositiveSemidefinite(),
         "ball of singular values": proximal.NuclearBall(0.8)}[form]  # fmt: skip
    shape = (4,) if form.startswith("cone") else (2, 2)

    def at(b):
        return optim.minimize(lambda x, b: curved(x.reshape(-1), b), np.zeros(shape), "fista", args=(b,),
                              constraints=C, tol=1e-11).x.reshape(-1)  # fmt: skip

    expected = differences(at, B)
    for mode in MODES.values():
        assert_allclose(mode(at)(B), expected, atol=1e-8)


def test_repeated_eigenvalues_and_singular_values_do_not_matter():
    """Near 2 I the projection on the semidefinite matrices is the symmetric part; singular values 2 and 2 are drawn by
    t to (2 - t), U Wᵀ of V staying as V / 2 rotates: the derivative at 2 I is (1 - t / 2) E + t / 4 (E + Eᵀ)."""
    E = np.array([[0.3, -1.0], [0.5, 0.2]])

    def project(V):
        return optim.minimize(distance, np.zeros((2, 2)), "fista", args=(V,), tol=1e-12,
                              constraints=proximal.PositiveSemidefinite()).x  # fmt: skip

    def shrink(V):
        return optim.minimize(distance, np.zeros((2, 2)), "fista", args=(V,), tol=1e-12,
                              regularizer=proximal.Nuclear(0.5)).x  # fmt: skip

    V = 2 * np.eye(2)
    assert_allclose(ad.jvp(project, (V,), (E,))[1], (E + E.T) / 2, atol=1e-9)
    assert_allclose(ad.jvp(shrink, (V,), (E,))[1], 0.75 * E + 0.125 * (E + E.T), atol=1e-9)
    weights = np.array([[1.0, 2.0], [-1.0, 0.5]])
    for f in (project, shrink):
        pulled = ad.grad(lambda V, f=f: np.sum(weights * f(V)))(V)
        assert_allclose(np.sum(pulled * E), np.sum(weights * ad.jvp(f, (V,), (E,))[1]), rtol=1e-12)


# -- regularizers ------------------------------------------------------------------------------------------------------

TERMS = {
    "l1": proximal.L1(0.8),
    "elastic net": proximal.ElasticNet(0.8, 0.5),
    "l2": proximal.L2(0.8),
    "squared": proximal.SquaredL2(0.8),
    "groups": proximal.GroupL1([[0, 2], [3]], 0.6),
    "linf": proximal.LInf(0.8),
    "total variation": proximal.TotalVariation(0.4),
}


@pytest.mark.parametrize("name", TERMS)
def test_derivatives_with_a_regularizer_are_those_of_differences(name):
    def at(b, method="fista"):
        found = optim.minimize(curved, np.zeros(4), method, args=(b,), regularizer=TERMS[name], tol=1e-11)
        return np.concatenate([found.x, np.reshape(found.fun, 1)])

    expected = differences(at, B)
    for mode in MODES.values():
        assert_allclose(mode(at)(B), expected, atol=1e-8)
    assert_allclose(ad.jacrev(lambda b: at(b, "admm"))(B), expected, atol=1e-8)


def test_derivatives_with_the_nuclear_norm_are_those_of_differences():
    def at(b):
        return optim.minimize(lambda x, b: curved(x.reshape(-1), b), np.zeros((2, 2)), "fista", args=(b,), tol=1e-11,
                              regularizer=proximal.Nuclear(0.5)).x.reshape(-1)  # fmt: skip

    expected = differences(at, B)
    for mode in MODES.values():
        assert_allclose(mode(at)(B), expected, atol=1e-8)


PARAMETERS = {  # of terms and sets, as functions of a vector of four numbers
    "weight of L1": lambda w: {"regularizer": proximal.L1(w[0])},
    "weights of L1": lambda w: {"regularizer": proximal.L1(w)},
    "weights of the elastic net": lambda w: {"regularizer": proximal.ElasticNet(w[0], w[1])},
    "weights of groups": lambda w: {"regularizer": proximal.GroupL1([[0, 2], [3]], w[:2])},
    "weight of the total variation": lambda w: {"regularizer": proximal.TotalVariation(w[0])},
    "weight of the linf norm": lambda w: {"regularizer": proximal.LInf(w[0])},
    "radius of the simplex": lambda w: {"constraints": proximal.Simplex(w[0])},
    "radius of the l1 ball": lambda w: {"constraints": proximal.L1Ball(w[0])},
    "radius of the l2 ball": lambda w: {"constraints": proximal.L2Ball(w[0])},
    "radius of the linf ball": lambda w: {"constraints": proximal.LInfBall(w[0])},
    "side of a box": lambda w: {"constraints": proximal.Box(-w[0], w[1])},
    "sides of a box": lambda w: {"constraints": proximal.Box(-w, w)},
    "half-space": lambda w: {"constraints": proximal.HalfSpace(w, -w[0])},
    "hyperplane": lambda w: {"constraints": proximal.Hyperplane(w, w[0])},
    "equations": lambda w: {"constraints": proximal.Affine(w.reshape(1, 4), w[:1])},
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameters_of_terms_and_sets_may_be_traced(name):
    def at(w):
        return optim.minimize(curved, np.full(4, 0.1), "fista", args=(B,), tol=1e-11, **PARAMETERS[name](w)).x

    w = np.array([0.5, 0.35, 0.4, 0.3])
    expected = differences(at, w)
    for mode in MODES.values():
        assert_allclose(mode(at)(w), expected, atol=1e-7)


@pytest.mark.parametrize("method", ["fista", "coordinate_descent", "admm"])
def test_the_lasso_as_a_function_of_its_weight_and_data_to_second_order(method):
    """On its support S the solution is (AₛᵀAₛ)⁻¹ (Aₛᵀb - w signₛ), elsewhere 0."""
    A = np.array([[2.0, 0.3, 0.0], [0.1, 1.5, 0.4], [0.2, 0.0, 1.0], [1.0, 1.0, 1.0]])

    def lasso(p):
        f, term = lambda x, b: 0.5 * np.sum((A @ x - b) ** 2), proximal.L1(np.exp(p[0]))
        return optim.minimize(f, np.zeros(3), method, args=(p[1:],), tol=1e-12, regularizer=term)

    p = np.array([np.log(1.2), 1.0, -2.0, 0.5, 0.7])
    x = lasso(p).x
    S = x != 0
    assert 0 < S.sum() < 3

    def closed(p):
        inverse = np.linalg.inv(A[:, S].T @ A[:, S])
        return np.sum((inverse @ (A[:, S].T @ p[1:] - np.exp(p[0]) * np.sign(x[S]))) ** 2)

    def squared(p):
        return np.sum(lasso(p).x ** 2)

    assert_allclose(ad.grad(squared)(p), ad.grad(closed)(p), atol=1e-9)
    assert_allclose(ad.hessian(squared)(p), ad.hessian(closed)(p), atol=1e-8)
    assert_allclose(ad.jacrev(ad.grad(squared))(p), ad.hessian(closed)(p), atol=1e-8)
    least = ad.grad(lambda p: lasso(p).fun)(p)
    assert_allclose(least[0], np.exp(p[0]) * np.abs(x).sum(), rtol=1e-8)  # the envelope theorem


def test_a_method_given_as_an_object_may_hold_what_is_traced():
    def at(w):
        return optim.minimize(distance, np.zeros(2), optim.fista(proximal.L1(w)), args=(np.array([3.0, 0.1]),)).x

    assert_allclose(ad.jacfwd(at)(1.0), [-1, 0], atol=1e-9)


def test_terms_of_the_leaves_of_a_tree_may_be_traced():
    def at(w):
        f = lambda p: distance(p["u"], 3.0) + distance(p["v"], np.array([1.0, -2.0]))  # noqa: E731
        found = optim.minimize(f, {"u": 0.0, "v": np.zeros(2)}, "fista", tol=1e-12,
                               regularizer={"u": proximal.Zero(), "v": proximal.L1(w)}).x  # fmt: skip
        return found["u"] + 10 * found["v"][0] + 100 * found["v"][1]

    assert_allclose(ad.grad(at)(0.5), -10 + 100, rtol=1e-9)


def test_second_derivatives_over_sets_with_curved_edges():
    """On the ball of radius r the projection is r a / ‖a‖; on the semidefinite matrices, against the eigenvalues."""

    def on_ball(p):
        x = optim.minimize(
            distance, np.zeros(2), "fista", args=(p[:2],), constraints=proximal.L2Ball(p[2]), tol=1e-12
        ).x
        return x[0] * np.exp(x[1])

    def closed(p):
        x = p[2] * p[:2] / np.sqrt(np.sum(p[:2] ** 2))
        return x[0] * np.exp(x[1])

    p = np.array([1.2, 0.9, 0.7])
    assert_allclose(ad.hessian(on_ball)(p), ad.hessian(closed)(p), atol=1e-9)

    def of_matrix(p):
        V = np.stack([np.stack([p[0], p[1]]), np.stack([p[1], p[2]])])
        X = optim.minimize(distance, np.zeros((2, 2)), "fista", args=(V,), tol=1e-12,
                           constraints=proximal.PositiveSemidefinite()).x  # fmt: skip
        return np.sum(X**2)  # λ₁² where λ₂ < 0 < λ₁

    def squared_eigenvalue(p):
        return (0.5 * (p[0] + p[2]) + np.sqrt(0.25 * (p[0] - p[2]) ** 2 + p[1] ** 2)) ** 2

    p = np.array([1.0, 0.8, -0.7])
    assert_allclose(ad.hessian(of_matrix)(p), ad.hessian(squared_eigenvalue)(p), atol=1e-8)


def test_total_variation_by_admm_with_its_matrix_is_that_of_its_prox():
    D = np.diff(np.eye(4), axis=0)

    def by_matrix(b):
        return optim.minimize(curved, np.zeros(4), "admm", args=(b,), regularizer=proximal.L1(0.4), matrix=D,
                              tol=1e-11)  # fmt: skip

    def by_prox(b):
        return optim.minimize(curved, np.zeros(4), "fista", args=(b,), regularizer=proximal.TotalVariation(0.4),
                              tol=1e-11)  # fmt: skip

    for mode in MODES.values():
        assert_allclose(mode(lambda b: by_matrix(b).x)(B), mode(lambda b: by_prox(b).x)(B), atol=1e-8)
    assert_allclose(ad.grad(lambda b: by_matrix(b).fun)(B), ad.grad(lambda b: by_prox(b).fun)(B), atol=1e-8)


def test_the_matrix_of_admm_may_be_traced():
    D = np.diff(np.eye(4), axis=0)

    def at(flat):
        return optim.minimize(curved, np.zeros(4), "admm", args=(B,), regularizer=proximal.L1(0.4),
                              matrix=flat.reshape(3, 4), tol=1e-11).x  # fmt: skip

    expected = differences(at, D.reshape(-1))
    for mode in MODES.values():
        assert_allclose(mode(at)(D.reshape(-1)), expected, atol=1e-8)


# -- through the iterations --------------------------------------------------------------------------------------------

UNROLLED = {
    "l1": lambda w: {"regularizer": proximal.L1(w[0])},
    "groups": lambda w: {"regularizer": proximal.GroupL1([[0, 2], [3]], w[:2])},
    "simplex": lambda w: {"constraints": proximal.Simplex(w[0])},
    "l2 ball": lambda w: {"constraints": proximal.L2Ball(w[0])},
    "bounds": lambda w: {"bounds": optim.Bounds(-w, w)},
    "nothing": lambda w: {},
}


@pytest.mark.parametrize("name", UNROLLED)
def test_through_the_iterations_of_proximal_gradients_derivatives_are_the_implicit_ones(name):
    def at(p, differentiate):
        return optim.minimize(curved, np.full(4, 0.1), "proximal_gradient", args=(p[:4],), tol=1e-12,
                              differentiate=differentiate, **UNROLLED[name](p[4:]))  # fmt: skip

    p = np.concatenate([B, [0.5, 0.35, 0.4, 0.3]])
    for mode in MODES.values():
        implicit, unrolled = (mode(lambda p, how=how: at(p, how).x)(p) for how in ("implicit", "unrolled"))
        assert_allclose(unrolled, implicit, atol=1e-8)
    implicit, unrolled = (ad.grad(lambda p, how=how: at(p, how).fun)(p) for how in ("implicit", "unrolled"))
    assert_allclose(unrolled, implicit, atol=1e-8)
