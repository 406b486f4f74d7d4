"""The walk through a module: which attributes are branches, and the paths of its arrays and modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..tracer import Tracer

__all__ = [
    "INTERNAL",
    "ArrayAt",
    "Part",
    "arrays_of",
    "children_of",
    "is_array",
    "is_branch",
    "modules_of",
    "name_of_child",
]

INTERNAL = frozenset({"_buffers", "_children", "_frozen", "_watch"})  # what a module knows of itself


class Part:
    """The base of `Module`, by which the parts of a model are known."""

    _buffers: tuple[str, ...] = ()
    _frozen: tuple[str, ...] = ()
    _transparent: str | None = None  # the attribute whose name is left out of paths, in containers


class ArrayAt(NamedTuple):
    """An array of a model, and its place."""

    path: str  # from the model, written as PyTorch does: "encoder.layers.0.weight"
    array: Any
    kind: str  # "parameter", "frozen" or "buffer"
    owner: Any  # the module that has it as an attribute
    name: str  # of that attribute
    local: str  # the path from the owner: the name, or name and place where it is in a container

    @property
    def prefix(self) -> str:
        """The path of the owner, with a dot at its end; empty for the model itself."""
        return self.path[: len(self.path) - len(self.local)]

    def put(self, array: np.ndarray) -> None:
        """Puts another array in its place."""
        self.owner.__dict__[self.name] = _replaced(self.owner.__dict__[self.name], self.array, array)

    def write(self, array: np.ndarray) -> None:
        """Writes numbers of the same shape into it, or puts a copy in its place where it can't be written to."""
        if self.array.flags.writeable:
            self.array[...] = array
        else:
            self.put(np.array(array, self.array.dtype))


def _replaced(value, old, new):
    if value is old:
        return new
    if isinstance(value, list):
        value[:] = [_replaced(child, old, new) for child in value]
    elif isinstance(value, dict):
        value.update({key: _replaced(child, old, new) for key, child in value.items()})
    elif isinstance(value, tuple):
        return tuple([_replaced(child, old, new) for child in value])
    return value


def is_array(value: Any) -> bool:
    """Whether this would be a parameter: an array of floats, or a traced one."""
    return isinstance(value, Tracer) or (isinstance(value, np.ndarray) and value.dtype.kind in "fc")


def is_branch(value: Any) -> bool:
    """Whether an attribute belongs to the tree: an array, a module, or a container of such."""
    if isinstance(value, Part) or is_array(value):
        return True
    if isinstance(value, list | tuple):
        return not value and isinstance(value, list) or any(map(is_branch, value))
    if isinstance(value, dict):
        return not value or any(map(is_branch, value.values()))
    return False


def _children(module: Any) -> Iterator[tuple[str, Any, str]]:
    """(path from the module, value, attribute) of every array and module right below a module."""
    for name, value in module.__dict__.items():
        if name in INTERNAL:
            continue
        is_buffer = name in module._buffers
        pending = [("" if name == module._transparent else name, value)]
        while pending:
            path, found = pending.pop()
            if isinstance(found, Part) or is_array(found) or (is_buffer and isinstance(found, np.ndarray)):
                yield path, found, name
            elif isinstance(found, list | tuple | dict):
                items = found.items() if isinstance(found, dict) else enumerate(found)
                dot = "." if path else ""
                pending.extend(reversed([(f"{path}{dot}{key}", child) for key, child in items]))


def arrays_of(module: Any, prefix: str = "") -> Iterator[ArrayAt]:
    """All arrays of a module and of the modules in it, in the order in which they were set."""
    for path, found, name in _children(module):
        if isinstance(found, Part):
            yield from arrays_of(found, f"{prefix}{path}." if path else prefix)
        else:
            kind = "buffer" if name in module._buffers else "frozen" if name in module._frozen else "parameter"
            yield ArrayAt(prefix + path, found, kind, module, name, path)


def children_of(module: Any) -> Iterator[tuple[str, Any]]:
    """The modules right below a module, with their paths; that of a module whose arrays count as its parent's too."""
    for path, found, name in _children(module):
        if isinstance(found, Part):
            yield path or name, found


def modules_of(module: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """A module and all modules in it, parents first, with their paths."""
    yield path, module
    for name, child in children_of(module):
        yield from modules_of(child, f"{path}.{name}" if path else name)


def name_of_child(module: Any, child: Any) -> str | None:
    """The path of a module right below another; None where it is not there."""
    return next((path for path, found in children_of(module) if found is child), None)
