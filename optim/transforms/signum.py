"""Sign descent: every coordinate moves by the learning rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .chain import chain
from .momentum import AveragedGradient
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["Sign", "sign_sgd", "signum"]


@dataclass(frozen=True)
class Sign(Transform):
    """u ← sign(u)."""

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        np.sign(u, u)


def sign_sgd(learning_rate: Rate = 1e-3) -> Transform:
    """Sign descent.

        x⁺ = x - α sign(g)

    Source: Bernstein, Wang, Azizzadenesheli and Anandkumar 2018 (arXiv:1802.04434), algorithm 1.

    >>> opt = sign_sgd(0.5)
    >>> opt.step(np.array([3.0, -0.1]), opt.init(np.zeros(2)), np.zeros(2))[0]
    array([-0.5,  0.5])
    """
    return chain(Sign(), ScaleByLearningRate(learning_rate), name="sign_sgd")


def signum(learning_rate: Rate = 1e-3, beta: float = 0.9) -> Transform:
    """Sign descent with momentum.

        v ← β v + (1 - β) g,    x⁺ = x - α sign(v)

    Source: Bernstein, Wang, Azizzadenesheli and Anandkumar 2018 (arXiv:1802.04434), algorithm 2.

    >>> opt = signum(0.5)
    >>> opt.step(np.array([3.0, -0.1]), opt.init(np.zeros(2)), np.zeros(2))[0]
    array([-0.5,  0.5])
    """
    return chain(AveragedGradient(beta), Sign(), ScaleByLearningRate(learning_rate), name="signum")
