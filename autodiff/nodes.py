"""What the nodes of a tree are: one kind per class, and the structure that is left without the leaves.

Everything that is not a node is a leaf:

| node | order of its children | rebuilt as |
|---|---|---|
| `None` | it has none | itself |
| `tuple`, `list` | as they stand | the same class |
| namedtuple | its fields | the same class, without its constructor |
| `dict`, `defaultdict` | sorted keys; insertion order where keys cannot be sorted | the same class |
| `OrderedDict` | insertion order, which is part of its value | the same class |
| dataclass | its fields; `field(metadata={"static": True})` marks a constant | the same class, without `__init__` |
| registered class | as its `flatten` says | as its `unflatten` says |

A class that implements NumPy's protocols (an array, a traced value) is a leaf even where it is a dataclass.
"""

import reprlib
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .errors import StructureError


class Structure:
    """A tree without its leaves: hashable, comparable, and printed with `*` where a leaf belongs."""

    __slots__ = ("children", "cls", "num_leaves", "static")

    def __init__(self, cls: type | None, static: Any, children: tuple["Structure", ...], num_leaves: int):
        self.cls = cls  # the node's class; None for a leaf
        self.static = static  # what is constant in the node: keys, fields marked static
        self.children = children
        self.num_leaves = num_leaves

    def __eq__(self, other):
        if self is other:
            return True
        if not isinstance(other, Structure):
            return NotImplemented
        return self.cls is other.cls and self.children == other.children and same_constant(self.static, other.static)

    def __hash__(self):
        try:
            return hash((self.cls, self.static, self.children))
        except TypeError:  # a constant that cannot be hashed, such as an array: equality alone tells it apart
            return hash((self.cls, self.children))

    def __reduce__(self):  # the leaf is compared by identity, so copies and pickles must not make another one
        return "LEAF" if self is LEAF else (Structure, (self.cls, self.static, self.children, self.num_leaves))

    def __repr__(self):
        return "*" if self is LEAF else kinds[self.cls].show(self)


LEAF = Structure(None, None, (), 1)


