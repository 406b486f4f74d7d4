"""Layers whose weight is computed from other parameters: weight normalisation and spectral normalisation.

Each wraps a layer, which keeps all it has but its weight. The names of parameters in a state dict are those of
`torch.nn.utils.parametrizations`; the older weight_g, weight_v and weight_orig, weight_u, weight_v are understood too.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ...tracer import dtype_of
from ...transforms import stop_gradient
from ..errors import ModelError
from ..module import Buffer, Module
from ..random import ShapesOnly, generator
from ..walking import ArrayAt, is_array

__all__ = ["SpectralNorm", "WeightNorm"]


class _Computed(tuple):
    """Stands where a layer had its weight: the shape that the layer prints."""

    __slots__ = ()

    shape = property(lambda self: tuple(self))
    ndim = property(len)


class _Reparametrized(Module):
    """The base: a layer without one of its arrays, which is put in place for the time of a call."""

    _transparent = "layer"
    _newer: dict[str, str] = {}  # own attribute: what it is called in a state dict, and was called before
    _older: dict[str, str] = {}

    def __init__(self, layer: Module, name: str, axis: int):
        weight: Any = getattr(layer, name, None)
        if not is_array(weight):
            raise ModelError(f"{type(self).__name__} takes a layer with an array {name!r}, but {layer!r} has none")
        if not -weight.ndim <= axis < weight.ndim:
            raise ModelError(f"{type(self).__name__}'s axis is one of {weight.ndim}, not {axis}")
        self.name, self.axis = name, axis % weight.ndim
        self.layer = copy.copy(layer)
        setattr(self.layer, name, _Computed(weight.shape))

    def _call(self, weight, args):
        layer = copy.copy(self.layer)
        setattr(layer, self.name, weight)
        return layer(*args)

    def exported(self, at: ArrayAt) -> list[tuple[str, np.ndarray]]:
        return [(at.prefix + self._newer[at.name].format(self.name), at.array)]

    def imported(self, at: ArrayAt, state: dict[str, Any]) -> Any:
        for names in (self._newer, self._older):
            found = state.pop(at.prefix + names[at.name].format(self.name), None)
            if found is not None:
                return np.asarray(found)
        return None

    def options(self) -> str:
        shown = [] if self.name == "weight" else [f"name={self.name!r}"]
        return ", ".join(shown + ([f"axis={self.axis}"] if self.axis else []))


class WeightNorm(_Reparametrized):
    """The layer with the weight W = g v / ‖v‖: its length and its direction are trained apart.

    layer  a layer with a weight
    name   of the weight
    axis   the one whose entries have lengths of their own, 0 for those of a Linear or a convolution; PyTorch's `dim`

    g starts as the norm of the weight and v as the weight, so that the layer computes what it did. Salimans and Kingma
    2016.

    >>> from autodiff import nn
    >>> layer = nn.WeightNorm(nn.Linear(3, 2, rng=0))
    >>> list(layer.named_parameters())
    ['bias', 'weight_g', 'weight_v']
    """

    _newer = {"weight_g": "parametrizations.{}.original0", "weight_v": "parametrizations.{}.original1"}
    _older = {"weight_g": "{}_g", "weight_v": "{}_v"}

    def __init__(self, layer: Module, name: str = "weight", axis: int = 0):
        super().__init__(layer, name, axis)
        weight = getattr(layer, name)
        self.weight_g = _norm(weight, self.axis)
        self.weight_v = weight

    def forward(self, *args: Any) -> Any:
        return self._call(self.weight_v * (self.weight_g / _norm(self.weight_v, self.axis)), args)


def _norm(v, axis):
    """‖v‖ over all axes but one, which stay with length 1."""
    return np.sqrt(np.sum(v * v, axis=tuple(k for k in range(len(v.shape)) if k != axis), keepdims=True))


class SpectralNorm(_Reparametrized):
    """The layer with the weight W / σ(W), where σ is its largest singular value, so that its Lipschitz constant is 1.

    layer               a layer with a weight, of which all axes but one are taken as one axis
    name                of the weight
    n_power_iterations  how often u ← W v, v ← Wᵀ u, each normalised, in each call in training
    axis                the other one, 0 for a Linear or a convolution, 1 for a transposed one; PyTorch's `dim`
    eps                 below which a norm counts as this
    rng                 where the first u and v come from

    σ = uᵀ W v, with u and v as constants in the derivative. In evaluation u and v stay as they are. Miyato et al. 2018.

    >>> from autodiff import nn
    >>> layer = nn.SpectralNorm(nn.Linear(3, 2, rng=0), rng=0)
    >>> y = layer(np.eye(3, dtype=np.float32)) - layer.layer.bias
    >>> float(np.linalg.svd(y)[1][0].round(4))
    1.0
    """

    _newer = {
        "weight_orig": "parametrizations.{}.original",
        "weight_u": "parametrizations.{}.0._u",
        "weight_v": "parametrizations.{}.0._v",
    }
    _older = {"weight_orig": "{}_orig", "weight_u": "{}_u", "weight_v": "{}_v"}

    weight_u: Any
    weight_v: Any

    def __init__(
        self,
        layer: Module,
        name: str = "weight",
        n_power_iterations: int = 1,
        axis: int = 0,
        eps: float = 1e-12,
        *,
        rng: Any = None,
    ):
        super().__init__(layer, name, axis)
        if n_power_iterations < 1:
            raise ModelError(f"SpectralNorm takes one power iteration or more, not {n_power_iterations}")
        self.n_power_iterations, self.eps = n_power_iterations, eps
        self.weight_orig = weight = getattr(layer, name)
        rng = generator(rng)
        is_drawn = not isinstance(rng, ShapesOnly)
        rows, columns = weight.shape[self.axis], weight.size // max(1, weight.shape[self.axis])
        u, v = (rng.standard_normal(n) if is_drawn else np.ones(n) for n in (rows, columns))
        self.weight_u, self.weight_v = (Buffer(_unit(x, eps).astype(weight.dtype)) for x in (u, v))
        if is_drawn:
            self._iterate(weight, 15)

    def _matrix(self, weight):
        return np.reshape(np.moveaxis(weight, self.axis, 0), (len(self.weight_u), -1))

    def _iterate(self, weight, count):
        matrix = self._matrix(weight)
        for _ in range(count):
            self.weight_u[...] = _unit(matrix @ self.weight_v, self.eps)
            self.weight_v[...] = _unit(matrix.T @ self.weight_u, self.eps)

    def forward(self, *args: Any) -> Any:
        if self.training:
            self._iterate(stop_gradient(self.weight_orig), self.n_power_iterations)
        dtype = dtype_of(self.weight_orig)
        u, v = self.weight_u.astype(dtype), self.weight_v.astype(dtype)  # copies: the next call changes them in place
        return self._call(self.weight_orig / (u @ (self._matrix(self.weight_orig) @ v)), args)


def _unit(x, eps):
    return x / max(float(np.linalg.norm(x)), eps)
