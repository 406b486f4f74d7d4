"""The functions of `autodiff.numpy` that are not NumPy's own: those that make arrays from numbers and from arrays."""

from typing import Any

import numpy as np

from ..errors import InputError
from ..rules import creation
from ..tracer import Tracer, shape_of

__all__ = [
    "array",
    "asanyarray",
    "asarray",
    "ascontiguousarray",
    "asfortranarray",
    "empty",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "identity",
    "ones",
    "ones_like",
    "zeros",
    "zeros_like",
]

# -- arrays of numbers -------------------------------------------------------------------------------------------------


def _declare_assignable(function):
    def assignable(*args: Any, **keywords: Any) -> Any:
        return creation.assignable(function(*args, **keywords))

    assignable.__name__ = assignable.__qualname__ = function.__name__
    assignable.__doc__ = f"numpy.{function.__name__}, as an array that can hold traced values."
    return assignable


zeros, ones, empty, eye, identity = map(_declare_assignable, (np.zeros, np.ones, np.empty, np.eye, np.identity))
zeros_like, ones_like = creation.zeros_like, creation.ones_like
empty_like, full_like = creation.empty_like, creation.full_like


def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", *, device: Any = None, like: Any = None):
    """numpy.full, as an array that can hold traced values; a traced fill_value is traced everywhere."""
    return creation.full(shape, fill_value, dtype, order)


# -- arrays of what there is already -----------------------------------------------------------------------------------


def array(object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K", subok: bool = False, ndmin: int = 0):
    """numpy.array, which is traced where the object is, or a number or array in its nested lists.

    >>> import autodiff as ad
    >>> ad.jacobian(lambda x: array([[x[0] * x[1], 1.0], [x[0], x[1]]]).sum(axis=0))(np.array([2.0, 3.0]))
    array([[4., 2.],
           [0., 1.]])
    """
    if not _holds_traced(object):
        return np.array(object, dtype, copy=copy, order=order, subok=subok, ndmin=ndmin)
    if isinstance(object, list | tuple):
        if copy is False:
            raise ValueError("Unable to avoid copy while creating an array from nested lists.")
        result = _stacked(object)
    else:
        result = object.copy() if copy else object
    if dtype is not None and np.dtype(dtype) != result.dtype:
        result = result.astype(dtype)
    missing = ndmin - result.ndim
    return np.reshape(result, (1,) * missing + result.shape) if missing > 0 else result


def asarray(a: Any, dtype: Any = None, order: Any = None, *, device: Any = None, copy: Any = None):
    """numpy.asarray, which is traced where its argument is, or a number in its nested lists."""
    return array(a, dtype, copy=copy, order=order or "K")


asanyarray = asarray


def ascontiguousarray(a: Any, dtype: Any = None):
    """numpy.ascontiguousarray, which is traced where its argument is."""
    return array(a, dtype, copy=None, order="C", ndmin=1)


def asfortranarray(a: Any, dtype: Any = None):
    """numpy.asfortranarray, which is traced where its argument is."""
    return array(a, dtype, copy=None, order="F", ndmin=1)


def _holds_traced(x):
    return isinstance(x, Tracer) or (isinstance(x, list | tuple) and any(map(_holds_traced, x)))


def _stacked(x):
    if not isinstance(x, list | tuple):
        return x
    parts = [_stacked(part) for part in x] if _holds_traced(x) else [np.asarray(x)]
    shapes = list(dict.fromkeys(map(shape_of, parts)))
    if len(shapes) > 1:
        raise InputError(
            f"np.array was given lists of different lengths: some of their items have shape {shapes[0]}, others "
            f"{shapes[1]}. Give all rows the same length, or keep them in a list."
        )
    return np.stack(parts) if _holds_traced(x) else parts[0]
