"""A tape drawn as its computational graph."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InputError
from ..tape import Reference
from ..tracer import dtype_of, shape_of
from . import reading
from .forms import equation
from .layering import Waypoint, arrange

__all__ = ["draw"]

_MOST_NODES = 300
_MOST_DETAILED = 60  # beyond this, a node shows only how it is computed

_LONGEST = 40  # characters of an equation
_FONT_SIZE, _SMALL = 9.0, 8.0  # points
_LINE = 0.17  # inches from one line of text to the next
_MARGIN = 0.09  # inches around the text of a node
_BETWEEN = 0.22  # inches between nodes above each other
_ROOM_OF_WAYPOINT = 0.25  # inches
_BORDER = 0.12  # inches around the graph
_WIDEST_FIGURE = 200.0  # inches

_INK, _GREY = "#1a1a1a", "#6e7480"
_COLOURS = {"primal": _INK, "tangent": "#b34700", "adjoint": "#10375c"}


class _Node(NamedTuple):
    """What stands in a node: its equation, rows of (label, number), and its kind."""

    equation: str
    rows: list
    kind: str  # "variable", "result" or "step"


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
    detailed = count <= _MOST_DETAILED
    nodes = _nodes(tape, tangents, detailed)
    parents = [reading.references(_operation(tape, index)[0]) for index in range(count)]
    labels = _partials(tape, parents) if detailed else {}
    return _draw(nodes, labels, _Geometry(nodes, parents, labels), ax)


# -- what is said ------------------------------------------------------------------------------------------------------


def _nodes(tape, tangents, detailed):
    called = reading.names(tape)
    ends = set(reading.results(tape))
    columns = {"primal": [entry.value for entry in tape.entries]}
    if tangents is not None:
        columns["tangent"] = reading.tangents(tape, tangents)
    adjoints = reading.adjoints(tape)
    if adjoints is not None:
        columns["adjoint"] = adjoints
    nodes = []
    for index, entry in enumerate(tape.entries):
        rows = [(label, reading.short(values[index], entries=2)) for label, values in columns.items()]
        kind = "result" if index in ends else "variable" if reading.is_variable(entry) else "step"
        nodes.append(_Node(_cut(equation(tape, index, called)), rows if detailed else [], kind))
    return nodes


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


# -- where it stands ---------------------------------------------------------------------------------------------------


class _Geometry:
    """Places and sizes in inches, the origin at the lower left."""

    def __init__(self, nodes, parents, labels):
        bold = _text_width(weight="bold")
        plain = _text_width()
        self.label_width = {edge: plain(text, _SMALL) for edge, text in labels.items()}
        self.widths, self.heights = [], []
        for node in nodes:
            rows = [plain(label, _SMALL) + 0.16 + plain(number, _FONT_SIZE) for label, number in node.rows]
            self.widths.append(max([bold(node.equation, _FONT_SIZE), *rows]) + 2 * _MARGIN)
            self.heights.append(_LINE * (1 + len(rows)) + 2 * _MARGIN)
        room = lambda k: _ROOM_OF_WAYPOINT if isinstance(k, Waypoint) else self.heights[k] + _BETWEEN  # noqa: E731
        self.layers, self.centre, self.segments = arrange(parents, room)
        self.height = max(self.centre[k] + room(k) / 2 for layer in self.layers for k in layer)
        self.left, self.right = {}, {}
        self._set_columns(labels)
        self.ports = self._ports()

    def _set_columns(self, labels):
        """The columns from left to right; what stands before one has room for the labels of the edges into it."""
        end = 0.0
        for layer in self.layers:
            of_nodes = [k for k in layer if not isinstance(k, Waypoint)]
            needed = [self.label_width[edge] for edge in labels if edge[1] in of_nodes]
            start = end + (0.45 + max(needed, default=0.15) if end else 0.0)
            width = max(self.widths[k] for k in of_nodes)
            for k in layer:
                inset = 0.0 if isinstance(k, Waypoint) else (width - self.widths[k]) / 2
                self.left[k], self.right[k] = start + inset, start + width - inset
            end = start + width
        self.width = end

    def _ports(self):
        """Where the edges arrive at a node: above each other as they come, so that heads and labels stay apart."""
        arriving = {}
        for start, end in self.segments:
            arriving.setdefault(end, []).append(start)
        ports = {}
        for end, starts in arriving.items():
            starts = sorted(starts, key=self.centre.get)
            spread = 0.0 if isinstance(end, Waypoint) else min(0.3, 0.6 * self.heights[end] / len(starts))
            for i, start in enumerate(starts):
                ports[start, end] = self.centre[end] + spread * (i - (len(starts) - 1) / 2)
        return ports


def _text_width(**font):
    """A function of text and size in points, that gives the width in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    properties = FontProperties(**font)

    def width(text, size):
        text = text.replace("$", "S")  # which would start a formula
        outline = TextPath((0, 0), text, size=size, prop=properties).vertices
        return float(np.ptp(outline[:, 0])) / 72 if len(outline) else 0.0

    return width


