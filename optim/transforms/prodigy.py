"""Learning rates found on the way, from the distance to the solution: Prodigy and D-Adaptation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least, require_fraction, require_positive, require_variant
from .moments import average_into, average_squares_into
from .scale import Rate
from .transform import Transform, Workspace

__all__ = ["DAdaptAdam", "Prodigy", "dadapt_adam", "prodigy"]


@dataclass(frozen=True)
class Prodigy(Transform):
    """u ← -α d m / (√s + d ε) - α d λ x; see `prodigy`."""

    learning_rate: Rate = 1.0
    beta1: float = 0.9
    beta2: float = 0.999
    beta3: float | None = None
    epsilon: float = 1e-8
    d0: float = 1e-6
    d_coefficient: float = 1.0
    weight_decay: float = 0.0
    safeguard_warmup: bool = False
    variant: str = "optax"
    name = "prodigy"
    needs_x = True

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(d0=self.d0, d_coefficient=self.d_coefficient, epsilon=self.epsilon)
        require_at_least(0, weight_decay=self.weight_decay)
        require_variant(self.variant, ("optax", "paper"))

    def start(self, workspace: Workspace):
        workspace.learning_rate = _rate(self.learning_rate, 0) * self.d0
        vectors = {name: workspace.zeros() for name in ("m", "s", "sum", "x0")}
        return vectors | {"t": 0, "d": self.d0, "numerator": 0.0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        m, s, total, x0 = state["m"], state["s"], state["sum"], state["x0"]
        x, scratch = workspace.x, workspace.scratch()
        if state["t"] == 0:
            np.copyto(x0, x)
        rate = _rate(self.learning_rate, state["t"])
        state["t"] = t = state["t"] + 1
        d = state["d"]
        beta3 = math.sqrt(self.beta2) if self.beta3 is None else self.beta3
        if self.variant == "optax":
            rate *= math.sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
        dlr = workspace.learning_rate = d * rate
        np.subtract(x0, x, scratch)
        state["numerator"] = beta3 * state["numerator"] + d / self.d0 * dlr * float(u.dot(scratch))
        u *= d
        average_into(m, u, self.beta1, scratch)
        average_squares_into(s, u, self.beta2, scratch)
        total *= beta3
        total += np.multiply(u, (d if self.safeguard_warmup else dlr) / self.d0, scratch)
        denominator = float(np.abs(total, scratch).sum())
        if denominator:
            state["d"] = d = max(d, self.d_coefficient * state["numerator"] / denominator)
        np.sqrt(s, scratch)
        scratch += d * self.epsilon
        np.divide(m, scratch, u)
        u += np.multiply(x, self.weight_decay, scratch)
        u *= -dlr


@dataclass(frozen=True)
class DAdaptAdam(Transform):
    """u ← -m / (√s + ε) - α d λ x; see `dadapt_adam`."""

    learning_rate: Rate = 1.0
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    d0: float = 1e-6
    weight_decay: float = 0.0
    name = "dadapt_adam"

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(d0=self.d0, epsilon=self.epsilon)
        require_at_least(0, weight_decay=self.weight_decay)

    @property
    def needs_x(self) -> bool:  # type: ignore[override]
        return self.weight_decay > 0

    def start(self, workspace: Workspace):
        workspace.learning_rate = _rate(self.learning_rate, 0) * self.d0
        return {name: workspace.zeros() for name in ("m", "s", "sum")} | {"t": 0, "d": self.d0, "numerator": 0.0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        m, s, total, scratch, scaled = state["m"], state["s"], state["sum"], workspace.scratch(0), workspace.scratch(1)
        rate = _rate(self.learning_rate, state["t"])
        state["t"] = t = state["t"] + 1
        d, beta = state["d"], math.sqrt(self.beta2)
        dlr = d * rate * math.sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
        workspace.learning_rate = dlr
        np.sqrt(s, scratch)
        scratch += self.epsilon
        inner = float(u.dot(np.divide(total, scratch, scratch)))
        state["numerator"] = beta * state["numerator"] + (1 - beta) * dlr * inner
        average_squares_into(s, u, self.beta2, scratch)
        np.multiply(u, dlr, scaled)
        average_into(m, scaled, self.beta1, scratch)
        average_into(total, scaled, beta, scratch)
        denominator = (1 - beta) * float(np.abs(total, scratch).sum())
        if denominator:
            state["d"] = max(d, state["numerator"] / denominator)
        np.sqrt(s, scratch)
        scratch += self.epsilon
        np.divide(m, scratch, u)
        if self.weight_decay:
            u += np.multiply(workspace.x, self.weight_decay * dlr, scratch)
        np.negative(u, u)


def _rate(rate: Rate, t: int) -> float:
    return float(rate(t)) if callable(rate) else rate


def prodigy(
    learning_rate: Rate = 1.0,
    beta1: float = 0.9,
    beta2: float = 0.999,
    beta3: float | None = None,
    epsilon: float = 1e-8,
    d0: float = 1e-6,
    d_coefficient: float = 1.0,
    weight_decay: float = 0.0,
    safeguard_warmup: bool = False,
    variant: str = "optax",
) -> Transform:
    """Prodigy: ADAM with a learning rate d that grows towards the distance from x₀ to the solution.

        r ← β₃ r + (d/d₀) α d ⟨g, x₀ - x⟩,    w ← β₃ w + (1/d₀) α d (d g)
        m ← β₁ m + (1 - β₁) d g,              s ← β₂ s + (1 - β₂) d² g ⊙ g
        d ← max(d, c r / ‖w‖₁),               x⁺ = x - α d₋ (m / (√s + d ε) + λ x)

    where d₋ is the d of before, and α the learning rate; the variant optax corrects the biases of m and s in it, the
    paper does not.

    learning_rate     α: 1, or a schedule that starts or ends below it
    beta3             β₃; None for √β₂
    d0, d_coefficient d₀, c
    weight_decay      λ
    safeguard_warmup  w without α, so that d does not grow too far during a warm-up

    Source: Mishchenko and Defazio 2023 (arXiv:2306.06101), algorithm 4.

    >>> import optim
    >>> res = optim.minimize(lambda x: ((x - 3) ** 2).sum(), np.zeros(2), "prodigy", max_iter=500)
    >>> res.x.round(3)
    array([3., 3.])
    """
    return Prodigy(
        learning_rate, beta1, beta2, beta3, epsilon, d0, d_coefficient, weight_decay, safeguard_warmup, variant
    )


def dadapt_adam(
    learning_rate: Rate = 1.0,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    d0: float = 1e-6,
    weight_decay: float = 0.0,
) -> Transform:
    """ADAM by D-Adaptation: the learning rate d grows towards the distance to the solution. With β = √β₂ and δ = α d,
    corrected for the biases of m and s,

        r ← β r + (1 - β) δ ⟨g, w / (√s + ε)⟩,    w ← β w + (1 - β) δ g
        m ← β₁ m + (1 - β₁) δ g,                   s ← β₂ s + (1 - β₂) g ⊙ g      (the s of r is the one before)
        d ← max(d, r / ((1 - β) ‖w‖₁)),            x⁺ = x - m / (√s + ε) - δ λ x

    learning_rate  α: 1, or a schedule that starts or ends below it
    d0             d at first
    weight_decay   λ

    Source: Defazio and Mishchenko 2023 (arXiv:2301.07733), algorithm 5, with the correction of biases of optax.

    >>> import optim
    >>> res = optim.minimize(lambda x: ((x - 3) ** 2).sum(), np.zeros(2), "dadapt_adam", max_iter=1000)
    >>> res.x.round(2)
    array([3., 3.])
    """
    return DAdaptAdam(learning_rate, beta1, beta2, epsilon, d0, weight_decay)
