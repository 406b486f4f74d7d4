"""The rules, one file for each family of NumPy functions. Importing them is what makes the tracers know NumPy."""

from . import (
    arithmetic,
    calculus,
    cumulative,
    diagonals,
    einsum,
    indexing,
    joining,
    nan_reductions,
    padding,
    polynomials,
    products,
    quantiles,
    reductions,
    repetition,
    shapes,
    splitting,
    statistics,
)
