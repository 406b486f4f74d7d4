"""Another shape, the same entries: each line is a function and its transpose. `view` where NumPy has a view."""

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..primitive import View, linear, view
from ..tracer import implements, unwrap

# -- reshape and ravel -------------------------------------------------------------------------------------------------

_reshape = View(np.reshape, (lambda c, x, shape, order="C": np.reshape(c, x.shape, order=order),), name="reshape")


@implements(np.reshape)
def reshape(x, shape=None, order="C", *, newshape=None, copy=None):
    shape = newshape if shape is None else shape
    if order == "C" and copy is None:
        return _reshape(x, shape)
    result = _reshape(x, shape, **_fixed_order(x, order))
    return _with_copy(result, x, copy, "np.reshape")


@implements(np.ravel)
def ravel(x, order="C"):
    if order == "K":
        strides = np.abs(np.asarray(unwrap(x)).strides)
        x, order = np.transpose(x, np.argsort(-strides, stable=True)), "C"
    return _reshape(x, (-1,), **_fixed_order(x, order))


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
