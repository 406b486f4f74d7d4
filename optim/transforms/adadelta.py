"""AdaDelta: steps in the units of the parameters, without a learning rate to choose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arguments import require_fraction, require_positive
from .chain import chain
from .moments import average_squares_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByAdadelta", "adadelta"]


@dataclass(frozen=True)
class ScaleByAdadelta(Transform):
    """u ← √((d + ε) / (s + ε)) g; see `adadelta`."""

    decay: float = 0.9
    epsilon: float = 1e-6

    def __post_init__(self):
        require_fraction(decay=self.decay)
        require_positive(epsilon=self.epsilon)

    def start(self, workspace: Workspace):
        return {"s": workspace.zeros(), "d": workspace.zeros()}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        s, d, scratch = state["s"], state["d"], workspace.scratch()
        average_squares_into(s, u, self.decay, scratch)
        u /= np.sqrt(np.add(s, self.epsilon, scratch), scratch)
        u *= np.sqrt(np.add(d, self.epsilon, scratch), scratch)
        average_squares_into(d, u, self.decay, scratch)


def adadelta(learning_rate: Rate = 1.0, decay: float = 0.9, epsilon: float = 1e-6) -> Transform:
    """AdaDelta.

        s ← ρ s + (1 - ρ) g ⊙ g
        Δ = √(d + ε) / √(s + ε) ⊙ g,    d ← ρ d + (1 - ρ) Δ ⊙ Δ,    x⁺ = x - α Δ

    decay  ρ

    The mean d is of Δ, before the learning rate, as in PyTorch and optax.

    Source: Zeiler 2012 (arXiv:1212.5701), algorithm 1, where α = 1; Liquet, Moka and Nazarathy 2024, section 4.4.

    >>> opt = adadelta(epsilon=0.01, decay=0.0)
    >>> opt.step(np.array([0.3]), opt.init(np.zeros(1)), np.zeros(1))[0].round(6)
    array([-0.094868])
    """
    return chain(ScaleByAdadelta(decay, epsilon), ScaleByLearningRate(learning_rate), name="adadelta")
