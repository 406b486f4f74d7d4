"""Assignment: `y[i] = v`, `y += v` and views of traced arrays mean what they mean in NumPy.

A traced array is a value: it is not written to, its name comes to stand for a new one. `assign` makes the new value
with `index_update` and lets the tracer *become* it, so that all who hold the tracer see the change. Then those whose
memory NumPy would share follow: a view is written back to its base, and the views of a base are taken afresh.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

from .errors import InputError
from .rules.indexing import index_update, plain_index
from .tracer import Level, Tracer, dtype_of, functions, ufuncs, unwrap

__all__ = ["Buffer", "assign", "link", "overwrite"]

_NO_TRANSFORMATION = Level(tag=0)


class Buffer(Tracer):
    """A plain array that becomes traced when a traced value is assigned to a part of it.

    What np.zeros and its kin of `autodiff.numpy` return, and np.zeros_like of a traced value. To every operation it
    is the array that it holds.

    >>> import autodiff as ad
    >>> def f(x):
    ...     y = Buffer(np.zeros(2))
    ...     y[0] = x * x
    ...     return y.sum()
    >>> ad.grad(f)(3.0)
    6.0
    """

    __slots__ = ()

    def __init__(self, array):
        self.primal = array
        self.level = _NO_TRANSFORMATION

    def __array__(self, dtype=None, copy=None):
        return np.array(self.primal, dtype=dtype, copy=copy)

    # While nothing in it is traced, it can also do what traced values cannot.

    def __array_function__(self, function, types, args, kwargs):
        if _no_rule_is_needed(function, functions, args, kwargs):
            return function(*_arrays(args), **_arrays(kwargs))
        return super().__array_function__(function, types, args, kwargs)

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        if _no_rule_is_needed(ufunc, ufuncs, inputs, keywords):
            return getattr(ufunc, method)(*_arrays(inputs), **_arrays(keywords))
        return super().__array_ufunc__(ufunc, method, *inputs, **keywords)

    def __getattr__(self, name):
        if name.startswith("_") or name in Tracer.__slots__ or not hasattr(np.ndarray, name):
            return super().__getattr__(name)
        return getattr(self.primal, name)

    def __float__(self):
        return float(self.primal)

    def __complex__(self):
        return complex(self.primal)

    def __reduce__(self):
        return Buffer, (self.primal,)

    def __repr__(self):
        return f"Buffer({self.primal!r})"


def _no_rule_is_needed(function, rules, args, kwargs):
    return function not in rules and function not in rules.load_all() and not _holds_traced((args, kwargs))


def _holds_traced(x):
    if isinstance(x, tuple | list):
        return any(map(_holds_traced, x))
    return _holds_traced(tuple(x.values())) if isinstance(x, dict) else isinstance(x, Tracer) and x.level.tag > 0


def _arrays(x: Any) -> Any:
    """The arrays of buffers, in the nested tuples, lists and dicts of the arguments of a function."""
    if isinstance(x, tuple | list):
        return type(x)(map(_arrays, x))
    if isinstance(x, dict):
        return {key: _arrays(value) for key, value in x.items()}
    return x.primal if isinstance(x, Buffer) else x


def assign(target, index, value):
    """target[index] = value."""
    index = plain_index(index)
    if not isinstance(value, Tracer):
        value = np.asarray(value)
    _require_room(target, value)
    _write(target, index_update(target, value, index=index))


def overwrite(target, value):
    """target[...] = value, for a value of the shape of target."""
    _require_room(target, value)
    if dtype_of(value) != target.dtype:
        if not np.can_cast(dtype_of(value), target.dtype, "same_kind"):
            raise InputError(
                f"an array of {target.dtype} cannot hold the result of this operation, of {dtype_of(value)}"
            )
        value = value.astype(target.dtype)
    if not isinstance(unwrap(value), np.ndarray):  # NumPy computes numbers from arrays without axes
        value = index_update(target, value, index=())
    _write(target, value)


def _require_room(target, value):
    array = unwrap(target)
    if array.__class__ is np.ndarray and not array.flags.writeable:
        raise ValueError("assignment destination is read-only")  # as NumPy says it
    if isinstance(value, Tracer) and dtype_of(value).kind in "fc" and target.dtype.kind not in "fc":
        raise InputError(
            f"a traced value of {dtype_of(value)} was assigned to an array of {target.dtype}, which would lose its "
            "derivative; create the array with dtype=float"
        )


def link(view, base, primitive, args, params):
    """Remembers that `view` is primitive(base, *args, **params) and shares its memory."""
    view.base = (base, primitive, args, params)
    try:
        views = base.views
    except AttributeError:
        views = base.views = {}
    key = id(view)
    views[key] = weakref.ref(view, lambda _: views.pop(key, None))


def _write(target, value):
    _become(target, value)
    _write_back(target)
    _refresh_views(target, except_for=None)


def _write_back(view):
    if getattr(view, "base", None) is None:
        return
    base, primitive, args, params = view.base
    places = primitive.function(np.arange(base.size).reshape(base.shape), *args, **params)
    _become(base, index_update(base, view, index=np.unravel_index(places, base.shape)))
    _write_back(base)
    _refresh_views(base, except_for=view)


def _refresh_views(base, except_for):
    for reference in list(getattr(base, "views", {}).values()):
        view = reference()
        if view is not None and view is not except_for:
            _, primitive, args, params = view.base
            _become(view, primitive(base, *args, **params))
            _refresh_views(view, except_for)


def _become(target, value):
    """Lets a tracer stand for another value: of the same transformation, of another one, or of none."""
    if not isinstance(value, Tracer):
        value = Buffer(value)
    target.become(value)
