"""ADOPT: ADAM that converges with any β₂, by scaling with the second moment of the gradients before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arguments import require_fraction, require_positive
from .chain import chain
from .moments import average_into, average_squares_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByAdopt", "adopt"]


@dataclass(frozen=True)
class ScaleByAdopt(Transform):
    """u ← m, the mean of clipped g / max(√s, ε) with the s before g; see `adopt`."""

    beta1: float = 0.9
    beta2: float = 0.9999
    epsilon: float = 1e-6
    clipping: bool = True

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)

    def start(self, workspace: Workspace):
        return {"m": workspace.zeros(), "s": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        m, s, scratch = state["m"], state["s"], workspace.scratch()
        t = state["t"]
        state["t"] = t + 1
        if t == 0:  # the first gradient only starts the second moment
            np.multiply(u, u, s)
            u[:] = 0
            return
        scaled = workspace.scratch(1)
        np.sqrt(s, scaled)
        np.maximum(scaled, self.epsilon, out=scaled)
        np.divide(u, scaled, scaled)
        if self.clipping:
            np.clip(scaled, -(t**0.25), t**0.25, out=scaled)
        average_squares_into(s, u, self.beta2, scratch)
        average_into(m, scaled, self.beta1, scratch)
        np.copyto(u, m)


def adopt(
    learning_rate: Rate = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.9999,
    epsilon: float = 1e-6,
    clipping: bool = True,
) -> Transform:
    """ADOPT, for t = 0, 1, ...

        t = 0   s = g ⊙ g, and no step
        t > 0   m ← β₁ m + (1 - β₁) clip(g / max(√s, ε), ±t^¼),    x⁺ = x - α m,    then s ← β₂ s + (1 - β₂) g ⊙ g

    clipping  whether to clip, which the first version of the paper did not

    Source: Taniguchi et al. 2024 (arXiv:2411.02853), algorithm 2.

    >>> opt = adopt(0.5, beta1=0.0)
    >>> params = np.zeros(1)
    >>> params, state = opt.step(np.array([3.0]), opt.init(params), params)
    >>> params, opt.step(np.array([1.5]), state, params)[0]
    (array([0.]), array([-0.25]))
    """
    form = ScaleByAdopt(beta1, beta2, epsilon, clipping)
    return chain(form, ScaleByLearningRate(learning_rate), name="adopt")
