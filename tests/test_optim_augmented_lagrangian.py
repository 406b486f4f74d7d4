"""The augmented Lagrangian with bounds that its inner method keeps: published optima, multipliers, nothing outside."""

import numpy as np
import pytest

import optim
from optim.problems import hock_schittkowski
from optim.problems.hock_schittkowski_score import is_solved

BOUNDED = [problem for problem in hock_schittkowski() if problem.bounds]
KEEPING = ["trust_reflective", "lbfgsb"]


def minimised(problem, inner, **options):
    return optim.minimize(
        problem.fun, problem.x0, "augmented_lagrangian", bounds=problem.bounds, constraints=problem.constraints,
        inner=inner, **options,
    )  # fmt: skip


@pytest.mark.parametrize("inner", [*KEEPING, "newton", "lbfgs"])
@pytest.mark.parametrize("problem", BOUNDED, ids=lambda p: p.name)
def test_published_optima_with_bounds_are_reached_by_every_inner_method(problem, inner):
    assert is_solved(problem, minimised(problem, inner))


@pytest.mark.parametrize("inner", KEEPING)
@pytest.mark.parametrize("problem", BOUNDED[::3], ids=lambda p: p.name)
def test_nothing_is_evaluated_outside_of_bounds_that_are_kept(problem, inner):
    points = minimised(problem, inner, record="full").history.evaluated
    low, high = ([side[k] for side in problem.bounds] for k in (0, 1))
    low = np.array([-np.inf if v is None else v for v in low])
    high = np.array([np.inf if v is None else v for v in high])
    assert ((low <= points) & (points <= high)).all()


@pytest.mark.parametrize("inner", KEEPING)
def test_multipliers_of_kept_bounds_are_those_of_sqp(inner):
    problem = next(p for p in BOUNDED if p.number == 71)
    found = minimised(problem, inner)
    theirs = optim.minimize(problem.fun, problem.x0, "sqp", bounds=problem.bounds, constraints=problem.constraints)
    assert found.success and found.constraint_violation <= 1e-8
    for ours, expected in zip(found.multipliers, theirs.multipliers, strict=True):
        np.testing.assert_allclose(ours, expected, atol=1e-5)
    assert found.multipliers[-1][0] > 0.5  # x1 = 1 is at its lower bound


def test_by_default_bounds_are_kept_where_there_are_any():
    bounded, free = BOUNDED[0], next(p for p in hock_schittkowski() if not p.bounds)
    assert minimised(bounded, None).nfev == minimised(bounded, "trust_reflective").nfev
    assert minimised(free, None).nfev == minimised(free, "newton").nfev


def test_an_unknown_inner_method_is_refused_with_the_known_ones():
    with pytest.raises(optim.errors.UnknownOptionError, match="trust_reflective"):
        optim.augmented_lagrangian("simplex")
