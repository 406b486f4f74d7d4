"""Another shape, the same entries: each line is a function and its transpose. `view` where NumPy has a view."""

import math

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from ..primitive import View, linear, view
from ..tracer import Tracer, dtype_of, implements, shape_of, unwrap
from .keywords import as_array, newer

# -- reshape and ravel -------------------------------------------------------------------------------------------------

reshaped = View(np.reshape, (lambda c, x, shape, order="C": np.reshape(c, x.shape, order=order),), name="reshape")


@implements(np.reshape)
def reshape(x, shape=None, order="C", *, newshape=None, copy=None):
    shape = newshape if shape is None else shape
    if order == "C" and copy is None:
        return reshaped(x, shape)
    result = reshaped(x, shape, **_fixed_order(x, order))
    return _with_copy(result, x, copy, "np.reshape")


@implements(np.ravel)
def ravel(x, order="C"):
    if order == "K":
        strides = np.abs(np.asarray(unwrap(x)).strides)
        x, order = np.transpose(x, np.argsort(-strides, stable=True)), "C"
    return reshaped(x, (-1,), **_fixed_order(x, order))


def _fixed_order(x, order):
    """The order "A" is that of the memory of the undifferentiated array."""
    if order == "A":
        order = "F" if np.asarray(unwrap(x)).flags.fnc else "C"
    return {} if order == "C" else {"order": order}


def _with_copy(result, x, copy, name):
    if copy:
        return result.copy()
    if copy is False and not np.may_share_memory(unwrap(result), unwrap(x)):
        raise ValueError(f"{name}: unable to avoid creating a copy while reshaping")
    return result


# -- axes: moved, added, removed ---------------------------------------------------------------------------------------


def _transpose_back(c, x, axes=None):
    return np.transpose(c, None if axes is None else np.argsort(normalize_axis_tuple(axes, x.ndim)))


view(np.transpose, _transpose_back, stands_for=(np.permute_dims,))
view(np.swapaxes, lambda c, x, axis1, axis2: np.swapaxes(c, axis1, axis2))
view(np.moveaxis, lambda c, x, source, destination: np.moveaxis(c, destination, source))
view(np.matrix_transpose, lambda c, x: np.matrix_transpose(c))
view(np.expand_dims, lambda c, x, axis: np.reshape(c, x.shape))
view(np.squeeze, lambda c, x, axis=None: np.reshape(c, x.shape))


@implements(np.broadcast_to)
def broadcast_to(x, shape, subok=False):
    return _broadcast_to(x, shape)


_broadcast_to = View(np.broadcast_to, (lambda c, x, shape: c,), name="broadcast_to")  # `fit` sums over what is new


# -- the same shape, another order -------------------------------------------------------------------------------------

view(np.flip, lambda c, x, axis=None: np.flip(c, axis))
view(np.fliplr, lambda c, x: np.fliplr(c))
view(np.flipud, lambda c, x: np.flipud(c))
view(np.rot90, lambda c, x, k=1, axes=(0, 1): np.rot90(c, -k, axes))
linear(np.roll, lambda c, x, shift, axis=None: np.roll(c, np.negative(shift), axis))
linear(np.tril, lambda c, x, k=0: np.tril(c, k))
linear(np.triu, lambda c, x, k=0: np.triu(c, k))


@implements(np.rollaxis)
def rollaxis(x, axis, start=0):
    ndim = len(shape_of(x))
    axis = normalize_axis_index(axis, ndim)
    if not -ndim <= start <= ndim:
        raise np.exceptions.AxisError(f"start={start} is out of range for an array of {ndim} dimensions")
    start = start + ndim if start < 0 else start
    return np.moveaxis(x, axis, start - 1 if axis < start else start)


# -- at least so many axes; to the same shape --------------------------------------------------------------------------


def _declare_at_least(function, enlarged):
    @implements(function)
    def at_least(*arrays):
        results = tuple(enlarged(x) if isinstance(x, Tracer) else function(x) for x in arrays)
        return results if len(arrays) != 1 else results[0]


_declare_at_least(np.atleast_1d, lambda x: x if x.ndim >= 1 else np.reshape(x, (1,)))
_declare_at_least(np.atleast_2d, lambda x: x if x.ndim >= 2 else np.reshape(x, (1, x.size)))
_declare_at_least(
    np.atleast_3d,
    lambda x: x if x.ndim >= 3 else np.reshape(x, (*x.shape, 1) if x.ndim == 2 else (1, x.size, 1)),
)


@implements(np.broadcast_arrays)
def broadcast_arrays(*arrays, subok=False):
    shape = np.broadcast_shapes(*map(shape_of, arrays))
    return tuple(as_array(x) if shape_of(x) == shape else np.broadcast_to(x, shape) for x in arrays)


@implements(np.meshgrid)
def meshgrid(*axes, copy=True, sparse=False, indexing="xy"):
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    ndim = len(axes)
    grids = [np.reshape(x, (1,) * k + (-1,) + (1,) * (ndim - 1 - k)) for k, x in enumerate(axes)]
    if indexing == "xy" and ndim > 1:
        grids = [np.swapaxes(grid, 0, 1) for grid in grids]
    if not sparse:
        grids = np.broadcast_arrays(*grids)
    return tuple(np.copy(grid) for grid in grids) if copy else tuple(grids)


# -- copies, casts, and what is known without values -------------------------------------------------------------------


@implements(np.copy)
def copy(x, order="K", subok=False):
    return x.copy()


@implements(*newer("astype"))
def astype(x, dtype, /, *, copy=True, device=None):
    return x.astype(dtype) if copy or dtype_of(x) != np.dtype(dtype) else x


@implements(np.shape)
def shape(a):
    return a.shape


@implements(np.ndim)
def ndim(a):
    return a.ndim


@implements(np.size)
def size(a, axis=None):
    if axis is None:
        return a.size
    return math.prod(a.shape[k] for k in normalize_axis_tuple(axis, a.ndim))
