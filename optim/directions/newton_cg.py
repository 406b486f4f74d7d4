"""Newton's direction by conjugate gradients: for many variables, without the Hessian as a matrix."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["TruncatedNewton"]


class TruncatedNewton:
    """d ≈ -∇²f(x)⁻¹ ∇f(x), from conjugate gradients that stop where ‖∇²f d + ∇f‖ ≤ min(½, √‖∇f‖) ‖∇f‖.

    Each of their iterations takes one product of the Hessian with a vector. They stop too where the Hessian curves down
    along one of their directions; d then goes along that as far as if it curved up as much. All parts of d descend.

    Source: Nocedal and Wright 2006, algorithm 7.1, which leaves the last direction out, and so creeps along valleys
    that curve down. Dembo and Steihaug 1983.
    """

    order = 1
    scaled = True

    def __init__(self, max_products: int | None = None):
        self.max_products = max_products

    def start(self, n):
        pass

    def at(self, objective, x, jac):
        norm = math.sqrt(jac @ jac)
        tolerance = min(0.5, math.sqrt(norm)) * norm
        z, r, d = np.zeros_like(jac), jac, -jac
        square = float(r @ r)
        for j in range(self.max_products or 2 * jac.size + 10):
            product = objective.hessian_product(x, d)
            curvature = float(d @ product)
            if not curvature > np.finfo(float).eps * float(d @ d):
                reach = square / abs(curvature) if curvature else math.inf
                return z + reach * d if math.isfinite(reach) else z if j else d
            alpha = square / curvature
            z, r = z + alpha * d, r + alpha * product
            before, square = square, float(r @ r)
            if math.sqrt(square) <= tolerance:
                break
            d = -r + square / before * d
        return z

    def update(self, step, change, jac):
        pass

    def inverse_hessian(self):
        return None
