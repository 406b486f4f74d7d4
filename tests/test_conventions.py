"""What derivatives are where functions have none: a test for each line of the table in docs/derivatives.md."""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import autodiff as ad
from autodiff.nn import functional as F

TABLE = Path(__file__).parent.parent / "docs" / "derivatives.md"
INF, NAN = np.inf, np.nan

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of values at poles


class Line(NamedTuple):
    functions: str  # as in the table
    point: str
    cases: list  # (f, arguments, the Jacobian by each of them)


def each(functions, args, *jacobians):
    return [(f, args, jacobians) for f in functions]


def ufuncs(names, args, *jacobians):
    return each([getattr(np, name) for name in names.split()], args, *jacobians)


def norm(order):
    return lambda x: np.linalg.norm(x, order)


def v(*entries):
    return np.array(entries)


LINES = [
    Line("`abs(x)`, `fabs(x)`", "x = 0", ufuncs("abs fabs", (0.0,), 0.0)),
    Line(
        "`sign(x)`, `floor(x)`, `ceil(x)`, `round(x)`, `trunc(x)`",
        "a jump",
        ufuncs("sign floor ceil round trunc", (0.0,), 0.0) + each([np.round], (0.5,), 0.0),
    ),
    Line("`x // y`", "a jump", ufuncs("floor_divide", (4.0, 2.0), 0.0, 0.0)),
    Line("`x % y`, `fmod(x, y)`", "a jump", ufuncs("remainder fmod", (4.0, 2.0), 1.0, -2.0)),
    Line("`heaviside(x, h)`", "x = 0", ufuncs("heaviside", (0.0, 0.3), 0.0, 1.0)),
    Line("`copysign(x, y)`", "x = 0", ufuncs("copysign", (0.0, 2.0), 0.0, 0.0)),
    Line(
        "`maximum(x, y)`, `minimum(x, y)`, `fmax(x, y)`, `fmin(x, y)`",
        "x = y",
        ufuncs("maximum minimum fmax fmin", (1.5, 1.5), 0.5, 0.5),
    ),
    Line("`max(x)`, `min(x)`", "n entries tie", [(np.max, (v(0.0, 1.0, 1.0),), (v(0, 0.5, 0.5),))]
         + [(np.min, (v(2.0, 1.0, 1.0, 1.0),), (v(0, 1, 1, 1) / 3,))]),
    Line(
        "`max(x)` with `initial`",
        "n entries and `initial` tie",
        each([lambda x: np.max(x, initial=1.0)], (v(0.0, 1.0, 1.0),), v(0, 1, 1) / 3),
    ),
    Line(
        "`clip(x, a, b)`",
        "x = a or x = b",
        each([np.clip], (0.0, 0.0, 1.0), 0.5, 0.5, 0.0) + each([np.clip], (1.0, 0.0, 1.0), 0.5, 0.0, 0.5),
    ),
    Line("`ptp(x)`", "x is constant", each([np.ptp], (v(1.0, 1.0, 1.0),), v(0, 0, 0))),
    Line(
        "`median(x)`, `percentile(x, q)`",
        "entries tie",
        each([np.median, lambda x: np.percentile(x, 50)], (v(1.0, 2.0, 1.0, 1.0, 0.0),), v(1, 0, 1, 1, 0) / 3),
    ),
    Line("`sort(x)`", "entries tie", each([np.sort], (v(1.0, 0.0, 1.0),), v([0, 1, 0], [1, 0, 0], [0, 0, 1]))),
    Line(
        "`norm(x)` of any order",
        "x = 0",
        [
            *each([norm(order) for order in (None, 1, 2, 3, 0.5, INF, -INF)], (np.zeros(3),), np.zeros(3)),
            *each([norm(order) for order in (None, "fro", "nuc", 1, 2, INF)], (np.zeros((2, 3)),), np.zeros((2, 3))),
        ],
    ),
    Line("`norm(x, 1)`", "an entry is 0", each([norm(1)], (v(0.0, -2.0),), v(0, -1))),
    Line("`norm(x, inf)`", "entries tie", each([norm(INF)], (v(2.0, 1.0, -2.0),), v(1, 0, -1) / 2)),
    Line("`hypot(x, y)`, `arctan2(x, y)`", "x = y = 0", ufuncs("hypot arctan2", (0.0, 0.0), 0.0, 0.0)),
    Line("`std(x)`, `var(x)`", "x is constant", each([np.std, np.var], (v(0.1, 0.1, 0.1),), v(0, 0, 0))),
    Line(
        "`prod(x)`, `cumprod(x)`",
        "entries are 0",
        each([np.prod], (v(2.0, 0.0, 3.0),), v(0, 6, 0))
        + each([np.prod], (v(0.0, 0.0, 3.0),), v(0, 0, 0))
        + each([np.cumprod], (v(2.0, 0.0, 3.0),), v([1, 0, 0], [0, 2, 0], [0, 6, 0])),
    ),
    Line(
        "`det(A)`",
        "A is singular",
        each([np.linalg.det], (v([1.0, 2.0], [2.0, 4.0]),), v([4, -2], [-2, 1]))
        + each([np.linalg.det], (np.zeros((3, 3)),), np.zeros((3, 3))),
    ),
    Line("`x**y`", "x = 0, y > 1", ufuncs("power", (0.0, 2.0), 0.0, 0.0) + ufuncs("power", (0.0, 1.5), 0.0, 0.0)),
    Line("`x**y`", "x = 0, y = 1", ufuncs("power", (0.0, 1.0), 1.0, 0.0)),
    Line("`x**y`", "x = 0, 0 < y < 1", ufuncs("power", (0.0, 0.5), INF, 0.0)),
    Line("`x**y`", "x = 0, y = 0", ufuncs("power", (0.0, 0.0), 0.0, 0.0)),
    Line("`x**0`", "any x", [(lambda x: x**0, (x,), (0.0,)) for x in (0.0, 2.0, -2.0, INF)]),
    Line("`x**y`", "x < 0", ufuncs("power", (-2.0, 3.0), 12.0, NAN)),
    Line(
        "`logaddexp(x, y)`, `logaddexp2(x, y)`", "x = y = -inf", ufuncs("logaddexp logaddexp2", (-INF, -INF), 0.5, 0.5)
    ),
    Line("`sqrt(x)`, `cbrt(x)`", "x = 0", ufuncs("sqrt cbrt", (0.0,), INF)),
    Line("`log(x)`, `log2(x)`, `log10(x)`", "x = 0", ufuncs("log log2 log10", (0.0,), INF)),
    Line("`log1p(x)`", "x = -1", ufuncs("log1p", (-1.0,), INF)),
    Line("`arcsin(x)`", "x = 1", ufuncs("arcsin", (1.0,), INF)),
    Line("`arccos(x)`", "x = 1", ufuncs("arccos", (1.0,), -INF)),
    Line("`arccosh(x)`", "x = 1", ufuncs("arccosh", (1.0,), INF)),
    Line("`arctanh(x)`", "x = 1", ufuncs("arctanh", (1.0,), INF)),
    Line("`sinc(x)`", "x = 0", each([np.sinc], (0.0,), 0.0)),
    Line(
        "`where(c, x, y)`",
        "x or y is not differentiable where it is not chosen",
        [
            (lambda x: np.where(x > 0, np.sqrt(x), 0.0), (0.0,), (0.0,)),
            (lambda x: np.where(x > 0, np.sqrt(x), 0.0), (v(0.0, 4.0),), (v([0, 0], [0, 0.25]),)),
            (lambda x: np.where(x > 0, x * np.log(x), 0.0), (v(0.0, 1.0),), (v([0, 0], [0, 1]),)),
            (lambda x: np.where(x > 0, 1 / x, x), (v(0.0, 2.0),), (v([1, 0], [0, -0.25]),)),
        ],
    ),
    Line(
        "`nansum(x)`, `nanmax(x)` ...",
        "an entry is nan",
        each([np.nansum], (v(NAN, 1.0, 3.0),), v(0, 1, 1))
        + each([np.nanmax], (v(NAN, 1.0, 3.0),), v(0, 0, 1))
        + each([np.nanmean], (v(NAN, 1.0, 3.0),), v(0, 0.5, 0.5)),
    ),
    Line(
        "`nan_to_num(x)`",
        "an entry is nan or infinite",
        each([np.nan_to_num], (v(NAN, INF, 1.0),), v([0, 0, 0], [0, 0, 0], [0, 0, 1])),
    ),
    Line(
        "`interp(x, xp, fp)`",
        "x is a data point",
        each([lambda x: np.interp(x, v(0.0, 1.0, 2.0), v(0.0, 1.0, 4.0))], (1.0,), 3.0),
    ),
    Line(
        "`relu(x)`, `relu6(x)`, `hardtanh(x)`, `hardsigmoid(x)`",
        "a kink",
        [
            *each([F.relu, F.relu6], (0.0,), 0.0),
            *each([F.relu6], (6.0,), 0.0),
            *[(F.hardtanh, (x,), (0.0,)) for x in (-1.0, 1.0)],
            *[(F.hardsigmoid, (x,), (0.0,)) for x in (-3.0, 3.0)],
        ],
    ),
    Line(
        "`leaky_relu(x, a)`, `prelu(x, a)`",
        "x = 0",
        each([F.leaky_relu], (0.0, 0.1), 0.1, 0.0) + each([F.prelu], (0.0, 0.1), 0.1, 0.0),
    ),
    Line("`threshold(x, t, v)`", "x = t", each([F.threshold], (0.5, 0.5, 3.0), 0.0, 0.0, 1.0)),
    Line("`elu(x, a)`", "x = 0", each([F.elu], (0.0, 0.7), 0.7, 0.0)),
    Line("`celu(x, a)`", "x = 0", each([F.celu], (0.0, 0.7), 1.0, 0.0)),
    Line("`selu(x)`", "x = 0", each([F.selu], (0.0,), 1.6732632423543772 * 1.0507009873554805)),
    Line("`hardswish(x)`", "x = -3, x = 3", [(F.hardswish, (-3.0,), (0.0,)), (F.hardswish, (3.0,), (1.0,))]),
    Line(
        "`softshrink(x, a)`, `hardshrink(x, a)`",
        "x = a or x = -a",
        [(f, (x, 0.7), (0.0, 0.0)) for f in (F.softshrink, F.hardshrink) for x in (0.7, -0.7)],
    ),
    Line("`step(x)`", "x = 0", each([F.step], (0.0,), 0.0)),
]  # fmt: skip
COMPLEX = Line("`abs(z)`, `angle(z)` of complex z", "z = 0", [np.abs, np.angle])


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.functions} at {line.point}".replace("`", ""))
def test_both_modes_follow_the_table(line):
    for f, args, expected in line.cases:
        for jacobian in (ad.jacfwd, ad.jacrev):
            found = jacobian(f, argnums=tuple(range(len(args))))(*args)
            for part, wanted in zip(found, expected, strict=True):
                np.testing.assert_allclose(part, wanted, rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.functions} at {line.point}".replace("`", ""))
