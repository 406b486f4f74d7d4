"""What a proximal term is: a function, mostly with kinks or infinite outside of a set, easy to minimise alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import OptimizationError, UnsupportedProblemError
from ..traced import as_array, as_number

__all__ = ["ConvexSet", "InvalidTermError", "Term", "Zero", "as_weight"]


class InvalidTermError(OptimizationError, ValueError):
    """A term or a set was given a weight, a size or a shape for which it is not defined."""


class Term:
    """A convex function g ≥ 0 of an array, possibly infinite, with its proximal operator.

        prox_{t g}(v) = argmin_x  g(x) + ‖x - v‖² / 2t

    A subclass defines `__call__` and `prox`. `is_separable` says that g is a sum over the entries, so that the prox
    acts on each entry for itself; coordinate descent needs that.

    Source: Parikh and Boyd 2014, "Proximal Algorithms".
    """

    is_separable = False

    def __call__(self, x: np.ndarray) -> float:
        """g(x)"""
        raise NotImplementedError(f"{type(self).__name__} must define __call__")

    def prox(self, v: np.ndarray, step: float = 1.0) -> np.ndarray:
        """prox_{step g}(v), an array like v."""
        raise NotImplementedError(f"{type(self).__name__} must define prox")

    def conjugate_prox(self, v: np.ndarray, step: float = 1.0) -> np.ndarray:
        """prox_{step g*}(v), of the conjugate g*(y) = sup_x ⟨x, y⟩ - g(x), by Moreau's decomposition:

            v = prox_{t g*}(v) + t prox_{g/t}(v / t)

        >>> from optim.proximal import L1
        >>> L1(1.0).conjugate_prox(np.array([3.0, -0.5]))  # the conjugate is the indicator of the box [-1, 1]
        array([ 1. , -0.5])
        """
        return v - step * self.prox(v / step, 1.0 / step)

    def extreme_point(self, direction: np.ndarray) -> np.ndarray:
        """A minimiser of ⟨direction, s⟩, for sets that have a formula for it."""
        raise UnsupportedProblemError(f"{self!r} is no bounded set, so it has no extreme points; use fista with it")

    def entry(self, i: int) -> Term:
        """The term of entry i alone, where the term is separable."""
        if not self.is_separable:
            raise UnsupportedProblemError(f"{self!r} is no sum over the entries; proximal_gradient takes it")
        return self


class ConvexSet(Term):
    """A closed convex set C as a term: its indicator, 0 within and ∞ outside; the prox is the projection.

    A subclass defines `project`, and `extreme_point` where there is a formula; Frank-Wolfe needs that.
    """

    tolerance = 1e-9  # how far outside, relative to max(1, ‖x‖∞), still counts as within: projections round

    def project(self, v: np.ndarray) -> np.ndarray:
        """The point of C nearest to v."""
        raise NotImplementedError(f"{type(self).__name__} must define project")

    def extreme_point(self, direction: np.ndarray) -> np.ndarray:
        """A minimiser of ⟨direction, s⟩ over s in C: the linear minimisation oracle."""
        raise UnsupportedProblemError(
            f"{self!r} has no formula for its extreme points; use projected_gradient instead of frank_wolfe"
        )

    def contains(self, x: np.ndarray) -> bool:
        scale = max(1.0, float(np.abs(x).max(initial=0.0)))
        return bool(np.abs(x - self.project(x)).max(initial=0.0) <= self.tolerance * scale)

    def __call__(self, x):
        return 0.0 if self.contains(x) else np.inf

    def prox(self, v, step=1.0):
        return self.project(v)


class Zero(Term):
    """g(x) = 0, for the leaves of a tree that have no term."""

    is_separable = True

    def __call__(self, x):
        return 0.0

    def prox(self, v, step=1.0):
        return v

    def __repr__(self):
        return "Zero()"


def as_weight(weight, name: str) -> Any:
    """A weight that is a number, or an array like x, and nowhere negative."""
    value = as_array(weight)
    if not np.all(value >= 0) or not np.all(np.isfinite(value)):
        raise InvalidTermError(f"{name} must be finite and at least 0, but it is {weight!r}; g must be convex")
    return as_number(value) if value.ndim == 0 else value
