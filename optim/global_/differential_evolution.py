"""Differential evolution: new points from old ones and the differences between others."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnknownOptionError, near_matches
from ..objective import Objective
from ..status import Status
from ..value_method import ValueMethod, checked_generator
from .box import latin_hypercube, required_box

__all__ = ["differential_evolution"]

# name: the mutant of each member, from the population, its best, the factor F and five others of each, (5, N, n)
STRATEGIES = {
    "best1": lambda x, best, F, r: best + F * (r[0] - r[1]),
    "rand1": lambda x, best, F, r: r[2] + F * (r[0] - r[1]),
    "best2": lambda x, best, F, r: best + F * (r[0] + r[1] - r[2] - r[3]),
    "rand2": lambda x, best, F, r: r[4] + F * (r[0] + r[1] - r[2] - r[3]),
    "current_to_best1": lambda x, best, F, r: x + F * (best - x) + F * (r[0] - r[1]),
}


class DifferentialEvolution(ValueMethod):
    """A population in a box. An iteration is a generation: one trial for each member, which it must beat to survive."""

    name = "differential_evolution"
    columns = ("diversity",)

    def __init__(self, strategy, population, factor, crossover, rng):
        self.strategy, self.population, self.factor, self.crossover = strategy, population, factor, crossover
        self.rng = rng

    def max_iter(self, n: int) -> int:
        return 1000 * n

    diversity = math.nan  # the same as the spread, for the history

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        self._box = required_box(self.bounds, self.name)

    def prepare(self, objective: Objective) -> None:
        x = self.x
        count = max(6, 15 * x.size) if self.population is None else self.population
        self._members = latin_hypercube(count, self._box, self.rng)
        self._members[0] = x
        self._values = np.array([self.fun] + [_value(objective, member) for member in self._members[1:]])
        self._take_the_best()

    def move(self, objective: Objective) -> Status | None:
        if np.ptp(self._values) <= 4 * objective.layout.epsilon * abs(self.fun):
            return Status.PRECISION_LIMIT
        count, n = self._members.shape
        # five members for each, all different from it and from each other
        shifts = np.array([self.rng.permutation(np.arange(1, count))[:5] for _ in range(count)])
        others = self._members[(np.arange(count)[:, None] + shifts) % count].transpose(1, 0, 2)  # (5, N, n)
        low, high = self.factor
        F = self.rng.uniform(low, high)
        mutants = STRATEGIES[self.strategy](self._members, self.x, F, others)
        crossed = self.rng.random((count, n)) < self.crossover
        crossed[np.arange(count), self.rng.integers(n, size=count)] = True
        trials = np.where(crossed, mutants, self._members)
        outside = (trials < self._box.lower) | (trials > self._box.upper)
        trials = np.where(outside, self._box.lower + self.rng.random((count, n)) * self._box.width, trials)
        values = np.array([_value(objective, trial) for trial in trials])
        better = values <= self._values  # equals too, so that a plateau can be crossed
        self._members = np.where(better[:, None], trials, self._members)
        self._values = np.where(better, values, self._values)
        self._take_the_best()
        return None

    def spread(self) -> float:
        """The largest standard deviation of a variable over the members, relative to the width of the box."""
        width = np.where(self._box.width > 0, self._box.width, 1.0)
        return float((self._members.std(axis=0) / width).max())

    def _take_the_best(self):
        best = int(self._values.argmin())
        self.improve(self._members[best].copy(), float(self._values[best]))
        self.diversity = self.spread()


def _value(objective, x):
    value = objective.value(x)
    return value if value == value else np.inf


def differential_evolution(
    strategy: str = "best1",
    population: int | None = None,
    factor: float | tuple[float, float] = (0.5, 1.0),
    crossover: float = 0.7,
    rng: np.random.Generator | None = None,
) -> DifferentialEvolution:
    """Differential evolution, for rugged objectives of a few variables in a box; asks for finite bounds.

        v = x_best + F (x_r - x_s)                 a mutant, for each member x; r, s and the like are drawn at random
        u_i = v_i with probability CR, else x_i    a trial, at least one coordinate of which is the mutant's
        x ← u  where f(u) ≤ f(x)

    strategy    what is mutated: "best1" as above, "rand1", "best2", "rand2" (two differences), "current_to_best1"
    population  at least 6; by default 15 for each variable
    factor      F, or the interval from which it is drawn for each generation
    crossover   CR in [0, 1]
    rng         a numpy.random.Generator; by default one that is seeded with 0

    The first population is a Latin hypercube and x0. Coordinates that leave the box are drawn anew. It ends where the
    members are within `tol`, relative to the widths of the box, or their values equal to rounding.

    Source: Storn and Price 1997, Differential evolution: a simple and efficient heuristic for global optimization over
    continuous spaces.

    >>> import optim
    >>> box = [(-5, 5), (-5, 5)]
    >>> res = optim.minimize(optim.problems.ackley, np.array([2.5, -1.5]), "differential_evolution", bounds=box)
    >>> res.success, res.x.round(6) + 0
    (True, array([0., 0.]))
    """
    if strategy not in STRATEGIES:
        raise UnknownOptionError(
            f"there is no strategy {strategy!r}{near_matches(strategy, STRATEGIES) or ';'} give one of {[*STRATEGIES]}"
        )
    if population is not None and population < 6:
        raise UnknownOptionError(f"population={population}; six or more are needed for five others to be drawn")
    if not 0 <= crossover <= 1:
        raise UnknownOptionError(f"crossover={crossover!r}; give a probability")
    low, high = (factor, factor) if isinstance(factor, int | float) else factor
    if not 0 < low <= high <= 2:
        raise UnknownOptionError(f"factor={factor!r}; give a number in (0, 2], or two that bound one")
    return DifferentialEvolution(strategy, population, (low, high), crossover, checked_generator(rng))
