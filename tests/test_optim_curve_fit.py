"""Curve fits: SciPy's covariances, linear theory, and intervals and bands that cover as often as they say."""

import numpy as np
import pytest
import scipy.optimize
import scipy.stats

import optim


def decay(x, a, b, c):
    return a * np.exp(-b * x) + c


X = np.linspace(0, 4, 50)
Y = decay(X, 2.5, 1.3, 0.5) + 0.2 * np.random.default_rng(1).normal(size=50)
SIGMA = np.random.default_rng(2).uniform(0.1, 0.5, 50)
COVARIANCE = np.diag(SIGMA**2) + 0.01 * np.exp(-np.abs(X[:, None] - X))


@pytest.mark.parametrize("absolute_sigma", [False, True])
@pytest.mark.parametrize("sigma", [None, SIGMA, COVARIANCE], ids=["none", "deviations", "covariance"])
def test_parameters_and_covariance_are_those_of_scipy(sigma, absolute_sigma):
    popt, pcov = optim.curve_fit(decay, X, Y, [1, 1, 1], sigma=sigma, absolute_sigma=absolute_sigma)
    theirs, cov = scipy.optimize.curve_fit(
        decay, X, Y, [1, 1, 1], sigma=sigma, absolute_sigma=absolute_sigma, xtol=1e-15, ftol=1e-15
    )
    np.testing.assert_allclose(popt, theirs, rtol=1e-6)
    np.testing.assert_allclose(pcov, cov, rtol=1e-4)


def test_straight_line_has_the_errors_and_bands_of_linear_theory():
    fit = optim.curve_fit(lambda x, slope, intercept: slope * x + intercept, X, Y)
    theirs = scipy.stats.linregress(X, Y)
    np.testing.assert_allclose(fit.popt, [theirs.slope, theirs.intercept], rtol=1e-12)
    np.testing.assert_allclose(fit.standard_errors, [theirs.stderr, theirs.intercept_stderr], rtol=1e-10)
    assert fit.r_squared == pytest.approx(theirs.rvalue**2, rel=1e-12)
    assert fit.names == ("slope", "intercept") and fit.degrees_of_freedom == 48
    t = scipy.stats.t.ppf(0.95, 48)
    x = np.array([-1.0, 2.0, 7.0])
    leverage = 1 / 50 + (x - X.mean()) ** 2 / ((X - X.mean()) ** 2).sum()
    for band, variance in ((fit.confidence_band, leverage), (fit.prediction_band, 1 + leverage)):
        low, high = band(x, level=0.9)
        half = t * fit.residual_deviation * np.sqrt(variance)
        np.testing.assert_allclose([low, high], [fit.predict(x) - half, fit.predict(x) + half], rtol=1e-9)


def test_intervals_and_bands_cover_as_often_as_they_say():
    rng, truth, trials = np.random.default_rng(3), np.array([2.5, 1.3, 0.5]), 120
    covered = np.zeros(5)
    for _ in range(trials):
        fit = optim.curve_fit(decay, X, decay(X, *truth) + 0.1 * rng.normal(size=50), truth, method="gauss_newton")
        intervals = fit.confidence_intervals(0.8)
        covered[:3] += (intervals[:, 0] <= truth) & (truth <= intervals[:, 1])
        low, high = fit.confidence_band(np.array([1.0]), 0.8)
        covered[3] += low[0] <= decay(1.0, *truth) <= high[0]
        low, high = fit.prediction_band(np.array([1.0]), 0.8)
        covered[4] += low[0] <= decay(1.0, *truth) + 0.1 * rng.normal() <= high[0]
    assert (np.abs(covered / trials - 0.8) < 0.13).all()  # 3.5 standard errors of a share of 120


def test_known_sigma_takes_the_quantiles_of_the_normal_distribution():
    fit = optim.curve_fit(decay, X, Y, [1, 1, 1], sigma=0.2, absolute_sigma=True)
    assert fit.quantile(0.95) == pytest.approx(1.959963984540054)
    assert optim.curve_fit(decay, X, Y, [1, 1, 1]).quantile(0.95) == pytest.approx(scipy.stats.t.ppf(0.975, 47))


