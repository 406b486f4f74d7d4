"""Iterations x ← f(x) and their acceleration: methods for the residual F(x) = f(x) - x."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from ..errors import UnsupportedProblemError
from ..method import Method
from ..status import Status

__all__ = ["Aitken", "Anderson", "Plain", "aitken", "anderson", "plain"]


class Plain(Method):
    name = "plain"
    tol = 1e-10

    def __init__(self, damping: float = 1.0):
        if not 0 < damping <= 1:
            raise ValueError(f"damping must be above 0 and at most 1, but it is {damping!r}")
        self.damping = damping

    def max_iter(self, n: int) -> int:
        return 10_000

    def advance(self, objective: Any) -> Status | None:
        if not np.isfinite(self.jac).all():
            return Status.NOT_FINITE
        step = self.step(objective)
        if np.abs(step).max() <= 2 * objective.layout.epsilon * np.abs(self.x).max():
            return Status.PRECISION_LIMIT
        self.x = self.x + step
        self.fun, self.jac = objective.value_and_gradient(self.x)
        self.step_norm = float(np.linalg.norm(step))
        return None

    def step(self, objective) -> np.ndarray:
        return self.damping * self.jac


class Anderson(Plain):
    name = "anderson"

    def __init__(self, memory: int, damping: float, precondition: bool):
        super().__init__(damping)
        if memory < 1:
            raise ValueError(f"memory must be at least 1, but it is {memory!r}")
        self.memory, self.precondition = memory, precondition

    def start(self, objective: Any, x):
        super().start(objective, x)
        self._inverse = -np.linalg.pinv(objective.jacobian(x)) if self.precondition else None
        self._steps: deque = deque(maxlen=self.memory)
        self._changes: deque = deque(maxlen=self.memory)
        self._before = None

    def step(self, objective):
        f = self.jac if self._inverse is None else self._inverse @ self.jac
        if self._before is not None:
            self._steps.append(self.x - self._before[0])
            self._changes.append(f - self._before[1])
        self._before = self.x, f
        if not self._changes:
            return self.damping * f
        dX, dF = np.stack(self._steps, axis=1), np.stack(self._changes, axis=1)  # (n, at most m)
        gamma = np.linalg.lstsq(dF, f, rcond=1e-12)[0]
        return self.damping * f - (dX + self.damping * dF) @ gamma


class Aitken(Plain):
    name = "aitken"

    def start(self, objective, x):
        if x.size != 1:
            raise UnsupportedProblemError(
                f"aitken accelerates iterations of one number, but x0 has {x.size}; use anderson, which works for "
                "any number of them"
            )
        super().start(objective, x)

    def step(self, objective):
        first = self.jac
        second = objective.value_and_gradient(self.x + first)[1]
        bend = second - first
        return first if bend == 0 or not np.isfinite(bend) else -first * first / bend


def plain(damping: float = 1.0) -> Plain:
    """The iteration itself.

        x⁺ = (1 - β) x + β f(x)

    damping  β. It converges where the Jacobian of this map has a spectral radius below 1, by that factor each time
    """
    return Plain(damping)


def anderson(memory: int = 5, damping: float = 1.0) -> Anderson:
    """Anderson's mixing: the affine combination of the last m + 1 iterates with the least residual, mapped on.

        γ = argmin ‖F - ΔF γ‖₂,    x⁺ = x + β F - (ΔX + β ΔF) γ,    F = f(x) - x

    memory   m, how many differences ΔX, ΔF of iterates and residuals are kept
    damping  β

    For linear maps it is GMRES in other clothes (Walker and Ni 2011). Source: Anderson 1965.
    """
    return Anderson(memory, damping, precondition=False)


def aitken() -> Aitken:
    """Steffensen's method for one number: Aitken's Δ² extrapolation of two steps x₁ = f(x), x₂ = f(x₁).

        x⁺ = x - (x₁ - x)² / (x₂ - 2 x₁ + x)

    It converges quadratically, also where x ← f(x) diverges. Source: Steffensen 1933.
    """
    return Aitken()
