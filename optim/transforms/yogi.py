"""Yogi: ADAM whose second moment changes by a bounded amount in each step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arguments import require_at_least, require_fraction, require_positive, require_variant
from .chain import chain
from .moments import average_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByYogi", "yogi"]

VARIANTS = ("optax", "paper")


@dataclass(frozen=True)
class ScaleByYogi(Transform):
    """u ← v̂ / (√ŝ + ε) with s ← s - (1 - β₂) sign(s - g²) g²; see `yogi`."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-3
    initial: float = 1e-6
    variant: str = "optax"

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)
        require_at_least(0, initial=self.initial)
        require_variant(self.variant, VARIANTS)

    def start(self, workspace: Workspace):
        v, s = workspace.zeros(), workspace.zeros()
        s += self.initial
        if self.variant == "optax":
            v += self.initial
        return {"v": v, "s": s, "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v, s, sign, scratch = state["v"], state["s"], workspace.scratch(0), workspace.scratch(1)
        state["t"] = t = state["t"] + 1
        average_into(v, u, self.beta1, scratch)
        u *= u
        np.sign(np.subtract(s, u, sign), sign)
        u *= 1 - self.beta2
        u *= sign
        s -= u
        np.sqrt(s, scratch)
        if self.variant == "optax":
            scratch /= math.sqrt(1 - self.beta2**t)
        scratch += self.epsilon
        np.divide(v, scratch, u)
        if self.variant == "optax":
            u /= 1 - self.beta1**t


def yogi(
    learning_rate: Rate = 1e-2,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-3,
    initial: float = 1e-6,
    variant: str = "optax",
) -> Transform:
    """Yogi.

        v ← β₁ v + (1 - β₁) g,    s ← s - (1 - β₂) sign(s - g ⊙ g) g ⊙ g
        optax   x⁺ = x - α v̂ / (√ŝ + ε)      v = s = `initial` at first
        paper   x⁺ = x - α v / (√s + ε)      s = `initial`, v = 0 at first

    Source: Zaheer, Reddi, Sachan, Kale and Kumar 2018, "Adaptive Methods for Nonconvex Optimization", algorithm 2.

    >>> opt = yogi(0.5, beta2=0.75, epsilon=1e-9, initial=0.0, variant="paper")
    >>> opt.step(np.array([3.0]), opt.init(np.zeros(1)), np.zeros(1))[0].round(6)
    array([-0.1])
    """
    form = ScaleByYogi(beta1, beta2, epsilon, initial, variant)
    return chain(form, ScaleByLearningRate(learning_rate), name="yogi")
