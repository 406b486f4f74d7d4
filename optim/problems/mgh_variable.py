"""Problems 20 to 35 of Moré, Garbow and Hillstrom: residuals of any number n of variables.

Each is written as in the paper; x is a vector of n numbers, and what is returned is the vector of the residuals fᵢ(x).
"""

from __future__ import annotations

import numpy as np

__all__ = ["VARIABLE"]


def _watson(x):
    t = np.arange(1, 30) / 29
    powers = t[:, None] ** np.arange(x.size)  # (29, n), of tᵢ
    slopes = np.arange(1, x.size) * powers[:, :-1]
    rows = slopes @ x[1:] - (powers @ x) ** 2 - 1
    return np.concatenate([rows, np.stack([x[0], x[1] - x[0] ** 2 - 1])])


def _extended_rosenbrock(x):
    a, b = x[0::2], x[1::2]
    return np.concatenate([10 * (b - a**2), 1 - a])


def _extended_powell_singular(x):
    a, b, c, d = x[0::4], x[1::4], x[2::4], x[3::4]
    return np.concatenate([a + 10 * b, 5**0.5 * (c - d), (b - 2 * c) ** 2, 10**0.5 * (a - d) ** 2])


def _penalty_1(x):
    return np.concatenate([1e-5**0.5 * (x - 1), np.stack([(x**2).sum() - 0.25])])


def _penalty_2(x):
    n = x.size
    i = np.arange(2, n + 1)
    y = np.exp(i / 10) + np.exp((i - 1) / 10)
    e = np.exp(x / 10)
    weighted = (np.arange(n, 0, -1) * x**2).sum()
    return np.concatenate([
        np.stack([x[0] - 0.2]), 1e-5**0.5 * (e[1:] + e[:-1] - y), 1e-5**0.5 * (e[1:] - np.exp(-0.1)),
        np.stack([weighted - 1]),
    ])  # fmt: skip


def _variably_dimensioned(x):
    s = (np.arange(1, x.size + 1) * (x - 1)).sum()
    return np.concatenate([x - 1, np.stack([s, s**2])])


def _trigonometric(x):
    cosines = np.cos(x)
    return x.size - cosines.sum() + np.arange(1, x.size + 1) * (1 - cosines) - np.sin(x)


def _brown_almost_linear(x):
    return np.concatenate([x[:-1] + x.sum() - (x.size + 1), np.stack([np.prod(x) - 1])])


def _grid(n):
    return np.arange(1, n + 1) / (n + 1)


def _discrete_boundary_value(x):
    h = 1 / (x.size + 1)
    around = np.concatenate([np.zeros(1), x, np.zeros(1)])
    return 2 * x - around[:-2] - around[2:] + h**2 * (x + _grid(x.size) + 1) ** 3 / 2


def _discrete_integral(x):
    t = _grid(x.size)
    kernel = np.minimum(t[:, None] * (1 - t), t * (1 - t[:, None]))  # tⱼ(1 - tᵢ) for j ≤ i, tᵢ(1 - tⱼ) beyond
    return x + kernel @ (x + t + 1) ** 3 / (2 * (x.size + 1))


def _broyden_tridiagonal(x):
    around = np.concatenate([np.zeros(1), x, np.zeros(1)])
    return (3 - 2 * x) * x - around[:-2] - 2 * around[2:] + 1


def _broyden_banded(x):
    distance = np.arange(x.size) - np.arange(x.size)[:, None]  # j - i
    band = ((distance >= -5) & (distance <= 1) & (distance != 0)).astype(float)
    return x * (2 + 5 * x**2) + 1 - band @ (x * (1 + x))


def _linear_full_rank(x):
    m = 2 * x.size
    return np.concatenate([x, np.zeros(m - x.size)]) - 2 / m * x.sum() - 1


def _linear_rank_1(x):
    m = 2 * x.size
    return np.arange(1, m + 1) * (np.arange(1, x.size + 1) * x).sum() - 1


def _linear_rank_1_with_zeros(x):
    m = 2 * x.size
    rows = np.concatenate([np.arange(m - 1.0), np.zeros(1)])
    return rows * (np.arange(2, x.size) * x[1:-1]).sum() - 1


def _chebyquad(x):
    n = x.size
    before, current, means = 1.0, 2 * x - 1, []
    for _ in range(n):
        means.append(current.mean())
        before, current = current, 2 * (2 * x - 1) * current - before
    i = np.arange(1, n + 1)
    integrals = np.where(i % 2 == 0, -1 / np.maximum(i**2 - 1, 1), 0)  # of Tᵢ over [0, 1]
    return np.stack(means) - integrals


# number: name, residual, m for n variables, the usual n, standard start for n variables
VARIABLE = {
    20: ("watson", _watson, lambda n: 31, 6, lambda n: np.zeros(n)),
    21: ("extended_rosenbrock", _extended_rosenbrock, lambda n: n, 10, lambda n: np.resize([-1.2, 1.0], n)),
    22: (
        "extended_powell_singular", _extended_powell_singular, lambda n: n, 12,
        lambda n: np.resize([3.0, -1.0, 0.0, 1.0], n),
    ),
    23: ("penalty_1", _penalty_1, lambda n: n + 1, 4, lambda n: np.arange(1.0, n + 1)),
    24: ("penalty_2", _penalty_2, lambda n: 2 * n, 4, lambda n: np.full(n, 0.5)),
    25: (
        "variably_dimensioned", _variably_dimensioned, lambda n: n + 2, 10, lambda n: 1 - np.arange(1, n + 1) / n,
    ),
    26: ("trigonometric", _trigonometric, lambda n: n, 10, lambda n: np.full(n, 1 / n)),
    27: ("brown_almost_linear", _brown_almost_linear, lambda n: n, 10, lambda n: np.full(n, 0.5)),
    28: ("discrete_boundary_value", _discrete_boundary_value, lambda n: n, 10, lambda n: _grid(n) * (_grid(n) - 1)),
    29: ("discrete_integral", _discrete_integral, lambda n: n, 10, lambda n: _grid(n) * (_grid(n) - 1)),
    30: ("broyden_tridiagonal", _broyden_tridiagonal, lambda n: n, 10, lambda n: np.full(n, -1.0)),
    31: ("broyden_banded", _broyden_banded, lambda n: n, 10, lambda n: np.full(n, -1.0)),
    32: ("linear_full_rank", _linear_full_rank, lambda n: 2 * n, 10, lambda n: np.ones(n)),
    33: ("linear_rank_1", _linear_rank_1, lambda n: 2 * n, 10, lambda n: np.ones(n)),
    34: ("linear_rank_1_with_zeros", _linear_rank_1_with_zeros, lambda n: 2 * n, 10, lambda n: np.ones(n)),
    35: ("chebyquad", _chebyquad, lambda n: n, 8, _grid),
}  # fmt: skip
