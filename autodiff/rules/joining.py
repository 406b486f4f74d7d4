"""Arrays put together: concatenate, stack and what is made of them."""

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

from ..primitive import Like, Linear, fit
from ..tracer import dtype_of, implements, shape_of
from .keywords import into


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
        cast.append((x if hasattr(x, "astype") else np.asarray(x)).astype(wanted))
    return cast
