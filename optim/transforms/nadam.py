"""NAdam: ADAM with Nesterov's look ahead."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arguments import require_at_least, require_fraction, require_positive, require_variant
from .chain import chain
from .moments import average_into, average_squares_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByNadam", "nadam"]

VARIANTS = ("torch", "optax")


@dataclass(frozen=True)
class ScaleByNadam(Transform):
    """u ← (a v + b g) / (√ŝ + ε) with a, b as in `nadam`."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    momentum_decay: float = 4e-3
    variant: str = "torch"

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)
        require_at_least(0, momentum_decay=self.momentum_decay)
        require_variant(self.variant, VARIANTS)

    def start(self, workspace: Workspace):
        return {"v": workspace.zeros(), "s": workspace.zeros(), "t": 0, "product": 1.0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v, s, scratch = state["v"], state["s"], workspace.scratch()
        state["t"] = t = state["t"] + 1
        average_into(v, u, self.beta1, scratch)
        average_squares_into(s, u, self.beta2, scratch)
        of_v, of_g = self._weights(state, t)
        u *= of_g
        u += np.multiply(v, of_v, scratch)
        np.sqrt(s, scratch)
        scratch /= math.sqrt(1 - self.beta2**t)
        scratch += self.epsilon
        u /= scratch

    def _weights(self, state, t):
        if self.variant == "optax":
            return self.beta1 / (1 - self.beta1 ** (t + 1)), (1 - self.beta1) / (1 - self.beta1**t)
        mu, mu_next = self._mu(t), self._mu(t + 1)
        state["product"] = product = state["product"] * mu
        return mu_next / (1 - product * mu_next), (1 - mu) / (1 - product)

    def _mu(self, t):
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))


def nadam(
    learning_rate: Rate = 2e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    momentum_decay: float = 4e-3,
    variant: str = "torch",
) -> Transform:
    """NAdam.

        v ← β₁ v + (1 - β₁) g,    s ← β₂ s + (1 - β₂) g ⊙ g,    x⁺ = x - α (a v + b g) / (√ŝ + ε)
        torch   μ_t = β₁ (1 - 0.96^(ψ t) / 2),   a = μ_{t+1} / (1 - μ₁ ⋯ μ_{t+1}),   b = (1 - μ_t) / (1 - μ₁ ⋯ μ_t)
        optax   a = β₁ / (1 - β₁^(t+1)),   b = (1 - β₁) / (1 - β₁ᵗ)

    momentum_decay  ψ, for the variant torch

    Source: Dozat 2016, "Incorporating Nesterov Momentum into Adam"; optax's form leaves the schedule of μ out, and both
    leave out the factor β₂ of s that the paper's algorithm 2 has.

    >>> opt = nadam(0.5, variant="optax")
    >>> opt.step(np.array([3.0, -5.0]), opt.init(np.zeros(2)), np.zeros(2))[0].round(6)
    array([-0.736842,  0.736842])
    """
    form = ScaleByNadam(beta1, beta2, epsilon, momentum_decay, variant)
    return chain(form, ScaleByLearningRate(learning_rate), name="nadam")
