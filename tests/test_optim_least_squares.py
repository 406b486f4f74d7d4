"""Least squares: SciPy's minima for every loss and within bounds, the certified regressions, and honest statuses."""

import importlib

import numpy as np
import pytest
import scipy.optimize

import autodiff as ad
import optim
from optim.problems.nist import log_relative_error, nist
from optim.squares.losses import LOSSES
from optim.squares.objective import SumOfSquares

T = np.linspace(0, 5, 60)
Y = 3 * np.exp(-0.7 * T) + 0.5 + 0.05 * np.random.default_rng(0).normal(size=60)
Y[::9] += 3  # outliers
X0 = np.array([1.0, 1.0, 0.0])
TIGHT = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}


def residual(x):
    return x[0] * np.exp(-x[1] * T) + x[2] - Y


def given_jacobian(x):
    decay = np.exp(-x[1] * T)
    return np.stack([decay, -x[0] * T * decay, np.ones_like(T)], axis=1)


@pytest.mark.parametrize(
    ("method", "loss"),
    [("gauss_newton", "linear")]
    + [(method, loss) for method in ("lm", "trf", "trust_exact", "bfgs") for loss in LOSSES],
)
def test_every_loss_leads_where_it_leads_scipy(method, loss):
    found = optim.least_squares(residual, X0, method, loss=loss, f_scale=0.1)
    theirs = scipy.optimize.least_squares(residual, X0, loss=loss, f_scale=0.1, **TIGHT)
    assert found.success
    np.testing.assert_allclose(found.x, theirs.x, atol=1e-6)
    np.testing.assert_allclose(found.cost, theirs.cost, rtol=1e-12)
    np.testing.assert_allclose(found.residual, theirs.fun, atol=1e-5)
    np.testing.assert_allclose(found.jacobian, given_jacobian(found.x), atol=1e-12)


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        ([0, 0, 0.8], [np.inf] * 3),
        ([0, 1.0, -1], [2.5, 2, 0.6]),
        ([0, 0, 0], [1, 1, 1.5]),
        ([0, 0.3, -np.inf], [np.inf, 0.5, 0.0]),
    ],
)
@pytest.mark.parametrize("method", ["lm", "trf", "lbfgsb"])
def test_minima_within_bounds_are_those_of_scipy(lower, upper, method):
    bounds = optim.Bounds(np.array(lower, float), np.array(upper, float))
    found = optim.least_squares(residual, np.clip(X0, lower, upper), method, bounds=bounds)
    inside = np.clip(X0, np.array(lower) + 1e-3, np.array(upper) - 1e-3)
    theirs = scipy.optimize.least_squares(residual, inside, bounds=(lower, upper), **TIGHT)
    assert found.success
    np.testing.assert_allclose(found.x, theirs.x, atol=1e-6)
    assert found.cost <= theirs.cost * (1 + 1e-12)
    assert ((lower <= found.x) & (found.x <= upper)).all()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("jac", [None, given_jacobian])
def test_derivatives_of_the_cost_are_those_of_the_formula(loss, jac):
    def cost(x):
        return 0.5 * 0.04 * LOSSES[loss].rho(residual(x) ** 2 / 0.04).sum()

    objective = SumOfSquares(residual, X0 + 0.3, loss=loss, f_scale=0.2, jac=jac)
    value, gradient = objective.value_and_gradient(objective.x0)
    np.testing.assert_allclose(value, cost(X0 + 0.3), rtol=1e-13)
    np.testing.assert_allclose(gradient, ad.grad(cost)(X0 + 0.3), atol=1e-10)
    np.testing.assert_allclose(objective.hessian(objective.x0), ad.hessian(cost)(X0 + 0.3), atol=1e-4 if jac else 1e-9)
    r, J = objective.linearised(objective.x0)
    np.testing.assert_allclose(J.T @ r, gradient, atol=1e-10)


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_have_the_derivatives_they_declare(loss):
    z = np.array([0.0, 0.3, 0.999, 1.5, 40.0])
    rho, first, second = LOSSES[loss]
    np.testing.assert_allclose(first(z), [ad.derivative(rho)(t) for t in z], rtol=1e-12)
    np.testing.assert_allclose(second(z), [ad.derivative(ad.derivative(rho))(t) for t in z], rtol=1e-12, atol=1e-14)
    assert rho(np.zeros(1)) == 0 and first(np.zeros(1)) == 1


def test_bending_is_the_second_derivative_along_a_direction_with_and_without_autodiff():
    v = np.array([0.2, -0.1, 0.3])
    traced = SumOfSquares(residual, X0)
    given = SumOfSquares(residual, X0, jac=given_jacobian)
    found = traced.bending(traced.x0, v)
    step = 1e-4
    central = (residual(X0 + step * v) - 2 * residual(X0) + residual(X0 - step * v)) / step**2
    np.testing.assert_allclose(found, central, atol=1e-6)
    np.testing.assert_allclose(given.bending(given.x0, v), found, atol=0.02 * np.abs(found).max())


@pytest.mark.parametrize("jac", ["2-point", "3-point", given_jacobian])
def test_other_jacobians_lead_to_the_same_solution(jac):
    exact = optim.least_squares(residual, X0)
    found = optim.least_squares(residual, X0, jac=jac)
    assert found.success
    np.testing.assert_allclose(found.x, exact.x, rtol=1e-6)


# -- the certified regressions ----------------------------------------------------------------------------------------

FITS = [(problem, number) for problem in nist() for number in (0, 1)]


