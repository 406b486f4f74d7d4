"""Noise in the gradients, and gradients without their mean."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np

from .arguments import require_at_least
from .transform import Transform, Workspace

__all__ = ["AddNoise", "Centralize", "add_noise", "centralize"]


@dataclass(frozen=True)
class AddNoise(Transform):
    """u ← u + σ_t z; see `add_noise`."""

    rng: np.random.Generator
    scale: float = 0.01
    power: float = 0.55

    def __post_init__(self):
        if not isinstance(self.rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, not {self.rng!r}; give np.random.default_rng(0)")
        require_at_least(0, scale=self.scale, power=self.power)

    def start(self, workspace: Workspace):
        return {"rng": copy.deepcopy(self.rng), "t": 0}  # of its own, so that a state can be gone back to

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        state["t"] = t = state["t"] + 1
        scratch = workspace.scratch()
        if scratch.dtype in (np.float32, np.float64):
            state["rng"].standard_normal(dtype=scratch.dtype, out=scratch)
        else:
            scratch[:] = state["rng"].standard_normal(scratch.size)
        scratch *= math.sqrt(self.scale / t**self.power)
        u += scratch


@dataclass(frozen=True)
class Centralize(Transform):
    """u ← u - mean(u), over all axes but the first, for leaves of two axes or more; see `centralize`."""

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        layout = workspace.layout
        for place, shape in zip(layout.slices, layout.shapes, strict=True):
            if len(shape) > 1 and 0 not in shape:
                rows = u[place].reshape(shape[0], -1)
                rows -= rows.mean(axis=1, keepdims=True)


def add_noise(rng: np.random.Generator, scale: float = 0.01, power: float = 0.55) -> Transform:
    """Gaussian noise that fades away.

        u ← u + σ_t z,    σ_t² = η / tᵞ,    z ~ N(0, 1),    t = 1, 2, ...

    rng           where z comes from; each run has its own copy
    scale, power  η, γ

    Source: Neelakantan et al. 2015 (arXiv:1511.06807), equation 1.

    >>> opt = add_noise(np.random.default_rng(0), scale=0.0)
    >>> opt.update(np.array([3.0]), opt.init(np.zeros(1)), np.zeros(1))[0]
    array([3.])
    """
    return AddNoise(rng, scale, power)


def centralize() -> Transform:
    """Gradient centralisation: each row of a matrix, each filter of a convolution, loses its mean.

        u ← u - mean(u) over all axes but the first; vectors stay as they are

    Source: Yong, Huang, Hua and Zhang 2020 (arXiv:2004.01461), equation 1.

    >>> opt = centralize()
    >>> params = np.zeros((2, 2))
    >>> opt.update(np.array([[1.0, 3.0], [5.0, 5.0]]), opt.init(params), params)[0]
    array([[-1.,  1.],
           [ 0.,  0.]])
    """
    return Centralize()
