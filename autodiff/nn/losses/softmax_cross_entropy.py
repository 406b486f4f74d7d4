"""Softmax and cross-entropy as one record: the kernels, and the formulas they stand for.

With the class y, and s = Σ exp(xⱼ) over the others, ℓ = log(1 + s / exp(x_y)), ∂ℓ/∂x_y = -s / (s + exp(x_y)): in this
form nothing cancels, so that the loss of a sample that is nearly certain is exact too, and not 0.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ...errors import InputError
from ...fused import fused
from ...tracer import dtype_of, shape_of, unwrap

__all__ = ["of_classes", "of_probabilities"]

ORDINARY = 1e-16, 1e16  # sums and their quotients that are far from the limits of float32


def _rows(x, axis):
    """x as a matrix with the classes on its last axis."""
    if x.ndim == 2 and axis == 1 and x.flags.c_contiguous:
        return x
    if axis != x.ndim - 1:
        x = np.moveaxis(x, axis, -1)
    return np.ascontiguousarray(x).reshape(-1, x.shape[-1])


def _back(rows, shape, axis):
    """The matrix in the shape it had."""
    if axis == len(shape) - 1:
        return rows if rows.shape == shape else rows.reshape(shape)  # a gradient that is no view needs no copy
    return np.moveaxis(rows.reshape(*shape[:axis], *shape[axis + 1 :], shape[axis]), -1, axis)


def _is_between(x, low, high):
    return x.size > 0 and low < x[x.argmin()] and x[x.argmax()] < high  # cheaper than min and max where x is small


@functools.cache
def _ones(count, dtype):
    """Ones, for sums by BLAS; read-only, since all share them."""
    ones = np.ones(count, dtype)
    ones.flags.writeable = False
    return ones


def _without_shape(shape, axis):
    return shape[:axis] + shape[axis + 1 :]


# -- of class numbers --------------------------------------------------------------------------------------------------


def _counts(y, kept, weight):
    """How much each row counts; None: all alike."""
    if weight is None:
        return None if kept is None else kept.reshape(-1)
    counts = weight[y]
    return counts if kept is None else counts * kept.reshape(-1)


def _total(counts, rows):
    total = rows if counts is None else float(counts.sum())
    if not total:
        raise InputError(
            "cross_entropy has no mean where no sample counts (all are ignore_index, or of weight 0); "
            "leave the batch out, or take reduction='sum', which is 0"
        )
    return total


def _matrix(x, axis):
    """x as a matrix, and whether the classes are on its first axis: there they are when they aren't x's last one."""
    if axis == x.ndim - 1:
        return _rows(x, axis), False
    return np.ascontiguousarray(np.moveaxis(x, axis, 0)).reshape(x.shape[axis], -1), True


def _exponentials(z, places, first):
    """exp(z) with 0 for the classes at `places`, what was there, and the sums of the rest."""
    with np.errstate(over="ignore"):  # it is seen in the sums
        e = np.exp(z)
    flat = e.reshape(-1)
    of_y = flat[places]
    flat[places] = 0
    ones = _ones(z.shape[0 if first else 1], e.dtype)
    return e, of_y, ones.dot(e) if first else e.dot(ones)


def _beside(vector, first):
    return vector if first else vector[:, None]


def _classes_forward(x, *, target, kept, weight, axis, reduction):
    z, first = _matrix(x, axis)
    y = (target if kept is None else np.where(kept, target, 0)).reshape(-1)
    n = len(y)
    places = y * n + np.arange(n) if first else np.arange(0, z.size, z.shape[1]) + y
    e, of_y, others = _exponentials(z, places, first)
    if _is_between(others, *ORDINARY) and _is_between(of_y, *ORDINARY):
        losses = np.log1p(others / of_y)
    else:
        largest = z.max(axis=0) if first else z[np.arange(n), z.argmax(axis=1)]
        shifted = z - _beside(largest, first)
        behind = -shifted.reshape(-1)[places]  # how far y is below the largest
        e, of_y, others = _exponentials(shifted, places, first)
        losses = np.where(behind > 0, behind + np.log(others + of_y), np.log1p(others))
    counts = _counts(y, kept, weight)
    if reduction == "none":
        if counts is not None:
            losses *= counts
        return losses.reshape(target.shape), (e, of_y, others, places, counts, 1.0)
    if counts is not None:
        counts = counts.astype(losses.dtype, copy=False)
    scale = 1.0 / _total(counts, n) if reduction == "mean" else 1.0
    total = np.add.reduce(losses) if counts is None else losses.dot(counts)
    return total * scale, (e, of_y, others, places, counts, scale)


def _classes_backward(cotangent, kept_values, wanted, x, *, target, kept, weight, axis, reduction):
    e, of_y, others, places, counts, scale = kept_values
    factor = cotangent.reshape(-1) if reduction == "none" else e.dtype.type(cotangent * scale)
    if counts is not None:
        factor = factor * counts
    factor = factor / (others + of_y)
    first = axis != x.ndim - 1
    back = e * _beside(factor, first)
    others = others * factor
    back.reshape(-1)[places] = np.negative(others, out=others)
    if not first:
        return [_back(back, x.shape, axis)]
    shape = x.shape[:axis] + x.shape[axis + 1 :]
    return [np.ascontiguousarray(np.moveaxis(back.reshape(x.shape[axis], *shape), 0, axis))]


def _classes_shape(x, *, target, axis, reduction, **rest):
    return (_without_shape(shape_of(x), axis) if reduction == "none" else ()), dtype_of(x)


@fused(_classes_forward, _classes_backward, shape=_classes_shape)
def of_classes(x, *, target, kept, weight, axis, reduction):
    """softplus(log Σ_{j≠y} exp(xⱼ - x_y)), times what a sample counts, reduced; see `cross_entropy`."""
    known = np.expand_dims(target if kept is None else np.where(kept, target, 0), axis)
    classes = shape_of(x)[axis]
    is_class = known == np.arange(classes).reshape((-1,) + (1,) * (len(shape_of(x)) - axis - 1))
    dtype: Any = dtype_of(x)
    nothing = float(np.finfo(dtype).min) / 4  # in place of -inf, for the sum over no class
    apart = np.where(is_class, nothing, x - np.take_along_axis(x, known, axis))
    largest = np.max(unwrap(apart), axis=axis, keepdims=True)
    others = np.log(np.sum(np.exp(apart - largest), axis=axis, keepdims=True)) + largest
    losses = np.logaddexp(0.0, others).reshape(target.shape)
    counts = _counts(known.reshape(-1), kept, weight)
    if counts is not None:
        losses = losses * counts.reshape(target.shape)
    if reduction == "none":
        return losses
    return np.sum(losses) / (_total(counts, target.size) if reduction == "mean" else 1.0)


# -- of probabilities --------------------------------------------------------------------------------------------------


def _probabilities_forward(x, q, *, axis, reduction):
    rows, weights = _rows(x, axis), _rows(q, axis)
    z = rows - rows.max(axis=1, keepdims=True)
    e = np.exp(z)
    total = e.dot(_ones(rows.shape[1], e.dtype))
    np.subtract(np.log(total)[:, None], z, out=z)  # -log p
    losses = np.einsum("ij,ij->i", z, weights)
    return _summed(losses, x, axis, reduction), (e, total, z)


def _summed(losses, x, axis, reduction):
    return losses.reshape(_without_shape(x.shape, axis)) if reduction == "none" else losses.sum()


def _probabilities_backward(cotangent, kept, wanted, x, q, *, axis, reduction):
    e, total, minus_log = kept
    factor = np.reshape(cotangent, (-1, 1))
    found = []
    for k in wanted:
        if k == 0:
            weights = _rows(q, axis)
            back = e * (weights.sum(axis=1) / total)[:, None]
            back -= weights
            back *= factor
        else:
            back = minus_log * factor
        found.append(_back(back, x.shape, axis))
    return found


def _probabilities_shape(x, q, *, axis, reduction):
    return (_without_shape(shape_of(x), axis) if reduction == "none" else ()), np.result_type(dtype_of(x), dtype_of(q))


@fused(_probabilities_forward, _probabilities_backward, shape=_probabilities_shape)
def of_probabilities(x, q, *, axis, reduction):
    """-Σⱼ qⱼ log softmax(x)ⱼ along an axis, summed over the rest, or not."""
    z = x - np.max(unwrap(x), axis=axis, keepdims=True)
    losses = np.sum(q * (np.log(np.sum(np.exp(z), axis=axis, keepdims=True)) - z), axis=axis)
    return losses if reduction == "none" else np.sum(losses)
