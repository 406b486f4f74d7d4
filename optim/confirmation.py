"""Between a gradient within its tolerance and the claim to have converged: what curvature says to that."""

from __future__ import annotations

import numpy as np

from .objective import Objective
from .precision import objection
from .status import Status

__all__ = ["Confirmation"]

_WINDOW = 20  # iterations, in each of which
_PART = 0.05  # of the promise is to be kept at least


class Confirmation:
    """Asked by a method where its gradient is within tol; where Newton's model objects, the run goes on.

    It goes on as long as it gains what was promised at a sensible rate. Where it does not, the objective falls along a
    valley so narrow that nobody could follow it, and neither a success nor further iterations would be honest.
    """

    def __init__(self):
        self.step: np.ndarray | None = None  # Newton's, to be tried next
        self._goal = self._gain = self._level = np.inf
        self._left = 0

    def asks(self, objective: Objective, x, fun: float, jac, tol: float, direction=None) -> bool:
        """Whether the iterate may be called a solution; if not, `step` is what leads on.

        direction  the step of the method, -H ∇f(x), with which its model is tested first
        """
        found = objection(objective, x, fun, jac, tol, direction)
        self.step = None if found is None else found.step
        if found is not None and fun <= self._goal:  # and no promise is still to be kept
            self._goal, self._gain = fun - found.gain, found.gain
            self._level, self._left = fun, _WINDOW
        return found is None

    def taken(self) -> np.ndarray | None:
        """The step that leads on, once."""
        step, self.step = self.step, None
        return step

    def verdict(self, fun: float) -> Status | None:
        """VALLEY where the promise is not being kept; to be asked once in an iteration."""
        if not self._left:
            return None
        if fun <= self._goal:
            self._left = 0
            return None
        self._left -= 1
        if self._left:
            return None
        if self._level - fun < _PART * min(self._gain, abs(self._level)):  # for the promise may be more than there is
            return Status.VALLEY
        self._level, self._left = fun, _WINDOW
        return None
