"""What networks call convolutions, cross-correlations really: the kernel is not turned around.

`convolve` is the convolution of mathematics, which turns it around. For kernels that are learned the two are the same.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...fused import fused
from ...tracer import dtype_of, shape_of
from ..errors import ModelError, ShapeError
from .correlation import correlate, correlation, spread, spreading, weigh
from .geometry import Window, numbers_of, padding_of, size_after, space_of

__all__ = [
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
]


# -- cross-correlation -------------------------------------------------------------------------------------------------


def conv1d(
    x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """y[n, o, t] = Σ_{c,k} weight[o, c, k] x[n, c, stride·t + dilation·k - padding] + bias[o]: a cross-correlation.

    x        (N, C, L)
    weight   (O, C/groups, K)
    bias     (O,), or None
    padding  an int, a pair (before, after) in a list, or "valid", "same" or "causal" (see `conv2d`)

    Returns (N, O, ⌊(L + 2·padding - dilation (K - 1) - 1) / stride⌋ + 1).

    >>> x = np.array([[[1.0, 2.0, 4.0]]])
    >>> conv1d(x, np.array([[[-1.0, 1.0]]])), conv1d(x, np.array([[[-1.0, 1.0]]]), padding="causal")
    (array([[[1., 2.]]]), array([[[1., 1., 2.]]]))
    """
    return _conv("conv1d", x, weight, bias, stride, padding, dilation, groups, 1)


def conv2d(
    x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """y[n, o, p] = Σ_{c,k} weight[o, c, k] x[n, c, stride·p + dilation·k - padding] + bias[o]: a cross-correlation.

    x         (N, C, H, W); p and k are pairs of indices
    weight    (O, C/groups, KH, KW)
    bias      (O,), or None
    stride, dilation  an int, or one for each axis
    padding   an int or one for each axis, of zeros on both sides; a pair (before, after) for each axis; "valid" for
              none; "same" to keep the size, with stride 1; in one dimension "causal", all before the start
    groups    the channels fall into groups with kernels of their own; with groups = C the convolution is depthwise

    Returns (N, O, *out), out = ⌊(size + 2·padding - dilation (kernel - 1) - 1) / stride⌋ + 1. Raises ShapeError where
    the shapes do not fit, ModelError where the options do not. This is the "W ⋆ x" of convolutional networks, LeCun et
    al. (1989), which does not turn the kernel around; `convolve` does.

    >>> conv2d(np.arange(9.0).reshape(1, 1, 3, 3), np.ones((1, 1, 2, 2)))
    array([[[[ 8., 12.],
             [20., 24.]]]])
    """
    return _conv("conv2d", x, weight, bias, stride, padding, dilation, groups, 2)


def conv3d(
    x: Any, weight: Any, bias: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """`conv2d` with one more axis: x (N, C, D, H, W), weight (O, C/groups, KD, KH, KW).

    >>> conv3d(np.ones((1, 1, 2, 2, 2)), np.ones((1, 1, 2, 2, 2))).ravel()
    array([8.])
    """
    return _conv("conv3d", x, weight, bias, stride, padding, dilation, groups, 3)


def _conv(name, x, weight, bias, stride, padding, dilation, groups, axes):
    shape, kernel = shape_of(x), _kernel_of(name, weight, axes)
    stride, dilation = numbers_of("stride", stride, axes), numbers_of("dilation", dilation, axes)
    _check_groups(name, groups, shape_of(weight)[0], "O of the weight (O, C/groups, *kernel)")
    window = Window(stride, padding_of(padding, kernel, stride, dilation), dilation, groups)
    space_of(name, shape, axes, shape_of(weight)[1] * groups)
    size_after(name, shape, kernel, window)
    _check_bias(name, bias, shape_of(weight)[0])
    return _correlated(x, weight, window=window) if bias is None else _correlated(x, weight, bias, window=window)


def _kernel_of(name, weight, axes):
    shape = shape_of(weight)
    if len(shape) != axes + 2 or 0 in shape:
        raise ShapeError.of(
            f"{name}'s weight", f"{axes + 2} axes, none of length 0", shape, "it is (channels, channels, *kernel)"
        )
    return shape[2:]


def _check_groups(name, groups, channels, what):
    if not hasattr(groups, "__index__") or groups < 1 or channels % groups:
        raise ModelError(f"{name}: groups is a positive int that divides {what}, here {channels}; it is {groups!r}")


def _check_bias(name, bias, channels):
    if bias is not None and shape_of(bias) != (channels,):
        raise ShapeError.of(f"{name}'s bias", f"({channels},)", shape_of(bias), "one number for each output channel")


def _sum_over_maps(c):
    """Σ c over all axes but the channels, in rows: several times faster than over the axes at once."""
    rows = np.ascontiguousarray(c).reshape(len(c) * c.shape[1], math.prod(c.shape[2:]))
    sums = rows @ np.ones(rows.shape[1], c.dtype)
    return np.ones(len(c), c.dtype) @ sums.reshape(len(c), c.shape[1])


def _forward(x, weight, bias=None, *, window):
    return correlate(x, weight, window, bias), None


def _backward(cotangent, kept, wanted, x, weight, bias=None, *, window):
    return [
        spread(cotangent, weight, window, x.shape[2:])
        if k == 0
        else weigh(x, cotangent, window, weight.shape[2:])
        if k == 1
        else _sum_over_maps(cotangent)
        for k in wanted
    ]


def _shape(x, weight, bias=None, *, window):
    n, _, *size = shape_of(x)
    out, _, *kernel = shape_of(weight)
    return (n, out, *window.output(size, kernel)), np.result_type(dtype_of(x), dtype_of(weight))


def _macs(x, weight, bias=None, *, window):
    (n, out, *size), _ = _shape(x, weight, window=window)
    return n * math.prod(size) * math.prod(shape_of(weight))


@fused(_forward, _backward, shape=_shape, macs=_macs)
def _correlated(x, weight, bias=None, *, window):
    y = correlation(x, weight, window=window)
    return y if bias is None else y + _as_channels(bias, window)


def _as_channels(bias, window):
    return np.reshape(bias, (-1, *(1,) * len(window.stride)))


# -- transposed --------------------------------------------------------------------------------------------------------


def conv_transpose1d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """The transpose of `conv1d` in its input: see `conv_transpose2d`. x (N, C, L), weight (C, O/groups, K).

    >>> conv_transpose1d(np.array([[[1.0, 2.0]]]), np.array([[[1.0, 10.0]]]), stride=2)
    array([[[ 1., 10.,  2., 20.]]])
    """
    return _conv_transpose("conv_transpose1d", x, weight, bias, stride, padding, output_padding, groups, dilation, 1)


def conv_transpose2d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """y[n, o, q] = Σ weight[c, o, k] x[n, c, p] + bias[o], over all p, k with stride·p + dilation·k - padding = q.

    x               (N, C, H, W)
    weight          (C, O/groups, KH, KW): that of the `conv2d` which it is the transpose of
    bias            (O,), or None
    stride, padding, dilation, groups  those of that `conv2d`
    output_padding  how many rows and columns more the result has: `conv2d` with a stride takes several sizes to one

    Returns (N, O, *size), size = (in - 1) stride - 2·padding + dilation (kernel - 1) + output_padding + 1. Raises
    ShapeError where the shapes do not fit, ModelError where the options do not. Zeiler et al. (2010); it is the adjoint
    of a convolution, not its inverse.

    >>> conv_transpose2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 2, 2)))
    array([[[[1., 2., 1.],
             [2., 4., 2.],
             [1., 2., 1.]]]])
    """
    return _conv_transpose("conv_transpose2d", x, weight, bias, stride, padding, output_padding, groups, dilation, 2)


def conv_transpose3d(
    x: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """`conv_transpose2d` with one more axis: x (N, C, D, H, W), weight (C, O/groups, KD, KH, KW).

    >>> conv_transpose3d(np.ones((1, 1, 1, 1, 1)), np.ones((1, 1, 2, 2, 2))).shape
    (1, 1, 2, 2, 2)
    """
    return _conv_transpose("conv_transpose3d", x, weight, bias, stride, padding, output_padding, groups, dilation, 3)


def _conv_transpose(name, x, weight, bias, stride, padding, output_padding, groups, dilation, axes):
    shape, kernel = shape_of(x), _kernel_of(name, weight, axes)
    stride, dilation = numbers_of("stride", stride, axes), numbers_of("dilation", dilation, axes)
    extra = numbers_of("output_padding", output_padding, axes, least=0)
    if any(e >= max(s, d) for e, s, d in zip(extra, stride, dilation, strict=True)):
        raise ModelError(
            f"{name}: output_padding {extra} is to be smaller than the stride {stride} or the dilation {dilation}: "
            "there is nothing more to choose from"
        )
    _check_groups(name, groups, shape_of(weight)[0], "C of the weight (C, O/groups, *kernel)")
    pairs = padding_of(padding, kernel, stride, dilation)
    space_of(name, shape, axes, shape_of(weight)[0])
    size = tuple(
        (n - 1) * s - before - after + d * (k - 1) + e + 1
        for n, s, (before, after), d, k, e in zip(shape[2:], stride, pairs, dilation, kernel, extra, strict=True)
    )
    if any(n < 1 for n in size):
        raise ShapeError.of(name, "images that leave something", shape, f"the result would be {size}: pad less")
    _check_bias(name, bias, shape_of(weight)[1] * groups)
    pairs = tuple((before, after - e) for (before, after), e in zip(pairs, extra, strict=True))
    window = Window(stride, pairs, dilation, groups)
    given = (x, weight) if bias is None else (x, weight, bias)
    return _spread(*given, window=window, size=size)


def _spread_forward(x, weight, bias=None, *, window, size):
    return spread(x, weight, window, size, bias), None


def _spread_backward(cotangent, kept, wanted, x, weight, bias=None, *, window, size):
    return [
        correlate(cotangent, weight, window)
        if k == 0
        else weigh(cotangent, x, window, weight.shape[2:])
        if k == 1
        else _sum_over_maps(cotangent)
        for k in wanted
    ]


def _spread_shape(x, weight, bias=None, *, window, size):
    dtype = np.result_type(dtype_of(x), dtype_of(weight))
    return (shape_of(x)[0], shape_of(weight)[1] * window.groups, *size), dtype


def _spread_macs(x, weight, bias=None, *, window, size):
    n, _, *space = shape_of(x)
    return n * math.prod(space) * math.prod(shape_of(weight))


@fused(_spread_forward, _spread_backward, shape=_spread_shape, macs=_spread_macs)
def _spread(x, weight, bias=None, *, window, size):
    y = spreading(x, weight, window=window, size=size)
    return y if bias is None else y + _as_channels(bias, window)
