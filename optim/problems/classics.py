"""The functions that every text on optimization draws, with their minima.

| function | n | shape |
|---|---|---|
| `rosenbrock` | any | a curved valley with a flat floor |
| `quadratic(eigenvalues)` | any | a bowl of a chosen condition number |
| `himmelblau` | 2 | four equal minima |
| `beale` | 2 | flat, with steep corners |
| `booth`, `matyas` | 2 | bowls |
| `goldstein_price` | 2 | values over six decades, four local minima |
| `three_hump_camel`, `six_hump_camel` | 2 | a few minima |
| `peaks` | 2 | three hills and three hollows |
| `styblinski_tang` | any | 2ⁿ minima, one the lowest |
| `rastrigin`, `ackley`, `griewank`, `levy` | any | very many minima |
"""

from __future__ import annotations

import math

import numpy as np

from .problem import Problem

__all__ = [
    "ackley",
    "beale",
    "booth",
    "goldstein_price",
    "griewank",
    "himmelblau",
    "levy",
    "matyas",
    "peaks",
    "quadratic",
    "rastrigin",
    "rosenbrock",
    "six_hump_camel",
    "styblinski_tang",
    "three_hump_camel",
]


def _rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def _himmelblau(x):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


def _beale(x):
    a, b = x[0], x[1]
    return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b**2) ** 2 + (2.625 - a + a * b**3) ** 2


