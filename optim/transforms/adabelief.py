"""AdaBelief: long steps where the gradients are as the mean of them foretold."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arguments import require_fraction, require_positive
from .chain import chain
from .moments import average_into, average_squares_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByBelief", "adabelief"]


@dataclass(frozen=True)
class ScaleByBelief(Transform):
    """u ← v̂ / (√ŝ + ε), where s is the mean of (g - v)²; see `adabelief`."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-16

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)

    def start(self, workspace: Workspace):
        return {"v": workspace.zeros(), "s": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v, s, scratch = state["v"], state["s"], workspace.scratch()
        state["t"] = t = state["t"] + 1
        average_into(v, u, self.beta1, scratch)
        u -= v
        average_squares_into(s, u, self.beta2, scratch)
        s += self.epsilon
        np.sqrt(s, scratch)
        scratch /= math.sqrt(1 - self.beta2**t)
        scratch += self.epsilon
        np.divide(v, scratch, u)
        u /= 1 - self.beta1**t


def adabelief(
    learning_rate: Rate = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-16
) -> Transform:
    """AdaBelief.

        v ← β₁ v + (1 - β₁) g,    s ← β₂ s + (1 - β₂)(g - v) ⊙ (g - v) + ε,    x⁺ = x - α v̂ / (√ŝ + ε)

    Source: Zhuang et al. 2020 (arXiv:2010.07468), algorithm 2; the default of ε is that of optax.

    >>> opt = adabelief(0.5)
    >>> opt.step(np.array([3.0]), opt.init(np.zeros(1)), np.zeros(1))[0].round(6)
    array([-0.555556])
    """
    return chain(ScaleByBelief(beta1, beta2, epsilon), ScaleByLearningRate(learning_rate), name="adabelief")
