"""Level lines of a function of two variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .grid import Box, above, above_floor, colour_map, evaluate, log_levels, new_axes

__all__ = ["contour"]


def contour(
    f: Callable,
    box: Box | None = None,
    *,
    levels: Any = "log",
    count: int = 18,
    floor: float | None = None,
    points: int = 160,
    colourbar: bool = True,
    ax=None,
):
    """Filled contours of f over a box; returns the Axes.

    f       of an array of shape (2,); a `Problem` brings its own box and floor
    box     ((left, right), (bottom, top))
    levels  "log": evenly spaced in log(f - floor), so that a valley shows its floor and its walls alike; "linear"; or
            the values of f
    count   how many
    floor   what f is measured from; by default just below its least value on the grid
    points  of the grid, along each axis

    >>> import optim
    >>> ax = contour(optim.problems.rosenbrock, points=20)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('$x_1$', '$x_2$')
    """
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import LogFormatterSciNotation, LogLocator

    box = box if box is not None else getattr(f, "box", None)
    if box is None:
        raise ValueError("contour needs a box ((left, right), (bottom, top)) to draw")
    a, b, values = evaluate(f, box, points)
    ax = new_axes() if ax is None else ax
    if isinstance(levels, str) and levels == "log":
        heights, floor = above_floor(values, getattr(f, "f_min", None) if floor is None else floor)
        edges = log_levels(heights, count)
        norm, label = LogNorm(edges[0], edges[-1]), f"${above(floor)}$"
        shown = np.clip(heights, edges[0], None)
    else:
        if isinstance(levels, str) and levels != "linear":
            raise ValueError(f"levels must be 'log', 'linear' or the values of f, not {levels!r}")
        edges = (
            np.linspace(np.nanmin(values), np.nanmax(values), count) if isinstance(levels, str) else np.asarray(levels)
        )
        norm, label, shown = None, "$f$", values
    filled = ax.contourf(
        a, b, shown, levels=edges, cmap=colour_map(), norm=norm, extend="both" if norm is None else "max"
    )
    ax.contour(a, b, shown, levels=edges, colors="white", linewidths=0.4, alpha=0.6)
    if colourbar:
        bar = ax.figure.colorbar(filled, ax=ax, label=label)
        if norm is not None:
            bar.ax.yaxis.set_major_locator(LogLocator(numticks=8))
            bar.ax.yaxis.set_major_formatter(LogFormatterSciNotation())
            bar.ax.yaxis.set_minor_locator(LogLocator(subs=()))
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=box[0], ylim=box[1])
    return ax