@pytest.fixture(scope="module")
def fits():
    return [optim.curve_fit(p.model, p.x, p.y, p.starts[number]) for p, number in FITS]


def test_all_54_fits_are_solved_to_8_digits_and_52_to_10(fits):
    digits = np.array([p.digits(fit.popt) for (p, _), fit in zip(FITS, fits, strict=True)])
    assert digits.size == 54
    assert (digits >= 8).all()
    assert (digits >= 10).sum() >= 52
    assert digits.mean() >= 10.6


def test_all_54_fits_say_that_they_succeeded(fits):
    assert all(fit.success for fit in fits)


def test_standard_errors_are_the_certified_ones(fits):
    """To 8 digits; but the residuals of Lanczos1 are 1e-13 of data of size 1, which 64 bits tell to 3 digits."""
    for (p, _), fit in zip(FITS, fits, strict=True):
        wanted = 2.5 if p.name == "Lanczos1" else 8
        assert log_relative_error(fit.standard_errors, p.deviations) >= wanted, p.name
        found = np.array([fit.residual_deviation])
        assert log_relative_error(found, np.array([p.residual_deviation])) >= wanted, p.name


def test_certified_values_are_where_the_model_has_its_certified_sum_of_squares():
    for p in nist():
        r = p.residual(p.certified)
        if p.name != "Lanczos1":  # whose sum, 1e-25, is below what 11 digits of the parameters determine
            np.testing.assert_allclose(r @ r, p.sum_of_squares, rtol=1e-9)
        freedom = 9 if p.name == "Rat43" else p.y.size - p.certified.size  # 9 is printed, but 11 is what the rest fits
        assert freedom == p.degrees_of_freedom


def test_command_prints_every_fit_and_the_totals(monkeypatch, capsys):
    command = importlib.import_module("optim.problems.nist.__main__")
    monkeypatch.setattr(command, "nist", lambda: nist()[:2])
    assert command.main() == 0
    printed = capsys.readouterr().out
    assert printed.count("precision limit") == 4 and "4 of 4 solved, 4 to 8 digits" in printed


# -- statuses and errors ----------------------------------------------------------------------------------------------


def test_zero_residuals_are_reached_to_the_last_digit():
    found = optim.least_squares(lambda x: np.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]]), np.array([-1.2, 1.0]))
    assert found.success and found.x.tolist() == [1.0, 1.0] and found.fun == 0


def test_large_residuals_do_not_slow_it_down():
    p = next(p for p in optim.problems.mgh() if p.name == "brown_dennis")
    found = optim.least_squares(p.residual, p.x0)
    assert found.success and found.nit < 100
    np.testing.assert_allclose(2 * found.fun, p.f_min, rtol=1e-13)


def test_wrong_jacobian_is_not_called_a_success():
    found = optim.least_squares(residual, X0, jac=lambda x: -given_jacobian(x), max_iter=100)
    assert not found.success


def test_limits_are_said_and_the_best_point_kept():
    found = optim.least_squares(residual, X0, max_iter=2)
    assert found.status is optim.Status.ITERATION_LIMIT
    assert found.fun == found.history.fun.min()


def test_variables_may_be_a_tree():
    found = optim.least_squares(
        lambda p: {"fit": p["a"] * np.exp(-p["b"] * T) - 2 * np.exp(-T), "prior": 0 * p["a"]}, {"a": 1.0, "b": 0.5}
    )
    assert found.x["a"] == pytest.approx(2, abs=1e-12) and found.x["b"] == pytest.approx(1, abs=1e-12)
    assert found.jacobian.shape == (T.size + 1, 2)


def test_more_variables_than_residuals_lead_to_one_of_the_solutions():
    found = optim.least_squares(lambda x: np.stack([x[0] * x[1] - 1]), np.array([2.0, 3.0]))
    assert found.success and found.x[0] * found.x[1] == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"loss": "hubert"}, optim.errors.UnknownOptionError, "huber"),
        ({"f_scale": 0}, ValueError, "f_scale"),
        ({"jac": lambda x: np.ones((3, 3))}, ValueError, r"\(3, 3\)"),
        ({"jac": "2point"}, ValueError, "2-point"),
        ({"bounds": [(0, 1)] * 2}, ValueError, "3 pairs"),
        ({"bounds": [(2, 3)] * 3}, ValueError, "outside"),
        ({"method": "gauss_newton", "bounds": [(0, 2)] * 3}, ValueError, "bounds"),
        ({"x_scale": -1.0}, optim.errors.UnknownOptionError, "x_scale"),
        ({"damping": 0.0}, optim.errors.UnknownOptionError, "damping"),
        ({"record": "all"}, optim.errors.UnknownOptionError, "record"),
    ],
)
def test_bad_input_is_refused_with_its_name(arguments, error, named):
    with pytest.raises(error, match=named):
        optim.least_squares(residual, X0, **arguments)


def test_residual_that_is_nan_or_complex_at_the_start_is_refused():
    with pytest.raises(ValueError, match="nan at x0"):
        optim.least_squares(lambda x: x * np.nan, X0)
    with pytest.raises(ValueError, match="real numbers"):
        optim.least_squares(lambda x: x * 1j, X0)


@pytest.mark.parametrize("method", ["lm", "trf", "gauss_newton"])
def test_methods_for_residuals_say_where_they_belong(method):
    with pytest.raises(optim.errors.UnsupportedProblemError, match="least_squares"):
        optim.minimize(optim.problems.rosenbrock, np.zeros(2), method)