def test_parameters_may_have_names():
    fit = optim.curve_fit(lambda x, rate, size: size * np.exp(-rate * x), X, Y, {"rate": 1.0, "size": 2.0})
    by_order, _ = optim.curve_fit(lambda x, rate, size: size * np.exp(-rate * x), X, Y, [1.0, 2.0])
    assert fit.popt["rate"] == pytest.approx(by_order[0]) and fit.names == ("rate", "size")
    assert "rate" in repr(fit) and "95 %" in repr(fit)
    assert fit.confidence_intervals().shape == (2, 2)


def test_given_jacobian_and_differences_lead_to_the_same_fit():
    def jac(x, a, b, c):
        return np.stack([np.exp(-b * x), -a * x * np.exp(-b * x), np.ones_like(x)], axis=1)

    exact = optim.curve_fit(decay, X, Y, [1, 1, 1], sigma=SIGMA)
    for other in (jac, "3-point"):
        fit = optim.curve_fit(decay, X, Y, [1, 1, 1], sigma=SIGMA, jac=other)
        np.testing.assert_allclose(fit.popt, exact.popt, rtol=1e-7)
        np.testing.assert_allclose(fit.pcov, exact.pcov, rtol=1e-5)
        np.testing.assert_allclose(fit.confidence_band(X[:3]), exact.confidence_band(X[:3]), rtol=1e-6)


def test_bounds_and_robust_losses_are_passed_on():
    fit = optim.curve_fit(decay, X, Y, [1, 1, 0.7], bounds=[(0, 3), (0, 3), (0.6, 1)])
    assert fit.popt[2] == 0.6 and fit.success
    outlying = Y.copy()
    outlying[::7] += 4
    robust = optim.curve_fit(decay, X, outlying, [1, 1, 1], loss="cauchy", f_scale=0.2)
    plain = optim.curve_fit(decay, X, Y, [1, 1, 1])
    assert np.abs(robust.popt - plain.popt).max() < 0.3


def test_undetermined_parameters_have_infinite_variance_and_the_report_says_so():
    fit = optim.curve_fit(lambda x, a, b: (a + b) * x, X, Y, [1.0, 1.0])
    assert np.isinf(fit.pcov).all() and "do not determine" in repr(fit)
    exact = optim.curve_fit(lambda x, a, b: a + b * x, np.array([0.0, 1.0]), np.array([1.0, 3.0]), [0.0, 0.0])
    np.testing.assert_allclose(exact.popt, [1, 2], atol=1e-12)
    assert np.isinf(exact.pcov).all()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"ydata": Y[:-1]}, "shape"),
        ({"ydata": np.where(X > 3, np.nan, Y)}, "ydata"),
        ({"sigma": np.ones(3)}, "sigma has shape"),
        ({"sigma": np.zeros(50)}, "positive"),
        ({"sigma": -np.eye(50)}, "covariance"),
    ],
)
def test_bad_data_are_refused_with_their_name(arguments, named):
    given = {"xdata": X, "ydata": Y, "p0": [1, 1, 1]} | arguments
    with pytest.raises(optim.errors.OptimizationError, match=named):
        optim.curve_fit(decay, **given)


def test_models_that_hide_their_parameters_need_a_start():
    with pytest.raises(optim.errors.OptimizationError, match="p0"):
        optim.curve_fit(lambda *everything: everything[1] * everything[0], X, Y)


def test_new_observations_of_a_weighted_fit_need_their_sigma():
    fit = optim.curve_fit(decay, X, Y, [1, 1, 1], sigma=SIGMA)
    with pytest.raises(optim.errors.OptimizationError, match="sigma"):
        fit.prediction_band(X)
    low, high = fit.prediction_band(X, sigma=SIGMA)
    inner, outer = fit.confidence_band(X)
    assert (low < inner).all() and (outer < high).all()
    with pytest.raises(optim.errors.OptimizationError, match="level"):
        fit.confidence_intervals(95)


def test_picture_shows_data_curve_and_both_bands():
    fit = optim.curve_fit(decay, X, Y, [1, 1, 1])
    ax = fit.plot(X, Y)
    curve, data = ax.get_lines()
    np.testing.assert_allclose(curve.get_ydata(), fit.predict(curve.get_xdata()))
    np.testing.assert_array_equal(data.get_ydata(), Y)
    assert len(ax.collections) == 2
    assert {text.get_text() for text in ax.get_legend().get_texts()} >= {"data", "fitted curve"}
