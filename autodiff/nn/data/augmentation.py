"""Changes to images that leave their meaning: functions (images, rng) → images, on whole batches (N, ..., H, W).

Each draws its own numbers for every image of the batch, and returns a new array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "Compose",
    "add_noise",
    "cutout",
    "jitter",
    "mixup",
    "normalize",
    "random_crop",
    "random_flip",
    "random_rotation",
]


class Compose:
    """One change after the other.

    >>> augment = Compose(random_flip(), random_crop(padding=2))
    >>> augment(np.zeros((8, 3, 32, 32)), np.random.default_rng(0)).shape
    (8, 3, 32, 32)
    """

    def __init__(self, *steps: Callable[[Any, np.random.Generator], Any]):
        self.steps = steps

    def __call__(self, images: Any, rng: np.random.Generator) -> Any:
        for step in self.steps:
            images = step(images, rng)
        return images


def random_flip(probability: float = 0.5, axis: int = -1) -> Callable:
    """Mirrors each image with a probability; axis -1 exchanges left and right, -2 above and below.

    >>> random_flip(1.0)(np.array([[[1, 2]]]), np.random.default_rng(0))
    array([[[2, 1]]])
    """
    _probability(probability)

    def flip(images, rng):
        chosen = rng.random(len(images)) < probability
        flipped = np.array(images)
        flipped[chosen] = np.flip(flipped[chosen], axis)
        return flipped

    return flip


def random_crop(padding: int | None = None, size: tuple[int, int] | None = None, fill: float = 0.0) -> Callable:
    """Cuts a part of each image out, at a place of its own.

    padding  that many pixels of `fill` are put around the image first
    size     of the part, (H, W); by default that of the image
    """

    def crop(images, rng):
        images = np.asarray(images)
        height, width = images.shape[-2:] if size is None else size
        if padding:
            around = [(0, 0)] * (images.ndim - 2) + [(padding, padding)] * 2
            images = np.pad(images, around, constant_values=fill)
        rows, columns = images.shape[-2] - height, images.shape[-1] - width
        if rows < 0 or columns < 0:
            raise ValueError(f"a part of {height} × {width} can't be cut from an image of shape {images.shape[-2:]}")
        tops, lefts = rng.integers(0, rows + 1, len(images)), rng.integers(0, columns + 1, len(images))
        windows = np.lib.stride_tricks.sliding_window_view(images, (height, width), axis=(-2, -1))
        parts = [windows[k, ..., top, left, :, :] for k, (top, left) in enumerate(zip(tops, lefts, strict=True))]
        return np.stack(parts) if parts else images[..., :height, :width]

    return crop


def random_rotation(degrees: float) -> Callable:
    """Turns each image about its centre by an angle uniform on ±degrees, by linear interpolation; 0 comes in."""

    def rotate(images, rng):
        from scipy.ndimage import affine_transform

        images = np.asarray(images)
        angles = np.deg2rad(rng.uniform(-degrees, degrees, len(images)))
        centre = (np.array(images.shape[-2:]) - 1) / 2
        turned = np.empty_like(images)
        for k, angle in enumerate(angles):
            matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            offset: Any = centre - matrix @ centre
            for plane in np.ndindex(images.shape[1:-2]):
                turned[(k, *plane)] = affine_transform(images[(k, *plane)], matrix, offset, order=1)
        return turned

    return rotate


def add_noise(std: float) -> Callable:
    """Adds normal noise; the dtype stays."""

    def add(images, rng):
        images = np.asarray(images)
        return (images + std * rng.standard_normal(images.shape)).astype(images.dtype)

    return add


def jitter(brightness: float = 0.0, contrast: float = 0.0) -> Callable:
    """Multiplies the contrast about the mean by 1 ± contrast, and adds ± brightness, each image by its own numbers."""

    def change(images, rng):
        images = np.asarray(images)
        shape = (len(images),) + (1,) * (images.ndim - 1)
        factor, shift = 1 + rng.uniform(-contrast, contrast, shape), rng.uniform(-brightness, brightness, shape)
        mean = images.mean(axis=tuple(range(1, images.ndim)), keepdims=True)
        return (mean + factor * (images - mean) + shift).astype(images.dtype)

    return change


def cutout(size: int, fill: float = 0.0) -> Callable:
    """Covers a square of each image, with its centre anywhere. Source: DeVries and Taylor 2017 (arXiv:1708.04552)."""

    def cover(images, rng):
        covered = np.array(images)
        height, width = covered.shape[-2:]
        rows, columns = rng.integers(0, height, len(covered)), rng.integers(0, width, len(covered))
        for k, (row, column) in enumerate(zip(rows, columns, strict=True)):
            top, left = max(0, row - size // 2), max(0, column - size // 2)
            covered[k, ..., top : row - size // 2 + size, left : column - size // 2 + size] = fill
        return covered

    return cover


def mixup(inputs: Any, targets: Any, rng: np.random.Generator, alpha: float = 0.2) -> tuple[Any, Any]:
    """λ x + (1 - λ) x', and the same of targets: each observation mixed with another of the batch, λ ~ Beta(α, α).

    targets  (N, classes), probabilities or one-hot

    Source: Zhang, Cisse, Dauphin and Lopez-Paz 2018 (arXiv:1710.09412).

    >>> x, y = mixup(np.eye(2), np.eye(2), np.random.default_rng(0))
    >>> y.sum(axis=1)
    array([1., 1.])
    """
    inputs, targets = np.asarray(inputs), np.asarray(targets)
    if targets.ndim < 2:
        raise ValueError(f"mixup mixes probabilities, (N, classes), not targets of shape {targets.shape}; use one_hot")
    share = rng.beta(alpha, alpha, len(inputs))
    other = rng.permutation(len(inputs))

    def mixed(x):
        weight = share.reshape((-1,) + (1,) * (x.ndim - 1))
        return (weight * x + (1 - weight) * x[other]).astype(x.dtype)

    return mixed(inputs), mixed(targets)


def normalize(images: Any, mean: Any = None, std: Any = None) -> tuple[Any, Any, Any]:
    """((x - mean) / std, mean, std) for each channel of (N, C, H, W), or feature of (N, D); by default the data's own.

    The mean and std that come back are what test data has to be normalised with. Where std is 0 nothing is divided.

    >>> x, mean, std = normalize(np.array([[0.0, 5.0], [2.0, 5.0]]))
    >>> x
    array([[-1.,  0.],
           [ 1.,  0.]])
    """
    images = np.asarray(images)
    axes = tuple(k for k in range(images.ndim) if k != 1)
    mean = images.mean(axis=axes, keepdims=True) if mean is None else mean
    std = images.std(axis=axes, keepdims=True) if std is None else std
    return (images - mean) / np.where(std == 0, 1, std), mean, std


def _probability(p):
    if not 0 <= p <= 1:
        raise ValueError(f"a probability is between 0 and 1, not {p}")
