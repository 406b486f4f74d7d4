"""When a run of CMA-ES has nothing more to give. The names are those of pycma.

| name | met when |
|---|---|
| `tolfun` | the values of the last generations and all present ones differ by at most 1e-11 |
| `tolfunhist` | the best values of the last generations differ by at most 1e-12 |
| `tolx` | the distribution and its path are narrower than 1e-11 of the start in every variable |
| `tolfacupx` | a standard deviation has grown to 1000 times the first: it was too small, or there is no minimum |
| `tolupsigma` | σ grows and grows while C does not: creeping |
| `tolconditioncov` | the condition of C exceeds 1e14 |
| `tolflatfitness` | three quarters of the points have had equal values in two generations running |
| `tolstagnation` | best and median values have not improved for long |
| `noeffectaxis`, `noeffectcoord` | a step along an axis of C, or of a variable, does not change the mean |
| `maxiter` | 100 + 150 (n + 3)² / √λ generations |

Source: Hansen 2016, arXiv:1604.00772, section B.3, with the thresholds of pycma.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

__all__ = ["Stopping"]

TOL_FUN, TOL_FUN_HISTORY, TOL_X, TOL_UP_X, TOL_UP_SIGMA, MAX_CONDITION = 1e-11, 1e-12, 1e-11, 1e3, 1e20, 1e14


class Stopping:
    """Looks at a strategy after each generation, and remembers what its conditions need."""

    def __init__(self, strategy):
        n, population = strategy.n, strategy.population
        self._strategy = strategy
        self._recent = deque(maxlen=10 + math.ceil(30 * n / population))  # best values
        self._flat = 0
        self._window = int(120 + 30 * n / population)
        self._bests: list[float] = []
        self._medians: list[float] = []
        self.max_generations = int(100 + 150 * (n + 3) ** 2 / math.sqrt(population))

    def observe(self, values: np.ndarray) -> None:
        """The sorted values of a generation."""
        self._flat = self._flat + 1 if values[0] == values[int(0.75 * values.size)] else 0
        self._recent.append(float(values[0]))
        self._bests.append(float(values[0]))
        self._medians.append(float(values[values.size // 2]))
        self._values = values

    def reasons(self) -> dict[str, float]:
        s, found = self._strategy, {}
        if not s.generation:
            return found
        if len(self._recent) == self._recent.maxlen:
            history = max(self._recent) - min(self._recent)
            everything = max(*self._recent, self._values[-1]) - min(*self._recent, self._values[0])
            found |= _met("tolfun", everything, everything <= TOL_FUN)
            found |= _met("tolfunhist", history, history <= TOL_FUN_HISTORY)
        deviations = s.sigma * np.sqrt(s.C.diagonal())
        path = s.sigma * np.abs(s.p_c)
        widest, longest, condition = float(deviations.max()), float(path.max()), float((s.D.max() / s.D.min()) ** 2)
        found |= _met("tolx", widest, max(widest, longest) < TOL_X * s.sigma0)
        found |= _met("tolfacupx", widest, not widest < TOL_UP_X * s.sigma0)
        found |= _met("tolupsigma", s.sigma, s.sigma > TOL_UP_SIGMA * s.sigma0 * s.D.max())
        found |= _met("tolconditioncov", condition, not condition <= MAX_CONDITION)
        found |= _met("tolflatfitness", self._flat, self._flat > 1)
        found |= _met("tolstagnation", s.generation, self._has_stagnated())
        axis = s.generation % s.n
        found |= _met("noeffectaxis", axis, (s.m == s.m + 0.1 * s.sigma * s.D[axis] * s.B[:, axis]).all())
        found |= _met("noeffectcoord", widest, (s.m == s.m + 0.2 * deviations).any())
        found |= _met("maxiter", s.generation, s.generation >= self.max_generations)
        return found

    def _has_stagnated(self):
        """The medians of the latest 30 % of the window are no better than those of its first, best and median alike."""
        window = min(20_000, max(self._window, self._strategy.generation // 5))
        if len(self._bests) < window or self._strategy.generation % 10:  # looked for now and then: it takes a sort
            return False
        share = int(0.3 * window)
        return all(
            np.median(column[-share:]) >= np.median(column[-window : share - window])
            for column in (self._bests, self._medians)
        )


def _met(name, value, is_met):
    return {name: float(value)} if is_met else {}
