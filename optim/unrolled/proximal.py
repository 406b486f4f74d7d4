"""The proximal gradient method, differentiated through its iterations, with its step lengths held.

    x⁺ = prox_{t g}(x - t ∇f(x, θ), t)

As for descents (`descents`), x*(θ) is a fixed point for any t, so that the derivative of a run that has converged is
that of the limit; the last step is repeated until the derivative has converged, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import NotConvergedError
from ..implicit.conditions import FixedPoint
from ..implicit.minimum import problem_of
from ..implicit.parameters import opened
from ..layout import Layout
from ..methods import make_method
from ..objective import as_tree
from ..result import Point, Result
from .agreement import check_same

__all__ = ["unrolled_proximal_gradient"]

_DEAD = 1e-12  # of a perturbation of the end may be left
_REPEATS = 5000
_ROUNDS = 3  # at least, for derivatives of higher order converge one after the other


def unrolled_proximal_gradient(fun: Callable, x0: Any, args: tuple, settings: dict, options: dict) -> Result:
    """`minimize` by "proximal_gradient" with x and fun traced; x0, args, bounds, sets and regularizers may be traced.

    >>> import autodiff as ad, optim
    >>> def soft(a):
    ...     return optim.minimize(lambda x, a: (x - a) ** 2, 0.0, "proximal_gradient", args=(a,),
    ...                           regularizer=optim.proximal.L1(1.0), differentiate="unrolled").x
    >>> round(ad.grad(soft)(3.0), 9)
    1.0
    """
    from autodiff import jvp, stop_gradient
    from autodiff.tree import ravel

    from ..minimization import minimize

    tree = stop_gradient(as_tree(x0))
    layout = Layout(tree)
    start = layout.gather(tree, np.empty(layout.size), "x0")
    held, fill = opened((settings["bounds"], settings["constraints"], options))

    def step_of(values, held):
        """(x, t) → x⁺, and the condition that holds at the end."""
        bounds, constraints, parts = fill(held)
        problem = problem_of(fun, values, bounds, constraints, settings, layout, start)
        condition = make_method("proximal_gradient", parts).condition(problem)

        def step(x, t):
            ahead = x - t * problem.gradient(x)
            if not isinstance(condition, FixedPoint):
                return ahead  # there is nothing but f
            return condition.prox(ahead) if condition.extra is None else condition.prox(ahead, t)

        return step, condition

    bounds, constraints, parts = fill(stop_gradient(held))
    given = settings | {"bounds": bounds, "constraints": constraints, "record": "light", "keep": "last"}
    result = minimize(fun, tree, "proximal_gradient", args=stop_gradient(args), **given, **parts)
    if not result.success:
        raise NotConvergedError(
            f"the run stopped before a solution was found ({result.status}); its step lengths were searched for, and "
            "are held constant, which is right in the limit alone. Raise the limits"
        )
    lengths = result.history.lr[1:].tolist()
    plain_step, condition = step_of(stop_gradient(args), stop_gradient(held))
    end = layout.gather(result.x, np.empty(layout.size), "x")
    condition.require_regular(end, float(np.abs(condition.residual(end)).max()))
    last = lengths[-1] if lengths else 1.0
    left = np.random.default_rng(0).choice([-1.0, 1.0], layout.size)
    added = 0
    while added < _ROUNDS or np.abs(left).max() > _DEAD:
        left = jvp(lambda x: plain_step(x, last), (end,), (left,))[1]
        added += 1
        if added > _REPEATS or not np.isfinite(left).all():
            raise NotConvergedError(
                "the run has converged, but the derivative through its iterations does not, however often its last "
                "step is repeated; ask for differentiate='implicit'"
            )
    step, condition = step_of(args, held)
    x = ravel(as_tree(x0))[0] * 1.0
    if settings["bounds"] is not None or hasattr(settings["constraints"], "project"):
        x = step(x, 0.0)  # a start outside of the set is projected onto it
    for t in lengths + [last] * added:
        x = step(x, t)
    check_same(stop_gradient(x), end, "proximal_gradient")
    value = fun(layout.unravel(x), *args)
    value = value[0] if settings["jac"] is True else value
    value = value if condition.extra is None else value + condition.extra(x)
    return replace(result, x=layout.unravel(x), fun=value, best=Point(layout.unravel(x), value))
