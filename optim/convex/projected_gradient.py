"""The spectral projected gradient method."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from ..status import Status
from .composite import Composite, first_step

__all__ = ["ProjectedGradient", "projected_gradient"]

_SHORTEST, _LONGEST = 1e-30, 1e30
_NOISE = 1e-14  # a rise within this times |f| may be rounding
_BACKTRACKS = 60


class ProjectedGradient(Composite):
    name = "projected_gradient"

    def __init__(self, memory: int = 10, c1: float = 1e-4, step: float | None = None):
        super().__init__()
        if memory < 1 or not 0 < c1 < 1:
            raise ValueError(f"projected_gradient needs memory >= 1 and 0 < c1 < 1, not {memory} and {c1}")
        self.memory, self.c1, self.first = memory, c1, step

    def start(self, objective, x):
        super().start(objective, x)
        self._step = self.first or first_step(objective, self.x, self.jac)
        self._recent = deque([self.fun], maxlen=self.memory)

    def advance(self, objective):
        x, jac = self.x, self.jac
        if not np.isfinite(jac).all():
            return Status.NOT_FINITE
        d = self.term.prox(x - self._step * jac) - x
        slope = float(jac @ d)
        if not slope < 0:
            return Status.PRECISION_LIMIT  # -‖d‖² / t at most, so d is nothing but rounding
        level = max(self._recent) + _NOISE * abs(self.fun)
        alpha = 1.0
        for _ in range(_BACKTRACKS):
            ahead = x + alpha * d
            fun = objective.value_and_gradient(ahead)[0]
            if fun <= level + self.c1 * alpha * slope:
                break
            parabola = -slope * alpha**2 / (2 * (fun - self.fun - alpha * slope)) if math.isfinite(fun) else 0.0
            alpha = min(max(parabola, 0.1 * alpha), 0.5 * alpha)
        else:
            noise = 1e2 * _NOISE * max(1.0, abs(self.fun))
            return Status.PRECISION_LIMIT if -slope <= noise else Status.LINE_SEARCH_FAILED
        self._go_to(objective, ahead)
        s, y = ahead - x, self.jac - jac
        self.step_norm, self.lr = math.sqrt(s @ s), alpha * self._step
        curvature = float(s @ y)
        self._step = min(max(float(s @ s) / curvature, _SHORTEST), _LONGEST) if curvature > 0 else 2 * self._step
        self._recent.append(self.fun)
        return None


def projected_gradient(memory: int = 10, c1: float = 1e-4, step: float | None = None) -> ProjectedGradient:
    """The spectral projected gradient method: min f(x) over a convex set, for bounds or a set of `optim.proximal`.

        d = P(x - t ∇f(x)) - x,  x⁺ = x + α d,  t⁺ = ⟨s, s⟩ / ⟨s, y⟩ with s = x⁺ - x, y = ∇f(x⁺) - ∇f(x)

    α is shortened from 1 until f(x⁺) is below the highest of the last `memory` values by c1 α ⟨∇f(x), d⟩, so f need not
    fall in each iteration; memory=1 makes it fall.

    Source: Birgin, Martínez and Raydan 2000, algorithm 2.2 (SPG2); Barzilai and Borwein 1988.

    >>> import optim
    >>> from optim.proximal import Simplex
    >>> b = np.array([0.9, 0.6, -1.0])
    >>> f = lambda x: ((x - b) ** 2).sum()
    >>> optim.minimize(f, np.zeros(3), "projected_gradient", constraints=Simplex()).x.round(6)
    array([0.65, 0.35, 0.  ])
    """
    return ProjectedGradient(memory, c1, step)
