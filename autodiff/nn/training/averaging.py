"""The moving average of the parameters, which is evaluated in their place."""

from __future__ import annotations

from typing import Any

from ... import tree
from ..errors import ModelError
from .callback import Callback

__all__ = ["EMA"]


class EMA(Callback):
    """θ̄ ← δ θ̄ + (1 - δ) θ after each step, from θ̄ = θ after the first; validation and metrics are those of θ̄.

    decay   δ
    finish  whether the model ends with θ̄

    `model` is the averaged model; it shares its buffers, such as running statistics, with the one that is trained.

    Source: Polyak and Juditsky 1992, Acceleration of stochastic approximation by averaging.
    """

    order = 10

    def __init__(self, decay: float = 0.999, finish: bool = True):
        if not 0 <= decay < 1:
            raise ModelError(f"decay is at least 0 and less than 1, but it is {decay!r}")
        self.decay, self.finish = decay, finish
        self.model: Any = None
        self._mean: list | None = None
        self._step = -1

    def fit_started(self, run):
        if self._mean is not None:
            self.model = tree.unflatten(tree.structure(run.model), self._mean)
        self._step = run.step
        run.averaged = lambda: run.model if self.model is None else self.model
        if self.finish:
            run.at_end.insert(0, lambda: self._put(run.model))

    def batch_ended(self, run):
        if run.step == self._step:
            return  # no step was made
        self._step = run.step
        leaves, structure = tree.flatten(run.model)
        if self._mean is None:
            self._mean = [leaf.copy() for leaf in leaves]
            self.model = tree.unflatten(structure, self._mean)
            return
        for mean, leaf in zip(self._mean, leaves, strict=True):
            mean *= self.decay
            mean += (1 - self.decay) * leaf

    def _put(self, model):
        if self._mean is not None:
            for leaf, mean in zip(tree.leaves(model), self._mean, strict=True):
                leaf[...] = mean

    def state(self):
        return {"mean": self._mean}

    def restore(self, saved):
        self._mean = saved["mean"]
