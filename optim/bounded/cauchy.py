"""The generalised Cauchy point: how far the projected gradient path goes down in the model."""

from __future__ import annotations

import heapq

import numpy as np

from .compact import CompactHessian

__all__ = ["cauchy_point"]


def cauchy_point(
    x: np.ndarray, g: np.ndarray, lower: np.ndarray, upper: np.ndarray, B: CompactHessian
) -> tuple[np.ndarray, np.ndarray]:
    """The first local minimiser x_c of the model along x(t) = P(x - t g), and c = Wᵀ (x_c - x).

        m(x_c) = f + gᵀ (x_c - x) + ½ (x_c - x)ᵀ B (x_c - x)

    The path is piecewise linear; at each breakpoint one variable meets its bound. Between two, m is a parabola,
    whose two coefficients are updated in O(k²) operations.

    Source: Byrd, Lu, Nocedal and Zhu 1995, A limited memory algorithm for bound constrained optimization, algorithm CP.

    >>> B = CompactHessian(5, 2)    # the identity
    >>> cauchy_point(np.zeros(2), np.array([-4.0, -1.0]), np.zeros(2), np.array([1.0, 3.0]), B)[0]
    array([1., 1.])
    """
    toward = np.where(g < 0, upper, lower)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(g == 0, np.inf, (x - toward) / g)  # when each variable meets its bound
    d = np.where(t > 0, -g, 0.0)
    at = x.copy()
    p = B.W.T @ d
    c = np.zeros_like(p)
    slope = -float(d @ d)
    curvature = max(-B.theta * slope - float(p @ (B.M @ p)), np.finfo(float).eps * -B.theta * slope)
    if not slope:
        return at, c
    first_curvature = curvature
    breakpoints = [(time, i) for i, time in enumerate(t) if 0 < time < np.inf]
    heapq.heapify(breakpoints)
    before, best = 0.0, -slope / curvature
    while breakpoints:
        time, i = breakpoints[0]
        span = time - before
        if best < span:
            break
        heapq.heappop(breakpoints)
        at[i] = toward[i]
        moved, w, gi = at[i] - x[i], B.W[i], g[i]
        c += span * p
        Mw = B.M @ w
        slope += span * curvature + gi * gi + B.theta * gi * moved - gi * float(Mw @ c)
        curvature += -B.theta * gi * gi - 2 * gi * float(Mw @ p) - gi * gi * float(Mw @ w)
        curvature = max(curvature, np.finfo(float).eps * first_curvature)
        p += gi * w
        d[i] = 0.0
        before, best = time, -slope / curvature
        if slope >= 0 or not d.any():
            best = 0.0
            break
    best = max(best, 0.0)
    c += best * p
    free = d != 0
    at[free] = np.clip(x[free] + (before + best) * d[free], lower[free], upper[free])
    return at, c
