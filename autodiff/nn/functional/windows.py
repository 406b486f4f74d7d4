"""The entries of each window, gathered by their numbers: what pooling means, for windows of any places and sizes.

The places of windows along one axis are an array (windows, longest window) of numbers; -1 stands for no place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...tracer import dtype_of, shape_of
from .geometry import Window

__all__ = ["adaptive_places", "flat_places", "gathered", "picked", "regular_places"]


def regular_places(size: Sequence[int], kernel: Sequence[int], window: Window) -> list[np.ndarray]:
    """For each axis, the places of the windows of a kernel."""
    found = []
    for axis, (n, k, m) in enumerate(zip(size, kernel, window.output(size, kernel), strict=True)):
        places = (
            np.arange(m)[:, None] * window.stride[axis] + np.arange(k) * window.dilation[axis] - window.padding[axis][0]
        )
        found.append(np.where((places >= 0) & (places < n), places, -1))
    return found


def adaptive_places(size: Sequence[int], out: Sequence[int]) -> list[np.ndarray]:
    """For each axis of length n, m windows that cover it: number i from ⌊i n / m⌋ to ⌈(i + 1) n / m⌉."""
    found = []
    for n, m in zip(size, out, strict=True):
        i = np.arange(m)
        start, end = i * n // m, -(-(i + 1) * n // m)
        places = start[:, None] + np.arange(int((end - start).max(initial=0)))
        found.append(np.where(places < end[:, None], places, -1))
    return found


def _index(places):
    """Indices for all axes, that broadcast to (*windows, *within a window)."""
    axes = len(places)
    index = []
    for axis, numbers in enumerate(places):
        shape = [1] * (2 * axes)
        shape[axis], shape[axes + axis] = numbers.shape
        index.append(numbers.reshape(shape))
    return index


def gathered(x: Any, places: Sequence[np.ndarray], fill: float = -np.inf) -> Any:
    """(N, C, *windows, entries of a window), row by row; `fill` where there is no place."""
    index = _index(places)
    windows = x[(slice(None), slice(None), *index)]
    missing = np.logical_or.reduce(np.broadcast_arrays(*(numbers < 0 for numbers in index)))
    if missing.any():
        windows = np.where(missing, np.asarray(fill, dtype_of(x)), windows)
    shape = shape_of(windows)
    entries = math.prod(shape[2 + len(places) :])
    return np.reshape(windows, (*shape[: 2 + len(places)], entries))


def flat_places(x: np.ndarray, places: Sequence[np.ndarray]) -> np.ndarray:
    """Of each window the place of its first largest entry, as a number in the flat image: (N, C, *windows)."""
    first = np.argmax(gathered(x, places), -1)
    number = np.zeros((), int)
    for n, numbers in zip(x.shape[2:], _index(places), strict=True):
        number = number * n + numbers
    windows = first.shape[2:]
    number = np.broadcast_to(number, (*windows, *(p.shape[1] for p in places))).reshape(1, 1, *windows, -1)
    return np.take_along_axis(number, first[..., None], -1)[..., 0]


def picked(x: Any, switches: np.ndarray) -> Any:
    """The entries of images (N, C, *size) at numbers (N, C, *windows) of places in the flat image."""
    n, c, *size = shape_of(x)
    flat = np.reshape(x, (n, c, math.prod(size)))
    y = np.take_along_axis(flat, switches.reshape(n, c, math.prod(switches.shape[2:])), -1)
    return np.reshape(y, switches.shape)
