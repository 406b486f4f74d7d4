"""The way back from max pooling: what it took, at the places it was taken from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...rules.indexing import index_update
from ...tracer import dtype_of, shape_of, unwrap
from ..errors import ShapeError
from .geometry import numbers_of, space_of

__all__ = ["max_unpool1d", "max_unpool2d", "max_unpool3d"]


def max_unpool1d(
    x: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Any:
    """`max_unpool2d` on one axis: x and indices (N, C, L).

    >>> max_unpool1d(np.array([[[5.0, 6.0]]]), np.array([[[1, 2]]]), 2)
    array([[[0., 5., 6., 0.]]])
    """
    return _max_unpool("max_unpool1d", x, indices, kernel_size, stride, padding, output_size, 1)


def max_unpool2d(
    x: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Any:
    """y[n, c, indices[n, c, p]] = x[n, c, p], and zero elsewhere: what `max_pool2d` took, back at its place.

    x, indices   (N, C, H, W): the second is what `max_pool2d` returns with return_indices
    output_size  (H', W') of the result, or a shape that ends so; None: (in - 1) stride - 2·padding + kernel

    Where windows overlap, places are written to twice, and the last one counts. Raises ShapeError where indices do not
    fit. The switches of Zeiler and Fergus (2014), section 2.1.

    >>> max_unpool2d(np.array([[[[4.0]]]]), np.array([[[[2]]]]), 2)
    array([[[[0., 0.],
             [4., 0.]]]])
    """
    return _max_unpool("max_unpool2d", x, indices, kernel_size, stride, padding, output_size, 2)


def max_unpool3d(
    x: Any, indices: Any, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
) -> Any:
    """`max_unpool2d` on three axes: x and indices (N, C, D, H, W).

    >>> max_unpool3d(np.ones((1, 1, 1, 1, 1)), np.full((1, 1, 1, 1, 1), 7), 2).ravel()
    array([0., 0., 0., 0., 0., 0., 0., 1.])
    """
    return _max_unpool("max_unpool3d", x, indices, kernel_size, stride, padding, output_size, 3)


def _max_unpool(name, x, indices, kernel_size, stride, padding, output_size, axes):
    size = space_of(name, shape_of(x), axes)
    kernel = numbers_of("kernel_size", kernel_size, axes)
    stride = kernel if stride is None else numbers_of("stride", stride, axes)
    padding = numbers_of("padding", padding, axes, least=0)
    if output_size is None:
        out = tuple((n - 1) * s - 2 * p + k for n, s, p, k in zip(size, stride, padding, kernel, strict=True))
    else:
        out = numbers_of("output_size", tuple(output_size)[-axes:], axes)
    indices = unwrap(indices)
    if shape_of(indices) != shape_of(x):
        raise ShapeError.of(f"{name}'s indices", f"{shape_of(x)}", shape_of(indices), "one place for each entry")
    n, c = shape_of(x)[:2]
    places = math.prod(out)
    if indices.size and not 0 <= indices.min() <= indices.max() < places:
        raise ShapeError(f"{name} has {places} places for {out}, but indices reach {indices.max()}; give output_size")
    index = (np.arange(n)[:, None, None], np.arange(c)[:, None], indices.reshape(n, c, math.prod(size)))
    values = np.reshape(x, (n, c, math.prod(size)))
    return np.reshape(index_update(np.zeros((n, c, places), dtype_of(x)), values, index=index), (n, c, *out))
