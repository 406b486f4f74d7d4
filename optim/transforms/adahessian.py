"""AdaHessian: ADAM with curvatures in place of gradients in the second moment."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .arguments import require_at_least, require_fraction, require_positive, require_variant
from .chain import chain
from .decay import AddDecayedWeights
from .hessian_diagonal import ESTIMATES, estimate_diagonal
from .moments import average_into, average_squares_into
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["ScaleByAdahessian", "adahessian"]


@dataclass(frozen=True)
class ScaleByAdahessian(Transform):
    """u ← v̂ / (ŝ^(k/2) + ε), where s is the mean of squared curvatures; see `adahessian`."""

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-4
    power: float = 1.0
    every: int = 1
    estimate: str = "hutchinson"
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(0), repr=False)

    needs_loss = True

    def __post_init__(self):
        require_fraction(beta1=self.beta1, beta2=self.beta2)
        require_positive(epsilon=self.epsilon)
        require_at_least(0, power=self.power)
        require_at_least(1, every=self.every)
        require_variant(self.estimate, ESTIMATES)

    def start(self, workspace: Workspace):
        state = {name: workspace.zeros() for name in ("v", "s", "diagonal")}
        return state | {"t": 0, "rng": copy.deepcopy(self.rng)}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        v, s, scratch = state["v"], state["s"], workspace.scratch()
        if state["t"] % self.every == 0:
            diagonal = estimate_diagonal(workspace.loss, workspace.x.copy(), state["rng"], self.estimate)
            state["diagonal"] = _average_over_kernels(diagonal, workspace.layout)
        state["t"] = t = state["t"] + 1
        average_into(v, u, self.beta1, scratch)
        average_squares_into(s, state["diagonal"], self.beta2, scratch)
        np.divide(s, 1 - self.beta2**t, scratch)
        np.sqrt(scratch, scratch)
        if self.power != 1:
            np.power(scratch, self.power, scratch)
        scratch += self.epsilon
        np.divide(v, scratch, u)
        u /= 1 - self.beta1**t


def _average_over_kernels(diagonal, layout):
    """Convolutions, leaves of four axes, have one curvature for each kernel: the mean of the magnitudes."""
    for place, shape in zip(layout.slices, layout.shapes, strict=True):
        if len(shape) == 4 and math.prod(shape):
            kernels = np.abs(diagonal[place].reshape(shape))
            kernels[...] = kernels.mean(axis=(2, 3), keepdims=True)
            diagonal[place] = kernels.reshape(-1)
    return diagonal


def adahessian(
    learning_rate: Rate = 1e-1,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-4,
    weight_decay: float = 0.0,
    power: float = 1.0,
    every: int = 1,
    estimate: str = "hutchinson",
    rng: np.random.Generator | None = None,
    where: Any = None,
) -> Transform:
    """AdaHessian, with an estimate h of diag ∇²f(x):

        v ← β₁ v + (1 - β₁) g,    s ← β₂ s + (1 - β₂) h ⊙ h,    x⁺ = x - α (v̂ / (ŝ^(k/2) + ε) + λ x)

    with v̂, ŝ as in `adam`. `step` must be given the loss, as a function of the parameters.

    weight_decay  λ
    power         k
    every         a new estimate in every so many steps
    estimate      "hutchinson": z ⊙ ∇²f(x) z with random signs z; "exact": the diagonal, by n Hessian-vector products
    rng           where z comes from; None for default_rng(0). Each run has its own copy
    where         which leaves decay, as `masked` takes it; None for all

    Source: Yao et al. 2020 (arXiv:2006.00719), algorithm 1.

    >>> opt = adahessian(1.0, epsilon=1e-9)
    >>> params = np.array([1.0, -0.5])
    >>> def loss(x):  # gradient (2, -4), curvature (2, 8): a step of Newton's method
    ...     return x[0] ** 2 + 4 * x[1] ** 2
    >>> opt.step(np.array([2.0, -4.0]), opt.init(params), params, loss=loss)[0].round(6) + 0.0
    array([0., 0.])
    """
    decay = [AddDecayedWeights(weight_decay, where)] if weight_decay else []
    rng = np.random.default_rng(0) if rng is None else rng
    form = ScaleByAdahessian(beta1, beta2, epsilon, power, every, estimate, rng)
    return chain(form, *decay, ScaleByLearningRate(learning_rate), name="adahessian")
