"""A picture of the losses that keeps up with training."""

from __future__ import annotations

import os
from typing import Any

from ..errors import ModelError
from .callback import Callback

__all__ = ["LivePlot"]


class LivePlot(Callback):
    """Draws `history.plot()` after each epoch.

    target  the path of a picture, which is written again and again, or Axes of Matplotlib
    every   epochs from one drawing to the next
    plot    further arguments of `history.plot`
    """

    order = 70

    def __init__(self, target: Any, every: int = 1, **plot: Any):
        if not (isinstance(every, int) and every >= 1):
            raise ModelError(f"every is a whole number of epochs that is at least 1, but it is {every!r}")
        if not (isinstance(target, str | os.PathLike) or hasattr(target, "plot")):
            raise ModelError(f"LivePlot draws to a path or to Axes of Matplotlib, not to {target!r}")
        self.target: Any = target
        self.every, self.plot = every, plot

    def epoch_ended(self, run):
        if run.epoch % self.every == 0:
            self._draw(run.history)

    def fit_ended(self, run):
        if len(run.history.steps):
            self._draw(run.history)

    def _draw(self, history):
        if hasattr(self.target, "plot"):
            self.target.clear()
            history.plot(ax=self.target, **self.plot)
            self.target.figure.canvas.draw_idle()
            return
        from matplotlib.figure import Figure

        figure = Figure(layout="constrained")  # of its own, so that nothing stays open
        history.plot(ax=figure.subplots(), **self.plot)
        figure.savefig(self.target)