# -- how it looks ------------------------------------------------------------------------------------------------------


def _draw(nodes, labels, geometry, ax):
    total = geometry.width + 2 * _BORDER, geometry.height + 2 * _BORDER
    if ax is None:
        import matplotlib.pyplot as plt

        shrunk = min(1.0, _WIDEST_FIGURE / max(total))
        ax = plt.figure(figsize=(total[0] * shrunk, total[1] * shrunk)).add_axes((0, 0, 1, 1))
    box = ax.get_position()
    inches = ax.figure.get_size_inches()
    scale = min(box.width * inches[0] / total[0], box.height * inches[1] / total[1])
    ax.set(xlim=(-_BORDER, geometry.width + _BORDER), ylim=(-_BORDER, geometry.height + _BORDER), aspect="equal")
    ax.axis("off")
    for start, end in geometry.segments:
        _draw_segment(ax, geometry, start, end, scale)
    _draw_labels(ax, geometry, labels, scale)
    for k, node in enumerate(nodes):
        _draw_node(ax, geometry, k, node, scale)
    return ax


def _draw_segment(ax, geometry, start, end, scale):
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    points = _curve(geometry, start, end)
    codes = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    if isinstance(end, Waypoint):
        points.append((geometry.right[end], points[-1][1]))
        codes.append(Path.LINETO)
    style = {"arrowstyle": "-" if isinstance(end, Waypoint) else "-|>", "mutation_scale": 8 * scale}
    ax.add_patch(FancyArrowPatch(path=Path(points, codes), color=_GREY, linewidth=scale, zorder=1, **style))


def _curve(geometry, start, end):
    """The control points of the curve from one end of a segment to the other, level at both."""
    x0, x1 = geometry.right[start], geometry.left[end]
    y0, y1 = geometry.centre[start], geometry.ports[start, end]
    middle = (x0 + x1) / 2
    return [(x0, y0), (middle, y0), (middle, y1), (x1, y1)]


def _draw_labels(ax, geometry, labels, scale):
    """The partial derivatives, on the last part of their edges, moved along it where another label is already."""
    taken = []
    for start, end in geometry.segments:
        source = start.source if isinstance(start, Waypoint) else start
        text = labels.get((source, end))
        if text is None:
            continue
        width = geometry.label_width[source, end] + 0.04
        places = [(*_along(_curve(geometry, start, end), t), width) for t in (0.5, 0.62, 0.38, 0.72, 0.28, 0.8)]
        free = [place for place in places if not any(_overlap(place, other) for other in taken)]
        x, y, _ = place = (free or places)[0]
        taken.append(place)
        ax.text(
            x, y, text, ha="center", va="center", fontsize=_SMALL * scale, color=_INK, zorder=2, parse_math=False,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8 * scale},
        )  # fmt: skip


def _overlap(a, b):
    return abs(a[0] - b[0]) < (a[2] + b[2]) / 2 and abs(a[1] - b[1]) < 0.15


def _along(curve, t):
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    return tuple(sum(w * point[axis] for w, point in zip(weights, curve, strict=True)) for axis in (0, 1))


def _draw_node(ax, geometry, k, node, scale):
    from matplotlib.patches import FancyBboxPatch

    left, right = geometry.left[k], geometry.right[k]
    height, centre = geometry.heights[k], geometry.centre[k]
    top = centre + height / 2
    look = {
        "variable": {"facecolor": "#e4e7ec", "linewidth": 0.9 * scale},
        "step": {"facecolor": "white", "linewidth": 0.9 * scale},
        "result": {"facecolor": "white", "linewidth": 2.2 * scale},
    }[node.kind]
    corner = (left, centre - height / 2)
    style = "round,pad=0,rounding_size=0.06"
    ax.add_patch(FancyBboxPatch(corner, right - left, height, boxstyle=style, edgecolor=_INK, zorder=3, **look))
    write = {"va": "center", "zorder": 4, "parse_math": False}
    line = top - _MARGIN - _LINE / 2
    bold = {"fontsize": _FONT_SIZE * scale, "weight": "bold", "color": _INK}
    ax.text((left + right) / 2, line, node.equation, ha="center", **bold, **write)
    for label, number in node.rows:
        line -= _LINE
        colour = _COLOURS[label]
        ax.text(left + _MARGIN, line, label, ha="left", fontsize=_SMALL * scale, color=colour, **write)
        ax.text(right - _MARGIN, line, number, ha="right", fontsize=_FONT_SIZE * scale, color=colour, **write)
