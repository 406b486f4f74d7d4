"""The rules, one file for each family of NumPy functions. Importing them is what makes the tracers know NumPy.

The families that most programs use are imported with the package, the others when a function is met that those do not
know, or by `load_all`.
"""

import importlib

from . import arithmetic, complex, indexing, joining, products, reductions, selection, shapes

ON_DEMAND = (
    "applying",
    "calculus",
    "constants",
    "counting",
    "creation",
    "cumulative",
    "decompositions",
    "determinants",
    "diagonals",
    "einsum",
    "gathering",
    "linalg",
    "nan_reductions",
    "norms",
    "padding",
    "polynomials",
    "quantiles",
    "repetition",
    "rounding",
    "sorting",
    "special",
    "splitting",
    "statistics",
    "ufunc_methods",
)

__all__ = [
    "ON_DEMAND",
    "arithmetic",
    "complex",
    "indexing",
    "joining",
    "load_all",
    "products",
    "reductions",
    "selection",
    "shapes",
]


def load_all():
    """Imports every family."""
    for name in ON_DEMAND:
        importlib.import_module(f".{name}", __name__)
