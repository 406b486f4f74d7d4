"""A tape as the source of a plain NumPy function."""

from __future__ import annotations

import functools
from collections import defaultdict

from .. import tree
from ..errors import InputError
from ..nodes import kinds
from .forms import is_python_number, operands_of, statements
from .notation import Python, identifier
from .reading import is_on, is_variable, names, needed, results, returned

__all__ = ["Source", "source"]


class Source(str):
    """Python source of a function; `constants` are what it needs beside NumPy: {name: array or function}.

    >>> import autodiff as ad, numpy as np
    >>> text = ad.record(lambda x: x @ np.arange(100.0), np.ones(100)).source()
    >>> print(text)
    import numpy as np
    <BLANKLINE>
    # given beside the text: c0, float64 of shape (100,)
    <BLANKLINE>
    <BLANKLINE>
    def f(x):
        v1 = x @ c0
        return v1
    <BLANKLINE>
    >>> text.function()(np.ones(100))
    np.float64(4950.0)
    """

    constants: dict
    name: str

    @classmethod
    def of(cls, text, constants, name):
        made = cls(text)
        made.constants, made.name = constants, name
        return made

    def function(self):
        """The function, compiled."""
        namespace = dict(self.constants)
        exec(compile(self, f"<source of {self.name}>", "exec"), namespace)
        return namespace[self.name]


def source(tape, name="f"):
    """The source of a function that computes again what a tape has recorded; see `Tape.source`."""
    if not name.isidentifier() or identifier(name) != name:
        raise InputError(f"a function cannot be called {name!r}: give source() a name that Python allows")
    called = names(tape)
    inputs = _inputs(tape, called)
    notation = Python(taken={"np", "scipy", name, *inputs, *called})
    for parameter, argument in inputs.items():
        for index, text in _leaves(parameter, argument, notation):
            called[index] = text
    body = _body(tape, called, notation)
    body.append(f"return {_returned(tape, called, notation)}")
    blocks = [
        ["import numpy as np", *(f"import {module}" for module in sorted(notation.modules))],
        [f"# given beside the text: {key}, {_described(value)}" for key, value in notation.constants.items()],
        ["", f"def {name}({', '.join(inputs)}):", *(f"    {line}" for line in body)],
    ]
    text = "\n\n".join(["\n".join(block) for block in blocks if block]) + "\n"
    return Source.of(text, notation.constants, name)


def _inputs(tape, called):
    """{parameter: its tree, with the index of a variable at each leaf}."""
    inputs = {name: tree.map(lambda x: x.index, argument) for name, argument in (tape.inputs or {}).items()}
    known = set(tree.leaves(inputs))
    steps = [name for name, entry in zip(called, tape.entries, strict=True) if not is_variable(entry)]
    taken = {"np", "scipy", *inputs, *steps}
    for index, entry in enumerate(tape.entries):
        if is_variable(entry) and index not in known:
            parameter = identifier(called[index])
            while parameter in taken:
                parameter += "_"
            taken.add(parameter)
            inputs[parameter] = index
    return inputs


def _leaves(parameter, argument, notation):
    """(index, text) of each variable in an argument: `params['w']` where the way to it is one for Python, too."""
    if _paths_are_python(tree.structure(argument)):
        return [(index, parameter + path) for path, index in tree.leaves_with_path(argument)]
    leaves = notation.constant(tree.leaves, "leaves")
    return [(index, f"{leaves}({parameter})[{k}]") for k, index in enumerate(tree.leaves(argument))]


def _paths_are_python(structure):
    if structure.cls is None:
        return True
    if issubclass(structure.cls, dict):
        here = _keys_are_literal(structure)
    else:
        indexed = issubclass(structure.cls, tuple | list)
        here = all(indexed or suffix.startswith(".") for suffix in kinds[structure.cls].suffixes(structure))
    return here and all(_paths_are_python(child) for child in structure.children)


def _keys_are_literal(structure):
    keys = structure.static[0] if issubclass(structure.cls, defaultdict) else structure.static
    return all(key.__class__ in (str, int, bool) for key in keys)


def _body(tape, called, notation):
    lines, python_numbers = [], set()
    for index in needed(tape, results(tape)):
        entry = tape.entries[index]
        operands = operands_of(entry, called, notation, python_numbers)
        if is_python_number(entry, operands):
            python_numbers.add(index)
        if entry.primitive is not None:
            target = called[index]
            if entry.results is not None:
                several = [called[index + k] for k in range(len(entry.results))]
                target = ", ".join(several) if len(several) > 1 else f"{several[0]},"
            lines += statements(entry, target, notation, operands)
    return lines


def _returned(tape, called, notation):
    leaves, structure = tree.flatten(returned(tape))
    texts = [called[y.index] if is_on(tape, y) else notation.value(y) for y in leaves]
    return _built(structure, iter(texts), notation)


def _built(structure, texts, notation):
    """The tree of the results: written out where it is made of tuples, lists and dicts."""
    cls = structure.cls
    if cls is None:
        return next(texts)
    parts = [_built(child, texts, notation) for child in structure.children]
    if cls is type(None):
        return "None"
    if cls is tuple:
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
    if cls is list:
        return f"[{', '.join(parts)}]"
    if cls is dict and _keys_are_literal(structure):
        return f"{{{', '.join([f'{key!r}: {part}' for key, part in zip(structure.static, parts, strict=True)])}}}"
    build = notation.constant(functools.partial(kinds[cls].unflatten, structure.static), identifier(cls.__name__))
    return f"{build}([{', '.join(parts)}])"


def _described(value):
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{value.dtype} of shape {value.shape}"
    return "a function" if callable(value) else f"a {type(value).__name__}"
