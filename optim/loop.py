"""The one loop: it runs any method, asks whether to stop, keeps the history, and writes the result."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from time import perf_counter

import numpy as np

from .errors import InvalidObjectiveError
from .history import BASE_COLUMNS, History
from .method import Method
from .objective import LimitReached, Objective
from .result import Point, Result
from .status import Status
from .termination import Termination

__all__ = ["Run"]

# At these, also a method that returns its last iterate returns the best point: the last one is of no use to anyone.
_RUNNING = Status.RUNNING
_LOST = (Status.NOT_FINITE, Status.UNBOUNDED, Status.INTERRUPTED)


class Run:
    """A method at work on an objective. Iterating over it yields it at each iterate, the start and the end included.

    watched   whether somebody looks on; if not, it yields at the end alone

    >>> from optim.descent import newton
    >>> objective = Objective(lambda x: (x**2).sum(), np.array([3.0]))
    >>> run = Run(objective, newton(), Termination(tol=1e-8), History())
    >>> [run.nit for _ in run], run.status
    ([0, 1], Status.CONVERGED)
    """

    def __init__(
        self,
        objective: Objective,
        method: Method,
        termination: Termination,
        history: History,
        keep: str | None = None,
        watched: bool = True,
    ):
        self.objective, self.method, self.termination, self.history = objective, method, termination, history
        self.keep, self.watched = keep or method.keep, watched
        self.status = Status.RUNNING
        self.nit = -1  # not started
        self.elapsed = 0.0
        self.change = math.nan

    def __iter__(self) -> Iterator[Run]:
        objective, method, termination, history = self.objective, self.method, self.termination, self.history
        began = perf_counter() - self.elapsed
        objective.evaluated = history.points
        recording, extra, sign = history.record != "none", history.columns[len(BASE_COLUMNS) :], objective.sign
        may_go_on, tol = termination.may_go_on, termination.tol
        unrecorded = recording and self.nit < 0  # a run that is continued has recorded its iterate
        if self.nit < 0:
            self._start()
            self.nit = 0
        objective.limit(termination.max_nfev, began + termination.max_time)
        while True:
            x, fun, nfev = method.x, method.fun, objective.nfev
            optimality = method.optimality(x, method.jac)
            self.elapsed = elapsed = perf_counter() - began
            if unrecorded:
                row = (nfev, objective.njev, elapsed, sign * fun, optimality, method.step_norm, method.lr)
                history.append(row + tuple([getattr(method, name) for name in extra]) if extra else row, x)
            if not may_go_on(optimality, fun, self.nit, nfev, elapsed):
                try:
                    self.status = termination.check(
                        method,
                        optimality,
                        self.change,
                        self.nit,
                        nfev,
                        elapsed,
                        lambda: method.confirms(objective, tol),
                    )
                except LimitReached as limit:
                    self.status = limit.status
                if self.status is not _RUNNING:
                    yield self
                    return
            if self.watched:
                yield self
                if self.status is not _RUNNING:  # by `stop`
                    return
            try:
                stopped = method.advance(objective)
            except LimitReached as limit:
                stopped = limit.status
            if stopped is not None:
                self.elapsed = perf_counter() - began
                self.status = stopped
                yield self
                return
            self.change = fun - method.fun if method.x is not x else math.nan  # nothing lower found says nothing
            self.nit += 1
            unrecorded = recording

    def continued(self, objective: Objective, method: Method, termination: Termination) -> Run:
        """The run that goes on from where this one stopped: with a method in its state, and its history and counts."""
        twin = Run(objective, method, termination, copy.deepcopy(self.history), self.keep)
        twin.nit, twin.elapsed, twin.change = self.nit, self.elapsed, self.change
        for count in ("nfev", "njev", "nhev", "nhvp"):
            setattr(objective, count, getattr(self.objective, count))
        objective.best_fun, objective.best_x = self.objective.best_fun, self.objective.best_x
        for name in ("bounds", "constraints", "term"):
            if getattr(objective, name) is None:
                setattr(objective, name, getattr(self.objective, name))
        return twin

    def stop(self, status: Status) -> None:
        """Ends the run after the present iterate."""
        self.status = status

    def result(self) -> Result:
        """The result so far."""
        objective, method, layout, sign = self.objective, self.method, self.objective.layout, self.objective.sign
        x, fun, jac = method.x, method.fun, method.jac
        if not math.isfinite(fun) or (self._wants_best() and self._is_beaten(x, fun)):
            x, fun = objective.best_x, objective.best_fun
            jac = None if jac is None else objective.gradient_at_best()
        optimality = method.optimality(x, jac)
        hess = None if self.status is Status.RUNNING else method.hessian(objective, x)
        return Result(
            x=layout.unravel(x),
            fun=sign * fun,
            jac=None if jac is None else layout.unravel(sign * jac),
            hess=None if hess is None else layout.unravel_matrix(sign * hess),
            success=self.status.success,
            status=self.status,
            message=f"{self.status.sentence} {method.remark}".rstrip(),
            nit=self.nit,
            nfev=objective.nfev,
            njev=objective.njev,
            nhev=objective.nhev,
            nhvp=objective.nhvp,
            time=self.elapsed,
            optimality=optimality,
            history=self.history,
            hess_inv=method.inverse_hessian(),
            criteria=self.termination.criteria(
                optimality=optimality, step_norm=method.step_norm, change=self.change, fun=sign * fun,
                nit=self.nit, nfev=objective.nfev, elapsed=self.elapsed,
            ),
            best=Point(layout.unravel(objective.best_x), sign * objective.best_fun),
            constraint_violation=0.0 if objective.constraints is None else objective.constraints.violation(x),
            multipliers=method.multipliers(objective),
            method=method.name,
            run=self,
        )  # fmt: skip

    def _start(self):
        objective, method = self.objective, self.method
        method.start(objective, objective.x0)
        if not math.isfinite(method.fun):
            raise InvalidObjectiveError(
                f"the objective is {method.fun} at x0; start where it is finite, or check its formula there"
            )
        if method.jac is not None and not np.isfinite(method.jac).all():
            raise InvalidObjectiveError(
                f"the gradient at x0 is not finite: {objective.layout.unravel(method.jac)!r}; start where it is, or "
                "check the formula there"
            )

    def _is_beaten(self, x, fun):
        """Whether there is a better point than x: a lower one, or one within the constraints where x is not."""
        best = self.objective.best_fun
        return best < fun or (best < math.inf and not self.objective.admits(x))

    def _wants_best(self):
        if self.status is _RUNNING or self.status.success:
            return False
        return self.keep == "best" or self.status in _LOST
