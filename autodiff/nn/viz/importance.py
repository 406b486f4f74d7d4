"""Which parts of an image a result depends on: by derivatives, and by covering them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...transforms import grad
from .canvas import new_axes

__all__ = ["occlusion", "occlusion_map", "saliency", "saliency_map"]


def saliency_map(model: Any, x: Any, target: int | Callable) -> np.ndarray:
    """max over channels of |∂ score / ∂ x|, (H, W), in evaluation mode.

    x       one image (C, H, W)
    target  the class whose score it is, or a function of the result (1, ...) of the model

    Source: Simonyan, Vedaldi and Zisserman 2014 (arXiv:1312.6034), section 3.1.

    >>> from autodiff import nn
    >>> model = nn.Sequential(nn.Flatten(), nn.Lambda(lambda x: x[:, :2]))
    >>> saliency_map(model, np.ones((1, 2, 2)), 1)
    array([[0., 1.],
           [0., 0.]])
    """
    x = np.asarray(x)
    score = _score(target)
    with model.eval_mode():
        found = grad(lambda x: score(model(x)))(x[None])
    return np.abs(found[0]).max(axis=0)


def occlusion_map(
    model: Any, x: Any, target: int | Callable, size: int = 5, stride: int = 1, fill: float = 0.0
) -> np.ndarray:
    """The score where a square is covered, for each place of the square: (rows, columns), in evaluation mode.

    x       one image (C, H, W)
    target  as for `saliency_map`
    size    of the square, in pixels
    stride  by how much it moves
    fill    what is in its place

    Source: Zeiler and Fergus 2014, section 4.2.
    """
    x = np.asarray(x)
    score = _score(target)
    rows = range(0, x.shape[1] - size + 1, stride)
    columns = range(0, x.shape[2] - size + 1, stride)
    found = np.empty((len(rows), len(columns)))
    with model.eval_mode():
        for i, top in enumerate(rows):
            covered = np.repeat(x[None], len(columns), axis=0)
            for j, left in enumerate(columns):
                covered[j, :, top : top + size, left : left + size] = fill
            y = model(covered)
            found[i] = [float(score(y[j : j + 1])) for j in range(len(columns))]
    return found


def _score(target):
    return target if callable(target) else lambda y: y[:, target].sum()


def saliency(model: Any, x: Any, target: int | Callable, *, ax: Any = None) -> Any:
    """How much each pixel changes the score, with the outline of the image; returns the Axes. See `saliency_map`."""
    found = saliency_map(model, x, target)
    ax = new_axes(5.6, 4.8) if ax is None else ax
    shown = ax.imshow(found, cmap="Greys")
    ax.figure.colorbar(shown, ax=ax, label="|∂ score / ∂ pixel|")
    return _outlined(x, ax)


def occlusion(
    model: Any,
    x: Any,
    target: int | Callable,
    size: int = 5,
    stride: int = 1,
    fill: float = 0.0,
    *,
    label: str = "score where a square here is covered",
    ax: Any = None,
) -> Any:
    """The score as a covered square moves over the image, at the square's centre, with the outline of the image.

    Returns the Axes. See `occlusion_map`.
    """
    found = occlusion_map(model, x, target, size, stride, fill)
    ax = new_axes(5.6, 4.8) if ax is None else ax
    low = (size - 1) / 2 - stride / 2
    extent = (low, low + found.shape[1] * stride, low + found.shape[0] * stride, low)
    shown = ax.imshow(found, cmap="viridis", extent=extent)
    _, height, width = np.shape(x)
    ax.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
    ax.figure.colorbar(shown, ax=ax, label=label)
    return _outlined(x, ax)


def _outlined(x, ax):
    """Lines where the image is half as bright as where it is brightest."""
    grey = np.asarray(x).mean(axis=0)
    if grey.max() > grey.min():
        level = (grey.max() + grey.min()) / 2
        ax.contour(grey, levels=[level], colors="white", linewidths=2.4)
        ax.contour(grey, levels=[level], colors="black", linewidths=1.0)
    ax.set(xticks=[], yticks=[])
    return ax
