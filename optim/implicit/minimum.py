"""`minimize` where what it is given is traced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import UnknownOptionError, near_matches
from ..layout import Layout
from ..methods import make_method
from ..objective import as_tree
from ..result import Point, Result
from .multipliers import KarushKuhnTucker
from .parameters import opened
from .problem import Problem, flat_bounds, gradient_of
from .solution import solved_vector

__all__ = ["DIFFERENTIATE", "differentiable_minimum", "problem_of"]

DIFFERENTIATE = ("implicit", "unrolled")


def differentiable_minimum(
    fun: Callable, x0: Any, method: Any, args: Any, settings: dict, options: dict, differentiate: str
) -> Result:
    """`minimize` where something it is given is traced: x, fun and multipliers of the result are traced, all else is
    plain.

    Raises NotConvergedError where the run does not succeed, for then the condition does not hold, and SolutionError
    where the solution is no differentiable function of the parameters.

    >>> import autodiff as ad, optim
    >>> f = lambda x, a: np.exp(x) - a * x  # least at x = log a
    >>> round(ad.grad(lambda a: optim.minimize(f, 0.0, args=(a,)).x)(4.0), 6)
    0.25
    >>> circle = lambda r: {"type": "eq", "fun": lambda x, r: x @ x - r**2, "args": (r,)}
    >>> low = lambda r: optim.minimize(lambda x: x.sum(), np.array([-1.0, 0.0]), "sqp", constraints=circle(r)).x
    >>> ad.jacobian(low)(2.0).round(6)  # the lowest point is -r / √2 (1, 1)
    array([-0.707107, -0.707107])
    """
    from autodiff import stop_gradient

    args = args if isinstance(args, tuple) else (args,)
    if differentiate == "unrolled":
        from ..unrolled import unrolled_minimum

        return unrolled_minimum(fun, x0, method, args, settings, options)
    if differentiate not in DIFFERENTIATE:
        hint = near_matches(differentiate, DIFFERENTIATE) or ";"
        raise UnknownOptionError(f"differentiate={differentiate!r}{hint} give one of {', '.join(DIFFERENTIATE)}")
    tree = as_tree(stop_gradient(x0))  # the solution does not depend on where the search for it starts
    layout = Layout(tree)
    start = layout.gather(tree, np.empty(layout.size), "x0")
    held, fill = opened((settings["bounds"], settings["constraints"], method, options))

    def condition(values, held):
        bounds, constraints, solver, parts = fill(held)
        problem = problem_of(fun, values, bounds, constraints, settings, layout, start)
        return make_method(solver, parts).condition(problem)

    def run(values, held):
        from ..minimization import minimize

        bounds, constraints, solver, parts = fill(held)
        given = settings | {"bounds": bounds, "constraints": constraints}
        return minimize(fun, tree, solver, args=values, **given, **parts)

    unknowns = condition(*stop_gradient((args, held))).unknowns
    z, result = solved_vector(
        lambda z, *given: condition(*given).residual(z),
        layout,
        np.concatenate([start, np.zeros(unknowns - layout.size)]),
        (args, held),
        run,
        complete=lambda x, result, *given: condition(*given).complete(x, result),
        require_regular=lambda z, left, *given: condition(*given).require_regular(z, left),
    )
    return _traced_result(result, fun, args, settings["jac"], layout, condition(args, held), z)


def _traced_result(result, fun, args, jac, layout, condition, z):
    x = layout.unravel(z[: layout.size])
    value = fun(x, *args)
    value = value[0] if jac is True else value
    if condition.extra is not None:
        value = value + condition.extra(z[: layout.size])
    changes = {"x": x, "fun": value, "best": Point(x, value)}
    if isinstance(condition, KarushKuhnTucker):
        changes["multipliers"] = condition.multipliers(z)
    return replace(result, **changes)


def problem_of(
    fun: Callable, args: tuple, bounds: Any, constraints: Any, settings: dict, layout: Layout, start: np.ndarray
) -> Problem:
    """What `minimize` is given, as conditions see it; args, bounds and constraints may be traced."""
    from ..proximal.flat import FlatTerm

    sign = -1.0 if settings["maximize"] else 1.0
    gradient = gradient_of(fun, settings["jac"], layout)
    is_set = hasattr(constraints, "project")
    return Problem(
        gradient=lambda x: sign * gradient(x, *args),
        layout=layout,
        start=start,
        bounds=flat_bounds(bounds, layout, start),
        term=FlatTerm(constraints, layout) if is_set else None,
        constraints=() if is_set else constraints,
        sign=sign,
    )
