"""BFGS: the inverse Hessian, learnt from how the gradient changes."""

from __future__ import annotations

import numpy as np

from ..errors import UnsupportedProblemError

__all__ = ["BFGS", "is_curved"]


class BFGS:
    """d = -H ∇f(x), with

        H⁺ = (I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ,    ρ = 1 / yᵀs,

    where s is the step and y the change of the gradient along it. H⁺ y = s, and H⁺ is positive definite as H is,
    provided that yᵀs > 0, which the Wolfe conditions see to; steps without are not learnt from.

    Before the first update H is the identity times `scale` · sᵀs / yᵀs, the inverse of the first curvature seen, but
    enlarged: where H is too large, one step shows it; where it is too small, the steps are short, and it grows slowly.

    scale  None leaves H the identity, whatever the units of x and f

    Source: Nocedal and Wright 2006, equation (6.17), and section 6.1 on the first H. Broyden, Fletcher, Goldfarb,
    Shanno 1970.
    """

    order = 1

    def __init__(self, scale: float | None = 30.0):
        if scale is not None and not scale > 0:
            raise ValueError(f"scale must be greater than 0, or None, but it is {scale!r}")
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
        if not self.learns_from(step, change):
            return
        curvature = float(change @ step)  # yᵀs
        if self.H is None:
            self.H = np.eye(step.size)
            if self.scale is not None:
                self.H *= self.scale * float(step @ step) / abs(curvature)
        self.correct(self.H, step, change, curvature)

    def learns_from(self, step: np.ndarray, change: np.ndarray) -> bool:
        """Whether a step is one to learn from."""
        return is_curved(step, change)

    def correct(self, H: np.ndarray, step: np.ndarray, change: np.ndarray, curvature: float) -> None:
        """Makes H⁺ of H, in place."""
        product = H @ change  # Hy
        cross = np.outer(product, step)  # Hy sᵀ
        weight = (1 + float(change @ product) / curvature) / curvature
        H += weight * np.outer(step, step) - (cross + cross.T) / curvature

    def inverse_hessian(self):
        return None if self.H is None else self.H.copy()


def is_curved(step: np.ndarray, change: np.ndarray) -> bool:
    """Whether yᵀs is positive by more than its rounding error."""
    curvature = float(change @ step)
    scale = float(np.sqrt((step @ step) * (change @ change)))
    return bool(np.isfinite(scale)) and curvature > np.finfo(float).eps * scale
