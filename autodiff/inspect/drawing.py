"""A tape drawn as its computational graph."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..tape import Reference
from ..tracer import dtype_of, shape_of
from . import reading
from .forms import equation
from .geometry import FONT_SIZE, LINE, MARGIN, SMALL, Graph, placements

__all__ = ["draw"]

_MOST_NODES = 300
_MOST_DETAILED = 60  # beyond this, a node shows only how it is computed
_LONGEST = 40  # characters of an equation
_WIDE = 16.0  # inches: a wider picture is folded, unless it is high as well
_LARGEST = 60.0  # inches: what is larger than this is drawn smaller
_BORDER = 0.12  # inches around the graph

_INK, _GREY = "#1a1a1a", "#6e7480"
_COLOURS = {"primal": _INK, "tangent": "#b34700", "adjoint": "#10375c"}
_LOOKS = {  # fill, width of the border in points
    "variable": ("#e4e7ec", 0.9),
    "step": ("white", 0.9),
    "result": ("white", 2.2),
}


def draw(tape, ax=None, tangents=None):
    """Draws the graph of a tape; see `Tape.draw`."""
    count = len(tape)
    if count > _MOST_NODES:
        raise InputError(
            f"the tape has {count} records, and a picture of more than {_MOST_NODES} nodes cannot be read. Draw a "
            "smaller case of the same function, or print `tape.table()`."
        )
    if count == 0:
        raise InputError("the tape is empty: there is nothing to draw. Make variables with `tape.variable(value)`.")
    graph = _graph(tape, tangents, detailed=count <= _MOST_DETAILED)
    placement, ax, scale = _place(graph, ax)
    ax.set(xlim=(-_BORDER, placement.width + _BORDER), ylim=(-_BORDER, placement.height + _BORDER), aspect="equal")
    ax.axis("off")
    curves = placement.curves()
    for curve in curves:
        _draw_curve(ax, curve, scale)
    _draw_labels(ax, curves, scale)
    ends = set(reading.results(tape))
    for index, (box, title, rows) in enumerate(zip(placement.boxes(), graph.titles, graph.rows, strict=True)):
        kind = "result" if index in ends else "variable" if reading.is_variable(tape.entries[index]) else "step"
        _draw_node(ax, box, title, rows, kind, scale)
    return ax


# -- what is said ------------------------------------------------------------------------------------------------------


def _graph(tape, tangents, detailed):
    called = reading.names(tape)
    columns = {"primal": [entry.value for entry in tape.entries]} if detailed else {}
    if tangents is not None and detailed:
        columns["tangent"] = reading.tangents(tape, tangents)
    adjoints = reading.adjoints(tape)
    if adjoints is not None and detailed:
        columns["adjoint"] = adjoints
    indices = range(len(tape))
    rows = [[(label, reading.short(values[k], entries=2)) for label, values in columns.items()] for k in indices]
    parents = [reading.references(_operation(tape, k)[0]) for k in indices]
    titles = [_cut(equation(tape, k, called)) for k in indices]
    return Graph(called, titles, rows, parents, _partials(tape, parents) if detailed else {})


def _cut(text):
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]} ..."


def _operation(tape, index):
    """The entry of the operation that made a value, and which of its results the value is."""
    place = reading.position(tape, index)
    return (tape.entries[index], None) if place is None else (tape.entries[place[0]], place[1])


def _partials(tape, parents):
    """{(parent, node): ∂node/∂parent}, where both are real numbers."""
    found = {}
    for index, above in enumerate(parents):
        entry, which = _operation(tape, index)
        for parent in above:
            if _is_real_number(tape.entries[index].value) and _is_real_number(tape.entries[parent].value):
                units = [1.0 if a == Reference(parent) else None for a in entry.operands]
                ans = entry.value if which is None else entry.results
                with np.errstate(all="ignore"):
                    partial = entry.primitive.jvp(ans, tape.arguments(entry), units, entry.params)
                partial = partial if which is None else partial[which]
                found[parent, index] = reading.short(0.0 if partial is None else partial, 5)
    return found


def _is_real_number(x):
    return shape_of(x) == () and dtype_of(x).kind == "f"


# -- how it looks ------------------------------------------------------------------------------------------------------


def _place(graph, ax):
    """A placement of the graph, the axes to draw it in, and the scale at which it fits into them."""
    if ax is None:
        import matplotlib.pyplot as plt

        for placement in placements(graph):
            width, height = placement.width + 2 * _BORDER, placement.height + 2 * _BORDER
            if width <= max(_WIDE, 2 * height):
                break
        scale = min(1.0, _LARGEST / max(width, height))
        return placement, plt.figure(figsize=(width * scale, height * scale)).add_axes((0, 0, 1, 1)), scale
    room = ax.get_window_extent()
    tried, scales, best = [], [], 0
    for placement in placements(graph):
        tried.append(placement)
        scales.append(
            min(
                room.width / ax.figure.dpi / (placement.width + 2 * _BORDER),
                room.height / ax.figure.dpi / (placement.height + 2 * _BORDER),
            )
        )
        best = int(np.argmax(scales))
        if len(scales) > best + 3:  # more bands only make it higher
            break
    return tried[best], ax, scales[best]


def _draw_curve(ax, curve, scale):
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    points, codes = list(curve.controls), [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    if curve.onward is not None:
        points.append((curve.onward, curve.end[1]))
        codes.append(Path.LINETO)
    style = {"arrowstyle": "-|>" if curve.onward is None else "-", "mutation_scale": 8 * scale}
    ax.add_patch(FancyArrowPatch(path=Path(points, codes), color=_GREY, linewidth=scale, zorder=1, **style))
    if curve.name:
        (x, y), side = (curve.start, "right") if curve.is_cut_at_start else (curve.end, "left")
        x += -0.03 if curve.is_cut_at_start else 0.03
        _write(ax, x, y, curve.name, SMALL * scale, _GREY, ha=side, style="italic")


def _draw_labels(ax, curves, scale):
    """The partial derivatives, on the last part of their edges, moved along it where another label is already."""
    taken = []
    for curve in curves:
        if curve.label is None:
            continue
        width = 0.065 * len(curve.label) + 0.04  # about
        places = [(*curve.at(t), width) for t in (0.5, 0.62, 0.38, 0.72, 0.28, 0.8)]
        free = [place for place in places if not any(_overlap(place, other) for other in taken)]
        x, y, _ = place = (free or places)[0]
        taken.append(place)
        white = {"facecolor": "white", "edgecolor": "none", "pad": 0.8 * scale}
        _write(ax, x, y, curve.label, SMALL * scale, _INK, ha="center", bbox=white, zorder=2)


def _overlap(a, b):
    return abs(a[0] - b[0]) < (a[2] + b[2]) / 2 and abs(a[1] - b[1]) < 0.15


def _draw_node(ax, box, title, rows, kind, scale):
    from matplotlib.patches import FancyBboxPatch

    left, bottom, width, height = box
    fill, border = _LOOKS[kind]
    look = {"facecolor": fill, "edgecolor": _INK, "linewidth": border * scale, "zorder": 3}
    ax.add_patch(FancyBboxPatch((left, bottom), width, height, boxstyle="round,pad=0,rounding_size=0.06", **look))
    line = bottom + height - MARGIN - LINE / 2
    _write(ax, left + width / 2, line, title, FONT_SIZE * scale, _INK, ha="center", weight="bold")
    for label, text in rows:
        line -= LINE
        _write(ax, left + MARGIN, line, label, SMALL * scale, _COLOURS[label], ha="left")
        _write(ax, left + width - MARGIN, line, text, FONT_SIZE * scale, _COLOURS[label], ha="right")


def _write(ax, x, y, text, size, colour, zorder=4, **look):
    ax.text(x, y, text, fontsize=size, color=colour, va="center", zorder=zorder, parse_math=False, **look)
