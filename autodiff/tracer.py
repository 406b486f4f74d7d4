"""A tracer stands for an array, or a Python number, while a function is being transformed.

`Tracer` gives its subclasses the face of an ndarray: Python's operators, the methods and attributes of ndarray, and
NumPy's two protocols, so that code written with plain `import numpy as np` runs unchanged. All of them end in the
call of a primitive, and that in the `apply` of the tracer with the highest level. A subclass is the whole of one
transformation: `Dual` is forward mode, `Var` is reverse mode; nothing else knows of them.

Every transformation draws a fresh tag from one counter and hands it to its tracers by a `Level`. The order of tags
is the order of nesting, so there is no stack of active transformations: nothing to leak when f raises, nothing for
threads to share, and no perturbation confusion, because a tracer of another level is a constant.
"""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import TracerConversionError, UnsupportedAttributeError, UnsupportedError

__all__ = ["Level", "Tracer", "dtype_of", "functions", "implements", "shape_of", "ufunc_methods", "ufuncs", "unwrap"]


class _Registry(dict):
    """What stands for what. Of NumPy's many functions the rarer ones are declared when one that is not known is met."""

    complete = False

    def __missing__(self, key):
        if key in self.load_all():
            return self[key]
        raise KeyError(key)

    def load_all(self):
        """Declares every rule there is; returns self."""
        if not _Registry.complete:
            _Registry.complete = True
            from . import rules

            rules.load_all()
        return self


ufuncs = _Registry()
"""np.ufunc -> the primitive that stands for it."""

ufunc_methods = _Registry()
"""'reduce', 'outer' ... -> function of (ufunc, *inputs, **keywords)."""

functions = _Registry()
"""NumPy function (by its __array_function__ identity) -> its traceable counterpart."""

_tags = itertools.count(1)  # next() on it is atomic


def implements(*stand_ins):
    """Declares a function to be the traceable counterpart of NumPy's."""

    def declare(implementation):
        for function in stand_ins:
            functions[function] = implementation
        return implementation

    return declare


class Level:
    """One running transformation: its tag, and whether its tracers may still be used."""

    __slots__ = ("closed", "tag")

    def __init__(self, tag=None):
        self.tag = next(_tags) if tag is None else tag
        self.closed = False


_DTYPES = {kind: np.dtype(kind) for kind in (float, int, bool, complex)}


def shape_of(x) -> Any:
    """np.shape, without its cost for numbers, arrays and tracers."""
    if x.__class__ in _DTYPES:
        return ()
    try:
        return x.shape
    except AttributeError:
        return np.shape(x)


def dtype_of(x):
    """The dtype of an array, a tracer or a Python number."""
    known = _DTYPES.get(x.__class__)
    if known is not None:
        return known
    try:
        return x.dtype
    except AttributeError:
        return np.asarray(x).dtype


def _operator(ufunc):
    def method(self, other):
        return ufuncs[ufunc](self, other)

    return method


def _reflected(ufunc):
    def method(self, other):
        return ufuncs[ufunc](other, self)

    return method


def _unary(ufunc):
    def method(self):
        return ufuncs[ufunc](self)

    return method


def _comparison(compare):
    """Comparisons follow the primal, so that branches are those of the undifferentiated program."""

    def method(self, other):
        return compare(self.primal, other.primal if isinstance(other, Tracer) else other)

    return method


def unwrap(x):
    """The plain number or array that a tracer stands for."""
    while isinstance(x, Tracer):
        x = x.primal
    return x


