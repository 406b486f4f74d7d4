"""Adan: Nesterov's momentum and the differences of gradients, each with a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least, require_fraction, require_positive, require_variant
from .chain import chain
from .decay import AddDecayedWeights
from .moments import average_into, average_squares_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ProximalDecay", "ScaleByAdan", "adan"]


@dataclass(frozen=True)
class ScaleByAdan(Transform):
    """u ← (m̂ + (1 - β₂) v̂) / (√(n̂ + ε₀) + ε); see `adan`."""

    beta1: float = 0.98
    beta2: float = 0.92
    beta3: float = 0.99
    epsilon: float = 1e-8
    epsilon_root: float = 0.0

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2, beta3=self.beta3)
        require_positive(epsilon=self.epsilon)
        require_at_least(0, epsilon_root=self.epsilon_root)

    def start(self, workspace: Workspace):
        return {name: workspace.zeros() for name in ("m", "v", "n", "before")} | {"t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        m, v, n, before = state["m"], state["v"], state["n"], state["before"]
        difference, scratch = workspace.scratch(0), workspace.scratch(1)
        state["t"] = t = state["t"] + 1
        np.subtract(u, u if t == 1 else before, difference)  # the first difference is 0
        np.copyto(before, u)
        average_into(m, u, self.beta1, scratch)
        average_into(v, difference, self.beta2, scratch)
        u += np.multiply(difference, 1 - self.beta2, scratch)
        average_squares_into(n, u, self.beta3, scratch)
        np.divide(n, 1 - self.beta3**t, scratch)
        scratch += self.epsilon_root
        np.sqrt(scratch, scratch)
        scratch += self.epsilon
        np.divide(m, 1 - self.beta1**t, u)
        u += np.multiply(v, (1 - self.beta2) / (1 - self.beta2**t), difference)
        u /= scratch


@dataclass(frozen=True)
class ProximalDecay(Transform):
    """u ← (x + u) / (1 + α λ) - x, after the learning rate α: decay as a proximal step."""

    weight_decay: float
    needs_x = True

    def __post_init__(self):
        require_at_least(0, weight_decay=self.weight_decay)

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        u += workspace.x
        u /= 1 + workspace.learning_rate * self.weight_decay
        u -= workspace.x


def adan(
    learning_rate: Rate = 1e-3,
    beta1: float = 0.98,
    beta2: float = 0.92,
    beta3: float = 0.99,
    epsilon: float = 1e-8,
    weight_decay: float = 0.0,
    where: Any = None,
    variant: str = "optax",
) -> Transform:
    """Adan, with the difference d of this gradient and the one before, 0 at first.

        m ← β₁ m + (1 - β₁) g,    v ← β₂ v + (1 - β₂) d,    n ← β₃ n + (1 - β₃)(g + (1 - β₂) d)²
        optax   x⁺ = x - α (u + λ x),                u = (m̂ + (1 - β₂) v̂) / (√(n̂ + ε) + ε)
        paper   x⁺ = (x - α u) / (1 + α λ),          u = (m̂ + (1 - β₂) v̂) / (√n̂ + ε)

    where m̂ = m / (1 - β₁ᵗ) and so on. The paper's factor of v̂ is β₂ where its β are our 1 - β.

    weight_decay  λ
    where         which leaves decay, as `masked` takes it; None for all; for the variant optax

    Source: Xie, Zhou, Li, Lin and Yan 2022 (arXiv:2208.06677), algorithm 1, with the correction of biases of its code.

    >>> opt = adan(0.5)
    >>> opt.step(np.array([3.0, -0.1]), opt.init(np.zeros(2)), np.zeros(2))[0].round(5)
    array([-0.5,  0.5])
    """
    require_variant(variant, ("optax", "paper"))
    rate = ScaleByLearningRate(learning_rate)
    if variant == "paper":
        if where is not None:
            raise ValueError("the paper's decay is of all parameters; leave `where` out, or take the variant 'optax'")
        form = ScaleByAdan(beta1, beta2, beta3, epsilon)
        return chain(form, rate, *[ProximalDecay(weight_decay)] * bool(weight_decay), name="adan")
    decay = [AddDecayedWeights(weight_decay, where)] if weight_decay else []
    return chain(ScaleByAdan(beta1, beta2, beta3, epsilon, epsilon), *decay, rate, name="adan")
