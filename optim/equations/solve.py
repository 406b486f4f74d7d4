"""`root` and `fixed_point`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from ..errors import UnknownOptionError, near_matches
from ..history import RECORDS, History
from ..loop import Run
from ..methods import make_method
from ..minimization import drive, is_traced
from ..result import Point, Result
from ..termination import Termination
from .equations import Equations

__all__ = ["FIXED_POINT_METHODS", "ROOT_METHODS", "RootResult", "fixed_point", "root"]

ROOT_METHODS = {
    "newton": "equations.newton",
    "broyden": "equations.broyden",
    "anderson": "equations.chord",
    "krylov": "equations.newton",
}
FIXED_POINT_METHODS = {
    "plain": "equations.iteration",
    "anderson": "equations.iteration",
    "aitken": "equations.iteration",
}
_ALIASES = {"newton_krylov": "krylov", "steffensen": "aitken", "picard": "plain"}


@dataclass(frozen=True, eq=False, repr=False)
class RootResult(Result):
    """A `Result` whose objective is ½ ‖F‖², with

    residual  F at x, a tree like x; for fixed points f(x) - x
    """

    residual: Any = field(default=None)


def root(
    f: Callable,
    x0: Any,
    method: Any = "newton",
    *,
    args: tuple = (),
    jac: Any = None,
    tol: float | None = None,
    max_iter: int | None = None,
    callback: Callable[[Result], Any] | None = None,
    record: str = "light",
    step_tol: float | None = None,
    max_nfev: int | None = None,
    max_time: float | None = None,
    progress: bool = False,
    **options: Any,
) -> RootResult:
    """x with F(x) = 0, as many equations as unknowns.

    f       F(x, *args) → a tree of as many numbers as x has
    x0      where to start, a tree of floats and arrays
    method  "newton"; "broyden", with one Jacobian; "krylov", with none, for many unknowns; "anderson"
    jac     the Jacobian, a function of x that returns shape (n, n); "2-point" for differences; None for autodiff
    tol     stop where ‖F‖∞ is at most this; default 1e-10

    The rest as in `minimize`. Returns a `RootResult`: `fun` is ½ ‖F‖², `residual` is F. Inside of a function that is
    being differentiated, x is differentiated with respect to args by the implicit function theorem.

    Raises as `minimize` does.

    >>> import numpy as np
    >>> found = root(lambda x: np.stack([x[0] ** 2 + x[1] ** 2 - 1, x[0] - x[1]]), np.array([1.0, 0.5]))
    >>> found.x.round(6), found.success
    (array([0.707107, 0.707107]), True)
    >>> import autodiff as ad
    >>> round(ad.grad(lambda a: root(lambda x, a: np.exp(x) - a, 0.0, args=(a,)).x)(2.0), 6)
    0.5
    """
    limits = {"tol": tol, "max_iter": max_iter, "step_tol": step_tol, "max_nfev": max_nfev, "max_time": max_time}
    name = _ALIASES.get(method, method) if isinstance(method, str) else method
    return _solve(f, x0, make_method(name, options, ROOT_METHODS), args, jac, limits, callback, record, progress)


def fixed_point(
    f: Callable,
    x0: Any,
    method: Any = "anderson",
    *,
    args: tuple = (),
    tol: float | None = None,
    max_iter: int | None = None,
    callback: Callable[[Result], Any] | None = None,
    record: str = "light",
    step_tol: float | None = None,
    max_nfev: int | None = None,
    max_time: float | None = None,
    progress: bool = False,
    **options: Any,
) -> RootResult:
    """x with x = f(x), by evaluations of f alone.

    f       f(x, *args) → a tree like x
    method  "anderson"; "plain"; "aitken", for one number
    tol     stop where ‖f(x) - x‖∞ is at most this; default 1e-10

    The rest as in `root`, of F(x) = f(x) - x.

    >>> import numpy as np
    >>> [fixed_point(np.cos, 1.0, method).nfev for method in ("plain", "aitken", "anderson")]
    [58, 7, 7]
    """
    limits = {"tol": tol, "max_iter": max_iter, "step_tol": step_tol, "max_nfev": max_nfev, "max_time": max_time}
    name = _ALIASES.get(method, method) if isinstance(method, str) else method

    def residual(x, *args):
        from autodiff.tree import map

        return map(lambda image, x: image - x, f(x, *args), x)

    solver = make_method(name, options, FIXED_POINT_METHODS)
    return _solve(residual, x0, solver, args, None, limits, callback, record, progress)


def _solve(f, x0, solver, args, jac, limits, callback, record, progress):
    if record not in RECORDS:
        raise UnknownOptionError(f"record={record!r}{near_matches(record, RECORDS) or ';'} give one of {list(RECORDS)}")
    args = args if isinstance(args, tuple) else (args,)

    def run(*values):
        equations = Equations(f, x0, args=values, jac=jac)
        given = {name: value for name, value in limits.items() if value is not None}
        termination = Termination(**({"tol": solver.tol, "max_iter": solver.max_iter(equations.layout.size)} | given))
        history = History(solver.columns, record, equations.layout.unravel)
        return _with_residual(drive(Run(equations, solver, termination, history), callback, progress))

    if not is_traced(x0, args):
        return run(*args)
    from autodiff import stop_gradient

    from ..implicit import solved

    x0 = stop_gradient(x0)
    equations = Equations(f, x0, args=args, jac=jac)
    x, result = solved(equations.of_vector, equations.layout, equations.x0, args, run)
    return _changed(result, x=x, best=Point(x, result.fun))


def _with_residual(result):
    """The residual under its own name: on the loop it stands where the gradient does."""
    return _changed(result, residual=result.jac, jac=None)


def _changed(result, **changes):
    known = {each.name: getattr(result, each.name) for each in fields(result)}
    return RootResult(**(known | changes))