class Tracer:
    """An array or number under transformation. Subclasses implement `apply(primitive, args, params)`."""

    # One layout for all tracers, so that an assignment can turn a tracer of one level into one of another in place:
    # tangent belongs to Dual, index to Var, base and views to assignment.
    __slots__ = ("__weakref__", "base", "index", "level", "primal", "tangent", "views")

    __array_priority__ = 1000.0

    if TYPE_CHECKING:  # these, and the methods of ndarray, come from methods.py
        __getitem__: Any
        __setitem__: Any
        flat: Any

    def apply(self, primitive, args, params):
        """The result of a primitive of which this is the argument with the highest level."""
        raise NotImplementedError

    def stopped(self):
        """The value as a constant, outside of every differentiation."""
        value = self.primal.stopped() if isinstance(self.primal, Tracer) else self.primal
        return value.copy() if value.__class__ is np.ndarray else value  # a record may keep the array itself

    def truth(self):
        """The value as a condition, which has no derivative."""
        return unwrap(self)

    def snapshot(self):
        """The same value by itself: what is assigned to this tracer later is not seen there."""
        other = object.__new__(self.__class__)
        other.become(self)
        return other

    def become(self, value):
        """Stands for what another tracer stands for; bases and views stay as they are."""
        self.__class__ = value.__class__
        for name in ("primal", "level", "tangent", "index"):
            if hasattr(value, name):
                setattr(self, name, getattr(value, name))

    # -- NumPy's protocols

    def __array_ufunc__(self, ufunc, method, *inputs, **keywords):
        if method == "__call__" and not keywords:
            try:
                primitive = ufuncs[ufunc]
            except KeyError:
                raise UnsupportedError.function(f"np.{ufunc.__name__}") from None
            return primitive(*inputs)
        return ufunc_methods[method](ufunc, *inputs, **keywords)

    def __array_function__(self, function, types, args, kwargs):
        try:
            implementation = functions[function]
        except KeyError:
            raise UnsupportedError.function(_public_name(function)) from None
        if kwargs:
            args, kwargs = _by_position(function, args, kwargs)
        try:
            return implementation(*args, **kwargs)
        except TypeError as error:
            if "unexpected keyword argument" in str(error) or "positional argument" in str(error):
                raise UnsupportedError.keyword(_public_name(function), error) from error
            raise

    def __array__(self, dtype=None, copy=None):
        raise TracerConversionError.into_array(self)

    # -- shape and type

    @property
    def shape(self):
        return shape_of(self.primal)

    @property
    def dtype(self):
        return dtype_of(self.primal)

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        return int(np.prod(self.shape, dtype=int))

    @property
    def itemsize(self):
        return self.dtype.itemsize

    @property
    def nbytes(self):
        return self.size * self.itemsize

    @property
    def T(self):
        return np.transpose(self)

    @property
    def mT(self):
        return np.swapaxes(self, -1, -2)

    @property
    def real(self):
        return np.real(self)

    @property
    def imag(self):
        return np.imag(self)

    # -- Python's operators

    __add__, __radd__ = _operator(np.add), _reflected(np.add)
    __sub__, __rsub__ = _operator(np.subtract), _reflected(np.subtract)
    __mul__, __rmul__ = _operator(np.multiply), _reflected(np.multiply)
    __truediv__, __rtruediv__ = _operator(np.divide), _reflected(np.divide)
    __pow__, __rpow__ = _operator(np.power), _reflected(np.power)
    __matmul__, __rmatmul__ = _operator(np.matmul), _reflected(np.matmul)
    __floordiv__, __rfloordiv__ = _operator(np.floor_divide), _reflected(np.floor_divide)
    __mod__, __rmod__ = _operator(np.remainder), _reflected(np.remainder)
    __neg__, __pos__, __abs__ = _unary(np.negative), _unary(np.positive), _unary(np.absolute)

    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)
    __hash__ = object.__hash__

    def __divmod__(self, other):
        return self // other, self % other

    def __rdivmod__(self, other):
        return other // self, other % self

    # -- conversions: what has derivative zero passes, what would lose a derivative does not

    def __bool__(self):
        return bool(self.primal)

    def __int__(self):
        return int(unwrap(self))

    def __round__(self, digits=None):
        return round(unwrap(self)) if digits is None else round(unwrap(self), digits)

    def __trunc__(self):
        return int(unwrap(self))

    def __floor__(self):
        return int(np.floor(unwrap(self)))

    def __ceil__(self):
        return int(np.ceil(unwrap(self)))

    def __float__(self):
        raise TracerConversionError.into_float(self)

    def __complex__(self):
        raise TracerConversionError.into_float(self)

    # -- container

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a traced number: it has no axes")
        return self.shape[0]

    def __iter__(self):
        if not self.shape:
            raise TypeError("iteration over a traced number: it has no axes")
        return (self[k] for k in range(self.shape[0]))

    def __contains__(self, value):
        return bool(np.any(unwrap(self) == unwrap(value)))

    # -- printing

    def __repr__(self):
        return f"{type(self).__name__}({self.primal!r})"

    def __str__(self):
        return str(unwrap(self))

    def __format__(self, spec):
        return format(unwrap(self), spec)

    def __copy__(self):
        return self.copy()

    def __deepcopy__(self, memo):
        return self.copy()

    def __reduce__(self):
        raise TracerConversionError.into_pickle(self)

    def __getattr__(self, name):
        if hasattr(np.ndarray, name):
            raise UnsupportedAttributeError.of(self, name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")


def _by_position(function, args, kwargs):
    """Arguments with those up to the last traced one given by position, which is how rules tell them apart."""
    if not any(isinstance(value, Tracer) for value in kwargs.values()):
        return args, kwargs
    import inspect

    args, kwargs = list(args), dict(kwargs)
    for name, parameter in list(inspect.signature(function).parameters.items())[len(args) :]:
        if name not in kwargs or parameter.kind is not parameter.POSITIONAL_OR_KEYWORD:
            break
        args.append(kwargs.pop(name))
    return args, kwargs


def _public_name(function):
    module = getattr(function, "__module__", "numpy") or "numpy"
    return f"{module.replace('numpy', 'np', 1)}.{function.__name__}"
