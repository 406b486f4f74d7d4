"""Images as columns of patches, and back: im2col and col2im."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...primitive import linear
from ...tracer import shape_of
from ..errors import ShapeError
from .geometry import Window, numbers_of, padding_of, size_after, space_of

__all__ = ["fold", "unfold"]


def unfold(x: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """Every patch that a kernel sees, as a column: u[n, (c, k), p] = x[n, c, stride·p + dilation·k - padding].

    x            (N, C, *size), with one, two or three axes of size
    kernel_size  an int, or one for each axis

    Returns (N, C·K, L) with K entries of the kernel and L positions, as PyTorch orders them (and there only in two
    dimensions). Then conv2d(x, w) is w.reshape(O, -1) @ unfold(x). Raises ShapeError where the kernel is larger than
    the image.

    >>> unfold(np.arange(6.0).reshape(1, 1, 2, 3), 2)
    array([[[0., 1.],
            [1., 2.],
            [3., 4.],
            [4., 5.]]])
    """
    axes = max(1, len(shape_of(x)) - 2)
    window, kernel = _window("unfold", kernel_size, dilation, padding, stride, axes)
    size = space_of("unfold", shape_of(x), axes)
    size_after("unfold", shape_of(x), kernel, window)
    return _unfolded(x, window=window, kernel=kernel, size=size)


def fold(x: Any, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Any:
    """The transpose of `unfold`: each entry of a column is added to the place it was taken from.

    x            (N, C·K, L)
    output_size  of the image: a tuple, or an int for a square

    Returns (N, C, *output_size). fold(unfold(x)) is x times the number of patches that see each place. Raises
    ShapeError where the numbers of rows and columns do not fit.

    >>> fold(np.ones((1, 4, 2)), (2, 3), 2)
    array([[[[1., 2., 1.],
             [1., 2., 1.]]]])
    """
    axes = len(output_size) if isinstance(output_size, list | tuple) else 2
    size = numbers_of("output_size", output_size, axes)
    window, kernel = _window("fold", kernel_size, dilation, padding, stride, axes)
    taps, shape = math.prod(kernel), shape_of(x)
    positions = math.prod(size_after("fold", (1, 1, *size), kernel, window))
    if len(shape) != 3 or shape[1] % taps or shape[2] != positions:
        raise ShapeError.of(
            "fold",
            f"(N, C·{taps}, {positions})",
            shape,
            f"a kernel of {kernel} is at {positions} places in an image of {size}",
        )
    return _folded(x, window=window, kernel=kernel, size=size)


def _window(name, kernel_size, dilation, padding, stride, axes):
    kernel = numbers_of("kernel_size", kernel_size, axes)
    stride, dilation = numbers_of("stride", stride, axes), numbers_of("dilation", dilation, axes)
    return Window(stride, padding_of(padding, kernel, stride, dilation), dilation), kernel


def _padded_zeros(count, channels, window, size, dtype):
    padded = [n + before + after for n, (before, after) in zip(size, window.padding, strict=True)]
    zeros = np.zeros((count, channels, *padded), dtype)
    inner = (..., *(slice(before, before + n) for n, (before, _) in zip(size, window.padding, strict=True)))
    return zeros, zeros[inner]


def _patches(padded, window, kernel, out):
    """A view (N, C, *kernel, *out) of padded images: no two entries of it for the same tap are one place."""
    strides = padded.strides[2:]
    taps = [d * step for d, step in zip(window.dilation, strides, strict=True)]
    moves = [s * step for s, step in zip(window.stride, strides, strict=True)]
    return np.lib.stride_tricks.as_strided(
        padded, (*padded.shape[:2], *kernel, *out), (*padded.strides[:2], *taps, *moves)
    )


def _unfold(x, window, kernel, size):
    padded, inner = _padded_zeros(len(x), x.shape[1], window, size, x.dtype)
    inner[...] = x
    patches = _patches(padded, window, kernel, window.output(size, kernel))
    return patches.reshape(len(x), x.shape[1] * math.prod(kernel), math.prod(window.output(size, kernel)))


def _fold(x, window, kernel, size):
    out = window.output(size, kernel)
    channels = x.shape[1] // math.prod(kernel)
    padded, inner = _padded_zeros(len(x), channels, window, size, x.dtype)
    columns = x.reshape(len(x), channels, *kernel, *out)
    patches = _patches(padded, window, kernel, out)
    for tap in np.ndindex(*kernel):
        patches[(slice(None), slice(None), *tap)] += columns[(slice(None), slice(None), *tap)]
    return inner


_unfolded = linear(
    _unfold, lambda c, x, window, kernel, size: _folded(c, window=window, kernel=kernel, size=size), name="unfold"
)
_folded = linear(
    _fold, lambda c, x, window, kernel, size: _unfolded(c, window=window, kernel=kernel, size=size), name="fold"
)
