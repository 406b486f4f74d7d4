"""SOAP: ADAM in the eigenbasis of Shampoo's preconditioner."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least, require_fraction, require_positive
from .chain import chain
from .decay import AddDecayedWeights
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleBySoap", "soap"]


@dataclass(frozen=True)
class ScaleBySoap(Transform):
    """u ← Q (ADAM's step for Qᵀ G) along all axes; see `soap`."""

    beta1: float = 0.95
    beta2: float = 0.95
    shampoo_beta: float | None = None
    epsilon: float = 1e-8
    every: int = 10
    largest: int = 10_000

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)
        require_at_least(1, every=self.every, largest=self.largest)

    def start(self, workspace: Workspace):
        leaves = []
        for shape in workspace.layout.shapes:
            axes = [axis for axis, length in enumerate(shape) if length <= self.largest] if len(shape) > 1 else []
            H = {axis: np.zeros((shape[axis], shape[axis]), workspace.dtype) for axis in axes}
            leaves.append({"H": H, "Q": {}})
        return {"m": workspace.zeros(), "s": workspace.zeros(), "t": 0, "leaves": leaves}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        layout, t = workspace.layout, state["t"]
        state["t"] = t + 1
        for place, shape, own in zip(layout.slices, layout.shapes, state["leaves"], strict=True):
            G = u[place].reshape(shape)
            if not G.size:
                continue
            if t == 0:  # the first gradient only starts the preconditioner
                self._accumulate(own, G)
                own["Q"] = {axis: np.linalg.eigh(H)[1][:, ::-1] for axis, H in own["H"].items()}
                continue
            m, s = state["m"][place].reshape(shape), state["s"][place].reshape(shape)
            turned = _rotate(G, own["Q"], transpose=True)
            m *= self.beta1
            m += (1 - self.beta1) * G
            s *= self.beta2
            s += (1 - self.beta2) * turned * turned
            # the first moment lives in the parameters' basis, the second in the eigenbasis
            step = _rotate(m, own["Q"], transpose=True) / (np.sqrt(s) + self.epsilon)
            step *= math.sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
            self._accumulate(own, G)
            np.copyto(G, _rotate(step, own["Q"]))
            if t % self.every == 0:
                self._refresh(own, s)
        if t == 0:
            u[:] = 0

    def _accumulate(self, own, G):
        beta = self.beta2 if self.shampoo_beta is None else self.shampoo_beta
        for axis, H in own["H"].items():
            unfolded = np.moveaxis(G, axis, 0).reshape(G.shape[axis], -1)
            H *= beta
            H += (1 - beta) * (unfolded @ unfolded.T)

    def _refresh(self, own, s):
        """One power iteration towards the eigenvectors of each H, in the order of their eigenvalues."""
        for axis, H in own["H"].items():
            Q = own["Q"][axis]
            order = np.argsort(-np.einsum("ij,ij->j", Q, H @ Q), kind="stable")
            s[...] = np.take(s, order, axis=axis)
            own["Q"][axis] = np.linalg.qr(H @ Q[:, order])[0]


def _rotate(G, Q, transpose=False):
    for axis, basis in Q.items():
        turned = np.tensordot(basis.T if transpose else basis, np.moveaxis(G, axis, 0), 1)
        G = np.moveaxis(turned, 0, axis)
    return G


def soap(
    learning_rate: Rate = 3e-3,
    beta1: float = 0.95,
    beta2: float = 0.95,
    shampoo_beta: float | None = None,
    epsilon: float = 1e-8,
    weight_decay: float = 1e-2,
    every: int = 10,
    largest: int = 10_000,
    where: Any = None,
) -> Transform:
    """SOAP. For a matrix G of gradients, with the eigenvectors Q_L, Q_R of L and R:

        G' = Q_Lᵀ G Q_R,    M ← β₁ M + (1 - β₁) G,    S ← β₂ S + (1 - β₂) G' ⊙ G'
        X⁺ = X - α (Q_L [√(1 - β₂ᵗ) / (1 - β₁ᵗ) · Q_Lᵀ M Q_R / (√S + ε)] Q_Rᵀ + λ X)
        L ← β₃ L + (1 - β₃) G Gᵀ,    R ← β₃ R + (1 - β₃) Gᵀ G

    The first gradient only starts L and R; in every k-th step Q_L and Q_R follow them by one power iteration. A leaf
    with more axes has one such matrix for each; vectors get ADAM.

    shampoo_beta  β₃; None for β₂
    weight_decay  λ
    every         k
    largest       axes longer than this are not rotated
    where         which leaves decay, as `masked` takes it; None for all

    Source: Vyas et al. 2024 (arXiv:2409.11321), algorithm 3, with the defaults of its code.

    >>> opt = soap(0.1, weight_decay=0.0)
    >>> params = np.zeros((2, 2))
    >>> G = np.array([[0.0, 3.0], [0.0, 0.0]])
    >>> params, state = opt.step(G, opt.init(params), params)  # no step yet
    >>> opt.step(G, state, params)[0].round(6) + 0.0
    array([[ 0. , -0.1],
           [ 0. ,  0. ]])
    """
    decay = [AddDecayedWeights(weight_decay, where)] if weight_decay else []
    form = ScaleBySoap(beta1, beta2, shampoo_beta, epsilon, every, largest)
    return chain(form, *decay, ScaleByLearningRate(learning_rate), name="soap")
