"""Training that ends where it no longer helps."""

from __future__ import annotations

import numpy as np

from ..errors import ModelError
from .callback import Callback, CancelFit

__all__ = ["EarlyStopping"]


class Monitor:
    """Whether a column of the epochs gets better.

    column     its name
    min_delta  by how much a value must be better than the best to count
    largest    whether better is larger
    """

    def __init__(self, column: str, min_delta: float = 0.0, largest: bool = False):
        if min_delta < 0:
            raise ModelError(f"min_delta is at least 0, but it is {min_delta!r}")
        self.column, self.min_delta, self.largest = column, min_delta, largest
        self.best = -np.inf if largest else np.inf

    def value(self, run) -> float:
        if self.column not in run.history.epochs.columns:
            remedy = " (give fit a `validation`)" if "validation" in self.column else ""
            raise ModelError(
                f"there is no column {self.column!r} to monitor{remedy}; there are "
                f"{', '.join(run.history.epochs.columns)}"
            )
        return float(run.history[self.column][-1])

    def improves(self, value: float) -> bool:
        """Whether this is a new best, which is then remembered."""
        better = value > self.best + self.min_delta if self.largest else value < self.best - self.min_delta
        if better:
            self.best = value
        return better


class EarlyStopping(Callback):
    """Ends training after `patience` epochs in a row without a new best, and puts the best model back.

    monitor    a column of the epochs
    patience   epochs
    min_delta  by how much a value must be better than the best to count
    largest    whether better is larger, as for an accuracy
    restore    whether the model ends with the parameters and buffers of its best epoch, however training ends

    Source: Prechelt 1998, Early stopping - but when?
    """

    order = 50

    def __init__(
        self,
        monitor: str = "validation_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        largest: bool = False,
        restore: bool = True,
    ):
        if not (isinstance(patience, int) and patience >= 1):
            raise ModelError(f"patience is a whole number of epochs that is at least 1, but it is {patience!r}")
        self.monitor, self.patience, self.is_restoring = Monitor(monitor, min_delta, largest), patience, restore
        self.best_epoch, self.bad = 0, 0
        self.arrays: dict[str, np.ndarray] | None = None

    def fit_started(self, run):
        if self.is_restoring:
            run.at_end.append(lambda: self._put_back(run.model))

    def epoch_ended(self, run):
        value = self.monitor.value(run)
        if self.monitor.improves(value):
            self.best_epoch, self.bad = run.epoch, 0
            if self.is_restoring:
                self.arrays = {at.path: np.array(at.array) for at in run.evaluated().named_arrays()}
            return
        self.bad += 1
        if self.bad >= self.patience:
            raise CancelFit(
                f"{self.monitor.column} was best, {self.monitor.best:.6g}, in epoch {self.best_epoch}, and not since"
            )

    def _put_back(self, model):
        if self.arrays is not None:
            for at in model.named_arrays():
                at.array[...] = self.arrays[at.path]

    def state(self):
        return {
            "best": float(self.monitor.best),
            "best_epoch": self.best_epoch,
            "bad": self.bad,
            "arrays": self.arrays,
        }

    def restore(self, saved):
        self.monitor.best, self.best_epoch = saved["best"], saved["best_epoch"]
        self.bad, self.arrays = saved["bad"], saved["arrays"]
