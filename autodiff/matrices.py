"""The fast path of reverse mode for what loops over arrays do at every step: slices, transposes, products of matrices.

What these do to a plain array takes less time than the general way from a call to its record. Here that way is written
out for variables of one tape that hold plain arrays; whatever else there is goes the general way, which gives the same
record in effect. `scalars` is the same for numbers and elementwise operations, and gives these functions to `Var`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .assignment import link
from .dispatch import Like, fit
from .held import can_change
from .rules.indexing import getitem, getitem_back
from .rules.products import matmul
from .tape import Scatter, Var
from .tracer import functions

__all__ = ["part", "product", "transposed"]

_PLACES = frozenset({slice, int, type(None), type(Ellipsis)})  # indices that give views, and pick nothing twice


def part(self: Any, index: Any) -> Any:
    """x[index], a view, for slices, integers, None and Ellipsis; None where it is not of this kind."""
    x = self.primal
    if x.__class__ is not np.ndarray:
        return None
    kind = index.__class__
    if kind is tuple:
        for place in index:
            if place.__class__ not in _PLACES:
                return None
    elif kind not in _PLACES:
        return None
    array = x[index]
    if array.__class__ is not np.ndarray:
        return None
    view = self.level.append(array, ((self.index,), _back_to_its_place, (index, Like(x.shape, x.dtype))))
    link(view, self, getitem, (), {"index": index})
    return view


def _back_to_its_place(cotangent, kept, times):
    index, like = kept
    if cotangent.__class__ is np.ndarray and cotangent.dtype is like.dtype:
        return (Scatter(cotangent, index, like, True),)
    return (getitem_back(cotangent, like, index),)


def transposed(self: Any) -> Any:
    """x.T, a view."""
    x = self.primal
    if x.__class__ is not np.ndarray:
        return np.transpose(self)
    view = self.level.append(x.T, ((self.index,), _transposed_back, x.dtype))
    link(view, self, functions[np.transpose], (), {})
    return view


def _transposed_back(cotangent, dtype, times):
    back = np.transpose(cotangent)
    return (back if back.dtype is dtype else fit(back, Like(back.shape, dtype)),)


def product(x: Any, y: Any) -> Any:
    """x @ y, where one of them is a `Var`, or both are."""
    of_x, of_y = x.__class__ is Var, y.__class__ is Var
    a, b = x.primal if of_x else x, y.primal if of_y else y
    if not (
        a.__class__ is np.ndarray
        and b.__class__ is np.ndarray
        and a.ndim == 2
        and b.ndim == 2
        and a.dtype is b.dtype
        and a.dtype.kind == "f"
    ):
        return matmul(x, y)
    if not of_y:
        tape = x.level
        return tape.append(a @ b, ((x.index,), _left_back, tape.hold(b) if can_change(b) else b))
    tape = y.level
    if not of_x:
        return tape.append(a @ b, ((y.index,), _right_back, tape.hold(a) if can_change(a) else a))
    if x.level is not tape:
        return matmul(x, y)
    return tape.append(a @ b, ((x.index, y.index), _both_back, (a, b)))


def _left_back(cotangent, b, times):
    back = np.dot(cotangent, b.T)  # not @, because it also hands BLAS what a sum has left with strides of zero
    return (back if back.dtype is b.dtype else fit(back, Like(back.shape, b.dtype)),)


def _right_back(cotangent, a, times):
    back = np.dot(a.T, cotangent)
    return (back if back.dtype is a.dtype else fit(back, Like(back.shape, a.dtype)),)


def _both_back(cotangent, kept, times):
    a, b = kept
    return (*_left_back(cotangent, b, times), *_right_back(cotangent, a, times))
