"""Images made larger or smaller, and channels exchanged for places."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...tracer import dtype_of, shape_of
from ..errors import ModelError, ShapeError
from .floating import floating
from .geometry import numbers_of
from .separable import along_each_axis

__all__ = ["interpolate", "pixel_shuffle", "pixel_unshuffle"]


def interpolate(
    x: Any,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool = False,
) -> Any:
    """y[n, c, i] = Σ_j A[i, j] x[n, c, j] along each axis, where A interpolates at the place u(i) of the old image.

    x      (N, C, *size), with one, two or three axes of size
    size   of the result: an int, or one for each axis; or else
    scale_factor  a number, or one for each axis: the size is ⌊n · scale_factor⌋
    mode   "nearest": the entry number ⌊i / scale⌋; "linear", "bilinear", "trilinear" (three names of one): between two
           neighbours; "bicubic" (for any number of axes): from four, by Keys's kernel (1981) with a = -0.75
    align_corners  whether first and last places stay where they are, u(i) = i (n - 1) / (m - 1); otherwise the entries
           are squares, whose outer borders stay, u(i) = (i + 1/2) / scale - 1/2

    Beyond its border an image goes on by its last entry. Raises ModelError where size and scale_factor are both given
    or neither, or the mode is unknown.

    >>> x = np.array([[[1.0, 2.0]]])
    >>> interpolate(x, 4), interpolate(x, 3, mode="linear", align_corners=True)
    (array([[[1., 1., 2., 2.]]]), array([[[1. , 1.5, 2. ]]]))
    """
    shape = shape_of(x)
    axes = len(shape) - 2
    if not 1 <= axes <= 3:
        raise ShapeError.of("interpolate", "(N, C, *size)", shape, "a single image is a batch of one: x[None]")
    if mode not in _WEIGHTS:
        raise ModelError(f"interpolate: mode is one of {', '.join(map(repr, _WEIGHTS))}, not {mode!r}")
    if (size is None) == (scale_factor is None):
        raise ModelError("interpolate: give either size or scale_factor")
    if size is not None:
        out = numbers_of("size", size, axes)
        scales = [m / n if n else 1.0 for n, m in zip(shape[2:], out, strict=True)]
    else:
        factors = scale_factor if isinstance(scale_factor, list | tuple) else (scale_factor,) * axes
        scales = [float(s) for s in factors]
        if len(scales) != axes or not all(s > 0 for s in scales):
            raise ModelError(f"interpolate: scale_factor is a positive number, or {axes}, not {scale_factor!r}")
        out = tuple(math.floor(n * s) for n, s in zip(shape[2:], scales, strict=True))
    if 0 in shape[2:] or 0 in out:
        raise ShapeError.of("interpolate", "images that are not empty", shape, f"the result would be {out}")
    if mode == "nearest":
        for axis, (n, m, s) in enumerate(zip(shape[2:], out, scales, strict=True), 2):
            if m % n == 0 and s == m // n:
                x = x if m == n else np.repeat(x, m // n, axis=axis)
            else:
                x = np.take(x, np.minimum((np.arange(m) / s).astype(int), n - 1), axis=axis)
        return x
    x, weights = floating(x), _WEIGHTS[mode]
    matrices = [
        None if n == m and s == 1 else _matrix(weights, n, m, s, align_corners).astype(dtype_of(x))
        for n, m, s in zip(shape[2:], out, scales, strict=True)
    ]
    return along_each_axis(x, matrices)


def _linear(t):
    """Weights of the entries at 0 and 1, for a place t between them."""
    return {0: 1 - t, 1: t}


def _cubic(t, a=-0.75):
    """Weights of the entries at -1, 0, 1 and 2: the cubic convolution of Keys (1981), equations 4 and 15."""

    def near(d):
        return ((a + 2) * d - (a + 3)) * d * d + 1

    def far(d):
        return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a

    return {-1: far(t + 1), 0: near(t), 1: near(1 - t), 2: far(2 - t)}


_WEIGHTS: dict[str, Any] = {
    "nearest": None,
    "linear": _linear,
    "bilinear": _linear,
    "trilinear": _linear,
    "bicubic": _cubic,
}


def _matrix(weights, n, m, scale, align_corners):
    """The interpolation of n entries at m places."""
    i = np.arange(m)
    if align_corners:
        u = i * ((n - 1) / (m - 1)) if m > 1 else np.zeros(m)
    else:
        u = (i + 0.5) / scale - 0.5
        if weights is _linear:
            u = np.maximum(u, 0)
    left = np.floor(u).astype(int)
    if weights is _linear:
        left = np.minimum(left, n - 1)
    matrix = np.zeros((m, n))
    for offset, weight in weights(u - left).items():
        np.add.at(matrix, (i, np.clip(left + offset, 0, n - 1)), weight)
    return matrix


def pixel_shuffle(x: Any, upscale_factor: int) -> Any:
    """y[n, c, r h + i, r w + j] = x[n, c r² + i r + j, h, w]: r² channels become one of r times the size.

    x  (N, C r², H, W), r = upscale_factor

    Returns (N, C, r H, r W). Raises ShapeError where r² does not divide the channels. Shi et al. (2016).

    >>> pixel_shuffle(np.arange(4.0).reshape(1, 4, 1, 1), 2)
    array([[[[0., 1.],
             [2., 3.]]]])
    """
    (r,) = numbers_of("upscale_factor", upscale_factor, 1)
    shape = shape_of(x)
    if len(shape) != 4 or shape[1] % (r * r):
        raise ShapeError.of("pixel_shuffle", f"(N, C·{r * r}, H, W)", shape, f"{r}² channels make one")
    n, c, h, w = shape
    x = np.transpose(np.reshape(x, (n, c // (r * r), r, r, h, w)), (0, 1, 4, 2, 5, 3))
    return np.reshape(x, (n, c // (r * r), r * h, r * w))


def pixel_unshuffle(x: Any, downscale_factor: int) -> Any:
    """The inverse of `pixel_shuffle`: (N, C, r H, r W) → (N, C r², H, W). Raises ShapeError where r does not divide.

    >>> pixel_unshuffle(np.arange(4.0).reshape(1, 1, 2, 2), 2).ravel()
    array([0., 1., 2., 3.])
    """
    (r,) = numbers_of("downscale_factor", downscale_factor, 1)
    shape = shape_of(x)
    if len(shape) != 4 or shape[2] % r or shape[3] % r:
        raise ShapeError.of("pixel_unshuffle", f"(N, C, {r}·H, {r}·W)", shape, "pad or crop it first")
    n, c, h, w = shape
    x = np.transpose(np.reshape(x, (n, c, h // r, r, w // r, r)), (0, 1, 3, 5, 2, 4))
    return np.reshape(x, (n, c * r * r, h // r, w // r))
