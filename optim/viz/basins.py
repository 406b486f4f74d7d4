"""Where a solver ends, by where it starts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..result import Result
from .grid import Box, new_axes

__all__ = ["basins"]

# Light, middle and dark in turn, so that neighbours in the table stay apart in grey.
_COLOURS = ("#f0c75e", "#56a0c8", "#10375c", "#d55e00", "#8fc9a0", "#7a3b69", "#b9b4a8", "#33691e")
_NOWHERE = (1.0, 1.0, 1.0)


def basins(solve: Callable[[np.ndarray], Result], box: Box, *, points: int = 60, apart: float = 1e-3, ax=None):
    """Colours each start by the end that a solver reaches from it, darker the more iterations it takes.

    solve   x0, shape (2,) → Result; such as lambda x0: optim.root(F, x0) or optim.minimize(f, x0, "newton")
    box     ((left, right), (bottom, top)) of starts
    points  of the grid, along each axis: that many squared runs
    apart   ends that are no further apart than this are one

    Runs without success leave white. The Axes returned have the picture, with ends numbered by how many starts lead
    there, and a legend of the ends.

    >>> import optim
    >>> ax = basins(lambda x0: optim.minimize(optim.problems.himmelblau, x0), optim.problems.himmelblau.box, points=6)
    >>> len(ax.get_legend().get_texts())
    4
    """
    (left, right), (bottom, top) = box
    a, b = np.linspace(left, right, points), np.linspace(bottom, top, points)
    ends: list[np.ndarray] = []
    which, iterations = np.full((points, points), -1), np.zeros((points, points))
    for row, y in enumerate(b):
        for column, x in enumerate(a):
            result = solve(np.array([x, y]))
            iterations[row, column] = result.nit
            if not result.success:
                continue
            end = np.asarray(result.x, dtype=float)
            near = [k for k, known in enumerate(ends) if np.linalg.norm(known - end) <= apart]
            if not near:
                ends.append(end)
            which[row, column] = near[0] if near else len(ends) - 1
    if not ends:
        raise ValueError("no run from this box succeeded, so there are no basins to draw")
    order = np.argsort([-np.sum(which == k) for k in range(len(ends))], kind="stable")
    ax = new_axes() if ax is None else ax
    picture = np.ones((points, points, 3)) * _NOWHERE
    slowest = max(1.0, float(np.quantile(iterations[which >= 0], 0.98)))
    depth = 0.35 + 0.65 * np.minimum(iterations / slowest, 1.0)[..., None]  # of the colour, the rest being white
    from matplotlib.colors import to_rgb

    for rank, k in enumerate(order):
        colour = _COLOURS[rank % len(_COLOURS)]
        picture = np.where((which == k)[..., None], 1 - depth * (1 - np.array(to_rgb(colour))), picture)
        x, y = ends[k]
        shown = ", ".join(f"{np.round(coordinate, 3) + 0.0:g}" for coordinate in ends[k])
        label = f"({shown}): {np.mean(which == k):.0%}" if rank < len(_COLOURS) else None
        ax.plot(x, y, "o", color=colour, markersize=9, markeredgecolor="black", markeredgewidth=1.3, label=label)
        ax.annotate(str(rank + 1), (x, y), xytext=(6, 6), textcoords="offset points", fontsize="small", weight="bold",
                    bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
                    annotation_clip=True)  # fmt: skip
    ax.imshow(picture, origin="lower", extent=(left, right, bottom, top), aspect="auto", interpolation="nearest")
    ax.set(xlabel="$x_1$ of the start", ylabel="$x_2$ of the start", xlim=box[0], ylim=box[1])
    ax.legend(loc="upper left", bbox_to_anchor=(1.01, 1), fontsize="small", title="ends", frameon=False)
    return ax
