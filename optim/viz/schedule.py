"""Learning rates over the steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .grid import new_axes
from .paths import line_styles

__all__ = ["schedule"]


def schedule(schedules: Callable | Mapping[str, Callable], steps: int, *, log: bool = False, ax=None):
    """Learning rates α_t for t = 0 ... steps - 1; returns the Axes.

    schedules  a function t → α_t, as those of `optim.schedules` are, or a dict {name: schedule}
    steps      how many
    log        whether the axis of the rates is logarithmic

    >>> import optim
    >>> ax = schedule(optim.schedules.cosine(0.1, steps=100), 100)
    >>> float(ax.get_lines()[0].get_ydata()[0])
    0.1
    """
    named: Mapping[Any, Callable] = schedules if isinstance(schedules, Mapping) else {None: schedules}
    ax = new_axes() if ax is None else ax
    t = np.arange(steps)
    for index, (name, rate) in enumerate(named.items()):
        style = line_styles(index)
        ax.plot(t, [float(rate(int(step))) for step in t], color=style["color"], linestyle=style["linestyle"],
                linewidth=1.9, label=name)  # fmt: skip
    ax.set(xlabel="step $t$", ylabel=r"learning rate $\alpha_t$", xlim=(0, max(1, steps - 1)))
    ax.set_yscale("log" if log else "linear")
    if not log:
        ax.set_ylim(bottom=0)
    ax.grid(visible=True, color="#dddddd", linewidth=0.7)
    ax.set_axisbelow(True)
    if isinstance(schedules, Mapping):
        ax.legend(loc="best", fontsize="small")
    return ax
