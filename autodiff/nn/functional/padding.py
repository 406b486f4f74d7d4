"""Padding of images and sequences, by zeros or by what they contain."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tracer import shape_of
from ..errors import ModelError, ShapeError
from .floating import floating

__all__ = ["pad"]

_MODES: dict[str, Any] = {
    "constant": "constant",
    "zeros": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}
"""PyTorch's names, of functions and of layers, and NumPy's."""


def pad(x: Any, padding: Any, mode: str = "constant", value: float = 0.0) -> Any:
    """x with entries added before and after it on its last axes.

    x        (..., *size)
    padding  (before, after) for the last axis, then for the one before it, and so on, as PyTorch has it; negative
             numbers take entries away
    mode     "constant": by `value`; "reflect": by what is mirrored at the first and last entry, which are not repeated;
             "replicate": by the first and the last entry; "circular": as if x went on from its end with its start

    Raises ShapeError where there is not enough to reflect, ModelError for an unknown mode or an odd number of widths.

    >>> x = np.array([1.0, 2.0, 3.0])
    >>> pad(x, (2, 1)), pad(x, (2, 1), "reflect"), pad(x, (2, 1), "circular")
    (array([0., 0., 1., 2., 3., 0.]), array([3., 2., 1., 2., 3., 2.]), array([2., 3., 1., 2., 3., 1.]))
    """
    shape = shape_of(x)
    padding = tuple(padding)
    if mode not in _MODES:
        raise ModelError(f"pad: mode is one of {', '.join(map(repr, _MODES))}, not {mode!r}")
    if len(padding) % 2 or not all(hasattr(p, "__index__") for p in padding):
        raise ModelError(f"pad: the widths are ints, two for each axis, (before, after), not {padding}")
    axes = len(padding) // 2
    if axes > len(shape):
        raise ShapeError.of("pad", f"at least {axes} axes", shape, f"{padding} are widths for {axes}")
    pairs = [(0, 0)] * (len(shape) - axes) + [(padding[k], padding[k + 1]) for k in range(2 * axes - 2, -1, -2)]
    for n, (before, after) in zip(shape, pairs, strict=True):
        most = {"reflect": n - 1, "circular": n}.get(mode)
        if most is not None and max(before, after) > max(most, 0):
            raise ShapeError.of(
                "pad", f"axes of at least {max(before, after) + n - most}", shape, f"{padding} is too wide for {mode!r}"
            )
        if mode == "replicate" and not n and max(before, after) > 0:
            raise ShapeError.of("pad", "axes that are not empty", shape, "there is nothing to replicate")
        if n + min(before, 0) + min(after, 0) < 0:
            raise ShapeError.of("pad", "axes as long as what is taken away", shape, f"{padding} takes away too much")
    if any(min(pair) < 0 for pair in pairs):
        x = x[
            tuple(slice(max(-before, 0), n - max(-after, 0)) for n, (before, after) in zip(shape, pairs, strict=True))
        ]
        pairs = [(max(before, 0), max(after, 0)) for before, after in pairs]
    if not any(map(any, pairs)):
        return x
    if _MODES[mode] == "constant":
        x = x if float(value).is_integer() else floating(x)
        return np.pad(x, pairs) if value == 0 else np.pad(x, pairs, constant_values=value)
    return np.pad(x, pairs, _MODES[mode])
