"""How fast runs converge."""

from __future__ import annotations

from typing import Any

import numpy as np

from .grid import new_axes
from .paths import histories, line_styles

__all__ = ["convergence"]

_X_LABELS = {"nfev": "evaluations of the objective", "nit": "iterations", "time": "time [s]"}
_Y_LABELS = {
    "fun": "objective $f$",
    "gap": r"lowest $f$ so far $-\ f_{\min}$",
    "grad_norm": r"$\|\nabla f\|_\infty$",
    "step_norm": r"length of the step $\|s\|_2$",
    "lr": "learning rate or step length",
}


def convergence(runs: Any, *, x: str = "nfev", y: str = "gap", f_min: float | None = None, ax=None, **style):
    """A column of the history against the work done, for one or several runs; returns the Axes.

    runs   a Result or a History, or a dict {name: Result}
    x      "nfev", "nit" or "time"
    y      "gap": the lowest objective so far, above f_min; or any column, such as "fun", "grad_norm", "lr"
    f_min  the least value known; by default the lowest of all the runs, where their lines then end
    style  of the lines, as in Axes.plot

    The vertical axis is logarithmic where no number is negative; exact zeros are left out then.

    >>> import numpy as np, optim
    >>> run = optim.minimize(optim.problems.booth, np.zeros(2))
    >>> convergence(run, y="grad_norm").get_yscale()
    'log'
    """
    if x not in _X_LABELS:
        raise ValueError(f"x must be one of {', '.join(_X_LABELS)}, not {x!r}")
    named = histories(runs)
    if y == "gap" and f_min is None:
        f_min = min(float(np.nanmin(history.fun)) for history in named.values())
    ax = new_axes() if ax is None else ax
    positive = True
    for index, (name, history) in enumerate(named.items()):
        across = np.arange(len(history)) if x == "nit" else history[x]
        up = np.fmin.accumulate(history.fun) - f_min if y == "gap" else history[y]
        has_a_sign = np.nanmin(up) < 0
        shown = np.isfinite(up) & ((up > 0) | has_a_sign)  # a logarithm has no place for an exact zero
        positive &= bool((up[shown] > 0).all())
        options = line_styles(index) | {"linewidth": 1.7, "markersize": 5, "markevery": 0.12, "label": name or None}
        ax.plot(across[shown], up[shown], **(options | style))
    ax.set(xlabel=_X_LABELS[x], ylabel=_Y_LABELS.get(y, y), yscale="log" if positive else "linear")
    ax.grid(visible=True, which="major", color="#dddddd", linewidth=0.7)
    ax.set_axisbelow(True)
    if any(named):
        ax.legend(loc="best", fontsize="small")
    return ax
