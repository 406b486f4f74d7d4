"""What a descent asks of a direction."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ..objective import Objective

__all__ = ["Direction"]


class Direction(Protocol):
    """Chooses where to go from an iterate, and learns from the step taken.

    order    the highest derivative that it uses
    scaled   whether its vectors have the length of a step, so that α = 1 is the natural first trial
    """

    order: int

    @property
    def scaled(self) -> bool: ...

    def start(self, n: int) -> None:
        """Forgets everything; n is the number of variables."""
        ...

    def at(self, objective: Objective, x: np.ndarray, jac: np.ndarray) -> np.ndarray:
        """The direction d at the iterate x, shape (n,), a new array."""
        ...

    def update(self, step: np.ndarray, change: np.ndarray, jac: np.ndarray) -> None:
        """Learns from the step s = x⁺ - x, along which the gradient changed by y = ∇f(x⁺) - ∇f(x), to jac = ∇f(x⁺)."""
        ...

    def inverse_hessian(self) -> np.ndarray | None:
        """Its approximation of the inverse Hessian, shape (n, n), if it has one."""
        ...
