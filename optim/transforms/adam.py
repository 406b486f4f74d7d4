"""ADAM: steps of the size of the learning rate in every coordinate, however steep or flat."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .chain import chain
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByAdam", "adam"]


@dataclass(frozen=True)
class ScaleByAdam(Transform):
    """u ← v̂ / (√ŝ + ε); see `adam`."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self):
        for name in ("beta1", "beta2"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 0 and less than 1, but it is {getattr(self, name)!r}")

    def start(self, workspace: Workspace):
        return {"v": workspace.zeros(), "s": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v, s, scratch = state["v"], state["s"], workspace.scratch()
        state["t"] = t = state["t"] + 1
        v *= self.beta1
        v += np.multiply(u, 1 - self.beta1, scratch)
        s *= self.beta2
        np.multiply(u, u, scratch)
        s += np.multiply(scratch, 1 - self.beta2, scratch)
        np.sqrt(s, scratch)
        scratch /= math.sqrt(1 - self.beta2**t)  # √ŝ
        scratch += self.epsilon
        np.divide(v, scratch, u)
        u /= 1 - self.beta1**t  # v̂ for v


def adam(learning_rate: Rate = 1e-3, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> Transform:
    """ADAM.

        v ← β₁ v + (1 - β₁) g,            v̂ = v / (1 - β₁ᵗ)
        s ← β₂ s + (1 - β₂) g ⊙ g,        ŝ = s / (1 - β₂ᵗ)        t = 1, 2, ...
        x⁺ = x - α v̂ / (√ŝ + ε)

    Source: Kingma and Ba 2014 (arXiv:1412.6980), algorithm 1; Liquet, Moka and Nazarathy 2024, algorithm 4.2, where
    β₁, β₂ are β, γ.

    >>> opt = adam(0.1)
    >>> params = np.array([1.0, -2.0])
    >>> params, state = opt.step(params, opt.init(params), params)
    >>> params.round(6), state
    (array([ 0.9, -1.9]), OptimizerState(count=1, learning_rate=0.1, 2 parameters of float64))
    """
    return chain(ScaleByAdam(beta1, beta2, epsilon), ScaleByLearningRate(learning_rate), name="adam")
