"""A function of two variables as a landscape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .grid import Box, above, above_floor, colour_map, evaluate, log_levels, new_axes
from .paths import histories, line_styles, path_of

__all__ = ["surface"]


def surface(
    f: Callable,
    box: Box | None = None,
    *,
    runs: Any = None,
    log: bool = True,
    floor: float | None = None,
    points: int = 120,
    ax=None,
):
    """The graph of f over a box, with its level lines on the ground below; returns the Axes, three-dimensional ones.

    f      of an array of shape (2,); a `Problem` brings its own box and floor
    runs   a Result or a dict {name: Result}, run with record="full", whose paths are drawn on the surface
    log    whether the height is log₁₀(f - floor), so that a flat valley is not lost below high walls
    floor  what f is measured from; by default just below its least value on the grid

    >>> import optim
    >>> surface(optim.problems.peaks, log=False, points=20).get_zlabel()
    '$f$'
    """
    box = box if box is not None else getattr(f, "box", None)
    if box is None:
        raise ValueError("surface needs a box ((left, right), (bottom, top)) to draw")
    a, b, values = evaluate(f, box, points)
    lowest = 0.0
    if log:
        heights, floor = above_floor(values, getattr(f, "f_min", None) if floor is None else floor)
        lowest = log_levels(heights, 2, below=0.03)[0]  # a grid cannot resolve the floor of a narrow valley

    def height(value):
        return np.log10(np.maximum(value - floor, lowest)) if log else np.asarray(value, dtype=float)

    ax = new_axes(projection="3d") if ax is None else ax
    z = height(values)
    low, high = float(np.nanmin(z)), float(np.nanmax(z))
    ground = low - 0.35 * (high - low)
    grid = np.meshgrid(a, b)
    ax.plot_surface(*grid, z, cmap=colour_map(), rcount=points, ccount=points, linewidth=0, antialiased=False)
    ax.contour(*grid, z, levels=12, zdir="z", offset=ground, cmap=colour_map(), linewidths=0.8)
    for index, (name, history) in enumerate(histories(runs).items() if runs is not None else ()):
        path = path_of(history, name)
        lifted = height(np.array([float(f(point)) for point in path])) + 0.02 * (high - low)
        style = line_styles(index)
        ax.plot(*path.T, lifted, color=style["color"], linewidth=2, zorder=10, label=name or None)
        ax.plot(*path[-1], lifted[-1], "*", color=style["color"], markersize=11, markeredgecolor="white", zorder=11)
        if name:
            ax.legend(loc="upper left", fontsize="small")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xlim=box[0], ylim=box[1], zlim=(ground, high))
    name = above(floor or 0.0)
    log_name = rf"$\log_{{10}} {name}$" if name == "f" else rf"$\log_{{10}}({name})$"
    ax.set_zlabel(log_name if log else "$f$", labelpad=8)
    ax.set_box_aspect(None, zoom=0.88)  # keeps the labels within the figure
    return ax
