"""Trees: nested containers whose leaves are what is differentiated.

`unflatten(structure, leaves)` and `leaves, structure = flatten(tree)` are inverse to each other. What counts as a
node is told in `autodiff.nodes`: None, tuples, lists, dicts, namedtuples, dataclasses, registered classes, and
classes derived from those of Python. Everything else is a leaf.
"""

import math
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .errors import StructureError
from .nodes import LEAF, Structure, kinds, register, same_constant

__all__ = [
    "Structure",
    "check_leaves",
    "check_structure",
    "flatten",
    "leaves",
    "leaves_with_path",
    "map",
    "ravel",
    "register",
    "structure",
    "unflatten",
]


class _FlatTuples(dict):
    """The structures of tuples of leaves, by length: most of the time, a function's arguments."""

    def __missing__(self, length):
        structure = self[length] = Structure(tuple, None, (LEAF,) * length, length)
        return structure


_flat_tuples = _FlatTuples()


def flatten(tree) -> tuple[list, Structure]:
    """`leaves, structure` of a tree. Raises StructureError where the tree contains itself.

    >>> flatten({"b": [2.0, None], "a": 1.0})
    ([1.0, 2.0], {'a': *, 'b': [*, None]})
    """
    kind = kinds[type(tree)]
    if kind is None:
        return [tree], LEAF
    if type(tree) is tuple:
        for child in tree:
            if kinds[type(child)] is not None:
                break
        else:
            return list(tree), _flat_tuples[len(tree)]
    found = []
    try:
        return found, _take_apart(tree, kind, found)
    except RecursionError:
        _refuse_cycle(tree)
        raise


def _take_apart(node, kind, found) -> Structure:
    children, static = kind.flatten(node)
    before = len(found)
    structures = []
    for child in children:
        child_kind = kinds[type(child)]
        if child_kind is None:
            found.append(child)
            structures.append(LEAF)
        else:
            structures.append(_take_apart(child, child_kind, found))
    return Structure(type(node), static, tuple(structures), len(found) - before)


def _refuse_cycle(tree):
    """Raises StructureError where the first branch that is too deep to walk leads back to one of its own nodes."""
    ancestors, pending = [], [iter([tree])]  # nodes from the root down, and the children of each still to visit
    while pending and len(ancestors) <= sys.getrecursionlimit():
        for node in pending[-1]:
            if any(node is ancestor for ancestor in ancestors):
                raise StructureError(
                    f"a {type(node).__qualname__} contains itself, so it is not a tree; "
                    "break the cycle, or pass only the parts to be differentiated"
                )
            if (kind := kinds[type(node)]) is not None:
                ancestors.append(node)
                pending.append(iter(kind.flatten(node)[0]))
                break
        else:
            pending.pop()
            del ancestors[-1:]


def unflatten(structure: Structure, leaves: Iterable) -> Any:
    """The tree of this structure with these leaves. Raises StructureError where their number does not fit.

    >>> unflatten(structure({"a": 1.0, "b": (2.0, None)}), [10, 20])
    {'a': 10, 'b': (20, None)}
    """
    leaves = leaves if isinstance(leaves, list | tuple) else list(leaves)
    if len(leaves) != structure.num_leaves:
        raise StructureError(f"{structure} takes {structure.num_leaves} leaves, but {len(leaves)} were given")
    return leaves[0] if structure is LEAF else _rebuild(structure, iter(leaves))


def _rebuild(structure, leaves):
    children = [next(leaves) if child is LEAF else _rebuild(child, leaves) for child in structure.children]
    return kinds[structure.cls].unflatten(structure.static, children)


def structure(tree) -> Structure:
    """The structure of a tree; its `num_leaves` counts the leaves.

    >>> structure({"a": 1.0, "b": (2.0, None)})
    {'a': *, 'b': (*, None)}
    """
    return flatten(tree)[1]


def leaves(tree) -> list:
    """The leaves of a tree, in order."""
    return flatten(tree)[0]


def leaves_with_path(tree) -> list[tuple[str, Any]]:
    """The leaves of a tree, each with the way to it, written as Python would index it.

    >>> leaves_with_path({"layers": [(1.0, 2.0)], "scale": 3.0})
    [("['layers'][0][0]", 1.0), ("['layers'][0][1]", 2.0), ("['scale']", 3.0)]
    """
    found, structure = flatten(tree)
    return list(zip(_paths(structure, ""), found, strict=True))


def _paths(structure, path):
    if structure is LEAF:
        return [path]
    suffixes = kinds[structure.cls].suffixes(structure)
    return [p for s, child in zip(suffixes, structure.children, strict=True) for p in _paths(child, path + s)]


def map(f: Callable, tree, *rest) -> Any:
    """The tree of `f(leaf of tree, leaves of rest)`, of the structure of `tree`.

    Raises StructureError, naming the path of the first difference, where the trees differ in structure.

    >>> map(lambda x, y: x + 10 * y, {"a": 1, "b": (2, 3)}, {"a": 4, "b": (5, 6)})
    {'a': 41, 'b': (52, 63)}
    """
    found, expected = flatten(tree)
    columns = [found]
    for position, other in enumerate(rest, start=2):
        found, other_structure = flatten(other)
        check_structure(expected, other_structure, "tree 1", f"tree {position}")
        columns.append(found)
    return unflatten(expected, [f(*row) for row in zip(*columns, strict=True)])


