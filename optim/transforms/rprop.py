"""Rprop: steps of a size of their own for every coordinate, led by signs alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arguments import require_positive, require_variant
from .transform import Transform, Workspace

__all__ = ["Rprop", "rprop"]

VARIANTS = ("torch", "optax")


@dataclass(frozen=True)
class Rprop(Transform):
    """u ← -Δ ⊙ sign(g); see `rprop`."""

    learning_rate: float = 1e-2
    shrink: float = 0.5
    grow: float = 1.2
    smallest: float = 1e-6
    largest: float = 50.0
    variant: str = "torch"
    name = "rprop"

    def __post_init__(self):
        require_positive(learning_rate=self.learning_rate, smallest=self.smallest, largest=self.largest)
        require_variant(self.variant, VARIANTS)
        if not 0 < self.shrink < 1 < self.grow:
            raise ValueError(f"need 0 < shrink < 1 < grow, but shrink = {self.shrink!r} and grow = {self.grow!r}")

    def start(self, workspace: Workspace):
        sizes = workspace.zeros()
        sizes += self.learning_rate
        workspace.learning_rate = self.learning_rate
        return {"sizes": sizes, "before": workspace.zeros()}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        sizes, before = state["sizes"], state["before"]
        turned, factor = workspace.scratch(0), workspace.scratch(1)
        np.sign(u, u)
        np.multiply(u, np.sign(before, factor), turned)  # τ: 1 where the sign is kept, -1 where it turned, else 0
        # the parabola through (-1, shrink), (0, 1), (1, grow)
        np.multiply(turned, (self.grow + self.shrink) / 2 - 1, factor)
        factor += (self.grow - self.shrink) / 2
        factor *= turned
        factor += 1
        sizes *= factor
        np.clip(sizes, self.smallest, self.largest, out=sizes)
        stays = np.minimum(turned, 0, out=turned)
        stays += 1  # 0 where the sign turned: no step there, and the next one counts as a first
        u *= stays
        u *= sizes
        if self.variant == "optax":
            np.copyto(factor, before)
            np.copyto(before, u)
            np.multiply(factor, stays, u)
        else:
            np.copyto(before, u)
        np.negative(u, u)


def rprop(
    learning_rate: float = 1e-2,
    shrink: float = 0.5,
    grow: float = 1.2,
    smallest: float = 1e-6,
    largest: float = 50.0,
    variant: str = "torch",
) -> Transform:
    """Resilient backpropagation, for gradients without noise.

        Δ ← 1.2 Δ where g keeps its sign, Δ / 2 where it turns, within [smallest, largest];    x⁺ = x - Δ ⊙ sign(g)

    Where the sign turned, no step is made and the next size is left as it is.

    learning_rate   Δ at first
    shrink, grow    the two factors
    variant         "optax" makes each of these steps one iteration later, as optax does

    Source: Riedmiller and Braun 1993; without their taking back of the last step, as PyTorch has it.

    >>> import optim
    >>> optim.minimize(lambda x: x**2, 1.0, "rprop", learning_rate=0.5, max_iter=2).history.fun
    array([1.  , 0.25, 0.01])
    """
    return Rprop(learning_rate, shrink, grow, smallest, largest, variant)
