"""BFGS: the inverse Hessian, learnt from how the gradient changes."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnsupportedProblemError

__all__ = ["BFGS", "is_curved"]


class BFGS:
    """d = -H ∇f(x), with

        H⁺ = (I - ρ s yᵀ) H (I - ρ y sᵀ) + ρ s sᵀ,    ρ = 1 / yᵀs,

    where s is the step and y the change of the gradient along it. H⁺ y = s, and H⁺ is positive definite as H is,
    provided that yᵀs > 0, which the Wolfe conditions see to; steps without are not learnt from.

    Before the first update H is D sᵀD⁻¹s / yᵀs, the inverse of the first curvature seen, times `scale`. D holds the
    squares of the sizes of the variables where those of x0 differ widely, and is I otherwise. Later, before an update,
    H is enlarged by sᵀH⁻¹s / yᵀs where that is more than 2: where H is too large one step shows it, and the update
    mends it; where it is too small, the steps are short, and it would grow slowly. As the factor tends to 1 near a
    minimum, this comes to an end, and H to the inverse Hessian.

    scale  None leaves H the identity at first, whatever the units of x and f, and never enlarges it

    Source: Nocedal and Wright 2006, equation (6.17), and section 6.1 on the first H. Broyden, Fletcher, Goldfarb,
    Shanno 1970. Enlarging: Al-Baali 1998, Numerical experience with a class of self-scaling quasi-Newton algorithms,
    J. Optim. Theory Appl. 96, after Oren and Luenberger 1974.
    """

    order = 1
    enlarges = True

    def __init__(self, scale: float | None = 2.0):
        if scale is not None and not scale > 0:
            raise ValueError(f"scale must be greater than 0, or None, but it is {scale!r}")
        self.scale = scale
        self.start(0)

    @property
    def scaled(self) -> bool:
        return self.H is not None

    def start(self, n):
        if n > 20_000:
            raise UnsupportedProblemError(
                f"x0 has {n} numbers, so BFGS would keep a matrix of {n * n * 8 / 2**30:.0f} GiB; use method='lbfgs'"
            )
        self.H: np.ndarray | None = None  # none until there is something to learn from
        self._sizes: np.ndarray | None = None  # of the variables
        self._d: np.ndarray | None = None  # the last direction, -H ∇f

    def at(self, objective, x, jac):
        if self.H is None:
            self._sizes = sizes_of_variables(x)
            return -jac
        d = self._d = -(self.H @ jac)
        return d

    def update(self, step, change, jac):
        if not self.learns_from(step, change):
            return
        curvature = float(change @ step)  # yᵀs
        if self.H is None:
            self.H = self.first(step, curvature)
        elif self.enlarges and self.scale is not None and self._d is not None:
            alpha = math.sqrt(float(step @ step) / float(self._d @ self._d))
            excess = alpha * float(step @ (change - jac)) / curvature  # sᵀH⁻¹s / yᵀs, as H⁻¹s = -α ∇f(x)
            if _EXCESS < excess < math.inf:
                self.H *= excess
        self.correct(self.H, step, change, curvature)

    def first(self, step: np.ndarray, curvature: float) -> np.ndarray:
        """H before the first update."""
        if self.scale is None:
            return np.eye(step.size)
        D = np.ones_like(step) if self._sizes is None else self._sizes**2
        return np.diag(D * (self.scale * float(step @ (step / D)) / abs(curvature)))

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


_EXCESS = 2.0  # of sᵀH⁻¹s / yᵀs; enlarging for less would unlearn what has been learnt
_SPREAD = 0.75  # of log₁₀|x|, as a standard deviation; normally distributed numbers have 0.48
_FLOOR = 1e-6


def sizes_of_variables(x: np.ndarray) -> np.ndarray | None:
    """The magnitudes of the variables at the start, where they differ so widely that they seem to be meant; else None.

    >>> sizes_of_variables(np.array([0.02, 4000.0, -250.0])), sizes_of_variables(np.array([-1.2, 1.0]))
    (array([2.0e-02, 4.0e+03, 2.5e+02]), None)
    """
    magnitudes = np.abs(x)
    logarithms = np.log10(magnitudes[magnitudes > 0])
    if logarithms.size < 2 or not logarithms.std() > _SPREAD:
        return None
    typical = 10.0 ** logarithms.mean()
    return np.maximum(np.where(magnitudes > 0, magnitudes, typical), _FLOOR * magnitudes.max())
