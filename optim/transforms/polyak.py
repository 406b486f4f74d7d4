"""Polyak's step size: as long as the gap to the minimum tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least, require_variant
from .scale import Rate
from .transform import Transform, Workspace

__all__ = ["PolyakStep", "polyak_sgd"]

VARIANTS = ("sps", "sps+")


@dataclass(frozen=True)
class PolyakStep(Transform):
    """u ← -α min((f(x) - f*) / ‖g‖², γ) g; see `polyak_sgd`."""

    minimum: float = 0.0
    largest: float = 1.0
    scaling: Rate = 1.0
    epsilon: float = 0.0
    variant: str = "sps"
    name = "polyak_sgd"
    needs_value = True

    def __post_init__(self):
        require_at_least(0, epsilon=self.epsilon)
        require_variant(self.variant, VARIANTS)

    def start(self, workspace: Workspace):
        return {"t": 0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        scaling = self.scaling(state["t"]) if callable(self.scaling) else self.scaling
        state["t"] += 1
        u *= scaling  # as optax has it, the scaling counts in ‖g‖ too
        gap = workspace.value - self.minimum
        if self.variant == "sps+":
            gap = max(gap, 0.0)
        square = float(u.dot(u)) + self.epsilon
        rate = 0.0 if square <= np.finfo(np.float64).eps else min(gap / square, self.largest)
        workspace.learning_rate = rate * scaling
        u *= -rate


def polyak_sgd(
    minimum: float = 0.0, largest: float = 1.0, scaling: Rate = 1.0, epsilon: float = 0.0, variant: str = "sps"
) -> Transform:
    """Gradient descent with Polyak's step size.

        x⁺ = x - min((f(x) - f*) / (‖g‖² + ε), γ) g,    where g is s ∇f(x)

    `step` must be given the value f(x), or the loss.

    minimum   f*, or a lower bound
    largest   γ
    scaling   s, a number or a schedule
    variant   "sps+" takes a negative f(x) - f* for 0

    Source: Polyak 1987; Loizou et al. 2020 (arXiv:2002.10542), equation 3.

    >>> opt = polyak_sgd()
    >>> params = np.array([2.0])
    >>> opt.step(2 * params, opt.init(params), params, value=4.0)[0]
    array([1.])
    """
    return PolyakStep(minimum, largest, scaling, epsilon, variant)
