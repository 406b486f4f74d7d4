"""Dropout and noise as modules. Each has a stream of its own, `rng`, and is the identity in evaluation.

The state of the stream is part of what continues a training run exactly: a checkpoint saves it with the parameters.
"""

from __future__ import annotations

import copy
from typing import Any

from .. import functional as F
from ..errors import ModelError, ShapeError
from ..functional.dropout import check_probability
from ..module import Module
from ..random import generator

__all__ = ["AlphaDropout", "DropConnect", "DropPath", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "GaussianNoise"]


class _Dropout(Module):
    """The base: a probability and a stream."""

    def __init__(self, p: float = 0.5, *, rng: Any = None):
        self.p = check_probability(type(self).__name__, p)
        self.rng = generator(rng)

    def options(self) -> str:
        return f"p={self.p}"


class Dropout(_Dropout):
    """y = x m / (1 - p), with m = 0 with probability p, else 1, for each entry; y = x in evaluation.

    >>> import numpy as np
    >>> layer = Dropout(0.5, rng=0)
    >>> layer(np.ones(6)), layer.eval()(np.ones(3))
    (array([2., 2., 2., 0., 0., 0.]), array([1., 1., 1.]))
    """

    def forward(self, x: Any) -> Any:
        return F.dropout(x, self.p, self.rng, self.training)


class _SpatialDropout(_Dropout):
    """Dropout of whole channels of arrays with a certain number of axes."""

    _axes: tuple[str, ...] = ()

    def forward(self, x: Any) -> Any:
        if len(x.shape) != 2 + len(self._axes):
            raise ShapeError.of(
                type(self).__name__,
                f"(N, C, {', '.join(self._axes)})",
                x.shape,
                "give it all these axes, of length 1 where there is nothing",
            )
        return F.spatial_dropout(x, self.p, self.rng, self.training)


class Dropout1d(_SpatialDropout):
    """Dropout of whole channels of (N, C, T)."""

    _axes = ("T",)


class Dropout2d(_SpatialDropout):
    """Dropout of whole channels of (N, C, H, W)."""

    _axes = ("H", "W")


class Dropout3d(_SpatialDropout):
    """Dropout of whole channels of (N, C, D, H, W)."""

    _axes = ("D", "H", "W")


class AlphaDropout(_Dropout):
    """Dropout for selu networks: it keeps mean 0 and variance 1."""

    def forward(self, x: Any) -> Any:
        return F.alpha_dropout(x, self.p, self.rng, self.training)


class DropPath(_Dropout):
    """Stochastic depth: drops whole samples of a residual branch, x (N, ...)."""

    def forward(self, x: Any) -> Any:
        return F.drop_path(x, self.p, self.rng, self.training)


class GaussianNoise(Module):
    """y = x + ε, with ε normal of mean 0 and deviation std; y = x in evaluation."""

    def __init__(self, std: float = 0.1, *, rng: Any = None):
        if std < 0:
            raise ModelError(f"GaussianNoise takes a deviation that is not negative, not {std}")
        self.std = std
        self.rng = generator(rng)

    def forward(self, x: Any) -> Any:
        return F.gaussian_noise(x, self.std, self.rng, self.training)

    def options(self) -> str:
        return f"std={self.std}"


class DropConnect(_Dropout):
    """The layer with dropout on its weight: y = f(x; W m / (1 - p)) (Wan et al. 2013).

    layer  a module with a `weight`, such as Linear; its parameters keep their names

    >>> from autodiff import nn
    >>> DropConnect(nn.Linear(3, 2, rng=0), 0.5, rng=1)
    DropConnect(p=0.5
      layer: Linear(3, 2)  # 8
    )
    8 parameters
    """

    _transparent = "layer"

    def __init__(self, layer: Module, p: float = 0.5, *, rng: Any = None):
        super().__init__(p, rng=rng)
        if not hasattr(layer, "weight"):
            raise ModelError(f"DropConnect drops entries of a layer's weight, but {type(layer).__name__} has none")
        self.layer = layer

    def forward(self, *args: Any) -> Any:
        if not self.training or self.p == 0:
            return self.layer(*args)
        layer: Any = copy.copy(self.layer)
        layer.weight = F.dropout(layer.weight, self.p, self.rng)
        return layer(*args)
