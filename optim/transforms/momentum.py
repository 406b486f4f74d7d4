"""Momentum: steps that remember the gradients before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .chain import chain
from .scale import Rate, ScaleByLearningRate
from .transform import Transform, Workspace

__all__ = ["AveragedGradient", "Trace", "momentum", "nesterov", "sgd"]


@dataclass(frozen=True)
class Trace(Transform):
    """v ← β v + (1 - τ) g,  u ← v;  with Nesterov's look ahead  u ← g + β v.

    beta       β
    dampening  τ, which does not apply in the first step: there v = g
    nesterov   whether to look ahead; needs τ = 0
    """

    beta: float = 0.9
    dampening: float = 0.0
    nesterov: bool = False

    def __post_init__(self):
        _check_beta(self.beta)
        if self.nesterov and self.dampening:
            raise ValueError(f"Nesterov's momentum has no dampening, but dampening = {self.dampening}; leave it at 0")

    def start(self, workspace: Workspace):
        return {"v": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v, scratch = state["v"], workspace.scratch()
        v *= self.beta
        if self.dampening and state["t"]:
            v += np.multiply(u, 1 - self.dampening, scratch)
        else:
            v += u
        state["t"] += 1
        if self.nesterov:
            u += np.multiply(v, self.beta, scratch)
        else:
            u[:] = v


@dataclass(frozen=True)
class AveragedGradient(Transform):
    """v ← β v + (1 - β) g,  u ← v, from v = 0: the mean of the gradients, the recent ones counting more.

    debias  u ← v / (1 - βᵗ) instead, a mean from the first step on
    """

    beta: float = 0.9
    debias: bool = False

    def __post_init__(self):
        _check_beta(self.beta)

    def start(self, workspace: Workspace):
        return {"v": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state, workspace: Workspace) -> None:
        v = state["v"]
        state["t"] += 1
        u *= 1 - self.beta
        v *= self.beta
        v += u
        np.divide(v, 1 - self.beta ** state["t"] if self.debias else 1.0, u)


def momentum(learning_rate: Rate = 1e-3, beta: float = 0.9, averaged: bool = False) -> Transform:
    """Gradient descent with momentum.

        v ← β v + ∇f(x),            x⁺ = x - α v          classical (Polyak 1964)
        v ← β v + (1 - β) ∇f(x),    x⁺ = x - α v          averaged

    The averaged form is the classical one with the learning rate (1 - β) α.

    Source: Polyak 1964; for the averaged form Liquet, Moka and Nazarathy 2024, section 4.2 and figure 4.6.

    >>> import optim
    >>> optim.minimize(lambda x: x**2, 1.0, "momentum", learning_rate=0.1, beta=0.5, max_iter=2).x
    0.54
    """
    form = AveragedGradient(beta) if averaged else Trace(beta)
    return chain(form, ScaleByLearningRate(learning_rate), name="momentum")


def nesterov(learning_rate: Rate = 1e-3, beta: float = 0.9) -> Transform:
    """Gradient descent with Nesterov's accelerated gradient.

        v ← β v + ∇f(x),    x⁺ = x - α (∇f(x) + β v)

    This is the form with the gradient at the iterate itself (Sutskever et al. 2013; Nesterov 1983).

    >>> import optim
    >>> optim.minimize(lambda x: x**2, 1.0, "nesterov", learning_rate=0.1, beta=0.5, max_iter=1).x
    0.7
    """
    return chain(Trace(beta, nesterov=True), ScaleByLearningRate(learning_rate), name="nesterov")


def sgd(learning_rate: Rate = 1e-3, momentum: float = 0.0, dampening: float = 0.0, nesterov: bool = False) -> Transform:
    """Stochastic gradient descent, for gradients of mini-batches; the arguments and the steps are those of PyTorch.

        v ← μ v + (1 - τ) g  (v = g at first),    x⁺ = x - α v,    or with Nesterov's look ahead  x - α (g + μ v)

    momentum   μ
    dampening  τ

    >>> opt = sgd(0.5)
    >>> opt.step(np.array([2.0]), opt.init(np.array([3.0])), np.array([3.0]))[0]
    array([2.])
    """
    if nesterov and not momentum:
        raise ValueError("Nesterov's look ahead needs a momentum greater than 0")
    trace = [Trace(momentum, dampening, nesterov)] if momentum else []
    return chain(*trace, ScaleByLearningRate(learning_rate), name="sgd")


def _check_beta(beta):
    if not 0 <= beta < 1:
        raise ValueError(f"the momentum β must be at least 0 and less than 1, but it is {beta!r}")
