"""AdEMAMix: ADAM with a second, very long memory of gradients."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_fraction, require_positive
from .chain import chain
from .decay import AddDecayedWeights
from .moments import average_into, average_squares_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByAdemamix", "ademamix"]


@dataclass(frozen=True)
class ScaleByAdemamix(Transform):
    """u ← (m̂ + a w) / (√ŝ + ε); see `ademamix`."""

    beta1: float = 0.9
    beta2: float = 0.999
    beta3: Rate = 0.9999
    mix: Rate = 5.0
    epsilon: float = 1e-8

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)
        if not callable(self.beta3):
            require_fraction(beta3=self.beta3)

    def start(self, workspace: Workspace):
        return {name: workspace.zeros() for name in ("m", "w", "s")} | {"t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        m, w, s, scratch = state["m"], state["w"], state["s"], workspace.scratch()
        beta3, mix = (r(state["t"]) if callable(r) else r for r in (self.beta3, self.mix))
        state["t"] = t = state["t"] + 1
        average_into(m, u, self.beta1, scratch)
        average_into(w, u, beta3, scratch)
        average_squares_into(s, u, self.beta2, scratch)
        np.divide(m, 1 - self.beta1**t, u)
        u += np.multiply(w, mix, scratch)
        np.sqrt(s, scratch)
        scratch /= math.sqrt(1 - self.beta2**t)
        scratch += self.epsilon
        u /= scratch


def ademamix(
    learning_rate: Rate = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    beta3: Rate = 0.9999,
    mix: Rate = 5.0,
    epsilon: float = 1e-8,
    weight_decay: float = 0.0,
    where: Any = None,
) -> Transform:
    """AdEMAMix.

        m ← β₁ m + (1 - β₁) g,    w ← β₃ w + (1 - β₃) g,    s ← β₂ s + (1 - β₂) g ⊙ g
        x⁺ = x - α ((m̂ + a w) / (√ŝ + ε) + λ x)

    w is the long memory, whose bias is not corrected.

    beta3, mix    β₃ and a, numbers or schedules; the paper warms both up
    weight_decay  λ
    where         which leaves decay, as `masked` takes it; None for all

    Source: Pagliardini, Ablin and Grangier 2024 (arXiv:2409.03137), algorithm 1.

    >>> opt = ademamix(0.5)
    >>> opt.step(np.array([3.0, -0.1]), opt.init(np.zeros(2)), np.zeros(2))[0].round(6)
    array([-0.50025,  0.50025])
    """
    decay = [AddDecayedWeights(weight_decay, where)] if weight_decay else []
    form = ScaleByAdemamix(beta1, beta2, beta3, mix, epsilon)
    return chain(form, *decay, ScaleByLearningRate(learning_rate), name="ademamix")
