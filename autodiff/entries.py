"""The numbers in a tree, counted through its leaves in order: what each is called, and directions along a few."""

from __future__ import annotations

import numpy as np

from . import tree
from .tracer import shape_of

__all__ = ["name_of", "names", "restricted", "size_of"]


def size_of(leaf):
    return int(np.prod(shape_of(leaf), dtype=int))


def names(x, root):
    """What each number is called, as Python would index it.

    >>> names({"w": np.zeros((1, 2)), "b": 0.0}, "x")
    ["x['b']", "x['w'][0, 0]", "x['w'][0, 1]"]
    """
    return [
        f"{root}{path}" + (f"[{', '.join(map(str, place))}]" if place else "")
        for path, leaf in tree.leaves_with_path(x)
        for place in np.ndindex(shape_of(leaf))
    ]


def name_of(x, index, root):
    """names(x, root)[index], without the others."""
    for path, leaf in tree.leaves_with_path(x):
        if index < size_of(leaf):
            place = [str(int(k)) for k in np.unravel_index(index, shape_of(leaf))] if shape_of(leaf) else []
            return f"{root}{path}" + (f"[{', '.join(place)}]" if place else "")
        index -= size_of(leaf)
    raise IndexError(index)


def restricted(v, start, stop):
    """v with all its numbers set to zero except those from start to stop.

    >>> restricted((1.0, np.array([2.0, 3.0])), 1, 2)
    (0.0, array([2., 0.]))
    """
    kept, offset = [], 0
    leaves, structure = tree.flatten(v)
    for leaf in leaves:
        place = np.arange(offset, offset + size_of(leaf)).reshape(shape_of(leaf))
        part = np.where((start <= place) & (place < stop), leaf, np.zeros_like(leaf))
        kept.append(float(part) if leaf.__class__ is float else part[()])
        offset += size_of(leaf)
    return tree.unflatten(structure, kept)
