"""Affine maps between several axes at once: of chosen axes, and by the notation of einsum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...tracer import shape_of
from .. import functional as F
from .. import init
from ..construction import require_flags, require_sizes
from ..errors import ModelError, ShapeError
from ..module import Module
from ..random import generator

__all__ = ["Einsum", "LinearGeneral"]


class LinearGeneral(Module):
    """y[..., o] = Σ_i W[o, i] x[..., i] + b[o], where i and o may be several axes each.

    in_features, out_features  an int, or a tuple of them
    axis                       where the axes i are in x, as many as there are in_features; those of o come last
    bias                       whether there is a b

    weight (*out, *in) and bias (*out,) start uniform in ±1/√in, in the number of all inputs.

    >>> split, merge = LinearGeneral(8, (2, 4), rng=0), LinearGeneral((2, 4), 8, axis=(-2, -1), rng=1)
    >>> heads = split(np.zeros((3, 5, 8), np.float32))
    >>> heads.shape, merge(heads).shape
    ((3, 5, 2, 4), (3, 5, 8))
    """

    def __init__(
        self,
        in_features: int | tuple[int, ...],
        out_features: int | tuple[int, ...],
        axis: int | tuple[int, ...] = -1,
        bias: bool = True,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        into, out, axes = _tuple(in_features), _tuple(out_features), _tuple(axis)
        require_sizes(self, **{f"in_features[{k}]": n for k, n in enumerate(into)})
        require_sizes(self, **{f"out_features[{k}]": n for k, n in enumerate(out)})
        require_flags(self, bias=bias)
        if not into or not out or len(axes) != len(into):
            raise ModelError(f"LinearGeneral takes an axis for each of in_features={in_features}, not axis={axis}")
        rng = generator(rng)
        fan_in = math.prod(into)
        self.in_features, self.out_features, self.axis = into, out, axes
        self.weight = init.uniform(rng, (*out, *into), dtype, low=-(fan_in**-0.5), high=fan_in**-0.5)
        self.bias = init.uniform(rng, out, dtype, low=-(fan_in**-0.5), high=fan_in**-0.5) if bias else None

    def forward(self, x: Any) -> Any:
        return F.linear_general(x, self.weight, self.bias, self.axis)

    def options(self) -> str:
        axis = "" if self.axis == (-1,) else f", axis={self.axis}"
        return f"{self.in_features}, {self.out_features}{axis}{'' if self.bias is not None else ', bias=False'}"


class Einsum(Module):
    """y = einsum(equation, x, W) + b.

    equation    two operands and a result, such as "nta,ahb->nhtb"; "..." may stand for any axes
    shape       of W, the second operand
    bias_shape  of b, which broadcasts to the result; None for no b

    weight and bias start uniform in ±1/√in, in the number of entries that are summed over for one of the result. Raises
    ModelError for an equation that is none, ShapeError where x does not fit.

    >>> layer = Einsum("nta,ahb->nhtb", (8, 2, 4), (2, 1, 4), rng=0)
    >>> layer, layer(np.zeros((3, 5, 8), np.float32)).shape
    (Einsum('nta,ahb->nhtb', (8, 2, 4), (2, 1, 4)), (3, 2, 5, 4))
    """

    def __init__(
        self,
        equation: str,
        shape: tuple[int, ...],
        bias_shape: tuple[int, ...] | None = None,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        shape = _tuple(shape)
        require_sizes(self, **{f"shape[{k}]": n for k, n in enumerate(shape)})
        operands, arrow, result = equation.replace(" ", "").partition("->")
        parts = operands.split(",")
        if not arrow or len(parts) != 2 or "..." in parts[1] or len(set(parts[1])) != len(shape):
            raise ModelError(
                f"Einsum takes an equation of two operands and a result, the second with {len(shape)} letters for the "
                f"shape {shape}, such as 'ni,io->no', not {equation!r}"
            )
        lengths = dict(zip(parts[1], shape, strict=True))
        summed = math.prod(n for letter, n in lengths.items() if letter not in result)
        rng = generator(rng)
        self.equation = equation
        self.weight = init.uniform(rng, shape, dtype, low=-(summed**-0.5), high=summed**-0.5)
        self.bias = None
        if bias_shape is not None:
            self.bias = init.uniform(rng, _tuple(bias_shape), dtype, low=-(summed**-0.5), high=summed**-0.5)

    def forward(self, x: Any) -> Any:
        try:
            y = np.einsum(self.equation, x, self.weight)
        except ValueError as error:
            raise ShapeError.of(
                "Einsum", f"what fits {self.equation!r} and W {shape_of(self.weight)}", shape_of(x), str(error)
            ) from error
        if self.bias is None:
            return y
        pairs = zip(reversed(shape_of(self.bias)), reversed(shape_of(y)), strict=False)
        if len(shape_of(self.bias)) > len(shape_of(y)) or any(b not in (1, n) for b, n in pairs):
            raise ShapeError.of(
                "Einsum's bias", f"what broadcasts to the result {shape_of(y)}", shape_of(self.bias), "see bias_shape"
            )
        return y + self.bias

    def options(self) -> str:
        bias = "" if self.bias is None else f", {self.bias.shape}"
        return f"{self.equation!r}, {self.weight.shape}{bias}"


def _tuple(value: Any) -> tuple[int, ...]:
    return (int(value),) if isinstance(value, int | np.integer) else tuple(value)
