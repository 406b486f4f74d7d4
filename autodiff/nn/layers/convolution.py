"""Convolutional layers, and their transposes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import functional as F
from .. import init
from ..construction import require_flags, require_sizes
from ..errors import ModelError
from ..functional.geometry import numbers_of, padding_of
from ..module import Module
from ..random import generator

__all__ = [
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
]

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def _shown(value: Any) -> str:
    """An option as it may be given: one number where all axes have the same."""
    if isinstance(value, tuple) and len(set(value)) == 1 and not isinstance(value[0], tuple):
        return str(value[0])
    return repr(value)


def _check_channels(name: str, in_channels: int, out_channels: int, groups: int) -> None:
    require_sizes(name, in_channels=in_channels, out_channels=out_channels, groups=groups)
    if in_channels % groups or out_channels % groups:
        raise ModelError(
            f"{name}: groups={groups} has to divide in_channels={in_channels} and out_channels={out_channels}"
        )


class _Convolution(Module):
    """What convolutions and their transposes share: the kernels, and how they are shown."""

    axes: int
    _defaults = {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1, "groups": 1, "padding_mode": "zeros"}

    def _set(self, in_channels, out_channels, kernel_size, stride, dilation, groups, bias, shape, rng, dtype):
        name = type(self).__name__
        _check_channels(name, in_channels, out_channels, groups)
        require_flags(name, bias=bias)
        self.in_channels, self.out_channels, self.groups = int(in_channels), int(out_channels), int(groups)
        self.kernel_size = numbers_of(f"{name}'s kernel_size", kernel_size, self.axes)
        self.stride = numbers_of(f"{name}'s stride", stride, self.axes)
        self.dilation = numbers_of(f"{name}'s dilation", dilation, self.axes)
        rng = generator(rng)
        self.weight = init.fan_in_uniform(rng, (*shape, *self.kernel_size), dtype)
        fan_in = shape[1] * math.prod(self.kernel_size)
        self.bias = init.uniform_bias(rng, self.out_channels, fan_in, dtype) if bias else None

    def options(self) -> str:
        parts = [str(self.in_channels), str(self.out_channels), _shown(self.kernel_size)]
        for name, default in self._defaults.items():
            shown = _shown(getattr(self, name, default))
            if shown != _shown(default):
                parts.append(f"{name}={shown}")
        return ", ".join(parts) + ("" if self.bias is not None else ", bias=False")


class _Conv(_Convolution):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        name = type(self).__name__
        if padding_mode not in _PADDING_MODES:
            raise ModelError(
                f"{name}: padding_mode is one of {', '.join(map(repr, _PADDING_MODES))}, not {padding_mode!r}"
            )
        _check_channels(name, in_channels, out_channels, groups)
        shape = (out_channels, in_channels // groups)
        self._set(in_channels, out_channels, kernel_size, stride, dilation, groups, bias, shape, rng, dtype)
        pairs = padding_of(padding, self.kernel_size, self.stride, self.dilation)
        if isinstance(padding, list | tuple):
            padding = tuple(before if before == after else (before, after) for before, after in pairs)
        self.padding, self.padding_mode = padding, padding_mode

    def forward(self, x: Any) -> Any:
        conv = (F.conv1d, F.conv2d, F.conv3d)[self.axes - 1]
        padding = padding_of(self.padding, self.kernel_size, self.stride, self.dilation)
        if self.padding_mode != "zeros":
            if np.ndim(x) == self.axes + 2:  # otherwise the convolution says what is wrong
                x = F.pad(x, [n for pair in reversed(padding) for n in pair], self.padding_mode)
            padding = "valid"
        return conv(x, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)


class Conv1d(_Conv):
    """y = W ⋆ x + b on sequences (N, C, L): see `Conv2d`. padding="causal" lets no output see what comes after it.

    >>> import numpy as np
    >>> layer = Conv1d(3, 8, 5, padding="causal", dilation=2, rng=0)
    >>> layer, layer(np.zeros((2, 3, 100), np.float32)).shape
    (Conv1d(3, 8, 5, padding='causal', dilation=2), (2, 8, 100))
    """

    axes = 1


class Conv2d(_Conv):
    """y = W ⋆ x + b, the cross-correlation of `F.conv2d`: the kernel is not turned around.

    in_channels, out_channels  C and O of (N, C, H, W) → (N, O, H', W')
    kernel_size   an int, or one for each axis; so are stride, padding, dilation
    padding       also "valid" for none, "same" to keep the size (stride 1), in `Conv1d` "causal"; or pairs (before,
                  after), one for each axis
    groups        number of groups of channels with kernels of their own; in_channels of them: depthwise
    bias          whether there is a b
    padding_mode  what the padding is of: "zeros", "reflect", "replicate" or "circular"
    rng           where the initial numbers come from: a Generator, a seed, or None

    weight (O, C/groups, KH, KW) and bias (O,) start uniform in ±1/√(C/groups·KH·KW), as in PyTorch. Raises ModelError
    for options that cannot work. LeCun et al. (1989).

    >>> import numpy as np
    >>> layer = Conv2d(1, 6, 5, padding=2, rng=0)
    >>> layer, layer.num_parameters, layer(np.zeros((32, 1, 28, 28), np.float32)).shape
    (Conv2d(1, 6, 5, padding=2), 156, (32, 6, 28, 28))
    """

    axes = 2


class Conv3d(_Conv):
    """y = W ⋆ x + b on volumes (N, C, D, H, W): see `Conv2d`.

    >>> import numpy as np
    >>> Conv3d(1, 2, 3, stride=2, rng=0)(np.zeros((1, 1, 7, 7, 7), np.float32)).shape
    (1, 2, 3, 3, 3)
    """

    axes = 3


class _ConvTranspose(_Convolution):
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        output_padding: Any = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Any = 1,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        name = type(self).__name__
        _check_channels(name, in_channels, out_channels, groups)
        shape = (in_channels, out_channels // groups)
        self._set(in_channels, out_channels, kernel_size, stride, dilation, groups, bias, shape, rng, dtype)
        self.padding = numbers_of(f"{name}'s padding", padding, self.axes, least=0)
        self.output_padding = numbers_of(f"{name}'s output_padding", output_padding, self.axes, least=0)
        if any(e >= max(s, d) for e, s, d in zip(self.output_padding, self.stride, self.dilation, strict=True)):
            raise ModelError(
                f"{name}: output_padding={self.output_padding} is to be smaller than stride={self.stride} or "
                f"dilation={self.dilation}"
            )

    def forward(self, x: Any, output_size: Any = None) -> Any:
        conv = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[self.axes - 1]
        extra = self.output_padding if output_size is None else self._extra(np.shape(x), output_size)
        return conv(x, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)

    def _extra(self, shape, output_size):
        """The output padding for a size."""
        wanted = numbers_of("output_size", tuple(output_size)[-self.axes :], self.axes)
        least = [
            (n - 1) * s - 2 * p + d * (k - 1) + 1
            for n, s, p, d, k in zip(shape[2:], self.stride, self.padding, self.dilation, self.kernel_size, strict=True)
        ]
        extra = tuple(m - n for m, n in zip(wanted, least, strict=True))
        if any(e < 0 or e >= max(s, d) for e, s, d in zip(extra, self.stride, self.dilation, strict=True)):
            raise ModelError(
                f"output_size {wanted} cannot be: from {tuple(shape[2:])} come sizes from {tuple(least)} to "
                f"{tuple(n + max(s, d) - 1 for n, s, d in zip(least, self.stride, self.dilation, strict=True))}"
            )
        return extra


class ConvTranspose1d(_ConvTranspose):
    """The transpose of `Conv1d` with the same options: see `ConvTranspose2d`.

    >>> import numpy as np
    >>> ConvTranspose1d(4, 2, 4, stride=2, padding=1, rng=0)(np.zeros((1, 4, 10), np.float32)).shape
    (1, 2, 20)
    """

    axes = 1


class ConvTranspose2d(_ConvTranspose):
    """y = Wᵀ x + b, the transpose of `Conv2d` with the same options, for making images larger.

    output_padding  how many rows and columns more the result has, where a `Conv2d` takes several sizes to one; or call
                    it with output_size=(H', W')

    weight (in_channels, out_channels/groups, KH, KW) and bias start uniform in ±1/√(out_channels/groups·KH·KW), as in
    PyTorch. Raises ModelError for options that cannot work.

    >>> import numpy as np
    >>> layer = ConvTranspose2d(16, 8, 4, stride=2, padding=1, rng=0)
    >>> layer, layer(np.zeros((1, 16, 7, 7), np.float32)).shape
    (ConvTranspose2d(16, 8, 4, stride=2, padding=1), (1, 8, 14, 14))
    """

    axes = 2


class ConvTranspose3d(_ConvTranspose):
    """The transpose of `Conv3d` with the same options: see `ConvTranspose2d`.

    >>> import numpy as np
    >>> ConvTranspose3d(1, 1, 2, stride=2, rng=0)(np.zeros((1, 1, 2, 3, 4), np.float32)).shape
    (1, 1, 4, 6, 8)
    """

    axes = 3
