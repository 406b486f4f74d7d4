"""The learning rate, the last of most chains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .chain import chain
from .transform import Transform, Workspace

__all__ = ["Rate", "ScaleByLearningRate", "gradient_descent"]

Rate = float | Callable[[int], float]  # a learning rate, or a schedule: the rate of step t = 0, 1, ...


@dataclass(frozen=True)
class ScaleByLearningRate(Transform):
    """u ← -α_t u, where α is a number or a schedule t → α_t, t = 0, 1, ..."""

    learning_rate: Rate

    def __post_init__(self):
        if not callable(self.learning_rate) and not 0 <= self.learning_rate < float("inf"):
            raise ValueError(
                f"the learning rate must be a finite number that is at least 0, or a schedule, "
                f"but it is {self.learning_rate!r}"
            )

    def start(self, workspace: Workspace):
        rate = self.learning_rate
        workspace.learning_rate = float(rate(0) if callable(rate) else rate)
        return {"t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        rate = self.learning_rate
        if callable(rate):
            t = state["t"]
            state["t"] = t + 1
            rate = float(rate(t))
        workspace.learning_rate = rate  # in each step, for a part behind this one may have changed it
        u *= -rate


def gradient_descent(learning_rate: Rate = 1e-3) -> Transform:
    """Gradient descent.

        x⁺ = x - α_t ∇f(x)

    learning_rate  α, or a schedule t → α_t

    It converges for α < 2 / λmax(∇²f). Source: Cauchy 1847.

    >>> import optim
    >>> optim.minimize(lambda x: x**2, 1.0, "gradient_descent", learning_rate=0.25, max_iter=3).history.fun
    array([1.      , 0.25    , 0.0625  , 0.015625])
    """
    return chain(ScaleByLearningRate(learning_rate), name="gradient_descent")
