"""Functions to try optimizers on, with their known minima, in plain NumPy."""

from .classics import (
    ackley,
    beale,
    booth,
    goldstein_price,
    griewank,
    himmelblau,
    levy,
    matyas,
    peaks,
    quadratic,
    rastrigin,
    rosenbrock,
    six_hump_camel,
    styblinski_tang,
    three_hump_camel,
)
from .problem import Problem

__all__ = [
    "Problem",
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
