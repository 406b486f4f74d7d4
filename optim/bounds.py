"""Bounds on the variables, in every form in which they are written, as two flat vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from .errors import InvalidBoundsError, InvalidStartError
from .layout import Layout

__all__ = ["Bounds", "as_bounds"]


class Bounds:
    """lower ≤ x ≤ upper, elementwise; infinite where there is no bound.

    lower, upper  numbers, or trees like x0. Once they belong to a run they are flat vectors, shape (n,)

    >>> bounds = Bounds(0.0, np.array([1.0, np.inf]))
    >>> bounds.clip(np.array([-1.0, 7.0]))
    array([0., 7.])
    """

    def __init__(self, lower: Any = -np.inf, upper: Any = np.inf):
        self.lower, self.upper = lower, upper

    @property
    def width(self) -> np.ndarray:
        return self.upper - self.lower

    @property
    def are_finite(self) -> bool:
        return bool(np.isfinite(self.lower).all() and np.isfinite(self.upper).all())

    def clip(self, x: np.ndarray) -> np.ndarray:
        """The nearest point within: the projection onto the box. Works on rows of points too."""
        return np.minimum(np.maximum(x, self.lower), self.upper)

    def reflect(self, x: np.ndarray) -> np.ndarray:
        """x folded back at the bounds, as often as it needs; what is within stays. Works on rows of points too."""
        lower, upper = self.lower, self.upper
        folded = np.where(x < lower, 2 * lower - x, np.where(x > upper, 2 * upper - x, x))
        if self.are_finite:
            period = np.where(self.width > 0, 2 * self.width, 1)
            offset = np.mod(x - lower, period)
            twice = lower + np.minimum(offset, period - offset)
            folded = np.where((folded < lower) | (folded > upper), twice, folded)
        return self.clip(folded)

    def contain(self, x: np.ndarray) -> bool:
        return bool(((self.lower <= x) & (x <= self.upper)).all())

    def __repr__(self):
        return f"Bounds({self.lower!r}, {self.upper!r})"


def as_bounds(given: Any, layout: Layout, x0: np.ndarray) -> Bounds | None:
    """Flat bounds from: None; a sequence of n pairs (low, high), None standing for no bound; an object with `lower` and
    `upper`, or `lb` and `ub` as SciPy's has, that are numbers or trees like x0.

    Raises InvalidBoundsError, and InvalidStartError where the start x0, shape (n,), is not within.

    >>> as_bounds([(0, 1), (None, 5)], Layout(np.zeros(2)), np.zeros(2))
    Bounds(array([  0., -inf]), array([1., 5.]))
    """
    if given is None:
        return None
    lower, upper = _two_sides(given, layout)
    if np.isnan(lower).any() or np.isnan(upper).any() or (lower > upper).any():
        wrong = int(np.flatnonzero(~(lower <= upper))[0])
        raise InvalidBoundsError(
            f"entry {wrong} is bounded by {lower[wrong]} from below and {upper[wrong]} from above, which leaves "
            "nothing; give bounds with low <= high"
        )
    bounds = Bounds(lower, upper)
    if not bounds.contain(x0):
        wrong = int(np.flatnonzero((x0 < lower) | (x0 > upper))[0])
        raise InvalidStartError(
            f"entry {wrong} of x0 is {x0[wrong]}, outside of its bounds [{lower[wrong]}, {upper[wrong]}]; start within "
            "them, for instance from np.clip(x0, low, high)"
        )
    return bounds


def _two_sides(given, layout):
    for names in (("lower", "upper"), ("lb", "ub")):
        if all(hasattr(given, name) for name in names):
            return tuple(_flat(getattr(given, name), name, layout) for name in names)
    try:
        pairs = [(pair[0], pair[1]) for pair in given if len(pair) == 2]
    except (TypeError, KeyError, IndexError):
        pairs = []
    if len(pairs) != layout.size or len(given) != layout.size:
        raise InvalidBoundsError(
            f"bounds must be {layout.size} pairs (low, high), one for each number of x0, or optim.Bounds(lower, upper) "
            f"of two trees like x0, but they are {given!r}"
        )
    return tuple(
        np.array([without if pair[side] is None else pair[side] for pair in pairs], float)
        for side, without in ((0, -np.inf), (1, np.inf))
    )


def _flat(side, name, layout):
    if np.ndim(side) == 0 and isinstance(side, int | float | np.generic | np.ndarray):
        return np.full(layout.size, float(side))
    if isinstance(side, list):
        side = np.array(side, float)
    try:
        return layout.gather(side, np.empty(layout.size), f"bounds.{name}")
    except (ValueError, TypeError) as error:
        raise InvalidBoundsError(str(error)) from error
