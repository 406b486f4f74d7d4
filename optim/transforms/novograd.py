"""NovoGrad: one second moment for each layer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arguments import require_at_least, require_fraction, require_positive
from .chain import chain
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByNovograd", "novograd"]


@dataclass(frozen=True)
class ScaleByNovograd(Transform):
    """u ← v, the trace of g / (√s + ε) + λ x with one s for each leaf; see `novograd`."""

    beta1: float = 0.9
    beta2: float = 0.25
    epsilon: float = 1e-6
    weight_decay: float = 0.0

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)
        require_at_least(0, weight_decay=self.weight_decay)

    @property
    def needs_x(self) -> bool:  # type: ignore[override]
        return self.weight_decay > 0

    def start(self, workspace: Workspace):
        return {"v": workspace.zeros(), "s": [0.0] * len(workspace.layout.slices), "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v, s = state["v"], state["s"]
        state["t"] = t = state["t"] + 1
        for k, place in enumerate(workspace.layout.slices):
            g = u[place]
            square = float(g.dot(g))
            s[k] = square if t == 1 else self.beta2 * s[k] + (1 - self.beta2) * square
            g /= math.sqrt(s[k]) + self.epsilon
        if self.weight_decay:
            u += np.multiply(workspace.x, self.weight_decay, workspace.scratch())
        v *= self.beta1
        v += u
        np.copyto(u, v)


def novograd(
    learning_rate: Rate = 1e-2,
    beta1: float = 0.9,
    beta2: float = 0.25,
    epsilon: float = 1e-6,
    weight_decay: float = 0.0,
) -> Transform:
    """NovoGrad, for each leaf:

        s ← β₂ s + (1 - β₂) ‖g‖² (s = ‖g‖² at first),    v ← β₁ v + g / (√s + ε) + λ x,    x⁺ = x - α v

    weight_decay  λ

    Source: Ginsburg et al. 2019 (arXiv:1905.11286), algorithm 1; the defaults are those of optax.

    >>> opt = novograd(0.5)
    >>> opt.step(np.array([3.0, -4.0]), opt.init(np.zeros(2)), np.zeros(2))[0].round(6)
    array([-0.3, 0.4])
    """
    form = ScaleByNovograd(beta1, beta2, epsilon, weight_decay)
    return chain(form, ScaleByLearningRate(learning_rate), name="novograd")
