"""Every elementwise primitive, in every mode, beside SymPy's derivative of it, computed with hundreds of digits."""

from functools import cache
from itertools import product

import mpmath
import numpy as np
import pytest
import sympy as sp
from numpy._core.umath import clip

import autodiff as ad
from autodiff.elementwise import Elementwise
from autodiff.symbolic.agreement import _singular_functions
from autodiff.symbolic.counterparts import branches, elementwise
from autodiff.tracer import functions, ufuncs
from tests.domains import DOMAINS, NOT_OF_NUMBERS

ULPS = 8  # a rule is a few NumPy calls, each of which is within one or two units in the last place
DIGITS = 500  # more than twice the decimal exponents of the points, for differences that cancel
SMALLEST = {np.float64: 1e-307, np.float32: 1e-37}  # below, numbers have fewer digits

SYMBOLS = sp.symbols("x y z", real=True)

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of values and derivatives that overflow


def everything(cases):
    return pytest.mark.parametrize("function", cases, ids=lambda f: f.__name__)


def test_no_elementwise_primitive_is_left_out():
    known = {p.function for p in [*ufuncs.load_all().values(), *functions.values()] if isinstance(p, Elementwise)}
    assert known == set(DOMAINS) | set(NOT_OF_NUMBERS)


# -- exact derivatives -------------------------------------------------------------------------------------------------


def exact(function, orders, points):
    """The partial derivative by the arguments in `orders`, at each point."""
    arity = len(points)
    if function not in branches():
        return evaluated(sp.diff(elementwise()[function](*SYMBOLS[:arity]), *[SYMBOLS[k] for k in orders]), points)
    found = []
    for point in zip(*points, strict=True):
        branch = sp.sympify(branches()[function](*SYMBOLS[:arity], *point))
        derivative = sp.diff(branch, *[SYMBOLS[k] for k in orders])
        found.append(evaluated(derivative, [np.array([x]) for x in point])[0])
    return np.array(found)


def evaluated(expression, points):
    compute = sp.lambdify(SYMBOLS[: len(points)], expression, modules=[_singular_functions(), "mpmath"])
    with mpmath.workdps(DIGITS):
        found = [compute(*[mpmath.mpmathify(x) for x in point]) for point in zip(*points, strict=True)]
        return np.array([complex(x) if isinstance(x, mpmath.mpc) else float(x) for x in found])


@cache
def exact_on_domain(function, orders):
    return exact(function, orders, DOMAINS[function].points)


def assert_exact(found, function, orders, points, expected=None, dtype=np.float64):
    domain = DOMAINS[function]
    expected = exact_on_domain(function, orders) if expected is None else expected
    assert np.isfinite(expected).any() and not np.isnan(expected).any()
    with np.errstate(over="ignore"):
        rounded = expected.astype(dtype)  # infinite where the derivative is too large for a float
    units = ULPS * np.abs(expected) + domain.rounding(len(orders), expected, *points)
    allowed = np.finfo(dtype).eps * units + SMALLEST[dtype]
    right = (np.asarray(found) == rounded) | (np.abs(found - expected) <= allowed)
    wrong = [(*(x[k] for x in points), found[k], expected[k]) for k in np.flatnonzero(~right)]
    assert not wrong, f"(point, found, expected): {wrong[:5]}"


# -- in every mode -----------------------------------------------------------------------------------------------------


def forward(f, k):
    """The partial derivative of f by argument k, by forward mode."""

    def partial(*points):
        tangents = tuple(np.full(len(x), float(i == k)) for i, x in enumerate(points))
        return ad.jvp(f, points, tangents)[1]

    return partial


def reverse(f, k):
    return lambda *points: ad.vjp(f, *points)[1](np.ones(len(points[0])))[k]


@everything(DOMAINS)
@pytest.mark.parametrize("mode", [forward, reverse])
def test_first_derivative_is_that_of_sympy(function, mode):
    points = DOMAINS[function].points
    for k in range(len(points)):
        assert_exact(mode(function, k)(*points), function, (k,), points)


