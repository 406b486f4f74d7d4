"""Weight decay: L2 before a method, decoupled after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least
from .paths import Where, chosen_leaves
from .transform import Transform, Workspace

__all__ = ["AddDecayedWeights", "add_decayed_weights"]


@dataclass(frozen=True)
class AddDecayedWeights(Transform):
    """u ← u + λ x; see `add_decayed_weights`."""

    weight_decay: float
    where: Where = None
    needs_x = True

    def __post_init__(self):
        require_at_least(0, weight_decay=self.weight_decay)

    def start(self, workspace: Workspace):
        if self.where is None:
            return {}
        rates = workspace.zeros()  # λ for each entry
        for chosen, place in zip(chosen_leaves(self.where, workspace.layout), workspace.layout.slices, strict=True):
            rates[place] = self.weight_decay if chosen else 0.0
        return {"rates": rates}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        u += np.multiply(workspace.x, state.get("rates", self.weight_decay), workspace.scratch())


def add_decayed_weights(weight_decay: float, where: Any = None) -> Transform:
    """Weight decay.

        u ← u + λ x

    Before a method that is the gradient of f(x) + λ/2 ‖x‖² (L2 regularisation, which adaptive methods then scale away);
    between a method and its learning rate it is decoupled: x⁺ = x - α (u + λ x), as in `adamw`.

    weight_decay  λ
    where         to which leaves, as `masked` takes it; None for all

    Source: Loshchilov and Hutter 2017 (arXiv:1711.05101), algorithms 1 and 2.

    >>> import optim
    >>> opt = optim.chain(add_decayed_weights(0.1), optim.sgd(1.0))
    >>> params = np.array([10.0])
    >>> opt.step(np.array([0.0]), opt.init(params), params)[0]
    array([9.])
    """
    return AddDecayedWeights(weight_decay, where)
