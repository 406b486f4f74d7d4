"""The picture of a graph in inches: how large its nodes are, where they stand, and how its edges run.

Layers are columns. A graph that is wide and low can be folded: cut between layers into bands, one below the other. An
edge that is cut ends on the right with the name of the value that it carries, and goes on from that name on the left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .layering import Waypoint, arrange

__all__ = ["FONT_SIZE", "LINE", "MARGIN", "SMALL", "Curve", "Graph", "Placement", "placements"]

FONT_SIZE, SMALL = 9.0, 8.0  # points
LINE = 0.17  # from one line of text to the next
MARGIN = 0.09  # around the text of a node
_BETWEEN_NODES = 0.22
_BETWEEN_COLUMNS = 0.45
_BETWEEN_BANDS = 0.4
_ROOM_OF_WAYPOINT = 0.25
_STUB = 0.3  # the visible end of an edge that is cut


class Graph(NamedTuple):
    """What is to be drawn, by node: its name, its title, rows of (label, text), the nodes that it comes from; and the
    labels of edges, {(parent, node): text}."""

    names: list
    titles: list
    rows: list
    parents: list
    labels: dict


class Curve(NamedTuple):
    """A part of an edge, level at both ends; beyond its end it goes on to `onward`, or points at a node."""

    start: tuple
    end: tuple
    onward: float | None
    label: str | None = None
    name: str = ""  # where the edge is cut, at its start or end
    is_cut_at_start: bool = False

    def at(self, t):
        """The point at t of a Bézier curve."""
        weights = np.array([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
        return tuple(weights @ np.array(self.controls))

    @property
    def controls(self):
        (x0, y0), (x1, y1) = self.start, self.end
        return [(x0, y0), ((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]


def placements(graph):
    """The placements of a graph in one band, in two, and so on."""
    sizes = _Sizes(graph)
    layering = arrange(graph.parents, sizes.room)
    for bands in range(1, len(layering.layers) + 1):
        yield Placement(graph, sizes, layering, bands)


class _Sizes:
    """How wide and high nodes and texts are."""

    def __init__(self, graph):
        bold, plain = _text_width(weight="bold"), _text_width()
        self.label = {edge: plain(text, SMALL) for edge, text in graph.labels.items()}
        self.name = [plain(name, SMALL) for name in graph.names]
        self.widths, self.heights = [], []
        for title, rows in zip(graph.titles, graph.rows, strict=True):
            lengths = [plain(label, SMALL) + 0.16 + plain(text, FONT_SIZE) for label, text in rows]
            self.widths.append(max([bold(title, FONT_SIZE), *lengths]) + 2 * MARGIN)
            self.heights.append(LINE * (1 + len(rows)) + 2 * MARGIN)

    def room(self, item):
        return _ROOM_OF_WAYPOINT if isinstance(item, Waypoint) else self.heights[item] + _BETWEEN_NODES


def _text_width(**font):
    """A function of text and size in points: the width in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    properties = FontProperties(**font)

    def width(text, size):
        text = text.replace("$", "S")  # which would start a formula
        outline = TextPath((0, 0), text, size=size, prop=properties).vertices
        return float(np.ptp(outline[:, 0])) / 72 if len(outline) else 0.0

    return width


