"""SAM: the gradient at the worst point nearby."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arguments import require_positive
from .composite import Wrapper
from .transform import Transform, Workspace

__all__ = ["Sam", "sam"]


@dataclass(frozen=True)
class Sam(Wrapper):
    """u ← the step of `inner` with ∇f(x + e); see `sam`."""

    inner: Transform
    radius: float = 0.05
    adaptive: bool = False

    needs_x = needs_loss = True  # type: ignore[assignment]

    def __post_init__(self):
        require_positive(radius=self.radius)

    def start(self, workspace: Workspace):
        return {"inner": self.inner.start(workspace)}

    def apply(self, u: np.ndarray, state: Any, workspace: Workspace) -> None:
        x, scratch = workspace.x, workspace.scratch()
        if self.adaptive:
            np.abs(x, scratch)
            u *= scratch
            norm = math.sqrt(u.dot(u))
            u *= scratch
        else:
            norm = math.sqrt(u.dot(u))
        if norm:
            u *= self.radius / norm
        u[:] = workspace.loss.gradient(x + u)
        self.inner.apply(u, state["inner"], workspace)


def sam(transform: Transform, radius: float = 0.05, adaptive: bool = False) -> Transform:
    """Sharpness-aware minimisation.

        e = ρ g / ‖g‖,    the step of the transform with ∇f(x + e) for the gradient

    Two gradients in each step: `step` must be given the loss, as a function of the parameters.

    transform  what makes the step
    radius     ρ
    adaptive   e = ρ x² g / ‖|x| g‖ instead, which does not depend on the scale of the parameters (ASAM)

    Source: Foret et al. 2020 (arXiv:2010.01412), algorithm 1; adaptive: Kwon et al. 2021 (arXiv:2102.11600).

    >>> import optim
    >>> opt = sam(optim.sgd(0.1), radius=1.0)
    >>> params = np.array([2.0])
    >>> opt.step(2 * params, opt.init(params), params, loss=lambda x: (x**2).sum())[0]  # the gradient at 3 is 6
    array([1.4])
    """
    return Sam(transform, radius, adaptive)
