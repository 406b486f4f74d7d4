"""Functions of one number: minima by Brent and golden section, roots by Algorithm 748."""

import math

import numpy as np
import pytest
import scipy.optimize

import optim
from optim import Status
from optim.errors import InvalidBoundsError, InvalidObjectiveError, UnsupportedProblemError
from optim.scalar.interval import BrentInterval, bracket

MINIMA = {
    "parabola": (lambda t: (t - 2) ** 2, 0.0, (-1, 5), 2.0),
    "quartic": (lambda t: t**4 - 3 * t**3 + 2, 1.0, (0.5, 4), 2.25),
    "cosine": (lambda t: np.cos(t), 2.0, (1, 6), math.pi),
    "kink": (lambda t: abs(t - 0.3), 0.0, (-1, 1), 0.3),
    "flat": (lambda t: (t - 1) ** 6, 0.0, (-3, 4), 1.0),
    "steep": (lambda t: np.exp(t) - 5 * t, 0.0, (0, 10), math.log(5)),
    "far": (lambda t: (t - 1e5) ** 2, 0.0, (0, 1e6), 1e5),
}
METHODS = ("brent", "golden_section")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MINIMA)
def test_the_minimum_is_found_between_bounds_and_from_a_start(method, name):
    fun, x0, bounds, expected = MINIMA[name]
    for given in (None, [bounds]):
        res = optim.minimize(fun, float(x0 if given is None else np.clip(x0, *bounds)), method, bounds=given)
        assert res.success, res
        accuracy = 1e-2 if name == "flat" else 1e-7  # (1e-2)⁶ is rounding of nothing; √ε elsewhere
        assert res.x == pytest.approx(expected, rel=accuracy, abs=accuracy)
        assert isinstance(res.x, float) and res.fun == fun(res.x)


@pytest.mark.parametrize("name", MINIMA)
def test_brent_needs_about_as_many_evaluations_as_scipy(name):
    fun, x0, bounds, _ = MINIMA[name]
    res = optim.minimize(fun, float(np.mean(bounds)), "brent", bounds=[bounds], tol=1e-14)
    peer = scipy.optimize.minimize_scalar(fun, bounds=bounds, method="bounded", options={"xatol": 1e-8})
    assert res.nfev <= 1.5 * peer.nfev + 5
    slack = 2e-8 if name == "kink" else 1e-12  # at a kink the resolution of x is that of the value
    assert res.fun <= peer.fun + slack * max(1, abs(peer.fun))


def test_golden_section_shrinks_by_the_golden_ratio():
    res = optim.minimize(lambda t: (t - 0.123) ** 2, 0.5, "golden_section", bounds=[(0, 1)], tol=1e-5)
    widths = res.history.b - res.history.a
    assert widths[2:] / widths[1:-1] == pytest.approx((math.sqrt(5) - 1) / 2, rel=1e-6)
    assert res.status is Status.CONVERGED and res.optimality <= 1e-5


def test_a_minimum_at_a_bound_is_found():
    for method in METHODS:
        res = optim.minimize(lambda t: t, 0.5, method, bounds=[(0.25, 1)])
        assert res.x == pytest.approx(0.25, abs=1e-7)
        res = optim.minimize(lambda t: -t, 0.5, method, bounds=[(None, 1)])
        assert res.x == pytest.approx(1, abs=1e-7)


def test_a_function_without_a_minimum_is_no_success():
    res = optim.minimize(lambda t: t, 1.0, "brent", max_iter=100)
    assert not res.success


def test_several_numbers_are_refused():
    with pytest.raises(UnsupportedProblemError, match="x0 holds 2"):
        optim.minimize(lambda x: (x**2).sum(), np.ones(2), "brent")


def test_a_bracket_encloses_the_minimum_with_growing_steps():
    for target in (-1e6, -0.3, 4.0, 1e8):
        fun = lambda t: abs(t - target)  # noqa: B023, E731
        a, b, x, value = bracket(fun, 0.0, fun(0.0), 0.1)
        assert a <= target <= b and a <= x <= b and value == fun(x) <= min(fun(a), fun(b))


