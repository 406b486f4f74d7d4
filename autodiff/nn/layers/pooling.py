"""Pooling layers with windows of fixed size, and the way back."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from ..errors import ModelError
from ..functional.geometry import numbers_of
from ..module import Module

__all__ = [
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "LPPool1d",
    "LPPool2d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
]


class _Pool(Module):
    """Windows of a size, at a stride; options beyond are keywords, shown where they are not the defaults."""

    axes: int
    padding: Any
    dilation: Any
    ceil_mode: bool
    return_indices: bool
    count_include_pad: bool
    divisor_override: int | None
    _defaults: dict[str, Any] = {}

    def _set(self, kernel_size, stride, **options):
        name = type(self).__name__
        self.kernel_size = numbers_of(f"{name}'s kernel_size", kernel_size, self.axes)
        self.stride = self.kernel_size if stride is None else numbers_of(f"{name}'s stride", stride, self.axes)
        for option, value in options.items():
            if option in ("padding", "dilation"):
                value = numbers_of(f"{name}'s {option}", value, self.axes, least=int(option == "dilation"))
            setattr(self, option, value)
        padding = options.get("padding", 0) and self.padding
        if padding and any(2 * p > k for p, k in zip(padding, self.kernel_size, strict=True)):
            raise ModelError(f"{name}: padding={padding} is at most half the kernel, {self.kernel_size}")

    def options(self) -> str:
        def shown(value):
            return str(value[0]) if isinstance(value, tuple) and len(set(value)) == 1 else repr(value)

        parts = [shown(self.kernel_size)] + [f"stride={shown(self.stride)}"] * (self.stride != self.kernel_size)
        for name, default in self._defaults.items():
            if shown(getattr(self, name)) != shown(default):
                parts.append(f"{name}={shown(getattr(self, name))}")
        return ", ".join(parts)


class _MaxPool(_Pool):
    _defaults = {"padding": 0, "dilation": 1, "return_indices": False, "ceil_mode": False}

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        dilation: Any = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ):
        self._set(
            kernel_size, stride, padding=padding, dilation=dilation, return_indices=return_indices, ceil_mode=ceil_mode
        )

    def forward(self, x: Any) -> Any:
        pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[self.axes - 1]
        return pool(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices)


class MaxPool1d(_MaxPool):
    """The largest entry of each window of a sequence (N, C, L): see `MaxPool2d`."""

    axes = 1


class MaxPool2d(_MaxPool):
    """The largest entry of each window of an image (N, C, H, W); of ties, the first: see `F.max_pool2d`.

    return_indices  whether to return (y, switches), which `MaxUnpool2d` takes

    >>> import numpy as np
    >>> MaxPool2d(3, stride=2), MaxPool2d(2)(np.zeros((1, 6, 28, 28))).shape
    (MaxPool2d(3, stride=2), (1, 6, 14, 14))
    """

    axes = 2


class MaxPool3d(_MaxPool):
    """The largest entry of each window of a volume (N, C, D, H, W): see `MaxPool2d`."""

    axes = 3


class _AvgPool(_Pool):
    _defaults = {"padding": 0, "ceil_mode": False, "count_include_pad": True, "divisor_override": None}

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ):
        self._set(
            kernel_size,
            stride,
            padding=padding,
            ceil_mode=ceil_mode,
            count_include_pad=count_include_pad,
            divisor_override=divisor_override,
        )
        if divisor_override == 0:
            raise ModelError(f"{type(self).__name__}: divisor_override is a number to divide by, not 0")

    def forward(self, x: Any) -> Any:
        given = x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad
        if self.axes == 1:
            return F.avg_pool1d(*given)
        return (F.avg_pool2d, F.avg_pool3d)[self.axes - 2](*given, self.divisor_override)


class AvgPool1d(_AvgPool):
    """The mean of each window of a sequence (N, C, L): see `AvgPool2d`."""

    axes = 1

    def __init__(
        self,
        kernel_size: Any,
        stride: Any = None,
        padding: Any = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ):
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)


class AvgPool2d(_AvgPool):
    """The mean of each window of an image (N, C, H, W): see `F.avg_pool2d`.

    >>> import numpy as np
    >>> AvgPool2d(3, 2, padding=1, count_include_pad=False)(np.ones((1, 1, 5, 5)))
    array([[[[1., 1., 1.],
             [1., 1., 1.],
             [1., 1., 1.]]]])
    """

    axes = 2


class AvgPool3d(_AvgPool):
    """The mean of each window of a volume (N, C, D, H, W): see `AvgPool2d`."""

    axes = 3


class _LPPool(_Pool):
    _defaults = {"ceil_mode": False}

    def __init__(self, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False):
        if not norm_type > 0:
            raise ModelError(f"{type(self).__name__}: norm_type is the p of a norm, p > 0, not {norm_type!r}")
        self.norm_type = norm_type
        self._set(kernel_size, stride, ceil_mode=ceil_mode)

    def forward(self, x: Any) -> Any:
        pool = (F.lp_pool1d, F.lp_pool2d)[self.axes - 1]
        return pool(x, self.norm_type, self.kernel_size, self.stride, self.ceil_mode)

    def options(self) -> str:
        return f"{self.norm_type}, {super().options()}"


class LPPool1d(_LPPool):
    """The p-norm of each window of a sequence (N, C, L): see `LPPool2d`."""

    axes = 1


class LPPool2d(_LPPool):
    """The p-norm of each window of an image (N, C, H, W), p = norm_type: see `F.lp_pool2d`.

    >>> import numpy as np
    >>> LPPool2d(2, 2)(np.full((1, 1, 2, 2), 3.0))
    array([[[[6.]]]])
    """

    axes = 2


class _MaxUnpool(_Pool):
    _defaults = {"padding": 0}

    def __init__(self, kernel_size: Any, stride: Any = None, padding: Any = 0):
        self._set(kernel_size, stride, padding=padding)

    def forward(self, x: Any, indices: Any, output_size: Any = None) -> Any:
        unpool = (F.max_unpool1d, F.max_unpool2d, F.max_unpool3d)[self.axes - 1]
        return unpool(x, indices, self.kernel_size, self.stride, self.padding, output_size)


class MaxUnpool1d(_MaxUnpool):
    """What `MaxPool1d` took, back at its place, and zeros elsewhere: see `MaxUnpool2d`."""

    axes = 1


class MaxUnpool2d(_MaxUnpool):
    """What `MaxPool2d` took, back at its place, and zeros elsewhere: called with its two results.

    >>> import numpy as np
    >>> x = np.array([[[[1.0, 2.0], [4.0, 3.0]]]])
    >>> MaxUnpool2d(2)(*MaxPool2d(2, return_indices=True)(x))
    array([[[[0., 0.],
             [4., 0.]]]])
    """

    axes = 2


class MaxUnpool3d(_MaxUnpool):
    """What `MaxPool3d` took, back at its place, and zeros elsewhere: see `MaxUnpool2d`."""

    axes = 3
