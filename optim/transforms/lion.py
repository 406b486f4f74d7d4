"""Lion: the sign of momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_fraction
from .chain import chain
from .decay import AddDecayedWeights
from .moments import average_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByLion", "lion"]


@dataclass(frozen=True)
class ScaleByLion(Transform):
    """u ← sign(β₁ v + (1 - β₁) g); see `lion`."""

    beta1: float = 0.9
    beta2: float = 0.99

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)

    def start(self, workspace: Workspace):
        return {"v": workspace.zeros()}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v, direction, scratch = state["v"], workspace.scratch(0), workspace.scratch(1)
        np.multiply(u, 1 - self.beta1, direction)
        direction += np.multiply(v, self.beta1, scratch)  # of the v before this gradient
        average_into(v, u, self.beta2, scratch)
        np.sign(direction, u)


def lion(
    learning_rate: Rate = 1e-4,
    beta1: float = 0.9,
    beta2: float = 0.99,
    weight_decay: float = 0.0,
    where: Any = None,
) -> Transform:
    """Lion.

        x⁺ = x - α (sign(β₁ v + (1 - β₁) g) + λ x),    then v ← β₂ v + (1 - β₂) g

    weight_decay  λ. optax has 1e-3
    where         which leaves decay, as `masked` takes it; None for all

    Source: Chen et al. 2023 (arXiv:2302.06675), program 1.

    >>> opt = lion(0.5)
    >>> opt.step(np.array([3.0, -0.1]), opt.init(np.zeros(2)), np.zeros(2))[0]
    array([-0.5,  0.5])
    """
    decay = [AddDecayedWeights(weight_decay, where)] if weight_decay else []
    return chain(ScaleByLion(beta1, beta2), *decay, ScaleByLearningRate(learning_rate), name="lion")