def check_leaves(tree, found: list) -> None:
    """Raises where one array is two of the leaves `found` of a tree, and a node of it, as a module, forbids that."""
    if len(set(map(id, found))) < len(found):
        _check_nodes(tree)


def _check_nodes(node):
    kind = kinds[type(node)]
    if kind is None:
        return
    if kind.check is not None:
        kind.check(node)
        return
    for child in kind.flatten(node)[0]:
        _check_nodes(child)


def check_structure(expected: Structure, found: Structure, expected_name: str, found_name: str) -> None:
    """Raises StructureError, naming the path of the first difference and both sides there, where the two differ."""
    if found is expected or found == expected:
        return
    path, a, b = _first_difference(expected, found, "")
    where = f"{expected_name} and {found_name} differ in structure at {path or 'their root'}"
    if repr(a) == repr(b):
        names = a.static.differing(b.static) if hasattr(a.static, "differing") else []
        which = f", {', '.join(names)}," if names else ""
        raise StructureError(
            f"{where}: their nodes are {_short(a)} with constants{which} that differ; give both the same, and let no "
            "constant change between them"
        )
    raise StructureError(
        f"{where}: {expected_name} has {_short(a)}, {found_name} has {_short(b)} (* stands for a leaf); give both the "
        "same structure"
    )


def _first_difference(a, b, path):
    if a.cls is b.cls and len(a.children) == len(b.children) and same_constant(a.static, b.static):
        for suffix, x, y in zip(kinds[a.cls].suffixes(a), a.children, b.children, strict=True):
            if x != y:
                return _first_difference(x, y, path + suffix)
    return path, a, b


def _short(structure):
    text = repr(structure)
    return text if len(text) <= 200 else f"{text[:150]} ... {text[-45:]}"


def ravel(tree) -> tuple[Any, Callable]:
    """`flat, unravel`: the vector of all numbers in a tree, and the way back to the tree.

    tree     its leaves are numbers or arrays, traced ones included
    flat     shape (n,), of the smallest dtype that holds every leaf; a Python float counts as float64
    unravel  takes a vector of shape (n,) to a tree with the shapes, dtypes and Python numbers of `tree`. It does
             not round: where the vector holds floats, integers come back as floats. It copies, unless the vector
             is traced.

    Raises StructureError where a leaf is not numeric, or where unravel is given another shape.

    >>> flat, unravel = ravel({"w": np.ones((2, 2), np.float32), "b": 0.5})
    >>> flat
    array([0.5, 1. , 1. , 1. , 1. ])
    >>> unravel(2 * flat)
    {'b': 1.0, 'w': array([[2., 2.],
           [2., 2.]], dtype=float32)}
    """
    found, structure = flatten(tree)
    check_leaves(tree, found)
    parts = [leaf if hasattr(leaf, "dtype") else np.array(leaf) for leaf in found]  # traced leaves have a dtype
    for i, part in enumerate(parts):
        if part.dtype.kind not in _WIDTH:
            raise StructureError(
                f"the leaf at {_paths(structure, '')[i] or 'the root'} is a {type(found[i]).__qualname__} of dtype "
                f"{part.dtype}, not a number or an array of numbers; keep it outside the tree, or in a static field"
            )
    flat = np.concatenate([np.ravel(part) for part in parts]) if parts else np.zeros(0)
    like = [(part.shape, part.dtype, type(leaf)) for leaf, part in zip(found, parts, strict=True)]
    (length,) = flat.shape

    def unravel(vector):
        if getattr(vector, "shape", None) != (length,):
            given = f"one of shape {vector.shape}" if hasattr(vector, "shape") else f"a {type(vector).__qualname__}"
            raise StructureError(f"unravel takes an array of shape ({length},), but was given {given}")
        restored, start = [], 0
        for shape, dtype, cls in like:
            stop = start + math.prod(shape)
            restored.append(_restore(vector[start:stop], shape, dtype, cls))
            start = stop
        return unflatten(structure, restored)

    return flat, unravel


_WIDTH = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}  # a number is cast to kinds at least as wide as its own


def _restore(piece, shape, dtype, cls):
    if piece.dtype.kind == "c" and dtype.kind != "c":
        piece = np.real(piece)  # the coordinate of a real leaf in a tree that also has complex ones
    piece = np.reshape(piece, shape)
    if piece.dtype != dtype and _WIDTH[piece.dtype.kind] <= _WIDTH[dtype.kind]:
        piece = piece.astype(dtype)
    if not isinstance(piece, np.ndarray):
        return piece
    if cls in (bool, int, float, complex):
        return piece.item()
    return piece[()] if issubclass(cls, np.generic) else piece.copy()
