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


class Placement(NamedTuple):
    """Width and height of the picture, (left, bottom, width, height) of each node, and the curves of the edges."""

    width: float
    height: float
    boxes: list
    curves: list


def placements(graph):
    """The placements of a graph in one band, in two, and so on."""
    sizes = _Sizes(graph)
    layering = arrange(graph.parents, sizes.room)
    for bands in range(1, len(layering.layers) + 1):
        yield _Folding(graph, sizes, layering, bands).placement()


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


class _Folding:
    """A layered graph in a number of bands."""

    def __init__(self, graph, sizes, layering, bands):
        self.graph, self.sizes = graph, sizes
        self.layers, self.height, self.segments = layering
        self.layer = {item: k for k, layer in enumerate(self.layers) for item in layer}
        self.widths = [max(sizes.widths[n] for n in layer if not isinstance(n, Waypoint)) for layer in self.layers]
        self.gaps = [_BETWEEN_COLUMNS + self._widest_label(layer) for layer in self.layers]
        self.bands = self._cut(bands)
        self.band = {k: number for number, layers in enumerate(self.bands) for k in layers}

    def _widest_label(self, layer):
        return max([w for (_, node), w in self.sizes.label.items() if node in layer], default=0.15)

    def _cut(self, bands):
        """The layers of each band, of about the same width."""
        ends = np.cumsum(np.add(self.widths, self.gaps))
        wanted = np.minimum((ends - ends[0] / 2) * bands // ends[-1], bands - 1)
        return [np.flatnonzero(wanted == band).tolist() for band in np.unique(wanted)]

    def placement(self):
        left, right, centre, total = {}, {}, {}, 0.0
        top = 0.0
        for number, layers in enumerate(self.bands):
            items = [item for k in layers for item in self.layers[k]]
            highest = max(self.height[item] + self.sizes.room(item) / 2 for item in items)
            lowest = min(self.height[item] - self.sizes.room(item) / 2 for item in items)
            x = self._room_for_cut_edges(layers[0]) if number else 0.0
            for k in layers:
                x += self.gaps[k] if k != layers[0] else 0.0
                for item in self.layers[k]:
                    inset = 0.0 if isinstance(item, Waypoint) else (self.widths[k] - self.sizes.widths[item]) / 2
                    left[item], right[item] = x + inset, x + self.widths[k] - inset
                    centre[item] = top - highest + self.height[item]
                x += self.widths[k]
            leaving = [self.sizes.name[self._source(a)] for a, b in self.segments if self._is_cut(a, b, number)]
            total = max(total, x + (_STUB + max(leaving) if leaving else 0.0))
            top -= highest - lowest + _BETWEEN_BANDS
        height = -top - _BETWEEN_BANDS
        centre = {item: y + height for item, y in centre.items()}
        curves = list(dict.fromkeys(c for a, b in self.segments for c in self._curves(a, b, left, right, centre)))
        sizes = self.sizes
        boxes = [
            (left[k], centre[k] - sizes.heights[k] / 2, sizes.widths[k], sizes.heights[k])
            for k in range(len(sizes.widths))
        ]
        return Placement(total, height, boxes, curves)

    def _room_for_cut_edges(self, layer):
        """What stands before the first column of a band: the names of values from the band above, and labels."""
        entering = [(self._source(a), b) for a, b in self.segments if self.layer[b] == layer]
        return max(
            self.sizes.name[source] + _STUB + self.sizes.label.get((source, node), 0.0) for source, node in entering
        )

    def _is_cut(self, start, end, band):
        return self.band[self.layer[start]] == band != self.band[self.layer[end]]

    def _source(self, item):
        return item.source if isinstance(item, Waypoint) else item

    def _curves(self, start, end, left, right, centre):
        source = self._source(start)
        name, label = self.graph.names[source], self.graph.labels.get((source, end))
        onward = right[end] if isinstance(end, Waypoint) else None
        x, y = right[start], centre[start]
        arrival = (left[end], self._port(start, end, centre))
        if not self._is_cut(start, end, self.band[self.layer[start]]):
            return [Curve((x, y), arrival, onward, label)]
        before = (arrival[0] - _STUB - self.sizes.label.get((source, end), 0.0), arrival[1])
        return [
            Curve((x, y), (x + _STUB, y), None, None, name),
            Curve(before, arrival, onward, label, name, is_cut_at_start=True),
        ]

    def _port(self, start, end, centre):
        """Where an edge arrives at a node: the edges come in above each other, so that heads and labels stay apart."""
        if isinstance(end, Waypoint):
            return centre[end]
        arriving = sorted([a for a, b in self.segments if b == end], key=self.height.get)
        spread = min(0.3, 0.6 * self.sizes.heights[end] / len(arriving))
        return centre[end] + spread * (arriving.index(start) - (len(arriving) - 1) / 2)
