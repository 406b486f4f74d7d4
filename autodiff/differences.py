"""Derivatives by differences, with an estimate of their error: what exact derivatives are compared with.

The central difference D(h) = (φ(h) - φ(-h)) / 2h of a smooth φ is φ'(0) plus a series in even powers of h. Halving h
again and again and extrapolating (Richardson 1911; Ridders 1982, "Accurate computation of F'(x) and F'(x)F''(x)")
removes the powers one by one. Each entry of the result takes the place in the tableau where its neighbours agree
best, and that disagreement, with the rounding error of the difference, is its error estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import tree
from .entries import size_of
from .tracer import dtype_of, shape_of

__all__ = [
    "Difference",
    "along",
    "direction_at",
    "finest",
    "jump_of_slope",
    "moved",
    "normal_like",
    "precision",
    "vector",
]

FIRST_STEP = 2.0**-3
LEVELS = 26  # down to a step of 2^-28, where only noise is left
COLUMNS = 8  # orders of extrapolation: beyond h^16, rounding is all that changes


@dataclass(frozen=True, slots=True)
class Difference:
    """A derivative by differences: vectors of the numbers in the result, in the order of its leaves."""

    derivative: np.ndarray
    error: np.ndarray  # estimated; inf where no two differences could be compared
    scale: np.ndarray  # the largest derivative in the leaf that the number belongs to
    size: np.ndarray  # the largest value that was met in that leaf

    @property
    def converges(self):
        """Whether three digits are certain, of the derivative or of its being zero, for each number."""
        return self.error <= 1e-3 * self.scale + 1e-9 * self.size


def along(f, x, direction, step=FIRST_STEP, tolerance=1e-11):
    """The `Difference` of t -> f(*(x + t·direction)) at t = 0.

    f          of the arguments in the tuple of trees x; returns a tree of numbers and arrays
    step       the first and largest step
    tolerance  the error, relative to the largest derivative of a leaf, at which halving the step ends

    Steps that lead out of the domain of f, to nan, are passed over.
    """
    center = f(*x)
    unit = precision(center)
    seen = np.abs(vector(center))  # the largest that each number was seen to be
    best, error = np.zeros(seen.shape), np.full(seen.shape, np.inf)
    above = []  # the row of the tableau before this one
    certain_at = LEVELS
    for level in range(LEVELS):
        h = step / 2**level
        with np.errstate(all="ignore"):
            after, before = vector(f(*moved(x, direction, h))), vector(f(*moved(x, direction, -h)))
            seen = np.fmax(seen, np.fmax(np.abs(after), np.abs(before)))
            row = [(after - before) / (2 * h)]
            for order, coarser in enumerate(above[: COLUMNS - 1], start=1):
                row.append(row[-1] + (row[-1] - coarser) / (4.0**order - 1))
                disagreement = np.maximum(np.abs(row[-1] - row[-2]), np.abs(row[-1] - coarser))
                estimate = disagreement + unit * (seen + np.abs(row[-1])) / h
                refuted = np.abs(row[-1] - best) > 100 * (estimate + error)  # larger steps agreed by chance
                better = (estimate < error) | refuted  # never where it is nan
                best, error = np.where(better, row[-1], best), np.where(better, estimate, error)
        above = row
        if certain_at == LEVELS and np.all(error <= tolerance * _largest_of_leaf(best, center)):
            certain_at = level
        if level == certain_at + 2:  # smaller steps have confirmed it
            break
    return Difference(best, error, _largest_of_leaf(best, center), _largest_of_leaf(seen, center))


def jump_of_slope(f, x, direction, step=2.0**-20):
    """By how much the slope of t -> f(*(x + t·direction)) changes at t = 0: of the size of `step` where f is smooth."""
    with np.errstate(all="ignore"):
        after, before = vector(f(*moved(x, direction, step))), vector(f(*moved(x, direction, -step)))
        return np.abs(after - 2 * vector(f(*x)) + before) / step


def _largest_of_leaf(numbers, like):
    """For each number, the largest absolute value among those of its leaf."""
    sizes = [size_of(leaf) for leaf in tree.leaves(like)]
    parts = np.split(np.abs(numbers), np.cumsum(sizes)[:-1]) if sizes else []
    return np.repeat([np.max(part, initial=0.0) for part in parts], sizes)


# -- points and directions ---------------------------------------------------------------------------------------------


def precision(*trees):
    """The rounding unit of the coarsest floating-point dtype among the leaves; that of float64 where there is none."""
    dtypes = [dtype_of(leaf) for leaf in tree.leaves(trees)]
    return max([float(np.finfo(dtype.name).eps) for dtype in dtypes if dtype.kind in "fc"], default=2.0**-52)


def vector(x):
    """All numbers in a tree, in double precision at least."""
    flat, _ = tree.ravel(x)
    return np.asarray(flat).astype(np.result_type(flat.dtype, np.float64))


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

    def scaled(leaf, drawn):
        size = np.abs(leaf)
        typical = np.sqrt(np.mean(size**2)) if np.size(leaf) else 0.0
        unit = np.where(size > 1e-14 * typical, size, typical) if typical > 0 else 1.0  # what is rounded to 0 too
        return float(drawn * unit) if leaf.__class__ is float else np.asarray(drawn * unit, drawn.dtype)[()]

    return tree.map(scaled, x, normal_like(x, rng))


def moved(x, direction, step):
    """x + step · direction, leaf by leaf."""
    return tree.map(lambda a, v: a + step * v, x, direction)