def same_constant(a, b) -> bool:
    """Whether two constants are equal, also where their `==` is elementwise."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(same_constant(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


class Kind(NamedTuple):
    """How the nodes of one class are taken apart, rebuilt, and written in paths and structures."""

    flatten: Callable[[Any], tuple[Iterable, Any]]  # node -> children, static
    unflatten: Callable[[Any, Sequence], Any]  # static, children -> node
    suffixes: Callable[[Structure], list[str]]  # what each child adds to the path
    show: Callable[[Structure], str]
    changing: Callable[[Any], list] = lambda static: []  # static -> generators and arrays that its use changes
    check: Callable[[Any], None] | None = None  # node -> None; raises where two of its leaves are one array


def _none():
    return Kind(lambda node: ((), None), lambda static, children: None, lambda structure: [], lambda structure: "None")


def _sequence(cls, brackets):
    def show(structure):
        comma = "," if brackets == "()" and len(structure.children) == 1 else ""
        text = brackets[0] + ", ".join([repr(child) for child in structure.children]) + comma + brackets[1]
        return text if cls in (tuple, list) else f"{cls.__qualname__}({text})"

    return Kind(lambda node: (node, None), lambda _, children: _rebuild(cls, children), _numbered, show)


def _mapping(cls):
    keys_of = tuple if issubclass(cls, OrderedDict) else _sorted_keys

    def flatten(node):
        keys = keys_of(node)
        return [node[key] for key in keys], keys

    def show(structure):
        text = _show_items(structure.static, structure.children)
        return text if cls is dict else f"{cls.__qualname__}({text})"

    return Kind(
        flatten,
        lambda keys, children: _rebuild(cls, zip(keys, children, strict=True)),
        lambda structure: [f"[{key!r}]" for key in structure.static],
        show,
    )


def _default_mapping(cls):
    def flatten(node):
        keys = _sorted_keys(node)
        return [node[key] for key in keys], (keys, node.default_factory)

    def show(structure):
        keys, factory = structure.static
        name = getattr(factory, "__qualname__", repr(factory))
        return f"{cls.__qualname__}({name}, {_show_items(keys, structure.children)})"

    return Kind(
        flatten,
        lambda static, children: _rebuild(cls, static[1], zip(static[0], children, strict=True)),
        lambda structure: [f"[{key!r}]" for key in structure.static[0]],
        show,
    )


def _named_tuple(cls):
    make = tuple.__new__  # the class's own __new__ may check or convert its arguments, which may be traced here
    return _attributes(cls, lambda node: (node, None), lambda _, children: make(cls, children), lambda _: cls._fields)


def _data_class(cls):
    import dataclasses  # here, because it is slow to import, and known already where a dataclass is

    fields = dataclasses.fields(cls)
    names = [field.name for field in fields if not field.metadata.get("static")]
    constants = [field.name for field in fields if field.metadata.get("static")]

    def flatten(node):
        return [getattr(node, name) for name in names], tuple([getattr(node, name) for name in constants])

    def unflatten(static, children):
        node = object.__new__(cls)
        for name, value in zip(names + constants, [*children, *static], strict=True):
            object.__setattr__(node, name, value)  # frozen classes refuse plain assignment
        return node

    return _attributes(
        cls, flatten, unflatten, lambda static: names, lambda static: zip(constants, static, strict=True)
    )


def _attributes(cls, flatten, unflatten, names_of, constants_of=lambda static: ()):
    """The kind of a class whose children are attributes."""

    def show(structure):
        names = names_of(structure.static)
        fields = [f"{name}={child!r}" for name, child in zip(names, structure.children, strict=True)]
        fields += [f"{name}={reprlib.repr(value)}" for name, value in constants_of(structure.static)]
        return f"{cls.__qualname__}({', '.join(fields)})"

    return Kind(flatten, unflatten, lambda structure: [f".{name}" for name in names_of(structure.static)], show)


def _numbered_children(cls, flatten, unflatten):
    """The kind of a registered class that does not name its children."""

    def show(structure):
        fields = [repr(child) for child in structure.children]
        fields += [] if structure.static is None else [f"static={reprlib.repr(structure.static)}"]
        return f"{cls.__qualname__}({', '.join(fields)})"

    return Kind(flatten, unflatten, _numbered, show)


def _numbered(structure):
    return [f"[{i}]" for i in range(len(structure.children))]


def _sorted_keys(mapping):
    try:
        return tuple(sorted(mapping))
    except TypeError:
        return tuple(mapping)


def _show_items(keys, children):
    return "{" + ", ".join([f"{key!r}: {child!r}" for key, child in zip(keys, children, strict=True)]) + "}"


def _rebuild(cls, *arguments):
    """Calls the class as its built-in base is called; only a subclass can object."""
    try:
        return cls(*arguments)
    except TypeError as error:
        raise StructureError(
            f"a {cls.__qualname__} cannot be rebuilt by calling the class with its items ({error}); "
            f"say how with autodiff.tree.register({cls.__qualname__}, flatten, unflatten)"
        ) from error


def _classify(cls) -> Kind | None:
    if hasattr(cls, "__array_function__") or hasattr(cls, "__array_ufunc__"):
        return None
    if hasattr(cls, "__dataclass_fields__"):
        return _data_class(cls)
    if issubclass(cls, tuple):
        return _named_tuple(cls) if hasattr(cls, "_fields") else _sequence(cls, "()")
    if issubclass(cls, list):
        return _sequence(cls, "[]")
    if issubclass(cls, dict):
        return _default_mapping(cls) if issubclass(cls, defaultdict) else _mapping(cls)
    return _none() if cls is type(None) else None


class _Kinds(dict):
    """The kind of every class met so far, None for leaves: one look-up decides what a value is."""

    def __missing__(self, cls):
        kind = self[cls] = _classify(cls)
        return kind


kinds = _Kinds()
_taken = {type(None), tuple, list, dict, OrderedDict, defaultdict}


def register(cls: type, flatten: Callable, unflatten: Callable, *, names: Callable | None = None) -> type:
    """Makes every instance of `cls` (not of its subclasses) a node.

    flatten    node -> (children, static); static is a constant of the structure and compared with `==`
    unflatten  (static, children) -> node; it must accept children of any type, traced values among them
    names      static -> the attribute names of the children, for paths and structures; else they are numbered

    Returns cls. Raises StructureError where cls is a built-in node or registered already.

    >>> from autodiff import tree
    >>> class Interval:
    ...     def __init__(self, low, high):
    ...         self.low, self.high = low, high
    >>> def take_apart(interval):
    ...     return (interval.low, interval.high), None
    >>> def rebuild(static, ends):
    ...     return Interval(*ends)
    >>> Interval = tree.register(Interval, take_apart, rebuild, names=lambda static: ["low", "high"])
    >>> tree.leaves_with_path({"x": Interval(0.0, 1.0)})
    [("['x'].low", 0.0), ("['x'].high", 1.0)]
    """
    if cls in _taken:
        raise StructureError(f"{cls.__qualname__} is a node already; register a class of your own, such as a subclass")
    kinds[cls] = _attributes(cls, flatten, unflatten, names) if names else _numbered_children(cls, flatten, unflatten)
    _taken.add(cls)
    return cls
