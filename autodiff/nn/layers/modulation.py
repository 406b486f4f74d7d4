"""Layers that scale channels by what something else says: a style, a class, or the mean of the channels themselves."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tracer import shape_of
from .. import functional as F
from ..construction import require_sizes
from ..errors import ModelError, ShapeError
from ..module import Module
from ..random import generator
from .embedding import Embedding
from .linear import Linear
from .normalization import BatchNorm1d, BatchNorm2d, BatchNorm3d

__all__ = ["AdaIN", "ConditionalBatchNorm", "SqueezeExcite"]


class AdaIN(Module):
    """y = (1 + s) (x - μ) / √(σ² + ε) + b, with (s, b) = A w an affine function of a style w, as in StyleGAN.

    num_features    C of x (N, C, ...), of which μ and σ² are those of each channel of each sample
    style_features  of w (N, style_features)
    eps             ε

    At first b is 0 and 1 + s is near 1. Huang and Belongie 2017; Karras et al. 2019.

    >>> layer = AdaIN(3, 8, rng=0)
    >>> layer(np.ones((2, 3, 4, 4), np.float32), np.ones((2, 8), np.float32)).shape
    (2, 3, 4, 4)
    """

    def __init__(
        self,
        num_features: int,
        style_features: int,
        eps: float = 1e-5,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        require_sizes(self, num_features=num_features, style_features=style_features)
        self.num_features, self.style_features, self.eps = num_features, style_features, eps
        self.style = Linear(style_features, 2 * num_features, rng=rng, dtype=dtype)
        self.style.bias = np.zeros(2 * num_features, dtype)

    def forward(self, x: Any, w: Any) -> Any:
        scale, shift = np.split(self.style(w), 2, axis=1)
        return F.adaptive_instance_norm(x, 1 + scale, shift, self.eps)

    def options(self) -> str:
        return f"{self.num_features}, {self.style_features}"


class ConditionalBatchNorm(Module):
    """y = scale · (x - μ) / √(σ² + ε) + shift, batch normalisation with a scale and a shift of each sample's condition.

    num_features        C of x (N, C, ...)
    num_classes         the condition is a class: indices (N,), and tables of scales, 1 at first, and shifts, 0 at first
    condition_features  or it is a vector (N, condition_features): scale = 1 + W₁ c, shift = W₂ c, as in BigGAN
    eps, momentum       of the batch normalisation

    Raises ModelError where not exactly one of the two is given. de Vries et al. 2017; Brock et al. 2019.

    >>> layer = ConditionalBatchNorm(3, num_classes=10)
    >>> layer(np.ones((2, 3, 4, 4), np.float32), np.array([0, 7])).shape
    (2, 3, 4, 4)
    """

    def __init__(
        self,
        num_features: int,
        num_classes: int | None = None,
        condition_features: int | None = None,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        if (num_classes is None) == (condition_features is None):
            raise ModelError("ConditionalBatchNorm takes num_classes or condition_features, one of the two")
        rng = generator(rng)
        self.num_features, self.num_classes, self.condition_features = num_features, num_classes, condition_features
        self.norm = _AnyBatchNorm(num_features, eps, momentum, affine=False, dtype=dtype)
        if num_classes is not None:
            self.scale, self.shift = (Embedding(num_classes, num_features, rng=rng, dtype=dtype) for _ in range(2))
            self.scale.weight = np.ones((num_classes, num_features), dtype)
            self.shift.weight = np.zeros((num_classes, num_features), dtype)
        elif condition_features is not None:
            self.scale, self.shift = (
                Linear(condition_features, num_features, bias=False, rng=rng, dtype=dtype) for _ in range(2)
            )

    def forward(self, x: Any, condition: Any) -> Any:
        if shape_of(condition)[:1] != shape_of(x)[:1]:
            raise ShapeError.of(
                "ConditionalBatchNorm's condition",
                f"({shape_of(x)[0]}, ...)",
                shape_of(condition),
                "one condition for each sample",
            )
        scale, shift = self.scale(condition), self.shift(condition)
        return F.scale_and_shift(self.norm(x), scale if self.num_classes is not None else 1 + scale, shift)

    def options(self) -> str:
        if self.num_classes is not None:
            return f"{self.num_features}, num_classes={self.num_classes}"
        return f"{self.num_features}, condition_features={self.condition_features}"


class _AnyBatchNorm(BatchNorm2d):
    """Batch normalisation of arrays of any number of axes."""

    _ndims = BatchNorm1d._ndims + BatchNorm2d._ndims + BatchNorm3d._ndims
    _expected = "(N, {0}, ...)"


class SqueezeExcite(Module):
    """y = x · σ(W₂ relu(W₁ mean(x) + b₁) + b₂): each channel by a gate that all channels together decide.

    channels   C of x (N, C, ...), whose mean is over all axes behind it
    reduction  W₁ has max(1, C / reduction) rows

    Hu et al. 2018.

    >>> layer = SqueezeExcite(8, 4, rng=0)
    >>> layer(np.ones((2, 8, 5, 5), np.float32)).shape
    (2, 8, 5, 5)
    """

    def __init__(self, channels: int, reduction: int = 16, *, rng: Any = None, dtype: Any = np.float32):
        require_sizes(self, channels=channels, reduction=reduction)
        rng = generator(rng)
        self.channels, self.reduction = channels, reduction
        squeezed = max(1, channels // reduction)
        self.fc1 = Linear(channels, squeezed, rng=rng, dtype=dtype)
        self.fc2 = Linear(squeezed, channels, rng=rng, dtype=dtype)

    def forward(self, x: Any) -> Any:
        shape = shape_of(x)
        if len(shape) < 3 or shape[1] != self.channels:
            raise ShapeError.of("SqueezeExcite", f"(N, {self.channels}, ...)", shape, "give it axes to take means over")
        means = np.mean(x, axis=tuple(range(2, len(shape))))
        gate = F.sigmoid(self.fc2(F.relu(self.fc1(means))))
        return x * np.reshape(gate, shape[:2] + (1,) * (len(shape) - 2))

    def options(self) -> str:
        return f"{self.channels}, {self.reduction}"
