"""Muon: momentum with all its singular values made one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .adam import ScaleByAdam
from .arguments import require_at_least, require_fraction, require_variant
from .chain import chain
from .composite import Composite
from .decay import AddDecayedWeights
from .groups import Part, apply_parts, report_rates
from .moments import average_into
from .nadam import ScaleByNadam
from .paths import chosen_leaves
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByMuon", "muon", "orthogonalize"]

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # K. Jordan's, steep at 0 at the price of ending anywhere in [0.7, 1.2]
VARIANTS = ("torch", "optax")


def orthogonalize(
    G: np.ndarray,
    steps: int = 5,
    coefficients: tuple[float, float, float] = NEWTON_SCHULZ,
    epsilon: float = 1e-7,
    variant: str = "torch",
) -> np.ndarray:
    """Nearly U Vᵀ of G = U S Vᵀ, by iterations of Newton and Schulz:

        X = G / ‖G‖,    X ← a X + (b A + c A²) X,    A = X Xᵀ

    G            shape (m, n)
    coefficients a, b, c; (1.5, -0.5, 0) converge to U Vᵀ itself, the default in few steps to nearly that
    variant      "torch" divides by max(‖G‖, ε), "optax" by ‖G‖ + ε

    Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"; Björck and Bowie 1971.

    >>> orthogonalize(np.array([[3.0, 0.0], [0.0, 4.0]]), steps=30, coefficients=(1.5, -0.5, 0.0)).round(6)
    array([[1., 0.],
           [0., 1.]])
    """
    a, b, c = coefficients
    X = G.T if G.shape[0] > G.shape[1] else G
    norm = math.sqrt(float(np.einsum("ij,ij->", X, X)))
    X = X / (max(norm, epsilon) if variant == "torch" else norm + epsilon)
    for _ in range(steps):
        A = X @ X.T
        X = a * X + (b * A + c * (A @ A)) @ X
    return X.T if G.shape[0] > G.shape[1] else X


@dataclass(frozen=True)
class ScaleByMuon(Transform):
    """u ← √max(1, m/n) orthogonalize(momentum) for leaves of shape (m, n), and only for those; see `muon`."""

    beta: float = 0.95
    nesterov: bool = True
    steps: int = 5
    coefficients: tuple[float, float, float] = NEWTON_SCHULZ
    epsilon: float = 1e-7
    variant: str = "torch"

    def __post_init__(self):
        require_fraction(beta=self.beta)
        require_at_least(1, steps=self.steps)
        require_variant(self.variant, VARIANTS)

    def start(self, workspace: Workspace):
        wrong = [shape for shape in workspace.layout.shapes if len(shape) != 2]
        if wrong:
            raise ValueError(f"Muon is for matrices, but there is a leaf of shape {wrong[0]}; use `muon` or `masked`")
        return {"v": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        v, layout, beta = state["v"], workspace.layout, self.beta
        state["t"] = t = state["t"] + 1
        average_into(v, u, beta, workspace.scratch())
        of_v, of_g = (beta, 1 - beta) if self.nesterov else (1.0, 0.0)
        if self.variant == "optax":
            of_v /= 1 - beta ** (t + 1 if self.nesterov else t)
            of_g /= 1 - beta**t
        u *= of_g
        u += np.multiply(v, of_v, workspace.scratch())
        for place, (m, n) in zip(layout.slices, layout.shapes, strict=True):
            if m and n:
                found = orthogonalize(u[place].reshape(m, n), self.steps, self.coefficients, self.epsilon, self.variant)
                # a matrix that maps to more than it maps from: rows for PyTorch's weights, columns for optax's
                widening = m / n if self.variant == "torch" else n / m
                np.multiply(found, math.sqrt(max(1.0, widening)), u[place].reshape(m, n))


@dataclass(frozen=True)
class MuonAndAdam(Composite):
    """Muon on the matrices among the chosen leaves, ADAM on the others."""

    muon: Transform
    adam: Transform
    where: Any = None
    name = "muon"

    @property
    def parts(self) -> tuple[Transform, ...]:  # type: ignore[override]
        return self.muon, self.adam

    def start(self, workspace: Workspace):
        layout = workspace.layout
        chosen = chosen_leaves(self.where, layout)
        orthogonal = [c and len(shape) == 2 for c, shape in zip(chosen, layout.shapes, strict=True)]
        parts = {}
        if any(orthogonal):
            parts["muon"] = Part(self.muon, workspace, orthogonal)
        if not all(orthogonal):
            parts["adam"] = Part(self.adam, workspace, [not o for o in orthogonal])
        report_rates(parts, workspace)
        return {"parts": parts}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        apply_parts(state["parts"], u, workspace)


def muon(
    learning_rate: Rate | None = None,
    beta: float = 0.95,
    weight_decay: float | None = None,
    nesterov: bool = True,
    steps: int = 5,
    epsilon: float | None = None,
    adam_learning_rate: Rate | None = None,
    where: Any = None,
    variant: str = "torch",
) -> Transform:
    """Muon for matrices, ADAM for all else. For a leaf of shape (m, n):

        v ← β v + (1 - β) g,    w = β v + (1 - β) g,    x⁺ = x - α (√max(1, m/n) orthogonalize(w) + λ x)

    The variant optax corrects the biases, w = β v / (1 - β^(t+1)) + (1 - β) g / (1 - βᵗ), has √max(1, n/m), and leaves
    the rest to NAdam.

    learning_rate       α; None for 1e-3
    beta, weight_decay  β, λ; None for 0.1 (torch) or 0 (optax)
    nesterov            w = v without
    steps               iterations of Newton and Schulz, in the precision of the parameters (PyTorch's are in bfloat16)
    epsilon             None for 1e-7 (torch) or 1e-8 (optax)
    adam_learning_rate  for leaves that are no matrices; None for α
    where               which leaves are Muon's, as `masked` takes it; None for all matrices. Embeddings and the last
                        layer are better left to ADAM

    Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks"; weight decay: Liu et al. 2025
    (arXiv:2502.16982).

    >>> opt = muon(0.1, weight_decay=0.0)
    >>> params = {"weight": np.eye(2), "bias": np.zeros(2)}
    >>> params, state = opt.step({"weight": np.eye(2), "bias": np.ones(2)}, opt.init(params), params)
    >>> params["bias"].round(6), params["weight"].round(1)
    (array([-0.1, -0.1]), array([[0.9, 0. ],
           [0. , 0.9]]))
    """
    require_variant(variant, VARIANTS)
    of_optax = variant == "optax"
    learning_rate = 1e-3 if learning_rate is None else learning_rate
    weight_decay = (0.0 if of_optax else 0.1) if weight_decay is None else weight_decay
    epsilon = (1e-8 if of_optax else 1e-7) if epsilon is None else epsilon
    decay = [AddDecayedWeights(weight_decay)] if weight_decay else []
    form = ScaleByMuon(beta, nesterov, steps, NEWTON_SCHULZ, epsilon, variant)
    matrices = chain(form, *decay, ScaleByLearningRate(learning_rate), name="muon")
    adaptive = ScaleByNadam(epsilon=epsilon, variant="optax") if of_optax and nesterov else ScaleByAdam()
    rest = chain(adaptive, ScaleByLearningRate(learning_rate if adam_learning_rate is None else adam_learning_rate))
    return MuonAndAdam(matrices, rest, where)
