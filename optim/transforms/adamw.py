"""ADAM with decoupled weight decay."""

from __future__ import annotations

from typing import Any

from .adam import ScaleByAdam
from .chain import chain
from .decay import AddDecayedWeights
from .scale import Rate, ScaleByLearningRate
from .transform import Transform

__all__ = ["adamw"]


def adamw(
    learning_rate: Rate = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    weight_decay: float = 1e-2,
    where: Any = None,
) -> Transform:
    """ADAM with decoupled weight decay.

        x⁺ = x - α (v̂ / (√ŝ + ε) + λ x),    v̂, ŝ as in `adam`

    weight_decay  λ. The default is that of PyTorch; that of optax is 1e-4
    where         which leaves decay, as `masked` takes it, such as "*weight"; None for all

    Source: Loshchilov and Hutter 2017 (arXiv:1711.05101), algorithm 2, where the schedule multiplies both terms.

    >>> import numpy as np
    >>> opt = adamw(0.1, weight_decay=0.5)
    >>> params = np.array([1.0, -2.0])
    >>> opt.step(params, opt.init(params), params)[0].round(6)
    array([ 0.85, -1.8 ])
    """
    decay = [AddDecayedWeights(weight_decay, where)] if weight_decay else []
    return chain(ScaleByAdam(beta1, beta2, epsilon), *decay, ScaleByLearningRate(learning_rate), name="adamw")
