"""What methods have in common that compare values of the objective and ask for no gradient."""

from __future__ import annotations

import math

import numpy as np

from .errors import UnknownOptionError
from .method import Method
from .objective import Objective
from .status import Status

__all__ = ["ValueMethod", "checked_generator"]


class ValueMethod(Method):
    """A method of order 0. Its iterate is the lowest point so far, so that it never goes up.

    A subclass defines `prepare`, which evaluates what is needed besides the start, `move`, an iteration, and `spread`,
    the measure of optimality: how far its points still lie apart. The iterate moves by `improve` alone; an iteration
    that finds nothing lower leaves it, and says nothing about step_tol and fun_tol then.

    bounds  flat, or None
    """

    order = 0
    handles = frozenset({"bounds"})

    def start(self, objective: Objective, x: np.ndarray) -> None:
        self.x, self.fun, self.jac = x, objective.value(x), None
        self.bounds = objective.bounds
        self.step_norm = math.nan
        self._is_prepared = False

    def advance(self, objective: Objective) -> Status | None:
        if not self._is_prepared:  # here, and not at the start, which no limit on evaluations can end
            self.prepare(objective)
            self._is_prepared = True
        return self.move(objective)

    def prepare(self, objective: Objective) -> None:
        """What comes before the first iteration."""

    def move(self, objective: Objective) -> Status | None:
        """An iteration. Returns a status where the method itself ends the run."""
        raise NotImplementedError(f"{type(self).__name__} must define move")

    def improve(self, x: np.ndarray, fun: float) -> None:
        """Makes x the iterate where it is lower than all before. x is kept, not copied."""
        if fun < self.fun:
            step = x - self.x
            self.step_norm = math.sqrt(step @ step)
            self.x, self.fun = x, fun

    def optimality(self, x: np.ndarray, jac: np.ndarray | None) -> float:
        return self.spread() if self._is_prepared else math.inf

    def spread(self) -> float:
        raise NotImplementedError(f"{type(self).__name__} must define spread")


def checked_generator(rng: np.random.Generator | None) -> np.random.Generator:
    """The generator given; where none is, one that is seeded with 0, so that every run can be repeated."""
    if rng is None:
        return np.random.default_rng(0)
    if not isinstance(rng, np.random.Generator):
        raise UnknownOptionError(f"rng must be a numpy.random.Generator, not {rng!r}; give np.random.default_rng(0)")
    return rng
