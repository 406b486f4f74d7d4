"""A run of a method as a function that is differentiated by the condition at its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import NotConvergedError
from ..layout import Layout
from ..result import Result

__all__ = ["solved", "solved_vector"]

_HOLDS = 1e-3  # of the condition may be left: its size tells a rough solution from one of another problem


def solved(residual: Callable, layout: Layout, start: np.ndarray, args: tuple, run: Callable) -> tuple[Any, Result]:
    """(x*, result), x* a traced tree, for run(*args) → Result on plain args, where residual(x*, *args) = 0.

    residual  of a vector, shape (n,), and args
    start     shape (n,)
    """
    z, result = solved_vector(residual, layout, start, args, run)
    return layout.unravel(z), result


def solved_vector(
    residual: Callable,
    layout: Layout,
    start: np.ndarray,
    args: tuple,
    run: Callable,
    complete: Callable | None = None,
    require_regular: Callable | None = None,
) -> tuple[Any, Result]:
    """The same for residual(z*, *args) = 0, shape (k,), where z* is x* and more unknowns, such as multipliers.

    complete         (x, result, *args) → z, on plain arrays
    require_regular  (z, left, *args), raises where z* is no differentiable function of args; |residual| ≤ left at z
    """
    from autodiff.implicit import solution

    results = []

    def solve(z, *values):
        before = np.abs(residual(z, *values)).max()
        result = run(*values)
        if not result.success:
            raise NotConvergedError(
                f"the run stopped before a solution was found ({result.status}), so there is nothing to differentiate "
                "by the condition that holds there; raise the limits, or differentiate through the iterations where "
                "the function offers differentiate='unrolled'"
            )
        found = layout.gather(result.x, np.empty(layout.size), "x")
        if complete is not None:
            found = complete(found, result, *values)
        left = np.abs(residual(found, *values)).max()
        if not left <= _HOLDS * max(1.0, before):
            raise NotConvergedError(
                f"the run ended with success ({result.status}), but the condition by which its end is to be "
                f"differentiated does not hold there: {left:.3g} is left of it. Ask for a smaller tol, "
                "without a target; or use another method, if this one solves another problem than it declares"
            )
        if require_regular is not None:
            require_regular(found, left, *values)
        results.append(result)
        return found

    return solution(residual, start, args, solve), results[-1]
