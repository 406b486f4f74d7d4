"""Proximal operators and projections: each is the minimiser that it claims to be, and Moreau's identity holds."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog, minimize

from optim.errors import UnsupportedProblemError
from optim.proximal import (
    L1,
    L2,
    Affine,
    Box,
    ElasticNet,
    GroupL1,
    HalfSpace,
    Hyperplane,
    InvalidTermError,
    L1Ball,
    L2Ball,
    LInf,
    LInfBall,
    NonNegative,
    Nuclear,
    NuclearBall,
    PositiveSemidefinite,
    SecondOrderCone,
    Simplex,
    SquaredL2,
    TotalVariation,
)

N = 6
MATRIX = (3, 3)
TERMS = {
    "l1": (L1(0.7), (N,)),
    "weighted l1": (L1(np.linspace(0, 2, N)), (N,)),
    "squared l2": (SquaredL2(0.7), (N,)),
    "elastic net": (ElasticNet(0.5, 0.3), (N,)),
    "l2": (L2(0.7), (N,)),
    "group l1": (GroupL1([[0, 3], [1, 2, 5]], [1.0, 0.5]), (N,)),
    "linf": (LInf(0.7), (N,)),
    "total variation": (TotalVariation(0.7), (N,)),
    "nuclear": (Nuclear(0.7), MATRIX),
}
ROWS = np.array([[1.0, 2, 0, -1, 0, 1], [0, 1, 1, 1, 1, 0], [1, 3, 1, 0, 1, 1]])  # the third is the sum of the others
SETS = {
    "box": (Box(-0.5, np.linspace(0, 1, N)), (N,)),
    "nonnegative": (NonNegative(), (N,)),
    "simplex": (Simplex(1.5), (N,)),
    "l1 ball": (L1Ball(1.5), (N,)),
    "l2 ball": (L2Ball(1.5), (N,)),
    "linf ball": (LInfBall(0.5), (N,)),
    "half-space": (HalfSpace(np.arange(1.0, 7), 1.0), (N,)),
    "hyperplane": (Hyperplane(np.arange(1.0, 7), 1.0), (N,)),
    "affine": (Affine(ROWS, np.array([1.0, 2.0, 3.0])), (N,)),
    "second-order cone": (SecondOrderCone(), (N,)),
    "positive semidefinite": (PositiveSemidefinite(), MATRIX),
    "nuclear ball": (NuclearBall(1.5), MATRIX),
}
ALL = TERMS | SETS
entry = st.floats(-5, 5, allow_subnormal=False)
step = st.floats(0.05, 5)
seeds = st.integers(0, 2**32 - 1)


def point(shape):
    return arrays(np.float64, shape, elements=entry)


@pytest.mark.parametrize("name", ALL)
@settings(max_examples=30)
@given(data=st.data())
def test_prox_is_lower_than_every_other_point(name, data):
    g, shape = ALL[name]
    v, t, rng = data.draw(point(shape)), data.draw(step), np.random.default_rng(data.draw(seeds))
    x = g.prox(v, t)
    assert x.shape == shape

    def objective(z):
        return g(z) + ((z - v) ** 2).sum() / (2 * t)

    least = objective(x)
    assert np.isfinite(least)
    for scale in (1e-4, 1e-2, 1.0):
        z = x + scale * rng.standard_normal(shape)
        z = g.project(z) if name in SETS else z
        # strong convexity: it is lower not only by something, but by ‖z - x‖² / 2t
        assert objective(z) >= least + ((z - x) ** 2).sum() / (2 * t) - 1e-7 * max(1.0, abs(least)) / t


@pytest.mark.parametrize("name", TERMS)
@settings(max_examples=30)
@given(data=st.data())
def test_conjugate_prox_satisfies_fenchels_equality(name, data):
    """y = prox of g* at v and x = prox of g at v / t are parts of v, and y is a subgradient of g at x."""
    g, shape = TERMS[name]
    v, t, z = data.draw(point(shape)), data.draw(step), data.draw(point(shape))
    y, x = g.conjugate_prox(v, t), g.prox(v / t, 1 / t)
    np.testing.assert_allclose(y + t * x, v, atol=1e-9 * max(1.0, np.abs(v).max()))
    assert g(z) >= g(x) + (y * (z - x)).sum() - 1e-8 * (1 + np.abs(v).max() * np.abs(z - x).sum())


@pytest.mark.parametrize("name", SETS)
@settings(max_examples=30)
@given(data=st.data())
def test_projection_is_idempotent_within_and_firmly_nonexpansive(name, data):
    C, shape = SETS[name]
    v, w = data.draw(point(shape)), data.draw(point(shape))
    p, q = C.project(v), C.project(w)
    assert C.contains(p)
    np.testing.assert_allclose(C.project(p), p, atol=1e-12 * max(1.0, np.abs(v).max()))
    assert ((p - q) ** 2).sum() <= ((p - q) * (v - w)).sum() + 1e-10


@pytest.mark.parametrize("name", ["box", "simplex", "l1 ball", "l2 ball", "linf ball", "nuclear ball"])
@settings(max_examples=30)
@given(data=st.data())
def test_extreme_point_is_within_and_lowest(name, data):
    C, shape = SETS[name]
    direction, other = data.draw(point(shape)), data.draw(point(shape))
    s = C.extreme_point(direction)
    assert C.contains(s)
    assert (direction * s).sum() <= (direction * C.project(other)).sum() + 1e-9


def test_membership_is_what_the_definition_says():
    inside = {
        "box": np.full(N, -0.1), "nonnegative": np.ones(N), "simplex": np.full(N, 0.25), "l1 ball": np.full(N, 0.25),
        "l2 ball": np.full(N, 0.6), "linf ball": np.full(N, -0.5), "half-space": np.full(N, -1.0),
        "second-order cone": np.array([3.0, 0, 4, 0, 0, 5]), "positive semidefinite": np.ones(MATRIX),
        "nuclear ball": np.ones(MATRIX) / 2,
    }  # fmt: skip
    inside["box"][1:] = 0.1
    outside = {
        "box": np.full(N, -0.6), "nonnegative": -np.ones(N), "simplex": np.full(N, 0.26), "l1 ball": np.full(N, 0.26),
        "l2 ball": np.full(N, 0.62), "linf ball": np.full(N, 0.51), "half-space": np.full(N, 1.0),
        "second-order cone": np.array([3.0, 0, 4, 0, 0, 4.9]), "positive semidefinite": -np.eye(3),
        "nuclear ball": np.ones(MATRIX),
    }  # fmt: skip
    for name in inside:
        assert SETS[name][0](inside[name]) == 0.0, name
        assert SETS[name][0](outside[name]) == np.inf, name


@settings(max_examples=60)
@given(data=st.data())
def test_total_variation_agrees_with_its_dual_problem(data):
    n = data.draw(st.integers(1, 9))
    v, w = data.draw(point((n,))), data.draw(st.floats(0, 4))
    D = np.diff(np.eye(n), axis=0)
    x = TotalVariation(w).prox(v)
    # dual: min ½‖v - Dᵀu‖² over |u| ≤ w; its solution u is determined by x, and certifies it
    u = np.cumsum(v - x)[:-1] * -1.0
    np.testing.assert_allclose(v - D.T @ u, x, atol=1e-9)
    assert (np.abs(u) <= w + 1e-9).all()
    np.testing.assert_allclose(u @ (D @ x), TotalVariation(w)(x), atol=1e-7)


def test_affine_projection_agrees_with_a_quadratic_solver(rng):
    v = rng.standard_normal(N)
    b = np.array([1.0, 2.0, 3.0])
    found = minimize(
        lambda x: ((x - v) ** 2).sum(), np.zeros(N), constraints={"type": "eq", "fun": lambda x: ROWS[:2] @ x - b[:2]},
        options={"ftol": 1e-14},
    ).x  # fmt: skip
    np.testing.assert_allclose(Affine(ROWS, b).project(v), found, atol=1e-6)


def test_simplex_vertex_agrees_with_linear_programming(rng):
    c = rng.standard_normal(N)
    found = linprog(c, A_eq=np.ones((1, N)), b_eq=[1.5]).x
    np.testing.assert_allclose(Simplex(1.5).extreme_point(c), found, atol=1e-9)


@pytest.mark.parametrize(
    "make",
    [
        lambda: L1(-1.0), lambda: L1(np.nan), lambda: Simplex(0.0), lambda: L2Ball(-1.0), lambda: Box(1.0, 0.0),
        lambda: HalfSpace(np.zeros(2), 1.0), lambda: GroupL1([[0, 1], [1]]), lambda: Affine(np.eye(2), np.ones(3)),
        lambda: Affine(np.ones((2, 2)), np.array([1.0, 2.0])), lambda: Box(0.0).extreme_point(np.array([-1.0])),
    ],
)  # fmt: skip
def test_terms_that_are_not_defined_are_refused(make):
    with pytest.raises(InvalidTermError):
        make()


def test_set_without_formula_for_extreme_points_says_what_to_use():
    with pytest.raises(UnsupportedProblemError, match="projected_gradient"):
        SecondOrderCone().extreme_point(np.ones(3))


def test_separable_terms_are_the_sums_of_their_entries(rng):
    for (g, shape), t in itertools.product([v for v in ALL.values() if v[0].is_separable], (0.3, 2.0)):
        v = rng.standard_normal(shape)
        parts = [g.entry(i).prox(v[i : i + 1], t)[0] for i in range(N)]
        np.testing.assert_allclose(g.prox(v, t), parts)
