"""Entries repeated, inserted and left out."""

import math

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from ..primitive import Linear
from ..tracer import dtype_of, implements, shape_of, unwrap
from .keywords import as_array

# -- repeat, tile, resize ----------------------------------------------------------------------------------------------

_repeat = Linear(
    np.repeat,
    (lambda c, x, n, axis: np.sum(np.reshape(c, (*x.shape[: axis + 1], n, *x.shape[axis + 1 :])), axis=axis + 1),),
)


@implements(np.repeat)
def repeat(x, repeats, axis=None):
    if axis is None:
        x, axis = np.ravel(x), 0
    axis = normalize_axis_index(axis, len(shape_of(x)))
    repeats = unwrap(repeats)
    if np.size(repeats) == 1:
        return _repeat(x, int(np.reshape(repeats, ())), axis)
    return _taken(x, np.repeat(np.arange(x.shape[axis]), repeats), axis)


def _taken(x, index, axis):
    return x[(*(slice(None),) * axis, index)]


def _tile_transpose(c, x, repeats):
    pairs = [n for pair in zip(repeats, x.shape, strict=True) for n in pair]
    return np.sum(np.reshape(c, pairs), axis=tuple(range(0, len(pairs), 2)))


_tile = Linear(np.tile, (_tile_transpose,))


@implements(np.tile)
def tile(x, reps):
    reps = (reps,) if np.ndim(reps) == 0 else tuple(reps)
    shape = shape_of(x)
    ndim = max(len(shape), len(reps))
    x = np.reshape(x, (1,) * (ndim - len(shape)) + shape)
    return _tile(x, (1,) * (ndim - len(reps)) + reps)


@implements(np.resize)
def resize(x, new_shape):
    shape = (new_shape,) if isinstance(new_shape, int | np.integer) else tuple(new_shape)
    if any(n < 0 for n in shape):
        raise ValueError("all elements of `new_shape` must be non-negative")
    size = x.size
    if size == 0:
        return np.zeros(shape, dtype_of(x))
    return np.reshape(np.ravel(x)[np.arange(math.prod(shape)) % size], shape)


# -- append, insert, delete, trim_zeros --------------------------------------------------------------------------------


@implements(np.append)
def append(x, values, axis=None):
    if axis is None:
        return np.concatenate([np.ravel(x), np.ravel(values)])
    return np.concatenate([x, values], axis=axis)


@implements(np.delete)
def delete(x, obj, axis=None):
    x, axis = _in_one_dimension(x, axis)
    return _taken(x, np.delete(np.arange(x.shape[axis]), unwrap(obj)), axis)


@implements(np.insert)
def insert(x, obj, values, axis=None):
    x, axis = _in_one_dimension(x, axis)
    n, before, after = x.shape[axis], x.shape[:axis], x.shape[axis + 1 :]
    places = np.arange(n)[obj] if isinstance(obj, slice) else np.asarray(unwrap(obj))
    if places.dtype == bool:
        places = np.flatnonzero(places)
    values = as_array(values)
    if values.ndim < x.ndim:
        values = np.reshape(values, (1,) * (x.ndim - values.ndim) + values.shape)
    if places.ndim == 0:  # then NumPy takes the first axis of the values for this one
        values = np.moveaxis(values, 0, axis)
    count = values.shape[axis] if places.size == 1 else places.size
    values = np.broadcast_to(values, (*before, count, *after)).astype(dtype_of(x))
    order = np.insert(np.arange(n), places, np.arange(n, n + count))
    return _taken(np.concatenate([x, values], axis=axis), order, axis)


def _in_one_dimension(x, axis):
    if axis is None:
        return np.ravel(x), 0
    x = as_array(x)
    return x, normalize_axis_index(axis, x.ndim)


@implements(np.trim_zeros)
def trim_zeros(x, trim="fb", axis=None):
    if trim.lower() not in ("f", "b", "fb", "bf"):
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    nonzero = unwrap(x) != 0
    axes = range(nonzero.ndim) if axis is None else normalize_axis_tuple(axis, nonzero.ndim)
    place = [slice(None)] * nonzero.ndim
    for k in axes:
        found = np.flatnonzero(nonzero.any(axis=tuple(j for j in range(nonzero.ndim) if j != k)))
        first, last = (found[0], found[-1]) if found.size else (nonzero.shape[k], -1)
        place[k] = slice(first if "f" in trim.lower() else None, last + 1 if "b" in trim.lower() else None)
    return x[tuple(place)]
