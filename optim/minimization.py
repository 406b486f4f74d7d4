"""`minimize` and `iterate`: any method on any objective."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .bounds import as_bounds
from .errors import UnknownMethodError, UnknownOptionError, UnsupportedProblemError, near_matches
from .history import RECORDS, History
from .loop import Run
from .methods import make_method
from .objective import Objective
from .result import Result
from .status import Status
from .termination import Termination

__all__ = ["drive", "is_traced", "iterate", "minimize"]


def minimize(
    fun: Callable,
    x0: Any,
    method: Any = "bfgs",
    *,
    args: tuple = (),
    jac: Any = None,
    hess: Callable | None = None,
    bounds: Any = None,
    constraints: Any = (),
    tol: float | None = None,
    max_iter: int | None = None,
    callback: Callable[[Result], Any] | None = None,
    record: str = "light",
    maximize: bool = False,
    step_tol: float | None = None,
    fun_tol: float | None = None,
    target: float | None = None,
    max_nfev: int | None = None,
    max_time: float | None = None,
    keep: str | None = None,
    progress: bool = False,
    differentiate: str = "implicit",
    **options: Any,
) -> Result:
    """min f(x) over all x, by any method; the derivatives come from autodiff unless they are given.

    fun          f(x, *args) → one real number; x is a tree like x0
    x0           where to start: an array, a number, or any tree of them; a list of numbers is taken as an array. Or a
                 Result, to go on from there: then limits count from the start of the first run
    method       a name (`optim.methods.METHODS`), a method or a transform, such as optim.adam(1e-3)
    args         further arguments of fun, jac and hess
    jac          the gradient, a function of x that returns a tree like x0; True where fun returns (value, gradient);
                 "2-point" or "3-point" for differences, where fun cannot be differentiated; None for autodiff
    hess         the Hessian, a function of x, shape (n, n); None for autodiff
    bounds       n pairs (low, high), None for no bound, or optim.Bounds(lower, upper) of numbers or trees like x0; for
                 methods that handle bounds, others refuse them
    constraints  for methods that handle them; others refuse them. One or several of {"type": "eq" or "ineq", "fun": c}
                 for c(x) = 0 or c(x) >= 0, optim.NonlinearConstraint, optim.LinearConstraint; or, for projected
                 gradients and the like, a set of optim.proximal
    tol          stop where the optimality measure is at most this: ‖∇f(x)‖∞ unless the method has its own. Default 1e-8
    step_tol     stop where the last step is at most this long
    fun_tol      stop where f changed by at most this times max(1, |f|) in the last iteration
    target       stop where f is at most this
    max_iter, max_nfev, max_time    limits: iterations, evaluations of f, seconds
    callback     called with the result so far after each iteration, and at the start; stops the run by raising
                 StopIteration or by returning something true
    record       "light": the columns of the history; "full": iterates and all evaluated points too; "none"
    maximize     whether to look for the maximum; all numbers reported are those of f itself
    keep         "best" or "last": which point is returned where a limit stops the run; see `Result`
    progress     whether to show a progress bar
    differentiate   where minimize stands in a function that is being differentiated, and x0 or args are traced, or what
                 bounds, constraints (their args, sides and matrices) and regularizers are made of: "implicit", by the
                 condition that holds at the solution, `Method.condition`, for all methods; or "unrolled", through the
                 iterations, for first-order methods, descents and proximal gradients: exactly where step lengths are
                 given, and held constant where they are searched for. See `optim.implicit` and `optim.unrolled`
    options      those of the method, such as learning_rate

    Returns a `Result`; `result.status` says why it stopped, truthfully, and `result.history` what happened. Stops by
    Ctrl-C with the best point so far.

    Raises UnknownMethodError, UnknownOptionError, UnsupportedProblemError, InvalidStartError and InvalidObjectiveError,
    all kinds of OptimizationError, before any work is done. What fun raises is passed on.

    >>> import optim
    >>> res = minimize(lambda p: (p["a"] - 1) ** 2 + ((p["b"] - 2) ** 2).sum(), {"a": 0.0, "b": np.zeros(2)})
    >>> res.x, res.status
    ({'a': 1.0, 'b': array([2., 2.])}, Status.CONVERGED)
    """
    settings = {
        "jac": jac, "hess": hess, "bounds": bounds, "constraints": constraints, "tol": tol, "max_iter": max_iter,
        "record": record, "maximize": maximize, "step_tol": step_tol, "fun_tol": fun_tol, "target": target,
        "max_nfev": max_nfev, "max_time": max_time, "keep": keep,
    }  # fmt: skip
    is_plain = bounds is None and not options and isinstance(method, str) and _is_empty(constraints)
    if is_traced(x0, args, options) or (not is_plain and _holds_tracers(bounds, constraints, method, options)):
        from .implicit import differentiable_minimum

        settings |= {"callback": callback, "progress": progress}
        return differentiable_minimum(fun, x0, method, args, settings, options, differentiate)
    return drive(_prepare(fun, x0, method, options, args=args, **settings), callback, progress)


def drive(run: Run, callback: Callable[[Result], Any] | None = None, progress: bool = False) -> Result:
    """Runs to the end, with a callback and a progress bar, and returns the result, whatever ended it."""
    bar = _progress_bar(run) if progress else None
    run.watched = callback is not None or progress
    try:
        with _quiet():
            for _ in run:
                if callback is not None and _asks_to_stop(callback, run.result()) and run.status is Status.RUNNING:
                    run.stop(Status.STOPPED_BY_CALLBACK)
                if bar is not None:
                    bar.set_postfix_str(f"f = {run.objective.sign * run.method.fun:.6g}", refresh=False)
                    bar.update(run.nit - bar.n)
    except KeyboardInterrupt:
        if run.nit < 0:  # nothing has been evaluated yet, so there is nothing to return
            raise
        run.stop(Status.INTERRUPTED)
    finally:
        if bar is not None:
            bar.close()
    return run.result()


def is_traced(*trees: Any) -> bool:
    """Whether a leaf of these trees is a value that is being differentiated."""
    if all(type(tree) is np.ndarray or (type(tree) in (tuple, dict) and not tree) for tree in trees):
        return False  # the usual case
    from autodiff.tracer import Tracer
    from autodiff.tree import leaves

    return any(isinstance(leaf, Tracer) for leaf in leaves(trees))


def _holds_tracers(*things):
    from .implicit.parameters import holds_tracers

    return holds_tracers(*things)


_OF_ALL_METHODS = frozenset(minimize.__kwdefaults__ or ())


def iterate(fun: Callable, x0: Any, method: Any = "bfgs", **keywords: Any) -> Iterator[Result]:
    """The run of `minimize` as an iterator: yields the result so far at the start and after each iteration.

    The status is RUNNING until the last one. Takes the arguments of `minimize`, except callback and progress: the body
    of the loop is the callback, and `break` stops it.

    >>> for it in iterate(lambda x: (x - 3) ** 2, 0.0, "gradient_descent", learning_rate=0.5, max_iter=5):
    ...     print(it.nit, it.x, it.status)
    0 0.0 running
    1 3.0 converged
    """
    for name in ("callback", "progress", "differentiate"):
        if name in keywords:
            raise UnknownOptionError(f"iterate takes no {name}; do in the body of the loop what it should do")
    of_all = {name: value for name, value in keywords.items() if name in _OF_ALL_METHODS}
    options = {name: value for name, value in keywords.items() if name not in of_all}
    steps = iter(_prepare(fun, x0, method, options, **of_all))
    while True:
        with _quiet():  # not around the yield: what the body of the loop warns of is its own affair
            run = next(steps, None)
            found = None if run is None else run.result()
        if found is None:
            return
        yield found


def _prepare(
    fun, x0, method, options, *, args=(), jac=None, hess=None, bounds=None, constraints=(), tol=None, max_iter=None,
    record="light", maximize=False, step_tol=None, fun_tol=None, target=None, max_nfev=None, max_time=None, keep=None,
) -> Run:  # fmt: skip
    """The run that is asked for, with everything checked that can be before the first evaluation."""
    if record not in RECORDS:
        raise UnknownOptionError(f"record={record!r}{near_matches(record, RECORDS) or ';'} give one of {list(RECORDS)}")
    if keep not in (None, "best", "last"):
        raise UnknownOptionError(f"keep={keep!r}; give 'best', 'last' or None, which leaves it to the method")
    before = None
    if isinstance(x0, Result):
        before = x0.run
        solver, x0 = _continued(before, method, options), x0.x
    else:
        solver = make_method(method, options)
    _require_handled(solver, bounds, constraints)
    objective = Objective(fun, x0, args=args, jac=jac, hess=hess, maximize=maximize)
    objective.bounds = as_bounds(bounds, objective.layout, objective.x0)
    if _is_set(constraints):
        from .proximal.flat import FlatTerm

        objective.term = FlatTerm(constraints, objective.layout)
    elif "constraints" in solver.handles and before is None:
        from .constraints import as_constraints

        objective.constraints = as_constraints(
            () if constraints is None else constraints, objective.layout, objective.x0, objective.bounds
        )
        objective.constraints.tolerance = solver.tol if tol is None else tol
    termination = Termination(
        tol=solver.tol if tol is None else tol,
        step_tol=step_tol,
        fun_tol=fun_tol,
        target=target,
        max_iter=solver.max_iter(objective.layout.size) if max_iter is None else max_iter,
        max_nfev=math.inf if max_nfev is None else max_nfev,
        max_time=math.inf if max_time is None else max_time,
        sign=objective.sign,
    )
    if before is not None:
        return before.continued(objective, solver, termination)
    return Run(objective, solver, termination, History(solver.columns, record, objective.layout.unravel), keep)


def _continued(before, method, options):
    """The method of a run before, which goes on from its state."""
    if before is None:
        raise UnsupportedProblemError(
            "a result that was copied or pickled has no run to go on with; start from result.x"
        )
    if options or method not in ("bfgs", before.method.name):
        raise UnknownMethodError(
            f"x0 is the result of a run of {before.method.name!r}, which goes on as it is; leave out the method and "
            "its options, or start afresh from result.x"
        )
    return copy.deepcopy(before.method)


_CAN = {
    "constraints": ", such as 'sqp', 'interior_point' or 'augmented_lagrangian'",
    "sets": ", such as 'projected_gradient', 'fista' or 'frank_wolfe'",
}


def _require_handled(method, bounds, constraints):
    of_constraints = "sets" if _is_set(constraints) else "constraints"
    given = {"bounds": bounds is not None, of_constraints: constraints is not None and not _is_empty(constraints)}
    for name, is_given in given.items():
        if is_given and name not in method.handles:
            raise UnsupportedProblemError(
                f"the method {method.name!r} cannot handle {name}; leave them out, or choose a method that can"
                f"{_CAN.get(name, '')}"
            )


def _is_set(constraints):
    return hasattr(constraints, "project")


def _is_empty(constraints):
    return isinstance(constraints, tuple | list | dict) and not constraints


def _asks_to_stop(callback, result):
    try:
        return bool(callback(result))
    except StopIteration:
        return True


def _quiet():
    """No warnings of overflow and the like from trial points: the loop sees what is not finite, and says so.

    Where the user has asked NumPy to raise, or to call something, it still does.
    """
    warned_of: dict[str, Any] = {kind: "ignore" for kind, reaction in np.geterr().items() if reaction == "warn"}
    return np.errstate(**warned_of)


def _progress_bar(run):
    from tqdm import tqdm

    limit = run.termination.max_iter
    return tqdm(total=limit if limit < math.inf else None, desc=run.method.name, unit="it", dynamic_ncols=True)
