"""What excites a feature: the way back from one activation to the pixels (Zeiler and Fergus 2014)."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import functional as F
from ..errors import ModelError
from ..layers.activations import ReLU
from ..layers.convolution import Conv2d
from ..layers.pooling import MaxPool2d
from ..module import Module
from .canvas import new_axes, signed_limits

__all__ = ["deconvolution", "deconvolve"]


def deconvolve(model: Any, x: Any, where: str, channel: int | None = None) -> tuple[np.ndarray, tuple[int, int, int]]:
    """The strongest activation of a feature map, taken back to the pixels, and where it was.

    model    convolutions, rectifiers and max poolings one after the other, whatever they are nested in
    x        one image (C, H, W)
    where    the path of the layer that makes the feature map
    channel  of that layer; None for the one with the strongest activation

    All activations of the layer but one are set to zero. Then, layer by layer, pooling is undone by the switches, which
    remember where each maximum was; what is negative is set to zero; and the transposed filters are applied.

    Returns the reconstruction (C, H, W), zero outside of the receptive field, and (channel, row, column). Raises
    ModelError where the layers before are of another kind.

    Source: Zeiler and Fergus 2014 (arXiv:1311.2901), section 2.1.
    """
    y = np.asarray(x)[None]
    steps = []
    for path, layer in _in_order(model):
        if isinstance(layer, Conv2d):
            if layer.padding_mode != "zeros":
                raise ModelError(f"{path} pads by {layer.padding_mode!r}; the way back is known for zeros")
            steps.append((layer, y.shape))
            y = layer(y)
        elif isinstance(layer, ReLU):
            steps.append((layer, None))
            y = layer(y)
        elif isinstance(layer, MaxPool2d):
            pooled, switches = F.max_pool2d(
                y, layer.kernel_size, layer.stride, layer.padding, layer.dilation, layer.ceil_mode, return_indices=True
            )
            steps.append((layer, (switches, y.shape)))
            y = pooled
        else:
            raise ModelError(
                f"{path} is a {type(layer).__name__}; the way back is known for Conv2d, ReLU and MaxPool2d, so name a "
                "layer before it"
            )
        if path == where:
            break
    else:
        raise ModelError(f"there is no layer {where!r}; there are {', '.join(path for path, _ in _in_order(model))}")
    maps = y[0] if channel is None else y[0, channel : channel + 1]
    found, row, column = np.unravel_index(int(np.argmax(maps)), maps.shape)
    place = (int(found) if channel is None else channel, int(row), int(column))
    back = np.zeros_like(y)
    back[(0, *place)] = y[(0, *place)]
    for layer, kept in reversed(steps):
        if isinstance(layer, MaxPool2d):
            switches, shape = kept
            back = F.max_unpool2d(back, switches, layer.kernel_size, layer.stride, layer.padding, shape[2:])
        elif isinstance(layer, ReLU):
            back = np.maximum(back, 0)
        else:
            back = _transposed(layer, back, kept)
    return back[0], place


def _transposed(layer, back, shape):
    """The transposed filters: the vector-Jacobian product of the convolution, without its bias."""
    from ...transforms import vjp

    _, pullback = vjp(lambda x: layer(x), np.zeros(shape, back.dtype))
    return pullback(back)[0]


def _in_order(model: Any) -> Any:
    """(path, layer) of the modules without modules in them, in the order of their paths."""
    return [
        (path, module)
        for path, module in model.named_modules()
        if path and not any(isinstance(child, Module) for _, child in _children(module))
    ]


def _children(module):
    from ..walking import children_of

    return children_of(module)


def deconvolution(model: Any, x: Any, where: str, channel: int | None = None, *, ax: Any = None) -> Any:
    """The reconstruction of `deconvolve` as an image; returns the Axes."""
    found, (channel, row, column) = deconvolve(model, x, where, channel)
    ax = new_axes(4.8, 4.4) if ax is None else ax
    shown = found[0] if len(found) == 1 else found.mean(axis=0)
    drawn = ax.imshow(shown, cmap="RdBu_r", **signed_limits(shown))
    ax.figure.colorbar(drawn, ax=ax, label="reconstruction")
    ax.set(xticks=[], yticks=[], title=f"{where}: channel {channel} at ({row}, {column})")
    return ax
