"""Fitted parameters have the derivatives with respect to their data that closed forms and differences say."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import autodiff as ad
import optim
from autodiff.errors import InputError, SolutionError
from optim.errors import NotConvergedError, UnsupportedProblemError

MODES = {"forward": ad.jacfwd, "reverse": ad.jacrev}
T = np.linspace(0.0, 2.0, 10)
NOISE = np.array([0.05, -0.1, 0.08, 0.02, -0.06, 0.11, -0.03, -0.08, 0.04, 0.01])
Y = 2 * np.exp(-1.3 * T) + 0.5 + NOISE
START = np.array([1.0, 1.0, 0.0])
A = np.stack([np.ones(10), T, T**2], axis=1)


def decay(t, a, b, c):
    return a * np.exp(-b * t) + c


def misfit(p, y):
    return decay(T, *p) - y


def differences(f, x, h=1e-5):
    """Central: their error is h², and that of the fit, at the limit of precision, over h."""
    return np.stack([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(x.size)], axis=-1)


# -- least_squares -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
@pytest.mark.parametrize("method", ["lm", "gauss_newton", "bfgs", "trust_exact"])
def test_a_linear_fit_has_the_pseudo_inverse_as_its_derivative(method, mode):
    def fit(y):
        return optim.least_squares(lambda p, y: A @ p - y, np.zeros(3), method, args=(y,)).x

    assert_allclose(mode(fit)(Y), np.linalg.pinv(A), atol=1e-10)


def test_a_linear_fit_with_respect_to_its_matrix_is_that_of_its_closed_form():
    def fit(A):
        return optim.least_squares(lambda p, A: A @ p - Y, np.zeros(3), args=(A,)).x

    def closed(A):
        return np.linalg.solve(A.T @ A, A.T @ Y)

    for mode in MODES.values():
        assert_allclose(mode(fit)(A), ad.jacrev(closed)(A), atol=1e-9)


@pytest.mark.parametrize("loss", ["linear", "soft_l1", "huber", "cauchy", "arctan"])
@pytest.mark.parametrize("bounds", [None, [(0, 5), (0, 1.1), (None, None)]], ids=["free", "bounded"])
def test_a_curved_fit_with_any_loss_has_the_derivative_of_differences(loss, bounds):
    y = Y.copy()
    y[3] += 1.5  # an outlier

    def fit(change):  # of the data in three directions
        f_scale = 1.0 if loss == "arctan" else 0.3  # with less there are several minima
        data = y + np.cos(A @ change) - 1 + A @ change
        return optim.least_squares(misfit, START, args=(data,), loss=loss, f_scale=f_scale, bounds=bounds).x

    none = np.zeros(3)
    expected = differences(fit, none)
    for mode in MODES.values():
        assert_allclose(mode(fit)(none), expected, atol=1e-7)
    assert (np.abs(expected[1]).max() == 0) == (bounds is not None and abs(fit(none)[1] - 1.1) < 1e-9)


def test_the_derivative_has_the_whole_hessian_where_gauss_and_newton_leave_out_a_part():
    """For (x² - y)² + (x - 1)² the residual is not small, and JᵀJ alone is far from the Hessian."""

    def fit(y):
        return optim.least_squares(lambda x, y: np.stack([x**2 - y, x - 1]), 1.0, args=(y,)).x

    x = fit(-1.0)  # 2 x (x² - y) + x - 1 = 0
    assert_allclose(ad.grad(fit)(-1.0), 2 * x / (6 * x**2 - 2 * -1.0 + 1), rtol=1e-10)
    assert abs(2 * x / (4 * x**2 + 1) - ad.grad(fit)(-1.0)) > 0.1


def test_second_derivatives_of_a_fit():
    def fit(y):
        return optim.least_squares(lambda x, y: np.exp(x) - y, np.zeros(1), args=(y,)).x[0]

    for second in (ad.grad(ad.grad(fit)), ad.derivative(ad.derivative(fit)), ad.derivative(ad.grad(fit))):
        assert_allclose(second(3.0), -1 / 9, rtol=1e-11)


def test_all_that_belongs_to_a_fit_is_differentiated():
    def of(y):
        found = optim.least_squares(misfit, START, args=(y,), loss="soft_l1", f_scale=0.1)
        assert found.success and found.nit > 0
        return np.concatenate([np.reshape(found.cost, 1), found.residual, found.jacobian.reshape(-1)])

    assert_allclose(ad.jacrev(of)(Y), differences(of, Y), atol=1e-7)
    envelope = ad.grad(lambda y: optim.least_squares(misfit, START, args=(y,)).cost)(Y)
    assert_allclose(envelope, -optim.least_squares(misfit, START, args=(Y,)).residual, atol=1e-9)


def test_bounds_and_the_scale_of_the_loss_may_be_traced():
    def bounded(upper):
        return optim.least_squares(misfit, START, args=(Y,), bounds=optim.Bounds(-9.0, np.stack([9.0, upper, 9.0]))).x

    def scaled(c):
        return optim.least_squares(misfit, START, args=(Y,), loss="soft_l1", f_scale=c).x

    for f, at in ((bounded, 1.1), (scaled, 0.07)):
        expected = differences(lambda v, f=f: f(v[0]), np.array([at]))[:, 0]
        assert np.abs(expected).max() > 0.05
        for mode in MODES.values():
            assert_allclose(mode(f)(at), expected, atol=1e-7)


def test_parameters_on_a_tree_and_residuals_on_one():
    def fit(y):
        def residual(p, y):
            return {"even": p["a"] + p["b"] * T[::2] - y[::2], "odd": [p["a"] + p["b"] * T[1::2] - y[1::2]]}

        return optim.least_squares(residual, {"a": 0.0, "b": 0.0}, args=(y,)).x["b"]

    assert_allclose(ad.grad(fit)(Y), np.linalg.pinv(A[:, :2])[1], atol=1e-10)


def test_a_given_jacobian_is_differentiated_in_place_of_the_residual():
    def jac(p, y):
        e = np.exp(-p[1] * T)
        return np.stack([e, -p[0] * T * e, np.ones_like(T)], axis=1)

    with_it, without = (
        ad.jacrev(lambda y, j=j: optim.least_squares(misfit, START, args=(y,), jac=j).x)(Y) for j in (jac, None)
    )
    assert_allclose(with_it, without, atol=1e-9)


def test_the_units_of_parameters_and_data_do_not_matter_near_bounds():
    """A rate of 1e-9 next to a bound at 0 is as free as one of 1, and one at its bound as fixed."""
    times = 1e9 * T

    def fit(y, low):
        return optim.least_squares(lambda p, y: 1e6 * p[0] * np.exp(-p[1] * times) - 1e6 * y, np.array([1.0, 2e-9]),
                                   args=(y,), bounds=[(None, None), (low, None)]).x[1]  # fmt: skip

    expected = differences(lambda y: fit(y, 0.0).reshape(1), Y)[0]
    assert 1e-10 < np.abs(expected).max() < 1e-8
    assert_allclose(ad.grad(lambda y: fit(y, 0.0))(Y), expected, atol=1e-14)
    assert_allclose(ad.grad(lambda y: fit(y, 1.5e-9))(Y), 0, atol=1e-20)


# -- curve_fit ---------------------------------------------------------------------------------------------------------

S = np.linspace(0.5, 1.0, 10)
COVARIANCE = np.diag(S) + 0.1


def everything(fit):
    return np.concatenate([
        fit.popt, np.ravel(fit.pcov), fit.standard_errors, np.ravel(fit.confidence_intervals()), fit.predict(T),
        np.stack([fit.residual_deviation, fit.r_squared]),
    ])  # fmt: skip


FITS = {  # of one vector each
    "ydata": (lambda y: optim.curve_fit(decay, T, y, START), Y),
    "xdata": (lambda x: optim.curve_fit(decay, x, Y, START), T),
    "sigma": (lambda s: optim.curve_fit(decay, T, Y, START, sigma=s), S),
    "sigma that is known": (lambda s: optim.curve_fit(decay, T, Y, START, sigma=s, absolute_sigma=True), S),
    "one sigma": (lambda s: optim.curve_fit(decay, T, Y, START, sigma=s[0], absolute_sigma=True), S[:1]),
    "a covariance": (lambda s: optim.curve_fit(decay, T, Y, START, sigma=COVARIANCE + np.diag(s)), S),
    "a bound": (lambda u: optim.curve_fit(decay, T, Y, START, bounds=optim.Bounds(0.0, np.stack([9.0, u[0], 9.0]))),
                np.array([1.1])),
    "ydata of a robust fit": (lambda y: optim.curve_fit(decay, T, y, START, loss="soft_l1", f_scale=0.1), Y),
}  # fmt: skip


@pytest.mark.parametrize("name", FITS)
def test_a_fitted_curve_and_its_uncertainty_have_the_derivatives_of_differences(name):
    fit, x = FITS[name]
    expected = differences(lambda x: everything(fit(x)), x)
    for mode in MODES.values():
        assert_allclose(mode(lambda x: everything(fit(x)))(x), expected, atol=1e-7)


def test_a_fitted_line_has_the_derivatives_of_its_closed_form():
    def line(x, a, b):
        return a + b * x

    def fitted(y, sigma):
        popt, pcov = optim.curve_fit(line, T, y, sigma=sigma, absolute_sigma=True)
        return popt, pcov

    X = A[:, :2]
    W = np.diag(1 / S**2)
    expected = np.linalg.solve(X.T @ W @ X, X.T @ W)
    of_y, covariance_of_y = ad.jacrev(fitted)(Y, S)
    assert_allclose(of_y, expected, atol=1e-10)
    assert_allclose(covariance_of_y, 0, atol=1e-12)  # it does not depend on the data
    of_sigma = ad.jacrev(lambda s: fitted(Y, s)[1])(S)
    closed = ad.jacrev(lambda s: np.linalg.inv(X.T @ (X / (s**2)[:, None])))(S)
    assert_allclose(of_sigma, closed, atol=1e-10)


def test_parameters_by_name_are_differentiated_and_the_start_is_a_constant():
    def named(x, rate, height):
        return height * np.exp(-rate * x)

    def rate(y, start):
        return optim.curve_fit(named, T, y, {"rate": start, "height": 1.0}).popt["rate"]

    of_y, of_start = ad.grad(rate, (0, 1))(Y, 1.0)
    assert_allclose(of_y, differences(lambda y: np.reshape(rate(y, 1.0), 1), Y)[0], atol=1e-8)
    assert of_start == 0


# -- where there is no derivative --------------------------------------------------------------------------------------


def test_what_cannot_be_differentiated_is_refused():
    with pytest.raises(UnsupportedProblemError, match="'2-point' finds Jacobians by differences"):
        ad.jacrev(lambda y: optim.least_squares(misfit, START, args=(y,), jac="2-point").x)(Y)
    with pytest.raises(NotConvergedError, match="iteration limit"):
        ad.jacrev(lambda y: optim.least_squares(misfit, START, args=(y,), max_iter=1).x)(Y)
    with pytest.raises(InputError, match="closes over a traced value"):
        ad.jacrev(lambda y: optim.least_squares(lambda p, z: misfit(p, y + z), START, args=(y,)).x)(Y)
    with pytest.raises(InputError, match="the residual closes over a traced value: pass it in args"):
        ad.jacrev(lambda y: optim.least_squares(lambda p: misfit(p, y), START).x)(Y)


def test_parameters_that_the_data_do_not_determine_are_refused():
    with pytest.raises(SolutionError, match="singular at the solution"):
        ad.jacrev(lambda y: optim.least_squares(lambda p, y: (p[0] + p[1]) * T - y, np.zeros(2), args=(y,)).x)(Y)


def test_a_parameter_at_its_bound_without_force_is_refused():
    best = optim.curve_fit(decay, T, Y, START).popt
    with pytest.raises(SolutionError, match="degenerate: the entries 1 of x"):
        ad.jacrev(lambda y: optim.curve_fit(decay, T, y, START, bounds=optim.Bounds(-9.0, [9.0, best[1], 9.0])).popt)(Y)


def test_a_residual_where_the_loss_has_a_jump_of_curvature_is_refused():
    def location(y):  # residuals -1, 0, 1 about the middle one; those of ±1 are where the loss begins to be linear
        return optim.least_squares(lambda x, y: x - y, 0.0, args=(y,), loss="huber").x

    with pytest.raises(SolutionError, match="the residuals 0, 2 are where the loss 'huber' has a jump"):
        ad.jacrev(location)(np.array([-1.0, 0.0, 1.0]))
    assert_allclose(ad.jacrev(location)(np.array([-2.0, 0.1, 2.0])), [0, 1, 0], atol=1e-9)
