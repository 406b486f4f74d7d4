"""Reductions: sum, mean, max, min and prod, each with NumPy's keywords axis, keepdims, dtype, where, initial and out.

What makes a sum affine rather than linear, `initial`, is added to the result, and that of prod multiplied, so it may be
traced; for max and min it is one more candidate, a constant.
"""

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..errors import UnsupportedError
from ..primitive import Like, Linear, constant, fit, general, linear
from ..tracer import Tracer, dtype_of, implements, shape_of, unwrap
from .indexing import getitem_back
from .keywords import given, into, is_given, masked_by

__all__ = ["count_along", "expanded", "rows_along", "spread"]


# -- the way back: over the axes that were reduced ---------------------------------------------------------------------


def expanded(reduced, axis, keepdims):
    """A reduced array with the axes that were reduced, of length one, so that it broadcasts with the whole."""
    return reduced if axis is None or keepdims else np.expand_dims(reduced, axis)


def spread(c, shape, axis, keepdims):
    """A reduced array, repeated along the axes that were reduced: a read-only view, not a copy."""
    if isinstance(c, np.generic):  # np.broadcast_to, in a tenth of its time
        return np.ndarray(shape, c.dtype, c, 0, (0,) * len(shape))
    return np.broadcast_to(expanded(c, axis, keepdims), shape)


def count_along(shape, axis, where=True):
    """How many entries of an array of this shape go into one of the reduced array: a number, or an array for a mask."""
    if where is not True:
        return np.sum(np.broadcast_to(where, shape), axis=axis, keepdims=True)
    count = 1
    for k in range(len(shape)) if axis is None else normalize_axis_tuple(axis, len(shape)):
        count *= shape[k]
    return count


def rows_along(x, axis):
    """x as rows (..., n), each along all the axes given, and the function that puts such rows back in its shape."""
    shape = shape_of(x)
    axes = tuple(range(len(shape))) if axis is None else normalize_axis_tuple(axis, len(shape))
    last = tuple(range(len(shape) - len(axes), len(shape)))
    moved = np.moveaxis(x, axes, last)
    rows = np.reshape(moved, (*moved.shape[: len(shape) - len(axes)], count_along(shape, axes)))
    return rows, lambda rows: np.moveaxis(np.reshape(rows, moved.shape), last, axes)


# -- sum and mean ------------------------------------------------------------------------------------------------------


def _sum_transpose(c, x, axis=None, keepdims=False, dtype=None, where=True):
    whole = spread(c, x.shape, axis, keepdims)
    return whole if where is True else np.where(where, whole, 0)


def _mean_transpose(c, x, axis=None, keepdims=False, dtype=None, where=True):
    count = count_along(x.shape, axis, where)
    if where is True:
        return spread(c / (count or 1), x.shape, axis, keepdims)
    return np.where(where, expanded(c, axis, keepdims) / np.maximum(count, 1), 0)


class Sum(Linear):
    """np.sum. Every loss ends in one, so it goes the shortest way: by what np.sum calls, in half of its time."""

    evaluate = staticmethod(np.add.reduce)

    def vjp(self, ans, args, wanted, params):
        return _spread_over, (Like.of(args[0]), params)


def _spread_over(cotangent, kept, times):
    like, params = kept
    return (fit(_sum_transpose(cotangent, like, **params), like),)


_sum = Sum(np.add.reduce, (_sum_transpose,), name="sum")
_mean = linear(np.mean, _mean_transpose)


