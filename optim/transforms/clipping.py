"""Gradients kept within limits."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arguments import require_positive, require_variant
from .transform import Transform, Workspace

__all__ = [
    "AdaptiveClip", "ClipByBlockRms", "ClipByGlobalNorm", "ClipByValue",
    "adaptive_clip", "clip_by_block_rms", "clip_by_global_norm", "clip_by_value",
]  # fmt: skip


@dataclass(frozen=True)
class ClipByValue(Transform):
    """u ← min(max(u, -c), c)."""

    limit: float

    def __post_init__(self):
        require_positive(limit=self.limit)

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        np.clip(u, -self.limit, self.limit, out=u)


@dataclass(frozen=True)
class ClipByGlobalNorm(Transform):
    """u ← min(1, c / ‖u‖) u."""

    limit: float
    variant: str = "optax"

    def __post_init__(self):
        require_positive(limit=self.limit)
        require_variant(self.variant, ("optax", "torch"))

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        norm = math.sqrt(u.dot(u))
        if self.variant == "torch":
            u *= min(1.0, self.limit / (norm + 1e-6))
        elif norm >= self.limit:
            u *= self.limit / norm


@dataclass(frozen=True)
class ClipByBlockRms(Transform):
    """u ← u / max(1, rms(u) / c) for each leaf."""

    limit: float

    def __post_init__(self):
        require_positive(limit=self.limit)

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        for place in workspace.layout.slices:
            leaf = u[place]
            if leaf.size:
                leaf /= max(1.0, math.sqrt(leaf.dot(leaf) / leaf.size) / self.limit)


@dataclass(frozen=True)
class AdaptiveClip(Transform):
    """u ← min(1, c max(‖x‖, ε) / ‖u‖) u for each unit; see `adaptive_clip`."""

    limit: float = 0.01
    epsilon: float = 1e-3
    needs_x = True

    def __post_init__(self):
        require_positive(limit=self.limit, epsilon=self.epsilon)

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        layout = workspace.layout
        squares = workspace.scratch()
        for place, shape in zip(layout.slices, layout.shapes, strict=True):
            leaf = u[place].reshape(shape)
            axes = _unit_axes(shape)
            norms = []
            for vector in (u, workspace.x):
                np.multiply(vector[place], vector[place], squares[place])
                norms.append(np.sqrt(np.sum(squares[place].reshape(shape), axis=axes, keepdims=True)))
            of_u, of_x = norms
            largest = self.limit * np.maximum(of_x, self.epsilon)
            leaf *= np.where(of_u < largest, 1.0, largest / np.maximum(of_u, 1e-6))


def _unit_axes(shape):
    """The axes over which a unit extends: all inputs of one output."""
    if sum(length > 1 for length in shape) <= 1:
        return None
    return (0,) if len(shape) in (2, 3) else tuple(range(len(shape) - 1))


def clip_by_value(limit: float) -> Transform:
    """Every entry is kept between -c and c:  u ← min(max(u, -c), c).

    limit  c

    >>> opt = clip_by_value(1.0)
    >>> opt.update(np.array([3.0, -0.5]), opt.init(np.zeros(2)), np.zeros(2))[0]
    array([ 1. , -0.5])
    """
    return ClipByValue(limit)


def clip_by_global_norm(limit: float, variant: str = "optax") -> Transform:
    """The gradient of all leaves together is shortened to the length c, where it is longer.

        optax   u ← c u / ‖u‖ where ‖u‖ ≥ c
        torch   u ← min(1, c / (‖u‖ + 1e-6)) u

    limit  c

    Source: Pascanu, Mikolov and Bengio 2012 (arXiv:1211.5063), algorithm 1.

    >>> opt = clip_by_global_norm(1.0)
    >>> opt.update(np.array([3.0, -4.0]), opt.init(np.zeros(2)), np.zeros(2))[0]
    array([ 0.6, -0.8])
    """
    return ClipByGlobalNorm(limit, variant)


def clip_by_block_rms(limit: float) -> Transform:
    """The root mean square of each leaf is kept below c:  u ← u / max(1, rms(u) / c).

    limit  c

    Source: Shazeer and Stern 2018 (arXiv:1804.04235), section 6.

    >>> opt = clip_by_block_rms(1.0)
    >>> opt.update(np.array([3.0, -3.0]), opt.init(np.zeros(2)), np.zeros(2))[0]
    array([ 1., -1.])
    """
    return ClipByBlockRms(limit)


def adaptive_clip(limit: float = 0.01, epsilon: float = 1e-3) -> Transform:
    """Each unit's gradient is kept below a part of the unit's own length.

        u ← u min(1, c max(‖x‖, ε) / ‖u‖) for each unit: the weights of one output, or the whole of a vector

    The axes of the inputs, over which the lengths are taken, are the first one of two or three axes, and all but the
    last of four or more.

    limit, epsilon  c, ε

    Source: Brock, De, Smith and Simonyan 2021 (arXiv:2102.06171), equation 3; the units are those of optax.

    >>> opt = adaptive_clip(0.1)
    >>> params = np.array([3.0, 4.0])
    >>> opt.update(np.array([10.0, 0.0]), opt.init(params), params)[0]
    array([0.5, 0. ])
    """
    return AdaptiveClip(limit, epsilon)
