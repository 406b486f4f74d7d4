"""Activations along an axis, as modules. `axis` is what PyTorch calls `dim`, and the last one by default."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import functional as F
from .. import init
from ..construction import require_flags, require_sizes
from ..errors import ModelError
from ..random import ShapesOnly, generator
from .activations import Activation

__all__ = [
    "GEGLU",
    "GLU",
    "GumbelSoftmax",
    "LogSoftmax",
    "Maxout",
    "Softmax",
    "Softmin",
    "Sparsemax",
    "SwiGLU",
]


class Softmax(Activation):
    """exp(xᵢ) / Σⱼ exp(xⱼ) along an axis.

    >>> Softmax(1), Softmax()(np.zeros(4))
    (Softmax(axis=1), array([0.25, 0.25, 0.25, 0.25]))
    """

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.softmax(x, self.axis)


class LogSoftmax(Activation):
    """xᵢ - log Σⱼ exp(xⱼ) along an axis."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.log_softmax(x, self.axis)


class Softmin(Activation):
    """softmax(-x) along an axis."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.softmin(x, self.axis)


class Sparsemax(Activation):
    """The nearest point of the simplex: softmax with exact zeros."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.sparsemax(x, self.axis)


class GumbelSoftmax(Activation):
    """softmax((x + Gumbel noise) / τ) in training, softmax(x / τ) in evaluation; one-hot where `hard`.

    In evaluation `hard` gives the most probable class. The noise comes from a stream of the layer's own, `rng`.
    """

    def __init__(self, tau: float = 1.0, hard: bool = False, axis: int = -1, *, rng: Any = None):
        if not tau > 0:
            raise ModelError(f"GumbelSoftmax takes a positive temperature tau, not {tau}")
        self.tau, self.hard, self.axis, self.rng = tau, hard, axis, generator(rng)

    def forward(self, x: Any) -> Any:
        rng = self.rng if self.training and not isinstance(self.rng, ShapesOnly) else None
        return F.gumbel_softmax(x, rng, self.tau, self.hard, self.axis)


class GLU(Activation):
    """a σ(b) for the halves (a, b) of x along an axis."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.glu(x, self.axis)


class GEGLU(Activation):
    """a gelu(b) for the halves (a, b) of x along an axis."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.geglu(x, self.axis)


class SwiGLU(Activation):
    """a silu(b) for the halves (a, b) of x along an axis."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.swiglu(x, self.axis)


class Maxout(Activation):
    """yₒ = maxₚ (x Wₒₚᵀ + bₒₚ): the largest of `pieces` affine functions (Goodfellow et al. 2013).

    weight (out · pieces, in) and bias (out · pieces,) start as those of a Linear; the pieces of an output follow each
    other.

    >>> layer = Maxout(3, 2, pieces=4, rng=0)
    >>> layer, layer(np.zeros((5, 3), np.float32)).shape
    (Maxout(3, 2, pieces=4), (5, 2))
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        pieces: int = 2,
        bias: bool = True,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        require_sizes(self, in_features=in_features, out_features=out_features, pieces=pieces)
        require_flags(self, bias=bias)
        rng = generator(rng)
        self.pieces = pieces
        self.weight = init.fan_in_uniform(rng, (out_features * pieces, in_features), dtype)
        self.bias = init.uniform_bias(rng, out_features * pieces, in_features, dtype) if bias else None

    def forward(self, x: Any) -> Any:
        return F.maxout(F.linear(x, self.weight, self.bias), self.pieces)

    def options(self) -> str:
        rows, in_features = self.weight.shape
        bias = "" if self.bias is not None else ", bias=False"
        return f"{in_features}, {rows // self.pieces}, pieces={self.pieces}{bias}"
