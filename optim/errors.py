"""What can go wrong before any work is done. Every message names what is wrong, and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "InvalidBoundsError",
    "InvalidObjectiveError",
    "InvalidStartError",
    "NotConvergedError",
    "OptimizationError",
    "UnknownMethodError",
    "UnknownOptionError",
    "UnsupportedProblemError",
    "near_matches",
]


class OptimizationError(Exception):
    """The base of all errors that this package raises on purpose."""


class InvalidBoundsError(OptimizationError, ValueError):
    """The bounds have another shape than x0, or leave no room between them."""


class InvalidObjectiveError(OptimizationError, ValueError):
    """The objective or a derivative returns what it must not: another shape, no number, nan at the start."""


class InvalidStartError(OptimizationError, ValueError):
    """The starting point is not a tree of finite real numbers."""


class NotConvergedError(OptimizationError, ArithmeticError):
    """A derivative of a solution was asked for, but no solution was found."""


class UnknownMethodError(OptimizationError, ValueError):
    """No method has that name."""


class UnknownOptionError(OptimizationError, TypeError):
    """A method has no option of that name."""


class UnsupportedProblemError(OptimizationError, ValueError):
    """The method cannot do what the problem asks for, such as bounds."""


def near_matches(name: str, known: Iterable[str]) -> str:
    """'; did you mean a or b?' where known names are similar, '' where none is.

    >>> near_matches("bfsg", ["adam", "bfgs", "lbfgs"])
    '; did you mean bfgs or lbfgs?'
    """
    found = difflib.get_close_matches(str(name), list(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(found)}?" if found else ""
