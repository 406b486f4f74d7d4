"""The runs of a benchmark, and what they come to."""

from __future__ import annotations

import math
from typing import NamedTuple

from ..problems import Problem
from .contestants import Outcome
from .verdict import Verdict

__all__ = ["Row", "Table"]

_MINIMA = (Verdict.GLOBAL, Verdict.LOCAL)


class Row(NamedTuple):
    """One run."""

    method: str
    problem: Problem
    start: float  # as a factor of the standard start
    verdict: Verdict
    outcome: Outcome


class Table:
    """The rows of a benchmark; `str` gives the scores."""

    def __init__(self, rows: list[Row]):
        self.rows = rows

    @property
    def methods(self) -> list[str]:
        return list(dict.fromkeys(row.method for row in self.rows))

    def of(self, method: str, start: float | None = None) -> list[Row]:
        """The rows of a method, from one start or from all, in the order of the problems."""
        return [row for row in self.rows if row.method == method and start in (None, row.start)]

    def count(self, method: str, *verdicts: Verdict, start: float | None = None) -> int:
        """How many runs of a method have one of these verdicts."""
        return sum(row.verdict in verdicts for row in self.of(method, start))

    def total(self, method: str, count: str = "njev", start: float | None = None) -> int:
        """Evaluations in all runs of a method: "njev", "nfev" or "nhev"."""
        return sum(getattr(row.outcome, count) for row in self.of(method, start))

    def wrong_claims(self, method: str) -> list[Row]:
        """Runs that call themselves a success where neither a minimum nor an infimum that is documented was found."""
        return [row for row in self.of(method) if row.outcome.success and row.verdict is Verdict.UNSOLVED]

    def unsolved(self, method: str) -> list[Row]:
        """Runs that ended at no minimum."""
        return [row for row in self.of(method) if row.verdict not in _MINIMA]

    def costs(self, count: str = "njev") -> dict[str, list[float]]:
        """{method: evaluations in each run}, infinite where no minimum was found: what `viz.profile` takes."""

        def cost(row: Row) -> float:
            return max(1.0, getattr(row.outcome, count)) if row.verdict in _MINIMA else math.inf

        return {method: [cost(row) for row in self.of(method)] for method in self.methods}

    def profile(self, count: str = "njev", ax=None, limit: float | None = 20.0):
        """Draws the performance profile by evaluations; returns the Axes. See `optim.viz.profile`."""
        from ..viz import profile

        return profile(self.costs(count), limit=limit, ax=ax)

    def __str__(self):
        header = ["method", *("global", "local", "infimum", "unsolved", "no start"), "wrong claims"]
        lines = [[*header, "gradients", "values", "Hessians"]]
        for method in self.methods:
            verdicts = [self.count(method, verdict) for verdict in Verdict]
            totals = [self.total(method, count) for count in ("njev", "nfev", "nhev")]
            lines.append([method, *map(str, [*verdicts, len(self.wrong_claims(method)), *totals])])
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(
                [line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))]
            )
            for line in lines
        )

    def __repr__(self):
        return f"Table({len(self.rows)} runs of {', '.join(self.methods)})"
