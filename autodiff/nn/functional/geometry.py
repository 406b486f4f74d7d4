"""Where windows lie: kernel size, stride, padding and dilation, on any number of axes, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ..errors import ModelError, ShapeError

__all__ = ["Window", "numbers_of", "padding_of", "same_padding", "size_after", "space_of"]


class Window(NamedTuple):
    """How a kernel moves over an image; one entry for each axis.

    stride    by how much it moves
    padding   how much is added before and after the image, pairs; a negative number takes away
    dilation  the distance of neighbouring entries of the kernel
    groups    into how many groups the channels fall, each with kernels of its own
    """

    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int = 1

    def output(self, size: Sequence[int], kernel: Sequence[int]) -> tuple[int, ...]:
        """⌊(n + before + after - dilation (k - 1) - 1) / stride⌋ + 1, along each axis."""
        return tuple(
            (n + before + after - d * (k - 1) - 1) // s + 1
            for n, k, s, (before, after), d in zip(size, kernel, self.stride, self.padding, self.dilation, strict=True)
        )


def numbers_of(name: str, value: Any, axes: int, least: int = 1) -> tuple[int, ...]:
    """One int for each axis, from one for all or from a sequence. Raises ModelError where it is neither."""
    values = tuple(value) if isinstance(value, list | tuple) else (value,) * axes
    if len(values) == 1:
        values *= axes
    if len(values) != axes or not all(_is_int(v) and v >= least for v in values):
        few = "one int" if axes == 1 else f"one int, or {axes} of them"
        raise ModelError(f"{name} is {few}, each at least {least}, not {value!r}")
    return tuple(int(v) for v in values)


def _is_int(value):
    return hasattr(value, "__index__") and not isinstance(value, bool)


def same_padding(kernel: Sequence[int], dilation: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """What keeps the size at stride 1; where that is odd, one more at the end, as in PyTorch."""
    totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return tuple((total // 2, total - total // 2) for total in totals)


def padding_of(
    value: Any, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    """Pairs (before, after) from an int, one int or pair for each axis, or one of the words

    "valid"   none
    "same"    what keeps the size; only with stride 1
    "causal"  all of "same" at the start, so that no output depends on what comes after it; only on one axis

    Raises ModelError for anything else.
    """
    axes = len(kernel)
    if value == "valid":
        return ((0, 0),) * axes
    if value == "same":
        if any(s != 1 for s in stride):
            raise ModelError(f'padding="same" needs stride 1, not {tuple(stride)}: the result would be smaller')
        return same_padding(kernel, dilation)
    if value == "causal":
        if axes != 1:
            raise ModelError(f'padding="causal" is for sequences, one axis, not for {axes} axes')
        return ((dilation[0] * (kernel[0] - 1), 0),)
    pairs = isinstance(value, list | tuple) and len(value) == axes and any(isinstance(v, list | tuple) for v in value)
    if pairs:
        both = [numbers_of("padding", v, 2, least=0) for v in value]
        return tuple((before, after) for before, after in both)
    if isinstance(value, str):
        raise ModelError(f'padding is a number, or "valid", "same" or "causal", not {value!r}')
    return tuple((p, p) for p in numbers_of("padding", value, axes, least=0))


def space_of(name: str, shape: tuple[int, ...], axes: int, channels: int | None = None) -> tuple[int, ...]:
    """The sizes of an image of shape (N, C, *sizes). Raises ShapeError for another number of axes, or of channels."""
    if len(shape) != axes + 2 or (channels is not None and shape[1] != channels):
        letters = ("L",) if axes == 1 else ("D", "H", "W")[-axes:]
        expected = f"(N, {'C' if channels is None else channels}, {', '.join(letters)})"
        remedy = "a single image is a batch of one: x[None]" if len(shape) == axes + 1 else "see the order of the axes"
        if len(shape) == axes + 2:
            remedy = f"it needs {channels} channels on axis 1"
        raise ShapeError.of(name, expected, shape, remedy)
    return shape[2:]


def size_after(name: str, shape: tuple[int, ...], kernel: Sequence[int], window: Window) -> tuple[int, ...]:
    """The sizes of the result for an image of a shape. Raises ShapeError where the kernel is larger than the image."""
    size = window.output(shape[2:], kernel)
    if any(n < 1 for n in size):
        reach = [d * (k - 1) + 1 for k, d in zip(kernel, window.dilation, strict=True)]
        least = [max(0, r - before - after) for r, (before, after) in zip(reach, window.padding, strict=True)]
        raise ShapeError.of(
            name,
            f"images of at least {' x '.join(map(str, least))}",
            shape,
            "pad it, or take a smaller kernel or dilation",
        )
    return size
