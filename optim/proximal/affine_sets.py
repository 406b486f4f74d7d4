"""Sets with flat sides: solutions of equations, half-spaces."""

from __future__ import annotations

import numpy as np

from ..traced import as_array, as_number
from .term import ConvexSet, InvalidTermError

__all__ = ["Affine", "HalfSpace", "Hyperplane"]


class HalfSpace(ConvexSet):
    """C = {x : ⟨a, x⟩ ≤ b},  P(v) = v - max(⟨a, v⟩ - b, 0) a / ‖a‖²

    Source: Parikh and Boyd 2014, section 6.2.3.

    >>> HalfSpace(np.array([1.0, 0.0]), 2.0).project(np.array([5.0, 1.0]))
    array([2., 1.])
    """

    def __init__(self, a: np.ndarray, b: float):
        self.a, self.b = as_array(a), as_number(b)
        if not self.a.any():
            raise InvalidTermError("the normal a of a half-space or hyperplane must not be zero")

    def project(self, v):
        return v - np.maximum(self._excess(v), 0.0) * self.a

    def _excess(self, v):
        return ((self.a * v).sum() - self.b) / (self.a * self.a).sum()

    def __repr__(self):
        return f"{type(self).__name__}(a of shape {self.a.shape}, {self.b!r})"


class Hyperplane(HalfSpace):
    """C = {x : ⟨a, x⟩ = b},  P(v) = v - (⟨a, v⟩ - b) a / ‖a‖²

    >>> Hyperplane(np.array([1.0, 1.0]), 2.0).project(np.array([0.0, 0.0]))
    array([1., 1.])
    """

    def project(self, v):
        return v - self._excess(v) * self.a


class Affine(ConvexSet):
    """C = {x : A x = b},  P(v) = v - A⁺ (A v - b)

    A  shape (m, n); rows may depend on each other, as long as the equations have a solution
    b  shape (m,)

    Source: Parikh and Boyd 2014, section 6.2.2.

    >>> Affine(np.array([[1.0, 1.0]]), np.array([2.0])).project(np.array([0.0, 0.0])).round(12)
    array([1., 1.])
    """

    def __init__(self, A: np.ndarray, b: np.ndarray):
        self.A, self.b = as_array(A), as_array(b)
        if self.A.ndim != 2 or self.b.shape != self.A.shape[:1]:
            raise InvalidTermError(
                f"A x = b needs A of shape (m, n) and b of shape (m,), not {self.A.shape} and {self.b.shape}"
            )
        self._pseudo_inverse = np.linalg.pinv(self.A)
        misses = self.A @ (self._pseudo_inverse @ self.b) - self.b
        miss = np.abs(misses).max() if misses.size else 0.0
        if miss > 1e-9 * max(1.0, np.abs(self.b).max()):
            raise InvalidTermError(f"A x = b has no solution; the nearest misses by {miss:.3g}")

    def project(self, v):
        flat = np.ravel(v)
        return (flat - self._pseudo_inverse @ (self.A @ flat - self.b)).reshape(np.shape(v))

    def __repr__(self):
        return f"Affine(A of shape {self.A.shape})"
