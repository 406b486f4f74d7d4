"""Gauss and Newton's direction: Newton's without the second derivatives of the residuals."""

from __future__ import annotations

import numpy as np

from ..descent import Descent
from ..line_search import InitialStep, LineSearch, UnitStep

__all__ = ["GaussNewton", "gauss_newton"]


class GaussNewton:
    """d = argmin ‖J d + r‖², the shortest where there are several; by the singular values of J.

    Source: Nocedal and Wright 2006, section 10.3.
    """

    order = 1
    scaled = True

    def start(self, n):
        pass

    def at(self, objective, x, jac):
        require_squares(objective)
        r, J = objective.linearised(x)
        if not np.isfinite(J).all():
            return np.full_like(jac, np.nan)  # no direction; the descent goes on by the gradient
        norms = np.linalg.norm(J, axis=0)
        norms[norms == 0] = 1.0
        return -np.linalg.lstsq(J / norms, r, rcond=None)[0] / norms

    def update(self, step, change, jac):
        pass

    def inverse_hessian(self):
        return None


def gauss_newton(line_search: str | LineSearch = "armijo", initial_step: InitialStep | None = None) -> Descent:
    """Gauss-Newton with a line search, for sums of squares with small residuals.

        x⁺ = x + α d,    d = argmin ‖J d + r‖²

    line_search  "fixed" takes α = 1 always, as the method is taught

    Source: Nocedal and Wright 2006, section 10.3.

    >>> import optim
    >>> optim.least_squares(lambda x: np.stack([10 * (x[1] - x[0] ** 2), 1 - x[0]]), np.zeros(2), "gauss_newton").x
    array([1., 1.])
    """
    return Descent("gauss_newton", GaussNewton(), line_search, initial_step or UnitStep())


def require_squares(objective) -> None:
    """Raises UnsupportedProblemError where the objective is not known to be a sum of squares."""
    from ..errors import UnsupportedProblemError
    from .objective import SumOfSquares

    if not isinstance(objective, SumOfSquares):
        raise UnsupportedProblemError(
            "this method needs the residuals of a sum of squares; call optim.least_squares with a function that "
            "returns them, or choose another method"
        )
