"""Layer-wise rates: each leaf's step in proportion to the leaf. LARS and LAMB."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .adam import ScaleByAdam
from .arguments import require_at_least, require_positive, require_variant
from .chain import chain
from .decay import AddDecayedWeights
from .momentum import Trace
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByTrustRatio", "lamb", "lars"]


@dataclass(frozen=True)
class ScaleByTrustRatio(Transform):
    """u ← η ‖x‖ / (‖u‖ + ε) u for each leaf; u where either norm is 0.

    coefficient   η
    weight_decay  λ of the paper on LARS: u ← η ‖x‖ / (‖u‖ + λ ‖x‖ + ε) (u + λ x)
    """

    coefficient: float = 1.0
    epsilon: float = 0.0
    weight_decay: float = 0.0
    needs_x = True

    def __post_init__(self):
        require_positive(coefficient=self.coefficient)
        require_at_least(0, epsilon=self.epsilon, weight_decay=self.weight_decay)

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        x, decay = workspace.x, self.weight_decay
        for place in workspace.layout.slices:
            leaf, change = x[place], u[place]
            norm, size = math.sqrt(leaf.dot(leaf)), math.sqrt(change.dot(change))
            ratio = self.coefficient * norm / (size + decay * norm + self.epsilon) if norm and size else 1.0
            if decay:
                change += np.multiply(leaf, decay, workspace.scratch()[place])
            change *= ratio


def lars(
    learning_rate: Rate = 1e-1,
    momentum: float = 0.9,
    weight_decay: float = 0.0,
    trust_coefficient: float = 1e-3,
    epsilon: float = 0.0,
    nesterov: bool = False,
    where: Any = None,
    variant: str = "optax",
) -> Transform:
    """LARS, for each leaf:

        optax   u = g + λ x,    v ← μ v + α η ‖x‖ / (‖u‖ + ε) u,                    x⁺ = x - v
        paper   u = g + λ x,    v ← μ v + α η ‖x‖ / (‖g‖ + λ ‖x‖ + ε) u,            x⁺ = x - v

    The ratio is 1 where x or u is 0. The rate α stays in v, which matters where it changes.

    momentum, weight_decay, trust_coefficient   μ, λ, η
    nesterov  whether to look ahead:  x⁺ = x - (μ v + α ...)
    where     which leaves decay, as `masked` takes it; None for all; for the variant optax

    Source: You, Gitman and Ginsburg 2017 (arXiv:1708.03888), algorithm 1.

    >>> opt = lars(1.0, trust_coefficient=0.5)
    >>> params = np.array([3.0, 4.0])
    >>> opt.step(np.array([1.0, 0.0]), opt.init(params), params)[0]
    array([0.5, 4. ])
    """
    require_variant(variant, ("optax", "paper"))
    rest = [ScaleByLearningRate(learning_rate), Trace(momentum, nesterov=nesterov)]
    if variant == "paper":
        if where is not None:
            raise ValueError("the paper's decay is part of the ratio; leave `where` out, or take the variant 'optax'")
        return chain(ScaleByTrustRatio(trust_coefficient, epsilon, weight_decay), *rest, name="lars")
    decay = [AddDecayedWeights(weight_decay, where)] if weight_decay else []
    return chain(*decay, ScaleByTrustRatio(trust_coefficient, epsilon), *rest, name="lars")


def lamb(
    learning_rate: Rate = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-6,
    weight_decay: float = 0.0,
    where: Any = None,
) -> Transform:
    """LAMB, for each leaf:

        u = v̂ / (√ŝ + ε) + λ x,    x⁺ = x - α ‖x‖ / ‖u‖ u

    with v̂, ŝ as in `adam`; the ratio is 1 where x or u is 0.

    weight_decay  λ
    where         which leaves decay, as `masked` takes it; None for all

    Source: You et al. 2019 (arXiv:1904.00962), algorithm 2 with φ(z) = z.

    >>> opt = lamb(0.1)
    >>> params = np.array([3.0, 4.0])  # its norm is 5, so the step has the length 0.5
    >>> opt.step(np.array([1.0, 0.0]), opt.init(params), params)[0]
    array([2.5, 4. ])
    """
    decay = [AddDecayedWeights(weight_decay, where)] if weight_decay else []
    rate = ScaleByLearningRate(learning_rate)
    return chain(ScaleByAdam(beta1, beta2, epsilon), *decay, ScaleByTrustRatio(), rate, name="lamb")
