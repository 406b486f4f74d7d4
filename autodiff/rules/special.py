"""Functions with derivatives of their own kind: sinc and i0, each of a family closed under differentiation; repairs."""

import functools
import math

import numpy as np

from ..primitive import elementwise, general
from ..tracer import dtype_of, functions, implements
from .keywords import is_given

# -- sinc --------------------------------------------------------------------------------------------------------------


def _sinc_by_series(x, n):
    """The n-th derivative of sin(πx)/(πx) = Σ (-1)ᵏ (πx)²ᵏ / (2k+1)!, term by term."""
    total, k = 0.0 * x, (n + 1) // 2
    square = (math.pi * x) ** 2
    term = (-1) ** k * math.pi**n / (2 * k + 1) * (1 if n % 2 == 0 else math.pi * x)
    for _ in range(30 + 2 * n):
        total = total + term
        power = 2 * k - n  # term is that of x^power
        term = -term * square * (2 * k + 1) / ((power + 1) * (power + 2) * (2 * k + 3))
        k += 1
    return total


def _sinc_by_recurrence(x, n):
    """From f₀ = sin(πx)/(πx) upwards: x fₙ + n fₙ₋₁ is the n-th derivative of sin(πx)/π."""
    derivative = np.sinc(x)
    for k in range(1, n + 1):
        derivative = (math.pi ** (k - 1) * np.sin(math.pi * x + k * math.pi / 2) - k * derivative) / x
    return derivative


@functools.cache
def sinc_derivative(n):
    """The n-th derivative of sin(πx)/(πx), whose own derivative is the next. Exact at and near 0, to any order."""

    def function(x):
        small = np.abs(x) * math.pi < n + 1  # where the recurrence would cancel digits
        with np.errstate(all="ignore"):
            series = _sinc_by_series(np.where(small, x, 0), n)
            recurrence = _sinc_by_recurrence(np.where(small, 1, x), n)
        return np.where(small, series, recurrence).astype(dtype_of(np.sinc(x)), copy=False)[()]

    return elementwise(function if n else np.sinc, lambda x: sinc_derivative(n + 1)(x), name=f"sinc_derivative_{n}")


functions[np.sinc] = sinc_derivative(0)

# -- modified Bessel functions -----------------------------------------------------------------------------------------


@functools.cache
def bessel_i(n):
    """The modified Bessel function Iₙ: I₀' = I₁ and Iₙ' = (Iₙ₋₁ + Iₙ₊₁) / 2."""

    def function(x):
        from scipy.special import iv

        return iv(n, x)

    if n == 0:
        return elementwise(np.i0, lambda x: bessel_i(1)(x), name="i0")
    return elementwise(function, lambda x: (bessel_i(n - 1)(x) + bessel_i(n + 1)(x)) / 2, name=f"i{n}")


functions[np.i0] = bessel_i(0)

# -- repairs -----------------------------------------------------------------------------------------------------------


def _repaired(x, nan, posinf, neginf):
    repaired = np.where(np.isnan(x), nan, np.where(np.greater(x, 0), posinf, neginf))
    return np.where(np.isfinite(x), x, repaired)


@implements(np.nan_to_num)
def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    largest = np.finfo(dtype_of(x)).max
    posinf, neginf = (value if is_given(value) else bound for value, bound in [(posinf, largest), (neginf, -largest)])
    if dtype_of(x).kind == "c":
        result = _repaired(np.real(x), nan, posinf, neginf) + 1j * _repaired(np.imag(x), nan, posinf, neginf)
    else:
        result = _repaired(x, nan, posinf, neginf)
    if dtype_of(result) != dtype_of(x):
        result = result.astype(dtype_of(x))
    if copy:
        return result
    x[...] = result
    return x


# A whole number of periods is added, which is a constant.
general(np.unwrap, lambda dp, ans, p, *args, **keywords: dp, lambda ans, p, *args, **keywords: lambda c: c)
