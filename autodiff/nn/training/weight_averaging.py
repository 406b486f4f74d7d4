"""Stochastic weight averaging: the mean of the models at the ends of epochs, with statistics of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ... import tree
from ..errors import ModelError
from .callback import Callback
from .precision import in_dtype

__all__ = ["SWA", "fresh_statistics"]


@contextmanager
def fresh_statistics(model: Any) -> Iterator[Any]:
    """Running statistics found anew: their means over all that the model computes in the `with` block.

    Normalisations with running statistics are in training mode there, all else is in evaluation mode; afterwards each
    is as it was. For models whose parameters were not reached by steps, such as averaged ones.

    >>> from autodiff import nn
    >>> model = nn.BatchNorm1d(1, momentum=0.1)
    >>> with fresh_statistics(model):
    ...     for x in (np.array([[0.0], [2.0]]), np.array([[4.0], [6.0]])):
    ...         _ = model(x)
    >>> model.running_mean, model.momentum
    (array([3.], dtype=float32), 0.1)
    """
    norms = [m for _, m in model.named_modules() if isinstance(getattr(m, "running_mean", None), np.ndarray)]
    momenta = [norm.momentum for norm in norms]
    with model.eval_mode():
        try:
            for norm in norms:
                norm.running_mean[...], norm.running_var[...], norm.num_batches_tracked[...] = 0, 1, 0
                norm.momentum, norm.training = None, True
            yield model
        finally:
            for norm, momentum in zip(norms, momenta, strict=True):
                norm.momentum = momentum


class SWA(Callback):
    """θ̄ = 1/k Σ θ of the parameters at the ends of the last k epochs, with which training ends.

    start  the first epoch that counts, from 1 on

    The optimizer knows nothing of the mean: it should keep a learning rate that moves about (`optim.swa` averages over
    steps, and leaves statistics to `fresh_statistics`). Running statistics are those of θ̄, found anew by one more pass
    over the data. Izmailov, Podoprikhin, Garipov, Vetrov and Wilson 2018, Averaging weights leads to wider optima and
    better generalization, arXiv:1803.05407, algorithm 1.

    >>> import optim
    >>> from autodiff import nn
    >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
    >>> model, swa = nn.Linear(1, 1, rng=0), nn.SWA(start=3)
    >>> _ = nn.fit(model, nn.losses.mse, (x, x), optimizer=optim.sgd(0.3), epochs=8, callbacks=[swa], progress=False)
    >>> swa.count
    6
    """

    order = 20

    def __init__(self, start: int = 1):
        if not (isinstance(start, int) and start >= 1):
            raise ModelError(f"start is the number of an epoch, from 1 on, but it is {start!r}")
        self.start, self.count = start, 0
        self.mean: list | None = None

    def fit_started(self, run):
        run.at_end.append(lambda: self._finish(run))

    def epoch_ended(self, run):
        if run.epoch < self.start:
            return
        self.count += 1
        leaves = tree.leaves(run.model)
        if self.mean is None:
            self.mean = [leaf.copy() for leaf in leaves]
            return
        for mean, leaf in zip(self.mean, leaves, strict=True):
            mean += (leaf - mean) / self.count

    def _finish(self, run):
        if self.mean is None:
            return
        for leaf, mean in zip(tree.leaves(run.model), self.mean, strict=True):
            leaf[...] = mean
        if any(at.kind == "buffer" for at in run.model.named_arrays()):
            with fresh_statistics(run.model) as model:
                for batch in run.loader.batches(0, 0):
                    run.objective(model, *in_dtype(batch, run.dtype))

    def state(self):
        return {"count": self.count, "mean": self.mean}

    def restore(self, saved):
        self.count, self.mean = saved["count"], saved["mean"]
