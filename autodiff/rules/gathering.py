"""Entries picked out by number, and put back by number: all of these are x[index] and x[index] = v in other words."""

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..tracer import dtype_of, implements, shape_of, unwrap
from .keywords import into

# -- picked out --------------------------------------------------------------------------------------------------------


@implements(np.take)
def take(a, indices, axis=None, out=None, mode="raise"):
    a, axis = _along(a, axis)
    indices = _within(indices, shape_of(a)[axis], mode)
    taken = _entries(a, np.atleast_1d(indices), axis)
    return into(out, taken if indices.ndim else taken[(slice(None),) * axis + (0,)])


@implements(np.take_along_axis)
def take_along_axis(arr, indices, axis=-1):
    arr, axis = _along(arr, axis)
    return arr[_index_along(shape_of(arr), indices, axis)]


@implements(np.compress)
def compress(condition, a, axis=None, out=None):
    a, axis = _along(a, axis)
    mask = np.zeros(shape_of(a)[axis], bool)
    mask[np.flatnonzero(unwrap(condition))] = True
    return into(out, _entries(a, mask, axis))


@implements(np.extract)
def extract(condition, arr):
    return np.compress(np.ravel(unwrap(condition)), np.ravel(arr))


def _along(a, axis):
    return (np.ravel(a), 0) if axis is None else (a, normalize_axis_index(axis, len(shape_of(a))))


def _entries(a, index, axis):
    return a[(slice(None),) * axis + (index,)]


def _within(indices, n, mode):
    """Indices as an array of integers; `mode` says what becomes of those that are not below n."""
    indices = np.asarray(unwrap(indices)).astype(np.intp, casting="same_kind")
    if mode == "wrap":
        return indices % n
    if mode == "clip":
        return np.clip(indices, 0, n - 1)
    return indices


def _index_along(shape, indices, axis):
    """The index that takes, in each line along an axis, the entries of the numbers given for that line."""
    indices = np.asarray(unwrap(indices))
    if indices.ndim != len(shape):
        raise ValueError(f"`indices` and `arr` must have the same number of dimensions: {indices.ndim}, {len(shape)}")
    return tuple(
        indices if k == axis else np.arange(n).reshape((-1,) + (1,) * (len(shape) - k - 1)) for k, n in enumerate(shape)
    )


# -- put back, in place ------------------------------------------------------------------------------------------------


@implements(np.put_along_axis)
def put_along_axis(arr, indices, values, axis):
    if axis is None:
        put(arr, indices, np.broadcast_to(values, shape_of(indices)))
    else:
        axis = normalize_axis_index(axis, arr.ndim)
        arr[_index_along(arr.shape, indices, axis)] = values


@implements(np.put)
def put(a, ind, v, mode="raise"):
    """a.flat[ind] = v, with v repeated as often as needed."""
    places = np.ravel(_within(ind, a.size, mode))
    values = np.ravel(v)
    if places.size and values.size:
        if places.min() < -a.size or places.max() >= a.size:
            raise IndexError(f"np.put: there is no entry {places.min()} or {places.max()} in an array of {a.size}")
        a[np.unravel_index(places % a.size, a.shape)] = _repeated(values, np.arange(places.size))


@implements(np.fill_diagonal)
def fill_diagonal(a, val, wrap=False):
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    if a.ndim > 2 and len(set(a.shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    columns = a.shape[1]
    end = columns * columns if a.ndim == 2 and not wrap else a.size
    step = columns + 1 if a.ndim == 2 else 1 + sum(columns**k for k in range(1, a.ndim))
    put(a, np.arange(0, min(end, a.size), step), val)


@implements(np.place)
def place(arr, mask, vals):
    """arr[mask] = the first of vals, one for each place, from the start again when they are used up."""
    mask = np.asarray(unwrap(mask), dtype=bool).reshape(arr.shape)
    count, values = np.count_nonzero(mask), np.ravel(vals)
    if count:
        if not values.size:
            raise ValueError("Cannot insert from an empty array!")
        arr[mask] = _repeated(values, np.arange(count))


@implements(np.putmask)
def putmask(a, mask, values):
    """a.flat[n] = values[n] for each n where mask.flat[n], with values repeated as often as needed."""
    mask = np.asarray(unwrap(mask), dtype=bool).reshape(a.shape)
    values = np.ravel(values)
    if values.size:
        a[mask] = _repeated(values, np.flatnonzero(mask))


@implements(np.copyto)
def copyto(dst, src, casting="same_kind", where=True):
    if not np.can_cast(dtype_of(src), dst.dtype, casting):
        raise TypeError(f"Cannot cast array data from {dtype_of(src)} to {dst.dtype} according to the rule {casting!r}")
    if where is True:
        dst[...] = src
    else:
        mask = np.broadcast_to(unwrap(where), dst.shape)
        dst[mask] = np.broadcast_to(src, dst.shape)[mask]


def _repeated(values, numbers):
    return values[numbers % values.size] if values.size > 1 else values
