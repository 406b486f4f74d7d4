"""What happens, written down: as a table, and where the time goes."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import Any

from ..errors import ModelError
from .callback import Callback

__all__ = ["CSVLog", "Timing"]


class CSVLog(Callback):
    """Writes the rows of the history to a file, as they come.

    path   of the file, which is written anew
    table  "epochs" or "steps"
    """

    order = 60

    def __init__(self, path: Any, table: str = "epochs"):
        if table not in ("epochs", "steps"):
            raise ModelError(f"table is 'epochs' or 'steps', not {table!r}")
        self.path, self.table = Path(path), table
        self._columns: tuple[str, ...] = ()
        self._written = 0

    def fit_started(self, run):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._columns, self._written = (), 0
        self._write(run)

    def batch_ended(self, run):
        if self.table == "steps":
            self._write(run)

    def epoch_ended(self, run):
        self._write(run)

    def _write(self, run):
        table = getattr(run.history, self.table)
        is_new = table.columns != self._columns
        start = 0 if is_new else self._written
        if is_new or start < len(table):
            with open(self.path, "w" if is_new else "a", newline="") as file:
                writer = csv.writer(file)
                if is_new:
                    writer.writerow(table.columns)
                writer.writerows(list(table.row(k).values()) for k in range(start, len(table)))
        self._columns, self._written = table.columns, len(table)


class Timing(Callback):
    """Where the time goes: `seconds` has the sums over all batches.

    data      waiting for the next batch
    gradient  the loss and its gradient
    step      the optimizer, and what callbacks do before it
    """

    order = -90

    def __init__(self):
        self.seconds = {"data": 0.0, "gradient": 0.0, "step": 0.0}
        self._since = 0.0

    def _passed(self, part):
        now = time.perf_counter()
        self.seconds[part] += now - self._since
        self._since = now

    def epoch_started(self, run):
        self._since = time.perf_counter()

    fit_started = epoch_started

    def batch_started(self, run):
        self._passed("data")

    def gradient_found(self, run):
        self._passed("gradient")

    def batch_ended(self, run):
        self._passed("step")

    def __repr__(self):
        total = sum(self.seconds.values()) or 1.0
        return ", ".join(f"{part} {value:.3g} s ({value / total:.0%})" for part, value in self.seconds.items())
