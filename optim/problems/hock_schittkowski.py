"""A selection of the problems of Hock and Schittkowski, with their published least values.

Starts outside of the bounds are moved to the nearest point within.

Source: W. Hock and K. Schittkowski 1981, "Test Examples for Nonlinear Programming Codes", Lecture Notes in Economics
and Mathematical Systems 187; the numbers are the book's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from . import hock_schittkowski_large, hock_schittkowski_small
from .constrained_problem import ConstrainedProblem

__all__ = ["hock_schittkowski"]

_SOURCE = "Hock and Schittkowski 1981, problem {}"


def hock_schittkowski() -> list[ConstrainedProblem]:
    """The problems, in the order of their numbers.

    >>> {p.number: p for p in hock_schittkowski()}[71]
    ConstrainedProblem(hs71, n=4, f_min=17.0140173)
    """
    rows = hock_schittkowski_small.ROWS | hock_schittkowski_large.ROWS
    return [_problem(number, *row[:3], **row[3]) for number, row in sorted(rows.items())]


def _problem(
    number: int,
    f: Callable,
    start: tuple[float, ...],
    f_min: float,
    *,
    equal: Callable | None = None,
    above: Callable | None = None,
    bounds: tuple | None = None,
    x: tuple[float, ...] | None = None,
) -> ConstrainedProblem:
    x0 = np.array(start, float)
    if bounds is not None:
        sides = [[np.nan if side is None else side for side in pair] for pair in bounds]
        x0 = np.fmin(np.fmax(x0, [low for low, _ in sides]), [high for _, high in sides])
    return ConstrainedProblem(
        name=f"hs{number}",
        fun=_of_vector(f),
        x0=x0,
        minima=() if x is None else (np.array(x, float),),
        f_min=f_min,
        box=None,
        source=_SOURCE.format(number),
        equations=None if equal is None else _of_vector(equal),
        inequalities=None if above is None else _of_vector(above),
        bounds=bounds,
        number=number,
    )


def _of_vector(f):
    return lambda x: f(*x)
