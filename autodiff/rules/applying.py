"""A function applied to an array line by line, or axis by axis."""

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..tracer import implements, shape_of


@implements(np.apply_along_axis)
def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    """func1d of each line along an axis; the axes of its results are put in the place of that axis."""
    axis = normalize_axis_index(axis, arr.ndim)
    lines = np.moveaxis(arr, axis, -1)
    outer = lines.shape[:-1]
    if 0 in outer:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [func1d(lines[place], *args, **kwargs) for place in np.ndindex(outer)]
    inner = shape_of(results[0])
    together = np.reshape(np.stack(results), outer + inner)
    return np.moveaxis(together, range(len(outer), together.ndim), range(axis, axis + len(inner)))


@implements(np.apply_over_axes)
def apply_over_axes(func, a, axes):
    """func(a, axis) for one axis after the other, each kept with length one."""
    for axis in np.ravel(axes):
        axis = normalize_axis_index(int(axis), a.ndim)
        result = func(a, axis)
        if result.ndim == a.ndim - 1:
            result = np.expand_dims(result, axis)
        if result.ndim != a.ndim:
            raise ValueError("function is not returning an array of the correct shape")
        a = result
    return a
