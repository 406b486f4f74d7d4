"""New arrays like a traced one, which can hold traced values, and arrays of numbers between two traced ends."""

import numpy as np

from .. import assignment  # which imports rules in turn, so its names are looked up when they are needed
from ..arguments import plain
from ..primitive import Linear
from ..tracer import Tracer, dtype_of, implements, shape_of, unwrap

__all__ = ["assignable", "empty_like", "full", "full_like", "ones_like", "zeros_like"]


def assignable(array):
    """The array as one that can hold traced values, unless its dtype is one that cannot."""
    return assignment.Buffer(array) if array.dtype.kind in "fc" else array


# -- like another array ------------------------------------------------------------------------------------------------


def _declare_like(function):
    @implements(function)
    def like(a, dtype=None, order="K", subok=True, shape=None, *, device=None):
        return assignable(function(np.asarray(unwrap(a)), dtype=dtype, order=order, shape=shape))

    like.__name__ = like.__qualname__ = function.__name__
    like.__doc__ = f"np.{function.__name__}, of an array that can hold traced values."
    return like


zeros_like, ones_like, empty_like = map(_declare_like, (np.zeros_like, np.ones_like, np.empty_like))


@implements(np.full_like)
def full_like(a, fill_value, dtype=None, order="K", subok=True, shape=None, *, device=None):
    """np.full_like, of an array that can hold traced values; a traced fill_value is traced everywhere."""
    shape = shape_of(a) if shape is None else shape
    return full(shape, fill_value, dtype_of(a) if dtype is None else dtype)


def full(shape, fill_value, dtype=None, order="C"):
    """An array of this shape with the value everywhere; a traced value is traced everywhere."""
    value = plain(fill_value)
    if not isinstance(value, Tracer):
        return assignable(np.full(shape, value, dtype, order))
    if dtype is not None and np.dtype(dtype) != value.dtype:
        value = value.astype(dtype)
    return np.broadcast_to(value, shape).copy()


# -- between two ends: linear in both ----------------------------------------------------------------------------------


def _weights(c, num, endpoint):
    """How far each number is on the way from start to stop, from 0 to 1, along the first axis."""
    steps = num - 1 if endpoint else num
    return np.reshape(np.arange(num) / max(steps, 1), (num,) + (1,) * (len(shape_of(c)) - 1))


_linspace = Linear(
    np.linspace,
    (
        lambda c, start, stop, num, endpoint: np.sum(c * (1 - _weights(c, num, endpoint)), axis=0),
        lambda c, start, stop, num, endpoint: np.sum(c * _weights(c, num, endpoint), axis=0),
    ),
)


@implements(np.linspace)
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None):
    numbers = _finished(_linspace(start, stop, num=int(num), endpoint=bool(endpoint)), dtype, axis)
    if not retstep:
        return numbers
    steps = num - 1 if endpoint else num
    return numbers, (stop - start) / steps if steps > 0 else np.nan


@implements(np.logspace)
def logspace(start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0):
    ndim = max(len(shape_of(x)) for x in (start, stop, base))
    start, stop = (np.reshape(x, (1,) * (ndim - len(shape_of(x))) + shape_of(x)) for x in (start, stop))
    exponents = np.linspace(start, stop, num, endpoint)  # (num, ...)
    return _finished(np.power(base, exponents), dtype, axis)


@implements(np.geomspace)
def geomspace(start, stop, num=50, endpoint=True, dtype=None, axis=0):
    """start · (stop / start)^t for t from 0 to 1."""
    if np.any(np.equal(start, 0)) or np.any(np.equal(stop, 0)):
        raise ValueError("Geometric sequence cannot include zero")
    ratio = np.divide(stop, start)
    t = np.reshape(np.linspace(0.0, 1.0, int(num), bool(endpoint)), (-1,) + (1,) * len(shape_of(ratio)))
    return _finished(start * ratio**t, dtype, axis)


def _finished(numbers, dtype, axis):
    """In the dtype asked for, integers being rounded down, and with the new axis where it is wanted."""
    if dtype is not None and dtype_of(numbers) != np.dtype(dtype):
        numbers = (np.floor(numbers) if np.dtype(dtype).kind in "iu" else numbers).astype(dtype)
    return numbers if axis == 0 else np.moveaxis(numbers, 0, axis)
