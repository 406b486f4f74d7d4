"""Cones that are not polyhedral: the second-order cone and the positive semidefinite matrices."""

from __future__ import annotations

import numpy as np

from .spectral import positive_part
from .term import ConvexSet

__all__ = ["PositiveSemidefinite", "SecondOrderCone"]


class SecondOrderCone(ConvexSet):
    """C = {(x, s) : ‖x‖₂ ≤ s}, with s the last entry

        P(v, s) = (v, s) within,  0 where ‖v‖ ≤ -s,  and otherwise ½ (1 + s / ‖v‖) (v, ‖v‖)

    Source: Parikh and Boyd 2014, section 6.3.2.

    >>> SecondOrderCone().project(np.array([2.0, 0.0]))
    array([1., 1.])
    """

    def project(self, v):
        flat = np.ravel(v)
        body, s = flat[:-1], flat[-1]
        norm = np.sqrt(body @ body)
        if norm <= s:
            return v
        if norm <= -s:
            return np.zeros_like(v)
        return (0.5 * (1 + s / norm) * np.hstack([body, norm])).reshape(np.shape(v))

    def __repr__(self):
        return "SecondOrderCone()"


class PositiveSemidefinite(ConvexSet):
    """C = {X : X = Xᵀ, all eigenvalues ≥ 0},  P(V) = Q max(Λ, 0) Qᵀ of the symmetric part ½ (V + Vᵀ) = Q Λ Qᵀ

    Source: Higham 1988; Parikh and Boyd 2014, section 6.3.3.

    >>> PositiveSemidefinite().project(np.diag([2.0, -3.0]))
    array([[2., 0.],
           [0., 0.]])
    """

    def project(self, v):
        return positive_part(0.5 * (v + v.T))

    def __repr__(self):
        return "PositiveSemidefinite()"
