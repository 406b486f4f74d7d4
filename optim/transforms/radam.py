"""RAdam: ADAM that waits until its second moment can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arguments import require_fraction, require_positive, require_variant
from .chain import chain
from .moments import average_into, average_squares_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByRadam", "radam"]

VARIANTS = ("torch", "optax")


@dataclass(frozen=True)
class ScaleByRadam(Transform):
    """u ← r v̂ / (√ŝ + ε), or v̂ as long as the variance of 1/√ŝ is not tractable; see `radam`."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    threshold: float = 5.0
    variant: str = "torch"

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)
        require_variant(self.variant, VARIANTS)
        if self.threshold < 4:
            raise ValueError(f"r is defined for ρ > 4 only, so threshold must be at least 4, not {self.threshold!r}")

    def start(self, workspace: Workspace):
        return {"v": workspace.zeros(), "s": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v, s, scratch = state["v"], state["s"], workspace.scratch()
        state["t"] = t = state["t"] + 1
        average_into(v, u, self.beta1, scratch)
        average_squares_into(s, u, self.beta2, scratch)
        correction1, correction2 = 1 - self.beta1**t, 1 - self.beta2**t
        rho_inf = 2 / (1 - self.beta2) - 1
        rho = rho_inf - 2 * t * self.beta2**t / correction2
        of_optax = self.variant == "optax"
        if not (rho >= self.threshold if of_optax else rho > self.threshold):
            np.divide(v, correction1, u)
            return
        r = math.sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho))
        np.sqrt(s, scratch)
        if of_optax:
            scratch /= math.sqrt(correction2)
            scratch += self.epsilon
        else:  # PyTorch corrects √s + ε, not √s
            scratch += self.epsilon
            scratch /= math.sqrt(correction2)
        np.divide(v, scratch, u)
        u *= r / correction1


def radam(
    learning_rate: Rate = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    threshold: float = 5.0,
    variant: str = "torch",
) -> Transform:
    """RAdam.

        ρ∞ = 2 / (1 - β₂) - 1,    ρ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ)
        ρ ≤ 5   x⁺ = x - α v̂
        ρ > 5   x⁺ = x - α r v̂ / (√ŝ + ε),    r² = (ρ - 4)(ρ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρ)

    with v̂, ŝ as in `adam`. The variant torch divides by (√s + ε) / √(1 - β₂ᵗ); the variant optax adapts from ρ ≥ 5 on.

    threshold  5; the paper has 4

    Source: Liu et al. 2019 (arXiv:1908.03265), algorithm 2.

    >>> opt = radam(0.5)
    >>> opt.step(np.array([3.0]), opt.init(np.zeros(1)), np.zeros(1))[0].round(6)  # as gradient descent, at first
    array([-1.5])
    """
    form = ScaleByRadam(beta1, beta2, epsilon, threshold, variant)
    return chain(form, ScaleByLearningRate(learning_rate), name="radam")
