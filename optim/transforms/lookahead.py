"""Lookahead: k steps forward, one step back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_at_least
from .composite import Wrapper
from .transform import Transform, Workspace

__all__ = ["Lookahead", "lookahead"]


@dataclass(frozen=True)
class Lookahead(Wrapper):
    """u ← the step of `inner`, and at every k-th the way to the slow parameters; see `lookahead`."""

    inner: Transform
    every: int = 5
    slow_step: float = 0.5

    needs_x = True  # type: ignore[assignment]

    def __post_init__(self):
        require_at_least(1, every=self.every)
        if not 0 < self.slow_step <= 1:
            raise ValueError(f"slow_step must be greater than 0 and at most 1, but it is {self.slow_step!r}")

    def start(self, workspace: Workspace):
        return {"inner": self.inner.start(workspace), "slow": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        slow = state["slow"]
        if state["t"] == 0:
            np.copyto(slow, workspace.x)
        state["t"] = t = state["t"] + 1
        self.inner.apply(u, state["inner"], workspace)
        if t % self.every == 0:
            u += workspace.x
            u -= slow
            slow += np.multiply(u, self.slow_step, u)
            np.subtract(slow, workspace.x, u)

    def evaluation(self, state: Any, x: np.ndarray, workspace: Workspace) -> np.ndarray:
        return state["slow"] if state["t"] else x


def lookahead(transform: Transform, every: int = 5, slow_step: float = 0.5) -> Transform:
    """Lookahead.

        x⁺ = x + (the step of the transform);    at every k-th step:  s ← s + a (x⁺ - s),  x⁺ = s

    `eval_params` gives the slow parameters s.

    transform         what makes the steps; its state goes on
    every, slow_step  k, a

    Source: Zhang, Lucas, Hinton and Ba 2019 (arXiv:1907.08610), algorithm 1.

    >>> import optim
    >>> opt = lookahead(optim.sgd(1.0), every=2, slow_step=0.5)
    >>> params = np.array([4.0])
    >>> state = opt.init(params)
    >>> for _ in range(2):
    ...     params, state = opt.step(np.array([1.0]), state, params)
    ...     print(params)
    [3.]
    [3.]
    """
    return Lookahead(transform, every, slow_step)
