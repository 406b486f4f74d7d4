"""Affine maps between several axes at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...tracer import shape_of
from ..errors import ShapeError
from .linear import linear

__all__ = ["linear_general"]


def linear_general(x: Any, weight: Any, bias: Any = None, axis: int | tuple[int, ...] = -1) -> Any:
    """y[..., o] = Σ_i W[o, i] x[..., i] + b[o], where i and o may be several axes each.

    x       has the axes i at `axis`, in this order
    weight  (*out, *in)
    bias    (*out,), or None
    axis    of x, that the sum is over

    Returns the other axes of x, then those of o. Raises ShapeError where the axes are not as long as those of the
    weight. One matrix product.

    >>> heads = linear_general(np.ones((2, 5, 6)), np.ones((3, 4, 6)))  # (N, T, 6) -> (N, T, 3 heads, 4)
    >>> linear_general(heads, np.ones((6, 3, 4)), axis=(-2, -1)).shape  # and back
    (2, 5, 6)
    """
    axes = (axis,) if isinstance(axis, int | np.integer) else tuple(axis)
    shape, into = shape_of(x), shape_of(weight)[-len(axes) :]
    out = shape_of(weight)[: -len(axes)]
    fits = all(-len(shape) <= a < len(shape) for a in axes) and tuple(shape[a] for a in axes) == into
    if not fits or len({a % len(shape) for a in axes}) < len(axes):
        raise ShapeError.of(
            "linear_general", f"axes {axes} of lengths {into}", shape, "see which of its axes the sum is over"
        )
    kept = tuple(n for k, n in enumerate(shape) if k not in {a % len(shape) for a in axes})
    rows = np.reshape(np.moveaxis(x, axes, range(-len(axes), 0)), (*kept, math.prod(into)))
    matrix = np.reshape(weight, (math.prod(out), math.prod(into)))
    y = linear(rows, matrix, None if bias is None else np.reshape(bias, (-1,)))
    return np.reshape(y, (*kept, *out))
