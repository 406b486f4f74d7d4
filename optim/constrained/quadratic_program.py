"""Strictly convex quadratic programs by the dual active-set method of Goldfarb and Idnani."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

__all__ = ["QuadraticSolution", "elastic_program", "quadratic_program"]

_DEPENDENT = 1e-11  # of a normal's length: what is left of it beside the active normals counts as nothing
_VIOLATED = 1e-13  # relative to the size of what is compared


class QuadraticSolution(NamedTuple):
    """x, and the multipliers of A x = b and C x ≥ d; `feasible` says whether there is any x at all."""

    x: np.ndarray
    equal: np.ndarray
    unequal: np.ndarray
    feasible: bool


def quadratic_program(
    G: np.ndarray, g: np.ndarray, A: np.ndarray, b: np.ndarray, C: np.ndarray, d: np.ndarray
) -> QuadraticSolution:
    """min ½ xᵀ G x + gᵀ x  subject to  A x = b,  C x ≥ d,  with G positive definite, shape (n, n).

    From the free minimiser on, constraints are added one by one, each by a step that keeps the multipliers of the
    others at least 0; those that reach 0 are dropped. The equations come first and are never dropped.

    Source: Goldfarb and Idnani 1983, algorithm of section 3. The factorisation is done anew for each set, which costs
    little beside the derivatives.

    >>> found = quadratic_program(
    ...     np.eye(2), np.array([-2.0, 0.0]), np.empty((0, 2)), np.empty(0), np.array([[-1.0, 0.0]]), np.array([-1.0])
    ... )
    >>> found.x, found.unequal
    (array([1., 0.]), array([1.]))
    """
    inverse = np.linalg.inv(np.linalg.cholesky(G))  # L⁻¹, G = L Lᵀ
    normals, sides, m_E = np.concatenate([A, C]), np.concatenate([b, d]), len(b)
    x = -inverse.T @ (inverse @ g)
    active: list[int] = []
    u = np.empty(0)
    signs = np.ones(len(sides))
    size = np.sqrt((normals * normals).sum(axis=1))
    given_up = np.zeros(len(sides), bool)  # equations that depend on others
    for _ in range(50 * (len(sides) + 1) + 100):
        slack = normals @ x - sides
        scale = _VIOLATED * (np.abs(sides) + size * (1.0 + np.sqrt(x @ x)))
        p = _next(slack, scale, active, given_up, m_E)
        if p is None:
            break
        if p < m_E and slack[p] > 0:
            signs[p] = -1.0
        normal = signs[p] * normals[p]
        multiplier, w = 0.0, inverse @ normal
        while True:
            N = (signs[active, None] * normals[active]).T
            Q, R = np.linalg.qr(inverse @ N, mode="complete")
            q = len(active)
            along = Q.T @ w
            r = np.linalg.solve(R[:q], along[:q]) if q else np.empty(0)
            free = along[q:]
            z = inverse.T @ (Q[:, q:] @ free)
            missing = signs[p] * (normals[p] @ x - sides[p])  # ≤ 0
            droppable = [k for k in range(q) if active[k] >= m_E and r[k] > 0]
            k = min(droppable, key=lambda k: u[k] / r[k], default=None)
            dual_step = np.inf if k is None else u[k] / r[k]
            is_dependent = np.sqrt(free @ free) <= _DEPENDENT * np.sqrt(w @ w)
            if is_dependent and p < m_E and -missing <= 1e-9 * max(1.0, abs(sides[p])):
                given_up[p] = True
                break
            primal_step = np.inf if is_dependent else -missing / float(free @ free)
            step = min(dual_step, primal_step)
            if step == np.inf:
                return _solution(x, active, signs, u, m_E, len(sides), feasible=False)
            if not is_dependent:
                x = x + step * z
            u, multiplier = u - step * r, multiplier + step
            if step == primal_step:
                active.append(p)
                u = np.append(u, multiplier)
                break
            assert k is not None  # its step was the shorter one
            del active[k]
            u = np.delete(u, k)
    else:
        return _solution(x, active, signs, u, m_E, len(sides), feasible=False)
    return _solution(x, active, signs, u, m_E, len(sides), feasible=True)


def elastic_program(G, g, A, b, C, d, weight: float, hard: np.ndarray) -> QuadraticSolution:
    """The program where its constraints may be violated, at a price: always feasible.

        min ½ xᵀ G x + gᵀ x + weight · t + ½ δ t²  subject to  |A x - b| ≤ t,  C x + t ≥ d,  t ≥ 0

    The rows of C that are `hard`, shape (m_I,), must agree with each other, such as bounds do, and are not violated.

    Source: Gill, Murray and Saunders 2005, section 1.1, for the idea ("elastic mode").
    """
    n, m_E = len(g), len(b)
    wide = np.zeros((n + 1, n + 1))
    wide[:n, :n], wide[n, n] = G, 1e-6 * max(1.0, float(np.trace(G)) / n)
    rows = np.concatenate([A, -A, C, np.zeros((1, n))])
    rows = np.hstack([rows, np.ones((len(rows), 1))])
    rows[2 * m_E : -1, n][hard] = 0.0
    found = quadratic_program(
        wide, np.append(g, weight), np.empty((0, n + 1)), np.empty(0), rows, np.concatenate([b, -b, d, [0.0]])
    )
    u = found.unequal
    return QuadraticSolution(found.x[:n], u[:m_E] - u[m_E : 2 * m_E], u[2 * m_E : -1], found.feasible)


def _next(slack, scale, active, given_up, m_E):
    """The equation that is not yet taken, or else the inequality that is violated most."""
    for p in range(m_E):
        if p not in active and not given_up[p]:
            return p
    violation = np.where(slack[m_E:] < -scale[m_E:], -slack[m_E:], 0.0)
    violation[[k - m_E for k in active if k >= m_E]] = 0.0
    return None if not violation.any() else m_E + int(np.argmax(violation))


def _solution(x, active, signs, u, m_E, m, feasible):
    multipliers = np.zeros(m)
    multipliers[active] = signs[active] * u
    return QuadraticSolution(x, multipliers[:m_E], np.maximum(multipliers[m_E:], 0.0), feasible)
