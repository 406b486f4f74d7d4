"""Recomputes the minima of the Moré-Garbow-Hillstrom problems in 60-digit arithmetic:

    python -m optim.problems.mgh_certify

prints the table of `mgh_minima`. Each residual is turned into SymPy expressions by `autodiff.symbolic`, decimal data
into exact fractions, and Newton's method is run on ∇f = 2 Jᵀ r in mpmath from a minimum known roughly.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .mgh_fixed import BARD, FIXED, KOWALIK_U, KOWALIK_Y, OSBORNE_2
from .mgh_variable import VARIABLE

__all__ = ["certify"]

_DIGITS = 60

# number, which minimum: near where. Found by Levenberg-Marquardt from the starts of the collection.
_NEAR = {
    (2, "local"): [11.41, -0.897],
    (3, "global"): [1.098e-5, 9.106],
    (6, "global"): [0.2578, 0.2578],
    (8, "global"): [0.0824, 1.133, 2.344],
    (8, "local"): [0.05217, -0.38652, 3.97457],
    (9, "global"): [0.399, 1.0, 0.0],
    (10, "global"): [0.00560963647, 6181.34634, 345.2236346],
    (15, "global"): [0.1928, 0.1913, 0.1231, 0.1361],
    (15, "local"): [0.23392, -1.29228, -0.83583, -0.55068],
    (16, "global"): [-11.594, 13.204, -0.4034, 0.2368],
    (17, "global"): [0.37541, 1.93585, -1.46469, 0.0128675, 0.0221227],
    (19, "global"): [1.31, 0.4316, 0.6337, 0.5994, 0.7542, 0.9043, 1.3658, 4.8237, 2.3987, 4.5689, 5.6753],
    (20, "global"): [-0.015725, 1.012435, -0.232992, 1.26043, -1.513729, 0.992996],
    (23, "global"): [0.2500075] * 4,
    (24, "global"): [0.199999, 0.191316, 0.480101, 0.518845],
    (26, "global"): [0.0465, 0.0477, 0.0490, 0.0505, 0.0522, 0.0542, 0.2271, 0.0597, 0.0637, 0.1295],
    (26, "local"): [0.05515, 0.05684, 0.05876, 0.06099, 0.06363, 0.06684, 0.20816, 0.16436, 0.085, 0.09143],
    (26, "local 2"): [0.05391, 0.0555, 0.05729, 0.05934, 0.06173, 0.25789, 0.06811, 0.07262, 0.07846, 0.08375],
    (26, "local 3"): [0.06249, 0.06447, 0.06671, 0.06924, 0.2754, 0.07545, 0.07903, 0.08227, 0.08364, 0.08209],
    (26, "local 4"): [0.05154, 0.05302, 0.0547, 0.05662, 0.05887, 0.06158, 0.21838, 0.06952, 0.14373, 0.09253],
    (28, "global"): [-0.0432, -0.0816, -0.1145, -0.1410, -0.1599, -0.1699, -0.1691, -0.1552, -0.1254, -0.0754],
    (29, "global"): [-0.0432, -0.0816, -0.1145, -0.1410, -0.1599, -0.1699, -0.1691, -0.1552, -0.1254, -0.0754],
    (30, "global"): [-0.5707, -0.6818, -0.7022, -0.7055, -0.7049, -0.7015, -0.6919, -0.6658, -0.5960, -0.4164],
    (30, "local"): [1.73906, 0.08286, -0.24656, 0.04553, 0.74855, 1.17092, 0.39373, 0.28527, 0.79189, 1.3122],
    (30, "local 2"): [0.04685, 0.71272, 1.44452, -0.00484, -0.40807, -0.35803, 0.01687, 0.77047, 1.29231, 0.23077],
    (31, "global"): [-0.4283, -0.4766, -0.5197, -0.5581, -0.5925, -0.6245, -0.6232, -0.6214, -0.6205, -0.5865],
    (31, "local"): [0.21071, 0.26098, 0.22795, 0.19703, 0.20323, 0.22192, 0.16281, 0.0483, -0.07936, -0.15313],
    (35, "global"): [0.043153, 0.193091, 0.266329, 0.5, 0.5, 0.733671, 0.806909, 0.956847],
}  # fmt: skip

_T = np.arange(1, 14) / 10

# Where f falls towards infinity without a minimum, or has a whole curve of minima: the residual that is left.
_REDUCED = {
    "5, x1 to -infinity, x2 to 1": (lambda x: np.array([1.5, 2.25, 2.625]) - np.arange(1, 4) * x[0], [0.8]),
    "6, x1 to -infinity": (lambda x: 2 + 2 * np.arange(1, 11) - np.exp(np.arange(1, 11) * x[0]), [0.3315]),
    "8, x2 and x3 to -infinity": (lambda x: BARD - x[0], [0.84]),
    "12, x2 to infinity": (
        lambda x: np.exp(-_T[:10] * x[0]) - x[1] * (np.exp(-_T[:10]) - np.exp(-10 * _T[:10])), [0.6136, 1.32],
    ),
    "15, x1 to infinity, x3 and x4 to -infinity": (
        lambda x: KOWALIK_Y - (KOWALIK_U**2 + KOWALIK_U * x[0]) / (KOWALIK_U * x[1] + x[2]), [-14.0759, -45.26, -28.23],
    ),
    "18, x1 = x5": (
        lambda x: x[0] * np.exp(-_T * x[1]) - x[2] * np.exp(-_T * x[3]) - _biggs(), [2.3263, 1.7114, 5.1867, 17.6836],
    ),
    "18, x1 = x5, x2 to infinity": (lambda x: x[0] * np.exp(-_T * x[1]) - _biggs(), [1.6654, 1.22756]),
    "19, no peaks": (lambda x: OSBORNE_2 - x[0] * np.exp(-np.arange(65) / 10 * x[1]), [0.917, 0.13275]),
}  # fmt: skip


def _biggs():
    return np.exp(-_T) - 5 * np.exp(-10 * _T) + 3 * np.exp(-4 * _T)


def certify(number: int, near: list[float]) -> tuple[list[str], str]:
    """The minimiser near a point and the minimum, each to seventeen digits, of a problem with its usual n.

    >>> certify(2, [11.41, -0.897])
    (['11.412778986902094', '-0.89680525327447652'], '48.984253679240021')
    """
    return _minimum((FIXED.get(number) or VARIABLE[number])[1], near)


def _minimum(residual, near):
    import mpmath as mp

    with mp.workdps(_DIGITS):
        fun, gradient = _functions(residual, len(near))
        x = mp.matrix([mp.mpf(v) for v in near])
        for _ in range(200):
            g = gradient(x)
            step = mp.lu_solve(_jacobian(gradient, x, g), g)
            x -= step
            if mp.norm(step) <= mp.mpf(10) ** -40 * mp.norm(x):
                return [str(mp.nstr(v, 17)) for v in x], str(mp.nstr(fun(x), 17)) if fun(x) > 1e-40 else "0"
    raise ArithmeticError(f"no minimum was reached from {near}")


def _functions(residual, n):
    """f = ‖r‖² and ∇f = 2 Jᵀ r as functions of an mpmath matrix."""
    import mpmath as mp
    import sympy as sp

    from autodiff.symbolic import to_sympy

    symbols = sp.symbols(f"x1:{n + 1}", real=True)
    r = [_with_exact_decimals(entry) for entry in np.ravel(to_sympy(residual, list(symbols)))]
    values = sp.lambdify(symbols, r, "mpmath")
    slopes = sp.lambdify(symbols, [[sp.diff(entry, symbol) for symbol in symbols] for entry in r], "mpmath")

    def gradient(x):
        return 2 * mp.matrix(slopes(*x)).T * mp.matrix(values(*x))

    return lambda x: mp.fsum(value**2 for value in values(*x)), gradient


def _with_exact_decimals(expression):
    """Data are decimals of few digits, such as 0.0833, not the floats next to them."""
    import sympy as sp

    exact = {number: Fraction(repr(float(number))) for number in expression.atoms(sp.Float)}
    short = {number: sp.Rational(f.numerator, f.denominator) for number, f in exact.items() if f.denominator <= 10**6}
    return expression.xreplace(short)


def _jacobian(function, x, at_x):
    """By forward differences, whose error of 10⁻³⁰ only slows Newton's method down."""
    import mpmath as mp

    columns = []
    for j in range(len(x)):
        moved = x.copy()
        h = mp.mpf(10) ** -30 * max(1, abs(x[j]))
        moved[j] += h
        columns.append((function(moved) - at_x) / h)
    return mp.matrix([[column[i] for column in columns] for i in range(len(x))])


if __name__ == "__main__":
    for (number, which), near in _NEAR.items():
        x, fun = certify(number, near)
        print(f"{number:>3} {which:<8} f = {fun}  x = [{', '.join(x)}]")
    for which, (residual, near) in _REDUCED.items():
        print(f"{which}: f = {_minimum(residual, near)[1]}")
