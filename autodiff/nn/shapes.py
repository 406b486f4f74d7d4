"""A pass through a model that computes shapes and dtypes alone: no memory for arrays, and next to no time.

The input is a tracer, `Shaped`, whose array is a stand-in of zeros that share one place in memory. What a primitive
makes of such arrays is again one, by the rule for its shape. A primitive without a rule is evaluated on the stand-ins,
and only the shape of the result is kept; so the pass is right for every model, and cheap for those made of the usual
layers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..elementwise import Elementwise
from ..fused import Fused
from ..rules.einsum import einsum, written_out
from ..rules.products import matmul
from ..tracer import Level, Tracer, dtype_of, shape_of
from .random import stand_in

__all__ = ["Counted", "Shaped", "shape_pass"]


class Counted(Level):
    """The level of one pass; counts the multiply-adds."""

    __slots__ = ("macs",)

    def __init__(self):
        super().__init__()
        self.macs = 0


class Shaped(Tracer):
    """An array of which only shape and dtype are known."""

    __slots__ = ()
    level: Counted

    @classmethod
    def of(cls, shape: tuple[int, ...], dtype: Any, level: Counted) -> Shaped:
        self = cls()
        self.primal, self.level = stand_in(shape, dtype), level
        return self

    def apply(self, primitive: Any, args: Any, params: dict) -> Any:
        level = self.level
        plain = [arg.primal if isinstance(arg, Shaped) else arg for arg in args]
        fused = getattr(primitive, "fused", None)
        if isinstance(fused, Fused) and fused.macs is not None:
            level.macs += fused.macs(*plain, **params)
        if isinstance(fused, Fused) and fused.shape is not None:
            found = fused.shape(*plain, **params)
        elif primitive is matmul:
            found = _of_matmul(*plain)
            level.macs += math.prod(found[0]) * shape_of(plain[0])[-1]
        elif primitive is einsum:
            found, macs = _of_einsum(plain, params["subscripts"])
            level.macs += macs
        elif isinstance(primitive, Elementwise) and not params:
            found = _of_elementwise(primitive, plain)
        else:
            with np.errstate(all="ignore"):
                result = primitive.evaluate(*plain, **params)
            if primitive.has_several_results:
                return tuple(Shaped.of(part.shape, part.dtype, level) for part in map(np.asarray, result))
            found = shape_of(result), dtype_of(result)
        if primitive.has_several_results:
            return tuple(Shaped.of(shape, dtype, level) for shape, dtype in found)
        return Shaped.of(*found, level)

    def __repr__(self) -> str:
        return f"Shaped({self.shape}, {self.dtype})"


def _of_matmul(x, y):
    a, b = shape_of(x), shape_of(y)
    rows, columns = a[-2:-1], b[-1:] if len(b) > 1 else ()
    if a[-1] != (b[-2] if len(b) > 1 else b[0]):
        raise ValueError(f"matmul of arrays of shapes {a} and {b}: {a[-1]} columns do not meet as many rows")
    return np.broadcast_shapes(a[:-2], b[:-2]) + rows + columns, np.result_type(x, y)


def _of_einsum(operands, subscripts):
    """As the sum over all indices at once, which a path of several products may take less for."""
    letters, result = written_out(subscripts, tuple(len(shape_of(x)) for x in operands))
    lengths: dict[str, int] = {}
    for indices, x in zip(letters, operands, strict=True):
        for letter, n in zip(indices, shape_of(x), strict=True):
            lengths[letter] = max(n, lengths.get(letter, 1))
    macs = math.prod(lengths.values()) if len(operands) > 1 else 0
    return (tuple(lengths[letter] for letter in result), np.result_type(*operands)), macs


def _of_elementwise(primitive, args):
    ones = [np.ones((1,) * len(shape_of(arg)), arg.dtype) if hasattr(arg, "dtype") else arg for arg in args]
    with np.errstate(all="ignore"):
        dtype = dtype_of(primitive.evaluate(*ones))
    return np.broadcast_shapes(*map(shape_of, args)), dtype


def shape_pass(f: Callable, *shapes: Any, dtype: Any = np.float32) -> tuple[Any, int]:
    """The result of f on inputs of certain shapes, as `Shaped` arrays, and the number of multiply-adds.

    f       a model or a function of arrays
    shapes  of the inputs, batch included; an array stands for itself, such as one of indices
    dtype   of the inputs that are given by shape

    >>> from autodiff import nn
    >>> y, macs = shape_pass(nn.Linear(1000, 500, rng=nn.SHAPES_ONLY), (32, 1000))
    >>> y.shape, macs
    ((32, 500), 16000000)
    """
    level = Counted()
    inputs = [shape if isinstance(shape, np.ndarray) else Shaped.of(tuple(shape), dtype, level) for shape in shapes]
    try:
        return f(*inputs), level.macs
    finally:
        level.closed = True
