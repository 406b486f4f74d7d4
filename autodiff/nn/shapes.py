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

__all__ = ["Counted", "Shaped", "macs_of", "result_of", "shape_and_dtype", "shape_pass"]


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
        found = result_of(primitive, plain, params)
        level.macs += macs_of(primitive, plain, params)
        if primitive.has_several_results:
            return tuple(Shaped.of(shape, dtype, level) for shape, dtype in found)
        return Shaped.of(*found, level)

    def __repr__(self) -> str:
        return f"Shaped({self.shape}, {self.dtype})"


def result_of(primitive: Any, args: list, params: dict) -> Any:
    """(shape, dtype) of the result of a primitive, or a tuple of such where it has several, from stand-ins."""
    fused = getattr(primitive, "fused", None)
    if isinstance(fused, Fused) and fused.shape is not None:
        return fused.shape(*args, **params)
    if primitive is matmul:
        return _of_matmul(*args)
    if primitive is einsum:
        return _of_einsum(args, params["subscripts"])[0]
    if isinstance(primitive, Elementwise) and not params:
        return _of_elementwise(primitive, args)
    with np.errstate(all="ignore"):
        result: Any = primitive.evaluate(*args, **params)
    if primitive.has_several_results:
        return tuple((part.shape, part.dtype) for part in map(np.asarray, result))
    return shape_of(result), dtype_of(result)


def macs_of(primitive: Any, args: list, params: dict) -> int:
    """The multiply-adds of a primitive; 0 where no rule says."""
    fused = getattr(primitive, "fused", None)
    if isinstance(fused, Fused):
        return 0 if fused.macs is None else fused.macs(*args, **params)
    if primitive is matmul:
        return math.prod(_of_matmul(*args)[0]) * shape_of(args[0])[-1]
    return _of_einsum(args, params["subscripts"])[1] if primitive is einsum else 0


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


def shape_and_dtype(given: Any, dtype: Any) -> tuple[tuple[int, ...], np.dtype]:
    """Of an input that is given as a shape, or as (shape, dtype)."""
    if len(given) == 2 and isinstance(given[0], tuple | list):
        given, dtype = given
    return tuple(int(n) for n in given), np.dtype(dtype)


def shape_pass(f: Callable, *shapes: Any, dtype: Any = np.float32) -> tuple[Any, int]:
    """The result of f on inputs of certain shapes, as `Shaped` arrays, and the number of multiply-adds.

    f       a model or a function of arrays
    shapes  of the inputs, batch included, or (shape, dtype); an array stands for itself
    dtype   of the inputs that are given by shape alone

    >>> from autodiff import nn
    >>> y, macs = shape_pass(nn.Linear(1000, 500, rng=nn.SHAPES_ONLY), (32, 1000))
    >>> y.shape, macs
    ((32, 500), 16000000)
    """
    level = Counted()
    inputs = [
        shape if isinstance(shape, np.ndarray) else Shaped.of(*shape_and_dtype(shape, dtype), level) for shape in shapes
    ]
    try:
        return f(*inputs), level.macs
    finally:
        level.closed = True
