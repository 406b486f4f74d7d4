"""Coordinate descent: one coordinate at a time, each by Newton's method with dual numbers."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnknownOptionError, UnsupportedProblemError
from ..status import Status
from .composite import Composite

__all__ = ["CoordinateDescent", "coordinate_descent"]

_BACKTRACKS = 60
_NOISE = 1e-14  # of max(1, |f|), times which a rise may be rounding


class CoordinateDescent(Composite):
    name = "coordinate_descent"
    handles = frozenset({"bounds", "sets"})

    def __init__(self, regularizer=None, order: str = "cyclic", seed: int = 0):
        super().__init__(regularizer)
        if order not in ("cyclic", "shuffled"):
            raise UnknownOptionError(f"order={order!r}; give 'cyclic' or 'shuffled'")
        self.sequence, self.seed = order, seed

    def start(self, objective, x):
        super().start(objective, x)
        if not self.term.is_separable:
            raise UnsupportedProblemError(
                f"coordinate_descent needs a sum over the entries, like L1 or bounds, but {self.term!r} is none; it "
                "could stop where no single coordinate helps; use fista"
            )
        self._entries = [self.term.entry(i) for i in range(x.size)]
        self._rng = np.random.default_rng(self.seed)

    def advance(self, objective):
        before, x = self.x, self.x.copy()
        order = self._rng.permutation(x.size) if self.sequence == "shuffled" else range(x.size)
        for i in order:
            moved = self._along(objective, x, i)
            if moved is None:
                return Status.NOT_FINITE
            x = moved
        if (x == before).all():
            return Status.PRECISION_LIMIT
        self._go_to(objective, x)
        self.step_norm, self.lr = float(np.linalg.norm(x - before)), 1.0
        return None

    def _along(self, objective, x, i):
        """x with its entry i moved to the minimiser of a parabola plus gᵢ, halfway to it where that is not lower."""
        unit = np.zeros_like(x)
        unit[i] = 1.0
        value, slope, curvature = objective.derivatives_along(x, unit, 0.0)
        if not (math.isfinite(value) and math.isfinite(slope) and math.isfinite(curvature)):
            return None
        step = 1 / curvature if curvature > 0 else 1.0
        g, now = self._entries[i], value + self._entries[i](x[i : i + 1])
        for _ in range(_BACKTRACKS):
            target = g.prox(x[i : i + 1] - step * slope, step)
            d = float(target[0] - x[i])
            if not d:
                return x
            ahead = x + d * unit
            if abs(d) * max(abs(slope), 1e-300) <= _NOISE * max(1.0, abs(now)):
                return ahead  # what it changes is below rounding; the parabola is then the better judge
            if objective.value(ahead) + g(target) <= now - 1e-4 * d * d / step + _NOISE * max(1.0, abs(now)):
                return ahead
            step *= 0.5
        return x


def coordinate_descent(regularizer=None, order: str = "cyclic", seed: int = 0) -> CoordinateDescent:
    """Coordinate descent: min f(x) + Σ gᵢ(xᵢ), one xᵢ after the other.

        xᵢ⁺ = prox_{t gᵢ}(xᵢ - t ∂f/∂xᵢ),  t = 1 / (∂²f/∂xᵢ²), halved until f + g falls

    Both derivatives come from one evaluation with nested dual numbers. For quadratic f each step is exact.

    regularizer  g, separable: L1, ElasticNet, SquaredL2; None with bounds
    order        "cyclic", or "shuffled" anew for each sweep, from the seed

    An iteration is a sweep over all n coordinates.

    Source: Wright 2015, "Coordinate descent algorithms", algorithm 3; for the lasso, Friedman, Hastie and Tibshirani
    2010.

    >>> import optim
    >>> from optim.proximal import L1
    >>> b = np.array([3.0, -0.5])
    >>> f = lambda x: ((x - b) ** 2).sum() / 2
    >>> optim.minimize(f, np.zeros(2), "coordinate_descent", regularizer=L1(1.0)).x
    array([2., 0.])
    """
    return CoordinateDescent(regularizer, order, seed)
