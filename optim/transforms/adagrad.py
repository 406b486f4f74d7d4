"""AdaGrad: rates that fall with the gradients seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arguments import require_at_least, require_positive, require_variant
from .chain import chain
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByRootSum", "adagrad"]

# variant: ε, the sum at the start, whether ε is under the root
VARIANTS = {"torch": (1e-10, 0.0, False), "optax": (1e-7, 0.1, True)}


@dataclass(frozen=True)
class ScaleByRootSum(Transform):
    """u ← g / (√s + ε) with s ← s + g ⊙ g; see `adagrad`."""

    epsilon: float = 1e-10
    initial: float = 0.0
    epsilon_in_root: bool = False

    def __post_init__(self):
        require_positive(epsilon=self.epsilon)
        require_at_least(0, initial=self.initial)

    def start(self, workspace: Workspace):
        s = workspace.zeros()
        s += self.initial
        return {"s": s}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        s, root = state["s"], workspace.scratch()
        s += np.multiply(u, u, root)
        if self.epsilon_in_root:
            np.sqrt(np.add(s, self.epsilon, root), root)
        else:
            np.sqrt(s, root)
            root += self.epsilon
        u /= root


def adagrad(
    learning_rate: Rate = 1e-2, epsilon: float | None = None, initial: float | None = None, variant: str = "torch"
) -> Transform:
    """AdaGrad.

        s ← s + g ⊙ g
        torch   x⁺ = x - α g / (√s + ε)      s = 0 at first, ε = 1e-10
        optax   x⁺ = x - α g / √(s + ε)      s = 0.1 at first, ε = 1e-7

    epsilon, initial   ε > 0 and s at first; None for the default of the variant

    PyTorch's lr_decay is the schedule `schedules.inverse_time_decay`.

    Source: Duchi, Hazan and Singer 2011; Liquet, Moka and Nazarathy 2024, section 4.3.

    >>> opt = adagrad(0.5)
    >>> opt.step(np.array([3.0, -5.0]), opt.init(np.zeros(2)), np.zeros(2))[0].round(6)
    array([-0.5,  0.5])
    """
    require_variant(variant, list(VARIANTS))
    default_epsilon, default_initial, in_root = VARIANTS[variant]
    form = ScaleByRootSum(
        default_epsilon if epsilon is None else epsilon, default_initial if initial is None else initial, in_root
    )
    return chain(form, ScaleByLearningRate(learning_rate), name="adagrad")
