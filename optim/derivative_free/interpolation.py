"""Quadratic models through points whose values are known, and their minimum within a box."""

from __future__ import annotations

import numpy as np

__all__ = ["Quadratic", "lagrange_polynomials", "least_change", "minimise_in_box"]


class Quadratic:
    """q(s) = c + gᵀ s + ½ sᵀ H s, of steps s from the base point."""

    def __init__(self, c: float, g: np.ndarray, H: np.ndarray):
        self.c, self.g, self.H = c, g, H

    def __call__(self, s):
        return self.c + s @ self.g + 0.5 * ((s @ self.H) * s).sum(-1)

    def __neg__(self):
        return Quadratic(-self.c, -self.g, -self.H)


def _system(S):
    """The conditions of a least change, with steps S, shape (m, n), scaled to length 1; and the scale."""
    m, n = S.shape
    scale = max(np.abs(S).max(), 1e-300)
    S = S / scale
    W = np.zeros((m + n + 1, m + n + 1))
    W[:m, :m] = 0.5 * (S @ S.T) ** 2
    W[:m, m], W[:m, m + 1 :] = 1, S
    W[m, :m], W[m + 1 :, :m] = 1, S.T
    return W, S, scale


def least_change(model: Quadratic, S: np.ndarray, values: np.ndarray) -> Quadratic:
    """The quadratic with q(S_k) = values_k whose Hessian differs from the model's by least in Frobenius' norm.

    S  steps, shape (m, n) with n + 1 ≤ m ≤ (n + 1)(n + 2)/2

    Source: Powell 2004, Least Frobenius norm updating of quadratic models that satisfy interpolation conditions.
    """
    m = len(S)
    W, unit, scale = _system(S)
    right = np.concatenate([values - model(S), np.zeros(W.shape[0] - m)])
    found = _solve(W, right)
    weights = found[:m]
    H = model.H + (unit.T * weights) @ unit / scale**2
    return Quadratic(model.c + found[m], model.g + found[m + 1 :] / scale, H)


def lagrange_polynomials(S: np.ndarray) -> list[Quadratic]:
    """For each point the quadratic that is 1 there and 0 at all others, of least Hessian."""
    m, n = S.shape
    W, unit, scale = _system(S)
    columns = _solve(W, np.eye(m + n + 1)[:, :m])
    return [Quadratic(k[m], k[m + 1 :] / scale, (unit.T * k[:m]) @ unit / scale**2) for k in columns.T]


def _solve(W, right):
    try:
        return np.linalg.solve(W, right)
    except np.linalg.LinAlgError:  # points in special position
        return np.linalg.lstsq(W, right, rcond=None)[0]


def minimise_in_box(q: Quadratic, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """A step s, low ≤ s ≤ high with low ≤ 0 ≤ high, at which q is small: conjugate gradients on the free coordinates.

    A coordinate that reaches its bound is held there, and the rest go on afresh; along negative curvature the step
    goes to the bound. Source: in the manner of TRSBOX, Powell 2009, The BOBYQA algorithm.

    >>> q = Quadratic(0.0, np.array([-4.0, -1.0]), 2 * np.eye(2))
    >>> minimise_in_box(q, -np.ones(2), np.ones(2))
    array([1. , 0.5])
    """
    n = low.size
    s, free = np.zeros(n), np.ones(n, bool)
    for _ in range(n + 1):  # each time at least one more coordinate is held
        gradient = q.g + q.H @ s
        free &= ~(((s <= low) & (gradient > 0)) | ((s >= high) & (gradient < 0)))
        residual = np.where(free, -gradient, 0.0)
        d, squared = residual, float(residual @ residual)
        if squared <= 1e-28 * float(q.g @ q.g):
            return s
        for _ in range(2 * n):
            curvature = float(d @ q.H @ d)
            with np.errstate(divide="ignore", invalid="ignore"):
                room = np.where(d > 0, (high - s) / d, np.where(d < 0, (low - s) / d, np.inf))
            longest = float(room.min())
            alpha = squared / curvature if curvature > 0 else np.inf
            if alpha >= longest:
                s = np.minimum(np.maximum(s + longest * d, low), high)
                free &= room > longest
                break
            s = s + alpha * d
            residual = residual - alpha * np.where(free, q.H @ d, 0.0)
            before, squared = squared, float(residual @ residual)
            if squared <= 1e-16 * before or squared <= 1e-28 * float(q.g @ q.g):
                return s
            d = residual + squared / before * d
        else:
            return s
    return s
