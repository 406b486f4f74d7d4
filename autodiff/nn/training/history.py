"""What happened in training: one table of steps, one of epochs."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["TrainingHistory"]


class Table:
    """Columns of numbers by name, all of the same length; what a row does not have is nan.

    >>> table = Table()
    >>> table.append(step=1, loss=0.5)
    >>> table["loss"], len(table)
    (array([0.5]), 1)
    """

    def __init__(self):
        self._columns: dict[str, list[float]] = {}
        self._rows = 0

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self._columns)

    def append(self, **row: float) -> None:
        for name in row:
            if name not in self._columns:
                self._columns[name] = [float("nan")] * self._rows
        for name, values in self._columns.items():
            values.append(float(row.get(name, "nan")))
        self._rows += 1

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._columns:
            raise KeyError(f"there is no column {name!r}; there are {', '.join(self._columns) or 'none yet'}")
        return np.array(self._columns[name])

    def row(self, index: int) -> dict[str, float]:
        return {name: values[index] for name, values in self._columns.items()}

    def to_dict(self) -> dict[str, np.ndarray]:
        return {name: self[name] for name in self._columns}

    def replace(self, columns: dict[str, Any]) -> None:
        """Takes what `to_dict` gave."""
        self._columns = {name: [float(v) for v in values] for name, values in columns.items()}
        self._rows = max(map(len, self._columns.values()), default=0)

    def __repr__(self):
        lines = [" ".join(f"{name:>16}" for name in self._columns)]
        shown = range(len(self)) if len(self) <= 8 else [0, 1, 2, len(self) - 2, len(self) - 1]
        before = -1
        for index in shown:
            if index > before + 1:
                lines.append(f"{'...':>16}")
            lines.append(" ".join(f"{value:16.6g}" for value in self.row(index).values()))
            before = index
        return "\n".join(lines)


class TrainingHistory:
    """The course of training. `history["loss"]` is a column of the epochs.

    steps    a row for each step: step, epoch, loss (of the batch, before the step), learning_rate, time, and
             gradient_norm where it was clipped
    epochs   a row for each epoch: epoch (counted from 1), step, loss (mean over its batches, as they came), and, where
             they were asked for, validation_loss and the metrics; learning_rate, time
    stopped  why training ended before its last epoch; None where it did not

    Times are seconds since the start of the first `fit`.
    """

    def __init__(self):
        self.steps, self.epochs = Table(), Table()
        self.stopped: str | None = None

    def __getitem__(self, name: str) -> np.ndarray:
        return self.epochs[name]

    def __len__(self) -> int:
        return len(self.epochs)

    def plot(self, ax: Any = None, x: str = "step", log: bool = False) -> Any:
        """The losses against the steps: those of batches pale, means over epochs and validation on top.

        ax   Axes of Matplotlib; None for new ones
        x    "step", "epoch" or "time"
        log  a logarithmic axis of losses

        Returns the Axes.
        """
        import matplotlib.pyplot as plt

        ax = plt.subplots()[1] if ax is None else ax
        for name in [name for name in self.steps.columns if name.endswith("loss")]:
            style: dict[str, Any] = {"label": name.replace("_", " ")}  # of the players of a game
            if name == "loss":
                style = {"label": "batch", "color": "0.75", "linewidth": 0.8}
            ax.plot(self.steps[x], self.steps[name], **style)
        for name in ("loss", "validation_loss"):
            if name in self.epochs.columns:
                ax.plot(self.epochs[x], self.epochs[name], marker="o", markersize=3, label=name.replace("_", " "))
        ax.set(xlabel="time (s)" if x == "time" else x, ylabel="loss", yscale="log" if log else "linear")
        if ax.get_legend_handles_labels()[1]:
            ax.legend()
        return ax

    def __repr__(self):
        why = f", {self.stopped}" if self.stopped else ""
        head = f"TrainingHistory({len(self.steps)} steps, {len(self)} epochs{why})"
        return f"{head}\n{self.epochs!r}" if len(self) else head
