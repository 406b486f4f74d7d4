"""Layers that tell a sequence's elements where they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tracer import dtype_of, shape_of
from .. import functional as F
from .. import init
from ..construction import require_sizes
from ..errors import ShapeError
from ..functional.floating import floating
from ..module import Module
from ..random import generator

__all__ = ["LearnedPositions", "RotaryPositions", "SinusoidalPositions"]


class SinusoidalPositions(Module):
    """y_t = x_t + p_t, where p_t are the sines and cosines of `F.sinusoidal_positions`.

    base, exponent  as there

    Takes (..., T, d) with any T; `offset` is the position of the first element. It has no parameters.

    >>> SinusoidalPositions()(np.zeros((1, 2, 2), np.float32)).round(3)
    array([[[0.   , 1.   ],
            [0.841, 0.54 ]]], dtype=float32)
    """

    def __init__(self, *, base: float = 10_000.0, exponent: str = "pair"):
        F.sinusoidal_positions(0, 2, base, exponent)  # raises for an unknown exponent
        self.base, self.exponent = base, exponent

    def forward(self, x: Any, offset: int = 0) -> Any:
        if len(shape_of(x)) < 2:
            raise ShapeError.of("SinusoidalPositions", "(..., T, d)", shape_of(x), "give it sequences")
        x = floating(x)
        T, d = shape_of(x)[-2:]
        return x + F.sinusoidal_positions(offset + T, d, self.base, self.exponent, dtype_of(x))[offset:]

    def options(self) -> str:
        base = "" if self.base == 10_000.0 else f"base={self.base:g}"
        exponent = "" if self.exponent == "pair" else f"exponent={self.exponent!r}"
        return ", ".join(filter(None, (base, exponent)))


class LearnedPositions(Module):
    """y_t = x_t + p_t, where each p_t is a parameter.

    length  for how many positions there is one
    d       size of the vectors

    weight (length, d) starts normal with the standard deviation 0.02, as in GPT-2. Takes (..., T, d); `offset` is the
    position of the first element. Raises ShapeError for positions beyond `length`.

    >>> LearnedPositions(10, 4, rng=0)(np.zeros((2, 5, 4), np.float32)).shape
    (2, 5, 4)
    """

    def __init__(self, length: int, d: int, *, rng: Any = None, dtype: Any = np.float32):
        require_sizes(self, length=length, d=d)
        self.weight = init.normal(generator(rng), (length, d), dtype, std=0.02)

    def forward(self, x: Any, offset: int = 0) -> Any:
        length, d = shape_of(self.weight)
        if len(shape_of(x)) < 2 or shape_of(x)[-1] != d or offset + shape_of(x)[-2] > length:
            raise ShapeError.of(
                "LearnedPositions", f"(..., T, {d}) with T + offset ≤ {length}, where the offset is {offset}",
                shape_of(x), "make it with more positions, or cut the sequence",
            )  # fmt: skip
        return x + self.weight[offset : offset + shape_of(x)[-2]]

    def options(self) -> str:
        return f"{self.weight.shape[0]}, {self.weight.shape[1]}"


class RotaryPositions(Module):
    """y_t = R_t x_t: pairs of coordinates turned by angles that grow with the position; see `F.rotary`.

    base, interleaved  as there

    Takes queries or keys, (..., T, d) with an even d; `offset` is the position of the first. It has no parameters.

    >>> RotaryPositions()(np.ones((2, 5, 4), np.float32)).shape
    (2, 5, 4)
    """

    def __init__(self, *, base: float = 10_000.0, interleaved: bool = True):
        self.base, self.interleaved = base, bool(interleaved)

    def forward(self, x: Any, offset: int = 0) -> Any:
        positions = np.arange(offset, offset + shape_of(x)[-2]) if len(shape_of(x)) > 1 else None
        return F.rotary(x, positions, self.base, self.interleaved)

    def options(self) -> str:
        base = "" if self.base == 10_000.0 else f"base={self.base:g}"
        return ", ".join(filter(None, (base, "" if self.interleaved else "interleaved=False")))
