"""A learning rate that falls where the loss does not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least, require_variant
from .transform import Transform, Workspace

__all__ = ["ReduceOnPlateau", "reduce_on_plateau"]

VARIANTS = ("torch", "optax")


@dataclass(frozen=True)
class ReduceOnPlateau(Transform):
    """u ← c u, with a c that falls; see `reduce_on_plateau`."""

    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    cooldown: int = 0
    every: int = 1
    smallest: float = 0.0
    variant: str = "torch"
    name = "reduce_on_plateau"
    needs_value = True

    def __post_init__(self):
        if not 0 < self.factor < 1:
            raise ValueError(f"factor must be between 0 and 1, but it is {self.factor!r}")
        require_at_least(0, patience=self.patience, threshold=self.threshold, cooldown=self.cooldown)
        require_at_least(0, smallest=self.smallest)
        require_at_least(1, every=self.every)
        require_variant(self.variant, VARIANTS)

    def start(self, workspace: Workspace):
        return {"scale": 1.0, "best": math.inf, "bad": 0, "cooling": 0, "sum": 0.0, "count": 0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        state["sum"] += workspace.value
        state["count"] += 1
        if state["count"] == self.every:
            self._judge(state, state["sum"] / self.every)
            state["sum"], state["count"] = 0.0, 0
        u *= state["scale"]
        workspace.learning_rate *= state["scale"]

    def _judge(self, state, value):
        bad = 0 if value < (1 - self.threshold) * state["best"] else state["bad"] + 1
        state["best"] = min(state["best"], value) if not bad else state["best"]
        if state["cooling"]:
            state["cooling"] -= 1
            bad = 0
        limit = self.patience + (1 if self.variant == "torch" else 0)
        if bad >= limit > 0 or (bad and not limit):
            state["scale"] = max(state["scale"] * self.factor, self.smallest)
            state["cooling"], bad = self.cooldown, 0
        state["bad"] = bad


def reduce_on_plateau(
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    cooldown: int = 0,
    every: int = 1,
    smallest: float = 0.0,
    variant: str = "torch",
) -> Transform:
    """Steps shortened where the loss has stopped to fall; after a method: chain(adam(), reduce_on_plateau()).

        u ← c u,    c ← γ c after more than k values in a row that are not below (1 - θ) × the best

    `step` must be given the value of the loss.

    factor, patience, threshold  γ, k, θ
    cooldown   values that are not counted after c fell
    every      the mean of so many values is one value: steps in an epoch, for instance
    smallest   c stays at least this
    variant    "torch": c falls at the (k + 1)-th such value; "optax": at the k-th

    Source: the documentation of torch.optim.lr_scheduler.ReduceLROnPlateau and optax.contrib.reduce_on_plateau.

    >>> import optim
    >>> opt = optim.chain(optim.sgd(1.0), reduce_on_plateau(factor=0.5, patience=1))
    >>> state = opt.init(0.0)
    >>> for value in (3.0, 3.0, 3.0):
    ...     _, state = opt.step(1.0, state, 0.0, value=value)
    >>> state.learning_rate
    0.5
    """
    return ReduceOnPlateau(factor, patience, threshold, cooldown, every, smallest, variant)
