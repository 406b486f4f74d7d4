"""The loop that trains."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from ... import tree
from ..data import DataLoader
from ..errors import ModelError
from ..module import Module
from .callback import Callback, CancelBatch, CancelEpoch, CancelFit
from .checkpoints import resume_from
from .history import TrainingHistory
from .precision import in_dtype
from .progress import Progress
from .run import Group, Run

__all__ = ["fit"]


def fit(
    model: Module,
    loss: Callable,
    data: Any,
    validation: Any = None,
    *,
    optimizer: Any,
    epochs: int | None = 1,
    steps: int | None = None,
    batch_size: int | None = 32,
    shuffle: bool = True,
    seed: int = 0,
    metrics: Mapping[str, Callable] | None = None,
    callbacks: Sequence[Callback] = (),
    clip_norm: float | None = None,
    accumulate: int = 1,
    resume: Any = None,
    progress: bool = True,
) -> TrainingHistory:
    """Trains a model, in place: θ ← θ + the optimizer's step with ∇ loss(θ; batch), batch after batch.

    model       a Module; its arrays are written to, and it is left in the modes it came in
    loss        (prediction, target) → scalar, such as nn.losses.cross_entropy: of model(x), y for batches (x, y); or
                (model, *batch) → scalar. They are told apart by their number of arguments: see `nn.supervised`
    data        a tuple of arrays (n, ...), a dataset, or an nn.data.DataLoader, which has the next three itself; arrays
                of floats are cast to the dtype of the model, batch by batch
    validation  the same; where it is given, each epoch ends with the loss on it
    optimizer   what has init(model) and step_(gradient, state, model), such as optim.adam(1e-3)
    epochs      in all, also where training is resumed; None for as many as `steps` take
    steps       in all, where training shall end sooner
    batch_size, shuffle, seed   samples in a batch, whether they are shuffled, and how: see `DataLoader`
    metrics     by name, functions of (prediction, target) on the whole of `validation`, or of `data` without one
    callbacks   see `Callback`
    clip_norm   the length to which longer gradients are shortened (Pascanu et al. 2012, arXiv:1211.5063)
    accumulate  batches whose gradients make one step, as if they were one batch
    resume      a file that `Checkpoint` wrote: training goes on from there, bit for bit as if it had never stopped
    progress    whether to show a bar

    Returns the history. After a KeyboardInterrupt too, with all steps made so far: `history.stopped` says so. Where the
    optimizer keeps better parameters than those it steps through, averages for instance, the model ends with them.

    >>> import numpy as np, optim
    >>> from autodiff import nn
    >>> x = np.linspace(-1, 1, 64, dtype=np.float32)[:, None]
    >>> model = nn.Linear(1, 1, rng=0)
    >>> mse = lambda y, target: ((y - target) ** 2).mean()
    >>> history = nn.fit(model, mse, (x, 3 * x - 1), optimizer=optim.adam(0.1), epochs=100, progress=False)
    >>> model.weight.round(2), model.bias.round(2), len(history.steps)
    (array([[3.]], dtype=float32), array([-1.], dtype=float32), 200)
    """
    _check(model, optimizer, epochs, steps, accumulate, clip_norm)
    loader = data if isinstance(data, DataLoader) else DataLoader(data, batch_size, shuffle=shuffle, seed=seed)
    if epochs is None:
        epochs = math.ceil((steps or 0) * accumulate / max(1, len(loader)))
    if validation is not None and not isinstance(validation, DataLoader):
        validation = DataLoader(validation, 256, shuffle=False)
    run = Run(
        model, loss, loader, optimizer, validation=validation, metrics=metrics, epochs=epochs, steps=steps,
        clip_norm=clip_norm,
        callbacks=[*callbacks, *([Progress()] if progress else [])], accumulate=accumulate,
    )  # fmt: skip
    modes = [(module, module.training) for _, module in model.named_modules()]
    try:
        model.train()
        if resume is not None:
            resume_from(resume, run)
        run.notify("fit_started")
        while run.epoch < epochs and (steps is None or run.step < steps):
            _epoch(run, steps)
    except CancelFit as cancel:
        run.history.stopped = str(cancel) or "a callback ended it"
    except KeyboardInterrupt as error:
        run.error, run.history.stopped = error, "interrupted"
    except BaseException as error:
        run.error = error
        raise
    finally:
        for module, mode in modes:
            module.training = mode
        run.notify("fit_ended")
    _keep_evaluated(run)
    for act in run.at_end:
        act()
    return run.history


def _epoch(run: Run, steps: int | None) -> None:
    """The batches of one epoch that are still to come, and its evaluation."""
    try:
        if run.batch == 0:
            run.notify("epoch_started")
        with closing(run.loader.batches(run.epoch, run.batch)) as batches:
            for batch in batches:
                run.batch_arrays = in_dtype(batch, run.dtype)
                _batch(run)
                if steps is not None and run.step >= steps and run.batch < len(run.loader):
                    return
    except CancelEpoch:
        pass
    run.end_epoch()
    run.notify("epoch_ended")


def _batch(run: Run) -> None:
    """One batch: its gradient and, at the end of a group, a step."""
    try:
        run.notify("batch_started")
        run.differentiate()
        if run.ends_group:
            run.clip()
            run.notify("gradient_found")
            run.advance()
            run.group = Group()
    except CancelBatch:
        run.group = Group()
    run.batch += 1
    run.notify("batch_ended")


def _keep_evaluated(run: Run) -> None:
    """Writes averaged parameters into the model, where the optimizer keeps such."""
    if hasattr(run.optimizer, "eval_params"):
        evaluated = run.optimizer.eval_params(run.optimizer_state, run.model)
        for own, better in zip(tree.leaves(run.model), tree.leaves(evaluated), strict=True):
            own[...] = better


def _check(model, optimizer, epochs, steps, accumulate, clip_norm):
    if not isinstance(model, Module):
        raise ModelError(f"fit trains a Module, not a {type(model).__name__}; for other trees take an optimizer's step")
    if not tree.leaves(model):
        raise ModelError("the model has no parameters to train; were all of them frozen?")
    for path, array in model.named_parameters().items():
        if not array.flags.writeable:
            raise ModelError(
                f"{path} can't be written to, so it can't be trained in place; a model of nn.SHAPES_ONLY has no "
                "numbers, others are made writable by model = copy.deepcopy(model)"
            )
    for name in ("init", "step_"):
        if not hasattr(optimizer, name):
            raise ModelError(
                f"optimizer has init(model) and step_(gradient, state, model), such as optim.adam(1e-3); {optimizer!r} "
                f"has no {name}"
            )
    if epochs is None and steps is None:
        raise ModelError("epochs=None trains until so many steps are made; say how many by steps=")
    for name, value, least in (("epochs", epochs, 0), ("steps", steps, 0), ("accumulate", accumulate, 1)):
        if value is not None and not (isinstance(value, int) and value >= least):
            raise ModelError(f"{name} is a whole number that is at least {least}, but it is {value!r}")
    if clip_norm is not None and not clip_norm > 0:
        raise ModelError(f"clip_norm is positive, but it is {clip_norm!r}; leave it out to clip nothing")
