"""Boxes, balls and the simplex: bounded sets with a formula for the projection and for the extreme points."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..traced import as_array, as_number
from .term import ConvexSet, InvalidTermError

__all__ = ["Box", "L1Ball", "L2Ball", "LInfBall", "NonNegative", "Simplex"]


class Box(ConvexSet):
    """C = {x : lower ≤ x ≤ upper},  P(v) = min(max(v, lower), upper)

    lower, upper  numbers or arrays like x, infinite where there is no bound

    Source: Parikh and Boyd 2014, section 6.2.4.

    >>> Box(0.0, 1.0).project(np.array([-2.0, 0.5, 3.0]))
    array([0. , 0.5, 1. ])
    """

    is_separable = True

    def __init__(self, lower: Any = -np.inf, upper: Any = np.inf):
        self.lower, self.upper = as_array(lower), as_array(upper)
        if not np.all(self.lower <= self.upper):
            raise InvalidTermError(f"a box needs lower <= upper, but they are {lower!r} and {upper!r}")

    def project(self, v):
        return np.minimum(np.maximum(v, self.lower), self.upper)

    def extreme_point(self, direction):
        corner = np.where(direction > 0, self.lower, self.upper)
        if not np.isfinite(corner).all():
            raise InvalidTermError(f"{self!r} is not bounded, so a linear function need not have a minimum over it")
        return corner

    def entry(self, i):
        return Box(*(side if side.ndim == 0 else side.reshape(-1)[i] for side in (self.lower, self.upper)))

    def __repr__(self):
        return f"Box({self.lower!s}, {self.upper!s})"


class NonNegative(Box):
    """C = {x : x ≥ 0},  P(v) = max(v, 0)

    >>> NonNegative().project(np.array([-2.0, 0.5]))
    array([0. , 0.5])
    """

    def __init__(self):
        super().__init__(0.0)

    def __repr__(self):
        return "NonNegative()"


class Simplex(ConvexSet):
    """C = {x : x ≥ 0, Σ xᵢ = r},  P(v) = max(v - τ, 0), with τ such that the sum is r

    τ is found by sorting, in O(n log n). The probability simplex has r = 1.

    Source: Held, Wolfe and Crowder 1974; Duchi et al. 2008, figure 1.

    >>> Simplex().project(np.array([0.5, 1.5, -1.0]))
    array([0., 1., 0.])
    """

    def __init__(self, radius: float = 1.0):
        self.radius = _positive(radius, "the simplex")

    def project(self, v):
        flat = np.ravel(v)
        descending = np.sort(flat)[::-1]
        excess = (np.cumsum(descending) - self.radius) / np.arange(1, flat.size + 1)  # τ, were that many not zero
        rho = np.flatnonzero(descending > excess)[-1]
        return np.maximum(v - excess[rho], 0.0)

    def extreme_point(self, direction):
        vertex = np.zeros_like(direction)
        vertex.flat[np.argmin(direction)] = self.radius
        return vertex

    def __repr__(self):
        return f"Simplex({self.radius!r})"


class L1Ball(ConvexSet):
    """C = {x : ‖x‖₁ ≤ r},  P(v) = sign(v) · P_simplex(|v|) for v outside

    Source: Duchi et al. 2008, section 4.

    >>> L1Ball(1.0).project(np.array([2.0, -0.5]))
    array([ 1., -0.])
    """

    def __init__(self, radius: float = 1.0):
        self.radius = _radius(radius, "the l1 ball")

    def project(self, v):
        if np.abs(v).sum() <= self.radius:
            return v
        if self.radius == 0:
            return np.zeros_like(v)
        return np.sign(v) * Simplex(self.radius).project(np.abs(v))

    def extreme_point(self, direction):
        vertex, i = np.zeros_like(direction), np.argmax(np.abs(direction))
        vertex.flat[i] = -self.radius if direction.flat[i] > 0 else self.radius
        return vertex

    def __repr__(self):
        return f"L1Ball({self.radius!r})"


class L2Ball(ConvexSet):
    """C = {x : ‖x‖₂ ≤ r},  P(v) = v · min(1, r / ‖v‖)

    Source: Parikh and Boyd 2014, section 6.5.1.

    >>> L2Ball(1.0).project(np.array([3.0, 4.0])).round(2)
    array([0.6, 0.8])
    """

    def __init__(self, radius: float = 1.0):
        self.radius = _radius(radius, "the l2 ball")

    def project(self, v):
        norm = np.sqrt((v * v).sum())
        return v if norm <= self.radius else v * (self.radius / norm)

    def extreme_point(self, direction):
        norm = np.sqrt((direction * direction).sum())
        return np.zeros_like(direction) if norm == 0 else direction * (-self.radius / norm)

    def __repr__(self):
        return f"L2Ball({self.radius!r})"


class LInfBall(Box):
    """C = {x : ‖x‖∞ ≤ r}, the box of half width r

    >>> LInfBall(1.0).project(np.array([3.0, -0.5]))
    array([ 1. , -0.5])
    """

    def __init__(self, radius: float = 1.0):
        self.radius = _radius(radius, "the linf ball")
        super().__init__(-self.radius, self.radius)

    def __repr__(self):
        return f"LInfBall({self.radius!r})"


def _radius(radius, of):
    if not 0 <= radius < np.inf:
        raise InvalidTermError(f"the radius of {of} must be finite and at least 0, but it is {radius!r}")
    return as_number(radius)


def _positive(radius, of):
    if not 0 < radius < np.inf:
        raise InvalidTermError(f"the radius of {of} must be finite and greater than 0, but it is {radius!r}")
    return as_number(radius)
