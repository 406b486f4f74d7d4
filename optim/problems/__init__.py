"""Functions to try optimizers on, with their known minima, in plain NumPy."""

from .bbob import bbob
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
from .constrained_problem import ConstrainedProblem
from .hock_schittkowski import hock_schittkowski
from .more_garbow_hillstrom import mgh
from .nist import Regression, nist
from .problem import Problem
from .residual_problem import ResidualProblem

__all__ = [
    "ConstrainedProblem",
    "Problem",
    "Regression",
    "ResidualProblem",
    "ackley",
    "bbob",
    "beale",
    "booth",
    "goldstein_price",
    "griewank",
    "himmelblau",
    "hock_schittkowski",
    "levy",
    "matyas",
    "mgh",
    "nist",
    "peaks",
    "quadratic",
    "rastrigin",
    "rosenbrock",
    "six_hump_camel",
    "styblinski_tang",
    "three_hump_camel",
]
