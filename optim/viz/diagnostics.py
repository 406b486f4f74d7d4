"""What a run did, in four panels."""

from __future__ import annotations

from typing import Any

import numpy as np

from .convergence import convergence

__all__ = ["diagnostics"]

_PANELS = (("gap", "nfev"), ("grad_norm", "nfev"), ("step_norm", "nit"), ("lr", "nit"))


def diagnostics(runs: Any, *, f_min: float | None = None, ax=None):
    """Objective, gradient, step and learning rate of one or several runs; returns an array of four Axes, shape (2, 2).

    runs   a Result or a History, or a dict {name: Result}
    f_min  the least value known; by default the lowest of all runs
    ax     four Axes, in any shape; by default those of a new figure

    >>> import optim
    >>> optim.viz.diagnostics(optim.minimize(optim.problems.booth, np.zeros(2))).shape
    (2, 2)
    """
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.figure(figsize=(10, 7), layout="constrained").subplots(2, 2)
    axes = np.asarray(ax, dtype=object)
    if axes.size != 4:
        raise ValueError(f"diagnostics draws in four Axes, but ax has {axes.size}; give plt.subplots(2, 2)[1]")
    for letter, panel, (column, clock) in zip("abcd", axes.ravel(), _PANELS, strict=True):
        convergence(runs, x=clock, y=column, f_min=f_min, ax=panel)
        panel.set_title(f"({letter})", loc="left", fontsize="medium")
        if letter != "a" and panel.get_legend() is not None:
            panel.get_legend().remove()
    return axes
