"""When to stop: tolerances and limits, the same for all methods."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .result import Criterion
from .status import Status

__all__ = ["Termination"]


@dataclass(frozen=True)
class Termination:
    """Stops as soon as one of these is met; tolerances come before limits.

    tol        optimality ≤ tol, where the optimality measure is ‖∇f(x)‖∞ unless the method has its own
    step_tol   ‖last step‖₂ ≤ step_tol
    fun_tol    |last change of f| ≤ fun_tol · max(1, |f|)
    target     f ≤ target (f ≥ target when maximising)
    max_iter, max_nfev, max_time    iterations, evaluations of the objective, seconds
    """

    tol: float = 0.0
    step_tol: float | None = None
    fun_tol: float | None = None
    target: float | None = None
    max_iter: float = math.inf
    max_nfev: float = math.inf
    max_time: float = math.inf
    sign: float = 1.0

    def __post_init__(self):
        for name in ("tol", "step_tol", "fun_tol", "max_iter", "max_nfev", "max_time"):
            value = getattr(self, name)
            if value is not None and not value >= 0:
                raise ValueError(f"{name} must be a number that is at least 0, but it is {value!r}")

    @cached_property
    def may_go_on(self) -> Callable[[float, float, int, int, float], bool]:
        """A function that tells at once, of most iterates, that nothing is met; where it cannot, `check` says what."""
        if self.step_tol is not None or self.fun_tol is not None:
            return lambda *iterate: False
        tol, below = self.tol, self.lowest
        max_iter, max_nfev, max_time = self.max_iter, self.max_nfev, self.max_time

        def may_go_on(optimality, fun, nit, nfev, elapsed):
            return (
                optimality > tol
                and below < fun < math.inf
                and nit < max_iter
                and nfev < max_nfev
                and elapsed < max_time
            )

        return may_go_on

    @property
    def lowest(self) -> float:
        """The target for the function that is minimised."""
        return -math.inf if self.target is None else self.sign * self.target

    def check(
        self,
        method,
        optimality: float,
        change: float,
        nit: int,
        nfev: int,
        elapsed: float,
        confirms: Callable[[], bool] = lambda: True,
    ) -> Status:
        """The status after an iterate: RUNNING, unless a test is met.

        confirms  asked where the optimality is within tol, whether nothing speaks against calling that a solution
        """
        fun = method.fun
        if not -math.inf < fun < math.inf:
            return Status.UNBOUNDED if fun == -math.inf else Status.NOT_FINITE
        if optimality <= self.tol:
            if method.jac is not None and not np.isfinite(method.jac).all():  # max and <= need not see a nan
                return Status.NOT_FINITE
            if confirms():
                return Status.CONVERGED
        if fun <= self.lowest and method.is_feasible:
            return Status.TARGET_REACHED
        if nit and method.is_feasible:
            if self.step_tol is not None and method.step_norm <= self.step_tol:
                return Status.SMALL_STEP
            if self.fun_tol is not None and abs(change) <= self.fun_tol * max(1.0, abs(fun)):
                return Status.SMALL_CHANGE
        if nit >= self.max_iter:
            return Status.ITERATION_LIMIT
        if nfev >= self.max_nfev:
            return Status.EVALUATION_LIMIT
        if elapsed >= self.max_time:
            return Status.TIME_LIMIT
        return Status.RUNNING

    def criteria(self, *, optimality, step_norm, change, fun, nit, nfev, elapsed) -> tuple[Criterion, ...]:
        """Every test that was asked for, with what was achieved; `fun` in the user's sign."""
        rows = [("optimality", optimality, self.tol, "<=")]
        if self.step_tol is not None:
            rows.append(("step_norm", step_norm, self.step_tol, "<="))
        if self.fun_tol is not None:
            rows.append(("change / max(1, |fun|)", abs(change) / max(1.0, abs(fun)), self.fun_tol, "<="))
        if self.target is not None:
            rows.append(("fun", fun, self.target, "<=" if self.sign > 0 else ">="))
        for name, achieved, limit in (
            ("nit", nit, self.max_iter),
            ("nfev", nfev, self.max_nfev),
            ("time", elapsed, self.max_time),
        ):
            if limit < math.inf:
                rows.append((name, achieved, limit, ">="))
        met = {"<=": float.__le__, ">=": float.__ge__}
        return tuple(Criterion(n, a, r, rel, met[rel](float(a), float(r))) for n, a, r, rel in rows)
