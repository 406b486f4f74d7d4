"""What a model is made of, and what it costs: found from shapes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import tree
from .errors import ShapeError
from .shapes import Counted, Shaped, shape_and_dtype
from .walking import arrays_of, children_of
from .watching import Watch, watched

__all__ = ["Row", "Summary", "summary"]


@dataclass(frozen=True)
class Row:
    """A module, as one pass met it.

    path, name      where it is, and its class with its options
    depth           how many modules it is in
    output          shape of its result; None where it was not called, a tuple of shapes where there are several results
    parameters      how many numbers it holds that are trained or frozen, with the modules in it
    own_parameters  without them
    macs            multiply-adds of one pass, with the modules in it
    memory          bytes of its results, with those of the modules in it: what reverse mode keeps, roughly
    calls           how often it was called
    is_leaf         whether there are no modules in it
    """

    path: str
    name: str
    depth: int
    output: Any
    parameters: int
    own_parameters: int
    macs: int
    memory: int
    calls: int
    is_leaf: bool


class Summary:
    """The rows of a model, and their totals. Printing it shows the nested table.

    rows                parents first
    parameters          of the model, buffers not counted
    trainable           those that are not frozen
    macs                multiply-adds of one pass
    activation_memory   bytes of the results of all layers
    parameter_memory    bytes of the parameters
    """

    def __init__(self, rows: list[Row], trainable: int, parameter_memory: int, input_shapes: tuple):
        self.rows, self.trainable, self.parameter_memory = rows, trainable, parameter_memory
        self.input_shapes = input_shapes

    parameters = property(lambda self: self.rows[0].parameters)
    macs = property(lambda self: self.rows[0].macs)
    activation_memory = property(lambda self: self.rows[0].memory)
    output = property(lambda self: self.rows[0].output)

    def __str__(self) -> str:
        table = [("layer", "output", "parameters", "multiply-adds")]
        for row in self.rows:
            name = f"{'  ' * row.depth}{row.path.rpartition('.')[2]}{': ' if row.path else ''}{row.name}"
            if row.calls > 1:
                name += f" ×{row.calls}"
            count = row.own_parameters if row.depth or row.is_leaf else 0
            output = "" if row.output is None else " ".join(map(_shape, _shapes(row.output)))
            table.append(
                (name, output, f"{count:,}" if count else "", f"{row.macs:,}" if row.is_leaf and row.macs else "")
            )
        widths = [max(len(line[k]) for line in table) for k in range(4)]
        lines = [
            f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}".rstrip() for a, b, c, d in table
        ]
        rule = "─" * max(map(len, lines))
        given = ", ".join(_shape(shape) for shape in self.input_shapes)
        frozen = self.parameters - self.trainable
        lines = [lines[0], rule, *lines[1:], rule]
        lines.append(
            f"{self.parameters:,} parameters ({_bytes(self.parameter_memory)})"
            + (f", {frozen:,} of them frozen" if frozen else "")
        )
        lines.append(f"{self.macs:,} multiply-adds and {_bytes(self.activation_memory)} of activations for {given}")
        return "\n".join(lines)

    __repr__ = __str__


def _shapes(output):
    return output if output and isinstance(output[0], tuple) else (output,)


def _shape(shape):
    return "×".join(map(str, shape)) if shape else "()"


def _bytes(count):
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"


class _Ledger(Watch):
    """What each module cost and gave."""

    def __init__(self, level):
        self.level = level
        self.outputs, self.macs, self.memory, self.calls = {}, {}, {}, {}
        self.open = []  # the multiply-adds before each call that is under way

    def before(self, path, module, args):
        self.open.append(self.level.macs)

    def after(self, path, module, args, out):
        before = self.open.pop()
        arrays = [leaf for leaf in tree.leaves(out) if hasattr(leaf, "shape")]
        shapes = tuple(tuple(leaf.shape) for leaf in arrays)
        self.outputs[path] = shapes[0] if len(shapes) == 1 else shapes
        self.macs[path] = self.macs.get(path, 0) + self.level.macs - before
        self.calls[path] = self.calls.get(path, 0) + 1
        if not list(children_of(module)):
            size = sum(int(np.prod(leaf.shape)) * leaf.dtype.itemsize for leaf in arrays)
            self.memory[path] = self.memory.get(path, 0) + size
        return out


def summary(model: Any, *shapes: Sequence[int] | np.ndarray, dtype: Any = np.float32, **kwargs: Any) -> Summary:
    """Parameters, output shapes, multiply-adds and activation memory of a model, layer by layer.

    shapes  of the inputs, batch included, or (shape, dtype), such as ((1, 64), int) for tokens; of an array, its own.
            Where the model takes more axes than that, it is looked at with a batch of one
    dtype   of the inputs that are given by shape alone
    kwargs  further arguments of the model, such as masks, as they are

    Nothing is computed but shapes. With a model that was made with rng=nn.SHAPES_ONLY this takes no memory either,
    however large it is. The model is looked at in evaluation mode.

    >>> from autodiff import nn
    >>> model = nn.Sequential(nn.Linear(784, 128, rng=0), nn.ReLU(), nn.Linear(128, 10, rng=0))
    >>> nn.summary(model, (1, 784))
    layer                  output  parameters  multiply-adds
    ────────────────────────────────────────────────────────
    Sequential             1×10
      0: Linear(784, 128)  1×128      100,480        100,352
      1: ReLU()            1×128
      2: Linear(128, 10)   1×10         1,290          1,280
    ────────────────────────────────────────────────────────
    101,770 parameters (407 kB)
    101,632 multiply-adds and 1.06 kB of activations for 1×784
    """
    given = [shape_and_dtype((x.shape, x.dtype) if isinstance(x, np.ndarray) else x, dtype) for x in shapes]
    try:
        ledger = _passed(model, given, kwargs)
    except ShapeError:
        batched = [((1, *shape), dtype) for shape, dtype in given]
        try:
            ledger = _passed(model, batched, kwargs)
        except ShapeError:
            ledger = None
        if ledger is None:
            raise
        given = batched
    arrays = [at for at in arrays_of(model) if at.kind != "buffer"]
    trainable = sum(at.array.size for at in arrays if at.kind == "parameter")
    memory = sum(at.array.size * at.array.dtype.itemsize for at in arrays)
    return Summary(list(_rows(model, "", 0, ledger)), trainable, memory, tuple(shape for shape, _ in given))


def _passed(model, given, kwargs):
    """What each module cost and gave in one pass over inputs of certain shapes and dtypes."""
    level = Counted()
    ledger = _Ledger(level)
    try:
        watched(model, ledger).eval()(*(Shaped.of(shape, dtype, level) for shape, dtype in given), **kwargs)
    finally:
        level.closed = True
    return ledger


def _rows(module, path, depth, ledger):
    children = [(f"{path}.{name}" if path else name, child) for name, child in children_of(module)]
    rows = [row for name, child in children for row in _rows(child, name, depth + 1, ledger)]
    total = module.num_parameters
    yield Row(
        path,
        f"{type(module).__name__}({module.options()})" if not children else type(module).__name__,
        depth,
        ledger.outputs.get(path),
        total,
        total - sum(child.num_parameters for _, child in children),
        ledger.macs.get(path, 0),
        ledger.memory.get(path, 0) + sum(row.memory for row in rows if row.is_leaf),
        ledger.calls.get(path, 0),
        not children,
    )
    yield from rows
