"""What happened, iteration by iteration: one table for all methods."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["BASE_COLUMNS", "RECORDS", "History"]

RECORDS = {
    "none": "nothing",
    "light": "the columns",
    "full": "the columns, every iterate and every evaluated point",
}

BASE_COLUMNS = ("nfev", "njev", "time", "fun", "grad_norm", "step_norm", "lr")


class History:
    """Columns with one row for each iterate, the start being row 0; `history.fun` or `history["fun"]` is an array.

    nfev, njev  evaluations of the objective and its gradient until then
    time        seconds since the start
    fun         the objective, in the user's sign
    grad_norm   the optimality measure: the largest magnitude of the gradient's entries, where there is one
    step_norm   the Euclidean length of the step that led here; nan in row 0
    lr          the learning rate, or the step length along the direction; nan in row 0
    ...         what the method adds, such as `radius`
    x           with record="full": the iterates, shape (rows, *shape of x0), or a list of trees
    evaluated   with record="full": every point at which the objective was asked for, in order, like x

    >>> import optim
    >>> run = optim.minimize(lambda x: (x**2).sum(), np.array([3.0, 4.0]), "newton")
    >>> run.history.fun, run.history["grad_norm"]
    (array([25.,  0.]), array([8., 0.]))
    """

    def __init__(self, extra: tuple[str, ...] = (), record: str = "light", unravel: Callable[[Any], Any] | None = None):
        self.record = record
        self.columns = BASE_COLUMNS + tuple(extra)
        self.iterates: list[np.ndarray] | None = [] if record == "full" else None  # flat, as `points` are
        self.points: list[np.ndarray] | None = [] if record == "full" else None
        self._table = array("d")  # row by row
        self._unravel = unravel or np.copy

    def append(self, row: tuple, x: np.ndarray) -> None:
        """Adds a row, in the order of `columns`. The iterate is kept, not copied."""
        self._table.extend(row)
        if self.iterates is not None:
            self.iterates.append(x)

    def __len__(self):
        return len(self._table) // len(self.columns)

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.columns:
            raise KeyError(f"the history has no column {name!r}; it has {', '.join(self.columns)}")
        return np.array(self._table[self.columns.index(name) :: len(self.columns)])

    def __getattr__(self, name: str) -> np.ndarray:
        if name in ("x", "evaluated"):
            raise AttributeError(f"the history holds no points, so it has no {name}; run with record='full'")
        columns = self.__dict__.get("columns", ())  # absent while a copy is being made
        if name in columns:
            return self[name]
        raise AttributeError(f"the history has no column {name!r}; it has {', '.join(columns)}")

    def __dir__(self):
        return [*super().__dir__(), *self.columns]

    @property
    def x(self) -> Any:
        return self._trees(self.iterates)

    @property
    def evaluated(self) -> Any:
        return self._trees(self.points)

    def to_dict(self) -> dict[str, np.ndarray]:
        """All columns, and x where it is recorded."""
        columns = {name: self[name] for name in self.columns}
        return columns | {"x": self.x} if self.iterates is not None else columns

    def plot(self, ax=None, x: str = "nfev", y: str = "fun", **style):
        """One column against another, as `optim.viz.convergence` draws them; returns the Axes."""
        from .viz import convergence

        return convergence(self, x=x, y=y, ax=ax, **style)

    def __repr__(self):
        if not len(self):
            return f"History(record={self.record!r}, 0 rows)"
        rows = sorted({0, 1, 2, len(self) - 2, len(self) - 1} & set(range(len(self))))
        lines = [" ".join([f"{'nit':>7}"] + [f"{name:>10}" for name in self.columns])]
        for before, row in zip([-1, *rows[:-1]], rows, strict=True):
            if row > before + 1:
                lines.append("    ...")
            lines.append(" ".join([f"{row:7d}"] + [f"{value:10.4g}" for value in self._row(row)]))
        return "\n".join(lines)

    def _row(self, row):
        return self._table[row * len(self.columns) : (row + 1) * len(self.columns)]

    def _trees(self, vectors):
        if vectors is None:
            raise AttributeError  # which leads to __getattr__, and that says why
        trees = [self._unravel(vector) for vector in vectors]
        return np.array(trees) if all(isinstance(tree, np.ndarray | float) for tree in trees) else trees
