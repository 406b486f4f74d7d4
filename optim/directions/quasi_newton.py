"""BFGS: the inverse Hessian, learnt from how the gradient changes."""

from __future__ import annotations

import numpy as np

from ..errors import UnsupportedProblemError

__all__ = ["BFGS", "is_curved"]


class BFGS:
    """d = -H ∇f(x), with

        H⁺ = (I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ,    ρ = 1 / yᵀs,

    where s is the step and y the change of the gradient along it. H⁺ y = s, and H⁺ is positive definite as H is,
    provided that yᵀs > 0, which the Wolfe conditions see to; steps without are not learnt from. H starts as the
    identity, and is scaled by yᵀs / yᵀy before the first update, so that its size is right.

    scale  whether to scale so

    Source: Nocedal and Wright 2006, equations (6.17) and (6.20). Broyden, Fletcher, Goldfarb, Shanno 1970.
    """

    order = 1

    def __init__(self, scale: bool = True):
        self.scale = scale
        self.H: np.ndarray | None = None  # none until there is something to learn from

    @property
    def scaled(self) -> bool:
        return self.H is not None

    def start(self, n):
        if n > 20_000:
            raise UnsupportedProblemError(
                f"x0 has {n} numbers, so BFGS would keep a matrix of {n * n * 8 / 2**30:.0f} GiB; use method='lbfgs'"
            )
        self.H = None

    def at(self, objective, x, jac):
        return -jac if self.H is None else -(self.H @ jac)

    def update(self, step, change, jac):
        if not is_curved(step, change):
            return
        curvature = float(change @ step)  # yᵀs
        if self.H is None:
            self.H = np.eye(step.size)
            if self.scale:
                self.H *= curvature / float(change @ change)
        product = self.H @ change  # Hy
        cross = np.outer(product, step)  # Hy sᵀ
        weight = (1 + float(change @ product) / curvature) / curvature
        self.H += weight * np.outer(step, step) - (cross + cross.T) / curvature

    def inverse_hessian(self):
        return None if self.H is None else self.H.copy()


def is_curved(step: np.ndarray, change: np.ndarray) -> bool:
    """Whether yᵀs is positive by more than its rounding error."""
    curvature = float(change @ step)
    scale = float(np.sqrt((step @ step) * (change @ change)))
    return bool(np.isfinite(scale)) and curvature > np.finfo(float).eps * scale
