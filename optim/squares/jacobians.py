"""Where Jacobians of residuals come from: autodiff, the user, or differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import InvalidObjectiveError, near_matches

if TYPE_CHECKING:
    from .objective import SumOfSquares

__all__ = ["jacobian_source"]

# the points of the quotient, in steps, and the power of the rounding unit that balances its two errors
_DIFFERENCES = {"2-point": (0.0, 1.0, 1 / 2), "3-point": (-1.0, 1.0, 1 / 3)}


def jacobian_source(jac: Any, objective: SumOfSquares) -> tuple[Callable, bool]:
    """A function x → J(x), shape (m, n), and whether autodiff may differentiate the residual, to any order."""
    if jac is None:
        return _by_autodiff(objective), True
    if callable(jac):
        return lambda x: jac(objective.layout.unravel(x), *objective.args), False
    if isinstance(jac, str) and jac in _DIFFERENCES:
        return _by_differences(objective, *_DIFFERENCES[jac]), False
    hint = near_matches(jac, _DIFFERENCES) if isinstance(jac, str) else ""
    raise InvalidObjectiveError(
        f"jac={jac!r} is not a way to get Jacobians{hint or ';'} give a function, None (autodiff) or one of "
        f"{', '.join(map(repr, _DIFFERENCES))}"
    )


def _by_autodiff(objective):
    from autodiff import jacobian

    return jacobian(objective.residual_of_vector)


def _by_differences(objective, left, right, power):
    def jacobian(x):
        columns = np.empty((objective.residual(x).size, x.size))
        for i, step in enumerate(objective.layout.epsilon**power * np.where(x == 0, 1.0, np.abs(x))):
            before, after = x.copy(), x.copy()
            before[i] += left * step
            after[i] += right * step
            objective.nfev += 2 if left else 1
            below = objective.residual_of_vector(before) if left else objective.residual(x)
            columns[:, i] = (objective.residual_of_vector(after) - below) / (after[i] - before[i])
        return columns

    return jacobian
