"""`least_squares`: any method on a sum of squares, and what a result says of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ..bounds import as_bounds
from ..errors import UnknownOptionError, UnsupportedProblemError, near_matches
from ..history import RECORDS, History
from ..loop import Run
from ..methods import make_method
from ..minimization import drive, is_traced
from ..result import Result
from ..termination import Termination
from .objective import SumOfSquares

__all__ = ["LeastSquaresResult", "least_squares"]


@dataclass(frozen=True, eq=False, repr=False)
class LeastSquaresResult(Result):
    """A `Result` of least_squares, with what belongs to a sum of squares.

    fun, cost  F(x) = ½ Σ ρ; SciPy calls it cost, and calls fun what is `residual` here
    residual   r(x), shape (m,)
    jacobian   J(x), shape (m, n)
    """

    residual: np.ndarray = None  # type: ignore[assignment]  # always given
    jacobian: np.ndarray = None  # type: ignore[assignment]

    @property
    def cost(self) -> float:
        return self.fun


def least_squares(
    residual: Callable,
    x0: Any,
    method: Any = "lm",
    *,
    args: tuple = (),
    jac: Any = None,
    loss: Any = "linear",
    f_scale: float = 1.0,
    bounds: Any = None,
    tol: float | None = None,
    max_iter: int | None = None,
    callback: Callable[[Result], Any] | None = None,
    record: str = "light",
    step_tol: float | None = None,
    fun_tol: float | None = None,
    target: float | None = None,
    max_nfev: int | None = None,
    max_time: float | None = None,
    progress: bool = False,
    **options: Any,
) -> LeastSquaresResult:
    """min F(x) = ½ Σᵢ c² ρ(rᵢ(x)² / c²)  over all x, or over those within bounds.

    residual   r(x, *args) → m real numbers, as an array of any shape or a tree of arrays; x is a tree like x0
    x0         where to start: an array, a number, or a tree of them, n numbers in all
    method     "lm" (Levenberg-Marquardt with geodesic acceleration), "trf" (trust-region reflective, strictly within
               the bounds), "gauss_newton", or any method of minimize
    jac        the Jacobian, a function of x, shape (m, n); "2-point" or "3-point" for differences; None for autodiff
    loss       ρ: "linear" (ρ(z) = z), "soft_l1", "huber", "cauchy", "arctan", or an `optim.squares.losses.Loss`
    f_scale    c, the size beyond which a residual counts as an outlier; of no effect on the linear loss
    bounds     n pairs (low, high), or optim.Bounds(lower, upper)
    tol        on the optimality measure; by default the method's: 0 for "lm" and "trf", which go on to the limit of
               precision
    options    those of the method, such as x_scale for "lm" and "trf"; see `optim.lm` and `optim.trf`
    The other keywords are those of `optim.minimize`.

    Returns a `LeastSquaresResult`: a `Result` whose fun is F, with residual and jacobian at x. Inside of a function
    that is being differentiated, these and x are differentiated with respect to args, bounds and f_scale, by the
    condition ∇F(x) = 0.

    Source: Nocedal and Wright 2006, chapter 10; the names follow SciPy's least_squares.

    >>> t = np.linspace(0, 1, 9)
    >>> y = 2 * np.exp(-3 * t)
    >>> res = least_squares(lambda x: x[0] * np.exp(-x[1] * t) - y, np.array([1.0, 1.0]))
    >>> res.x.round(12), res.success
    (array([2., 3.]), True)
    """
    if record not in RECORDS:
        raise UnknownOptionError(f"record={record!r}{near_matches(record, RECORDS) or ';'} give one of {list(RECORDS)}")
    if is_traced(x0, args) or _holds_tracers(bounds, f_scale, method, options):
        from ..implicit.fits import differentiable_fit

        settings = {
            "jac": jac, "loss": loss, "f_scale": f_scale, "bounds": bounds, "tol": tol, "max_iter": max_iter,
            "callback": callback, "record": record, "step_tol": step_tol, "fun_tol": fun_tol, "target": target,
            "max_nfev": max_nfev, "max_time": max_time, "progress": progress,
        }  # fmt: skip
        return differentiable_fit(residual, x0, method, args, settings, options)
    solver = make_method(method, options)
    if bounds is not None and "bounds" not in solver.handles:
        raise UnsupportedProblemError(
            f"the method {solver.name!r} cannot handle bounds; leave them out, or use 'lm', 'trf', 'lbfgsb' or "
            "'projected_gradient'"
        )
    objective = SumOfSquares(residual, x0, args=args, jac=jac, loss=loss, f_scale=f_scale)
    objective.bounds = as_bounds(bounds, objective.layout, objective.x0)
    termination = Termination(
        tol=solver.tol if tol is None else tol,
        step_tol=step_tol,
        fun_tol=fun_tol,
        target=target,
        max_iter=solver.max_iter(objective.layout.size) if max_iter is None else max_iter,
        max_nfev=math.inf if max_nfev is None else max_nfev,
        max_time=math.inf if max_time is None else max_time,
    )
    run = Run(objective, solver, termination, History(solver.columns, record, objective.layout.unravel))
    found = drive(run, callback, progress)
    return _with_residual(found, objective)


def _holds_tracers(bounds, f_scale, method, options):
    if bounds is None and not options and isinstance(method, str) and isinstance(f_scale, float):
        return False
    from ..implicit.parameters import holds_tracers

    return holds_tracers(bounds, f_scale, method, options)


def _with_residual(found, objective):
    objective.limit(math.inf, math.inf)  # what belongs to the answer is asked for whatever the limits
    layout = objective.layout
    x = layout.gather(found.x, np.empty(layout.size), "x")
    with np.errstate(all="ignore"):
        shown = {"residual": objective.residual(x), "jacobian": objective.jacobian(x)}
    return LeastSquaresResult(**{field.name: getattr(found, field.name) for field in fields(found)}, **shown)
