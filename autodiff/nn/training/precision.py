"""Data in the precision of the model."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import tree

__all__ = ["floating_dtype", "in_dtype"]


def floating_dtype(model: Any) -> Any:
    """The dtype of the parameters of a model; None where there are none, or several dtypes."""
    found = {leaf.dtype for leaf in tree.leaves(model) if hasattr(leaf, "dtype")}
    return found.pop() if len(found) == 1 else None


def in_dtype(batch: tuple, dtype: Any) -> tuple:
    """A batch whose real arrays of floats have a dtype; what else is in it stays as it is.

    float64 data, which NumPy makes unless told otherwise, would make a model of float32 compute in float64: twice the
    time and memory, for digits that its parameters do not keep.

    >>> [x.dtype.name for x in in_dtype((np.zeros(2), np.arange(2)), np.float32)]
    ['float32', 'int64']
    """
    if dtype is None or np.dtype(dtype).kind != "f":
        return batch

    def cast(leaf):
        is_other = isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f" and leaf.dtype != dtype
        return leaf.astype(dtype) if is_other else leaf

    return tuple(part if getattr(part, "dtype", None) == dtype else tree.map(cast, part) for part in batch)
