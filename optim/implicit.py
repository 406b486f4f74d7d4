"""Minimisers as differentiable functions of what the objective depends on.

Where x*(θ) = argmin f(x, θ) is found inside a function that is being differentiated, its derivative comes from the
condition that holds there, whatever method has found it: with ∇ₓf(x*, θ) = 0,

    dx*/dθ = -(∇²ₓₓf)⁻¹ ∇²ₓθf    at the solution.

Each method declares its condition (`Method.stationarity`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from .bounds import as_bounds
from .errors import NotConvergedError, UnknownOptionError, UnsupportedProblemError, near_matches
from .layout import Layout
from .methods import make_method
from .objective import as_tree
from .result import Point, Result

__all__ = ["DIFFERENTIATE", "differentiable_minimum", "solved"]

DIFFERENTIATE = ("implicit", "unrolled")
_HOLDS = 1e-3  # of the condition may be left: its size tells a rough solution from one of another problem


def differentiable_minimum(
    fun: Callable, x0: Any, method: Any, args: Any, settings: dict, options: dict, differentiate: str
) -> Result:
    """`minimize` where x0, args or options are traced: x and fun of the result are traced, all else is plain.

    Raises NotConvergedError where the run does not succeed, for then the condition does not hold.

    >>> import autodiff as ad, optim
    >>> f = lambda x, a: np.exp(x) - a * x  # least at x = log a
    >>> round(ad.grad(lambda a: optim.minimize(f, 0.0, args=(a,)).x)(4.0), 6)
    0.25
    """
    from autodiff import stop_gradient

    args = args if isinstance(args, tuple) else (args,)
    if differentiate == "unrolled":
        from .unrolled import unrolled_minimum

        return unrolled_minimum(fun, x0, method, args, settings, options)
    if differentiate not in DIFFERENTIATE:
        hint = near_matches(differentiate, DIFFERENTIATE) or ";"
        raise UnknownOptionError(f"differentiate={differentiate!r}{hint} give one of {', '.join(DIFFERENTIATE)}")
    x0, options = stop_gradient(x0), stop_gradient(options)  # the solution does not depend on how it is found
    tree = as_tree(x0)
    layout = Layout(tree)
    start = layout.gather(tree, np.empty(layout.size), "x0")
    declared = make_method(method, options)
    if settings["constraints"]:
        raise UnsupportedProblemError(
            "a minimiser under constraints cannot be differentiated: its condition has multipliers, which no method "
            "declares; use bounds or a penalty, or stop the gradient of x0 and args"
        )
    bounds = as_bounds(settings["bounds"], layout, start)
    gradient = _gradient(fun, settings["jac"], layout)

    def stationarity(x, *values):
        return declared.stationarity(x, gradient(x, *values), bounds, layout)

    def run(*values):
        from .minimization import minimize

        return minimize(fun, x0, method, args=values, **settings, **options)

    x, result = solved(stationarity, layout, start, args, run)
    value = fun(x, *args)
    value = value[0] if settings["jac"] is True else value
    return replace(result, x=x, fun=value, best=Point(x, value))


def solved(residual: Callable, layout: Layout, start: np.ndarray, args: tuple, run: Callable) -> tuple[Any, Result]:
    """(x*, result), x* a traced tree, for run(*args) → Result on plain args, where residual(x*, *args) = 0.

    residual  of a vector, shape (n,), and args
    start     shape (n,)
    """
    from autodiff.implicit import solution

    results = []

    def solve(x, *values):
        before = np.abs(residual(x, *values)).max()
        result = run(*values)
        if not result.success:
            raise NotConvergedError(
                f"the run stopped before a solution was found ({result.status}), so there is nothing to differentiate "
                "by the condition that holds there; raise the limits, or differentiate through the iterations where "
                "the function offers differentiate='unrolled'"
            )
        found = layout.gather(result.x, np.empty(layout.size), "x")
        left = np.abs(residual(found, *values)).max()
        if not left <= _HOLDS * max(1.0, before):
            raise NotConvergedError(
                f"the run ended with success ({result.status}), but the condition by which its end is to be "
                f"differentiated does not hold there: {left:.3g} is left of it. Ask for a smaller tol, "
                "without a target; or use another method, if this one solves another problem than it declares"
            )
        results.append(result)
        return found

    x = layout.unravel(solution(residual, start, args, solve))
    return x, results[-1]


def _gradient(fun, jac, layout):
    """∇f as a function of a vector and args, to a vector; both may be traced."""
    if isinstance(jac, str):
        raise UnsupportedProblemError(
            f"jac={jac!r} finds gradients by differences, which cannot be differentiated; leave jac out, or give a "
            "function written with NumPy"
        )
    if jac is None:
        from autodiff import grad

        return lambda x, *values: grad(lambda x: fun(layout.unravel(x), *values))(x)

    from autodiff.tree import ravel

    given = jac if callable(jac) else lambda x, *values: fun(x, *values)[1]
    return lambda x, *values: ravel(given(layout.unravel(x), *values))[0]