def test_arrays_of_such_points_follow_the_table(line):
    """Where the arguments are numbers, the function is elementwise: arrays of them take other paths than floats."""
    for f, args, expected in line.cases:
        if not all(isinstance(x, float) for x in args):
            continue
        points = tuple(np.full((2,), x) for x in args)
        for k, wanted in enumerate(expected):
            along = tuple(np.full((2,), float(i == k)) for i in range(len(args)))
            np.testing.assert_array_equal(ad.jvp(f, points, along)[1], np.full(2, wanted))
            np.testing.assert_array_equal(ad.vjp(f, *points)[1](np.ones(2))[k], np.full(2, wanted))


@pytest.mark.parametrize("f", COMPLEX.cases)
def test_modulus_and_angle_of_complex_zero_have_derivative_zero(f):
    assert ad.grad(f)(0j) == 0
    assert ad.jvp(f, (0j,), (1 + 1j,))[1] == 0


def test_the_derivative_of_sinc_at_zero_is_exact_to_every_order():
    f, found = np.sinc, []
    for _ in range(6):
        f = ad.grad(f)
        found.append(f(0.0))
    pi = np.pi
    np.testing.assert_allclose(found, [0, -(pi**2) / 3, 0, pi**4 / 5, 0, -(pi**6) / 7], rtol=1e-14)


def test_every_line_of_the_table_has_a_test():
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|")[:2])
        for line in TABLE.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| `", line)
    ]
    tested = [(line.functions, line.point) for line in [*LINES, COMPLEX]]
    assert sorted(rows) == sorted(tested)
    assert len(set(rows)) == len(rows)
