"""Many small images side by side: samples, filters, feature maps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import ModelError, ShapeError
from ..watching import capture
from .canvas import new_axes

__all__ = ["feature_maps", "filters", "grid"]


def grid(
    images: Any,
    columns: int | None = None,
    *,
    labels: Any = None,
    cmap: str = "gray",
    same_scale: bool = True,
    ax: Any = None,
) -> Any:
    """Images in rows and columns; returns the Axes.

    images      (N, H, W), (N, 1, H, W) or (N, 3, H, W)
    columns     by default as many as make the whole about square
    labels      a text for each image, drawn in its corner
    same_scale  whether black and white are the same numbers in all images, or each image has its own

    Raises ShapeError for another shape.

    >>> ax = grid(np.zeros((5, 8, 8)), columns=3)
    >>> ax.images[0].get_array().shape
    (17, 26)
    """
    images = np.asarray(images, float)
    if images.ndim == 4 and images.shape[1] in (1, 3):
        images = images[:, 0] if images.shape[1] == 1 else np.moveaxis(images, 1, -1)
    if images.ndim not in (3, 4) or (images.ndim == 4 and images.shape[-1] != 3) or not len(images):
        raise ShapeError.of(
            "grid", "(N, H, W), (N, 1, H, W) or (N, 3, H, W)", images.shape, "draw one channel at a time, or three"
        )
    count, height, width = images.shape[:3]
    if not same_scale:
        axes = tuple(range(1, images.ndim))
        low, high = images.min(axis=axes, keepdims=True), images.max(axis=axes, keepdims=True)
        images = (images - low) / np.where(high > low, high - low, 1)
    across = min(count, columns or math.ceil(math.sqrt(count * height / width)))
    rows = math.ceil(count / across)
    whole = np.full((rows * (height + 1) - 1, across * (width + 1) - 1, *images.shape[3:]), np.nan)
    for k, image in enumerate(images):
        top, left = k // across * (height + 1), k % across * (width + 1)
        whole[top : top + height, left : left + width] = image
    ax = new_axes(*_size(rows, across, height, width)) if ax is None else ax
    if whole.ndim == 3:
        low, high = np.nanmin(whole), np.nanmax(whole)
        whole = np.nan_to_num((whole - low) / (high - low or 1), nan=1.0)
    ax.set_facecolor("white")
    ax.imshow(np.ma.masked_invalid(whole), cmap=cmap, interpolation="nearest")
    for k, label in enumerate([] if labels is None else labels):
        top, left = k // across * (height + 1), k % across * (width + 1)
        ax.text(
            left, top, str(label), ha="left", va="top", fontsize=7, color="black",
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        )  # fmt: skip
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)
    return ax


def _size(rows, columns, height, width):
    """In inches, so that the whole is at most 6.4 by 6.4."""
    across, down = columns * (width + 1), rows * (height + 1)
    scale = 6.4 / max(across, down)
    return max(1.5, across * scale), max(1.5, down * scale)


def filters(layer: Any, columns: int | None = None, *, channel: int | None = None, ax: Any = None) -> Any:
    """The kernels of a convolution, or the rows of a linear layer of images, as images; returns the Axes.

    layer    a module with a `weight`, or the array: (O, C, H, W), or (O, H·W)
    channel  of the input, where it has others than 1 or 3; by default kernels are averaged over channels

    Each has its own scale of grey.
    """
    weight = np.asarray(getattr(layer, "weight", layer))
    if weight.ndim == 2:
        side = math.isqrt(weight.shape[1])
        if side * side != weight.shape[1]:
            raise ShapeError.of(
                "filters", "(O, C, H, W) or (O, H·H)", weight.shape, "reshape the weight to images first"
            )
        weight = weight.reshape(-1, 1, side, side)
    if weight.ndim != 4:
        raise ShapeError.of("filters", "(O, C, H, W) or (O, H·H)", weight.shape, "give a convolution of images")
    if channel is not None:
        weight = weight[:, channel : channel + 1]
    elif weight.shape[1] not in (1, 3):
        weight = weight.mean(axis=1, keepdims=True)
    return grid(weight, columns, same_scale=False, ax=ax)


def feature_maps(model: Any, x: Any, where: str, columns: int | None = None, *, ax: Any = None) -> Any:
    """The channels that a layer makes of one image; returns the Axes.

    x      one image (C, H, W), or a batch of one
    where  the path of the layer, such as "0" or "features.3"
    """
    x = np.asarray(x)
    found = capture(model, x if x.ndim == 4 else x[None], where=where)
    y = np.asarray(next(iter(found.values())))
    if y.ndim != 4:
        raise ModelError(f"{where} makes an array of shape {y.shape}, no images (1, C, H, W); name a convolution")
    return grid(y[0], columns, same_scale=False, ax=ax)