def _booth(x):
    return (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2


def _matyas(x):
    return 0.26 * (x[0] ** 2 + x[1] ** 2) - 0.48 * x[0] * x[1]


def _goldstein_price(x):
    a, b = x[0], x[1]
    first = 1 + (a + b + 1) ** 2 * (19 - 14 * a + 3 * a**2 - 14 * b + 6 * a * b + 3 * b**2)
    return first * (30 + (2 * a - 3 * b) ** 2 * (18 - 32 * a + 12 * a**2 + 48 * b - 36 * a * b + 27 * b**2))


def _three_hump_camel(x):
    return 2 * x[0] ** 2 - 1.05 * x[0] ** 4 + x[0] ** 6 / 6 + x[0] * x[1] + x[1] ** 2


def _six_hump_camel(x):
    a, b = x[0], x[1]
    return (4 - 2.1 * a**2 + a**4 / 3) * a**2 + a * b + (-4 + 4 * b**2) * b**2


def _peaks(x):
    a, b = x[0], x[1]
    return (
        3 * (1 - a) ** 2 * np.exp(-(a**2) - (b + 1) ** 2)
        - 10 * (a / 5 - a**3 - b**5) * np.exp(-(a**2) - b**2)
        - np.exp(-((a + 1) ** 2) - b**2) / 3
    )


def _styblinski_tang(x):
    return (x**4 - 16 * x**2 + 5 * x).sum() / 2


def _rastrigin(x):
    return (x**2 - 10 * np.cos(2 * np.pi * x) + 10).sum()


def _ackley(x):
    spread = np.sqrt((x**2).sum() / x.size)
    return -20 * np.exp(-0.2 * spread) - np.exp(np.cos(2 * np.pi * x).sum() / x.size) + 20 + math.e


def _griewank(x):
    return 1 + (x**2).sum() / 4000 - np.prod(np.cos(x / np.sqrt(np.arange(1, x.size + 1))))


def _levy(x):
    w = 1 + (x - 1) / 4
    middle = ((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2)).sum()
    return np.sin(np.pi * w[0]) ** 2 + middle + (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2)


def _problem(name, fun, x0, minima, f_min, box, source):
    return Problem(name, fun, np.array(x0, float), tuple(np.array(x, float) for x in minima), f_min, box, source)


def _square(half):
    return ((-half, half), (-half, half))


_SURVEY = "Jamil and Yang 2013, A literature survey of benchmark functions for global optimization problems"

# Minima that are not exact numbers are given to sixteen digits, from Newton's method in 40-digit arithmetic.
rosenbrock = _problem(
    "rosenbrock", _rosenbrock, [-1.2, 1.0], [[1, 1]], 0.0, ((-2.0, 2.0), (-1.0, 3.0)), "Rosenbrock 1960"
)
himmelblau = _problem(
    "himmelblau", _himmelblau, [0.0, 0.0],
    [[3, 2], [-2.805118086952745, 3.131312518250573], [-3.779310253377747, -3.283185991286170],
     [3.584428340330492, -1.848126526964404]],
    0.0, _square(5), "Himmelblau 1972",
)  # fmt: skip
beale = _problem("beale", _beale, [1.0, 1.0], [[3, 0.5]], 0.0, _square(4.5), "Beale 1958")
booth = _problem("booth", _booth, [0.0, 0.0], [[1, 3]], 0.0, _square(10), _SURVEY)
matyas = _problem("matyas", _matyas, [5.0, -3.0], [[0, 0]], 0.0, _square(10), _SURVEY)
goldstein_price = _problem(
    "goldstein_price", _goldstein_price, [-0.5, -0.5], [[0, -1]], 3.0, _square(2),
    "Goldstein and Price 1971",
)  # fmt: skip
three_hump_camel = _problem("three_hump_camel", _three_hump_camel, [0.5, 1.0], [[0, 0]], 0.0, _square(5), _SURVEY)
six_hump_camel = _problem(
    "six_hump_camel", _six_hump_camel, [0.5, 1.0],
    [[0.08984201310031806, -0.7126564030207396], [-0.08984201310031806, 0.7126564030207396]],
    -1.0316284534898774, ((-2.0, 2.0), (-1.1, 1.1)), "Dixon and Szegö 1978",
)  # fmt: skip
peaks = _problem(
    "peaks", _peaks, [0.5, -0.5], [[0.2282789205563691, -1.6255349574999965]], -6.551133332835837, _square(3),
    "MATLAB's peaks; Liquet, Moka and Nazarathy 2024, figure 4.1",
)  # fmt: skip
styblinski_tang = _problem(
    "styblinski_tang", _styblinski_tang, [-1.0, 1.0], [[-2.903534027771177, -2.903534027771177]], -78.33233140754283,
    _square(5), "Styblinski and Tang 1990",
)  # fmt: skip
rastrigin = _problem("rastrigin", _rastrigin, [3.2, -2.1], [[0, 0]], 0.0, _square(5.12), "Rastrigin 1974")
ackley = _problem("ackley", _ackley, [2.5, -1.5], [[0, 0]], 0.0, _square(5), "Ackley 1987")
griewank = _problem("griewank", _griewank, [4.0, -6.0], [[0, 0]], 0.0, _square(10), "Griewank 1981")
levy = _problem("levy", _levy, [-4.0, 5.0], [[1, 1]], 0.0, _square(10), "Levy and Montalvo 1985")


def quadratic(eigenvalues, x0=None, rng: np.random.Generator | None = None) -> Problem:
    """f(x) = ½ xᵀ A x with the given eigenvalues of A, all positive; the minimum is 0 at 0.

    eigenvalues  shape (n,)
    x0           the start; by default all ones
    rng          turns the axes at random; without it A is diagonal

    >>> problem = quadratic([1.0, 100.0])
    >>> problem(np.array([1.0, 1.0])), problem.minima
    (np.float64(50.5), (array([0., 0.]),))
    """
    eigenvalues = np.asarray(eigenvalues, float)
    n = eigenvalues.size
    if eigenvalues.shape != (n,) or not (eigenvalues > 0).all():
        raise ValueError(f"the eigenvalues must be a vector of positive numbers, not {eigenvalues!r}")
    basis = np.eye(n) if rng is None else np.linalg.qr(rng.normal(size=(n, n)))[0]
    A = (basis * eigenvalues) @ basis.T
    x0 = np.ones(n) if x0 is None else x0
    return _problem("quadratic", lambda x: 0.5 * (x @ (A @ x)), x0, [np.zeros(n)], 0.0, _square(1.5), "a bowl")
