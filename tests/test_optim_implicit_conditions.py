"""Conditions by which solutions are differentiated: each method declares one, and where it has a kink that is said."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import autodiff as ad
import optim
from autodiff.errors import SolutionError
from optim import proximal
from optim.errors import UnsupportedProblemError
from optim.implicit.problem import Problem
from optim.layout import Layout
from optim.methods import METHODS, make_method
from optim.proximal.flat import FlatTerm


def distance(x, a):
    return 0.5 * np.sum((x - a) ** 2)


@pytest.mark.parametrize(
    ("a", "given"),
    [
        (np.array([1.0, 3.0]), {"regularizer": proximal.L1(1.0)}),
        (np.array([0.6, 0.8]), {"constraints": proximal.L2Ball(1.0)}),
        (np.array([1.5, 0.5]), {"constraints": proximal.Simplex()}),
        (np.array([0.6, 0.8]), {"regularizer": proximal.L2(1.0)}),
        (np.array([1.0, 2.0]), {"regularizer": proximal.TotalVariation(0.5)}),
    ],
    ids=["l1", "l2 ball", "simplex", "l2", "total variation"],
)
def test_a_solution_at_a_kink_is_refused(a, given):
    with pytest.raises(SolutionError, match="degenerate: the entries"):
        ad.jacrev(lambda a: optim.minimize(distance, np.full(2, 0.5), "fista", args=(a,), **given).x)(a)


def test_a_kink_beyond_what_is_left_is_none():
    def at(a):
        return optim.minimize(distance, np.full(2, 0.5), "fista", args=(a,), regularizer=proximal.L1(1.0), tol=1e-12).x

    assert_allclose(ad.jacrev(at)(np.array([1.0 + 1e-5, 3.0])), np.eye(2), atol=1e-9)
    assert_allclose(ad.jacrev(at)(np.array([1.0 - 1e-5, 3.0])), np.diag([0.0, 1.0]), atol=1e-9)


OPTIONS = {
    "admm": {"regularizer": proximal.L1(0.5), "matrix": np.eye(2)},
    "natural_gradient": {"metric": lambda x: np.eye(2)},
}
SETS = {"mirror_descent": proximal.Simplex(3.0), "frank_wolfe": proximal.Simplex(3.0)}


@pytest.mark.parametrize("name", METHODS)
def test_every_method_declares_a_condition_that_holds_at_the_solution_and_nowhere_near(name):
    """Of ½ ‖x - a‖² under what the method handles; the condition and its regularity are evaluated, nothing is run."""
    a = np.array([2.0, 1.0])
    method = make_method(name, OPTIONS.get(name, {}))
    layout, start = Layout(np.zeros(2)), np.array([0.5, 0.5])
    problem = Problem(lambda x: x - a, layout, start)
    solution = a
    if name in SETS:
        problem.term = FlatTerm(SETS[name], layout)
    elif "constraints" in method.handles:
        problem.constraints = {"type": "eq", "fun": lambda x: x[0] - x[1]}
        solution = np.array([1.5, 1.5])
    elif name == "admm":
        solution = a - 0.5
    elif "bounds" in method.handles:
        problem.bounds = optim.Bounds(np.zeros(2), np.array([1.5, 5.0]))
        solution = np.array([1.5, 1.0])
    condition = method.condition(problem)

    class Run:
        multipliers = (np.array([0.5]),)
        run = type("Run", (), {"method": type("Method", (), {"rho": 1.0, "u": np.full(2, 0.5)})})

    z = condition.complete(solution, Run)
    assert z.size == condition.unknowns
    assert_allclose(condition.residual(z), 0, atol=1e-12)
    condition.require_regular(z, 1e-12)
    assert abs(np.linalg.det(ad.jacfwd(condition.residual)(z))) > 0.1
    beside = z + 0.01
    assert np.abs(condition.residual(beside)).max() > 1e-3


def test_a_method_for_sums_of_squares_says_where_it_is_differentiable():
    with pytest.raises(UnsupportedProblemError, match="least_squares"):
        ad.grad(lambda a: optim.minimize(lambda x, a: (x - a) ** 2, 1.0, "lm", args=(a,)).x)(2.0)
