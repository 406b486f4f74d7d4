"""Sums and maxima over windows of plain arrays, one axis after the other: a window of k x k costs 2k steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from .geometry import Window

__all__ = ["largest", "largest_back", "summed", "summed_back", "switches_of"]


def _padded(x, window, fill):
    if not any(map(any, window.padding)):
        return x
    size = [n + before + after for n, (before, after) in zip(x.shape[2:], window.padding, strict=True)]
    padded = np.full((*x.shape[:2], *size), fill, x.dtype)
    padded[_inner(x.shape[2:], window)] = x[_taken(x.shape[2:], window)]
    return padded


def _inner(size, window):
    """Where the image lies in the padded one; windows may leave out its end."""
    return (..., *(slice(b, b + n + min(a, 0)) for n, (b, a) in zip(size, window.padding, strict=True)))


def _taken(size, window):
    return (..., *(slice(0, n + min(a, 0)) for n, (_, a) in zip(size, window.padding, strict=True)))


def _steps(axis: int, k: int, m: int, window: Window) -> Iterator[tuple]:
    """Along one axis: for each entry of a window, where it is for all windows."""
    s, d = window.stride[axis], window.dilation[axis]
    for j in range(k):
        yield (slice(None),) * (2 + axis) + (slice(j * d, j * d + s * (m - 1) + 1, s),)


def _reduced(function: Callable, x: Any, kernel: Sequence[int], out: Sequence[int], window: Window) -> np.ndarray:
    for axis in reversed(range(len(kernel))):
        first, *rest = (x[place] for place in _steps(axis, kernel[axis], out[axis], window))
        if not rest:
            x = first
            continue
        x = function(first, rest[0])
        for part in rest[1:]:
            function(x, part, out=x)
    return np.ascontiguousarray(x)


def largest(x: np.ndarray, kernel: Sequence[int], window: Window) -> np.ndarray:
    """(N, C, *size) → (N, C, *out)."""
    y = _reduced(np.maximum, _padded(x, window, -np.inf), kernel, window.output(x.shape[2:], kernel), window)
    return y.copy() if np.may_share_memory(x, y) else y


def summed(x: np.ndarray, kernel: Sequence[int], window: Window) -> np.ndarray:
    """(N, C, *size) → (N, C, *out)."""
    y = _reduced(np.add, _padded(x, window, 0), kernel, window.output(x.shape[2:], kernel), window)
    return y.copy() if np.may_share_memory(x, y) else y


def largest_back(c: np.ndarray, x: np.ndarray, y: np.ndarray, kernel: Sequence[int], window: Window) -> np.ndarray:
    """The cotangent of x, from that of y = largest(x): to the first entry of each window that is the largest."""
    padded = _padded(x, window, -np.inf)
    found = np.zeros(padded.shape, c.dtype)
    apart = all(s >= d * (k - 1) + 1 for s, d, k in zip(window.stride, window.dilation, kernel, strict=True))
    free = None
    steps = [list(_steps(axis, k, m, window)) for axis, (k, m) in enumerate(zip(kernel, y.shape[2:], strict=True))]
    for places in product(*steps):
        place = (slice(None), slice(None), *(p[-1] for p in places))
        hit = padded[place] == y
        if free is None:
            free = ~hit
        else:
            hit &= free
            free ^= hit
        if apart:
            np.multiply(c, hit, out=found[place])
        else:
            found[place] += c * hit
    return _unpadded(found, x.shape, window)


def switches_of(x: np.ndarray, kernel: Sequence[int], window: Window) -> np.ndarray:
    """Of each window the place of its first largest entry, a nan if there is one, as a number in the flat image."""
    out = window.output(x.shape[2:], kernel)
    padded = _padded(x, window, -np.inf)
    numbers = np.full((1, 1, *padded.shape[2:]), -1)
    inside = numbers[_inner(x.shape[2:], window)]
    inside[...] = np.arange(math.prod(x.shape[2:])).reshape(x.shape[2:])[_taken(x.shape[2:], window)]
    best = np.full((*x.shape[:2], *out), -np.inf, x.dtype)
    switches = np.full(best.shape, -1)
    steps = [list(_steps(axis, k, m, window)) for axis, (k, m) in enumerate(zip(kernel, out, strict=True))]
    for places in product(*steps):
        place = (slice(None), slice(None), *(p[-1] for p in places))
        entries, number = padded[place], numbers[place]
        better = ~(entries <= best)
        better &= best == best
        better |= (switches < 0) & (number >= 0)  # an entry of minus infinity is one too
        np.copyto(best, entries, where=better)
        np.copyto(switches, number, where=better)
    return switches


def summed_back(c: np.ndarray, shape: tuple[int, ...], kernel: Sequence[int], window: Window) -> np.ndarray:
    """The cotangent of x, of a shape, from that of summed(x)."""
    sizes = [n + before + after for n, (before, after) in zip(shape[2:], window.padding, strict=True)]
    for axis, (n, k) in enumerate(zip(sizes, kernel, strict=True)):
        spread = np.zeros((*c.shape[: 2 + axis], n, *c.shape[3 + axis :]), c.dtype)
        for place in _steps(axis, k, c.shape[2 + axis], window):
            spread[place] += c
        c = spread
    return _unpadded(c, shape, window)


def _unpadded(padded, shape, window):
    if not any(map(any, window.padding)):
        return padded
    if all(after >= 0 for _, after in window.padding):
        return padded[_inner(shape[2:], window)]
    found = np.zeros(shape, padded.dtype)  # windows that leave out the end of the image
    found[_taken(shape[2:], window)] = padded[_inner(shape[2:], window)]
    return found
