"""The vector field of a game, and how it is played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .grid import Box, new_axes
from .paths import histories, line_styles, path_of

__all__ = ["game"]


def game(f: Callable, box: Box, *, runs: Any = None, arrows: int = 21, marks: int = 12, ax=None):
    """Where gradient play would go, (-∇ₓf, ∇ᵧf), as arrows of equal length, darker where stronger; returns the Axes.

    f       f(x, y) of two numbers, which x makes small and y makes large
    box     ((left, right), (bottom, top)) for x and y
    runs    results of `minimax` with record="full", or a dict {name: result}, drawn as paths
    arrows  along each axis
    marks   on each path, at equal numbers of evaluations

    >>> import optim
    >>> ax = game(lambda x, y: x * y, ((-1, 1), (-1, 1)), arrows=5)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('$x$, which makes $f$ small', '$y$, which makes $f$ large')
    """
    from autodiff import grad

    from .trajectory import halo

    (left, right), (bottom, top) = box
    x, y = np.meshgrid(np.linspace(left, right, arrows), np.linspace(bottom, top, arrows))
    gradient = grad(f, (0, 1))
    field = np.array(
        [[gradient(float(a), float(b)) for a, b in zip(*row, strict=True)] for row in zip(x, y, strict=True)]
    )
    u, v = -field[..., 0], field[..., 1]
    strength = np.hypot(u, v)
    length = np.where(strength > 0, strength, 1.0)
    ax = new_axes() if ax is None else ax
    drawn = ax.quiver(x, y, u / length, v / length, strength, cmap="Greys", pivot="mid", angles="xy",
                      scale=1.15 * arrows, width=0.0035)  # fmt: skip
    drawn.set_clim(-0.8 * strength.max(), 1.7 * strength.max())  # the weakest are visible, the strongest not black
    named = {} if runs is None else histories(runs)
    for index, (name, history) in enumerate(named.items()):
        path, style = path_of(history, name), line_styles(index)
        clock = np.linspace(0, history.nfev[-1], marks + 1)[1:]
        marked = np.unique(np.minimum(np.searchsorted(history.nfev, clock), len(path) - 1))
        ax.plot(
            *path.T, markevery=marked.tolist(), markersize=5, linewidth=1.7, path_effects=halo(), label=name, **style
        )
        ax.plot(*path[0], "o", color="white", markeredgecolor="black", markersize=7, zorder=4)
    if named:
        ax.legend(loc="upper right", fontsize="small")
    ax.set(xlabel="$x$, which makes $f$ small", ylabel="$y$, which makes $f$ large", xlim=box[0], ylim=box[1])
    return ax
