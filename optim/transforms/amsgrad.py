"""AMSGrad: ADAM whose second moment never falls."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arguments import require_fraction, require_positive, require_variant
from .chain import chain
from .moments import average_into, average_squares_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByAmsgrad", "amsgrad"]

VARIANTS = ("torch", "optax", "paper")


@dataclass(frozen=True)
class ScaleByAmsgrad(Transform):
    """u ← v̂ / (√(max over time of s) + ε); see `amsgrad`."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    variant: str = "torch"

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)
        require_variant(self.variant, VARIANTS)

    def start(self, workspace: Workspace):
        return {"v": workspace.zeros(), "s": workspace.zeros(), "largest": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v, s, largest, scratch = state["v"], state["s"], state["largest"], workspace.scratch()
        state["t"] = t = state["t"] + 1
        average_into(v, u, self.beta1, scratch)
        average_squares_into(s, u, self.beta2, scratch)
        corrections = {"torch": (1.0, 1 - self.beta2**t), "optax": (1 - self.beta2**t, 1.0), "paper": (1.0, 1.0)}
        before, after = corrections[self.variant]  # of the bias of s: before the maximum, after it, or none
        np.maximum(largest, np.divide(s, before, scratch), out=largest)
        np.sqrt(largest, scratch)
        scratch /= math.sqrt(after)
        scratch += self.epsilon
        np.divide(v, scratch, u)
        if self.variant != "paper":
            u /= 1 - self.beta1**t


def amsgrad(
    learning_rate: Rate = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    variant: str = "torch",
) -> Transform:
    """AMSGrad: as `adam`, with the largest second moment so far.

        v ← β₁ v + (1 - β₁) g,    s ← β₂ s + (1 - β₂) g ⊙ g
        torch   z ← max(z, s),    x⁺ = x - α v̂ / (√ẑ + ε)
        optax   z ← max(z, ŝ),    x⁺ = x - α v̂ / (√z + ε)
        paper   z ← max(z, s),    x⁺ = x - α v / (√z + ε)

    Source: Reddi, Kale and Kumar 2018, "On the Convergence of Adam and Beyond", algorithm 2.

    >>> import optim
    >>> optim.minimize(lambda x: (x - 3) ** 2, 0.0, "amsgrad", learning_rate=0.5, max_iter=1).x
    0.499999...
    """
    form = ScaleByAmsgrad(beta1, beta2, epsilon, variant)
    return chain(form, ScaleByLearningRate(learning_rate), name="amsgrad")
