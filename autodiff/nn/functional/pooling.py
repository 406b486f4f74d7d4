"""Pooling over windows of fixed size: the largest entry, the mean, a norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...fused import fused
from ...primitive import linear
from ...tracer import dtype_of, shape_of, unwrap
from ..errors import ModelError
from .geometry import Window, numbers_of, size_after, space_of
from .pooling_kernels import largest, largest_back, summed, summed_back, switches_of
from .windows import picked

__all__ = [
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "lp_pool1d",
    "lp_pool2d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
]


def _windows(name, x, axes, kernel_size, stride, padding, dilation, ceil_mode):
    """Kernel and window of a pooling. A last window that is only partly there is made whole by padding at the end."""
    kernel = numbers_of("kernel_size", kernel_size, axes)
    stride = kernel if stride is None else numbers_of("stride", stride, axes)
    dilation = numbers_of("dilation", dilation, axes)
    padding = numbers_of("padding", padding, axes, least=0)
    if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
        raise ModelError(f"{name}: padding {padding} is at most half the kernel {kernel}, else some windows are empty")
    size = space_of(name, shape_of(x), axes)
    pairs = [(p, p) for p in padding]
    if ceil_mode:
        for k, (n, p, s) in enumerate(zip(size, padding, stride, strict=True)):
            reach = dilation[k] * (kernel[k] - 1) + 1
            last = -(-(n + 2 * p - reach) // s)
            if last * s >= n + p:  # a window has to start in the image, or in the padding before it
                last -= 1
            pairs[k] = (p, last * s + reach - n - p)
    window = Window(stride, tuple(pairs), dilation)
    size_after(name, shape_of(x), kernel, window)
    return kernel, window, padding


# -- the largest -------------------------------------------------------------------------------------------------------


def max_pool1d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool2d` on one axis: x (N, C, L).

    >>> max_pool1d(np.array([[[3.0, 1.0, 4.0, 1.0, 5.0]]]), 2, ceil_mode=True)
    array([[[3., 4., 5.]]])
    """
    return _max_pool("max_pool1d", x, 1, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool2d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """y[n, c, p] = max_k x[n, c, stride·p + dilation·k - padding]: the largest entry of each window.

    x            (N, C, H, W)
    kernel_size  an int, or one for each axis, like stride, padding and dilation
    stride       None: that of windows side by side, kernel_size
    padding      places outside of the image that a window may reach; they never win
    ceil_mode    whether a window that the end of the image cuts off counts
    return_indices  whether to return (y, switches): of each window the place of its largest entry, as the number
                 h·W + w, which `max_unpool2d` takes

    Where entries of a window tie, the whole derivative goes to the first of them, row by row, as in PyTorch; np.max
    shares it. Raises ShapeError where the image is too small, ModelError for padding of more than half the kernel.

    >>> x = np.array([[[[1.0, 2.0], [4.0, 3.0]]]])
    >>> max_pool2d(x, 2, return_indices=True)
    (array([[[[4.]]]]), array([[[[2]]]]))
    """
    return _max_pool("max_pool2d", x, 2, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def max_pool3d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """`max_pool2d` on three axes: x (N, C, D, H, W).

    >>> max_pool3d(np.arange(8.0).reshape(1, 1, 2, 2, 2), 2).ravel()
    array([7.])
    """
    return _max_pool("max_pool3d", x, 3, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


def _max_pool(name, x, axes, kernel_size, stride, padding, dilation, ceil_mode, return_indices):
    kernel, window, _ = _windows(name, x, axes, kernel_size, stride, padding, dilation, ceil_mode)
    if not return_indices:
        return _largest(x, kernel=kernel, window=window)
    switches = switches_of(unwrap(x), kernel, window)
    return picked(x, switches), switches


def _max_forward(x, *, kernel, window):
    y = largest(x, kernel, window)
    return y, y


def _max_backward(cotangent, y, wanted, x, *, kernel, window):
    return [largest_back(cotangent, x, y, kernel, window)]


def _pool_shape(x, *, kernel, window, **_):
    n, c, *size = shape_of(x)
    return (n, c, *window.output(size, kernel)), dtype_of(x)


@fused(_max_forward, _max_backward, shape=_pool_shape)
def _largest(x, *, kernel, window):
    return picked(x, switches_of(unwrap(x), kernel, window))


# -- sums --------------------------------------------------------------------------------------------------------------


def avg_pool1d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """`avg_pool2d` on one axis: x (N, C, L).

    >>> avg_pool1d(np.array([[[1.0, 3.0, 5.0, 7.0]]]), 2)
    array([[[2., 6.]]])
    """
    return _avg_pool("avg_pool1d", x, 1, kernel_size, stride, padding, ceil_mode, count_include_pad, None)


def avg_pool2d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """y[n, c, p] = Σ_k x[n, c, stride·p + k - padding] / count: the mean of each window.

    x            (N, C, H, W)
    kernel_size  an int, or one for each axis, like stride and padding
    stride       None: that of windows side by side, kernel_size
    ceil_mode    whether a window that the end of the image cuts off counts
    count_include_pad  whether the zeros of the padding count as entries; what ceil_mode adds at the end never does
    divisor_override   a number in place of the count

    Raises ShapeError where the image is too small, ModelError for padding of more than half the kernel.

    >>> avg_pool2d(np.array([[[[1.0, 2.0], [3.0, 6.0]]]]), 2)
    array([[[[3.]]]])
    """
    return _avg_pool("avg_pool2d", x, 2, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def avg_pool3d(
    x: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """`avg_pool2d` on three axes: x (N, C, D, H, W).

    >>> avg_pool3d(np.arange(8.0).reshape(1, 1, 2, 2, 2), 2).ravel()
    array([3.5])
    """
    return _avg_pool("avg_pool3d", x, 3, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)


def _avg_pool(name, x, axes, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor):
    kernel, window, padding = _windows(name, x, axes, kernel_size, stride, padding, 1, ceil_mode)
    total = _summed(x, kernel=kernel, window=window)
    if divisor is not None:
        if not divisor:
            raise ModelError(f"{name}: divisor_override is a number to divide by, not 0")
        return total / divisor
    count = np.ones((), int)
    for n, p, k, s, m in zip(shape_of(x)[2:], padding, kernel, window.stride, shape_of(total)[2:], strict=True):
        start = np.arange(m) * s - p
        end = np.minimum(start + k, n + p)
        lengths = end - start if count_include_pad else np.minimum(end, n) - np.maximum(start, 0)
        count = np.multiply.outer(count, lengths)
    if count.size and count.min() == count.max():
        return total * (1 / int(count.flat[0]))
    return total * (1 / count).astype(dtype_of(x))


def lp_pool1d(x: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Any:
    """`lp_pool2d` on one axis: x (N, C, L).

    >>> lp_pool1d(np.array([[[3.0, 4.0, 0.0, 5.0]]]), 2, 2)
    array([[[5., 5.]]])
    """
    return _lp_pool("lp_pool1d", x, 1, norm_type, kernel_size, stride, ceil_mode)


def lp_pool2d(x: Any, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False) -> Any:
    """y[n, c, i] = (Σ_k |x[n, c, stride·i + k]|^p)^(1/p), p = norm_type: the p-norm of each window.

    The maximum of |x| for p = inf, and a multiple of its mean for p = 1. PyTorch leaves out the absolute value, which
    is the same for even p and for x ≥ 0. Where a window is zero its derivative is 0. Raises ModelError for p ≤ 0.

    >>> lp_pool2d(np.array([[[[3.0, 0.0], [4.0, 0.0]]]]), 2, 2)
    array([[[[5.]]]])
    """
    return _lp_pool("lp_pool2d", x, 2, norm_type, kernel_size, stride, ceil_mode)


def _lp_pool(name, x, axes, norm_type, kernel_size, stride, ceil_mode):
    if not norm_type > 0:
        raise ModelError(f"{name}: norm_type is the p of a norm, p > 0, not {norm_type!r}")
    kernel, window, _ = _windows(name, x, axes, kernel_size, stride, 0, 1, ceil_mode)
    if norm_type == np.inf:
        return _largest(np.abs(x), kernel=kernel, window=window)
    if norm_type == 1:
        return _summed(np.abs(x), kernel=kernel, window=window)
    powers = x * x if norm_type == 2 else np.abs(x) ** norm_type
    return _summed(powers, kernel=kernel, window=window) ** (1 / norm_type)


def _sum_forward(x, *, kernel, window):
    return summed(x, kernel, window), None


def _sum_backward(cotangent, kept, wanted, x, *, kernel, window):
    return [summed_back(cotangent, x.shape, kernel, window)]


@fused(_sum_forward, _sum_backward, shape=_pool_shape)
def _summed(x, *, kernel, window):
    return _sums(x, kernel=kernel, window=window)


_sums = linear(
    summed,
    lambda c, x, kernel, window: _spread_sums(c, kernel=kernel, window=window, shape=x.shape),
    name="pool_sum",
)
_spread_sums = linear(
    lambda c, kernel, window, shape: summed_back(c, shape, kernel, window),
    lambda x, c, kernel, window, shape: _sums(x, kernel=kernel, window=window),
    name="pool_sum_back",
)
