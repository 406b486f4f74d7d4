"""Singular values as a vector: norms of matrices that draw to low rank."""

from __future__ import annotations

import numpy as np

from .balls import L1Ball
from .spectral import soft_singular_values
from .term import ConvexSet, Term, as_weight

__all__ = ["Nuclear", "NuclearBall"]


class Nuclear(Term):
    """g(X) = w Σ σᵢ(X),  prox = U soft(σ, t w) Vᵀ: singular value thresholding

    Source: Cai, Candès and Shen 2010, theorem 2.1.

    >>> Nuclear(1.0).prox(np.diag([3.0, 0.5]))
    array([[2., 0.],
           [0., 0.]])
    """

    def __init__(self, weight: float = 1.0):
        self.weight = as_weight(weight, "the weight of Nuclear")

    def __call__(self, x):
        return self.weight * np.linalg.svd(x, compute_uv=False).sum()

    def prox(self, v, step=1.0):
        return soft_singular_values(v, step * self.weight)

    def __repr__(self):
        return f"Nuclear({self.weight!r})"


class NuclearBall(ConvexSet):
    """C = {X : Σ σᵢ(X) ≤ r},  P(V) = U P_l1(σ) Vᵀ; the extreme points are -r u vᵀ with the leading singular pair

    Source: Jaggi 2013, section 4.3.

    >>> NuclearBall(1.0).project(np.diag([2.0, 0.5]))
    array([[1., 0.],
           [0., 0.]])
    """

    def __init__(self, radius: float = 1.0):
        self._ball = L1Ball(radius)
        self.radius = self._ball.radius

    def project(self, v):
        sigma = np.linalg.svd(v, compute_uv=False)
        if sigma.sum() <= self.radius:
            return v
        return soft_singular_values(v, sigma[0] - self._ball.project(sigma)[0])  # σ₁ is always lowered by it

    def extreme_point(self, direction):
        U, _, Vt = np.linalg.svd(direction, full_matrices=False)
        return -self.radius * np.outer(U[:, 0], Vt[0])

    def __repr__(self):
        return f"NuclearBall({self.radius!r})"
