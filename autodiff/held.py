"""Arrays that belong to the user, and that a tape keeps until its sweep.

NumPy code writes to its work arrays again and again. Where such an array was a constant factor of a traced value, the
derivative needs what was in it then. A small array is copied, which makes that right; of a large one a fingerprint is
taken, which is compared before the sweep, so that a gradient is never computed from other numbers than the value was.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from .errors import InputError
from .tracer import Tracer

__all__ = ["HeldArrays", "can_change"]

SMALL = 1 << 14  # bytes; copying these costs less than an operation on them

_BLOCK = 1024
_WEIGHTS = 0.5 + np.arange(_BLOCK) * 0.6180339887498949 % 1.0  # no two alike, and no pattern


def can_change(x):
    """Whether x is an array that someone may write to, or a traced value of another level, which may be assigned to."""
    return (x.__class__ is np.ndarray and (x.flags.writeable or x.base is not None)) or isinstance(x, Tracer)


class HeldArrays:
    """The large arrays that a tape holds, with their fingerprints."""

    __slots__ = ("_fingerprints",)

    def __init__(self):
        self._fingerprints = {}

    def hold(self, array):
        """The array as a record may keep it."""
        if array.nbytes <= SMALL:
            return array.copy()
        fingerprint = _fingerprint(array)
        if self._fingerprints.setdefault(id(array), (array, fingerprint))[1] != fingerprint:
            raise _changed(array)
        return array

    def check(self):
        """Raises InputError if one of them was written to."""
        for array, fingerprint in self._fingerprints.values():
            if _fingerprint(array) != fingerprint:
                raise _changed(array)


def _changed(array):
    return InputError(
        f"an array of shape {array.shape} and {array.dtype} was used with a traced value and then written to, before "
        "the derivative, which needs its former content, was taken. Use it as `a.copy()`, or write to a new array."
    )


def _fingerprint(array: Any):
    """A few numbers that almost surely change with any entry: random sums of blocks, at the speed of memory."""
    flat = np.ravel(array, order="K")
    if array.dtype.kind == "c":
        flat = flat.view(array.real.dtype)
    if array.dtype.kind in "fc" and array.dtype.itemsize in (4, 8, 16):
        whole = flat.size // _BLOCK * _BLOCK
        with np.errstate(all="ignore"):
            sums = flat[:whole].reshape(-1, _BLOCK) @ _WEIGHTS.astype(flat.dtype, copy=False)
        if np.isfinite(sums).all():
            return sums.tobytes() + flat[whole:].tobytes()
    return zlib.crc32(np.ascontiguousarray(flat).data)
