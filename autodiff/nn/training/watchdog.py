"""Where the first nan or infinity comes from: the layer, and the operation in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import tree
from ...tape import Recorded, Scatter, Tape, Var, sweep
from ...tracer import Tracer
from ..watching import Watch, watched
from .callback import Callback
from .checkpoints import generators_of

__all__ = ["NaNWatchdog", "NonFiniteError"]


class NonFiniteError(ArithmeticError):
    """A nan or an infinity has come up in training.

    path       of the layer it came up in; "" is the model itself or the loss
    operation  that gave it from finite numbers
    backward   whether in the gradient
    """

    path = operation = ""
    backward = False


class NaNWatchdog(Callback):
    """Ends training by a NonFiniteError where the loss or a gradient is nan or infinite, and says where that begins.

    Each step costs a sum over the gradient. Only where that is not finite is the batch computed again, with the same
    random numbers, operation by operation.
    """

    order = -50

    def __init__(self):
        self._states: list = []

    def batch_started(self, run):
        self._states = [(generator, generator.bit_generator.state) for _, generator in generators_of(run.model)]

    def gradient_found(self, run):
        if np.isfinite(run.value) and all(is_finite(g) for g in tree.leaves(run.gradient)):
            return
        for k, part in enumerate(tree.leaves(run.batch_arrays)):
            if not is_finite(part):
                raise _error(f"array {k} of the batch holds {_what(part)}; look at the data", run)
        for path, parameter in run.model.named_parameters().items():
            if not is_finite(parameter):
                raise _error(
                    f"the parameter {path} holds {_what(parameter)} since the step before; "
                    "make the learning rate smaller, or clip gradients (clip_norm=)",
                    run, path, "step",
                )  # fmt: skip
        for generator, state in self._states:
            generator.bit_generator.state = state
        before = {path: buffer.copy() for path, buffer in run.model.named_buffers().items()}
        try:
            with np.errstate(all="ignore"):
                _look(run)
        finally:
            for path, buffer in run.model.named_buffers().items():
                buffer[...] = before[path]
        raise _error("the loss or its gradient was not finite, but is when computed again", run)


def is_finite(x: Any) -> bool:
    """Whether all of it is. A sum is looked at first, which needs no array of truth values."""
    if x is None or isinstance(x, Tracer):
        return True
    if isinstance(x, Scatter):
        return is_finite(x.cotangent)
    x = np.asarray(x)
    if x.dtype.kind not in "fc":
        return True
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.add.reduce(x, axis=None))) or bool(np.isfinite(x).all())


def _what(x):
    return "nan" if np.isnan(np.asarray(x)).any() else "an infinity"


def _error(text, run, path="", operation="", backward=False):
    error = NonFiniteError(f"in batch {run.batch} of epoch {run.epoch + 1}: {text}")
    error.path, error.operation, error.backward = path, operation, backward
    return error


class _Place(Watch):
    """Which module is computing."""

    def __init__(self):
        self.open = [("", None)]

    def before(self, path, module, args):
        self.open.append((path, module))

    def after(self, path, module, args, out):
        self.open.pop()
        return out


class _Looked(Recorded):
    """A variable whose operations are looked at."""

    __slots__ = ()

    def apply(self, primitive, args, params):
        out = super().apply(primitive, args, params)
        self.level.looked_at(primitive, out)  # pyright: ignore
        return out


class _LookingTape(Tape):
    def __init__(self, place, fail):
        super().__init__()
        self.place, self.fail = place, fail
        self.operations: dict[int, tuple] = {}  # of a record: its name, and the module it was computed in

    def append(self, value, record):
        self.records.append(record)
        return _Looked.of(value, self, len(self.records) - 1)

    def looked_at(self, primitive, out):
        for part in out if isinstance(out, tuple) else (out,):
            if isinstance(part, Var) and part.level is self:
                self.operations[part.index] = (primitive.name, *self.place.open[-1])
                if not is_finite(part.primal):
                    self.fail(primitive.name, *self.place.open[-1], part.primal, False)


def _look(run):
    """Raises NonFiniteError at the first operation that gives nan or an infinity, forward and then backward."""

    def fail(operation, path, module, value, backward):
        where = f"{path} = {type(module).__name__}({module.options()})" if path else "the model itself, or the loss"
        when = f"the gradient of {operation} gives" if backward else f"{operation} gives"
        raise _error(f"{when} {_what(value)} first, in {where}", run, path, operation, backward)

    place = _Place()
    tape = _LookingTape(place, fail)
    leaves, structure = tree.flatten(watched(run.model, place))
    try:
        model = tree.unflatten(structure, [tape.variable(leaf) for leaf in leaves])
        loss = run.objective(model, *run.batch_arrays)
    finally:
        records = tape.close()
    if not (isinstance(loss, Var) and loss.level is tape):
        return
    first: dict[Any, tuple] = {}  # for each way to multiply: a sweep may be repeated with another

    def looked_at(index, backward):
        def pulled(cotangent, kept, times):
            found = list(backward(cotangent, kept, times))
            for part in found:
                if not is_finite(part):
                    first.setdefault(times, (index, part.cotangent if isinstance(part, Scatter) else part))
            return found

        return pulled

    for index, record in enumerate(records):
        if len(record) == 3:
            parents, backward, kept = record
            records[index] = (parents, looked_at(index, backward), kept)
        elif len(record) == 1:
            parents, backward, kept, count = record[0]
            records[index] = ((parents, looked_at(index, backward), kept, count),)
    found = sweep(records, {loss.index: np.ones((), loss.dtype)[()]}, range(len(leaves)))
    if first and not all(is_finite(g) for g in found):
        index, value = list(first.values())[-1]  # of the last sweep
        operation, path, module = tape.operations.get(index, ("an operation", "", None))
        fail(operation, path, module, value, True)
