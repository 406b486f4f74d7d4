"""Residual blocks."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import functional as F
from ..layers.containers import Sequential
from ..layers.convolution import Conv2d
from ..layers.normalization import BatchNorm2d
from ..module import Module
from ..random import generator

__all__ = ["BasicBlock", "residual_block"]


class BasicBlock(Module):
    """y = max(f(x) + s(x), 0), f = norm ∘ conv ∘ max(·, 0) ∘ norm ∘ conv: the block of ResNet-18 and ResNet-34.

    inplanes, planes  channels of input and output
    stride            of the first convolution
    downsample        the shortcut s: a module, or None for a 1 x 1 convolution with norm where the shapes of input and
                      output differ, and the identity where they do not
    rng               where the initial numbers come from: a Generator, a seed, or None

    Parameters are named as in torchvision (conv1, bn1, conv2, bn2, downsample.0, downsample.1). He, Zhang, Ren and Sun
    (2016), figure 5, option B.

    >>> block = BasicBlock(32, 64, stride=2, rng=0)
    >>> block(np.zeros((1, 32, 8, 8), np.float32)).shape, block.num_parameters
    ((1, 64, 4, 4), 57728)
    """

    def __init__(
        self,
        inplanes: int,
        planes: int,
        stride: int = 1,
        downsample: Any = None,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        rng = generator(rng)
        self.conv1 = Conv2d(inplanes, planes, 3, stride, padding=1, bias=False, rng=rng, dtype=dtype)
        self.bn1 = BatchNorm2d(planes, dtype=dtype)
        self.conv2 = Conv2d(planes, planes, 3, padding=1, bias=False, rng=rng, dtype=dtype)
        self.bn2 = BatchNorm2d(planes, dtype=dtype)
        if downsample is None and (stride != 1 or inplanes != planes):
            downsample = Sequential(
                Conv2d(inplanes, planes, 1, stride, bias=False, rng=rng, dtype=dtype), BatchNorm2d(planes, dtype=dtype)
            )
        self.downsample = downsample

    def forward(self, x: Any) -> Any:
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


def residual_block(channels: int = 32, *, rng: Any = None, dtype: Any = np.float32) -> BasicBlock:
    """A `BasicBlock` that keeps channels and size: (N, C, H, W) → (N, C, H, W).

    >>> residual_block(8, rng=0)
    BasicBlock(
      conv1: Conv2d(8, 8, 3, padding=1, bias=False)  # 576
      bn1: BatchNorm2d(8)                            # 16
      conv2: Conv2d(8, 8, 3, padding=1, bias=False)  # 576
      bn2: BatchNorm2d(8)                            # 16
    )
    1,184 parameters
    """
    return BasicBlock(channels, channels, rng=rng, dtype=dtype)
