"""Sophia: momentum over curvature, clipped."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .arguments import require_at_least, require_fraction, require_positive, require_variant
from .chain import chain
from .decay import AddDecayedWeights
from .hessian_diagonal import ESTIMATES, estimate_diagonal
from .moments import average_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleBySophia", "sophia"]

VARIANTS = ("optax", "paper")


@dataclass(frozen=True)
class ScaleBySophia(Transform):
    """u ← clip(m̂ / max(γ h, ε), ±c); see `sophia`."""

    beta1: float = 0.965
    beta2: float = 0.99
    epsilon: float = 1e-8
    gamma: float = 0.01
    clip: float = 1.0
    every: int = 10
    estimate: str = "hutchinson"
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0), repr=False)
    variant: str = "optax"

    needs_loss = True

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon, gamma=self.gamma, clip=self.clip)
        require_at_least(1, every=self.every)
        require_variant(self.variant, VARIANTS)
        require_variant(self.estimate, ESTIMATES)

    def start(self, workspace: Workspace):
        return {"m": workspace.zeros(), "h": workspace.zeros(), "t": 0, "rng": copy.deepcopy(self.rng)}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        m, t, scratch = state["m"], state["t"], workspace.scratch()
        state["t"] = t + 1
        average_into(m, u, self.beta1, scratch)
        if self.variant == "paper":
            self._refresh(state, t, workspace)
        np.multiply(state["h"], self.gamma, scratch)
        np.maximum(scratch, self.epsilon, out=scratch)
        np.divide(m, scratch, u)
        if self.variant == "optax":
            u /= 1 - self.beta1 ** (t + 1)
            self._refresh(state, t, workspace)
        np.clip(u, -self.clip, self.clip, out=u)

    def _refresh(self, state, t, workspace):
        if t % self.every == 0:
            diagonal = estimate_diagonal(workspace.loss, workspace.x.copy(), state["rng"], self.estimate)
            average_into(state["h"], diagonal, self.beta2, workspace.scratch())


def sophia(
    learning_rate: Rate = 1e-3,
    beta1: float = 0.965,
    beta2: float = 0.99,
    epsilon: float = 1e-8,
    gamma: float = 0.01,
    clip: float = 1.0,
    weight_decay: float = 1e-4,
    every: int = 10,
    estimate: str = "hutchinson",
    rng: np.random.Generator | None = None,
    where: Any = None,
    variant: str = "optax",
) -> Transform:
    """Sophia-H.

        m ← β₁ m + (1 - β₁) g;    in every k-th step  h ← β₂ h + (1 - β₂) ĥ,  where ĥ estimates diag ∇²f(x)
        x⁺ = x - α (clip(m / max(γ h, ε), ±c) + λ x)

    The variant optax steps with m̂ = m / (1 - β₁ᵗ) and the h of before; in the paper h comes first, and m is not
    corrected.

    `step` must be given the loss, as a function of the parameters.

    weight_decay  λ
    every         k
    estimate      "hutchinson": z ⊙ ∇²f(x) z with random signs z; "exact": the diagonal, by n Hessian-vector products
    rng           where z comes from; None for default_rng(0). Each run has its own copy
    where         which leaves decay, as `masked` takes it; None for all

    Source: Liu, Li, Hall, Liang and Ma 2023 (arXiv:2305.14342), algorithms 1 and 3.

    >>> opt = sophia(0.1, beta1=0.0, beta2=0.0, gamma=1.0, weight_decay=0.0, variant="paper")
    >>> params = np.array([1.0, -0.5])
    >>> def loss(x):  # gradient (1, -8), curvature (4, 4)
    ...     return 2 * x[0] ** 2 - 3 * x[0] + 2 * x[1] ** 2 - 6 * x[1]
    >>> opt.step(np.array([1.0, -8.0]), opt.init(params), params, loss=loss)[0]
    array([ 0.975, -0.4  ])
    """
    decay = [AddDecayedWeights(weight_decay, where)] if weight_decay else []
    rng = np.random.default_rng(0) if rng is None else rng
    form = ScaleBySophia(beta1, beta2, epsilon, gamma, clip, every, estimate, rng, variant)
    return chain(form, *decay, ScaleByLearningRate(learning_rate), name="sophia")
