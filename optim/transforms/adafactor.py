"""Adafactor: the second moment of a matrix kept as a column and a row."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least, require_positive, require_variant
from .scale import Rate
from .transform import Transform, Workspace

__all__ = ["Adafactor", "adafactor"]

VARIANTS = ("torch", "optax")


@dataclass(frozen=True)
class Adafactor(Transform):
    """u ← -α g / √(r c) for each leaf, clipped; see `adafactor`."""

    learning_rate: Rate | None = 1e-2
    decay_power: float = 0.8
    clip: float | None = 1.0
    epsilon: float | None = None
    smallest_scale: float = 1e-3
    weight_decay: float = 0.0
    smallest_axis: int = 128
    scale_by_parameter: bool = True
    variant: str = "torch"
    name = "adafactor"
    needs_x = True

    def __post_init__(self):
        require_at_least(0, decay_power=self.decay_power, weight_decay=self.weight_decay)
        require_positive(smallest_scale=self.smallest_scale)
        if self.clip is not None:
            require_positive(clip=self.clip)
        require_variant(self.variant, VARIANTS)
        if self.learning_rate is None and self.variant == "torch":
            raise ValueError("the variant 'torch' needs a learning rate; None, for the scale alone, is optax's")

    def start(self, workspace: Workspace):
        leaves = []
        for shape in workspace.layout.shapes:
            axes = self._factored(shape)
            if axes is None:
                leaves.append({"s": np.zeros(shape, workspace.dtype)})
            else:
                kept = [tuple(n if k != axis else 1 for k, n in enumerate(shape)) for axis in axes]
                leaves.append({"row": np.zeros(kept[0], workspace.dtype), "col": np.zeros(kept[1], workspace.dtype)})
        workspace.learning_rate = self._rate(0)
        return {"leaves": leaves, "t": 0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        layout, rate = workspace.layout, self._rate(state["t"])
        state["t"] = t = state["t"] + 1
        mix = t**-self.decay_power  # 1 - β₂ of this step: 1 at first, so that there is no bias
        workspace.learning_rate = rate
        step = min(rate, 1 / math.sqrt(t)) if self.variant == "torch" else rate
        for place, shape, own in zip(layout.slices, layout.shapes, state["leaves"], strict=True):
            g, x = u[place].reshape(shape), workspace.x[place]
            if not g.size:
                continue
            g *= self._inverse_root(own, g, mix)
            if self.clip is not None:
                g /= max(1.0, _rms(u[place]) / self.clip)
            scale = max(self.smallest_scale, _rms(x)) if self.scale_by_parameter else 1.0
            g *= -step * scale
            decay = self.weight_decay * (rate if self.variant == "torch" else 1.0)
            if decay:
                u[place] -= decay * x

    def _inverse_root(self, own, g, mix):
        """1 / √(the second moment), after it has taken in g."""
        axes = self._factored(g.shape)
        epsilon = self.epsilon
        if self.variant == "torch":
            epsilon = float(np.finfo(g.dtype).eps) if epsilon is None else epsilon
            square, floor = g * g, epsilon
        else:
            square, floor = g * g + (1e-30 if epsilon is None else epsilon), 0.0
        if axes is None:
            own["s"] += mix * (square - own["s"])
            return np.maximum(own["s"], floor * floor) ** -0.5
        last, before = axes
        row, col = own["row"], own["col"]
        row += mix * (square.mean(axis=last, keepdims=True) - row)
        col += mix * (square.mean(axis=before, keepdims=True) - col)
        mean = np.maximum(row.mean(axis=before, keepdims=True), floor)
        if self.variant == "torch":
            return np.maximum(row * col / mean, floor * floor) ** -0.5
        return (row / mean) ** -0.5 * col**-0.5

    def _factored(self, shape):
        """The two axes over which rows and columns go, or None where the leaf is kept as it is."""
        if len(shape) < 2:
            return None
        if self.variant == "torch":
            return len(shape) - 1, len(shape) - 2
        *_, before, last = np.argsort(shape)
        return (int(last), int(before)) if shape[before] >= self.smallest_axis else None

    def _rate(self, t):
        if self.learning_rate is None:
            return 1.0
        return float(self.learning_rate(t)) if callable(self.learning_rate) else self.learning_rate


def _rms(vector):
    return math.sqrt(float(vector.dot(vector)) / vector.size)


def adafactor(
    learning_rate: Rate | None = 1e-2,
    decay_power: float = 0.8,
    clip: float | None = 1.0,
    epsilon: float | None = None,
    smallest_scale: float = 1e-3,
    weight_decay: float = 0.0,
    smallest_axis: int = 128,
    scale_by_parameter: bool = True,
    variant: str = "torch",
) -> Transform:
    """Adafactor, for each matrix, with the mean R of g² over each row and C over each column:

        R ← R + t^-p (R(g²) - R),    C likewise,    V = R Cᵀ / mean(R),    U = g / √V
        x⁺ = x - ρ max(ε₂, rms(x)) U / max(1, rms(U) / d)

    with ρ = min(α, 1/√t) for the variant torch and α for optax. Vectors keep a moment for each entry.

    learning_rate   α; None, for optax's variant, stands for 1
    decay_power     p
    clip            d; None for no clipping
    epsilon         None for what each variant has: torch keeps mean(R) ≥ ε and V ≥ ε², with the rounding unit; optax
                    adds 1e-30 to g²
    smallest_scale  ε₂
    weight_decay    λ; torch's x⁺ loses α λ x besides, optax's λ x
    smallest_axis   for optax's variant: leaves whose second longest axis is shorter are not factored
    scale_by_parameter  whether to have max(ε₂, rms(x))
    variant         torch factors the last two axes, optax the two longest

    Source: Shazeer and Stern 2018 (arXiv:1804.04235), algorithms 4 and 5.

    >>> opt = adafactor(0.1)
    >>> params = np.ones((2, 2))
    >>> opt.step(np.array([[1.0, 1.0], [2.0, 2.0]]), opt.init(params), params)[0]
    array([[0.9, 0.9],
           [0.9, 0.9]])
    """
    return Adafactor(
        learning_rate, decay_power, clip, epsilon, smallest_scale, weight_decay, smallest_axis, scale_by_parameter,
        variant,
    )  # fmt: skip
