"""ndarray's methods on a tracer: each is the NumPy function of the same name, or a line of its own."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .assignment import assign, link, overwrite
from .errors import InputError
from .rules.arithmetic import cast
from .rules.indexing import getitem, plain_index
from .rules.shapes import reshaped
from .tracer import Tracer, unwrap

_SAME_AS_FUNCTION = """
    all any argmax argmin argpartition argsort choose clip conj conjugate cumprod cumsum diagonal dot max mean
    min nonzero prod ptp ravel repeat round searchsorted squeeze std sum swapaxes take trace var
""".split()


def _function(name):
    function = getattr(np, name)

    def method(self, *args, **kwargs):
        return function(self, *args, **kwargs)

    method.__name__ = name
    method.__doc__ = f"np.{name} of this array."
    return method


def reshape(self, *shape, order: Any = "C", copy=None):
    """x.reshape(2, 3) and x.reshape((2, 3))."""
    shape = shape[0] if len(shape) == 1 else shape
    return np.reshape(self, shape, order=order) if copy is None else np.reshape(self, shape, order=order, copy=copy)


def transpose(self, *axes):
    """x.transpose(), x.transpose(1, 0) and x.transpose((1, 0))."""
    if len(axes) == 1 and not isinstance(axes[0], int | np.integer):
        axes = axes[0]
    return np.transpose(self, axes if axes != () else None)


def flatten(self, order: Any = "C"):
    """A copy in one dimension."""
    return np.ravel(self, order=order).copy()


def copy(self, order="C"):
    """The same value, on which assignments to this one have no effect."""
    return +self


def astype(self, dtype, order="K", casting="unsafe", subok=True, copy=True):
    """The array in another dtype; to integers or booleans it is untraced, the derivative being zero."""
    dtype = np.dtype(dtype)
    if dtype.kind not in "fc":
        return np.asarray(unwrap(self)).astype(dtype)
    return cast(self, dtype=dtype)


def item(self, *index):
    """One entry, as a traced number."""
    if not index:
        if self.size != 1:
            raise ValueError(f"item() of an array of shape {self.shape}: can only convert an array of size 1")
        return self[(0,) * self.ndim] if self.ndim else self[()]
    return np.ravel(self)[index[0]] if len(index) == 1 and not isinstance(index[0], tuple) else self[index]


def tolist(self):
    """The entries as nested lists of traced numbers."""
    return [part.tolist() if isinstance(part, Tracer) else part for part in self] if self.shape else self


def sort(self, axis=-1, kind=None, order=None, *, stable=None):
    """Sorts the array in place."""
    overwrite(self, np.sort(self, axis=axis, kind=kind, order=order, stable=stable))


def compress(self, condition, axis=None, out=None):
    """The entries along an axis where the condition holds."""
    return np.compress(condition, self, axis, out)


def flat(self):
    """The entries in C order, in one dimension; what is assigned to them is assigned to the array."""
    entries = np.reshape(self, (-1,))
    if isinstance(entries, Tracer) and getattr(entries, "base", None) is None:  # NumPy had to copy
        link(entries, self, reshaped, ((-1,),), {})
    return entries


def set_flat(self, values):
    """`x.flat = v`, for one value or as many as there are entries."""
    flat(self)[...] = np.ravel(values)


def fill(self, value):
    """Writes one value to every entry."""
    self[...] = value


def item_of(self, index):
    return getitem(self, index=plain_index(index))


def _in_place(symbol, function):
    """`x += v`: a number is replaced, as in Python; an array is written to, as in NumPy."""

    def method(self, other):
        result = function(self, other)
        if not isinstance(unwrap(self), np.ndarray):
            return result
        if result.shape != self.shape:
            raise InputError(f"`{symbol}` of shape {result.shape} does not fit into an array of shape {self.shape}")
        overwrite(self, result)
        return self

    return method


for _name in _SAME_AS_FUNCTION:
    setattr(Tracer, _name, _function(_name))

for _method in (reshape, transpose, flatten, copy, astype, item, tolist, sort, compress, fill):
    setattr(Tracer, _method.__name__, _method)

for _symbol in ("add", "sub", "mul", "truediv", "pow", "mod", "floordiv", "matmul"):
    setattr(Tracer, f"__i{_symbol}__", _in_place(_symbol, getattr(operator, _symbol)))

Tracer.flat = property(flat, set_flat)
Tracer.__getitem__ = item_of
Tracer.__setitem__ = assign
