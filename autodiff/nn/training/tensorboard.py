"""The history as TensorBoard reads it."""

from __future__ import annotations

import time
from typing import Any

from .callback import Callback

__all__ = ["TensorBoardLog"]


class TensorBoardLog(Callback):
    """Writes the rows of the history to event files: steps as step/..., epochs as epoch/....

    directory  where they go; `tensorboard --logdir directory` shows them
    every      steps from one that is written to the next

    Raises ImportError, which says what to install, where the package tensorboard is missing.
    """

    order = 60

    def __init__(self, directory: Any, every: int = 1):
        self.directory, self.every = str(directory), every
        self._writer: Any = None
        self._last = 0
        self._event, self._summary, self._make = _package()

    def fit_started(self, run):
        self._writer = self._make(self.directory)
        self._last = run.step

    def batch_ended(self, run):
        if run.step != self._last and run.step % self.every == 0:
            self._write("step", run.history.steps.row(-1), run.step)
        self._last = run.step

    def epoch_ended(self, run):
        self._write("epoch", run.history.epochs.row(-1), run.epoch)
        self._writer.flush()

    def fit_ended(self, run):
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _write(self, table, row, number):
        values = [
            self._summary.Value(tag=f"{table}/{name}", simple_value=value)
            for name, value in row.items()
            if name not in ("step", "epoch") and value == value
        ]
        self._writer.add_event(self._event(wall_time=time.time(), step=number, summary=self._summary(value=values)))


def _package():
    try:
        from tensorboard.compat.proto.event_pb2 import Event  # pyright: ignore
        from tensorboard.compat.proto.summary_pb2 import Summary  # pyright: ignore
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError as error:
        raise ImportError(
            "TensorBoardLog needs the package tensorboard: pip install tensorboard; CSVLog needs nothing"
        ) from error
    return Event, Summary, EventFileWriter
