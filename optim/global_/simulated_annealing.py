"""Simulated annealing with steps that adapt themselves to each coordinate."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from ..errors import UnknownOptionError
from ..objective import Objective
from ..value_method import ValueMethod, checked_generator
from .box import finite_box

__all__ = ["simulated_annealing"]

_MEMORY = 4  # temperatures over which the value must have settled, N_ε of the paper


class SimulatedAnnealing(ValueMethod):
    """A walk that may go up with probability exp(-Δf / T). An iteration is all the steps at one temperature."""

    name = "simulated_annealing"
    columns = ("temperature", "acceptance")
    tol = 1e-6

    def __init__(self, temperature, cooling, sweeps, adjustments, rng):
        self.first_temperature, self.cooling, self.sweeps, self.adjustments = temperature, cooling, sweeps, adjustments
        self.rng = rng

    def max_iter(self, n: int) -> int:
        return 1000

    temperature = acceptance = math.nan

    def prepare(self, objective: Objective) -> None:
        x = self.x
        self._at, self._at_fun = x, self.fun
        box = finite_box(self.bounds)
        self._steps = np.ones(x.size) if box is None else 0.5 * box.width
        self.temperature = self.first_temperature or self._rise(objective)
        self._settled: deque[float] = deque([math.inf] * _MEMORY, maxlen=_MEMORY)

    def move(self, objective: Objective) -> None:
        n, moves = self._at.size, 0
        for _ in range(self.adjustments):
            accepted = np.zeros(n)
            for _ in range(self.sweeps):
                for i in range(n):
                    accepted[i] += self._step(objective, i)
            moves += accepted.sum()
            self._adapt(accepted / self.sweeps)
        self.acceptance = moves / (self.adjustments * self.sweeps * n)
        self._settled.append(self._at_fun)
        self._at, self._at_fun = self.x, self.fun  # the next temperature starts from the lowest point
        self.temperature *= self.cooling

    def spread(self) -> float:
        """How far the walk at the ends of the last four temperatures was above the lowest, relative to max(1, |f|)."""
        return (max(self._settled) - self.fun) / max(1.0, abs(self.fun))

    def _step(self, objective, i):
        x = self._at.copy()
        x[i] += self._steps[i] * self.rng.uniform(-1, 1)
        if self.bounds is not None and not self.bounds.lower[i] <= x[i] <= self.bounds.upper[i]:
            x = self.bounds.reflect(x)
        value = objective.value(x)
        rise = value - self._at_fun
        if not rise <= 0 and not self.rng.random() < math.exp(-min(rise / self.temperature, 700.0)):  # nan: no
            return False
        if value != value:
            return False
        self._at, self._at_fun = x, value
        self.improve(x, value)
        return True

    def _adapt(self, ratios):
        """Steps grow where more than 60 % are accepted and shrink where less than 40 % are, by up to three times."""
        grow, shrink = 1 + 2 * (ratios - 0.6) / 0.4, 1 / (1 + 2 * (0.4 - ratios) / 0.4)
        self._steps = self._steps * np.where(ratios > 0.6, grow, np.where(ratios < 0.4, shrink, 1.0))
        if self.bounds is not None:
            self._steps = np.minimum(self._steps, self.bounds.width)

    def _rise(self, objective):
        """The mean change of the objective in steps from the start, at which most rises are accepted at first."""
        changes = []
        for _ in range(10 * self._at.size):
            x = self._at + self._steps * self.rng.uniform(-1, 1, self._at.size)
            x = x if self.bounds is None else self.bounds.reflect(x)
            value = objective.value(x)
            self.improve(x, value)
            changes.append(abs(value - self._at_fun))
        finite = [change for change in changes if math.isfinite(change) and change > 0]
        return float(np.mean(finite)) if finite else 1.0


def simulated_annealing(
    temperature: float | None = None,
    cooling: float = 0.85,
    sweeps: int = 20,
    adjustments: int = 10,
    rng: np.random.Generator | None = None,
) -> SimulatedAnnealing:
    """Simulated annealing, for rugged objectives where a slow, thorough search is wanted.

        x' = x + v_i r e_i, r uniform in [-1, 1], i = 1..n in turn;    accepted with probability min(1, exp(-Δf / T))
        v_i grows or shrinks, so that about half of the steps are accepted;    T ← cooling · T;    x ← the lowest so far

    temperature  the first T; by default the mean change of f in random steps from x0
    cooling      in (0, 1)
    sweeps       over all coordinates before the steps v are adjusted
    adjustments  of the steps before the temperature is lowered; the paper takes max(100, 5n), for very rugged functions
    rng          a numpy.random.Generator; by default one that is seeded with 0

    With finite bounds the first steps are half their widths, and points beyond are folded back; without bounds the
    first steps are 1. It ends where the walk's values at four temperatures running are within `tol` of the lowest.

    Source: Corana, Marchesi, Martini and Ridella 1987, Minimizing multimodal functions of continuous variables with the
    simulated annealing algorithm; Kirkpatrick, Gelatt and Vecchi 1983.

    >>> import optim
    >>> res = optim.minimize(optim.problems.himmelblau, np.zeros(2), "simulated_annealing", bounds=[(-5, 5)] * 2)
    >>> res.success, res.fun < 1e-6
    (True, True)
    """
    if temperature is not None and not temperature > 0:
        raise UnknownOptionError(f"temperature={temperature!r}; give a positive number, or None to have it estimated")
    if not 0 < cooling < 1:
        raise UnknownOptionError(f"cooling={cooling!r}; give a number between 0 and 1")
    if sweeps < 1 or adjustments < 1:
        raise UnknownOptionError(f"sweeps={sweeps} and adjustments={adjustments} must be at least 1")
    return SimulatedAnnealing(temperature, cooling, sweeps, adjustments, checked_generator(rng))
