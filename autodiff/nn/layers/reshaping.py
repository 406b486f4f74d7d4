"""Layers that only give the entries another shape."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import ModelError, ShapeError
from ..module import Module

__all__ = ["Flatten", "Reshape", "Unflatten"]


class Flatten(Module):
    """Axes start_dim to end_dim as one: by default all but the batch axis.

    >>> Flatten()(np.zeros((32, 6, 5, 5))).shape
    (32, 150)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1):
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Any) -> Any:
        shape = x.shape
        start, end = (d + len(shape) if d < 0 else d for d in (self.start_dim, self.end_dim))
        if not 0 <= start <= end < len(shape):
            raise ShapeError.of(
                "Flatten", f"axes from {self.start_dim} to {self.end_dim}", shape, "the first is before the last"
            )
        return np.reshape(x, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))

    def options(self) -> str:
        return "" if (self.start_dim, self.end_dim) == (1, -1) else f"{self.start_dim}, {self.end_dim}"


class Unflatten(Module):
    """Axis `dim` as several.

    >>> Unflatten(1, (6, 5, 5))(np.zeros((32, 150))).shape
    (32, 6, 5, 5)
    """

    def __init__(self, dim: int, unflattened_size: Any):
        self.dim, self.unflattened_size = dim, tuple(unflattened_size)
        if sum(n == -1 for n in self.unflattened_size) > 1:
            raise ModelError(f"Unflatten: at most one size is -1, to be found, not {self.unflattened_size}")

    def forward(self, x: Any) -> Any:
        dim = self.dim + x.ndim if self.dim < 0 else self.dim
        known = math.prod(n for n in self.unflattened_size if n != -1)
        fits = 0 <= dim < x.ndim and (
            x.shape[dim] == known if -1 not in self.unflattened_size else known and x.shape[dim] % known == 0
        )
        if not fits:
            raise ShapeError.of("Unflatten", f"{known} entries on axis {self.dim}", x.shape, "see unflattened_size")
        parts = [x.shape[dim] // known if n == -1 else n for n in self.unflattened_size]
        return np.reshape(x, (*x.shape[:dim], *parts, *x.shape[dim + 1 :]))

    def options(self) -> str:
        return f"{self.dim}, {self.unflattened_size}"


class Reshape(Module):
    """Another shape for all axes but the first, that of the batch.

    >>> Reshape(6, 5, 5)(np.zeros((32, 150))).shape
    (32, 6, 5, 5)
    """

    def __init__(self, *shape: int):
        self.shape = tuple(shape)
        if sum(n == -1 for n in self.shape) > 1:
            raise ModelError(f"Reshape: at most one size is -1, to be found, not {self.shape}")

    def forward(self, x: Any) -> Any:
        entries, known = math.prod(x.shape[1:]), math.prod(n for n in self.shape if n != -1)
        if entries != known and not (-1 in self.shape and known and entries % known == 0):
            raise ShapeError.of(
                "Reshape", f"{known} entries for each sample", x.shape, f"it makes {self.shape} of them"
            )
        return np.reshape(x, (x.shape[0], *(entries // known if n == -1 else n for n in self.shape)))

    def options(self) -> str:
        return ", ".join(map(str, self.shape))
