"""Newton's direction, made to descend where the Hessian is not positive definite."""

from __future__ import annotations

import numpy as np

__all__ = ["Newton", "is_safely_positive", "reflected_step"]


class Newton:
    """d = -∇²f(x)⁻¹ ∇f(x), the minimiser of the quadratic model.

    Where ∇²f is not safely positive definite, the model has no minimiser; its eigenvalues λ are then replaced by |λ|,
    and those near zero by `floor` times the largest, so that d descends, and leaves a saddle along the directions that
    go down from it. With modify=False the step is taken as it is, which may lead to a saddle or a maximum.

    Source: Nocedal and Wright 2006, section 3.4; Dauphin et al. 2014 for the absolute values.
    """

    order = 2
    scaled = True

    def __init__(self, modify: bool = True, floor: float = 1e-8):
        self.modify, self.floor = modify, floor

    def start(self, n):
        pass

    def at(self, objective, x, jac):
        H = objective.hessian(x)
        if not np.isfinite(H).all():
            return np.full_like(jac, np.nan)  # no direction; the descent goes on by the gradient
        if self.modify and not is_safely_positive(H):
            return reflected_step(H, jac, self.floor)
        try:
            return -np.linalg.solve(H, jac)
        except np.linalg.LinAlgError:  # singular, and not to be modified
            return np.full_like(jac, np.nan)

    def update(self, step, change, jac):
        pass

    def inverse_hessian(self):
        return None


def is_safely_positive(H: np.ndarray) -> bool:
    """Whether H has a Cholesky factor, and one whose diagonal does not say that H is singular to working precision."""
    try:
        diagonal = np.diagonal(np.linalg.cholesky(H))
    except np.linalg.LinAlgError:
        return False
    return bool(diagonal.min() > np.sqrt(np.finfo(float).eps) * diagonal.max())


def reflected_step(H: np.ndarray, jac: np.ndarray, floor: float) -> np.ndarray:
    """-|H|⁻¹ g, with |λ| at least `floor` times the largest |λ|, shape (n,).

    >>> reflected_step(np.diag([2.0, -4.0]), np.array([2.0, 4.0]), 1e-8)
    array([-1., -1.])
    """
    eigenvalues, vectors = np.linalg.eigh(H)
    magnitudes = np.abs(eigenvalues)
    largest = magnitudes.max()
    if not largest:
        return -jac
    return -(vectors @ ((vectors.T @ jac) / np.maximum(magnitudes, floor * largest)))
