"""Cross-correlation, its transpose, and its weight gradient, on plain arrays: three maps of one trilinear form.

    t(x, w, y) = Σ y[n, o, p] w[o, c, k] x[n, c, stride·p + dilation·k - padding]

`correlate` is its derivative in y, `spread` in x, `weigh` in w. So the transposes of each are the other two, and the
derivatives of all orders, in both modes, need no other code.

Each works on a few images at a time, so that what is unfolded stays in the cache, and multiplies matrices there. With
stride 1 the unfolded image is cheap: in an image laid out flat, the neighbour at a certain offset of all positions is
one run of memory. The run passes over the ends of the rows, so some of its columns are of no use and are left out.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

from ...primitive import Bilinear
from .geometry import Window

__all__ = ["correlate", "correlation", "spread", "spreading", "weigh", "weighing"]

_COLUMNS = 1 << 17  # entries of an unfolded block: half a megabyte in float32, which a second-level cache holds
_WIDTH = 256  # columns that a product of matrices needs to be fast


class _Layout:
    """Blocks of images, padded and unfolded: what the three maps share."""

    def __init__(self, shape, kernel, window, dtype):
        self.batch, self.channels, *size = shape
        self.kernel, self.window, self.dtype = tuple(kernel), window, dtype
        self.out = window.output(size, kernel)
        self.padded = tuple(n + before + after for n, (before, after) in zip(size, window.padding, strict=True))
        self.is_padded = self.padded != tuple(size) or any(b for b, _ in window.padding)
        self.inner, self.taken = _overlap(size, window.padding)
        steps = [math.prod(self.padded[k + 1 :]) for k in range(len(size))]
        self.is_flat = all(s == 1 for s in window.stride)
        if self.is_flat:
            self.run = 1 + sum((n - 1) * step for n, step in zip(self.out, steps, strict=True))
            self.row_steps = steps
        else:
            self.run = math.prod(self.out)
            self.row_steps = [math.prod(self.out[k + 1 :]) for k in range(len(size))]
        self.taps = math.prod(self.kernel)
        per_image = max(1, self.channels * self.taps * self.run)
        self.at_once = min(max(1, _COLUMNS // per_image, _WIDTH // max(1, self.run)), max(1, self.batch))
        self.steps = steps

    def blocks(self):
        return [slice(k, min(k + self.at_once, self.batch)) for k in range(0, self.batch, self.at_once)]

    def buffers(self):
        pad = np.zeros((self.at_once, self.channels, *self.padded), self.dtype) if self.is_padded else None
        return pad, np.empty(self.channels * self.taps * self.at_once * self.run, self.dtype)

    def unfolded(self, x, pad, columns):
        """A block of images (g, C, *size) as columns (groups, C/groups · taps, g · run)."""
        count = len(x)
        if pad is not None:
            pad = pad[:count]
            pad[self.inner] = x[self.taken]
            x = pad
        elif not x.flags.c_contiguous:
            x = np.ascontiguousarray(x)
        item = x.itemsize
        image, channel = x.strides[:2]
        if self.channels == 1 or count == 1:  # strides of axes of length one may be anything
            channel = math.prod(self.padded) * item
            image = channel * self.channels
        taps = [d * step * item for d, step in zip(self.window.dilation, self.steps, strict=True)]
        if self.is_flat:
            shape, strides = (self.run,), (item,)
        else:
            shape = self.out
            strides = tuple(s * step * item for s, step in zip(self.window.stride, self.steps, strict=True))
        view = np.ndarray(
            (self.channels, *self.kernel, count, *shape), x.dtype, x, 0, (channel, *taps, image, *strides)
        )
        groups = self.window.groups
        columns = columns[: self.channels * self.taps * count * self.run]
        np.copyto(columns.reshape(view.shape), view)
        return columns.reshape(groups, self.channels // groups * self.taps, count * self.run)

    def laid_flat(self, y, flat):
        """Images (g, O, *out) as maps (groups, O/groups, g · run), with zeros in the columns of no use."""
        count, channels = y.shape[:2]
        if count < self.at_once:
            flat = np.zeros(channels * count * self.run, self.dtype)
        self.as_images(flat, channels, count)[...] = y
        groups = self.window.groups
        return flat.reshape(groups, channels // groups, count * self.run)

    def places(self):
        """For each tap, where it meets the padded images: indices, with stride 1 of the images laid out flat."""
        window = self.window
        taps = product(*(range(0, d * k, d) for d, k in zip(window.dilation, self.kernel, strict=True)))
        if self.is_flat:
            starts = [sum(k * step for k, step in zip(tap, self.steps, strict=True)) for tap in taps]
            return [(..., slice(start, start + self.run)) for start in starts]
        return [
            (..., *(slice(k, k + s * (n - 1) + 1, s) for k, s, n in zip(tap, window.stride, self.out, strict=True)))
            for tap in taps
        ]

    def as_images(self, maps, channels, count):
        """The useful columns of maps (channels, count · run), as a view (count, channels, *out)."""
        item = maps.itemsize
        strides = (self.run * item, count * self.run * item, *(step * item for step in self.row_steps))
        return np.ndarray((count, channels, *self.out), maps.dtype, maps, 0, strides)


def _overlap(size, padding):
    """Where the image lies in the padded one, and what of it: two indices."""
    inner, taken = [], []
    for n, (before, after) in zip(size, padding, strict=True):
        inner.append(slice(max(before, 0), max(before, 0) + max(0, n + min(before, 0) + min(after, 0))))
        taken.append(slice(max(-before, 0), n - max(-after, 0)))
    return (..., *inner), (..., *taken)


def _is_pointwise(kernel, window):
    return (
        all(k == 1 for k in kernel)
        and all(s == 1 for s in window.stride)
        and not any(b or a for b, a in window.padding)
    )


def correlate(x: Any, w: Any, window: Window, bias: Any = None) -> np.ndarray:
    """y[n, o, p] = Σ w[o, c, k] x[n, c, stride·p + dilation·k - padding] + bias[o], on plain arrays.

    x (N, C, *size), w (O, C/groups, *kernel) → (N, O, *out)
    """
    count, channels, groups = len(x), len(w), window.groups
    dtype = np.result_type(x, w)
    kernel = w.shape[2:]
    weight = np.ascontiguousarray(w, dtype).reshape(groups, channels // groups, -1)
    x = x.astype(dtype, copy=False)
    y = np.empty((count, channels, *window.output(x.shape[2:], kernel)), dtype)
    if not y.size:
        return y
    if bias is not None:
        bias = bias.astype(dtype, copy=False).reshape(-1, *(1,) * len(kernel))
    if _is_pointwise(kernel, window):
        maps = x.reshape(count, groups, x.shape[1] // groups, -1)
        np.matmul(weight, maps, out=y.reshape(count, groups, channels // groups, -1))
        if bias is not None:
            y += bias
        return y
    layout = _Layout(x.shape, kernel, window, dtype)
    pad, columns = layout.buffers()
    space = np.empty(channels * layout.at_once * layout.run, dtype)
    for block in layout.blocks():
        part, images = x[block], y[block]
        found = space[: channels * len(part) * layout.run].reshape(groups, channels // groups, -1)
        np.matmul(weight, layout.unfolded(part, pad, columns), out=found)
        if bias is None:
            np.copyto(images, layout.as_images(found, channels, len(part)))
        else:
            np.add(layout.as_images(found, channels, len(part)), bias, out=images)
    return y


def _turned(w, groups):
    """The kernels of the transpose: (O, C/groups, *kernel) → (C, O/groups, *kernel), turned around."""
    out, inner, *kernel = w.shape
    w = w.reshape(groups, out // groups, inner, *kernel).swapaxes(1, 2).reshape(groups * inner, out // groups, *kernel)
    return np.ascontiguousarray(w[(slice(None), slice(None), *(slice(None, None, -1),) * len(kernel))])


def _turned_window(window, size, out, kernel):
    """The window of the transpose at stride 1: from (N, O, *out) to (N, C, *size)."""
    pairs = []
    for n, m, k, (before, _), d in zip(size, out, kernel, window.padding, window.dilation, strict=True):
        left = d * (k - 1) - before
        pairs.append((left, n - m - left + d * (k - 1)))
    return window._replace(padding=tuple(pairs))


def spread(y: Any, w: Any, window: Window, size: tuple[int, ...], bias: Any = None) -> np.ndarray:
    """x[n, c, q] = Σ w[o, c, k] y[n, o, p] over all p, k with stride·p + dilation·k - padding = q, + bias[c].

    y (N, O, *out), w (O, C/groups, *kernel) → (N, C, *size): the transpose of `correlate` in x.

    With stride 1 it is a correlation of the padded y with the kernels turned around; otherwise, and where y is much
    smaller than x, the products are computed first and then added up where they belong.
    """
    dtype = np.result_type(y, w)
    kernel = w.shape[2:]
    shape = (len(y), window.groups * w.shape[1], *size)
    if not y.size:
        return _plus(np.zeros(shape, dtype), bias)
    layout = _Layout(shape, kernel, window, dtype)
    if layout.is_flat:
        turned = _turned_window(window, size, y.shape[2:], kernel)
        if _Layout(y.shape, kernel, turned, dtype).run <= 1.3 * layout.run:
            return correlate(y, _turned(w, window.groups), turned, bias)
    groups, channels = window.groups, shape[1]
    x = np.empty(shape, dtype)
    weight = np.ascontiguousarray(w, dtype).reshape(groups, len(w) // groups, -1).swapaxes(1, 2)
    flat = np.zeros(len(w) * layout.at_once * layout.run, dtype)
    places, positions = layout.places(), (layout.run,) if layout.is_flat else layout.out
    for block in layout.blocks():
        count = len(y[block])
        maps = layout.laid_flat(y[block], flat)
        columns = np.matmul(weight, maps).reshape(channels, layout.taps, count, *positions)
        padded = np.zeros((count, channels, *layout.padded), dtype)
        target = padded.reshape(count, channels, -1) if layout.is_flat else padded
        for tap, place in enumerate(places):
            target[place] += columns[:, tap].swapaxes(0, 1)
        x[block] = 0  # where the padding is negative
        x[block][layout.taken] = padded[layout.inner]
    return _plus(x, bias)


def _plus(x, bias):
    if bias is not None:
        x += bias.reshape(-1, *(1,) * (x.ndim - 2))
    return x


def weigh(x: Any, y: Any, window: Window, kernel: tuple[int, ...]) -> np.ndarray:
    """w[o, c, k] = Σ y[n, o, p] x[n, c, stride·p + dilation·k - padding], over all n and p.

    x (N, C, *size), y (N, O, *out) → (O, C/groups, *kernel): the weight gradient of `correlate`.
    """
    dtype = np.result_type(x, y)
    channels, groups = y.shape[1], window.groups
    inner = x.shape[1] // groups
    if not x.size or not y.size:
        return np.zeros((channels, inner, *kernel), dtype)
    layout = _Layout(x.shape, kernel, window, dtype)
    pad, columns = layout.buffers()
    total = np.zeros((groups, inner * layout.taps, channels // groups), dtype)
    flat = np.zeros(channels * layout.at_once * layout.run, dtype)
    for block in layout.blocks():
        maps = layout.laid_flat(y[block], flat)
        unfolded = layout.unfolded(x[block].astype(dtype, copy=False), pad, columns)
        total += np.matmul(unfolded, maps.swapaxes(1, 2))  # faster than its transpose
    return total.swapaxes(1, 2).reshape(channels, inner, *kernel)


# -- as primitives -----------------------------------------------------------------------------------------------------

correlation = Bilinear(
    correlate,
    lambda c, x, w, window: spreading(c, w, window=window, size=x.shape[2:]),
    lambda c, x, w, window: weighing(x, c, window=window, kernel=w.shape[2:]),
    name="correlation",
)

spreading = Bilinear(
    spread,
    lambda c, y, w, window, size: correlation(c, w, window=window),
    lambda c, y, w, window, size: weighing(c, y, window=window, kernel=w.shape[2:]),
    name="spreading",
)

weighing = Bilinear(
    weigh,
    lambda c, x, y, window, kernel: spreading(y, c, window=window, size=x.shape[2:]),
    lambda c, x, y, window, kernel: correlation(x, c, window=window),
    name="weighing",
)
