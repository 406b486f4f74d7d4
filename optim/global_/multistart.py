"""Multistart: local searches from many places."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UnknownOptionError
from ..objective import Objective
from ..status import Status
from ..value_method import checked_generator
from .box import finite_box, latin_hypercube
from .local_search import MinimumOfMinima

__all__ = ["multistart"]


class Multistart(MinimumOfMinima):
    """An iteration is a local search from the next start; the first is from x0."""

    name = "multistart"

    def __init__(self, local, starts, spread, rng):
        super().__init__(local)
        self.starts, self.spread, self.rng = starts, spread, rng

    def max_iter(self, n: int) -> int:
        return self.starts + 1

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        box = finite_box(self.bounds)
        if box is not None:
            self._waiting = latin_hypercube(max(1, self.starts - 1), box, self.rng)
        else:
            offsets = self.rng.standard_normal((max(1, self.starts - 1), x.size))
            places = x + self.spread * offsets * np.maximum(1.0, np.abs(x))
            self._waiting = places if self.bounds is None else self.bounds.clip(places)
        self._next = 0

    def advance(self, objective: Objective) -> Status | None:
        if self._next >= self.starts:
            return self.finish()
        x = self._waiting[self._next - 1] if self._next else self.x
        self._next += 1
        self.search_from(objective, x)
        return None


def multistart(
    local: Any = None, starts: int = 20, spread: float = 1.0, rng: np.random.Generator | None = None
) -> Multistart:
    """Local searches from x0 and from starts - 1 other places; the lowest minimum is the result.

    local   the method of the local searches: a name, a method or a transform; "bfgs" by default, with bounds
            "lbfgsb"
    starts  how many
    spread  without finite bounds: the standard deviation of the starts about x0, relative to max(1, |xᵢ|)
    rng     a numpy.random.Generator; by default one that is seeded with 0

    Between finite bounds the starts are a Latin hypercube. The status at the end is that of the search which found the
    lowest minimum. Nothing proves it to be the global one.

    >>> import optim
    >>> res = optim.minimize(optim.problems.six_hump_camel, np.array([1.7, 0.8]), "multistart", starts=10)
    >>> res.success, round(res.fun, 8), res.message.split(".")[1].strip()
    (True, -1.03162845, 'It is the lowest of 10 local searches by bfgs')
    """
    if starts < 1 or not spread > 0:
        raise UnknownOptionError(f"starts={starts} must be at least 1, and spread={spread!r} positive")
    return Multistart(local, starts, spread, checked_generator(rng))
