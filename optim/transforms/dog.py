"""DoG and DoWG: the learning rate is the distance travelled over the gradients met."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_positive
from .scale import Rate
from .transform import Transform, Workspace

__all__ = ["DistanceOverGradients", "dog", "dowg"]


@dataclass(frozen=True)
class DistanceOverGradients(Transform):
    """u ← -α r̄ / √(Σ‖g‖² + ε) g, or the weighted form; see `dog` and `dowg`."""

    learning_rate: Rate = 1.0
    initial: float = 1e-6
    epsilon: float = 1e-8
    weighted: bool = False
    needs_x = True

    def __post_init__(self):
        require_positive(initial=self.initial, epsilon=self.epsilon)

    @property
    def name(self) -> str:  # type: ignore[override]
        return "dowg" if self.weighted else "dog"

    def start(self, workspace: Workspace):
        return {"x0": workspace.zeros(), "t": 0, "distance": 0.0, "sum": 0.0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        x, x0, scratch = workspace.x, state["x0"], workspace.scratch()
        alpha = float(self.learning_rate(state["t"])) if callable(self.learning_rate) else self.learning_rate
        if state["t"] == 0:
            np.copyto(x0, x)
            # r̄ at first: relative to x₀ for DoG; for DoWG it is the square that is given
            state["distance"] = math.sqrt(self.initial) if self.weighted else self.initial * (1 + math.sqrt(x.dot(x)))
        state["t"] += 1
        np.subtract(x, x0, scratch)
        state["distance"] = r = max(state["distance"], math.sqrt(scratch.dot(scratch)))
        square = float(u.dot(u))
        if self.weighted:
            state["sum"] += r * r * square
            rate = alpha * r * r / (math.sqrt(state["sum"]) + self.epsilon)
        else:
            state["sum"] += square
            rate = alpha * r / math.sqrt(state["sum"] + self.epsilon)
        workspace.learning_rate = rate
        u *= -rate


def dog(learning_rate: Rate = 1.0, initial: float = 1e-6, epsilon: float = 1e-8) -> Transform:
    """Distance over gradients.

        r̄ = max(r_ε, ‖x₁ - x₀‖, ..., ‖x - x₀‖),    x⁺ = x - α r̄ / √(Σ ‖g‖² + ε) g,    r_ε = ρ (1 + ‖x₀‖)

    learning_rate     α: 1
    initial, epsilon  ρ, ε

    Best used with an average of the iterates, as in `swa`.

    Source: Ivgi, Hinder and Carmon 2023 (arXiv:2302.12022), equation 1.

    >>> opt = dog(initial=0.5)
    >>> opt.step(np.array([3.0, -4.0]), opt.init(np.zeros(2)), np.zeros(2))[0].round(6)
    array([-0.3,  0.4])
    """
    return DistanceOverGradients(learning_rate, initial, epsilon)


def dowg(learning_rate: Rate = 1.0, initial: float = 1e-4, epsilon: float = 1e-4) -> Transform:
    """Distance over weighted gradients.

        r̄² = max(ρ, ‖x₁ - x₀‖², ..., ‖x - x₀‖²),    v ← v + r̄² ‖g‖²,    x⁺ = x - α r̄² / (√v + ε) g

    learning_rate     α: 1
    initial, epsilon  ρ, ε

    Source: Khaled, Mishchenko and Jin 2023 (arXiv:2305.16284), algorithm 1.

    >>> opt = dowg(initial=0.25, epsilon=1e-9)
    >>> opt.step(np.array([3.0, -4.0]), opt.init(np.zeros(2)), np.zeros(2))[0].round(6)
    array([-0.3,  0.4])
    """
    return DistanceOverGradients(learning_rate, initial, epsilon, weighted=True)
