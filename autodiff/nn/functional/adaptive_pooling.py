"""Pooling to a given size, and of the whole image."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tracer import dtype_of, shape_of, unwrap
from ..errors import ShapeError
from .floating import floating
from .geometry import numbers_of, space_of
from .separable import along_each_axis
from .windows import adaptive_places, flat_places, picked

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "global_avg_pool",
    "global_max_pool",
]


def _sizes(name, x, output_size, axes):
    """The sizes of the result; None is that of the image."""
    size = space_of(name, shape_of(x), axes)
    given = output_size if isinstance(output_size, list | tuple) else (output_size,) * axes
    if len(given) == axes:
        given = tuple(n if m is None else m for n, m in zip(size, given, strict=True))
    out = numbers_of("output_size", given, axes)
    if 0 in size:
        raise ShapeError.of(name, "images that are not empty", shape_of(x), "there is nothing to pool")
    return size, out


def adaptive_avg_pool1d(x: Any, output_size: Any) -> Any:
    """`adaptive_avg_pool2d` on one axis: x (N, C, L).

    >>> adaptive_avg_pool1d(np.array([[[1.0, 2.0, 3.0, 4.0, 5.0]]]), 2)
    array([[[2., 4.]]])
    """
    return _adaptive_avg("adaptive_avg_pool1d", x, output_size, 1)


def adaptive_avg_pool2d(x: Any, output_size: Any) -> Any:
    """The mean of windows that cover the image, as many as wanted: number i of m from ⌊i n / m⌋ to ⌈(i + 1) n / m⌉.

    x            (N, C, H, W)
    output_size  (H', W'), or one int for both; None keeps the size of that axis

    Returns (N, C, H', W'). The windows of both axes are independent, so it is a product of matrices on each side.
    Raises ShapeError where x has other axes, ModelError where output_size is no size.

    >>> adaptive_avg_pool2d(np.arange(4.0).reshape(1, 1, 2, 2), 1)
    array([[[[1.5]]]])
    """
    return _adaptive_avg("adaptive_avg_pool2d", x, output_size, 2)


def adaptive_avg_pool3d(x: Any, output_size: Any) -> Any:
    """`adaptive_avg_pool2d` on three axes: x (N, C, D, H, W).

    >>> adaptive_avg_pool3d(np.arange(8.0).reshape(1, 1, 2, 2, 2), (1, None, 1)).ravel()
    array([2.5, 4.5])
    """
    return _adaptive_avg("adaptive_avg_pool3d", x, output_size, 3)


def _adaptive_avg(name, x, output_size, axes):
    size, out = _sizes(name, x, output_size, axes)
    if all(m == 1 for m in out):
        return np.mean(x, axis=tuple(range(2, 2 + axes)), keepdims=True)
    x, matrices = floating(x), []
    for n, m, places in zip(size, out, adaptive_places(size, out), strict=True):
        matrix = np.zeros((m, n), dtype_of(x))
        lengths = (places >= 0).sum(1)
        for i, length in enumerate(lengths):
            matrix[i, places[i, :length]] = 1 / length
        matrices.append(None if n == m else matrix)
    return along_each_axis(x, matrices)


def adaptive_max_pool1d(x: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool2d` on one axis: x (N, C, L).

    >>> adaptive_max_pool1d(np.array([[[1.0, 2.0, 3.0, 4.0, 5.0]]]), 2)
    array([[[3., 5.]]])
    """
    return _adaptive_max("adaptive_max_pool1d", x, output_size, return_indices, 1)


def adaptive_max_pool2d(x: Any, output_size: Any, return_indices: bool = False) -> Any:
    """The largest entry of each window; the windows are those of `adaptive_avg_pool2d`.

    x               (N, C, H, W)
    return_indices  whether to return (y, switches), as `max_pool2d` does; of ties, the first takes the derivative

    >>> adaptive_max_pool2d(np.arange(4.0).reshape(1, 1, 2, 2), 1, return_indices=True)
    (array([[[[3.]]]]), array([[[[3]]]]))
    """
    return _adaptive_max("adaptive_max_pool2d", x, output_size, return_indices, 2)


def adaptive_max_pool3d(x: Any, output_size: Any, return_indices: bool = False) -> Any:
    """`adaptive_max_pool2d` on three axes: x (N, C, D, H, W).

    >>> adaptive_max_pool3d(np.arange(8.0).reshape(1, 1, 2, 2, 2), 1).ravel()
    array([7.])
    """
    return _adaptive_max("adaptive_max_pool3d", x, output_size, return_indices, 3)


def _adaptive_max(name, x, output_size, return_indices, axes):
    size, out = _sizes(name, x, output_size, axes)
    switches = flat_places(unwrap(x), adaptive_places(size, out))
    y = picked(x, switches)
    return (y, switches) if return_indices else y


def global_avg_pool(x: Any) -> Any:
    """y[n, c] = the mean of x[n, c] over all places: (N, C, *size) → (N, C). Lin, Chen and Yan (2014).

    >>> global_avg_pool(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[1.5, 5.5]])
    """
    return np.mean(x, axis=_spatial("global_avg_pool", x))


def global_max_pool(x: Any) -> Any:
    """y[n, c] = the largest of x[n, c]: (N, C, *size) → (N, C). Ties share the derivative, as in np.max.

    >>> global_max_pool(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[3., 7.]])
    """
    return np.max(x, axis=_spatial("global_max_pool", x))


def _spatial(name, x):
    shape = shape_of(x)
    if len(shape) < 3 or 0 in shape[2:]:
        raise ShapeError.of(name, "(N, C, *size)", shape, "it pools over all axes after the second")
    return tuple(range(2, len(shape)))
