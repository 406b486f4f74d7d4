"""What the loop asks of a method."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .objective import Objective, max_norm
from .status import Status

if TYPE_CHECKING:
    from .implicit.conditions import Condition
    from .implicit.problem import Problem

__all__ = ["Method"]


class Method:
    """One way of going from iterate to iterate. A subclass defines `start` and `advance`; the loop does the rest.

    A method object is a prototype: each run works on a copy of its own, so it may keep its state in itself.

    name            as `minimize` and results call it
    order           the highest derivative that it uses
    handles         what it can do besides minimising freely: "bounds"; "constraints", by functions; "sets", given by
                    their projections
    columns         attributes, numbers, to be recorded in the history besides the usual
    keep            "best" or "last": the point that it returns at a limit
    remark          what it adds in a sentence to the message of a result, where it ends a run by a rule of its own
    tol, max_iter   defaults for the loop; max_iter may depend on the number n of variables

    While it runs:
    x, fun, jac     the iterate, flat, shape (n,); the objective there; its gradient, or None. x and jac are not to be
                    written to once they are set: history and caches hold them
    step_norm, lr   of the step that led there
    is_feasible     whether the iterate satisfies the constraints; only such a one can be a success
    """

    name = "method"
    order = 1
    handles: frozenset[str] = frozenset()
    columns: tuple[str, ...] = ()
    keep = "best"
    tol = 1e-8
    remark = ""

    x: np.ndarray
    fun: float
    jac: Any
    step_norm: float = math.nan
    lr: float = math.nan
    is_feasible: bool = True

    def max_iter(self, n: int) -> int:
        return max(1000, 200 * n)

    def start(self, objective: Objective, x: np.ndarray) -> None:
        """Sets x, fun and jac at the starting point."""
        self.x = x
        self.fun, self.jac = objective.value_and_gradient(x)

    def advance(self, objective: Objective) -> Status | None:
        """Goes to the next iterate. Returns a status where it cannot, else None."""
        raise NotImplementedError(f"{type(self).__name__} must define advance")

    def optimality(self, x: np.ndarray, jac: Any) -> float:
        """What the loop compares with `tol`, at an iterate or at the best point: here ‖∇f(x)‖∞."""
        return max_norm(jac)

    def confirms(self, objective: Objective, tol: float) -> bool:
        """Whether nothing speaks against an iterate whose optimality is within tol; else the run goes on."""
        return True

    def condition(self, problem: Problem) -> Condition:
        """What holds at a solution: the condition by which solutions are differentiated, see `optim.implicit`.

        ∇f(x) = 0, and with bounds x = P(x - ∇f(x)), where P is the projection. A method with another condition says so
        here.
        """
        from .implicit.conditions import FixedPoint, Stationary

        if problem.bounds is None:
            return Stationary(problem.gradient, problem.layout.size)
        return FixedPoint(problem.gradient, problem.clip, problem.layout.size, units=problem.units)

    def hessian(self, objective: Objective, x: np.ndarray) -> np.ndarray | None:
        """∇²f(x), shape (n, n), where the method works with it; for the result."""
        return objective.hessian(x) if self.order == 2 else None

    def inverse_hessian(self) -> np.ndarray | None:
        """The approximation of the inverse Hessian, shape (n, n), where the method keeps one; for the result."""
        return None

    def multipliers(self, objective: Objective) -> tuple[np.ndarray, ...] | None:
        """Of the constraints, where the method finds them; for the result."""
        return None
