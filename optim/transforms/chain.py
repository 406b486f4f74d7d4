"""Transforms one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .composite import Composite
from .transform import Transform, Workspace

__all__ = ["Chain", "chain"]


@dataclass(frozen=True)
class Chain(Composite):
    """u → first(u) → second(...) → ...; see `chain`."""

    parts: tuple[Transform, ...]
    name: str = "chain"

    def start(self, workspace: Workspace) -> Any:
        return [part.start(workspace) for part in self.parts]

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        for part, own in zip(self.parts, state):  # noqa: B905  (made together, and this is where time goes)
            part.apply(u, own, workspace)

    def evaluation(self, state: Any, x: np.ndarray, workspace: Workspace) -> np.ndarray:
        for part, own in zip(self.parts, state, strict=True):
            x = part.evaluation(own, x, workspace)
        return x

    def __repr__(self):
        return f"{self.name}({', '.join(map(repr, self.parts))})"


def chain(*transforms: Transform, name: str = "chain") -> Chain:
    """The transform that applies these one after the other: the gradient goes in first, the step comes out last.

    >>> import optim
    >>> opt = optim.chain(optim.transforms.ScaleByAdam(), optim.transforms.ScaleByLearningRate(0.1))
    >>> params = np.array([1.0, -2.0])
    >>> opt.step(params, opt.init(params), params)[0].round(6)
    array([ 0.9, -1.9])
    """
    for transform in transforms:
        if not isinstance(transform, Transform):
            raise TypeError(f"chain takes transforms, not a {type(transform).__name__}: {transform!r}")
    flat = [part for t in transforms for part in (t.parts if isinstance(t, Chain) else (t,))]
    return Chain(tuple(flat), name)
