"""Normalisation layers: running statistics are buffers, which training moves in place."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import functional as F
from ..construction import require_flags, require_sizes
from ..errors import ModelError, ShapeError
from ..module import Buffer, Module

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "GroupNorm",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "LayerNorm",
    "LocalResponseNorm",
    "RMSNorm",
]


class _Running(Module):
    """The base of those with running statistics of channels."""

    _ndims: tuple[int, ...] = ()
    _expected: str = ""
    running_mean: Any
    running_var: Any
    num_batches_tracked: Any

    def __init__(self, num_features, eps, momentum, affine, track_running_stats, dtype):
        require_sizes(self, num_features=num_features)
        require_flags(self, affine=affine, track_running_stats=track_running_stats)
        if momentum is not None and not 0 <= momentum <= 1:
            raise ModelError(f"{type(self).__name__} takes a momentum between 0 and 1, or None, not {momentum}")
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.weight = np.ones(num_features, dtype) if affine else None
        self.bias = np.zeros(num_features, dtype) if affine else None
        self.running_mean = Buffer(np.zeros(num_features, dtype)) if track_running_stats else None
        self.running_var = Buffer(np.ones(num_features, dtype)) if track_running_stats else None
        self.num_batches_tracked = Buffer(np.zeros((), np.int64)) if track_running_stats else None

    def _check(self, x):
        if len(x.shape) not in self._ndims or x.shape[1] != self.num_features:
            raise ShapeError.of(
                type(self).__name__,
                self._expected.format(self.num_features),
                x.shape,
                "build it with as many features as the second axis is long, and keep all axes",
            )

    def _momentum(self):
        """How far the running statistics move now; with momentum=None they are the mean over all batches."""
        if not self.training or self.num_batches_tracked is None:
            return 0.0
        self.num_batches_tracked[...] += 1
        return 1 / int(self.num_batches_tracked) if self.momentum is None else self.momentum

    def options(self) -> str:
        shown = [str(self.num_features)]
        if self.eps != 1e-5:
            shown.append(f"eps={self.eps}")
        if self.momentum != 0.1:
            shown.append(f"momentum={self.momentum}")
        return ", ".join(shown)


class _BatchNorm(_Running):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: Any = np.float32,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, dtype)

    def forward(self, x: Any) -> Any:
        self._check(x)
        return F.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training,
            self._momentum(),
            self.eps,
        )

    def options(self) -> str:
        affine = "" if self.weight is not None else ", affine=False"
        return super().options() + affine + ("" if self.running_mean is not None else ", track_running_stats=False")


class BatchNorm1d(_BatchNorm):
    """y = (x - μ) / √(σ² + ε) · weight + bias for each of the C features of (N, C) or (N, C, T).

    num_features         C
    eps                  ε
    momentum             in training the running statistics are (1 - momentum) times what they were, and momentum times
                         those of the batch; None: their mean over all batches
    affine               whether there are weight, 1 at first, and bias, 0 at first
    track_running_stats  whether evaluation normalises with running statistics instead of those of the batch

    In training μ and σ² are those of the batch, σ² the biased one; the running variance is the unbiased one, as in
    PyTorch. Ioffe and Szegedy 2015. (Keras's momentum is 1 minus this one.)

    >>> layer = BatchNorm1d(3)
    >>> layer, sorted(layer.named_buffers())
    (BatchNorm1d(3), ['num_batches_tracked', 'running_mean', 'running_var'])
    """

    _ndims, _expected = (2, 3), "(N, {0}) or (N, {0}, T)"


class BatchNorm2d(_BatchNorm):
    """Batch normalisation of (N, C, H, W); as BatchNorm1d, with statistics over N, H and W."""

    _ndims, _expected = (4,), "(N, {0}, H, W)"


class BatchNorm3d(_BatchNorm):
    """Batch normalisation of (N, C, D, H, W); as BatchNorm1d, with statistics over N, D, H and W."""

    _ndims, _expected = (5,), "(N, {0}, D, H, W)"


class _InstanceNorm(_Running):
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        dtype: Any = np.float32,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, dtype)

    def forward(self, x: Any) -> Any:
        self._check(x)
        use_input_stats = self.training or self.running_mean is None
        running = (self.running_mean, self.running_var) if self.training or not use_input_stats else (None, None)
        return F.instance_norm(x, *running, self.weight, self.bias, use_input_stats, self._momentum(), self.eps)

    def options(self) -> str:
        affine = "" if self.weight is None else ", affine=True"
        return super().options() + affine + ("" if self.running_mean is None else ", track_running_stats=True")


class InstanceNorm1d(_InstanceNorm):
    """y = (x - μ) / √(σ² + ε) for each channel of each sample of (N, C, T) (Ulyanov et al. 2016).

    The arguments are those of BatchNorm1d; by default nothing is learned and nothing is tracked.
    """

    _ndims, _expected = (3,), "(N, {0}, T)"


class InstanceNorm2d(_InstanceNorm):
    """Instance normalisation of (N, C, H, W)."""

    _ndims, _expected = (4,), "(N, {0}, H, W)"


class InstanceNorm3d(_InstanceNorm):
    """Instance normalisation of (N, C, D, H, W)."""

    _ndims, _expected = (5,), "(N, {0}, D, H, W)"


def _axes(name, normalized_shape):
    shape = (normalized_shape,) if isinstance(normalized_shape, int | np.integer) else tuple(normalized_shape)
    if not shape or min(shape) < 1:
        raise ModelError(f"{name} normalises over one axis or more, all of positive length, not {normalized_shape}")
    return shape


class LayerNorm(Module):
    """y = (x - μ) / √(σ² + ε) · weight + bias, with μ and σ² over the last axes of each sample.

    normalized_shape    those axes: a number, or several
    eps                 ε
    elementwise_affine  whether there are weight, 1 at first, and bias, 0 at first, of that shape
    bias                whether there is a bias

    Ba et al. 2016.

    >>> LayerNorm(64), LayerNorm((8, 8), bias=False)
    (LayerNorm(64), LayerNorm((8, 8), bias=False))
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: Any = np.float32,
    ):
        self.normalized_shape, self.eps = _axes("LayerNorm", normalized_shape), eps
        self.weight = np.ones(self.normalized_shape, dtype) if elementwise_affine else None
        self.bias = np.zeros(self.normalized_shape, dtype) if elementwise_affine and bias else None

    def forward(self, x: Any) -> Any:
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)

    def options(self) -> str:
        missing = ", elementwise_affine=False" if self.weight is None else ", bias=False" if self.bias is None else ""
        return _shown(self.normalized_shape) + ("" if self.eps == 1e-5 else f", eps={self.eps}") + missing


