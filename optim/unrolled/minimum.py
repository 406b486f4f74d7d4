"""`minimize` with differentiate="unrolled"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..descent import Descent
from ..errors import NotConvergedError, UnsupportedProblemError
from ..implicit.problem import gradient_of
from ..layout import Layout
from ..methods import ALIASES, make_method
from ..objective import as_tree
from ..result import Point, Result
from . import descents
from .agreement import check_same
from .open_loop import UNROLLED
from .proximal import unrolled_proximal_gradient

__all__ = ["unrolled_minimum"]


def unrolled_minimum(fun: Callable, x0: Any, method: Any, args: tuple, settings: dict, options: dict) -> Result:
    """`minimize` with x and fun traced through every iteration. x0 and args may be traced, and options where the step
    lengths are not searched for.

    Raises UnsupportedProblemError for methods whose steps are not written for it, NotConvergedError where a run with
    searched step lengths, or the derivative through it, has not converged.

    >>> import autodiff as ad, optim
    >>> f = lambda x, a: (x - a) ** 2
    >>> def two_steps(a):
    ...     return optim.minimize(f, 0.0, "gd", args=(a,), learning_rate=0.25, max_iter=2, differentiate="unrolled").x
    >>> ad.grad(two_steps)(1.0)  # x₂ = ¾ a
    0.75
    >>> ad.grad(lambda a: optim.minimize(f, 0.0, "bfgs", args=(a,), differentiate="unrolled").x)(1.0)
    1.0
    """
    from autodiff import stop_gradient
    from autodiff.tree import ravel

    name = ALIASES.get(method, method) if isinstance(method, str) else None
    if name == "proximal_gradient":
        return unrolled_proximal_gradient(fun, x0, args, settings, options)
    refused = [key for key in ("bounds", "constraints") if settings[key]]
    if refused or settings["keep"] == "best":
        raise UnsupportedProblemError(
            f"{' and '.join(refused) or 'keep=best'}: not with differentiate='unrolled'; leave it out, or use "
            "differentiate='implicit'"
        )
    is_open_loop = name in UNROLLED and (name != "newton" or options.get("line_search") == "fixed")
    given = stop_gradient(options)
    if is_open_loop:
        if name == "newton":
            options, given = {"modify": False} | options, {"modify": False} | given
        solver = name
    else:
        solver, given = make_method(method, given), {}
        if not (isinstance(solver, Descent) and descents.is_unrollable(solver)):
            known = sorted({*UNROLLED, *descents.NAMES, "proximal_gradient"})
            raise UnsupportedProblemError(
                f"the method {method!r} cannot be differentiated through its iterations; give one of "
                f"{', '.join(known)}, or differentiate='implicit', which is for all methods"
            )
        exact, solver = descents.is_held_exactly(solver), descents.watched(solver)
    settings = settings | {"keep": "last"}
    result = _run(fun, x0, solver, args, settings, given)
    layout = Layout(stop_gradient(as_tree(x0)))
    gradient, sign = gradient_of(fun, settings["jac"], layout), -1.0 if settings["maximize"] else 1.0
    vector = ravel(as_tree(x0))[0] * 1.0

    def slope(x):
        return sign * gradient(x, *args)

    if name is not None and is_open_loop:
        points = UNROLLED[name](slope, vector, **options)
        for _ in range(result.nit):
            vector = next(points)
    else:
        plain = stop_gradient(args)
        vector = descents.end(_steps(result, lambda x: sign * gradient(x, *plain), exact), slope, vector)
    x = layout.unravel(vector)
    check_same(ravel(stop_gradient(x))[0], ravel(result.x)[0], result.method)
    value = fun(x, *args)
    value = value[0] if settings["jac"] is True else value
    return replace(result, x=x, fun=value, best=Point(x, value))


def _run(fun, x0, method, args, settings, options):
    from autodiff import stop_gradient

    from ..minimization import minimize

    return minimize(fun, stop_gradient(x0), method, args=stop_gradient(args), **settings, **options)


def _steps(result, gradient, exact):
    """The steps of the run, and those that let the derivative converge, too."""
    run = result.run
    steps = run.method.direction.steps
    if exact:
        return steps
    if not result.success:
        raise NotConvergedError(
            f"the run stopped before a solution was found ({result.status}); its step lengths were searched for, and "
            "are held constant, which is right in the limit alone. Raise the limits, or use a method with a learning "
            f"rate: {', '.join(UNROLLED)}"
        )
    end = run.method.x
    run.objective.limit(np.inf, np.inf)
    last = run.method.direction.last(run.objective, end)
    return steps + descents.prolongation(steps, gradient, run.objective.x0, end, last)
