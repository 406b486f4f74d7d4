"""Derivatives by differences, with an estimate of their error: what exact derivatives are compared with.

The central difference D(h) = (φ(h) - φ(-h)) / 2h of a smooth φ is φ'(0) plus a series in even powers of h. Halving h
again and again and extrapolating (Richardson 1911; Ridders 1982, "Accurate computation of F'(x) and F'(x)F''(x)")
removes the powers one by one. Each entry of the result takes the place in the tableau where its neighbours agree
best, and that disagreement, or the rounding error of the difference where that is larger, is its error estimate.
"""

from __future__ import annotations

import numpy as np

from . import tree
from .tracer import dtype_of, shape_of

__all__ = ["along", "direction_at", "finest", "moved", "normal_like", "precision"]

FIRST_STEP = 2.0**-3
LEVELS = 26  # down to a step of 2^-28, where only noise is left
COLUMNS = 8  # orders of extrapolation: beyond h^16, rounding is all that changes


def precision(*trees):
    """The rounding unit of the coarsest floating-point dtype among the leaves; that of float64 where there is none."""
    dtypes = [dtype_of(leaf) for leaf in tree.leaves(trees)]
    return max([float(np.finfo(dtype).eps) for dtype in dtypes if dtype.kind in "fc"], default=2.0**-52)


def finest(x):
    """x with its leaves in double precision, so that differences lose half of 16 digits and not half of 7."""

    def promoted(leaf):
        dtype = dtype_of(leaf)
        if leaf.__class__ is float or dtype.kind not in "fciu":
            return leaf
        return np.asarray(leaf).astype(np.result_type(dtype, np.float64))[()]

    return tree.map(promoted, x)


def normal_like(x, rng):
    """A random tree like x, of independent standard normal numbers; floats where x has integers."""

    def draw(leaf):
        shape, dtype = shape_of(leaf), dtype_of(leaf)
        drawn = rng.standard_normal(shape)
        if dtype.kind == "c":
            drawn = drawn + 1j * rng.standard_normal(shape)
        return drawn if leaf.__class__ is float else np.asarray(drawn, dtype if dtype.kind in "fc" else float)[()]

    return tree.map(draw, x)


def direction_at(x, rng):
    """A random direction to move x in: normal, each entry in units of the entry of x that it moves."""

    def scale(leaf, drawn):
        size = np.abs(leaf)
        typical = np.sqrt(np.mean(size**2)) if np.size(leaf) else 0.0
        unit = np.where(size > 1e-14 * typical, size, typical) if typical > 0 else 1.0  # what is rounded to 0 too
        return float(drawn * unit) if leaf.__class__ is float else np.asarray(drawn * unit, drawn.dtype)[()]

    return tree.map(scale, x, normal_like(x, rng))


def moved(x, direction, step):
    """x + step · direction, leaf by leaf."""
    return tree.map(lambda a, v: a + step * v, x, direction)


def along(f, x, direction, step=FIRST_STEP, tolerance=1e-11):
    """The derivative of t -> f(*(x + t·direction)) at t = 0 by differences, and the estimated error of each entry.

    f          of the arguments in the tuple of trees x; returns a tree of numbers and arrays
    step       the first and largest step
    tolerance  the relative error at which to stop halving it

    Returns two vectors, of the numbers in the result of f in the order of `tree.ravel`. Steps that lead out of the
    domain of f, to nan, are passed over. An error of inf means that no two differences could be compared.
    """
    center = f(*x)
    unit = precision(center)
    size = np.abs(_raveled(center))  # the largest that each entry was seen to be
    best, error = np.zeros(size.shape), np.full(size.shape, np.inf)
    above = []  # the row of the tableau before this one
    for level in range(LEVELS):
        h = step / 2**level
        with np.errstate(all="ignore"):
            after, before = _raveled(f(*moved(x, direction, h))), _raveled(f(*moved(x, direction, -h)))
            size = np.fmax(size, np.fmax(np.abs(after), np.abs(before)))
            row = [(after - before) / (2 * h)]
            for order, coarser in enumerate(above[: COLUMNS - 1], start=1):
                row.append(row[-1] + (row[-1] - coarser) / (4.0**order - 1))
                disagreement = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - coarser))
                estimate = disagreement + unit * (size + np.abs(row[-1])) / h
                better = estimate < error  # never where it is nan
                best, error = np.where(better, row[-1], best), np.where(better, estimate, error)
        above = row
        if level >= 2 and np.all(error <= tolerance * np.max(np.abs(best), initial=0.0)):
            break
    return best, error


def _raveled(y):
    flat, _ = tree.ravel(y)
    return flat.astype(np.result_type(flat.dtype, np.float64))
