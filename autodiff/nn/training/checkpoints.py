"""Checkpoints: all that training needs to go on, bit for bit, as if it had never stopped.

One file of safetensors, without pickles. Its arrays are the parameters and buffers of the model, by path, the state of
the optimizer, of the callbacks, and gradients gathered for the next step; its metadata has, as JSON, the numbers among
these, the states of all random generators in modules, the place in the data, and the history.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ... import tree
from ..errors import LoadError, ModelError
from .callback import Callback
from .encoding import decode, encode, generator_state, set_generator_state

__all__ = ["Checkpoint", "save_training"]

VERSION = "1"


class Checkpoint(Callback):
    """Writes checkpoints, for `fit(..., resume=path)`.

    path         of the file; {epoch} and {step} in it are filled in, so that earlier ones are kept
    every        epochs from one to the next
    every_steps  steps from one to the next, in place of epochs
    best         None: the last state is kept. The name of a column of the epochs: the state in which it was smallest
    largest      whether the best is the largest

    Without `best`, one is also written where training ends, unless by an error or an interruption.
    """

    order = 80

    def __init__(
        self, path: Any, every: int = 1, every_steps: int | None = None, best: str | None = None, largest: bool = False
    ):
        for name, value in (("every", every), ("every_steps", every_steps)):
            if value is not None and not (isinstance(value, int) and value >= 1):
                raise ModelError(f"{name} is a whole number that is at least 1, but it is {value!r}")
        if best is not None and every_steps is not None:
            raise ModelError("the best is known at the end of epochs; leave every_steps out")
        self.path, self.every, self.every_steps = str(path), every, every_steps
        self.monitor, self.largest = best, largest
        self.best = -np.inf if largest else np.inf
        self._written = -1

    def batch_ended(self, run):
        if self.every_steps and run.step != self._written and run.step % self.every_steps == 0:
            self._write(run)

    def epoch_ended(self, run):
        if self.every_steps or run.epoch % self.every:
            return
        if self.monitor is not None:
            value = float(run.history[self.monitor][-1])
            if not (value > self.best if self.largest else value < self.best):
                return
            self.best = value
        self._write(run)

    def fit_ended(self, run):
        if run.error is None and self.monitor is None:
            self._write(run)

    def state(self):
        return {"best": float(self.best)}

    def restore(self, saved):
        self.best = saved["best"]

    def _write(self, run):
        self._written = run.step
        save_training(self.path.format(epoch=run.epoch, step=run.step), run)


def save_training(path: Any, run: Any) -> None:
    """Writes the state of a run to a file, whole or not at all."""
    from safetensors.numpy import save_file

    arrays: dict[str, np.ndarray] = {f"model/{at.path}": at.array for at in run.model.named_arrays()}
    pending = None if run.group.gradient is None else tree.leaves(run.group.gradient)
    state = {
        "epoch": run.epoch,
        "batch": run.batch,
        "step": run.step,
        "sum": run.sum,
        "weight": run.weight,
        "time": run.time,
        "group": {"count": run.group.count, "size": run.group.size, "mean": run.group.mean, "gradient": pending},
        "optimizer": _optimizer_state(run),
        "generators": {path: generator_state(g) for path, g in generators_of(run.model)},
        "callbacks": [[type(c).__name__, c.state()] for c in run.callbacks],
        "history": [run.history.steps.to_dict(), run.history.epochs.to_dict()],
    }
    written = json.dumps(encode(state, arrays, "state"))
    arrays = {name: np.array(array, order="C") for name, array in arrays.items()}
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    save_file(arrays, partial, {"version": VERSION, "training": written})
    os.replace(partial, path)


def resume_from(path: Any, run: Any) -> None:
    """Puts the state of a file into a run that has not begun. Raises LoadError where it does not fit."""
    from safetensors import safe_open

    if not Path(path).exists():
        raise LoadError(f"there is no checkpoint {str(path)!r} to resume from")
    with safe_open(path, "np") as file:
        metadata = file.metadata() or {}
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if metadata.get("version") != VERSION or "training" not in metadata:
        raise LoadError(f"{str(path)!r} is no checkpoint of training; nn.load reads files of models")
    state = decode(json.loads(metadata["training"]), arrays)
    _load_model(run.model, {n.removeprefix("model/"): a for n, a in arrays.items() if n.startswith("model/")})
    generators = dict(generators_of(run.model))
    _require_same("generators", state["generators"], generators)
    for name, generator in generators.items():
        set_generator_state(generator, state["generators"][name])
    names = [name for name, _ in state["callbacks"]]
    if state["batch"] and state["batch"] >= len(run.loader):
        raise LoadError("the data has fewer batches than when the checkpoint was written; give the same data")
    run.optimizer_state.restore(state["optimizer"])
    run.epoch, run.batch, run.step = state["epoch"], state["batch"], state["step"]
    run.sum, run.weight = state["sum"], state["weight"]
    run.started -= state["time"]
    run.group.count, run.group.size, run.group.mean = (state["group"][k] for k in ("count", "size", "mean"))
    if state["group"]["gradient"] is not None:
        if getattr(run.optimizer, "needs_loss", False):
            raise LoadError(
                "the checkpoint was written between the batches of one step, whose loss this optimizer evaluates "
                "again; write checkpoints at multiples of `accumulate` batches"
            )
        run.group.gradient = tree.unflatten(tree.structure(run.model), state["group"]["gradient"])
    for callback in run.callbacks:  # by class, the first to the first, so that others may come and go
        name = type(callback).__name__
        if name in names:
            place = names.index(name)
            names[place] = ""
            callback.restore(state["callbacks"][place][1])
    steps, epochs = state["history"]
    run.history.steps.replace(steps)
    run.history.epochs.replace(epochs)


def generators_of(model: Any) -> list[tuple[str, np.random.Generator]]:
    """The random generators that are attributes of modules, by path."""
    return [
        (f"{path}.{name}" if path else name, value)
        for path, module in model.named_modules()
        for name, value in module.__dict__.items()
        if isinstance(value, np.random.Generator)
    ]


def _optimizer_state(run):
    if not hasattr(run.optimizer_state, "export"):
        raise ModelError(
            f"the state of the optimizer {run.optimizer!r} cannot be saved; it must have export() and restore(saved)"
        )
    return run.optimizer_state.export()


def _load_model(model, saved):
    own = {at.path: at.array for at in model.named_arrays()}
    _require_same("arrays", saved, own)
    for path, array in own.items():
        if array.shape != saved[path].shape or array.dtype != saved[path].dtype:
            raise LoadError(
                f"{path} has shape {array.shape} and dtype {array.dtype}, but in the checkpoint it has "
                f"{saved[path].shape} and {saved[path].dtype}; resume with the same model"
            )
    for path, array in own.items():
        array[...] = saved[path]


def _require_same(what, saved, own):
    if saved.keys() != own.keys():
        raise LoadError(
            f"the {what} of the model are not those of the checkpoint: {sorted(saved.keys() ^ own.keys())} are in one "
            "of them only; resume with the same model"
        )
