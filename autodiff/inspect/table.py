"""A tape as a table: one row for each record, as the books print it."""

from __future__ import annotations

from .. import tree
from . import reading
from .forms import equation
from .notation import Short

__all__ = ["table"]

_WIDEST = 48  # characters of an equation
_LAST = 10  # rows shown at the end of a table that is cut


def table(tape, tangents=None, adjoints=True, rows=60):
    """The table of a tape, as text; see `Tape.table`."""
    called = reading.names(tape)
    shown, left_out = _rows(len(tape), rows)
    columns = {
        "#": [str(k) for k in shown],
        "value": [_cut(equation(tape, k, called)) for k in shown],
        "primal": [reading.short(tape.entries[k].value) for k in shown],
    }
    if tangents is not None:
        found = reading.tangents(tape, tangents)
        columns["tangent"] = [reading.short(found[k]) for k in shown]
    found = reading.adjoints(tape) if adjoints else None
    if found is not None:
        columns["adjoint"] = [reading.short(found[k]) for k in shown]
    lines = _aligned(columns)
    if left_out:
        lines.insert(1 + len(shown) - _LAST, f"... {left_out} rows left out; table(rows=None) shows all")
    return "\n".join([*lines, f"result: {_result(tape, called)}"])


def _rows(count, limit):
    if limit is None or count <= limit:
        return range(count), 0
    first = max(limit - _LAST, 0)
    return [*range(first), *range(count - _LAST, count)], count - first - _LAST


def _cut(text):
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 4]} ..."


def _aligned(columns):
    """The columns side by side, numbers to the right; the signs of equality below each other."""
    equations = columns["value"]
    widest = max((len(text.partition(" = ")[0]) for text in equations if " = " in text), default=0)
    columns["value"] = [_align_equation(text, widest) for text in equations]
    padded = []
    for title, texts in columns.items():
        right = title not in ("#", "value") and not any(text.startswith("(") for text in texts)
        width = max(map(len, [title, *texts]))
        padded.append([text.rjust(width) if right else text.ljust(width) for text in (title, *texts)])
    return ["  ".join(row).rstrip() for row in zip(*padded, strict=True)]


def _align_equation(text, width):
    name, sign, expression = text.partition(" = ")
    return f"{name.ljust(width)}{sign}{expression}" if sign else text


def _result(tape, called):
    """The tree of the results, with names in place of the values."""
    name = lambda y: _Name(called[y.index] if reading.is_on(tape, y) else Short().value(y))  # noqa: E731
    return str(tree.map(name, reading.returned(tape)))


class _Name(str):
    """A text that is printed without quotation marks, wherever it stands."""

    __slots__ = ()

    def __repr__(self):
        return str(self)
