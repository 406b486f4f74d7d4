"""The way that runs take in the plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .contour import contour
from .grid import Box, new_axes
from .paths import histories, line_styles, path_of

__all__ = ["around", "halo", "trajectory"]


def trajectory(
    runs: Any,
    f: Callable | None = None,
    box: Any = None,
    *,
    marks: int = 10,
    trials: bool = True,
    ax=None,
    **contour_options,
):
    """The iterates of one or several runs of two variables, on the contours of f where it is given; returns the Axes.

    runs    a Result, or a dict {name: Result}; run with record="full"
    box     by default the problem's own, or one around the iterates
    marks   how many marks on each path; they stand at equal numbers of evaluations in all runs, so that marks of the
            same number compare
    trials  whether the points that were tried and not taken are drawn, faintly, and the circles of trust regions

    >>> import numpy as np, optim
    >>> run = optim.minimize(optim.problems.booth, np.zeros(2), record="full")
    >>> ax = trajectory(run, optim.problems.booth, points=20)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['bfgs', 'start']
    """
    named = histories(runs)
    paths = {name: path_of(history, name) for name, history in named.items()}
    box = box or getattr(f, "box", None) or around(list(paths.values()))
    if f is not None:
        ax = contour(f, box, ax=ax, **contour_options)
    elif contour_options:
        raise TypeError(f"{', '.join(contour_options)}: options of the contours, but there is no f to draw them of")
    ax = new_axes() if ax is None else ax
    longest = max(history.nfev[-1] for history in named.values())
    clock = np.linspace(0, longest, marks + 1)[1:]
    for index, (name, path) in enumerate(paths.items()):
        history, style = named[name], line_styles(index)
        marked = np.unique(np.searchsorted(history.nfev, clock[clock <= history.nfev[-1]]))
        on_contour = {"path_effects": halo()}  # the line stays visible on light and dark ground
        ax.plot(
            *path.T, label=name or None, markevery=marked.tolist(), markersize=5, linewidth=1.6, **style, **on_contour
        )
        if trials:
            rejected = _rejected(history, path)
            ax.plot(*rejected.T, ".", color=style["color"], markersize=3, alpha=0.45, zorder=1.9)
            _draw_regions(ax, history, path, style["color"])
        ax.plot(*path[-1], "*", color=style["color"], markersize=12, markeredgecolor="white", zorder=4)
    starts = np.unique([path[0] for path in paths.values()], axis=0)
    ax.plot(*starts.T, "o", color="white", markeredgecolor="black", markersize=7, label="start", linestyle="", zorder=4)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=box[0], ylim=box[1])
    ax.legend(loc="best", fontsize="small")
    return ax


def _draw_regions(ax, history, path, color):
    """The circle around each iterate within which its model was trusted, for methods that have one."""
    from matplotlib.patches import Circle

    if "radius" not in history.columns:
        return
    for center, radius in zip(path, history["radius"], strict=True):
        if np.isfinite(radius):
            ax.add_patch(Circle(center, radius, fill=False, edgecolor=color, alpha=0.35, linewidth=0.7, zorder=1.8))


def _rejected(history, path):
    """The evaluated points that are no iterates, shape (k, 2)."""
    taken = {point.tobytes() for point in path}
    points = [point for point in np.asarray(history.evaluated, dtype=float) if point.tobytes() not in taken]
    return np.array(points).reshape(-1, 2)


def around(paths) -> Box:
    """A box that holds all points of some paths, with a margin."""
    points = np.concatenate([path[np.isfinite(path).all(axis=1)] for path in paths])
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.1 * (high - low)
    margin[margin == 0] = 0.5
    return ((low[0] - margin[0], high[0] + margin[0]), (low[1] - margin[1], high[1] + margin[1]))


def halo():
    """A light rim for lines, which keeps them visible on any ground."""
    from matplotlib.patheffects import Normal, Stroke

    return [Stroke(linewidth=3.2, foreground="white", alpha=0.8), Normal()]