@everything(DOMAINS)
@pytest.mark.parametrize(("outer", "inner"), list(product([forward, reverse], repeat=2)))
def test_second_derivative_is_that_of_sympy(function, outer, inner):
    points = DOMAINS[function].points
    for j, k in product(range(len(points)), repeat=2):
        assert_exact(outer(inner(function, j), k)(*points), function, (j, k), points)


@everything(DOMAINS)
def test_python_floats_have_the_same_derivatives(function):
    points = DOMAINS[function].points
    some = slice(None, None, 1 + len(points[0]) // 100)
    numbers = [tuple(map(float, point)) for point in zip(*(x[some] for x in points), strict=True)]
    chosen = [x[some] for x in points]
    for k in range(len(points)):
        by_reverse = [ad.grad(lambda *p: function(*p), k)(*point) for point in numbers]
        along = tuple(float(i == k) for i in range(len(points)))
        by_forward = [ad.jvp(lambda *p: function(*p), point, along)[1] for point in numbers]
        twice = [ad.grad(ad.grad(lambda *p: function(*p), k), k)(*point) for point in numbers]
        assert_exact(np.array(by_reverse), function, (k,), chosen, exact_on_domain(function, (k,))[some])
        assert_exact(np.array(by_forward), function, (k,), chosen, exact_on_domain(function, (k,))[some])
        assert_exact(np.array(twice), function, (k, k), chosen, exact_on_domain(function, (k, k))[some])


@everything(DOMAINS)
@pytest.mark.parametrize("mode", [forward, reverse])
def test_single_precision_is_exact_to_single_rounding(function, mode):
    points = _in_single(DOMAINS[function].points)
    for k in range(len(points)):
        found = mode(function, k)(*points)
        assert found.dtype == np.float32
        wide = [x.astype(np.float64) for x in points]
        assert_exact(found, function, (k,), wide, exact(function, (k,), wide), np.float32)


def _in_single(points):
    """The points of moderate size in single precision, without those that are rounded to a border: 1 - 1e-10."""
    rounded = [x.astype(np.float32) for x in points]
    kept = [
        ((np.abs(x) > 1e-5) & (np.abs(x) < 1e5) | (x == 0)) & ((np.rint(x) == x) | (np.rint(r) != r))
        for x, r in zip(points, rounded, strict=True)
    ]
    return [r[np.all(kept, axis=0)] for r in rounded]


# -- analytic functions of complex numbers -----------------------------------------------------------------------------

NOT_ANALYTIC = {np.absolute, np.maximum, np.minimum, np.fmax, np.fmin, clip}
ANALYTIC = [
    f for f in DOMAINS if f not in NOT_ANALYTIC and isinstance(f, np.ufunc) and any("D->" in t for t in f.types)
]
_PARTS = (-1.7, -0.6, 0.4, 2.3)
COMPLEX = np.array([complex(a, b) for a, b in product(_PARTS, repeat=2)])


@everything(ANALYTIC)
@pytest.mark.parametrize("mode", [forward, reverse])
def test_complex_derivative_is_that_of_sympy(function, mode):
    arity = len(DOMAINS[function].points)
    points = [x.ravel() for x in np.meshgrid(*[COMPLEX[:: 3 if arity == 2 else 1]] * arity)]
    symbols = sp.symbols("x y")[:arity]
    for k in range(arity):
        derivative = sp.diff(elementwise()[function](*symbols), symbols[k])
        compute = sp.lambdify(symbols, derivative, "mpmath")
        expected = np.array([complex(compute(*map(mpmath.mpmathify, p))) for p in zip(*points, strict=True)])
        np.testing.assert_allclose(mode(function, k)(*points), expected, rtol=100 * 2**-52)  # NumPy's are less exact


# -- the one that takes integers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [forward, reverse])
def test_ldexp_is_scaled_by_the_power_of_two(mode):
    x, n = np.array([-3.0, 0.0, 1e-300, 0.7]), np.array([3, -2, 1000, 0])
    np.testing.assert_array_equal(mode(lambda x: np.ldexp(x, n), 0)(x), 2.0**n)
