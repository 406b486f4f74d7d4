"""Newton's direction, made to descend where the Hessian is not positive definite."""

from __future__ import annotations

import numpy as np

__all__ = ["Newton", "is_safely_positive", "reflected_step", "unit_scales"]


class Newton:
    """d = -∇²f(x)⁻¹ ∇f(x), the minimiser of the quadratic model.

    Where ∇²f is not safely positive definite, the model has no minimiser; its eigenvalues λ are then replaced by |λ|,
    and those near zero by `floor` times the largest, so that d descends, and leaves a saddle along the directions that
    go down from it. They are those of ∇²f with its diagonal scaled to ones: what is near zero is not to depend on the
    units of the variables. With modify=False the step is taken as it is, which may lead to a saddle or a maximum.

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
        if self.modify:
            D = unit_scales(H)
            M = D[:, None] * H * D
            if not is_safely_positive(M):
                return D * reflected_step(M, D * jac, self.floor)
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


def unit_scales(H: np.ndarray) -> np.ndarray:
    """D with which D H D has ±1 on its diagonal, shape (n,); 1 where H has 0.

    >>> unit_scales(np.diag([4.0, -0.25, 0.0]))
    array([0.5, 2. , 1. ])
    """
    diagonal = np.sqrt(np.abs(np.diagonal(H)))
    return 1 / np.where(diagonal > 0, diagonal, 1.0)


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
