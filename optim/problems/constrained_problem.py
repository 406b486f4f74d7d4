"""A test problem with constraints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from .problem import Problem

__all__ = ["ConstrainedProblem"]


@dataclass(frozen=True, eq=False, repr=False)
class ConstrainedProblem(Problem):
    """min f(x) subject to equations(x) = 0, inequalities(x) ≥ 0 and bounds.

    equations, inequalities  functions of x that return a list of numbers, or None
    bounds                   n pairs (low, high), None for no bound; or None
    number                   in its collection

    `minima` is empty where only the least value is published.
    """

    equations: Callable | None
    inequalities: Callable | None
    bounds: tuple[tuple[float | None, float | None], ...] | None
    number: int

    @property
    def constraints(self) -> list[dict]:
        """What `optim.minimize` takes as `constraints`, and SciPy's too where the functions return arrays."""
        given = (("eq", self.equations), ("ineq", self.inequalities))
        return [{"type": kind, "fun": fun} for kind, fun in given if fun is not None]

    def violation(self, x: np.ndarray) -> float:
        """The largest violation of any constraint or bound at x."""
        return max(self._violations(x), default=0.0)

    def _violations(self, x) -> Iterator[float]:
        if self.equations is not None:
            yield from (abs(float(value)) for value in self.equations(x))
        if self.inequalities is not None:
            yield from (max(-float(value), 0.0) for value in self.inequalities(x))
        for value, (low, high) in zip(x, self.bounds or (), strict=False):
            yield max(0.0, 0.0 if low is None else low - value, 0.0 if high is None else value - high)

    def __repr__(self):
        return f"ConstrainedProblem({self.name}, n={self.x0.size}, f_min={self.f_min:.10g})"
