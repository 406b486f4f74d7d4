"""Norms of vectors and matrices. At a zero vector the derivative is 0; ties of a maximum or minimum share evenly.

An entry of zero has derivative zero, as abs has: also in the norms of order below 1, which have a cusp there.
"""

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..primitive import General
from ..tracer import implements, shape_of, unwrap
from .hermitian import conjugate, real
from .reductions import expanded

__all__ = []


# -- the norms of order p ----------------------------------------------------------------------------------------------


def _euclidean_value(x, axis, keepdims):
    if axis.__class__ is tuple and len(axis) > 2:
        return np.linalg.vector_norm(x, axis=axis, keepdims=keepdims)
    return np.linalg.norm(x, axis=axis, keepdims=keepdims)


def _euclidean_partial(ans, x, axis, keepdims):
    """x / ‖x‖, and 0 at the zero vector."""
    norm = expanded(ans, axis, keepdims)
    return conjugate(x) / np.where(np.equal(norm, 0), np.inf, norm)


def _of_order_value(x, axis, keepdims, order):
    return np.linalg.vector_norm(x, axis=axis, keepdims=keepdims, ord=order)


def _of_order_partial(ans, x, axis, keepdims, order):
    """sign(x) (|x| / ‖x‖)^(p-1), and 0 where x is 0."""
    norm = expanded(ans, axis, keepdims)
    zero = np.equal(x, 0) | np.equal(norm, 0)
    size, norm = np.where(zero, 1, np.abs(x)), np.where(np.equal(norm, 0), 1, norm)
    return np.where(zero, 0, conjugate(x) / size * (size / norm) ** (order - 1))


def _general(value, partial):
    """The primitive of a norm whose partial derivatives by all entries are given."""

    def jvp(dx, ans, x, axis, keepdims, *order):
        return np.sum(real(partial(ans, x, axis, keepdims, *order) * dx), axis=axis, keepdims=keepdims)

    def vjp(ans, x, axis, keepdims, *order):
        return lambda c: expanded(c, axis, keepdims) * partial(ans, x, axis, keepdims, *order)

    return General(value, (jvp,), (vjp,), name="norm")


_euclidean = _general(_euclidean_value, _euclidean_partial)
_of_order = _general(_of_order_value, _of_order_partial)


# -- np.linalg.norm and its parts --------------------------------------------------------------------------------------


@implements(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    if axis is None and (ord is None or (ord, len(shape_of(x))) in ((2, 1), ("fro", 2), ("f", 2))):
        return _euclidean(x, None, keepdims)
    axis = normalize_axis_tuple(range(len(shape_of(x))) if axis is None else axis, len(shape_of(x)))
    if len(axis) == 1:
        return _of_vectors(x, ord, axis[0], keepdims)
    if len(axis) == 2:
        return _of_matrices(x, ord, axis, keepdims)
    raise ValueError("Improper number of dimensions to norm.")


@implements(np.linalg.vector_norm)
def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    if axis is not None:
        axis = normalize_axis_tuple(axis, len(shape_of(x)))
    return _of_vectors(x, ord, axis, keepdims)


@implements(np.linalg.matrix_norm)
def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    return norm(x, ord, (-2, -1), keepdims)


def _of_vectors(x, order, axis, keepdims):
    if order is None or order == 2:
        return _euclidean(x, axis, keepdims)
    if isinstance(order, str):
        raise ValueError(f"Invalid norm order '{order}' for vectors")
    if order == 0:  # the number of entries that are not zero
        return np.linalg.vector_norm(unwrap(x), axis=axis, keepdims=keepdims, ord=0)
    if order in _REDUCTIONS:
        return _REDUCTIONS[order](np.abs(x), axis=axis, keepdims=keepdims)
    return _of_order(x, axis, keepdims, order)


_REDUCTIONS = {1: np.sum, np.inf: np.max, -np.inf: np.min}
_OF_SUMS = {1: (0, np.max), -1: (0, np.min), np.inf: (1, np.max), -np.inf: (1, np.min)}
_OF_SINGULAR_VALUES = {2: np.max, -2: np.min, "nuc": np.sum}


def _of_matrices(x, order, axis, keepdims):
    if order in (None, "fro", "f"):
        return _euclidean(x, axis, keepdims)
    if order in _OF_SUMS:  # the largest or smallest sum of a column or of a row
        summed, reduce = _OF_SUMS[order]
        sums = np.sum(np.abs(x), axis=axis[summed], keepdims=True)
        return reduce(sums, axis=axis, keepdims=keepdims)
    if order in _OF_SINGULAR_VALUES:
        values = np.linalg.svdvals(np.moveaxis(x, axis, (-2, -1)))
        norm = _OF_SINGULAR_VALUES[order](values, axis=-1)
        return np.expand_dims(norm, axis) if keepdims else norm
    raise ValueError("Invalid norm order for matrices.")


@implements(np.linalg.cond)
def cond(x, p=None):
    """The ratio of singular values, or ‖x‖ ‖x⁻¹‖ in another norm."""
    if p in (None, 2, -2):
        s = np.linalg.svdvals(x)
        with np.errstate(all="ignore"):
            return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return norm(x, p, (-2, -1)) * norm(np.linalg.inv(x), p, (-2, -1))
