"""Schedule-free learning: gradients between the iterate and the average of the iterates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least
from .chain import chain
from .composite import Wrapper
from .decay import AddDecayedWeights
from .rmsprop import ScaleByRms
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScheduleFree", "schedule_free", "schedule_free_adamw", "schedule_free_sgd"]


@dataclass(frozen=True)
class ScheduleFree(Wrapper):
    """u ← y⁺ - y; see `schedule_free`."""

    inner: Transform
    beta: float = 0.9
    weight_power: float = 2.0
    label: str = "schedule_free"

    needs_x = True  # type: ignore[assignment]

    def __post_init__(self):
        require_at_least(0, weight_power=self.weight_power)
        if not 0 < self.beta <= 1:
            raise ValueError(f"x is recovered from y and z, so beta must be in (0, 1], but it is {self.beta!r}")

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.label

    def start(self, workspace: Workspace):
        return {
            "inner": self.inner.start(workspace), "z": workspace.zeros(), "t": 0, "weights": 0.0, "largest": 0.0,
        }  # fmt: skip

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        beta, y, z, x = self.beta, workspace.x, state["z"], workspace.scratch(2)
        if state["t"] == 0:
            np.copyto(z, y)
        state["t"] += 1
        self._average(y, z, x)
        self.inner.apply(u, state["inner"], workspace)
        z += u
        state["largest"] = largest = max(state["largest"], workspace.learning_rate)
        weight = largest**self.weight_power
        state["weights"] += weight
        c = weight / state["weights"] if state["weights"] else 0.0
        x *= 1 - c
        x += np.multiply(z, c, u)
        x *= beta
        np.multiply(z, 1 - beta, u)
        u += x
        u -= y

    def evaluation(self, state: Any, x: np.ndarray, workspace: Workspace) -> np.ndarray:
        return self._average(x, state["z"], workspace.zeros()) if state["t"] else x

    def _average(self, y, z, out):
        """x of y = (1 - β) z + β x."""
        np.multiply(z, 1 - self.beta, out)
        np.subtract(y, out, out)
        out /= self.beta
        return out


def schedule_free(transform: Transform, beta: float = 0.9, weight_power: float = 2.0) -> Transform:
    """Any method without its schedule and its momentum. The parameters that are trained are y.

        y = (1 - β) z + β x,      z⁺ = z + (the step of the transform with ∇f(y))
        x⁺ = (1 - c) x + c z⁺,    c = w_t / (w₁ + ⋯ + w_t),    w_t = (the largest rate so far)^p

    `eval_params` gives x, the parameters to use.

    transform     without momentum, β takes its place
    beta          β
    weight_power  p

    Source: Defazio et al. 2024 (arXiv:2405.15682), equations 3 to 5.

    >>> import optim
    >>> opt = schedule_free(optim.sgd(1.0), beta=0.5)
    >>> y = np.array([4.0])
    >>> state = opt.init(y)
    >>> for _ in range(2):
    ...     y, state = opt.step(np.array([1.0]), state, y)
    >>> y, opt.eval_params(state, y)  # z went from 4 to 3 and 2
    (array([2.25]), array([2.5]))
    """
    return ScheduleFree(transform, beta, weight_power)


def schedule_free_sgd(
    learning_rate: Rate = 1.0, beta: float = 0.9, weight_decay: float = 0.0, weight_power: float = 2.0
) -> Transform:
    """Schedule-free stochastic gradient descent: `schedule_free` with

        z⁺ = z - α (g + λ y)

    learning_rate  α, or a schedule that warms up to it
    weight_decay   λ

    Source: Defazio et al. 2024 (arXiv:2405.15682), equations 3 to 5.

    >>> opt = schedule_free_sgd(0.5)
    >>> opt.step(np.array([1.0]), opt.init(np.zeros(1)), np.zeros(1))[0]
    array([-0.5])
    """
    decay = [AddDecayedWeights(weight_decay)] if weight_decay else []
    inner = chain(*decay, ScaleByLearningRate(learning_rate))
    return ScheduleFree(inner, beta, weight_power, "schedule_free_sgd")


def schedule_free_adamw(
    learning_rate: Rate = 2.5e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    weight_decay: float = 0.0,
    weight_power: float = 2.0,
) -> Transform:
    """Schedule-free ADAM: `schedule_free` with β = β₁ and

        s ← β₂ s + (1 - β₂) g ⊙ g,    z⁺ = z - α (g / (√ŝ + ε) + λ y)

    learning_rate  α, or a schedule that warms up to it
    weight_decay   λ

    Source: Defazio et al. 2024 (arXiv:2405.15682), algorithm 1.

    >>> opt = schedule_free_adamw(0.5)
    >>> opt.step(np.array([3.0]), opt.init(np.zeros(1)), np.zeros(1))[0]
    array([-0.5])
    """
    decay = [AddDecayedWeights(weight_decay)] if weight_decay else []
    scaled = ScaleByRms(beta2, epsilon, bias_correction=True)
    inner = chain(scaled, *decay, ScaleByLearningRate(learning_rate))
    return ScheduleFree(inner, beta1, weight_power, "schedule_free_adamw")
