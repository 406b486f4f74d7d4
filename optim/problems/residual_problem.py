"""A test problem that is a sum of squares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .problem import Problem

__all__ = ["ResidualProblem"]


@dataclass(frozen=True, eq=False, repr=False)
class ResidualProblem(Problem):
    """f(x) = ‖r(x)‖², a sum of m squares, without a factor ½.

    residual      r, from shape (n,) to shape (m,), in plain NumPy
    m             the number of residuals
    number        in its collection
    local_minima  values of f at minima that are not global
    infima        values that f comes near on paths to infinity, without reaching them, and that are not global minima

    `minima` holds one global minimiser where there are infinitely many.
    """

    residual: Callable
    m: int
    number: int
    local_minima: tuple[float, ...] = ()
    infima: tuple[float, ...] = ()

    @property
    def n(self) -> int:
        return self.x0.size

    def start(self, factor: float) -> np.ndarray:
        """The standard start times a factor; where that is the origin, the factor in every coordinate."""
        return factor * self.x0 if self.x0.any() or factor == 1 else np.full(self.n, float(factor))

    def __repr__(self):
        return f"ResidualProblem({self.number} {self.name}, n={self.n}, m={self.m}, f_min={self.f_min:.6g})"