def _shown(shape):
    return str(shape[0]) if len(shape) == 1 else str(shape)


class RMSNorm(Module):
    """y = x / √(1/m Σ x² + ε) · weight over the last axes: layer normalisation without the mean.

    normalized_shape, elementwise_affine  as of LayerNorm
    eps                                   ε; None for that of the dtype

    Zhang and Sennrich 2019.

    >>> RMSNorm(64)
    RMSNorm(64)
    """

    def __init__(
        self,
        normalized_shape: int | tuple[int, ...],
        eps: float | None = None,
        elementwise_affine: bool = True,
        *,
        dtype: Any = np.float32,
    ):
        self.normalized_shape, self.eps = _axes("RMSNorm", normalized_shape), eps
        self.weight = np.ones(self.normalized_shape, dtype) if elementwise_affine else None

    def forward(self, x: Any) -> Any:
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def options(self) -> str:
        missing = ", elementwise_affine=False" if self.weight is None else ""
        return _shown(self.normalized_shape) + ("" if self.eps is None else f", eps={self.eps}") + missing


class GroupNorm(Module):
    """y = (x - μ) / √(σ² + ε) · weight + bias, with μ and σ² over each group of channels of each sample.

    num_groups    a divisor of num_channels
    num_channels  C of (N, C, ...)
    eps           ε
    affine        whether there are weight, 1 at first, and bias, 0 at first, of each channel

    Wu and He 2018.

    >>> GroupNorm(2, 6)
    GroupNorm(2, 6)
    """

    def __init__(
        self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True, *, dtype: Any = np.float32
    ):
        if num_groups < 1 or num_channels < 1 or num_channels % num_groups:
            raise ModelError(f"GroupNorm divides its channels into equal groups: {num_channels} are not {num_groups}")
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.weight = np.ones(num_channels, dtype) if affine else None
        self.bias = np.zeros(num_channels, dtype) if affine else None

    def forward(self, x: Any) -> Any:
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)

    def options(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}"
            + ("" if self.eps == 1e-5 else f", eps={self.eps}")
            + ("" if self.weight is not None else ", affine=False")
        )


class LocalResponseNorm(Module):
    """y = x / (k + α/size Σ x²)^β, the sum over `size` channels around each (Krizhevsky et al. 2012).

    >>> LocalResponseNorm(5)
    LocalResponseNorm(5)
    """

    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0):
        if size < 1:
            raise ModelError(f"LocalResponseNorm takes a positive size, not {size}")
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x: Any) -> Any:
        return F.local_response_norm(x, self.size, self.alpha, self.beta, self.k)

    def options(self) -> str:
        return str(self.size)
