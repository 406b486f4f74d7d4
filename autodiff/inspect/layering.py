"""Where the nodes of a graph stand: in layers from left to right, with few crossings and short edges.

The method is that of Sugiyama, Tagawa and Toda (1981): every node stands one layer to the right of the last node that
it comes from; an edge across several layers passes through a waypoint in each; the nodes of a layer are ordered by
the mean position of their neighbours (the barycentre), from left to right and back; and then moved up and down, as
close to their neighbours as their order and the room they take allow.
"""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from typing import NamedTuple

__all__ = ["Layering", "Waypoint", "arrange"]

_SWEEPS = 8


class Waypoint(NamedTuple):
    """Where the edges from a node cross a layer, on their way to nodes further right; they share it."""

    source: int
    layer: int


class Layering(NamedTuple):
    """`layers` are lists of nodes and waypoints, from bottom to top, and `height` has the height of each above 0;
    `segments` are the parts of the edges: pairs of neighbours in successive layers."""

    layers: list
    height: dict
    segments: list


def arrange(parents, room):
    """The layering of an acyclic graph.

    parents  for each node 0, 1 ..., the nodes with an edge to it, of smaller numbers
    room     function of a node or waypoint: the height that it takes
    """
    layer_of, segments = [], []
    for node, above in enumerate(parents):
        layer_of.append(1 + max((layer_of[k] for k in above), default=-1))
        for parent in above:
            path = [Waypoint(parent, layer) for layer in range(layer_of[parent] + 1, layer_of[node])]
            segments += zip([parent, *path], [*path, node], strict=True)
    segments = list(dict.fromkeys(segments))
    layers = [[] for _ in range(max(layer_of, default=-1) + 1)]
    for node, layer in enumerate(layer_of):
        layers[layer].insert(0, node)  # the first on top
    for point in dict.fromkeys(end for _, end in segments if isinstance(end, Waypoint)):
        layers[point.layer].append(point)
    before, after = _neighbours(segments)
    layers = _ordered(layers, before, after)
    return Layering(layers, _heights(layers, before, after, room), segments)


def _neighbours(segments):
    before, after = {}, {}
    for start, end in segments:
        before.setdefault(end, []).append(start)
        after.setdefault(start, []).append(end)
    return before, after


def _ordered(layers, before, after):
    """The layers in the order that had the fewest crossings, of those that sorting by barycentres goes through."""
    best, fewest = layers, _crossings(layers, after)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        neighbours = before if forward else after
        layers = [list(layer) for layer in layers]
        for k in range(1, len(layers)) if forward else range(len(layers) - 2, -1, -1):
            place = {node: i for i, node in enumerate(layers[k - 1 if forward else k + 1])}
            own = {node: i for i, node in enumerate(layers[k])}
            layers[k].sort(key=lambda node: _mean([place[n] for n in neighbours.get(node, ())], own[node]))  # noqa: B023
        crossings = _crossings(layers, after)
        if crossings < fewest:
            best, fewest = layers, crossings
    return best


def _mean(numbers, default):
    return sum(numbers) / len(numbers) if numbers else default


def _crossings(layers, after):
    """How many pairs of segments cross: inversions in the order of their right ends, taken by their left ends."""
    total = 0
    for left, right in zip(layers, layers[1:], strict=False):
        place = {node: i for i, node in enumerate(right)}
        seen = []
        for node in left:
            ends = sorted(place[end] for end in after.get(node, ()))
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total


def _heights(layers, before, after, room):
    height = {}
    for layer in layers:
        height.update(_apart(layer, [0.0] * len(layer), room))
    for sweep in range(4 * _SWEEPS):
        neighbours = [before, after][sweep % 2]
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wanted = [_mean([height[n] for n in _pulling(node, neighbours)], height[node]) for node in layer]
            height.update(_apart(layer, wanted, room))
    _straighten(layers, height, room)
    lowest = min((height[node] - room(node) / 2 for layer in layers for node in layer), default=0.0)
    return {node: h - lowest for node, h in height.items()}


def _straighten(layers, height, room):
    """Moves the waypoints of an edge to one height, over as many layers as there is room for that."""
    places = {}  # source -> (its waypoint, what stands below, what stands above), from left to right
    for layer in layers:
        for below, point, above in zip([None, *layer], layer, [*layer[1:], None], strict=False):
            if isinstance(point, Waypoint):
                places.setdefault(point.source, []).append((point, below, above))
    for of_source in places.values():
        run, low, high = [], -math.inf, math.inf
        for point, below, above in of_source:
            lowest = -math.inf if below is None else height[below] + (room(below) + room(point)) / 2
            highest = math.inf if above is None else height[above] - (room(above) + room(point)) / 2
            if max(low, lowest) > min(high, highest):
                run, low, high = [], -math.inf, math.inf
            run, low, high = [*run, point], max(low, lowest), min(high, highest)
            level = _mean([height[p] for p in run], 0.0)
            height.update(dict.fromkeys(run, min(max(level, low), high)))


def _pulling(node, neighbours):
    """The neighbours that a node goes along with: for a waypoint, that of its own edge, so that edges are straight."""
    found = neighbours.get(node, ())
    same_edge = [n for n in found if isinstance(node, Waypoint) and isinstance(n, Waypoint)]
    return same_edge or found


def _apart(layer, wanted, room):
    """Heights as near to those wanted, by least squares, as order and room allow: what would overlap is pooled."""
    offsets, top = [], 0.0
    for node in layer:
        offsets.append(top + room(node) / 2)
        top += room(node)
    blocks = []  # [mean of wanted - offset, how many], increasing
    for target, offset in zip(wanted, offsets, strict=True):
        blocks.append([target - offset, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (a, m), (b, n) = blocks[-2:]
            blocks[-2:] = [[(a * m + b * n) / (m + n), m + n]]
    bases = [base for base, count in blocks for _ in range(count)]
    return {node: base + offset for node, base, offset in zip(layer, bases, offsets, strict=True)}
