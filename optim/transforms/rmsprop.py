"""RMSProp: each coordinate's gradient over the root mean square of its recent ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arguments import require_fraction, require_positive, require_variant
from .chain import chain
from .moments import average_into, average_squares_into
from .momentum import Trace
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByRms", "rmsprop"]

VARIANTS = ("torch", "optax")


@dataclass(frozen=True)
class ScaleByRms(Transform):
    """u ← g / (√s + ε), or g / √(s + ε) with `epsilon_in_root`; see `rmsprop`.

    centered         subtracts the square of the mean gradient from s
    bias_correction  divides the means by 1 - γᵗ
    """

    decay: float = 0.9
    epsilon: float = 1e-8
    centered: bool = False
    epsilon_in_root: bool = False
    bias_correction: bool = False

    def __post_init__(self):
        require_fraction(decay=self.decay)
        require_positive(epsilon=self.epsilon)

    def start(self, workspace: Workspace):
        means = {"m": workspace.zeros()} if self.centered else {}
        return means | {"s": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        s, root, scratch = state["s"], workspace.scratch(0), workspace.scratch(1)
        state["t"] = t = state["t"] + 1
        correction = 1 - self.decay**t if self.bias_correction else 1.0
        average_squares_into(s, u, self.decay, scratch)
        np.divide(s, correction, root)
        if self.centered:
            m = state["m"]
            average_into(m, u, self.decay, scratch)
            np.divide(m, correction, scratch)
            root -= np.multiply(scratch, scratch, scratch)
        if self.epsilon_in_root:
            root += self.epsilon
            np.sqrt(root, root)
        else:
            np.sqrt(root, root)
            root += self.epsilon
        u /= root


def rmsprop(
    learning_rate: Rate = 1e-2,
    decay: float | None = None,
    epsilon: float = 1e-8,
    momentum: float = 0.0,
    centered: bool = False,
    variant: str = "torch",
) -> Transform:
    """RMSProp.

        s ← γ s + (1 - γ) g ⊙ g
        torch   x⁺ = x - α v,    v ← μ v + g / (√s + ε)        γ = 0.99
        optax   x⁺ = x - v,      v ← μ v + α g / √(s + ε)      γ = 0.9

    decay     γ; None for the default of the variant
    momentum  μ
    centered  whether to use the variance s - m ⊙ m, with m ← γ m + (1 - γ) g, instead of s

    Source: Tieleman and Hinton 2012, lecture 6e; centered: Graves 2013 (arXiv:1308.0850), equations 38 to 41; Liquet,
    Moka and Nazarathy 2024, section 4.3.

    >>> import optim
    >>> opt = optim.rmsprop(0.1, decay=0.75)
    >>> opt.step(np.array([3.0, -5.0]), opt.init(np.zeros(2)), np.zeros(2))[0].round(6)
    array([-0.2,  0.2])
    """
    require_variant(variant, VARIANTS)
    of_optax = variant == "optax"
    decay = (0.9 if of_optax else 0.99) if decay is None else decay
    scaled = ScaleByRms(decay, epsilon, centered, epsilon_in_root=of_optax)
    rate = ScaleByLearningRate(learning_rate)
    trace = [Trace(momentum)] if momentum else []
    # optax keeps α inside the momentum, which differs where the rate changes
    return chain(scaled, rate, *trace, name="rmsprop") if of_optax else chain(scaled, *trace, rate, name="rmsprop")
