"""Arrays taken apart: every part is an index into the whole, and so a view of it."""

import operator

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..tracer import implements, unwrap
from .keywords import newer


@implements(np.array_split)
def array_split(x, indices_or_sections, axis=0):
    axis = normalize_axis_index(axis, x.ndim)
    length = x.shape[axis]
    cuts = unwrap(indices_or_sections)
    if np.ndim(cuts) == 0:
        sections = operator.index(cuts)
        if sections <= 0:
            raise ValueError("number sections must be larger than 0.")
        size, longer = divmod(length, sections)
        cuts = [k * size + min(k, longer) for k in range(1, sections)]
    bounds = [0, *map(int, cuts), length]
    before = (slice(None),) * axis
    return [x[(*before, slice(start, stop))] for start, stop in zip(bounds[:-1], bounds[1:], strict=True)]


@implements(np.split)
def split(x, indices_or_sections, axis=0):
    if np.ndim(indices_or_sections) == 0 and x.shape[axis] % operator.index(indices_or_sections):
        raise ValueError("array split does not result in an equal division")
    return np.array_split(x, indices_or_sections, axis)


@implements(np.hsplit)
def hsplit(x, indices_or_sections):
    if x.ndim == 0:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return np.split(x, indices_or_sections, 1 if x.ndim > 1 else 0)


@implements(np.vsplit)
def vsplit(x, indices_or_sections):
    if x.ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return np.split(x, indices_or_sections, 0)


@implements(np.dsplit)
def dsplit(x, indices_or_sections):
    if x.ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return np.split(x, indices_or_sections, 2)


@implements(*newer("unstack"))
def unstack(x, /, *, axis=0):
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    before = (slice(None),) * normalize_axis_index(axis, x.ndim)
    return tuple(x[(*before, k)] for k in range(x.shape[axis]))
