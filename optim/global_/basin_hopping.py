"""Basin hopping: a walk from local minimum to local minimum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import UnknownOptionError
from ..objective import Objective
from ..status import Status
from ..value_method import checked_generator
from .local_search import MinimumOfMinima

__all__ = ["basin_hopping"]

_INTERVAL, _TARGET, _FACTOR = 10, 0.5, 0.9  # hops between changes of the step, the acceptance aimed at, the change


class BasinHopping(MinimumOfMinima):
    """An iteration is a hop: a random step from the present minimum, and a local search from there. The first is the
    search from x0.
    """

    name = "basin_hopping"
    columns = ("minima", "present", "hop")

    def __init__(self, local, step, temperature, hops, patience, rng):
        super().__init__(local)
        self.step, self.temperature, self.hops, self.patience, self.rng = step, temperature, hops, patience, rng

    def max_iter(self, n: int) -> int:
        return self.hops + 2

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        self._at, self.present = x, self.fun
        self.hop, self._idle, self._tried, self._accepted = self.step, 0, 0, 0

    def advance(self, objective: Objective) -> Status | None:
        if self._lowest is None:
            self.search_from(objective, self.x)
            self._at, self.present = self.x, self.fun
            return None
        if self._tried >= self.hops or self._idle >= self.patience:
            return self.finish()
        x = self._at + self.hop * self.rng.uniform(-1, 1, self._at.size) * np.maximum(1.0, np.abs(self._at))
        lowest = self.fun
        found = self.search_from(objective, x if self.bounds is None else self.bounds.reflect(x))
        self._idle = 0 if self.fun < lowest - 1e-12 * max(1.0, abs(lowest)) else self._idle + 1
        self._tried += 1
        if found is not None and self._accepts(found.method.fun - self.present):
            self._accepted += 1
            self._at, self.present = found.method.x, found.method.fun
        if self._tried % _INTERVAL == 0:
            self.hop *= _FACTOR if self._accepted / self._tried < _TARGET else 1 / _FACTOR
        return None

    def _accepts(self, rise):
        return rise <= 0 or (self.temperature > 0 and self.rng.random() < math.exp(-rise / self.temperature))


def basin_hopping(
    local: Any = None,
    step: float = 0.5,
    temperature: float = 1.0,
    hops: int = 100,
    patience: int = 50,
    rng: np.random.Generator | None = None,
) -> BasinHopping:
    """Basin hopping: for smooth objectives with many minima, such as energies of molecules.

        y = argmin of a local search from x + step · r · max(1, |x|), r uniform in [-1, 1]ⁿ
        x ← y with probability min(1, exp((f(x) - f(y)) / T))

    local        the method of the local searches: a name, a method or a transform; "bfgs" by default, with bounds
                 "lbfgsb"
    step         of the first hops; it adapts so that half of the hops are accepted
    temperature  T, of the size of the differences between neighbouring minima; 0 accepts no rise
    hops         at most so many
    patience     it ends after so many hops without a lower minimum
    rng          a numpy.random.Generator; by default one that is seeded with 0

    The status at the end is that of the search which found the lowest minimum. Nothing proves it to be the global one.

    Source: Wales and Doye 1997, Global optimization by basin-hopping and the lowest energy structures of Lennard-Jones
    clusters containing up to 110 atoms.

    >>> import optim
    >>> res = optim.minimize(optim.problems.rastrigin, np.array([3.2, -2.1]), "basin_hopping", target=1e-9)
    >>> res.status, res.x.round(6) + 0
    (Status.TARGET_REACHED, array([0., 0.]))
    """
    if not step > 0 or not temperature >= 0:
        raise UnknownOptionError(f"step={step!r} must be positive, and temperature={temperature!r} at least 0")
    if hops < 1 or patience < 1:
        raise UnknownOptionError(f"hops={hops} and patience={patience} must be at least 1")
    return BasinHopping(local, step, temperature, hops, patience, checked_generator(rng))
