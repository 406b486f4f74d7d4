"""Which steps along a ray a line search may take."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .grid import new_axes

__all__ = ["acceptable", "wolfe"]


def acceptable(alphas, values, slopes, value: float, slope: float, c1: float, c2: float):
    """Where the steps satisfy the strong Wolfe conditions, a pair of masks: sufficient decrease, curvature."""
    return values <= value + c1 * alphas * slope, np.abs(slopes) <= c2 * abs(slope)


def wolfe(
    f: Callable,
    x: np.ndarray,
    direction: np.ndarray | None = None,
    *,
    c1: float = 1e-4,
    c2: float = 0.9,
    longest: float = 1.0,
    points: int = 600,
    ax=None,
):
    """φ(α) = f(x + α d) with the steps that the strong Wolfe conditions accept shaded; returns the Axes.

        φ(α) ≤ φ(0) + c1 α φ'(0)    and    |φ'(α)| ≤ c2 |φ'(0)|

    x, direction  shape (n,); the direction has to descend, and is -∇f(x) by default
    longest       the largest α drawn

    Source: Nocedal and Wright 2006, figures 3.3 to 3.5.
    """
    from autodiff import grad, jvp

    x = np.asarray(x, dtype=float)
    direction = -np.asarray(grad(f)(x)) if direction is None else np.asarray(direction, dtype=float)
    alphas = np.linspace(0, longest, points)
    values, slopes = np.array([jvp(lambda a: f(x + a * direction), (float(a),), (1.0,)) for a in alphas], dtype=float).T
    value, slope = values[0], slopes[0]
    if not slope < 0:
        raise ValueError(f"the slope along the direction is {slope:.3g}, so it does not descend; give another one")
    decrease, curvature = acceptable(alphas, values, slopes, value, slope, c1, c2)
    ax = new_axes() if ax is None else ax
    ax.plot(alphas, values, color="#10375c", linewidth=2, label=r"$\phi(\alpha)$")
    ax.plot(alphas, value + c1 * alphas * slope, color="#d55e00", linestyle="--", linewidth=1.5,
            label=rf"$\phi(0) + c_1 \alpha \phi'(0)$, $c_1$ = {c1:g}")  # fmt: skip
    label = rf"both conditions hold, $c_2$ = {c2:g}"
    for start, stop in _intervals(decrease & curvature):
        ax.axvspan(alphas[start], alphas[stop], color="#c9c2ae", alpha=0.75, linewidth=0, zorder=0, label=label)
        label = None
    for start, stop in _intervals(decrease):  # a bar at the foot, and another one above it
        ax.axvspan(alphas[start], alphas[stop], ymin=0, ymax=0.02, color="#d55e00", linewidth=0)
    for start, stop in _intervals(curvature):
        ax.axvspan(alphas[start], alphas[stop], ymin=0.025, ymax=0.045, color="#10375c", linewidth=0)
    ax.plot([], [], color="#d55e00", linewidth=5, label="sufficient decrease alone (lower bar)")
    ax.plot([], [], color="#10375c", linewidth=5, label="curvature alone (upper bar)")
    low, high = values.min(), max(value, np.quantile(values, 0.95))
    ax.set(xlabel=r"step $\alpha$", ylabel=r"$\phi(\alpha) = f(x + \alpha d)$", xlim=(0, longest),
           ylim=(low - 0.15 * (high - low), high + 0.1 * (high - low)))  # fmt: skip
    ax.legend(loc="best", fontsize="small")
    return ax


def _intervals(mask):
    """First and last index of each run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(start, stop - 1) for start, stop in edges.reshape(-1, 2)]
