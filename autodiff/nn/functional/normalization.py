"""Normalisation: numbers are shifted and scaled so that some group of them has mean 0 and variance 1.

What differs is the group: a channel of the whole batch, a sample, a group of channels, a channel of one sample. The
variance of the normalisation is the biased one, 1/m Σ (x - μ)², and ε is inside of the root.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...fused import fused
from ...tracer import dtype_of, shape_of
from ...transforms import stop_gradient
from ..errors import ModelError, ShapeError
from .floating import floating
from .normalization_kernels import (
    batch_backward,
    batch_forward,
    channel_backward,
    channel_forward,
    group_backward,
    group_forward,
    layer_backward,
    layer_forward,
)

__all__ = [
    "adaptive_instance_norm",
    "batch_norm",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
    "rms_norm",
    "scale_and_shift",
]


def _first_shape(x, *rest, **params):
    return shape_of(x), dtype_of(x)


def _given(*arrays):
    """Without the Nones at the end, which are no arguments of a record."""
    while arrays and arrays[-1] is None:
        arrays = arrays[:-1]
    return arrays


def _by_channel(v, ndim):
    """(C,) or (N, C) as what is broadcast against (N, C, ...)."""
    shape = shape_of(v)
    return np.reshape(v, shape + (1,) * (ndim - 2))


def _check_channels(name, x, *arrays):
    shape = shape_of(x)
    if len(shape) < 2:
        raise ShapeError.of(name, "(N, C, ...)", shape, "put a batch axis and a channel axis in front")
    for v in arrays:
        if v is not None and shape_of(v)[-1] != shape[1]:
            channels = shape_of(v)[-1]
            raise ShapeError.of(
                name, f"(N, {channels}, ...)", shape, f"give it {channels} channels, or build it with {shape[1]}"
            )


# -- scale and shift ---------------------------------------------------------------------------------------------------


def scale_and_shift(x: Any, scale: Any, shift: Any) -> Any:
    """y[n, c, ...] = scale[c] x[n, c, ...] + shift[c], or with a scale and shift of each sample, scale[n, c].

    x             (N, C, ...)
    scale, shift  (C,) or (N, C)

    >>> scale_and_shift(np.ones((1, 2, 2)), np.array([1.0, 2.0]), np.array([0.0, 3.0]))
    array([[[1., 1.],
            [5., 5.]]])
    """
    _check_channels("scale_and_shift", x, scale, shift)
    return _scale_and_shift(x, scale, shift)


@fused(channel_forward, channel_backward, shape=_first_shape, macs=lambda x, *rest: math.prod(shape_of(x)))
def _scale_and_shift(x, scale, shift):
    ndim = len(shape_of(x))
    return x * _by_channel(scale, ndim) + _by_channel(shift, ndim)


# -- batch normalisation -----------------------------------------------------------------------------------------------


def batch_norm(
    x: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """y = (x - μ) / √(σ² + ε) · weight + bias, for each channel (Ioffe and Szegedy 2015).

    x                          (N, C, ...)
    running_mean, running_var  (C,), or None
    weight, bias               (C,), or None
    training                   μ and σ² are those of the batch, over all axes but the second, where this is true or
                               nothing is running; otherwise they are the running ones
    momentum                   in training the running ones move by this much to those of the batch, in place

    The running variance is the unbiased one, 1/(m - 1) Σ (x - μ)², as in PyTorch. Raises ShapeError where the channels
    do not fit, or where the batch has one number for a channel.

    >>> batch_norm(np.array([[1.0], [3.0]]), eps=0.0)
    array([[-1.],
           [ 1.]])
    """
    _check_channels("batch_norm", x, running_mean, running_var, weight, bias)
    x = floating(x)
    if not training and running_mean is not None:
        dtype = dtype_of(x)
        mean, var = (v.astype(dtype) if dtype_of(v) != dtype else v for v in (running_mean, running_var))
        scale = 1 / np.sqrt(var + eps) if weight is None else weight / np.sqrt(var + eps)
        shift = -mean * scale if bias is None else bias - mean * scale
        return _scale_and_shift(x, scale, shift)
    shape = shape_of(x)
    count = math.prod(shape) // max(1, shape[1])
    if count < 2:
        raise ShapeError.of(
            "batch_norm",
            "two numbers or more for each channel in training",
            shape,
            "train with larger batches, or call .eval() to use the running statistics",
        )
    y, mean, var = _batch_norm(*_given(x, weight, bias), eps=eps)
    if training and running_mean is not None:
        move(running_mean, stop_gradient(mean), momentum)
        move(running_var, stop_gradient(var) * (count / (count - 1)), momentum)
    return y


def move(running: np.ndarray, found: Any, momentum: float) -> None:
    """running ← (1 - momentum) running + momentum found, in place."""
    running[...] = (1 - momentum) * running + momentum * found


def _batch_shape(x, *rest, **params):
    dtype, channels = dtype_of(x), shape_of(x)[1:2]
    return (shape_of(x), dtype), (channels, dtype), (channels, dtype)


@fused(
    batch_forward,
    batch_backward,
    shape=_batch_shape,
    macs=lambda x, *rest, **params: 2 * math.prod(shape_of(x)),
    several=True,
)
def _batch_norm(x, weight=None, bias=None, *, eps):
    ndim = len(shape_of(x))
    axes = (0, *range(2, ndim))
    mean = np.mean(x, axis=axes)
    centered = x - _by_channel(mean, ndim)
    var = np.mean(centered * centered, axis=axes)
    scale = 1 / np.sqrt(var + eps)
    y = centered * _by_channel(scale if weight is None else scale * weight, ndim)
    return (y if bias is None else y + _by_channel(bias, ndim)), mean, var


# -- layer and root-mean-square normalisation --------------------------------------------------------------------------


def layer_norm(
    x: Any, normalized_shape: int | tuple[int, ...], weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> Any:
    """y = (x - μ) / √(σ² + ε) · weight + bias, with μ and σ² over the last axes of each sample (Ba et al. 2016).

    x                 (..., *normalized_shape)
    normalized_shape  the last axes
    weight, bias      of that shape, or None

    Raises ShapeError where x does not end in that shape.

    >>> layer_norm(np.array([[1.0, 3.0]]), 2, eps=0.0)
    array([[-1.,  1.]])
    """
    _check_last("layer_norm", x, normalized_shape)
    return _layer_norm(*_given(floating(x), weight, bias), axes=_count(normalized_shape), centered=True, eps=eps)


def rms_norm(x: Any, normalized_shape: int | tuple[int, ...], weight: Any = None, eps: float | None = None) -> Any:
    """y = x / √(1/m Σ x² + ε) · weight over the last axes (Zhang and Sennrich 2019); by default ε is that of the dtype.

    >>> rms_norm(np.array([[3.0, 4.0]]), 2).round(4)
    array([[0.8485, 1.1314]])
    """
    _check_last("rms_norm", x, normalized_shape)
    x = floating(x)
    dtype: Any = dtype_of(x)
    eps = float(np.finfo(dtype).eps) if eps is None else eps
    return _layer_norm(*_given(x, weight), axes=_count(normalized_shape), centered=False, eps=eps)


def _count(normalized_shape):
    return 1 if isinstance(normalized_shape, int | np.integer) else len(normalized_shape)


def _check_last(name, x, normalized_shape):
    last = (normalized_shape,) if isinstance(normalized_shape, int | np.integer) else tuple(normalized_shape)
    shape = shape_of(x)
    if not last or shape[-len(last) :] != last:
        raise ShapeError.of(
            name, f"(..., {', '.join(map(str, last))})", shape, "normalized_shape is that of the last axes"
        )


@fused(layer_forward, layer_backward, shape=_first_shape, macs=lambda x, *rest, **params: 2 * math.prod(shape_of(x)))
def _layer_norm(x, weight=None, bias=None, *, axes, centered, eps):
    over = tuple(range(-axes, 0))
    if centered:
        x = x - np.mean(x, axis=over, keepdims=True)
    y = x / np.sqrt(np.mean(x * x, axis=over, keepdims=True) + eps)
    if weight is not None:
        y = y * weight
    return y if bias is None else y + bias


# -- group and instance normalisation ----------------------------------------------------------------------------------


def group_norm(x: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    """y = (x - μ) / √(σ² + ε) · weight + bias, with μ and σ² over each group of channels of each sample.

    x             (N, C, ...)
    num_groups    a divisor of C; the channels of a group follow each other
    weight, bias  (C,), or None

    Wu and He 2018. Raises ShapeError where the channels do not fit.

    >>> group_norm(np.array([[1.0, 3.0, 10.0, 30.0]]), 2, eps=0.0)
    array([[-1.,  1., -1.,  1.]])
    """
    _check_channels("group_norm", x, weight, bias)
    shape = shape_of(x)
    if num_groups < 1 or shape[1] % num_groups:
        raise ShapeError.of(
            "group_norm", f"channels in {num_groups} groups", shape, "make the channels a multiple of the groups"
        )
    return _group_norm(*_given(floating(x), weight, bias), groups=num_groups, eps=eps)


@fused(group_forward, group_backward, shape=_first_shape, macs=lambda x, *rest, **params: 2 * math.prod(shape_of(x)))
def _group_norm(x, weight=None, bias=None, *, groups, eps):
    shape = shape_of(x)
    grouped = np.reshape(x, (shape[0], groups, -1 if shape[0] else math.prod(shape[1:]) // groups))
    centered = grouped - np.mean(grouped, axis=2, keepdims=True)
    y = centered / np.sqrt(np.mean(centered * centered, axis=2, keepdims=True) + eps)
    y = np.reshape(y, shape)
    if weight is not None:
        y = y * _by_channel(weight, len(shape))
    return y if bias is None else y + _by_channel(bias, len(shape))


def instance_norm(
    x: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """y = (x - μ) / √(σ² + ε) · weight + bias, with μ and σ² of each channel of each sample (Ulyanov et al. 2016).

    x                          (N, C, ...), with one axis or more behind the channels
    running_mean, running_var  (C,), or None; with use_input_stats they move to the means over the batch, else they are
                               what is used

    Raises ShapeError where the channels do not fit, or have one number each.
    """
    _check_channels("instance_norm", x, running_mean, running_var, weight, bias)
    if not use_input_stats:
        if running_mean is None:
            raise ModelError("instance_norm without use_input_stats needs a running mean and variance")
        return batch_norm(x, running_mean, running_var, weight, bias, False, momentum, eps)
    shape = shape_of(x)
    count = math.prod(shape[2:])
    if count < 2 and shape[0]:
        raise ShapeError.of(
            "instance_norm", "two numbers or more for each channel", shape, "they have no variance otherwise"
        )
    if running_mean is not None and shape[0]:
        each = np.reshape(stop_gradient(x), (*shape[:2], count))
        move(running_mean, each.mean(axis=(0, 2)), momentum)
        move(running_var, each.var(axis=2, ddof=1).mean(axis=0), momentum)
    return _group_norm(*_given(floating(x), weight, bias), groups=shape[1], eps=eps)


def adaptive_instance_norm(x: Any, scale: Any, shift: Any, eps: float = 1e-5) -> Any:
    """y = scale · (x - μ) / √(σ² + ε) + shift, μ and σ² of each channel of each sample (Huang and Belongie 2017).

    x             (N, C, ...)
    scale, shift  (N, C): what the style says of each sample
    """
    return scale_and_shift(instance_norm(x, eps=eps), scale, shift)


def local_response_norm(x: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> Any:
    """y = x / (k + α/size Σ x²)^β, the sum over `size` channels around each (Krizhevsky et al. 2012).

    x  (N, C, ...)

    The paper has no division by the size; this is PyTorch's α.
    """
    if size < 1:
        raise ModelError(f"local_response_norm takes a positive size, not {size}")
    _check_channels("local_response_norm", x)
    shape = shape_of(x)
    padding = [(0, 0), (size // 2, (size - 1) // 2)] + [(0, 0)] * (len(shape) - 2)
    squares = np.pad(np.square(x), padding)
    total = squares[:, : shape[1]]
    for start in range(1, size):
        total = total + squares[:, start : start + shape[1]]
    return x * (k + alpha / size * total) ** -beta
