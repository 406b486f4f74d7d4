"""What is read off a tape by all who show it: the names of its values, its results, tangents and adjoints."""

from __future__ import annotations

import re

import numpy as np

from .. import tree
from ..arguments import one_like
from ..errors import InputError
from ..tape import Recorded, Reference, sweep
from ..tracer import dtype_of, shape_of, unwrap

__all__ = [
    "adjoints",
    "is_on",
    "is_variable",
    "names",
    "needed",
    "position",
    "references",
    "results",
    "returned",
    "short",
    "tangents",
]


def is_variable(entry):
    return entry.primitive is None and not entry.operands


def references(entry):
    """The indices of the values that an entry is computed from, in order, each once."""
    return list(dict.fromkeys(operand.index for operand in entry.operands if isinstance(operand, Reference)))


def position(tape, index):
    """(index of the operation, which of its results) for a value that is one of several; None for any other."""
    entry = tape.entries[index]
    if entry.results is not None:
        return index, 0
    if entry.primitive is None and entry.operands:
        first = entry.operands[0].index
        return first, index - first
    return None


def names(tape):
    """The name of every value: that of a variable as it was given, x0, x1 ... by default; v3 for the one at index 3."""
    given = [entry.name for entry in tape.entries if is_variable(entry) and entry.name]
    letter = next(
        letter for letter in ("v", "w", "u", "value") if not any(re.match(rf"{letter}\d+\b", name) for name in given)
    )
    found, used, count = [], set(), 0
    for index, entry in enumerate(tape.entries):
        if not is_variable(entry):
            found.append(f"{letter}{index}")
            continue
        name = entry.name or f"x{count}"
        while name in used or (name in given and not entry.name):
            name += "_"
        used.add(name)
        found.append(name)
        count += 1
    return found


def returned(tape):
    """The tree of the results; of a tape made by hand, the values that nothing else was made of, one or a tuple."""
    if tape.outputs is not None or tape.inputs is not None or not tape.entries:
        return tape.outputs
    used = {k for entry in tape.entries for k in references(entry)}
    loose = [k for k in range(len(tape.entries)) if k not in used]
    loose = [k for k in loose if not is_variable(tape.entries[k])] or loose
    values = tuple(Recorded.of(tape.entries[k].value, tape, k) for k in loose)
    return values[0] if len(values) == 1 else values


def is_on(tape, x):
    return isinstance(x, Recorded) and x.level is tape


def results(tape):
    """The indices of what was returned, each once."""
    return list(dict.fromkeys(y.index for y in tree.leaves(returned(tape)) if is_on(tape, y)))


def needed(tape, indices):
    """The indices of all that the values at `indices` were computed from, these included, in order."""
    wanted = set(indices)
    for index in range(max(indices, default=-1), -1, -1):
        if index in wanted:
            wanted.update(references(tape.entries[index]))
    return sorted(wanted)


def adjoints(tape):
    """∂y/∂v for every value v of the tape, where its one result y is a real number; else None."""
    ends = results(tape)
    if len(ends) != 1:
        return None
    y = tape.entries[ends[0]].value
    if shape_of(y) != () or dtype_of(y).kind != "f":
        return None
    found = sweep(tape.records, {ends[0]: one_like(y)}, range(len(tape.entries)))
    return [
        np.zeros(shape_of(entry.value)) if adjoint is None else adjoint
        for adjoint, entry in zip(found, tape.entries, strict=True)
    ]


def tangents(tape, directions):
    """The tangent of every value, given those of some: {name or index of a variable: tangent}.

    Raises InputError where a name is unknown or a shape is not that of the value.
    """
    indices = {name: index for index, name in enumerate(names(tape))}
    given = {}
    for key, tangent in directions.items():
        index = indices.get(key, key)
        if not isinstance(index, int | np.integer) or not 0 <= index < len(tape):
            variables = ", ".join(name for name, k in indices.items() if is_variable(tape.entries[k]))
            raise InputError(f"tangents names {key!r}, which is not on the tape; its variables are {variables}")
        value = tape.entries[index].value
        if shape_of(tangent) != shape_of(value):
            raise InputError(
                f"the tangent of {key!r} has shape {shape_of(tangent)}, but the value has shape {shape_of(value)}"
            )
        given[int(index)] = np.asarray(unwrap(tangent), dtype_of(value))[()]
    known = tape.push(given)
    return [known.get(k, np.zeros(shape_of(entry.value))) for k, entry in enumerate(tape.entries)]


def short(value, digits=7, entries=4):
    """A number with a few digits, an array by its shape and first entries.

    >>> short(1087.4991840), short(np.eye(3, 2))
    ('1087.499', '(3, 2): 1 0 0 1 ...')
    """
    value = unwrap(value)
    if shape_of(value) == ():
        return _number(value, digits)
    flat = np.ravel(value)
    shown = [_number(entry, 4) for entry in flat[:entries]] + ["..."] * (flat.size > entries)
    return f"{shape_of(value)}: {' '.join(shown)}".rstrip(": ")


def _number(x, digits):
    return f"{x + 0:.{digits}g}" if dtype_of(x).kind in "fc" else str(x)  # -0.0 + 0 is 0.0
