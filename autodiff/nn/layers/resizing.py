"""Layers that make images larger or smaller, and that take them apart."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from ..errors import ModelError
from ..functional.geometry import numbers_of
from ..module import Module

__all__ = ["Fold", "PixelShuffle", "PixelUnshuffle", "Unfold", "Upsample"]


class Upsample(Module):
    """Each image interpolated at a new size: see `F.interpolate` for the formula and the options.

    size, scale_factor  one of the two
    mode                "nearest", "linear", "bilinear", "trilinear" or "bicubic"

    >>> import numpy as np
    >>> Upsample(scale_factor=2, mode="bilinear", align_corners=True)(np.array([[[[0.0, 3.0]]]]))
    array([[[[0., 1., 2., 3.],
             [0., 1., 2., 3.]]]])
    """

    def __init__(self, size: Any = None, scale_factor: Any = None, mode: str = "nearest", align_corners: bool = False):
        if (size is None) == (scale_factor is None):
            raise ModelError("Upsample: give either size or scale_factor")
        if mode not in ("nearest", "linear", "bilinear", "trilinear", "bicubic"):
            raise ModelError(
                f"Upsample: mode is 'nearest', 'linear', 'bilinear', 'trilinear' or 'bicubic', not {mode!r}"
            )
        self.size = tuple(size) if isinstance(size, list) else size
        self.scale_factor = tuple(scale_factor) if isinstance(scale_factor, list) else scale_factor
        self.mode, self.align_corners = mode, align_corners

    def forward(self, x: Any) -> Any:
        return F.interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners)

    def options(self) -> str:
        to = f"size={self.size}" if self.size is not None else f"scale_factor={self.scale_factor}"
        return f"{to}, mode={self.mode!r}" + (", align_corners=True" if self.align_corners else "")


class PixelShuffle(Module):
    """(N, C r², H, W) → (N, C, r H, r W): r² channels become one image of r times the size; see `F.pixel_shuffle`.

    >>> import numpy as np
    >>> PixelShuffle(2)(np.zeros((1, 8, 3, 3))).shape
    (1, 2, 6, 6)
    """

    def __init__(self, upscale_factor: int):
        (self.upscale_factor,) = numbers_of("PixelShuffle's upscale_factor", upscale_factor, 1)

    def forward(self, x: Any) -> Any:
        return F.pixel_shuffle(x, self.upscale_factor)

    def options(self) -> str:
        return str(self.upscale_factor)


class PixelUnshuffle(Module):
    """(N, C, r H, r W) → (N, C r², H, W): the inverse of `PixelShuffle`.

    >>> import numpy as np
    >>> PixelUnshuffle(2)(np.zeros((1, 2, 6, 6))).shape
    (1, 8, 3, 3)
    """

    def __init__(self, downscale_factor: int):
        (self.downscale_factor,) = numbers_of("PixelUnshuffle's downscale_factor", downscale_factor, 1)

    def forward(self, x: Any) -> Any:
        return F.pixel_unshuffle(x, self.downscale_factor)

    def options(self) -> str:
        return str(self.downscale_factor)


class Unfold(Module):
    """Every patch of an image as a column, im2col: (N, C, H, W) → (N, C·K, L); see `F.unfold`.

    >>> import numpy as np
    >>> Unfold(3, padding=1)(np.zeros((1, 2, 4, 4))).shape
    (1, 18, 16)
    """

    def __init__(self, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1):
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, x: Any) -> Any:
        return F.unfold(x, self.kernel_size, self.dilation, self.padding, self.stride)

    def options(self) -> str:
        return f"{self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


class Fold(Module):
    """The transpose of `Unfold`, col2im: (N, C·K, L) → (N, C, *output_size); see `F.fold`.

    >>> import numpy as np
    >>> Fold((4, 4), 3, padding=1)(np.zeros((1, 18, 16))).shape
    (1, 2, 4, 4)
    """

    def __init__(self, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1):
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def forward(self, x: Any) -> Any:
        return F.fold(x, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def options(self) -> str:
        return (
            f"{self.output_size}, {self.kernel_size}, dilation={self.dilation}, padding={self.padding}, "
            f"stride={self.stride}"
        )
