"""Several runs on one clock, as an animated picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .contour import contour
from .paths import histories, line_styles, path_of
from .trajectory import around

__all__ = ["race"]


def race(
    runs: Any,
    f: Callable,
    path: str | Path,
    box: Any = None,
    *,
    frames: int = 60,
    fps: int = 15,
    tail: int = 25,
    evaluations: float | None = None,
    ax=None,
    **contour_options,
):
    """Writes an animated GIF in which runs of two variables start together; returns the Axes, as they are at the end.

    runs         a Result, or a dict {name: Result}; run with record="full"
    path         of the file, which ends in .gif
    frames, fps  how many pictures, and how many in a second; the last one stays for a second
    tail         how many frames of its way each run drags behind it in full colour; all of it stays faintly
    evaluations  of the objective, until where the clock runs; by default until the last run has ended

    In each frame every run stands where it was after the same number of evaluations: that is what a step costs.

    Raises ValueError where the path does not end in .gif.
    """
    from matplotlib.animation import PillowWriter

    if Path(path).suffix.lower() != ".gif":
        raise ValueError(f"race writes animated GIFs, so the path must end in .gif, not {Path(path).name!r}")
    named = histories(runs)
    paths = {name: path_of(history, name) for name, history in named.items()}
    box = box or getattr(f, "box", None) or around(list(paths.values()))
    ax = contour(f, box, ax=ax, **({"colourbar": False} | contour_options))
    last = evaluations or max(history.nfev[-1] for history in named.values())
    clock = np.unique(np.round(np.linspace(1, last, frames)))
    artists = {}
    for index, name in enumerate(named):
        colour, marker = line_styles(index)["color"], line_styles(index)["marker"]
        artists[name] = (
            ax.plot([], [], color=colour, linewidth=1, alpha=0.35)[0],
            ax.plot([], [], color=colour, linewidth=2.2, linestyle=line_styles(index)["linestyle"])[0],
            ax.plot([], [], marker, color=colour, markersize=9, markeredgecolor="white", label=name, zorder=4)[0],
        )
    ax.set(xlim=box[0], ylim=box[1])
    ax.legend(loc="upper left", fontsize="small")
    writer = PillowWriter(fps=fps)
    with writer.saving(ax.figure, str(path), dpi=100):
        for frame in range(len(clock) + fps):
            at = min(frame, len(clock) - 1)
            for name, (whole, recent, head) in artists.items():
                until = _reached(named[name].nfev, clock[at])
                since = _reached(named[name].nfev, clock[max(0, at - tail)])
                way = paths[name][: until + 1]
                whole.set_data(*way.T)
                recent.set_data(*way[since:].T)
                head.set_data(*way[-1:].T)
            ax.set_title(f"{clock[at]:.0f} evaluations", fontsize="medium")
            writer.grab_frame()
    return ax


def _reached(nfev, evaluations):
    """The last row of a history by then."""
    return max(0, int(np.searchsorted(nfev, evaluations, side="right")) - 1)
