"""Diagonals, taken out of matrices and put into them: each of the two is the transpose of the other."""

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..primitive import Linear, View
from ..tracer import implements, shape_of
from .keywords import into

__all__ = ["embed"]


def _put(c, shape, offset, axis1, axis2):
    """Zeros of this shape with c, whose last axis runs along the diagonal, in place of the diagonal."""
    out = np.zeros(shape, c.dtype)
    along = np.arange(c.shape[-1])
    place = [slice(None)] * len(shape)
    place[axis1], place[axis2] = along + max(-offset, 0), along + max(offset, 0)
    apart = abs(axis1 - axis2) > 1  # where NumPy moves an axis that is indexed by two arrays to the front
    out[tuple(place)] = np.moveaxis(c, -1, 0 if apart else min(axis1, axis2))
    return out


def _normal(shape, axis1, axis2):
    return normalize_axis_tuple((axis1, axis2), len(shape))


_diagonal = View(
    np.diagonal,
    (lambda c, x, offset, axis1, axis2: embed(c, x.shape, offset, *_normal(x.shape, axis1, axis2)),),
)
embed = Linear(
    _put,
    (lambda c, x, shape, offset, axis1, axis2: np.diagonal(c, offset, axis1, axis2),),
    name="embed_diagonal",
)


@implements(np.diagonal)
def diagonal(a, offset=0, axis1=0, axis2=1):
    return _diagonal(a, offset, axis1, axis2)


@implements(np.linalg.diagonal)
def diagonal_of_matrices(x, /, *, offset=0):
    return _diagonal(x, offset, -2, -1)


@implements(np.diag)
def diag(v, k=0):
    shape = shape_of(v)
    if len(shape) == 2:
        return np.diagonal(v, k)
    if len(shape) != 1:
        raise ValueError("Input must be 1- or 2-d.")
    return embed(v, (shape[0] + abs(k),) * 2, k, 0, 1)


@implements(np.diagflat)
def diagflat(v, k=0):
    return diag(np.reshape(v, -1), k)


@implements(np.trace)
def trace(a, offset=0, axis1=0, axis2=1, dtype=None, out=None):
    return into(out, np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype))


@implements(np.linalg.trace)
def trace_of_matrices(x, /, *, offset=0, dtype=None):
    return trace(x, offset, -2, -1, dtype)
