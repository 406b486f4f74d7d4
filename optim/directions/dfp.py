"""DFP: the first quasi-Newton method, BFGS with the parts of s and y exchanged."""

from __future__ import annotations

import numpy as np

from .quasi_newton import BFGS

__all__ = ["DFP"]


class DFP(BFGS):
    """d = -H ∇f(x), with

        H⁺ = H - H y yᵀ H / yᵀHy + s sᵀ / yᵀs,

    where s is the step and y the change of the gradient along it. H stays positive definite where yᵀs > 0. It mends
    eigenvalues of H that are too large slowly, where BFGS does so at once.

    Source: Nocedal and Wright 2006, equation (6.15). Davidon 1959, Fletcher and Powell 1963.
    """

    enlarges = False  # H is rather too large

    def correct(self, H, step, change, curvature):
        product = H @ change  # Hy
        H += np.outer(step, step) / curvature - np.outer(product, product) / float(change @ product)
