"""A local method run to its end inside of a global one, on the same objective."""

from __future__ import annotations

import copy
import math
from typing import Any, NamedTuple

import numpy as np

from ..errors import UnsupportedProblemError
from ..method import Method
from ..methods import make_method
from ..objective import Objective
from ..status import Status

__all__ = ["LocalMinimum", "MinimumOfMinima", "search_locally"]


class LocalMinimum(NamedTuple):
    """The method where it ended, with x, fun and jac, and why."""

    method: Method
    status: Status


def search_locally(prototype: Method, objective: Objective, x: np.ndarray) -> LocalMinimum | None:
    """Runs a copy of the method from x until its own tolerance, as the loop would; None where x has no finite value.

    Evaluations are counted and limited with those of the whole search.
    """
    method = copy.deepcopy(prototype)
    objective.term = None  # what the search before made of the bounds
    method.start(objective, x)
    if not math.isfinite(method.fun):
        return None
    for _ in range(int(min(method.max_iter(x.size), 10**9))):
        if method.optimality(method.x, method.jac) <= method.tol:
            return LocalMinimum(method, Status.CONVERGED)
        stopped = method.advance(objective)
        if stopped is not None:
            return LocalMinimum(method, stopped)
    return LocalMinimum(method, Status.ITERATION_LIMIT)


class MinimumOfMinima(Method):
    """A method whose iterates are local minima. While it searches no optimality of theirs ends it; the end has that
    of the lowest minimum.

    local  the name of a method or a method; None for "bfgs", or for "lbfgsb" where there are bounds
    """

    columns = ("minima",)

    def __init__(self, local: Any):
        self._local = make_method(local, {}) if local is not None else None
        self.order = 1 if self._local is None else self._local.order

    @property
    def handles(self) -> frozenset[str]:  # type: ignore[override]
        return frozenset({"bounds"}) if self._local is None else self._local.handles & {"bounds"}

    def start(self, objective: Objective, x: np.ndarray) -> None:
        self.bounds = objective.bounds
        self._done = False
        self._lowest: LocalMinimum | None = None
        self.minima = 0
        self._prototype = self._local or make_method("bfgs" if self.bounds is None else "lbfgsb", {})
        if self.bounds is not None and "bounds" not in self._prototype.handles:
            raise UnsupportedProblemError(f"the local method {self._prototype.name!r} cannot handle bounds")
        if self.order:
            super().start(objective, x)
        else:
            self.x, self.fun, self.jac = x, objective.value(x), None

    def search_from(self, objective: Objective, x: np.ndarray) -> LocalMinimum | None:
        """Searches from x, and keeps the minimum where it is lower."""
        found = search_locally(self._prototype, objective, x)
        if found is not None:
            self.minima += 1
            method = found.method
            if self._lowest is None or method.fun < self.fun:
                self._lowest = found
                self.step_norm = float(np.linalg.norm(method.x - self.x))
                self.x, self.fun, self.jac = method.x, method.fun, method.jac
        return found

    def finish(self) -> Status:
        self._done = True
        self.remark = f"It is the lowest of {self.minima} local searches by {self._prototype.name}."
        return self._lowest.status if self._lowest else Status.NOT_FINITE

    def optimality(self, x: np.ndarray, jac: np.ndarray | None) -> float:
        return self._lowest.method.optimality(x, jac) if self._done and self._lowest else math.inf
