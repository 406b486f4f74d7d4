"""Layers that pad sequences, images and volumes."""

from __future__ import annotations

from typing import Any

from .. import functional as F
from ..errors import ModelError, ShapeError
from ..functional.geometry import numbers_of
from ..module import Module

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]


class _Pad(Module):
    """padding: an int for all sides, or (before, after) for the last axis, then for the one before it, and so on."""

    axes: int
    mode: str

    def __init__(self, padding: Any):
        if isinstance(padding, list | tuple) and len(padding) != 2 * self.axes:
            raise ModelError(
                f"{type(self).__name__}: padding is an int, or {2 * self.axes} of them, before and after for each axis "
                f"from the last, not {padding!r}"
            )
        self.padding = numbers_of(f"{type(self).__name__}'s padding", padding, 2 * self.axes, least=-(1 << 31))

    def forward(self, x: Any) -> Any:
        if x.ndim <= self.axes:
            raise ShapeError.of(type(self).__name__, f"at least {self.axes + 1} axes", x.shape, "a batch comes first")
        return F.pad(x, self.padding, self.mode)

    def options(self) -> str:
        return str(self.padding[0] if len(set(self.padding)) == 1 else self.padding)


class _ConstantPad(_Pad):
    mode = "constant"

    def __init__(self, padding: Any, value: float):
        super().__init__(padding)
        self.value = float(value)

    def forward(self, x: Any) -> Any:
        return F.pad(x, self.padding, self.mode, self.value)

    def options(self) -> str:
        return f"{super().options()}, {self.value}"


class ConstantPad1d(_ConstantPad):
    """`value` before and after each sequence; see `F.pad`.

    >>> import numpy as np
    >>> ConstantPad1d((1, 2), 7)(np.zeros((1, 1, 1)))
    array([[[7., 0., 7., 7.]]])
    """

    axes = 1


class ConstantPad2d(_ConstantPad):
    """`value` around each image; padding (left, right, top, bottom), or one number."""

    axes = 2


class ConstantPad3d(_ConstantPad):
    """`value` around each volume; padding (left, right, top, bottom, front, back), or one number."""

    axes = 3


class ZeroPad1d(_Pad):
    """Zeros before and after each sequence; padding (before, after), or one number."""

    axes, mode = 1, "constant"


class ZeroPad2d(_Pad):
    """Zeros around each image; padding (left, right, top, bottom), or one number.

    >>> import numpy as np
    >>> ZeroPad2d((1, 0, 0, 1))(np.ones((1, 1, 1, 1)))
    array([[[[0., 1.],
             [0., 0.]]]])
    """

    axes, mode = 2, "constant"


class ZeroPad3d(_Pad):
    """Zeros around each volume; padding (left, right, top, bottom, front, back), or one number."""

    axes, mode = 3, "constant"


class ReflectionPad1d(_Pad):
    """Each sequence mirrored at its ends, which are not repeated.

    >>> import numpy as np
    >>> ReflectionPad1d(2)(np.array([[[1.0, 2.0, 3.0]]]))
    array([[[3., 2., 1., 2., 3., 2., 1.]]])
    """

    axes, mode = 1, "reflect"


class ReflectionPad2d(_Pad):
    """Each image mirrored at its borders, which are not repeated; padding (left, right, top, bottom), or one number."""

    axes, mode = 2, "reflect"


class ReflectionPad3d(_Pad):
    """Each volume mirrored at its borders, which are not repeated."""

    axes, mode = 3, "reflect"


class ReplicationPad1d(_Pad):
    """Each sequence continued by its first and its last entry.

    >>> import numpy as np
    >>> ReplicationPad1d((1, 2))(np.array([[[1.0, 2.0]]]))
    array([[[1., 1., 2., 2., 2.]]])
    """

    axes, mode = 1, "replicate"


class ReplicationPad2d(_Pad):
    """Each image continued by the entries at its border; padding (left, right, top, bottom), or one number."""

    axes, mode = 2, "replicate"


class ReplicationPad3d(_Pad):
    """Each volume continued by the entries at its border."""

    axes, mode = 3, "replicate"


class CircularPad1d(_Pad):
    """Each sequence continued as if it were periodic.

    >>> import numpy as np
    >>> CircularPad1d((1, 2))(np.array([[[1.0, 2.0, 3.0]]]))
    array([[[3., 1., 2., 3., 1., 2.]]])
    """

    axes, mode = 1, "circular"


class CircularPad2d(_Pad):
    """Each image continued as if it were a tile of many; padding (left, right, top, bottom), or one number."""

    axes, mode = 2, "circular"


class CircularPad3d(_Pad):
    """Each volume continued as if it were periodic."""

    axes, mode = 3, "circular"
