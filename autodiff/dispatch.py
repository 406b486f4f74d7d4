"""What all primitives share: how a call finds its tracer, and what a cotangent has to fit."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .errors import InputError, UnsupportedError, user_line
from .tracer import Tracer, dtype_of, shape_of

__all__ = ["Constant", "Like", "Primitive", "astype", "fit", "pulled", "refuse_other_semantics"]


class Primitive:
    """A function with a rule. Calling it evaluates it, or hands it to the tracer of the highest level."""

    kind = "primitive"
    has_several_results = False  # then ans, its tangent and its cotangent are tuples

    def __init__(self, function, name=None):
        self.function = function
        self.name = name or function.__name__

    def __call__(self, *args, **params):
        top, tag, plain = None, 0, True
        for arg in args:
            if isinstance(arg, Tracer):
                level = arg.level.tag
                if level > tag:
                    top, tag = arg, level
                elif level == 0:
                    plain = False
            elif arg.__class__ not in _PLAIN:
                plain = False
        if params:
            for key, value in params.items():
                if isinstance(value, Tracer):
                    raise UnsupportedError.argument(self.name, repr(key))
        if not plain:
            args = [_plain(arg) for arg in args]
        if top is None:
            return self.evaluate(*args, **params)
        return top.apply(self, args, params)

    def evaluate(self, *args, **params):
        """The function itself, on plain values."""
        return self.function(*args, **params)

    def jvp(self, ans, args, tangents, params):
        """The tangent of ans, given those of args (None for a constant); None where ans is a constant."""
        raise NotImplementedError

    def vjp(self, ans, args, wanted, params):
        """(backward, kept), where backward(cotangent of ans, kept, times) gives the cotangents of args[i], i in wanted.

        `kept` is what the derivative needs, `times` the multiplication to use for elementwise products. A cotangent
        may be None for zero. None in place of the pair: ans is a constant.
        """
        raise NotImplementedError

    def keeps(self, k, wanted):
        """Whether the derivative needs the content of args[k], which is not traced."""
        return True

    def __repr__(self):
        return f"<{self.kind} primitive {self.name}>"


class Constant(Primitive):
    """A function whose derivative is zero wherever it exists: its result is untraced."""

    kind = "constant"

    def jvp(self, ans, args, tangents, params):
        return None

    def vjp(self, ans, args, wanted, params):
        return None

    def keeps(self, k, wanted):
        return False


def pulled(cotangent, pull, times):
    """The `backward` of rules that are written as a pull, a function of the cotangent alone, which is what is kept."""
    return pull(cotangent)


_PLAIN = frozenset({np.ndarray, np.float64, np.float32, float, int, bool, complex, tuple, str, type(None)})


def _plain(arg):
    """Buffers, which are traced only once they hold a traced value, and lists, as what they stand for."""
    if arg.__class__ is list:
        return np.asarray(arg)
    refuse_other_semantics(arg)
    return arg.primal if isinstance(arg, Tracer) and arg.level.tag == 0 else arg


def refuse_other_semantics(x):
    """Raises InputError for the subclasses of ndarray that compute otherwise than ndarray does."""
    if x.__class__ is not np.ndarray and isinstance(x, np.ndarray) and isinstance(x, np.matrix | np.ma.MaskedArray):
        remedy = "np.asarray(x)" if isinstance(x, np.matrix) else "x.filled(...), or np.where with the mask"
        raise InputError(
            f"a {type(x).__name__} can neither be differentiated nor be combined with a traced value{user_line()}: "
            f"use {remedy}"
        )


# -- what a cotangent has to fit ---------------------------------------------------------------------------------------


class Like(NamedTuple):
    """Shape and dtype of an array that need not be kept."""

    shape: tuple
    dtype: np.dtype

    @classmethod
    def of(cls, x):
        return cls(shape_of(x), dtype_of(x))

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        return int(np.prod(self.shape, dtype=int))


def fit(cotangent, like):
    """`cotangent` summed over the axes along which `like` was broadcast, in the dtype of `like`."""
    shape = shape_of(cotangent)
    if shape != like.shape:
        missing = len(shape) - len(like.shape)
        if missing > 0:
            cotangent = _sum(cotangent, range(missing))
        stretched = [k for k, n in enumerate(like.shape) if n == 1 and shape_of(cotangent)[k] != 1]
        if stretched:
            cotangent = np.reshape(_sum(cotangent, stretched), like.shape)
    dtype = dtype_of(cotangent)
    if dtype != like.dtype and like.dtype.kind in "fc":
        if dtype.kind == "c" and like.dtype.kind == "f":
            cotangent = np.real(cotangent)
        if dtype_of(cotangent) != like.dtype:
            cotangent = astype(cotangent, like.dtype)
    return cotangent


def _sum(x, axes):
    """Σ over some axes, by products with ones where BLAS is several times faster than np.sum."""
    axes = tuple(axes)
    if x.__class__ is not np.ndarray or len(axes) == x.ndim or x.dtype.char not in "fd":
        return np.sum(x, axis=axes)
    if axes == tuple(range(len(axes))) and x.flags.c_contiguous:
        rest = x.shape[len(axes) :]
        count = math.prod(x.shape[: len(axes)])
        return (np.ones(count, x.dtype) @ x.reshape(count, math.prod(rest))).reshape(rest)
    if axes == (x.ndim - 2,) and x.flags.c_contiguous:
        return np.matmul(np.ones((1, x.shape[-2]), x.dtype), x)[..., 0, :]
    return np.einsum(x, range(x.ndim), [k for k in range(x.ndim) if k not in axes])


def astype(x, dtype):
    return x.astype(dtype) if hasattr(x, "astype") else dtype.type(x)
