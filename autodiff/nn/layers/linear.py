"""Affine and bilinear layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import functional as F
from .. import init
from ..construction import require_flags, require_sizes
from ..module import Module
from ..random import generator

__all__ = ["Bilinear", "Identity", "Linear"]


class Linear(Module):
    """y = x Wᵀ + b.

    in_features, out_features  the last axis of input and output
    bias                       whether there is a b
    rng                        where the initial numbers come from: a Generator, a seed, or None

    weight (out, in) and bias (out,) start uniform in ±1/√in, as in PyTorch.

    >>> import numpy as np
    >>> layer = Linear(784, 10, rng=np.random.default_rng(0))
    >>> layer, layer(np.zeros((32, 784), np.float32)).shape
    (Linear(784, 10), (32, 10))
    """

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, *, rng: Any = None, dtype: Any = np.float32
    ):
        require_sizes(self, in_features=in_features, out_features=out_features)
        require_flags(self, bias=bias)
        rng = generator(rng)
        self.weight = init.fan_in_uniform(rng, (out_features, in_features), dtype)
        self.bias = init.uniform_bias(rng, out_features, in_features, dtype) if bias else None

    def forward(self, x: Any) -> Any:
        return F.linear(x, self.weight, self.bias)

    def options(self) -> str:
        out_features, in_features = self.weight.shape
        return f"{in_features}, {out_features}{'' if self.bias is not None else ', bias=False'}"


class Bilinear(Module):
    """yₒ = x1ᵀ Wₒ x2 + bₒ, of two inputs.

    weight (out, in1, in2) and bias (out,) start uniform in ±1/√in1, as in PyTorch.

    >>> layer = Bilinear(2, 3, 4, rng=0)
    >>> layer(np.zeros((5, 2), np.float32), np.zeros((5, 3), np.float32)).shape
    (5, 4)
    """

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        require_sizes(self, in1_features=in1_features, in2_features=in2_features, out_features=out_features)
        require_flags(self, bias=bias)
        rng = generator(rng)
        bound = in1_features**-0.5
        self.weight = init.uniform(rng, (out_features, in1_features, in2_features), dtype, low=-bound, high=bound)
        self.bias = init.uniform_bias(rng, out_features, in1_features, dtype) if bias else None

    def forward(self, x1: Any, x2: Any) -> Any:
        return F.bilinear(x1, x2, self.weight, self.bias)

    def options(self) -> str:
        out_features, in1_features, in2_features = self.weight.shape
        return f"{in1_features}, {in2_features}, {out_features}{'' if self.bias is not None else ', bias=False'}"


class Identity(Module):
    """y = x.

    >>> Identity()(3.0)
    3.0
    """

    def forward(self, x: Any) -> Any:
        return x