@implements(np.sum)
def sum_(x, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    if dtype is None and out is None and initial is None and where is True and keepdims is False:
        return _sum(x, axis=axis)  # always with an axis: without one, np.add.reduce takes the first
    x, keywords = _prepare("np.sum", x, axis, dtype, keepdims, where)
    total = _sum(x, **keywords)
    return into(out, total + initial if is_given(initial) else total)


@implements(np.mean)
def mean(x, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    x, keywords = _prepare("np.mean", x, axis, dtype, keepdims, where)
    return into(out, _mean(x, **keywords))


def _prepare(name, x, axis, dtype, keepdims, where):
    """The array, untraced where the dtype asked for has no derivatives, and the keywords that a primitive takes."""
    if is_given(dtype):
        wanted, dtype_of_x = np.dtype(dtype), dtype_of(x)
        if wanted.kind == "f" and dtype_of_x.kind == "c":
            raise UnsupportedError.keyword(name, f"dtype={dtype!r} drops the imaginary part; take x.real")
        if wanted.kind not in "fc" and dtype_of_x.kind in "fc":
            x = x.astype(wanted)
    return x, {"axis": axis} | given(dtype=dtype) | _flags(keepdims, where)


def _flags(keepdims, where):
    flags = {"keepdims": True} if is_given(keepdims) and keepdims else {}
    mask = masked_by(where)
    return flags if mask is True else flags | {"where": mask}


# -- max and min: the cotangent is shared evenly by those that tie -----------------------------------------------------


def _chosen(x, ans, axis, keepdims, initial, where):
    """Which entries were chosen, and among how many, None where that is one everywhere.

    `initial` is one more candidate; nan was chosen from the nans.
    """
    x, ans = unwrap(x), unwrap(ans)
    if axis is not None and not keepdims:
        ans = np.expand_dims(ans, axis)
    chosen = np.equal(x, ans)
    if not np.equal(ans, ans).all():
        chosen |= np.isnan(x) & np.isnan(ans)
    if where is not True:
        chosen &= where
    if initial is None and np.count_nonzero(chosen) == np.size(ans):
        return chosen, None
    count = np.add.reduce(chosen, axis=axis, keepdims=True)
    if initial is not None:
        count = count + np.equal(initial, ans)
    return chosen, count.astype(ans.dtype)


def _extremum_jvp(dx, ans, x, axis=None, keepdims=False, initial=None, where=True):
    chosen, count = _chosen(x, ans, axis, keepdims, initial, where)
    tangents = np.where(chosen, dx, 0)
    return np.sum(tangents if count is None else tangents / count, axis=axis, keepdims=keepdims)


def _extremum_vjp(ans, x, axis=None, keepdims=False, initial=None, where=True):
    chosen, count = _chosen(x, ans, axis, keepdims, initial, where)
    if count is None and chosen.size and np.size(ans) == 1:
        place, like = np.unravel_index(np.argmax(chosen), chosen.shape), Like.of(x)
        return lambda c: getitem_back(np.reshape(c, ()), like, place)

    def pull(c):
        c = expanded(c, axis, keepdims)
        return np.where(chosen, c if count is None else c / count, 0)

    return pull


def _declare_extremum(function, *names):
    primitive = general(function, _extremum_jvp, _extremum_vjp)

    @implements(function, *names)
    def extremum(x, axis=None, out=None, keepdims=False, initial=None, where=True):
        if isinstance(initial, Tracer):
            raise UnsupportedError.argument(f"np.{function.__name__}", "'initial'")
        return into(out, primitive(x, **given(axis=axis, initial=initial), **_flags(keepdims, where)))


_declare_extremum(np.max, np.amax)
_declare_extremum(np.min, np.amin)
_declare_extremum(np.nanmax)
_declare_extremum(np.nanmin)


@implements(np.ptp)
def ptp(x, axis=None, out=None, keepdims=False):
    return into(out, np.max(x, axis=axis, keepdims=keepdims) - np.min(x, axis=axis, keepdims=keepdims))


# -- prod: without division, so that it is exact where entries are zero ------------------------------------------------


def _products_of_others(x, axis):
    """For each entry, the product of the others along the axes: of those before it and of those after it."""
    rows, back = rows_along(x, axis)
    return back(_products_before(rows) * np.flip(_products_before(np.flip(rows, -1)), -1))


def _products_before(rows):
    ones = np.ones_like(unwrap(rows)[..., :1])
    return np.cumprod(np.concatenate([ones, rows[..., :-1]], axis=-1), axis=-1)


def _prod_jvp(dx, ans, x, axis=None, keepdims=False):
    return np.sum(dx * _products_of_others(x, axis), axis=axis, keepdims=keepdims)


def _prod_vjp(ans, x, axis=None, keepdims=False):
    return lambda c: expanded(c, axis, keepdims) * _products_of_others(x, axis)


_prod = general(np.prod, _prod_jvp, _prod_vjp)


@implements(np.prod)
def prod(x, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    x, keywords = _prepare("np.prod", x, axis, dtype, keepdims, where)
    if "dtype" in keywords:
        x = x.astype(keywords.pop("dtype"))
    if "where" in keywords:
        x = np.where(keywords.pop("where"), x, 1)
    product = _prod(x, **keywords)
    return into(out, product * initial if is_given(initial) else product)


# -- derivative zero wherever it exists --------------------------------------------------------------------------------

for _function in (np.all, np.any, np.count_nonzero, np.argmax, np.argmin, np.nanargmax, np.nanargmin):
    constant(_function)
