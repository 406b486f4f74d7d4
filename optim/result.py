"""What a run gives back: the same fields for every method."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np

from .history import History
from .status import Status

__all__ = ["Criterion", "Point", "Result"]


class Criterion(NamedTuple):
    """One test of termination: what was achieved beside what was asked for. A limit that is met is not a success."""

    name: str
    achieved: float
    required: float
    relation: str  # "<=" or ">="
    met: bool


class Point(NamedTuple):
    """A point and the objective there."""

    x: Any
    fun: float


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """Where a run ended, and why. All fields are there for all methods.

    x           the solution, a tree like x0
    fun, jac    the objective and its gradient at x; jac is None for methods without derivatives
    hess        the Hessian at x for methods that use it, else None
    hess_inv    the approximation of its inverse, shape (n, n), for methods that keep one, else None
    success     whether what was asked for is reached; the same as status.success
    status      why the run stopped, a `Status`
    message     the same in a sentence
    nit         iterations
    nfev, njev, nhev, nhvp  evaluations of the objective, its gradient, its Hessian, its Hessian times a vector
    time        seconds
    optimality  the largest magnitude of the gradient's entries at x, or the method's own measure
    criteria    every test of termination, with achieved and required values
    best        the lowest point evaluated, `best.x` and `best.fun`: for methods that go up as well as down; of those
                that satisfy the constraints, and x0 with infinite `fun` as long as none does
    constraint_violation  the largest over all constraints, and bounds where the method treats them so; else 0
    multipliers λ of ∇f(x) = Σ λᵢ ∇cᵢ(x), an array for each constraint in the order given, the last for the bounds if
                there are any; None for methods without
    history     the run, iteration by iteration
    method      its name

    Which point is x: the one that met the criterion where the run succeeded, and otherwise the lowest evaluated. Only
    methods with a learning rate, whose iterates need not descend, return the last iterate at a limit; `keep="best"`
    makes them, too, return the lowest.
    """

    x: Any
    fun: float
    jac: Any
    hess: Any
    success: bool
    status: Status
    message: str
    nit: int
    nfev: int
    njev: int
    nhev: int
    time: float
    optimality: float
    history: History
    nhvp: int = 0
    hess_inv: np.ndarray | None = None
    criteria: tuple[Criterion, ...] = ()
    best: Point | None = None
    constraint_violation: float = 0.0
    multipliers: tuple[np.ndarray, ...] | None = None
    method: str = ""
    run: Any = field(default=None)  # what `minimize` needs to go on from here

    def __getitem__(self, name: str) -> Any:
        """The field of that name, as SciPy's results give it."""
        if name not in self.keys():
            raise KeyError(f"a result has no field {name!r}; it has {', '.join(self.keys())}")
        return getattr(self, name)

    def keys(self) -> list[str]:
        return [f.name for f in fields(self) if f.name != "run"]

    def __getstate__(self):
        return self.__dict__ | {"run": None}  # which holds the user's functions, and these need not have copies

    def __repr__(self):
        counts = f"nit {self.nit}   nfev {self.nfev}   njev {self.njev}   nhev {self.nhev}   {self.time:.3g} s"
        lines = [
            f"{self.method}: {self.status} ({'success' if self.success else 'no success'})",
            f"  {self.message}",
            "",
            f"  fun  {self.fun:.10g}",
            f"  x    {_short(self.x)}",
            f"  {counts}",
        ]
        if self.multipliers is not None:
            lines.append(f"  constraint violation {self.constraint_violation:.3g}")
        if self.best is not None and self.best.fun != self.fun and np.isfinite(self.best.fun):
            lines.append(f"  best {self.best.fun:.10g} at {_short(self.best.x)}")
        if self.criteria:
            lines += ["", f"  {'criterion':<22}{'achieved':>12}    {'required':<12}"]
            for name, achieved, required, relation, met in self.criteria:
                lines.append(
                    f"  {name:<22}{achieved:>12.4g} {relation:>2} {required:<12.4g}{'met' if met else ''}".rstrip()
                )
        return "\n".join(lines)


def _short(tree):
    with np.printoptions(threshold=6, edgeitems=3, precision=6):
        text = " ".join(repr(tree).split())
    return text if len(text) <= 90 else f"{text[:70]} ... {text[-15:]}"
