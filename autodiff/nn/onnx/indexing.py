"""x[index] in ONNX: slices, then single numbers and new axes by reshaping, then gathering along one axis."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["getitem"]

_END = np.iinfo(np.int64).max


def getitem(graph: Any, operands: Any, result: Any, index: Any) -> str:
    """The rule of `x[index]`, with slices, ints, None, Ellipsis, and integer arrays along one axis."""
    (x,) = operands
    parts = index if isinstance(index, tuple) else (index,)
    parts = _without_ellipsis(parts, len(x.shape))
    arrays = [part for part in parts if isinstance(part, list | np.ndarray)]
    if len(arrays) > 1 or (arrays and np.asarray(arrays[0]).dtype.kind not in "iu"):
        raise ValueError("an index with several arrays, or with truth values, can't be exported; use one array of ints")
    starts, ends, steps, axes, gathered = [], [], [], [], None
    axis = 0
    for part in parts:
        if part is None:
            continue
        if isinstance(part, slice):
            if part != slice(None):
                start, stop, step = part.indices(x.shape[axis])
                starts.append(start)
                ends.append(stop if stop >= 0 else -_END)
                steps.append(step)
                axes.append(axis)
        elif isinstance(part, list | np.ndarray):
            gathered = (axis, np.asarray(part) % x.shape[axis])
        else:
            place = int(part) % x.shape[axis]
            starts.append(place)
            ends.append(place + 1)
            steps.append(1)
            axes.append(axis)
        axis += 1
    name = x.name
    if axes:
        name = graph.node("Slice", name, *(graph.integers(values) for values in (starts, ends, axes, steps)))
    if gathered is not None:
        axis, places = gathered
        name = graph.node("Gather", name, graph.constant(places.astype(np.int64)), axis=axis)
        if any(not isinstance(part, slice | list | np.ndarray) for part in parts) and places.ndim != 1:
            raise ValueError("an index that joins ints or None with an array can't be exported; index in two steps")
    return graph.node("Reshape", name, graph.integers(result[0]))


def _without_ellipsis(parts, ndim):
    used = sum(part is not None and part is not Ellipsis for part in parts)
    filled = []
    for part in parts:
        filled += [slice(None)] * (ndim - used) if part is Ellipsis else [part]
    return filled + [slice(None)] * (ndim - sum(part is not None for part in filled))
