"""A bar that shows how far training is."""

from __future__ import annotations

from typing import Any

from .callback import Callback

__all__ = ["Progress"]


class Progress(Callback):
    """One bar for all steps, with the losses and metrics of the last epoch. `fit` shows it unless progress=False.

    file  where it is written; None for the standard error
    """

    order = 90

    def __init__(self, file: Any = None):
        self.file, self.bar = file, None

    def fit_started(self, run):
        from tqdm.auto import tqdm

        total = run.epochs * len(run.loader)
        if run.steps is not None:
            total = min(total, run.steps * run.accumulate)
        done = run.epoch * len(run.loader) + run.batch
        self.bar = tqdm(total=total, initial=done, file=self.file, unit="batch", dynamic_ncols=True)

    def batch_ended(self, run):
        if self.bar is not None:
            self.bar.update()
            self.bar.set_description(f"epoch {run.epoch + 1}/{run.epochs}, loss {run.value:.4g}", refresh=False)

    def epoch_ended(self, run):
        if self.bar is not None:
            left = run.epoch * len(run.loader) - self.bar.n  # of an epoch that was cut short
            self.bar.update(min(left, self.bar.total - self.bar.n))
            row = run.history.epochs.row(-1)
            hidden = ("epoch", "step", "time", "learning_rate")
            self.bar.set_postfix({name: f"{value:.4g}" for name, value in row.items() if name not in hidden})

    def fit_ended(self, run):
        if self.bar is not None:
            self.bar.close()
            self.bar = None
