"""The course of training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .canvas import CLASSES, new_axes

__all__ = ["learning_curves"]

_DASHES = ("-", "--", "-.", ":")


def learning_curves(
    history: Any, columns: tuple[str, ...] | None = None, *, best: int | None = None, log: bool = False, ax: Any = None
) -> Any:
    """Columns of the epochs against the epoch; returns the Axes.

    history  what `nn.fit` returned, or a dict {name: such}, whose runs are drawn together
    columns  by default the losses that there are
    best     an epoch to mark, such as the one that early stopping went back to
    log      whether the axis of the values is logarithmic
    """
    runs = history if isinstance(history, Mapping) else {"": history}
    ax = new_axes() if ax is None else ax
    for colour, (name, run) in zip(CLASSES * (1 + len(runs) // len(CLASSES)), runs.items(), strict=False):
        chosen = columns or tuple(c for c in ("loss", "validation_loss") if c in run.epochs.columns)
        for k, column in enumerate(chosen):
            line_colour = CLASSES[k] if len(runs) == 1 else colour
            label = " ".join(part for part in (name, column.replace("_", " ")) if part)
            ax.plot(
                run.epochs["epoch"], run.epochs[column], color=line_colour, linestyle=_DASHES[k % 4], linewidth=1.7,
                label=label,
            )  # fmt: skip
    if best is not None:
        ax.axvline(best, color="black", linewidth=0.9, linestyle=":", label=f"best epoch, {best}")
    ax.set(xlabel="epoch", ylabel="loss" if columns is None else ", ".join(c.replace("_", " ") for c in columns))
    ax.set_yscale("log" if log else "linear")
    ax.grid(visible=True, color="#dddddd", linewidth=0.7)
    ax.set_axisbelow(True)
    ax.legend(loc="best", fontsize="small")
    return ax
