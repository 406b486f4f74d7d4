"""Averages of the parameters along the way: moving, uniform, and Polyak's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least, require_fraction, require_positive
from .composite import Wrapper
from .transform import Transform, Workspace

__all__ = ["Asgd", "Ema", "Swa", "asgd", "ema", "swa"]


@dataclass(frozen=True)
class Ema(Wrapper):
    """Steps of `inner`; see `ema`."""

    inner: Transform
    decay: float = 0.999
    debias: bool = False

    needs_x = True  # type: ignore[assignment]

    def __post_init__(self):
        require_fraction(decay=self.decay)

    def start(self, workspace: Workspace):
        return {"inner": self.inner.start(workspace), "mean": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        self.inner.apply(u, state["inner"], workspace)
        mean, scratch = state["mean"], workspace.scratch()
        state["t"] = t = state["t"] + 1
        np.add(workspace.x, u, scratch)
        if t == 1 and not self.debias:
            np.copyto(mean, scratch)
        else:
            scratch -= mean
            scratch *= 1 - self.decay
            mean += scratch

    def evaluation(self, state: Any, x: np.ndarray, workspace: Workspace) -> np.ndarray:
        if not state["t"]:
            return x
        return state["mean"] / (1 - self.decay ** state["t"]) if self.debias else state["mean"]


@dataclass(frozen=True)
class Swa(Wrapper):
    """Steps of `inner`; see `swa`."""

    inner: Transform
    begin: int = 0
    every: int = 1

    needs_x = True  # type: ignore[assignment]

    def __post_init__(self):
        require_at_least(0, begin=self.begin)
        require_at_least(1, every=self.every)

    def start(self, workspace: Workspace):
        return {"inner": self.inner.start(workspace), "mean": workspace.zeros(), "t": 0, "number": 0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        self.inner.apply(u, state["inner"], workspace)
        state["t"] = t = state["t"] + 1
        if t <= self.begin or (t - self.begin - 1) % self.every:
            return
        mean, scratch = state["mean"], workspace.scratch()
        state["number"] += 1
        np.add(workspace.x, u, scratch)
        scratch -= mean
        scratch /= state["number"]
        mean += scratch

    def evaluation(self, state: Any, x: np.ndarray, workspace: Workspace) -> np.ndarray:
        return state["mean"] if state["number"] else x


@dataclass(frozen=True)
class Asgd(Transform):
    """u ← -η (g + λ x), and the mean of the parameters; see `asgd`."""

    learning_rate: float = 1e-2
    decay: float = 1e-4
    power: float = 0.75
    begin: float = 1e6
    name = "asgd"
    needs_x = True

    def __post_init__(self):
        require_positive(learning_rate=self.learning_rate)
        require_at_least(0, decay=self.decay, power=self.power, begin=self.begin)

    def start(self, workspace: Workspace):
        workspace.learning_rate = self.learning_rate
        return {"mean": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        mean, scratch = state["mean"], workspace.scratch()
        t = state["t"]
        eta = self.learning_rate / (1 + self.decay * self.learning_rate * t) ** self.power
        mu = 1 / max(1.0, t - self.begin)
        workspace.learning_rate = eta
        state["t"] = t + 1
        u += np.multiply(workspace.x, self.decay, scratch)
        u *= -eta
        np.add(workspace.x, u, scratch)
        scratch -= mean
        scratch *= mu
        mean += scratch

    def evaluation(self, state: Any, x: np.ndarray, workspace: Workspace) -> np.ndarray:
        return state["mean"] if state["t"] else x


def ema(transform: Transform, decay: float = 0.999, debias: bool = False) -> Transform:
    """The steps of a transform, and beside them the moving average of the parameters.

        x̄ ← δ x̄ + (1 - δ) x⁺, from x̄ = x⁺ after the first step;    `eval_params` gives x̄

    decay   δ
    debias  start from x̄ = 0 instead, and divide by 1 - δᵗ

    Source: Polyak and Juditsky 1992; torch.optim.swa_utils (without debias), optax.ema (with it).

    >>> import optim
    >>> opt = ema(optim.sgd(1.0), decay=0.5)
    >>> params = np.array([4.0])
    >>> state = opt.init(params)
    >>> for _ in range(2):
    ...     params, state = opt.step(np.array([2.0]), state, params)
    >>> params, opt.eval_params(state, params)
    (array([0.]), array([1.]))
    """
    return Ema(transform, decay, debias)


def swa(transform: Transform, begin: int = 0, every: int = 1) -> Transform:
    """Stochastic weight averaging: the steps of a transform, and the mean of the parameters along the way.

        x̄ = mean of the parameters after steps b + 1, b + 1 + k, b + 1 + 2k, ...;    `eval_params` gives x̄

    begin, every  b, k

    Source: Izmailov et al. 2018 (arXiv:1803.05407), algorithm 1.

    >>> import optim
    >>> opt = swa(optim.sgd(1.0))
    >>> params = np.array([4.0])
    >>> state = opt.init(params)
    >>> for _ in range(2):
    ...     params, state = opt.step(np.array([2.0]), state, params)
    >>> params, opt.eval_params(state, params)
    (array([0.]), array([1.]))
    """
    return Swa(transform, begin, every)


def asgd(learning_rate: float = 1e-2, decay: float = 1e-4, power: float = 0.75, begin: float = 1e6) -> Transform:
    """Averaged stochastic gradient descent, for t = 0, 1, ...

        η = α / (1 + λ α t)^p,    x⁺ = x - η (g + λ x),    x̄ ← x̄ + (x⁺ - x̄) / max(1, t - t₀);    `eval_params` gives x̄

    learning_rate, decay, power, begin   α, λ, p, t₀; until t₀ the mean is the last iterate

    Source: Polyak and Juditsky 1992; this form and its defaults are PyTorch's, after Bottou.

    >>> opt = asgd(0.5, decay=0.0)
    >>> opt.step(np.array([2.0]), opt.init(np.array([3.0])), np.array([3.0]))[0]
    array([2.])
    """
    return Asgd(learning_rate, decay, power, begin)