class Placement:
    """A layered graph in a number of bands; `width` and `height` are those of the whole, the origin is below left."""

    def __init__(self, graph, sizes, layering, bands):
        self._graph, self._sizes = graph, sizes
        self._layers, self._height, self._segments = layering
        self._layer = {item: k for k, layer in enumerate(self._layers) for item in layer}
        self._widths = [max(sizes.widths[n] for n in layer if not isinstance(n, Waypoint)) for layer in self._layers]
        self._gaps = self._find_gaps()
        self._bands = self._cut(bands)
        self._band = {k: number for number, layers in enumerate(self._bands) for k in layers}
        self._left, self._right, self._centre = {}, {}, {}
        self.width, self.height = self._place()

    def _find_gaps(self):
        """What lies before each column, with room for the labels of the edges that arrive there."""
        widest = [0.15] * len(self._layers)
        for (_, node), width in self._sizes.label.items():
            widest[self._layer[node]] = max(widest[self._layer[node]], width)
        return [_BETWEEN_COLUMNS + width for width in widest]

    def _cut(self, bands):
        """The layers of each band, of about the same width."""
        ends = np.cumsum(np.add(self._widths, self._gaps))
        wanted = np.minimum((ends - ends[0] / 2) * bands // ends[-1], bands - 1)
        return [np.flatnonzero(wanted == band).tolist() for band in np.unique(wanted)]

    def _place(self):
        """Places everything, band by band from the top; returns width and height."""
        entering, leaving = self._room_for_cut_edges()
        width = top = 0.0
        for number, layers in enumerate(self._bands):
            items = [item for k in layers for item in self._layers[k]]
            highest = max(self._height[item] + self._sizes.room(item) / 2 for item in items)
            lowest = min(self._height[item] - self._sizes.room(item) / 2 for item in items)
            x = entering[number]
            for k in layers:
                x += self._gaps[k] if k != layers[0] else 0.0
                for item in self._layers[k]:
                    inset = 0.0 if isinstance(item, Waypoint) else (self._widths[k] - self._sizes.widths[item]) / 2
                    self._left[item], self._right[item] = x + inset, x + self._widths[k] - inset
                    self._centre[item] = top - highest + self._height[item]
                x += self._widths[k]
            width = max(width, x + leaving[number])
            top -= highest - lowest + _BETWEEN_BANDS
        height = -top - _BETWEEN_BANDS
        self._centre = {item: y + height for item, y in self._centre.items()}
        return width, height

    def _room_for_cut_edges(self):
        """What stands before and behind each band: the names of values that cross over, and labels."""
        entering, leaving = [0.0] * len(self._bands), [0.0] * len(self._bands)
        for start, end in self._segments:
            if self._is_cut(start, end):
                before, after = self._band[self._layer[start]], self._band[self._layer[end]]
                name, label = self._sizes.name[_source(start)], self._sizes.label.get((_source(start), end), 0.0)
                leaving[before] = max(leaving[before], _STUB + name)
                entering[after] = max(entering[after], _STUB + name + label)
        return entering, leaving

    def _is_cut(self, start, end):
        return self._band[self._layer[start]] != self._band[self._layer[end]]

    def boxes(self):
        """(left, bottom, width, height) of each node."""
        sizes = zip(self._sizes.widths, self._sizes.heights, strict=True)
        return [(self._left[k], self._centre[k] - height / 2, width, height) for k, (width, height) in enumerate(sizes)]

    def curves(self):
        """The curves of all edges, each once."""
        arriving = {}  # node -> where the edges to it come from, from bottom to top
        for start, end in sorted(self._segments, key=lambda segment: self._height[segment[0]]):
            arriving.setdefault(end, []).append(start)
        return list(dict.fromkeys(c for start, end in self._segments for c in self._curves(start, end, arriving[end])))

    def _curves(self, start, end, arriving):
        source = _source(start)
        name, label = self._graph.names[source], self._graph.labels.get((source, end))
        onward = self._right[end] if isinstance(end, Waypoint) else None
        departure = self._right[start], self._centre[start]
        arrival = self._left[end], self._port(start, end, arriving)
        if not self._is_cut(start, end):
            return [Curve(departure, arrival, onward, label)]
        before = arrival[0] - _STUB - self._sizes.label.get((source, end), 0.0), arrival[1]
        return [
            Curve(departure, (departure[0] + _STUB, departure[1]), None, None, name),
            Curve(before, arrival, onward, label, name, is_cut_at_start=True),
        ]

    def _port(self, start, end, arriving):
        """The height at which an edge arrives: edges come in above each other, so that heads and labels stay apart."""
        if isinstance(end, Waypoint):
            return self._centre[end]
        spread = min(0.3, 0.6 * self._sizes.heights[end] / len(arriving))
        return self._centre[end] + spread * (arriving.index(start) - (len(arriving) - 1) / 2)


def _source(item):
    return item.source if isinstance(item, Waypoint) else item
