"""How activations and gradients are distributed, and how that changes in training."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..training.callback import Callback
from ..watching import activation_gradients
from .canvas import new_axes

__all__ = ["ActivationRecorder", "histograms"]


class ActivationRecorder(Callback):
    """A callback that keeps histograms of the activations of layers, and of their gradients, in the course of training.

    x        the batch that is looked at, always the same
    loss     of the result of the model → scalar
    where    of which layers, a pattern of paths; those made of others are left out
    every    how many steps between two looks

    The bins of |values|, `EDGES`, are logarithmic from 1e-8 to 1e4; zeros are counted apart. `counts[path]` are the
    histograms of the activations, (looks, bins), `gradient_counts[path]` those of the gradients; `mean[path]`,
    `std[path]`, `zeros[path]` (the part that is zero) are numbers for each look; `steps` says when.

    Source: the colourful histograms of fast.ai's lessons (Howard 2019), after Karpathy's of 2016.
    """

    EDGES = np.geomspace(1e-8, 1e4, 61)

    def __init__(self, x: Any, loss: Callable[[Any], Any], where: str = "*", every: int = 10):
        self.x, self.loss, self.where, self.every = x, loss, where, every
        self.steps: list[int] = []
        self.counts: dict[str, list] = {}
        self.gradient_counts: dict[str, list] = {}
        self.mean: dict[str, list] = {}
        self.std: dict[str, list] = {}
        self.zeros: dict[str, list] = {}

    def batch_started(self, run: Any) -> None:
        if run.step % self.every == 0:
            self.look(run.model, run.step)

    def look(self, model: Any, step: int) -> None:
        """Takes the histograms of a model now."""
        self.steps.append(step)
        with model.eval_mode():
            found = activation_gradients(self.loss, model, self.x, where=self.where)
        leaves = {path for path, module in model.named_modules() if len(list(module.named_modules())) == 1}
        for path, (activation, gradient) in found.items():
            if path not in leaves:
                continue
            values = np.asarray(activation)
            self.counts.setdefault(path, []).append(np.histogram(np.abs(values), self.EDGES)[0])
            self.gradient_counts.setdefault(path, []).append(np.histogram(np.abs(gradient), self.EDGES)[0])
            self.mean.setdefault(path, []).append(float(values.mean()))
            self.std.setdefault(path, []).append(float(values.std()))
            self.zeros.setdefault(path, []).append(float((values == 0).mean()))


def histograms(recorder: ActivationRecorder, path: str, *, gradients: bool = False, ax: Any = None) -> Any:
    """The histograms of a layer through time, dark where many values are; returns the Axes.

    gradients  whether of the gradients of the loss with respect to the activations, in place of the activations
    """
    kept = recorder.gradient_counts if gradients else recorder.counts
    if path not in kept:
        raise KeyError(f"there are no histograms of {path!r}; there are {', '.join(kept) or 'none yet'}")
    counts = np.log1p(np.array(kept[path], float)).T  # (bins, looks)
    used = np.flatnonzero(counts.any(axis=1))
    low, high = (used[0], used[-1] + 1) if len(used) else (0, len(counts))
    ax = new_axes() if ax is None else ax
    steps = np.array(recorder.steps, float)
    width = np.diff(steps)[-1] if len(steps) > 1 else 1.0
    shown = ax.pcolormesh(
        np.append(steps, steps[-1] + width),
        recorder.EDGES[low : high + 1],
        counts[low:high],
        cmap="Greys",
        rasterized=True,
    )
    ax.set_yscale("log")
    name = "gradients of activations" if gradients else "activations"
    ax.set(xlabel="step", ylabel=f"size of {name}", title=f"layer {path}")
    ax.figure.colorbar(shown, ax=ax, label="log(1 + number of values)")
    return ax
