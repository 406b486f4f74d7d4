"""The box that a population is spread over."""

from __future__ import annotations

import numpy as np

from ..bounds import Bounds
from ..errors import InvalidBoundsError

__all__ = ["finite_box", "latin_hypercube", "required_box"]


def finite_box(bounds: Bounds | None) -> Bounds | None:
    """The bounds, where all are finite."""
    return bounds if bounds is not None and bounds.are_finite else None


def required_box(bounds: Bounds | None, method: str) -> Bounds:
    """The bounds, where all are finite. Raises InvalidBoundsError elsewhere: a population needs a place to start."""
    box = finite_box(bounds)
    if box is None:
        raise InvalidBoundsError(
            f"the method {method!r} spreads its points over a box, so it needs bounds that are finite for every "
            "variable; give bounds=[(low, high), ...]"
        )
    return box


def latin_hypercube(count: int, box: Bounds, rng: np.random.Generator) -> np.ndarray:
    """Points of which each of `count` equal slices of each variable holds one, shape (count, n).

    Source: McKay, Beckman and Conover 1979.

    >>> points = latin_hypercube(4, Bounds(np.zeros(2), np.ones(2)), np.random.default_rng(0))
    >>> np.sort((4 * points).astype(int), axis=0).T
    array([[0, 1, 2, 3],
           [0, 1, 2, 3]])
    """
    n = box.lower.size
    slices = rng.permuted(np.tile(np.arange(count)[:, None], (1, n)), axis=0)
    return box.lower + (slices + rng.random((count, n))) / count * box.width
