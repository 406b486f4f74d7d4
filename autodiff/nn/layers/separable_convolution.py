"""Convolutions that treat channels and places apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..module import Module
from ..random import generator
from .convolution import Conv2d

__all__ = ["DepthwiseConv2d", "SeparableConv2d"]


class DepthwiseConv2d(Conv2d):
    """A convolution of each channel by itself: `Conv2d` with groups = channels.

    multiplier  how many maps each channel gives

    >>> DepthwiseConv2d(8, 3, padding=1, multiplier=2, rng=0).weight.shape
    (16, 1, 3, 3)
    """

    def __init__(
        self,
        channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        multiplier: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        super().__init__(
            channels,
            channels * multiplier,
            kernel_size,
            stride,
            padding,
            dilation,
            channels,
            bias,
            padding_mode,
            rng=rng,
            dtype=dtype,
        )


class SeparableConv2d(Module):
    """A depthwise convolution, then one of 1 x 1 over the channels: K² C + C O weights in place of K² C O.

    The options are those of `Conv2d`; the bias is that of the second one. Chollet (2017).

    >>> layer = SeparableConv2d(8, 16, 3, padding=1, rng=0)
    >>> layer.num_parameters, layer.pointwise
    (216, Conv2d(8, 16, 1))
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        rng = generator(rng)
        self.depthwise = DepthwiseConv2d(
            in_channels, kernel_size, stride, padding, dilation, 1, False, padding_mode, rng=rng, dtype=dtype
        )
        self.pointwise = Conv2d(in_channels, out_channels, 1, bias=bias, rng=rng, dtype=dtype)

    def forward(self, x: Any) -> Any:
        return self.pointwise(self.depthwise(x))
