"""Runs to be drawn: how they are given, and how they are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..history import History
from ..result import Result

__all__ = ["histories", "line_styles", "path_of"]

# Dark, middle and light in turn, each with its own dash and mark: lines stay apart in greyscale and for colour-blind
# readers (hues after Okabe and Ito 2008, "Color Universal Design").
_COLOURS = ("#10375c", "#d55e00", "#009e73", "#b0468a", "#56b4e9", "#7f6000")
_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (8, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P")


def histories(runs: Any) -> dict[str, History]:
    """Names and histories of what a picture was given: a result, a history, or a dict or list of them."""
    if isinstance(runs, Result | History):
        runs = {getattr(runs, "method", ""): runs}
    elif not isinstance(runs, Mapping):
        runs = list(runs)
        names = [getattr(run, "method", "") or str(i) for i, run in enumerate(runs)]
        numbered = [name if names.count(name) == 1 else f"{name} {i}" for i, name in enumerate(names)]
        runs = dict(zip(numbered, runs, strict=True))
    found = {}
    for name, run in runs.items():
        history = run.history if isinstance(run, Result) else run
        if not isinstance(history, History):
            raise TypeError(f"expected a result or a history for {name!r}, not a {type(run).__name__}")
        if not len(history):
            raise ValueError(f"the history of {name!r} is empty; run with record='light' or record='full'")
        found[str(name)] = history
    if not found:
        raise ValueError("there are no runs to draw")
    return found


def path_of(history: History, name: str) -> np.ndarray:
    """The iterates, shape (rows, 2)."""
    path = np.asarray(history.x, dtype=float) if history.iterates is not None else None
    if path is None:
        raise ValueError(f"the history of {name!r} has no iterates; run with record='full'")
    if path.ndim != 2 or path.shape[1] != 2:
        raise ValueError(f"only runs of two variables can be drawn in the plane; {name!r} has shape {path.shape[1:]}")
    return path


def line_styles(index: int) -> dict[str, Any]:
    return {
        "color": _COLOURS[index % len(_COLOURS)],
        "linestyle": _DASHES[index % len(_DASHES)],
        "marker": _MARKERS[index % len(_MARKERS)],
    }
