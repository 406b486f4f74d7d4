"""Who attends to whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import ShapeError
from .canvas import new_axes

__all__ = ["attention"]


def attention(
    weights: Any, queries: Sequence | None = None, keys: Sequence | None = None, *, values: bool = False, ax: Any = None
) -> Any:
    """Attention weights as a table of greys, a row for each query; returns the Axes.

    weights        (T_out, T_in), rows that sum to 1; with heads in front, (H, T_out, T_in), their mean is drawn
    queries, keys  the tokens, as labels
    values         whether to write the numbers too

    >>> ax = attention(np.eye(3), "abc", "abc")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['a', 'b', 'c']
    """
    weights = np.asarray(weights, float)
    if weights.ndim == 3:
        weights = weights.mean(axis=0)
    if weights.ndim != 2:
        raise ShapeError.of("attention", "(T_out, T_in) or (heads, T_out, T_in)", weights.shape, "take one sequence")
    rows, columns = weights.shape
    ax = new_axes(min(12, 1.8 + 0.32 * columns), min(12, 1.4 + 0.32 * rows)) if ax is None else ax
    shown = ax.imshow(weights, cmap="Greys", vmin=0, vmax=1)
    for axis, labels, count in ((ax.yaxis, queries, rows), (ax.xaxis, keys, columns)):
        if labels is not None:
            if len(labels) != count:
                raise ShapeError(f"there are {len(labels)} labels for {count} positions; give one for each")
            axis.set_ticks(range(count), [str(label) for label in labels])
    if keys is not None and max(map(len, map(str, keys)), default=0) > 2:
        for label in ax.get_xticklabels():
            label.set(rotation=50, ha="right", rotation_mode="anchor")
    if values:
        for i, j in np.ndindex(rows, columns):
            colour = "white" if weights[i, j] > 0.5 else "black"
            ax.text(j, i, f"{weights[i, j]:.2f}", ha="center", va="center", fontsize=7, color=colour)
    ax.set(xlabel="key", ylabel="query")
    ax.figure.colorbar(shown, ax=ax, label="attention weight", shrink=0.8)
    return ax
