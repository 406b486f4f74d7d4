"""Steps from the gradients of several mini-batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .composite import Wrapper
from .transform import Transform, Workspace

__all__ = ["Accumulate", "accumulate"]


@dataclass(frozen=True)
class Accumulate(Wrapper):
    """u ← 0, and at every k-th gradient the step of `inner` with their mean; see `accumulate`."""

    inner: Transform
    every: int

    def __post_init__(self):
        if not (isinstance(self.every, int) and self.every >= 1):
            raise ValueError(f"every must be a whole number that is at least 1, but it is {self.every!r}")

    def start(self, workspace: Workspace):
        return {"inner": self.inner.start(workspace), "sum": workspace.zeros(), "t": 0}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        total = state["sum"]
        state["t"] = t = state["t"] + 1
        total += u
        if t % self.every:
            u[:] = 0
            return
        np.divide(total, self.every, u)
        total[:] = 0
        self.inner.apply(u, state["inner"], workspace)


def accumulate(transform: Transform, every: int) -> Transform:
    """A step at every k-th gradient, with the mean of the k; between them the parameters stay where they are.

    transform  what makes the step
    every      k

    The k steps of mini-batches of the same size are one of a batch of k times the size. Schedules count the steps that
    are made.

    >>> import optim
    >>> opt = accumulate(optim.sgd(1.0), every=2)
    >>> params = np.array([0.0])
    >>> state = opt.init(params)
    >>> for g in (1.0, 3.0, 5.0):
    ...     params, state = opt.step(np.array([g]), state, params)
    >>> params
    array([-2.])
    """
    return Accumulate(transform, every)
