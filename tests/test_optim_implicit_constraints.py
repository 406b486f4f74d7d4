"""Minimisers under bounds and constraints have the derivatives of their closed forms, or it is said: they have none."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import autodiff as ad
import optim
from autodiff.errors import InputError, SolutionError
from optim.errors import NotConvergedError

Q = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, 2.0]])
C = np.array([[1.0, 1.0, 1.0], [1.0, -1.0, 0.0]])
B, D = np.array([1.0, -2.0, 0.5]), np.array([1.0, 0.3])
MODES = {"forward": ad.jacfwd, "reverse": ad.jacrev}
BY_FUNCTIONS = ["sqp", "interior_point", "augmented_lagrangian"]
BY_BOUNDS = ["lbfgsb", "projected_gradient", "fista", "coordinate_descent", "frank_wolfe", *BY_FUNCTIONS]


def quadratic(x, b):
    return 0.5 * x @ Q @ x - b @ x


def differences(f, x, h=1e-5):
    """Central: their error is h², and that of the solver over h."""
    return np.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(x.size)], axis=-1)


def under_equations(method):
    """(x*, λ*) of min ½ xᵀQx - bᵀx subject to C x = d, from (b, d)."""

    def solve(parameters):
        b, d = parameters[:3], parameters[3:]
        found = optim.minimize(quadratic, np.zeros(3), method, args=(b,), constraints=optim.LinearConstraint(C, d, d),
                               tol=1e-11)  # fmt: skip
        return np.concatenate([found.x, *found.multipliers])

    return solve


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
@pytest.mark.parametrize("method", BY_FUNCTIONS)
def test_derivative_under_equations_is_the_inverse_of_the_kkt_matrix(method, mode):
    """Q x - Cᵀλ = b and C x = d."""
    K = np.block([[Q, -C.T], [C, np.zeros((2, 2))]])
    found = mode(under_equations(method))(np.concatenate([B, D]))
    assert_allclose(found, np.linalg.inv(K), atol=1e-12)


@pytest.mark.parametrize("method", BY_FUNCTIONS)
def test_inactive_inequalities_do_not_matter_and_active_ones_are_equations(method):
    def with_inequalities(b):
        inactive, active = {"type": "ineq", "fun": lambda x: 10.0 - x @ x}, {"type": "ineq", "fun": lambda x: x[1]}
        return optim.minimize(quadratic, np.ones(3), method, args=(b,), constraints=[inactive, active], tol=1e-10).x

    expected = np.zeros((3, 3))  # x₁ is fixed at 0
    expected[np.ix_([0, 2], [0, 2])] = np.linalg.inv(Q[np.ix_([0, 2], [0, 2])])
    assert_allclose(ad.jacrev(with_inequalities)(B), expected, atol=1e-9)


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
@pytest.mark.parametrize("method", BY_BOUNDS)
def test_within_bounds_what_is_free_moves_and_what_is_fixed_stays(method, mode):
    def nearest(b):
        return optim.minimize(quadratic, np.full(3, 0.5), method, args=(b,), bounds=[(0, 1)] * 3, tol=1e-11).x

    b = np.array([1.0, -2.0, 5.0])  # x = ((1 - 0) / 4, 0, 1)
    expected = np.zeros((3, 3))
    expected[0, 0] = 1 / Q[0, 0]
    assert_allclose(nearest(b), [0.25, 0, 1], atol=1e-6)
    assert_allclose(mode(nearest)(b), expected, atol=1e-8)


@pytest.mark.parametrize("method", ["lbfgsb", "fista", "sqp", "interior_point"])
@pytest.mark.parametrize("form", ["Bounds", "pairs"])
def test_a_solution_moves_with_the_bound_it_is_at(method, form):
    """For the projection on a box, dx/dl is 1 where x = l, and dx/du where x = u."""
    a = np.array([-1.0, 0.4, 2.0])

    def projected(sides):
        lower, upper = sides[:3], sides[3:]
        bounds = optim.Bounds(lower, upper) if form == "Bounds" else list(zip(lower, upper, strict=True))
        return optim.minimize(lambda x: np.sum((x - a) ** 2), np.full(3, 0.5), method, bounds=bounds, tol=1e-11).x

    expected = np.zeros((3, 6))
    expected[0, 0] = expected[2, 5] = 1
    for mode in MODES.values():
        assert_allclose(mode(projected)(np.repeat([0.0, 1.0], 3)), expected, atol=1e-9)


def test_a_number_or_a_tree_of_bounds_may_be_traced():
    def at(bound):
        bounds = optim.Bounds({"u": bound, "v": np.zeros(2) - 5}, np.inf)
        found = optim.minimize(lambda p: p["u"] ** 2 + np.sum((p["v"] - p["u"]) ** 2), {"u": 5.0, "v": np.ones(2)},
                               "lbfgsb", bounds=bounds, tol=1e-11).x  # fmt: skip
        one = optim.minimize(lambda x: np.sum(x**2), np.full(2, 9.0), "lbfgsb", bounds=optim.Bounds(2 * bound)).x
        return found["u"] + np.sum(found["v"]) + 10 * np.sum(one)

    assert_allclose(ad.grad(at)(3.0), 1 + 2 + 40, rtol=1e-9)


def test_a_variable_between_equal_bounds_is_that_bound():
    def at(t):
        bounds = optim.Bounds(np.stack([t, -9.0]), np.stack([t, 9.0]))
        return optim.minimize(lambda x: (x[0] - x[1]) ** 2, np.array([2.0, 0.0]), "lbfgsb", bounds=bounds, tol=1e-11).x

    assert_allclose(ad.jacfwd(at)(2.0), [1, 1], atol=1e-12)
    assert_allclose(ad.jacrev(at)(2.0), [1, 1], atol=1e-12)


def test_the_maximiser_within_bounds_has_the_derivative_of_the_minimiser():
    def top(a):
        return optim.minimize(lambda x, a: -np.sum((x - a) ** 2), np.full(2, 0.5), "lbfgsb", args=(a,),
                              bounds=[(0, 1)] * 2, maximize=True).x  # fmt: skip

    assert_allclose(ad.jacrev(top)(np.array([0.3, 2.0])), [[1, 0], [0, 0]], atol=1e-8)


CLOSEST = {"equation": ("eq", 1.0), "inequality": ("ineq", -1.0)}


@pytest.mark.parametrize("kind", CLOSEST)
@pytest.mark.parametrize("method", BY_FUNCTIONS)
def test_second_derivatives_of_the_projection_on_a_sphere(method, kind):
    """The point of ‖x‖ = r nearest to a is r a / ‖a‖, also in ‖x‖ ≤ r for a outside."""
    name, sign = CLOSEST[kind]

    def first(p):
        constraint = {"type": name, "fun": lambda x, r: sign * (x @ x - r**2), "args": (p[2],)}
        x = optim.minimize(lambda x, a: np.sum((x - a) ** 2), np.array([0.5, 0.4]), method, args=(p[:2],),
                           constraints=constraint, tol=1e-11).x  # fmt: skip
        return x[0] * np.exp(x[1])

    def closed(p):
        x = p[2] * p[:2] / np.sqrt(np.sum(p[:2] ** 2))
        return x[0] * np.exp(x[1])

    p = np.array([1.2, 0.9, 0.7])
    assert_allclose(ad.grad(first)(p), ad.grad(closed)(p), atol=1e-9)
    assert_allclose(ad.hessian(first)(p), ad.hessian(closed)(p), atol=1e-8)
    assert_allclose(ad.jacrev(ad.grad(first))(p), ad.hessian(closed)(p), atol=1e-8)
    assert_allclose(ad.jacfwd(ad.jacfwd(first))(p), ad.hessian(closed)(p), atol=1e-8)


def test_second_derivatives_within_bounds():
    def free(a):  # eᵗ = a where x₁ is fixed at 1
        return optim.minimize(lambda x, a: np.exp(x[0]) - a * x[0] * x[1] - 9 * x[1], np.zeros(2), "lbfgsb", args=(a,),
                              bounds=[(-5, 5), (-1, 1)], tol=1e-12).x[0]  # fmt: skip

    assert_allclose(ad.grad(ad.grad(free))(2.0), -1 / 4, rtol=1e-8)
    assert_allclose(ad.derivative(ad.derivative(free))(2.0), -1 / 4, rtol=1e-8)


def hock_schittkowski_71(p, method="sqp"):
    product = optim.NonlinearConstraint(lambda x, low: x[0] * x[1] * x[2] * x[3] - low, 0.0, np.inf, args=(p[0],))
    sphere = optim.NonlinearConstraint(lambda x: np.sum(x**2), p[1], p[1])
    f, start = lambda x, w: x[0] * x[3] * np.sum(w * x[:3]) + x[2], np.array([1.1, 4.9, 4.9, 1.1])
    bounds = optim.Bounds(p[5], 5.0)
    return optim.minimize(f, start, method, args=(p[2:5],), bounds=bounds, constraints=[product, sphere], tol=1e-10)


@pytest.mark.parametrize("method", BY_FUNCTIONS)
def test_all_parameters_of_a_nonlinear_problem_against_differences(method):
    p = np.array([25.0, 40.0, 1.0, 1.0, 1.0, 1.0])
    found = ad.jacrev(lambda p: hock_schittkowski_71(p, method).x)(p)
    assert_allclose(found, differences(lambda p: hock_schittkowski_71(p).x, p), atol=1e-7)
    assert_allclose(ad.jacfwd(lambda p: hock_schittkowski_71(p, method).x)(p), found, atol=1e-12)


def test_multipliers_are_what_the_least_value_gains_and_differentiable_themselves():
    """df*/dθ for c(x) ≥ θ is λ, and its derivative the second one of f*."""
    p = np.array([25.0, 40.0, 1.0, 1.0, 1.0, 1.0])
    gained = ad.grad(lambda p: hock_schittkowski_71(p).fun)(p)
    of_product, of_sphere, of_bounds = hock_schittkowski_71(p).multipliers
    assert_allclose(gained[:2], [of_product[0], of_sphere[0]], rtol=1e-6)
    assert_allclose(gained[5], of_bounds.sum(), rtol=1e-6)
    slope = ad.grad(lambda p: hock_schittkowski_71(p).multipliers[0][0])(p)
    assert_allclose(slope, ad.hessian(lambda p: hock_schittkowski_71(p).fun)(p)[0], rtol=1e-7)


def test_a_matrix_of_constraints_may_be_traced():
    def at(flat):
        line = optim.LinearConstraint(flat.reshape(2, 3), D, np.array([np.inf, D[1]]))
        return optim.minimize(quadratic, np.zeros(3), "sqp", args=(-B,), constraints=line, tol=1e-11).x

    assert_allclose(ad.jacrev(at)(C.reshape(-1)), differences(at, C.reshape(-1)), atol=1e-8)


def test_scipys_constraints_and_bounds_may_hold_traced_values():
    from scipy.optimize import Bounds

    def at(low):
        bounds = Bounds(0.0, np.ones(2))
        bounds.lb = low * np.ones(2)  # its constructor takes arrays alone
        return optim.minimize(lambda x: np.sum((x - np.array([-1.0, 0.5])) ** 2), np.full(2, 0.9), "lbfgsb",
                              bounds=bounds).x  # fmt: skip

    assert_allclose(ad.jacfwd(at)(0.1), [1, 0], atol=1e-9)


# -- where there is no derivative --------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", BY_BOUNDS)
def test_a_bound_that_is_reached_without_force_is_refused(method):
    """The projection of a on x ≥ 0 has a kink at a = 0."""

    def nearest(a):
        return optim.minimize(lambda x, a: np.sum((x - a) ** 2), np.array([0.5, 0.5]), method, args=(a,),
                              bounds=[(0, 9), (0, 9)]).x  # fmt: skip

    with pytest.raises(SolutionError, match=r"degenerate: .*1.* Strict complementarity does not hold"):
        ad.jacrev(nearest)(np.array([1.0, 0.0]))


@pytest.mark.parametrize("method", ["sqp", "interior_point"])
def test_a_constraint_that_holds_without_force_is_refused_by_name(method):
    def at(a):
        constraints = [{"type": "ineq", "fun": lambda x: 5 - x @ x}, {"type": "ineq", "fun": lambda x: x[0] + x[1]}]
        return optim.minimize(lambda x, a: np.sum((x - a) ** 2), np.array([0.5, 0.8]), method, args=(a,),
                              constraints=constraints, tol=1e-10).x  # fmt: skip

    with pytest.raises(SolutionError, match=r"reaches constraint 1 \(lower side\) with a multiplier of 0"):
        ad.jacrev(at)(np.array([1.0, -1.0]))
    assert_allclose(ad.jacrev(at)(np.array([1.0, -1.5])), [[0.5, -0.5], [-0.5, 0.5]], atol=1e-8)


def test_constraints_that_follow_from_each_other_are_refused_by_name():
    twice = [
        {"type": "eq", "fun": lambda x: np.stack([x[0], x[0] + x[1] - 1])},
        optim.LinearConstraint([[2.0, 2.0]], 2.0),
    ]

    def at(a):
        return optim.minimize(lambda x, a: np.sum((x - a) ** 2), np.array([0.0, 1.0]), "sqp", args=(a,),
                              constraints=twice).x  # fmt: skip

    with pytest.raises(SolutionError, match=r"LICQ does not hold") as refusal:
        ad.jacrev(at)(np.array([-1.0, -1.0]))
    assert "constraint 0 [1], constraint 1 (lower side)" in str(refusal.value)


def test_a_minimum_that_is_not_isolated_is_refused():
    def at(a):  # the whole line x₀ + x₁ = a is the minimum
        return optim.minimize(lambda x, a: (x[0] + 0.3 * x[1] - a) ** 2, np.zeros(2), args=(a,)).x

    for mode in MODES.values():
        with pytest.raises(SolutionError, match="singular at the solution"):
            mode(at)(0.7)


def test_a_constraint_that_closes_over_what_is_differentiated_is_refused():
    with pytest.raises(InputError, match="the fun of a constraint closes over a traced value: pass it in args"):
        ad.jacrev(lambda a: optim.minimize(lambda x: x @ x, np.ones(2), "sqp",
                                           constraints={"type": "eq", "fun": lambda x: x[0] - a}).x)(1.0)  # fmt: skip
    with pytest.raises(InputError, match="closes over a traced value"):
        ad.jacrev(lambda a: optim.minimize(lambda x, b: np.sum((x - b) ** 2), np.ones(2), "sqp", args=(2 * a,),
                                           constraints={"type": "eq", "fun": lambda x: x[0] - a}).x)(1.0)  # fmt: skip


def test_a_rough_solution_under_constraints_is_refused():
    with pytest.raises(NotConvergedError, match="does not hold there"):
        ad.jacrev(lambda b: optim.minimize(quadratic, np.zeros(3), "sqp", args=(b,), target=100.0,
                                           constraints=optim.LinearConstraint(C, D, D)).x)(B)  # fmt: skip
