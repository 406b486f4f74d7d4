"""Layers that pool to a given size, and over the whole image."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from ..functional.geometry import numbers_of
from ..module import Module

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "GlobalAvgPool",
    "GlobalMaxPool",
]


class _Adaptive(Module):
    axes: int

    def __init__(self, output_size: Any):
        given = output_size if isinstance(output_size, list | tuple) else (output_size,)
        numbers_of(f"{type(self).__name__}'s output_size", tuple(1 if m is None else m for m in given), self.axes)
        self.output_size = tuple(given) if isinstance(output_size, list | tuple) else output_size

    def options(self) -> str:
        return str(self.output_size)


class _AdaptiveAvg(_Adaptive):
    def forward(self, x: Any) -> Any:
        pool = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)[self.axes - 1]
        return pool(x, self.output_size)


class AdaptiveAvgPool1d(_AdaptiveAvg):
    """Means of as many windows as wanted: see `AdaptiveAvgPool2d`."""

    axes = 1


class AdaptiveAvgPool2d(_AdaptiveAvg):
    """Means of windows that cover the image, as many as wanted: see `F.adaptive_avg_pool2d`.

    output_size  (H', W'), or one int for both; None keeps the size of that axis

    >>> import numpy as np
    >>> AdaptiveAvgPool2d((7, None))(np.zeros((1, 3, 10, 12))).shape
    (1, 3, 7, 12)
    """

    axes = 2


class AdaptiveAvgPool3d(_AdaptiveAvg):
    """Means of as many windows as wanted: see `AdaptiveAvgPool2d`."""

    axes = 3


class _AdaptiveMax(_Adaptive):
    def __init__(self, output_size: Any, return_indices: bool = False):
        super().__init__(output_size)
        self.return_indices = return_indices

    def forward(self, x: Any) -> Any:
        pool = (F.adaptive_max_pool1d, F.adaptive_max_pool2d, F.adaptive_max_pool3d)[self.axes - 1]
        return pool(x, self.output_size, self.return_indices)

    def options(self) -> str:
        return super().options() + (", return_indices=True" if self.return_indices else "")


class AdaptiveMaxPool1d(_AdaptiveMax):
    """The largest entries of as many windows as wanted: see `AdaptiveMaxPool2d`."""

    axes = 1


class AdaptiveMaxPool2d(_AdaptiveMax):
    """The largest entries of windows that cover the image, as many as wanted: see `F.adaptive_max_pool2d`.

    >>> import numpy as np
    >>> AdaptiveMaxPool2d(2)(np.zeros((1, 3, 5, 5))).shape
    (1, 3, 2, 2)
    """

    axes = 2


class AdaptiveMaxPool3d(_AdaptiveMax):
    """The largest entries of as many windows as wanted: see `AdaptiveMaxPool2d`."""

    axes = 3


class GlobalAvgPool(Module):
    """The mean of each channel over all places: (N, C, *size) → (N, C). Lin, Chen and Yan (2014).

    >>> import numpy as np
    >>> GlobalAvgPool()(np.ones((2, 3, 4, 4))).shape
    (2, 3)
    """

    def forward(self, x: Any) -> Any:
        return F.global_avg_pool(x)


class GlobalMaxPool(Module):
    """The largest entry of each channel: (N, C, *size) → (N, C).

    >>> import numpy as np
    >>> GlobalMaxPool()(np.ones((2, 3, 4, 4))).shape
    (2, 3)
    """

    def forward(self, x: Any) -> Any:
        return F.global_max_pool(x)
