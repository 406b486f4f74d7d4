"""Minimisers of a quadratic model within a ball: min gᵀp + ½ pᵀH p with ‖p‖ ≤ Δ."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Protocol

import numpy as np

__all__ = ["Dogleg", "Exact", "Proposal", "Steihaug", "Subproblem"]


class Proposal(NamedTuple):
    """A step p, shape (n,), and the decrease of the model along it, -gᵀp - ½ pᵀH p."""

    step: np.ndarray
    predicted: float


class Subproblem(Protocol):
    """Proposes a step within the radius."""

    order: int

    def step(self, objective, x: np.ndarray, jac: np.ndarray, radius: float) -> Proposal: ...


class Exact:
    """The global minimiser, p = -(H + λI)⁻¹ g with the least λ ≥ 0 for which H + λI ≥ 0 and ‖p‖ ≤ Δ.

    λ is the root of 1/Δ - 1/‖p(λ)‖, which is almost linear, so that Newton's method finds it in a few steps. It uses
    the eigenvalues of H, found once for each iterate. Where g has no part along the lowest eigenvector (the hard case),
    p is short even for the largest admissible H + λI; then that eigenvector is added up to the radius.

    Source: Moré and Sorensen 1983, Computing a trust region step; Nocedal and Wright 2006, section 4.3.
    """

    order = 2

    def __init__(self):
        self._at: Any = None
        self._factors: Any = None

    def step(self, objective, x, jac, radius):
        if x is not self._at:
            self._at, self._factors = x, np.linalg.eigh(objective.hessian(x))
        eigenvalues, Q = self._factors
        gamma = Q.T @ jac
        components = exact_components(eigenvalues, gamma, radius)
        predicted = -(gamma @ components) - 0.5 * (eigenvalues @ components**2)
        return Proposal(Q @ components, float(predicted))


def exact_components(eigenvalues: np.ndarray, gamma: np.ndarray, radius: float) -> np.ndarray:
    """The minimiser in the eigenvectors' coordinates, shape (n,); eigenvalues in rising order.

    >>> exact_components(np.array([1.0, 2.0]), np.array([-1.0, 2.0]), 10.0)    # Newton's step, within the radius
    array([ 1., -1.])
    >>> exact_components(np.array([-1.0, 1.0]), np.array([0.0, 2.0]), 2.0)    # the hard case: from a ridge
    array([ 1.73205081, -1.        ])
    """
    lowest = eigenvalues[0]
    if lowest > 0:
        newton = -gamma / eigenvalues
        if np.linalg.norm(newton) <= radius:
            return newton
    floor = max(0.0, -lowest)
    shifted = eigenvalues + floor
    flat = shifted <= 1e-14 * max(1e-300, np.abs(eigenvalues).max())
    if not (np.abs(gamma[flat]) > 1e-14 * np.linalg.norm(gamma)).any():
        short = np.where(flat, 0.0, -gamma / np.where(flat, 1.0, shifted))
        rest = radius**2 - short @ short
        if rest >= 0:
            if lowest < 0:
                short[0] = math.sqrt(rest) if gamma[0] <= 0 else -math.sqrt(rest)
            return short
    # ‖g‖ / (λ + eigenvalue) bounds ‖p‖ from both sides, so these enclose λ
    norm = np.linalg.norm(gamma)
    low, high = max(floor, norm / radius - eigenvalues[-1]), norm / radius - lowest
    shift = max(low, min(high, floor + norm / radius * 1e-3))
    for _ in range(100):
        below = eigenvalues + shift
        if not (below > 0).all():
            low, shift = shift, 0.5 * (shift + high)
            continue
        p = -gamma / below
        length = np.linalg.norm(p)
        if abs(length - radius) <= 1e-10 * radius:
            break
        low, high = (shift, high) if length > radius else (low, shift)
        newton = shift + (length - radius) / radius * length**2 / (p**2 @ (1 / below))
        following = newton if low < newton < high else 0.5 * (low + high)
        if following == shift:
            break
        shift = following
    p = -gamma / np.maximum(eigenvalues + shift, 1e-300)
    return p * min(1.0, radius / np.linalg.norm(p))


class Dogleg:
    """Along the gradient to the model's minimiser on it, p_U = -(gᵀg / gᵀH g) g, and from there towards Newton's step.

    Where H is not positive definite, there is no Newton step; the model then has the absolute values of its
    eigenvalues.

    Source: Nocedal and Wright 2006, section 4.1. Powell 1970.
    """

    order = 2

    def __init__(self):
        self._at: Any = None
        self._model: Any = None

    def step(self, objective, x, jac, radius):
        if x is not self._at:
            H = objective.hessian(x)
            eigenvalues, Q = np.linalg.eigh(H)
            magnitudes = np.abs(eigenvalues)
            magnitudes = np.maximum(magnitudes, 1e-10 * max(magnitudes.max(), 1e-300))
            self._at, self._model = x, ((Q * magnitudes) @ Q.T, -(Q @ ((Q.T @ jac) / magnitudes)))
        B, newton = self._model
        step = self._on_path(B, newton, jac, radius)
        return Proposal(step, float(-(jac @ step) - 0.5 * (step @ B @ step)))

    @staticmethod
    def _on_path(B, newton, jac, radius):
        if np.linalg.norm(newton) <= radius:
            return newton
        norm = np.linalg.norm(jac)
        unit = jac / norm
        along = norm / (unit @ B @ unit)  # the length of p_U
        if along >= radius:
            return -radius * unit
        start, leg = -along * unit, newton + along * unit
        return start + _to_boundary(start, leg, radius) * leg


class Steihaug:
    """Conjugate gradients on H p = -g, cut off where they leave the ball or find a direction of negative curvature.

    H is not formed: each iteration takes one product H v, by forward over reverse differentiation. Stops where the
    residual is at most min(½, √‖g‖) ‖g‖, so that the method converges superlinearly.

    Source: Nocedal and Wright 2006, algorithm 7.2. Steihaug 1983.
    """

    order = 1

    def step(self, objective, x, jac, radius):
        norm = float(np.linalg.norm(jac))
        tolerance = min(0.5, math.sqrt(norm)) * norm
        z, r, d, Hz = np.zeros_like(jac), jac, -jac, np.zeros_like(jac)
        square = float(r @ r)
        for _ in range(2 * jac.size + 10):
            Hd = objective.hessian_product(x, d)
            curvature = float(d @ Hd)
            alpha = square / curvature if curvature > 0 else math.inf
            if not curvature > 0 or np.linalg.norm(z + alpha * d) >= radius:
                tau = _to_boundary(z, d, radius)
                return self._propose(jac, z + tau * d, Hz + tau * Hd)
            z, Hz, r = z + alpha * d, Hz + alpha * Hd, r + alpha * Hd
            before, square = square, float(r @ r)
            if math.sqrt(square) <= tolerance:
                break
            d = -r + square / before * d
        return self._propose(jac, z, Hz)

    @staticmethod
    def _propose(jac, step, product):
        return Proposal(step, float(-(jac @ step) - 0.5 * (step @ product)))


def _to_boundary(start, leg, radius):
    """The τ ≥ 0 with ‖start + τ leg‖ = radius."""
    a, b, c = leg @ leg, start @ leg, start @ start - radius**2
    root = math.sqrt(max(b * b - a * c, 0.0))
    return float(-c / (b + root)) if b > 0 else float((root - b) / a)  # without cancellation
