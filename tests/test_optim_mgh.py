"""The Moré-Garbow-Hillstrom collection: its data, its minima, its derivatives."""

import numpy as np
import pytest
from scipy.optimize import least_squares

import autodiff as ad
from optim import problems

MGH = problems.mgh()
by_name = pytest.mark.parametrize("problem", MGH, ids=lambda problem: problem.name)

# f_min as the paper prints it, to its six digits
PAPER = {
    "freudenstein_roth": 0, "jennrich_sampson": 124.362, "bard": 8.21487e-3, "gaussian": 1.12793e-8, "meyer": 87.9458,
    "kowalik_osborne": 3.07505e-4, "brown_dennis": 85822.2, "osborne_1": 5.46489e-5, "osborne_2": 4.01377e-2,
    "watson": 2.28767e-3, "penalty_1": 2.24997e-5, "penalty_2": 9.37629e-6, "linear_full_rank": 10,
    "linear_rank_1": 20 * 19 / (2 * 41), "linear_rank_1_with_zeros": (400 + 60 - 6) / (2 * 37), "chebyquad": 3.51687e-3,
}  # fmt: skip


def test_there_are_thirty_five_problems_in_the_order_of_the_paper():
    assert [problem.number for problem in MGH] == list(range(1, 36))
    assert len({problem.name for problem in MGH}) == 35


@by_name
def test_the_minima_are_those_of_the_paper(problem):
    assert problem.f_min == pytest.approx(PAPER.get(problem.name, 0), rel=4e-6, abs=0)  # cut, not rounded, in places


@by_name
def test_the_objective_takes_its_minimum_at_the_minimiser(problem):
    (x,) = problem.minima
    # Residuals that vanish are rounding of numbers of order 1, except where data reach 1e6 (Brown badly scaled, exact).
    assert problem(x) == pytest.approx(problem.f_min, rel=1e-11, abs=1e-24)


@by_name
def test_the_gradient_vanishes_at_the_minimiser_to_rounding(problem):
    (x,) = problem.minima
    r, J = problem.residual(x), ad.jacobian(problem.residual)(x)
    rounding = 1e-12 * (np.abs(J).T @ (np.abs(r) + 1))  # the minimiser is rounded, and so are data of order 1
    scale = 1e-14 * np.abs(J.T @ J) @ np.abs(x)
    assert (np.abs(J.T @ r) <= rounding + scale).all()


@by_name
def test_the_standard_start_has_the_sizes_of_the_paper(problem):
    assert problem.residual(problem.x0).shape == (problem.m,)
    assert (problem.start(1) == problem.x0).all()
    assert (problem.start(10) == (10 * problem.x0 if problem.x0.any() else 10)).all()


@by_name
def test_derivatives_are_those_of_the_function(problem):
    x = problem.x0 + 0.01
    ad.testing.check_grads(problem.residual, (x,), order=1)
    ad.testing.check_grads(problem.fun, (x,), order=2)


# Meyer needs more evaluations than SciPy's default allows, and the rest go to a minimum that is not global.
LOCAL = {"freudenstein_roth": 48.98425367924002, "trigonometric": 2.7950561218794563e-05}


@by_name
def test_levenberg_marquardt_of_scipy_reaches_a_listed_minimum_from_the_standard_start(problem):
    start = problem.x0
    if problem.name == "biggs_exp6":  # columns of the Jacobian are equal there, so that rounding decides on the way
        start = start + 0.01 * np.arange(6)
    found = least_squares(
        problem.residual, start, jac=ad.jacobian(problem.residual), method="lm", x_scale="jac",
        xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=1000,
    )  # fmt: skip
    expected = LOCAL.get(problem.name, problem.f_min)
    assert expected in (problem.f_min, *problem.local_minima)
    assert 2 * found.cost == pytest.approx(expected, rel=1e-8, abs=1e-20)


def test_certification_finds_the_stored_minimum_again():
    from optim.problems.mgh_certify import certify

    for number, near in ((6, [0.2578, 0.2578]), (15, [0.1928, 0.1913, 0.1231, 0.1361])):
        x, fun = certify(number, near)
        problem = MGH[number - 1]
        assert float(fun) == problem.f_min
        assert [float(v) for v in x] == problem.minima[0].tolist()


@pytest.mark.parametrize(
    ("number", "near"),
    [(8, [0.05217, -0.38652, 3.97457]), (15, [0.23392, -1.29228, -0.83583, -0.55068])]
    + [(30, [1.73906, 0.08286, -0.24656, 0.04553, 0.74855, 1.17092, 0.39373, 0.28527, 0.79189, 1.3122])]
    + [(31, [0.21071, 0.26098, 0.22795, 0.19703, 0.20323, 0.22192, 0.16281, 0.0483, -0.07936, -0.15313])],
)  # fmt: skip
def test_minima_that_are_not_global_are_minima(number, near):
    """The gradient vanishes to 60 digits there, and the Hessian is positive definite."""
    from optim.problems.mgh_certify import certify

    x, fun = certify(number, near)
    problem = MGH[number - 1]
    assert float(fun) in problem.local_minima
    at = np.array([float(v) for v in x])
    assert np.linalg.eigvalsh(ad.hessian(problem.fun)(at)).min() > 1e-3