def test_the_interval_always_contains_the_minimum():
    interval, target = BrentInterval(-3.0, 7.0, 1.0, abs(1 - 0.7)), 0.7
    for _ in range(60):
        if interval.has_converged():
            break
        u = interval.propose()
        assert interval.a < u < interval.b
        interval.observe(u, abs(u - target))
        assert interval.a <= target <= interval.b
    assert interval.has_converged()


ROOTS = {
    "cosine": (lambda x: math.cos(x) - x, (0, 1), 0.7390851332151607),
    "cube": (lambda x: x**3 - 2, (0, 5), 2 ** (1 / 3)),
    "sine": (lambda x: math.sin(x) - x / 2, (math.pi / 2, math.pi), 1.8954942670339812),
    "exponential": (lambda x: x * math.exp(x) - 0.1, (-1, 5), 0.09127652716086226),
    "triple": (lambda x: x**3, (-1, 1.5), 0.0),
    "hyperbola": (lambda x: 1 / x - 1e-3, (1, 1e6), 1000.0),
    "tiny": (lambda x: x - 1e-12, (-1, 1), 1e-12),
    "left end": (lambda x: x, (0, 1), 0.0),
    "right end": (lambda x: x - 1, (0, 1), 1.0),
    "falling": (lambda x: 3 - x**2, (0, 10), math.sqrt(3)),
}


@pytest.mark.parametrize("name", ROOTS)
def test_roots_are_found_to_rounding(name):
    fun, ends, expected = ROOTS[name]
    res = optim.root_scalar(fun, ends)
    assert res.success and res.x == pytest.approx(expected, rel=4e-16, abs=4e-16)
    assert ends[0] <= res.x <= ends[1] and res.fun == abs(fun(res.x))


@pytest.mark.parametrize("name", [name for name in ROOTS if name not in ("triple", "left end")])
def test_algorithm_748_needs_about_as_many_evaluations_as_scipys(name):
    fun, ends, _ = ROOTS[name]
    _, peer = scipy.optimize.toms748(fun, *ends, full_output=True, xtol=1e-15, rtol=1e-15)
    assert optim.root_scalar(fun, ends).nfev <= 1.3 * peer.function_calls + 2


def test_the_interval_of_the_history_always_contains_the_root():
    res = optim.root_scalar(ROOTS["exponential"][0], (-1, 5))
    assert (res.history.a <= res.x).all() and (res.x <= res.history.b).all()
    assert (np.diff(res.history.b - res.history.a) < 0).all()


def test_a_jump_and_a_pole_are_no_roots():
    for fun in (lambda x: 1.0 if x > 0.3 else -1.0, lambda x: 1 / (x - 0.3)):
        res = optim.root_scalar(fun, (-1, 1.1))
        assert res.status is Status.STAGNATED and "it jumps, or has a pole" in res.message
        assert res.x == pytest.approx(0.3)


def test_tolerance_arguments_limits_and_callback_are_those_of_minimize():
    res = optim.root_scalar(lambda x, c: math.tanh(x) - c, (-3, 40), args=(0.5,), tol=1e-3, callback=lambda r: None)
    assert res.success and res.x == pytest.approx(math.atanh(0.5), abs=1e-3)
    assert res.optimality <= 1e-3
    assert optim.root_scalar(lambda x: x**3, (-1, 1.5), max_nfev=6).status is Status.EVALUATION_LIMIT
    assert optim.root_scalar(lambda x: x**3, (-1, 1.5), max_iter=2).nit == 2
    stopped = optim.root_scalar(lambda x: x**3, (-1, 1.5), callback=lambda r: r.nit == 1)
    assert stopped.status is Status.STOPPED_BY_CALLBACK


def test_bad_brackets_are_refused():
    with pytest.raises(InvalidBoundsError, match="same sign at both ends"):
        optim.root_scalar(lambda x: x**2 + 1, (-1, 1))
    with pytest.raises(InvalidBoundsError, match="a < b"):
        optim.root_scalar(lambda x: x, (1, -1))
    with pytest.raises(InvalidObjectiveError):
        optim.root_scalar(lambda x: math.log(x) if x > 0 else math.nan, (-1, 2))
    assert optim.root_scalar(lambda x: math.nan if 0.2 < x < 0.4 else x - 0.3, (-1, 1.3)).status is Status.NOT_FINITE
