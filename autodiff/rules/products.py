"""Products of vectors and matrices: matmul and tensordot are declared by their transposes, the rest is made of them.

A cotangent c of x @ y gives c yᵀ to x and xᵀ c to y; nothing is conjugated, since cotangents are paired bilinearly.
"""

from functools import lru_cache
from math import prod

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from ..errors import UnsupportedError
from ..primitive import Bilinear, bilinear
from ..tracer import implements, shape_of, ufuncs
from .hermitian import conjugate
from .keywords import into

__all__ = ["matmul"]


# -- matmul ------------------------------------------------------------------------------------------------------------
# np.dot in place of @ for two matrices: it hands BLAS also the cotangents that a sum has left with strides of zero.


def _matmul_left(c, x, y):
    """c yᵀ, where c is (..., m, k), x (..., m, n) and y (..., n, k), or without m or k where x or y is a vector."""
    if y.ndim == 1:
        return c * y if x.ndim == 1 else np.expand_dims(c, -1) * y
    if x.ndim == 1:
        return np.dot(y, c) if y.ndim == 2 else np.matmul(y, np.expand_dims(c, -1))[..., 0]
    if y.ndim == 2:
        return np.dot(c, y.T) if x.ndim == 2 else np.matmul(c, y.T)
    if x.ndim == 2:  # the sum over the batch and over k is one product of two matrices
        batch = tuple(range(y.ndim - 2))
        return np.tensordot(c, y, ((*batch, -1), (*batch, -1)))
    return np.matmul(c, np.swapaxes(y, -1, -2))


def _matmul_right(c, x, y):
    """xᵀ c, with the shapes of `_matmul_left`."""
    if x.ndim == 1:
        return c * x if y.ndim == 1 else np.expand_dims(x, -1) * np.expand_dims(c, -2)
    if y.ndim == 1:
        return np.dot(c, x) if x.ndim == 2 else np.dot(np.reshape(c, -1), _as_rows(x))
    if x.ndim == 2:
        return np.dot(x.T, c) if y.ndim == 2 else np.matmul(x.T, c)
    if y.ndim == 2:  # the sum over the batch and over m is one product of two matrices
        return np.dot(_as_rows(x).T, _as_rows(c))
    return np.matmul(np.swapaxes(x, -1, -2), c)


def _as_rows(x):
    """A stack of matrices as one matrix of all their rows."""
    *stack, n = x.shape
    return np.reshape(x, (prod(stack), n))


matmul = bilinear(np.matmul, _matmul_left, _matmul_right, stands_for=(np.linalg.matmul,))


# -- tensordot ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _tensordot_axes(ndim_x, ndim_y, of_x, of_y):
    """The axes to sum over and those to permute by, for the left transpose and for the right one."""
    of_x, of_y = normalize_axis_tuple(of_x, ndim_x), normalize_axis_tuple(of_y, ndim_y)
    free_x = tuple(axis for axis in range(ndim_x) if axis not in of_x)
    free_y = tuple(axis for axis in range(ndim_y) if axis not in of_y)
    count = len(free_x)
    # c yᵀ has the free axes of x and the summed ones in the order of y; xᵀ c has these in the order of x, then the free
    found_x = free_x + tuple(of_x[k] for k in _order(of_y))
    found_y = tuple(of_y[k] for k in _order(of_x)) + free_y
    left = (tuple(range(count, count + len(free_y))), free_y), _order(found_x)
    right = (free_x, tuple(range(count))), _order(found_y)
    return left, right


def _order(axes):
    return tuple(sorted(range(len(axes)), key=axes.__getitem__))


def _tensordot_left(c, x, y, axes):
    (summed, permuted), _ = _tensordot_axes(x.ndim, y.ndim, *axes)
    return np.transpose(np.tensordot(c, y, summed), permuted)


def _tensordot_right(c, x, y, axes):
    _, (summed, permuted) = _tensordot_axes(x.ndim, y.ndim, *axes)
    return np.transpose(np.tensordot(x, c, summed), permuted)


