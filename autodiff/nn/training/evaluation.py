"""A model on a whole dataset: its loss, metrics and predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ... import tree
from ..data import DataLoader
from .objective import Supervised, as_objective
from .precision import floating_dtype, in_dtype

__all__ = ["evaluate", "predict"]


def evaluate(
    model: Any,
    loss: Callable | None,
    data: Any,
    metrics: Mapping[str, Callable] | None = None,
    batch_size: int = 256,
) -> dict[str, float]:
    """{"loss": mean loss, name: metric, ...} on a dataset, in evaluation mode.

    model    a Module
    loss     (prediction, target) → mean over a batch, or (model, *batch) → that; None for metrics only
    data     a tuple of arrays, a dataset or a loader
    metrics  by name: functions of (prediction, target), called once with those of the whole dataset; or of
             (model, *batch), of which the mean is taken over the batches

    Means are weighted by the sizes of the batches.

    >>> from autodiff import nn
    >>> data = np.array([[1.0], [3.0]]), np.array([[1.0], [2.0]])
    >>> mse = lambda y, target: ((y - target) ** 2).mean()
    >>> evaluate(nn.Identity(), mse, data, {"bias": lambda y, target: (y - target).mean()})
    {'loss': 0.5, 'bias': 0.5}
    """
    loader = data if isinstance(data, DataLoader) else DataLoader(data, batch_size, shuffle=False)
    dtype = floating_dtype(model)
    wanted = {} if loss is None else {"loss": loss}
    wanted |= dict(metrics or {})
    sums, total, outputs, targets, functions = dict.fromkeys(wanted, 0.0), 0, [], [], {}
    with model.eval_mode():
        for given in loader.batches(0):
            batch = in_dtype(given, dtype)
            if not functions:
                functions = {
                    n: as_objective(f, len(batch), "the loss" if n == "loss" else f"the metric {n!r}")
                    for n, f in wanted.items()
                }
            size = batch_length(batch)
            total += size
            is_predicted = any(isinstance(f, Supervised) for f in functions.values())
            output = model(*batch[:-1]) if is_predicted else None
            for name, f in functions.items():
                if not isinstance(f, Supervised):
                    sums[name] += size * float(f(model, *batch))
                elif name == "loss":
                    sums[name] += size * float(f.loss(output, batch[-1]))
            if any(isinstance(f, Supervised) for name, f in functions.items() if name != "loss"):
                outputs.append(output)
                targets.append(batch[-1])
    found = {name: value / total for name, value in sums.items()}
    if outputs:
        prediction, target = joined(outputs), joined(targets)
        for name, f in functions.items():
            if name != "loss" and isinstance(f, Supervised):
                found[name] = float(f.loss(prediction, target))
    return found


def predict(model: Any, data: Any, batch_size: int = 256) -> Any:
    """model(x) for all x of a dataset, in evaluation mode and in batches: arrays (n, ...).

    data  an array, or a tuple of the arguments of the model

    >>> from autodiff import nn
    >>> predict(nn.Lambda(lambda x: 2 * x), np.arange(3.0), batch_size=2)
    array([0., 2., 4.])
    """
    dtype = floating_dtype(model)
    with model.eval_mode():
        return joined([model(*in_dtype(batch, dtype)) for batch in DataLoader(data, batch_size, shuffle=False)])


def joined(parts: list) -> Any:
    """Trees of arrays (n, ...), one after the other."""
    return tree.map(lambda *leaves: np.concatenate([np.atleast_1d(leaf) for leaf in leaves]), *parts)


def batch_length(batch: tuple) -> int:
    """The number of samples in a batch."""
    leaves = tree.leaves(batch)
    return len(leaves[0]) if leaves and np.ndim(leaves[0]) else 1
