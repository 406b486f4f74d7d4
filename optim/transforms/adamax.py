"""AdaMax: ADAM with the infinity norm for the second moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arguments import require_fraction, require_positive
from .chain import chain
from .moments import average_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByAdamax", "adamax"]


@dataclass(frozen=True)
class ScaleByAdamax(Transform):
    """u ← v̂ / s with s ← max(β₂ s, |g| + ε); see `adamax`."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)

    def start(self, workspace: Workspace):
        return {"v": workspace.zeros(), "s": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v, s, scratch = state["v"], state["s"], workspace.scratch()
        state["t"] = t = state["t"] + 1
        average_into(v, u, self.beta1, scratch)
        s *= self.beta2
        np.abs(u, scratch)
        scratch += self.epsilon
        np.maximum(s, scratch, out=s)
        np.divide(v, s, u)
        u /= 1 - self.beta1**t


def adamax(learning_rate: Rate = 2e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> Transform:
    """AdaMax.

        v ← β₁ v + (1 - β₁) g,    s ← max(β₂ s, |g| + ε),    x⁺ = x - α / (1 - β₁ᵗ) · v / s

    ε is inside the maximum, so nothing is added to s again, as in PyTorch and optax.

    Source: Kingma and Ba 2014 (arXiv:1412.6980), algorithm 2, without ε.

    >>> opt = adamax(0.5)
    >>> opt.step(np.array([3.0, -5.0]), opt.init(np.zeros(2)), np.zeros(2))[0].round(6)
    array([-0.5,  0.5])
    """
    return chain(ScaleByAdamax(beta1, beta2, epsilon), ScaleByLearningRate(learning_rate), name="adamax")
