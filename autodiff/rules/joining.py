"""Arrays put together: concatenate, stack and what is made of them."""

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..primitive import Like, Linear, fit
from ..tracer import dtype_of, implements, shape_of
from .keywords import as_array, into


class Joining(Linear):
    """Linear in all its arguments, which are put side by side: places(likes, **params) are their indices in the result.

    They are found once for all arguments, so that to join a thousand takes a thousand steps.
    """

    def __init__(self, function, places, name):
        super().__init__(function, (), name)
        self.places = places

    def jvp(self, ans, args, tangents, params):
        zeros = (np.zeros(shape_of(x), dtype_of(x)) if t is None else t for x, t in zip(args, tangents, strict=True))
        return self(*zeros, **params)

    def vjp(self, ans, args, wanted, params):
        likes = [Like.of(arg) for arg in args]
        places = self.places(likes, **params)
        return _cut_apart, [(places[k], likes[k]) for k in wanted]


def _cut_apart(cotangent, kept, times):
    return [fit(cotangent[place], like) for place, like in kept]


def _stretches(likes, axis):
    """The slices that the arrays take of the joined one."""
    axis = normalize_axis_index(axis, likes[0].ndim)
    ends = np.cumsum([like.shape[axis] for like in likes]).tolist()
    before = (slice(None),) * axis
    return [(*before, slice(end - like.shape[axis], end)) for like, end in zip(likes, ends, strict=True)]


def _layers(likes, axis):
    """The indices that the arrays have in the stacked one."""
    before = (slice(None),) * normalize_axis_index(axis, likes[0].ndim + 1)
    return [(*before, k) for k in range(len(likes))]


_concatenate = Joining(lambda *arrays, axis: np.concatenate(arrays, axis=axis), _stretches, "concatenate")
_stack = Joining(lambda *arrays, axis: np.stack(arrays, axis=axis), _layers, "stack")


@implements(np.concatenate)
def concatenate(arrays, /, axis=0, out=None, *, dtype=None, casting="same_kind"):
    arrays = _cast(arrays, dtype, casting)
    if axis is None:
        arrays, axis = [np.ravel(x) for x in arrays], 0
    return into(out, _concatenate(*arrays, axis=axis))


@implements(np.stack)
def stack(arrays, axis=0, out=None, *, dtype=None, casting="same_kind"):
    return into(out, _stack(*_cast(arrays, dtype, casting), axis=axis))


@implements(np.vstack)
def vstack(arrays, *, dtype=None, casting="same_kind"):
    return np.concatenate(_each(np.atleast_2d, arrays), 0, dtype=dtype, casting=casting)


@implements(np.hstack)
def hstack(arrays, *, dtype=None, casting="same_kind"):
    arrays = _each(np.atleast_1d, arrays)
    axis = 0 if arrays and arrays[0].ndim == 1 else 1
    return np.concatenate(arrays, axis, dtype=dtype, casting=casting)


@implements(np.dstack)
def dstack(arrays):
    return np.concatenate(_each(np.atleast_3d, arrays), 2)


@implements(np.column_stack)
def column_stack(arrays):
    return np.concatenate(_each(lambda x: x if np.ndim(x) >= 2 else np.reshape(x, (-1, 1)), arrays), 1)


def _each(function, arrays):
    return [function(x) for x in arrays]


@implements(np.block)
def block(arrays):
    depth = _depth(arrays)
    return _block(arrays, depth, max(depth, _most_axes(arrays))) if depth else np.copy(arrays)


def _block(part, depth, ndim):
    """Lists of the innermost level are joined along the last axis, those around them along the one before."""
    if not isinstance(part, list):
        return np.reshape(part, (1,) * (ndim - np.ndim(part)) + np.shape(part))
    return np.concatenate([_block(inner, depth - 1, ndim) for inner in part], axis=-depth)


def _depth(part):
    if isinstance(part, tuple):
        raise TypeError("np.block takes nested lists; a tuple is not treated as an array or as a level of them")
    if not isinstance(part, list):
        return 0
    if not part:
        raise ValueError("np.block takes nested lists without empty ones")
    depths = {_depth(inner) for inner in part}
    if len(depths) > 1:
        raise ValueError("np.block takes lists that are all nested to the same depth")
    return 1 + depths.pop()


def _most_axes(part):
    return max(map(_most_axes, part)) if isinstance(part, list) else np.ndim(part)


def _cast(arrays, dtype, casting):
    """The arrays in the dtype asked for; a traced one that becomes integer is untraced, its derivative being zero."""
    if dtype is None and casting == "same_kind":
        return arrays
    wanted = np.result_type(*map(dtype_of, arrays)) if dtype is None else np.dtype(dtype)
    cast = []
    for x in arrays:
        if not np.can_cast(dtype_of(x), wanted, casting):
            raise TypeError(
                f"Cannot cast array data from {dtype_of(x)!r} to {wanted!r} according to the rule {casting!r}"
            )
        cast.append(as_array(x).astype(wanted))
    return cast