_tensordot = Bilinear(np.tensordot, _tensordot_left, _tensordot_right)


@implements(np.tensordot, np.linalg.tensordot)
def tensordot(a, b, axes=2):
    if np.ndim(axes) == 0:  # the last ones of a and the first ones of b
        axes = tuple(range(-axes, 0)), tuple(range(axes))
    of_a, of_b = (each if isinstance(each, int) else tuple(each) for each in axes)
    return _tensordot(a, b, axes=(of_a, of_b))


# -- made of the two ---------------------------------------------------------------------------------------------------


@implements(np.dot)
def dot(a, b, out=None):
    dims = len(shape_of(a)), len(shape_of(b))
    if 0 in dims:
        return into(out, np.multiply(a, b))
    if max(dims) <= 2 or dims[1] == 1:
        return into(out, matmul(a, b))
    return into(out, tensordot(a, b, (-1, -2)))


@implements(np.inner)
def inner(a, b):
    if shape_of(a) == () or shape_of(b) == ():
        return np.multiply(a, b)
    return tensordot(a, b, (-1, -1))


@implements(np.outer)
def outer(a, b, out=None):
    return into(out, np.multiply(np.reshape(a, (-1, 1)), np.reshape(b, (1, -1))))


@implements(np.linalg.outer)
def outer_of_vectors(x1, x2, /):
    for x in (x1, x2):
        if len(shape_of(x)) != 1:
            raise ValueError(
                f"np.linalg.outer takes two vectors, not arrays of shapes {shape_of(x1)} and {shape_of(x2)}"
            )
    return outer(x1, x2)


@implements(np.vdot)
def vdot(a, b, /):
    return matmul(conjugate(np.reshape(a, -1)), np.reshape(b, -1))


def vecdot(x1, x2):
    return np.einsum("...i,...i->...", conjugate(x1), x2)


def matvec(x1, x2):
    return matmul(x1, np.expand_dims(x2, -1))[..., 0]


def vecmat(x1, x2):
    return matmul(np.expand_dims(conjugate(x1), -2), x2)[..., 0, :]


ufuncs[np.vecdot] = vecdot
if hasattr(np, "matvec"):  # since NumPy 2.2
    ufuncs[np.matvec], ufuncs[np.vecmat] = matvec, vecmat


@implements(np.linalg.vecdot)
def vecdot_along(x1, x2, /, *, axis=-1):
    return vecdot(np.moveaxis(x1, axis, -1), np.moveaxis(x2, axis, -1))


@implements(np.kron)
def kron(a, b):
    """The products of all entries, each axis of a followed by the same axis of b and then merged with it."""
    ndim = max(len(shape_of(a)), len(shape_of(b)))
    in_a = (1,) * (ndim - len(shape_of(a))) + shape_of(a)
    in_b = (1,) * (ndim - len(shape_of(b))) + shape_of(b)
    blocks = np.reshape(a, [n for m in in_a for n in (m, 1)]) * np.reshape(b, [n for m in in_b for n in (1, m)])
    return np.reshape(blocks, [m * n for m, n in zip(in_a, in_b, strict=True)])


@implements(np.cross)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa, axisb, axisc = (axis,) * 3
    a, b = np.moveaxis(a, axisa, -1), np.moveaxis(b, axisb, -1)
    if shape_of(a)[-1:] != (3,) or shape_of(b)[-1:] != (3,):
        raise UnsupportedError.keyword(
            "np.cross", f"the vectors have the lengths {shape_of(a)[-1]} and {shape_of(b)[-1]}, not 3"
        )
    product = np.stack([a[..., i] * b[..., j] - a[..., j] * b[..., i] for i, j in ((1, 2), (2, 0), (0, 1))], axis=-1)
    return np.moveaxis(product, -1, normalize_axis_index(axisc, len(product.shape)))


@implements(np.linalg.cross)
def cross_in_three_dimensions(x1, x2, /, *, axis=-1):
    return cross(x1, x2, axis=axis)
