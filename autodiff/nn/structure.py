"""Modules as nodes of trees: what are children of one, and what is constant."""

from __future__ import annotations

import numpy as np

from ..nodes import Kind, Structure, same_constant
from .walking import INTERNAL, is_array, is_branch

__all__ = ["kind_of"]

MUTABLE = INTERNAL | {"training"}  # what may change without another structure


def kind_of(cls: type) -> Kind:
    """How modules of a class are taken apart and rebuilt."""
    return Kind(
        _take_apart,
        lambda static, children: _rebuild(cls, static, children),
        _suffixes,
        _show,
        _changing,
        lambda module: module.named_arrays(),
    )


class Static:
    """What is constant in a module: the names of its children, and its other attributes."""

    __slots__ = ("names", "rest")

    def __init__(self, names, rest):
        self.names, self.rest = names, rest

    def __eq__(self, other):
        return self.names == other.names and (self.rest is other.rest or not self.differing(other))

    def differing(self, other) -> list[str]:
        """The attributes in which two modules differ, besides their children and what changes in use."""
        mine, yours = self.rest, other.rest
        lacking = (mine.keys() ^ yours.keys()) - MUTABLE
        if lacking:
            return sorted(lacking)
        compared = mine.keys() - MUTABLE.union(mine.get("_buffers", ()))
        return sorted(key for key in compared if not (_is_state(mine[key]) or same_constant(mine[key], yours[key])))

    def __hash__(self):
        return hash(self.names)


def _is_state(value):
    """What changes while a model is used, and so is no part of its structure, besides buffers."""
    return isinstance(value, np.random.Generator) or is_array(value)


def _child_names(module):
    names = module.__dict__.get("_children")
    if names is None:
        hidden = module._buffers + module._frozen
        names = tuple(
            [
                name
                for name, value in module.__dict__.items()
                if name not in hidden and name not in INTERNAL and is_branch(value)
            ]
        )
    return names


def _take_apart(module):
    names = _child_names(module)
    state = module.__dict__
    rest = {key: value for key, value in state.items() if key not in names and key != "_children"}
    return [state[name] for name in names], Static(names, rest)


def _rebuild(cls, static, children):
    module = object.__new__(cls)
    state = module.__dict__
    state.update(static.rest)
    for name, child in zip(static.names, children, strict=True):
        state[name] = child if isinstance(child, np.ndarray) else _with_arrays(child)
    state["_children"] = static.names  # the leaves may be anything now: shapes, truth values, moments
    return module


def _with_arrays(child):
    """Arrays in place of NumPy's scalars, which its arithmetic makes of arrays without axes, and are no parameters."""
    if isinstance(child, np.inexact):
        return np.asarray(child)
    if isinstance(child, list):
        child[:] = [_with_arrays(part) for part in child]
    elif isinstance(child, dict):
        child.update({key: _with_arrays(part) for key, part in child.items()})
    elif type(child) is tuple:
        return tuple([_with_arrays(part) for part in child])
    return child


def _changing(static):
    """The generators and buffers of a module, which computing with it changes."""
    buffers = static.rest.get("_buffers", ())
    return [
        value
        for name, value in static.rest.items()
        if isinstance(value, np.random.Generator) or (name in buffers and isinstance(value, np.ndarray))
    ]


def _suffixes(structure: Structure):
    transparent = structure.cls._transparent  # pyright: ignore
    return ["" if name == transparent else f".{name}" for name in structure.static.names]


def _show(structure: Structure):
    fields = [f"{name}={child!r}" for name, child in zip(structure.static.names, structure.children, strict=True)]
    return f"{structure.cls.__qualname__}({', '.join(fields)})"  # pyright: ignore
