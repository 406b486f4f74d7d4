"""NumPy with arrays that can hold traced values: `import autodiff.numpy as np` in place of `import numpy as np`.

Everything is NumPy's own, which is differentiated under its own name as well, but for the functions that make arrays.
NumPy cannot know that a traced value is going to be assigned to np.zeros(3), or that there is one in a list:

    zeros ones empty full eye identity, zeros_like ...   an array of floats, which becomes traced when it has to
    array asarray asanyarray asfortranarray ...          traced where a number in the nested lists is

>>> import autodiff as ad
>>> import autodiff.numpy as np
>>> def f(x):
...     powers = np.zeros(3)
...     for i in range(3):
...         powers[i] = x**i
...     return np.array([powers.sum(), x]).prod()
>>> ad.grad(f)(2.0)
17.0
"""

from typing import TYPE_CHECKING, Any

import numpy as _numpy

from ..errors import InputError as _InputError
from ..rules import creation as _creation
from ..tracer import Tracer as _Tracer
from ..tracer import shape_of as _shape_of

if TYPE_CHECKING:
    from numpy import *  # noqa: F403

__all__ = _numpy.__all__  # noqa: PLE0605


def __getattr__(name):
    return getattr(_numpy, name)


def __dir__():
    return dir(_numpy)


# -- arrays of numbers -------------------------------------------------------------------------------------------------


def _declare_assignable(function):
    def assignable(*args: Any, **keywords: Any) -> Any:
        return _creation.assignable(function(*args, **keywords))

    assignable.__name__ = assignable.__qualname__ = function.__name__
    assignable.__doc__ = f"numpy.{function.__name__}, as an array that can hold traced values."
    return assignable


zeros, ones, empty, eye, identity = map(
    _declare_assignable, (_numpy.zeros, _numpy.ones, _numpy.empty, _numpy.eye, _numpy.identity)
)


zeros_like, ones_like = _creation.zeros_like, _creation.ones_like
empty_like, full_like = _creation.empty_like, _creation.full_like


def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = "C", *, device: Any = None, like: Any = None):
    """numpy.full, as an array that can hold traced values; a traced fill_value is traced everywhere."""
    return _creation.full(shape, fill_value, dtype, order)


# -- arrays of what there is already -----------------------------------------------------------------------------------


def array(object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K", subok: bool = False, ndmin: int = 0):
    """numpy.array, which is traced where the object is, or a number or array in its nested lists.

    >>> import autodiff as ad
    >>> ad.jacobian(lambda x: array([[x[0] * x[1], 1.0], [x[0], x[1]]]).sum(axis=0))(_numpy.array([2.0, 3.0]))
    array([[4., 2.],
           [0., 1.]])
    """
    if not _holds_traced(object):
        return _numpy.array(object, dtype, copy=copy, order=order, subok=subok, ndmin=ndmin)
    if isinstance(object, list | tuple):
        if copy is False:
            raise ValueError("Unable to avoid copy while creating an array from nested lists.")
        result = _stacked(object)
    else:
        result = object.copy() if copy else object
    if dtype is not None and _numpy.dtype(dtype) != result.dtype:
        result = result.astype(dtype)
    missing = ndmin - result.ndim
    return _numpy.reshape(result, (1,) * missing + result.shape) if missing > 0 else result


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
    return isinstance(x, _Tracer) or (isinstance(x, list | tuple) and any(map(_holds_traced, x)))


def _stacked(x):
    if not isinstance(x, list | tuple):
        return x
    parts = [_stacked(part) for part in x] if _holds_traced(x) else [_numpy.asarray(x)]
    shapes = list(dict.fromkeys(map(_shape_of, parts)))
    if len(shapes) > 1:
        raise _InputError(
            f"np.array was given lists of different lengths: some of their items have shape {shapes[0]}, others "
            f"{shapes[1]}. Give all rows the same length, or keep them in a list."
        )
    return _numpy.stack(parts) if _holds_traced(x) else parts[0]
