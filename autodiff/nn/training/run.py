"""One run of training: what the loop and the callbacks share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ... import tree
from ...transforms import value_and_grad
from ..data import DataLoader
from ..module import Module
from .callback import Callback, CancelBatch, CancelEpoch, CancelFit, hooks
from .evaluation import batch_length, evaluate
from .history import TrainingHistory
from .objective import as_objective
from .precision import floating_dtype

__all__ = ["Run"]


class Run:
    """What training is at work on. Callbacks get it, and may read and change it.

    model            that is trained, in place
    optimizer        and optimizer_state, which has the learning_rate and a `scale` for it
    loader           of the batches
    history          so far
    epoch, batch     that come next, counted from 0
    epochs, steps    after how many training ends; steps is None where only epochs count
    step             steps made
    dtype            of the parameters, in which batches are given to the model; None where they have several
    batch_arrays     the batch at hand, a tuple
    value, gradient  of the loss, where a step is about to be made; the gradient is a tree like the model
    gradient_norm    its Euclidean length before it was clipped; nan where nothing clips
    averaged         None, or a function without arguments that gives the model to evaluate in place of `model`
    at_end           what to do at the very end, in this order: functions without arguments
    error            what went wrong, where `fit_ended` follows an error
    """

    def __init__(
        self,
        model: Module,
        loss: Callable,
        loader: DataLoader,
        optimizer: Any,
        *,
        validation: DataLoader | None = None,
        metrics: Mapping[str, Callable] | None = None,
        callbacks: list[Callback],
        epochs: int,
        steps: int | None = None,
        clip_norm: float | None = None,
        accumulate: int = 1,
    ):
        self.model, self.loader, self.optimizer = model, loader, optimizer
        self.dtype = floating_dtype(model)
        self.validation, self.metrics, self.epochs, self.steps = validation, metrics, epochs, steps
        self.clip_norm, self.accumulate = clip_norm, accumulate
        self.callbacks = sorted(callbacks, key=lambda callback: callback.order)
        self._hooks = hooks(self.callbacks)
        self._loss, self._differentiated = loss, None
        self.objective: Any = None  # (model, *batch) → loss; known when the first batch is
        self.optimizer_state = optimizer.init(model)
        self.history = TrainingHistory()
        self.epoch = self.batch = self.step = 0
        self.batch_arrays: tuple = ()
        self.value, self.gradient, self.gradient_norm = float("nan"), None, float("nan")
        self.averaged: Callable[[], Any] | None = None
        self.at_end: list[Callable[[], None]] = []
        self.error: BaseException | None = None
        self.group = Group()
        self.sum = self.weight = 0.0  # of the losses of the epoch so far, and of the batches
        self.started = time.perf_counter()

    def notify(self, event: str) -> None:
        """Calls all callbacks, then lets the first cancellation take effect."""
        cancelled = None
        for hook in self._hooks[event]:
            try:
                hook(self)
            except (CancelBatch, CancelEpoch, CancelFit) as cancel:
                cancelled = cancelled or cancel
        if cancelled is not None:
            raise cancelled

    @property
    def time(self) -> float:
        return time.perf_counter() - self.started

    @property
    def learning_rate(self) -> float:
        return float(getattr(self.optimizer_state, "learning_rate", float("nan")))

    @property
    def ends_group(self) -> bool:
        """Whether a step follows this batch, the other ones before it having been gathered."""
        count = self.group.count
        return count == self.accumulate or (count > 0 and self.batch + 1 == len(self.loader))

    # -- the parts of a step -------------------------------------------------------------------------------------------

    def differentiate(self) -> None:
        """The gradient of this batch, added to those of the group."""
        if self._differentiated is None:
            self.objective = as_objective(self._loss, len(self.batch_arrays))
            self._differentiated = value_and_grad(self.objective)
        value, gradient = self._differentiated(self.model, *self.batch_arrays)
        value, size = float(value), batch_length(self.batch_arrays)
        self.sum += size * value
        self.weight += size
        self.group.add(value, gradient, size, self.batch_arrays)
        self.value, self.gradient = self.group.mean, self.group.gradient

    def clip(self) -> None:
        """g ← min(1, c / ‖g‖) g, over all parameters together."""
        if self.clip_norm is not None:
            leaves = tree.leaves(self.gradient)
            self.gradient_norm = float(np.sqrt(sum(float(np.vdot(g, g).real) for g in leaves)))
            if self.gradient_norm > self.clip_norm:
                for g in leaves:
                    g *= self.clip_norm / self.gradient_norm

    def advance(self) -> None:
        """The optimizer's step, into the arrays of the model, and the row of it."""
        given: dict[str, Any] = {}
        if getattr(self.optimizer, "needs_value", False):
            given["value"] = self.value
        if getattr(self.optimizer, "needs_loss", False):
            given["loss"] = self.group.loss(self.objective)
        self.optimizer.step_(self.gradient, self.optimizer_state, self.model, **given)
        self.step += 1
        row = {"step": self.step, "epoch": self.epoch + (self.batch + 1) / len(self.loader), "loss": self.value}
        if self.clip_norm is not None:
            row["gradient_norm"] = self.gradient_norm
        self.history.steps.append(**row, learning_rate=self.learning_rate, time=self.time)

    # -- the end of an epoch -------------------------------------------------------------------------------------------

    def end_epoch(self) -> None:
        """The row of the epoch; the next one comes next."""
        self.epoch += 1
        row = {"epoch": self.epoch, "step": self.step, "loss": self.sum / self.weight if self.weight else float("nan")}
        if self.validation is not None:
            found = evaluate(self.evaluated(), self._loss, self.validation, self.metrics)
            row["validation_loss"] = found.pop("loss")
            row |= found
        elif self.metrics:
            row |= evaluate(self.evaluated(), None, self.loader.dataset, self.metrics)
        self.history.epochs.append(**row, learning_rate=self.learning_rate, time=self.time)
        self.batch, self.sum, self.weight = 0, 0.0, 0.0
        self.group = Group()

    def evaluated(self) -> Any:
        """The model to evaluate: with averaged parameters where the optimizer or a callback keeps such."""
        if self.averaged is not None:
            return self.averaged()
        if not hasattr(self.optimizer, "eval_params"):
            return self.model
        return self.optimizer.eval_params(self.optimizer_state, self.model)


class Group:
    """Batches whose gradients make one step: the mean over all their samples."""

    def __init__(self):
        self.count, self.size, self.mean, self.gradient = 0, 0, 0.0, None
        self.batches: list[tuple[int, tuple]] = []

    def add(self, value: float, gradient: Any, size: int, batch: tuple) -> None:
        self.count += 1
        self.batches.append((size, batch))
        before, self.size = self.size, self.size + size
        if self.gradient is None:
            self.gradient, self.mean = gradient, value
            return
        share = size / self.size
        self.mean += share * (value - self.mean)
        for g, new in zip(tree.leaves(self.gradient), tree.leaves(gradient), strict=True):
            g *= before / self.size
            new *= share
            g += new

    def loss(self, objective: Callable) -> Callable:
        """The loss of the group as a function of the model."""

        def mean(model):
            total = 0.0
            for size, batch in self.batches:
                total = total + (size / self.size) * objective(model, *batch)
            return total

        return mean
