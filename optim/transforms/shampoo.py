"""Shampoo: a preconditioner for every axis of every leaf."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least, require_positive
from .chain import chain
from .momentum import Trace
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByShampoo", "inverse_root", "shampoo"]


def inverse_root(H: np.ndarray, power: float) -> np.ndarray:
    """H^-p of a symmetric positive definite matrix, by its eigenvectors.

    >>> inverse_root(np.array([[4.0, 0.0], [0.0, 16.0]]), 0.5)
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    eigenvalues, Q = np.linalg.eigh(H)
    floor = eigenvalues[-1] * np.finfo(eigenvalues.dtype).eps  # rounding may have made small ones negative
    return (Q * np.maximum(eigenvalues, floor) ** -power) @ Q.T


@dataclass(frozen=True)
class ScaleByShampoo(Transform):
    """u ← G times H₁^-p, ..., H_k^-p along its k axes; see `shampoo`."""

    epsilon: float = 1e-4
    exponent: float | None = None
    every: int = 1
    largest: int = 1024

    def __post_init__(self):
        require_positive(epsilon=self.epsilon)
        require_at_least(1, every=self.every, largest=self.largest)

    def start(self, workspace: Workspace):
        factors = []
        for shape in workspace.layout.shapes:
            factors.append([self._factor(length, workspace.dtype) for length in shape or (1,)])
        return {"H": factors, "roots": [[None] * len(own) for own in factors], "t": 0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        layout, t = workspace.layout, state["t"]
        state["t"] = t + 1
        for place, shape, H, roots in zip(layout.slices, layout.shapes, state["H"], state["roots"], strict=True):
            G = u[place].reshape(shape or (1,))
            if not G.size:
                continue
            power = 1 / (2 * G.ndim) if self.exponent is None else self.exponent
            for axis, factor in enumerate(H):
                unfolded = np.moveaxis(G, axis, 0).reshape(G.shape[axis], -1)
                if factor.ndim == 2:
                    factor += unfolded @ unfolded.T
                else:
                    factor += np.einsum("ij,ij->i", unfolded, unfolded)
                if t % self.every == 0:
                    roots[axis] = inverse_root(factor, power) if factor.ndim == 2 else factor**-power
            for axis, root in enumerate(roots):
                G = _along(root, G, axis)
            u[place] = G.reshape(-1)

    def _factor(self, length, dtype):
        if length > self.largest:
            return np.full(length, self.epsilon, dtype)  # its diagonal
        return np.diag(np.full(length, self.epsilon, dtype))


def _along(root, G, axis):
    """root @ G along an axis, where root is a matrix or a diagonal."""
    moved = np.moveaxis(G, axis, 0)
    product = np.tensordot(root, moved, 1) if root.ndim == 2 else root.reshape(-1, *(1,) * (G.ndim - 1)) * moved
    return np.moveaxis(product, 0, axis)


def shampoo(
    learning_rate: Rate = 1e-1,
    momentum: float = 0.0,
    epsilon: float = 1e-4,
    exponent: float | None = None,
    every: int = 1,
    largest: int = 1024,
) -> Transform:
    """Shampoo. For a matrix G of gradients:

        L ← L + G Gᵀ,    R ← R + Gᵀ G,    X⁺ = X - α L^-¼ G R^-¼      from L = R = ε I

    and for a leaf with k axes one such matrix for each axis, with the exponent -1/(2k).

    momentum  μ of  v ← μ v + L^-¼ G R^-¼,  X⁺ = X - α v
    exponent  p of L^-p; None for the paper's 1/(2k). Some implementations take 1/k
    every     the roots are computed anew in every so many steps
    largest   axes longer than this have a diagonal instead of a matrix

    Source: Gupta, Koren and Singer 2018 (arXiv:1802.09568), algorithms 1 and 2.

    >>> opt = shampoo(1.0, epsilon=1e-12)
    >>> params = np.zeros((2, 2))
    >>> opt.step(np.diag([3.0, -4.0]), opt.init(params), params)[0].round(6) + 0.0
    array([[-1.,  0.],
           [ 0.,  1.]])
    """
    if exponent is not None and not (exponent > 0 and math.isfinite(exponent)):
        raise ValueError(f"exponent is p of L^-p, greater than 0, but it is {exponent!r}")
    trace = [Trace(momentum)] if momentum else []
    form = ScaleByShampoo(epsilon, exponent, every, largest)
    return chain(form, *trace, ScaleByLearningRate(learning_rate), name="shampoo")
