"""Differences, numerical derivatives and integrals of sampled functions."""

import numpy as np
from numpy.lib.array_utils import normalize_axis_index, normalize_axis_tuple

from ..primitive import Linear
from ..tracer import Tracer, dtype_of, implements, shape_of
from .keywords import as_array, is_given, newer


def _at(axis, *bounds):
    """The index that slices along one axis."""
    return (*(slice(None),) * axis, slice(*bounds))


# -- differences -------------------------------------------------------------------------------------------------------


def _diff_transpose(c, x, n, axis):
    """(-1)^n times the differences of the cotangent between zeros."""
    zeros = np.zeros((*shape_of(c)[:axis], n, *shape_of(c)[axis + 1 :]), dtype_of(c))
    return (-1) ** n * np.diff(np.concatenate([zeros, c, zeros], axis=axis), n=n, axis=axis)


_diff = Linear(np.diff, (_diff_transpose,))


@implements(np.diff)
def diff(x, n=1, axis=-1, prepend=np._NoValue, append=np._NoValue):
    if n == 0:
        return x
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n}")
    x = as_array(x)
    if x.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = normalize_axis_index(axis, x.ndim)
    parts = [_end(prepend, x.shape, axis), x, _end(append, x.shape, axis)]
    if any(part is not None for part in parts[::2]):
        x = np.concatenate([part for part in parts if part is not None], axis=axis)
    # more differences than there are entries leave an array without any
    return _diff(x, n=n, axis=axis) if n < x.shape[axis] else x[_at(axis, 0, 0)]


def _end(part, shape, axis):
    """What is joined to an end: a number is one entry for each row."""
    if not is_given(part):
        return None
    return np.broadcast_to(part, (*shape[:axis], 1, *shape[axis + 1 :])) if len(shape_of(part)) == 0 else part


@implements(np.ediff1d)
def ediff1d(x, to_end=None, to_begin=None):
    steps = np.diff(np.ravel(x))
    for part in (to_begin, to_end):
        if part is not None and not np.can_cast(dtype_of(part), dtype_of(x), casting="same_kind"):
            raise TypeError(f"an end of {dtype_of(part)} cannot be joined to differences of {dtype_of(x)}")
    ends = [None if part is None else np.ravel(part).astype(dtype_of(x)) for part in (to_begin, to_end)]
    parts = [part for part in (ends[0], steps, ends[1]) if part is not None]
    return np.concatenate(parts) if len(parts) > 1 else steps


# -- np.gradient: second-order differences on a grid, even or uneven ---------------------------------------------------


@implements(np.gradient)
def gradient(f, *spacing, axis=None, edge_order=1):
    ndim = len(shape_of(f))
    axes = tuple(range(ndim)) if axis is None else normalize_axis_tuple(axis, ndim)
    if len(spacing) <= 1:
        if spacing and len(shape_of(spacing[0])) > 0 and len(axes) > 1:
            raise ValueError("distances must be scalars, or one for each axis")
        spacing = (spacing or (1.0,)) * len(axes)
    if len(spacing) != len(axes):
        raise TypeError(f"gradient takes no, one or {len(axes)} spacings here, not {len(spacing)}")
    if edge_order not in (1, 2):
        raise ValueError("'edge_order' greater than 2 not supported")
    parts = []
    for k, h in zip(axes, spacing, strict=True):
        if shape_of(f)[k] < edge_order + 1:
            raise ValueError(
                f"gradient with edge_order={edge_order} needs at least {edge_order + 1} samples along an axis"
            )
        parts.append(np.moveaxis(_gradient_along_last(np.moveaxis(f, k, -1), h, edge_order), -1, k))
    return parts[0] if len(parts) == 1 else tuple(parts)


def _gradient_along_last(f, h, edge_order):
    """Inside, the slopes to both sides, weighted so that it is exact for parabolas; at the edges, of that order."""
    n = f.shape[-1]
    if len(shape_of(h)) == 0:
        left = right = first = second = last = before_last = h
    elif shape_of(h) == (n,):
        steps = np.diff(h if isinstance(h, Tracer) else np.asarray(h, float))
        left, right, first, second, last, before_last = (
            steps[:-1],
            steps[1:],
            steps[0],
            steps[1:2],
            steps[-1],
            steps[-2:-1],
        )
    else:
        raise ValueError(f"when 1d, distances must match the length of the axis: {shape_of(h)} is not ({n},)")
    inside = _inside(f[..., :-2], f[..., 1:-1], f[..., 2:], left, right)
    if edge_order == 1:
        start = (f[..., 1:2] - f[..., :1]) / first
        end = (f[..., -1:] - f[..., -2:-1]) / last
    else:
        start = _at_the_edge(f[..., :1], f[..., 1:2], f[..., 2:3], first, second)
        end = -_at_the_edge(f[..., -1:], f[..., -2:-1], f[..., -3:-2], last, before_last)
    dtype = dtype_of(f) if dtype_of(f).kind in "fc" else np.dtype(float)
    return np.concatenate([part.astype(dtype) for part in (start, inside, end)], axis=-1)


def _inside(left, middle, right, a, b):
    return a / (b * (a + b)) * (right - middle) + b / (a * (a + b)) * (middle - left)


def _at_the_edge(edge, second, third, a, b):
    """The derivative at the edge of the parabola through three samples, a and then b apart."""
    return (second - edge) * ((a + b) / (a * b)) - (third - edge) * (a / (b * (a + b)))


# -- integrals ---------------------------------------------------------------------------------------------------------


@implements(*newer("trapezoid", "trapz"))
def trapezoid(y, x=None, dx=1.0, axis=-1):
    y = as_array(y)
    axis = normalize_axis_index(axis, y.ndim)
    if x is None:
        steps = dx
    elif len(shape_of(x)) == 1:
        steps = np.reshape(np.diff(x), (-1, *(1 for _ in y.shape[axis + 1 :])))
    else:
        steps = np.diff(x, axis=axis)
    return np.sum(steps * (y[_at(axis, 1, None)] + y[_at(axis, None, -1)]), axis=axis) / 2
