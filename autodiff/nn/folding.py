"""Batch normalisation folded into the layer before it: one affine map in place of two, for a model that is in use."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import ModelError
from .layers.containers import Sequential
from .layers.linear import Identity

__all__ = ["fold_batch_norm"]


def fold_batch_norm(model: Any, pairs: Sequence[tuple[str, str]] = ()) -> Any:
    """W ← s W and b ← s (b - μ) + β, with s = γ / √(σ² + ε), for each layer that a batch normalisation follows.

    model  a model whose running statistics are final; it stays as it is
    pairs  paths of further layers and the batch normalisations that follow them; those that follow each other in a
           Sequential are found

    Returns a copy in evaluation mode that computes the same, with an Identity in place of each normalisation. Raises
    ModelError where a pair cannot be folded.

    >>> from autodiff import nn
    >>> fold_batch_norm(nn.Sequential(nn.Linear(3, 4, rng=0), nn.BatchNorm1d(4), nn.ReLU()))
    Sequential(
      0: Linear(3, 4)  # 16
      1: Identity()
      2: ReLU()
    )
    16 parameters
    """
    model = copy.deepcopy(model).eval()
    modules = dict(model.named_modules())
    for layer, norm in pairs:
        for path in (layer, norm):
            if path not in modules:
                raise ModelError(f"there is no module {path!r} in this model; there are {', '.join(modules)}")
    chosen = [(modules[layer], modules[norm]) for layer, norm in pairs]
    for module in modules.values():
        if isinstance(module, Sequential):
            for layer, norm in zip(module.layers[:-1], module.layers[1:], strict=True):
                if _is_batch_norm(norm) and _output_axis(layer) is not None:
                    chosen.append((layer, norm))
    for layer, norm in chosen:
        _fold(layer, norm)
        _replace(modules.values(), norm, Identity())
    return model


def _is_batch_norm(module):
    return type(module).__name__ in ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d")


def _output_axis(layer):
    """The axis of a layer's weight that its output channels are on; None for layers that are no affine maps."""
    name = type(layer).__name__
    if name == "Linear" or name in ("Conv1d", "Conv2d", "Conv3d"):
        return 0
    return 1 if name.startswith("ConvTranspose") else None


def _fold(layer, norm):
    axis = _output_axis(layer)
    if axis is None or not _is_batch_norm(norm):
        raise ModelError(f"a batch norm folds into a linear layer or a convolution, not {norm!r} into {layer!r}")
    if norm.running_mean is None:
        raise ModelError(f"{norm!r} has no running statistics to fold")
    groups = getattr(layer, "groups", 1) if axis else 1
    weight = layer.weight
    channels = weight.shape[axis] * groups
    if channels != norm.num_features:
        raise ModelError(f"{layer!r} has {channels} channels, but {norm!r} normalises {norm.num_features}")
    scale = 1 / np.sqrt(norm.running_var.astype(np.float64) + norm.eps)
    if norm.weight is not None:
        scale = scale * norm.weight
    shift = -norm.running_mean * scale + (0 if norm.bias is None else norm.bias)
    if axis:  # (in, out / groups, ...), the inputs group by group
        grouped = weight.reshape(groups, weight.shape[0] // groups, *weight.shape[1:])
        by_group = scale.reshape(groups, 1, -1, *(1,) * (weight.ndim - 2))
        layer.weight = (grouped * by_group).reshape(weight.shape).astype(weight.dtype)
    else:
        layer.weight = (weight * scale.reshape(-1, *(1,) * (weight.ndim - 1))).astype(weight.dtype)
    layer.bias = (shift + (0 if layer.bias is None else layer.bias * scale)).astype(weight.dtype)


def _replace(modules, old, new):
    """Puts a module where another one is, in attributes and in lists, tuples and dicts that are attributes."""
    for module in modules:
        for name, value in list(vars(module).items()):
            if value is old:
                setattr(module, name, new)
            elif isinstance(value, list | tuple) and any(part is old for part in value):
                setattr(module, name, type(value)(new if part is old else part for part in value))
            elif isinstance(value, dict) and any(part is old for part in value.values()):
                setattr(module, name, {key: new if part is old else part for key, part in value.items()})
