"""The table of counterparts, continued: general primitives, which reduce, reorder, or take matrices apart.

Each entry is a function of the arguments (expressions where they are traced), of their values, and of the keywords.
Where entries are put in order, it is the order of the values.
"""

from __future__ import annotations

from functools import cache
from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

__all__ = ["general"]


@cache
def general():
    """Key of a primitive -> function of (arguments, their values, keywords)."""
    import sympy as sp

    return {
        "real": lambda args, at, params: np.frompyfunc(sp.re, 1, 1)(args[0]),
        "imag": lambda args, at, params: np.frompyfunc(sp.im, 1, 1)(args[0]),
        np.add.reduce: _reduction(sum),
        np.mean: _reduction(lambda entries: sum(entries) / len(entries)),
        np.max: _reduction(lambda entries: sp.Max(*entries)),
        np.min: _reduction(lambda entries: sp.Min(*entries)),
        np.nanmax: _reduction(lambda entries: sp.Max(*entries), skips_nan=True),
        np.nanmin: _reduction(lambda entries: sp.Min(*entries), skips_nan=True),
        np.var: _reduction(_variance),
        np.std: _reduction(lambda entries, ddof: sp.sqrt(_variance(entries, ddof))),
        "norm": _norm,
        "softmax": lambda args, at, params: _exponentials(args[0]) / _sum_of_exponentials(args[0], params["axis"]),
        "log_softmax": lambda args, at, params: args[0] - _log(_sum_of_exponentials(args[0], params["axis"])),
        np.prod: lambda args, at, params: np.prod(args[0], **params),
        np.cumprod: lambda args, at, params: np.cumprod(args[0], **params),
        np.unwrap: lambda args, at, params: args[0] + (np.unwrap(*at, **params) - at[0]),
        np.sort: lambda args, at, params: _reordered(args[0], np.argsort(at[0], **params), params["axis"]),
        np.partition: lambda args, at, params: _reordered(args[0], np.argpartition(*at, **params), params["axis"]),
        "order_statistics": _order_statistics,
        np.linalg.det: _of_matrices(lambda a: a.det(), 0),
        np.linalg.inv: _of_matrices(lambda a: a.inv(), 2),
        np.linalg.cholesky: _of_matrices(lambda a: a.cholesky(hermitian=False), 2),
        np.linalg.solve: _solve,
        np.linalg.slogdet: _slogdet,
    }


# -- along axes --------------------------------------------------------------------------------------------------------


def _reduction(function, skips_nan=False):
    """A function of the list of entries, over the axes of an array, with NumPy's keywords; others are passed on."""

    def reduce(args, at, params):
        params = dict(params)
        axis, keepdims, where = params.pop("axis", None), params.pop("keepdims", False), params.pop("where", True)
        params.pop("dtype", None)
        more = [params.pop("initial")] if "initial" in params else []
        x, mask = np.asarray(args[0], dtype=object), np.broadcast_to(where, np.shape(args[0]))
        if skips_nan:
            mask = mask & ~np.isnan(at[0])
        axes = tuple(range(x.ndim)) if axis is None else normalize_axis_tuple(axis, x.ndim)
        rows, masks = _rows(x, axes), _rows(mask, axes)
        out = np.empty(rows.shape[:-1], dtype=object)
        for place in np.ndindex(out.shape):
            out[place] = function([*rows[place][masks[place]], *more], **params)
        return np.expand_dims(out, axes) if keepdims else out

    return reduce


def _rows(x, axes):
    kept = [k for k in range(x.ndim) if k not in axes]
    return np.transpose(x, [*kept, *axes]).reshape([*(x.shape[k] for k in kept), prod([x.shape[k] for k in axes])])


def _variance(entries, ddof):
    mean = sum(entries) / len(entries)
    return sum([(entry - mean) ** 2 for entry in entries]) / (len(entries) - ddof)


def _norm(args, at, params):
    """That of order 2, or of the order that is given last: of (x, axis, keepdims) or (x, axis, keepdims, order)."""
    import sympy as sp

    x, axis, keepdims, *order = args
    keywords = {"axis": axis, "keepdims": keepdims}
    if not order:
        return _reduction(lambda entries: sp.sqrt(sum([e**2 for e in entries])))([x], at, keywords)
    p = sp.nsimplify(order[0])
    return _reduction(lambda entries: sum([sp.Abs(e) ** p for e in entries]) ** (1 / p))([x], at, keywords)


def _exponentials(x) -> Any:
    import sympy as sp

    return np.frompyfunc(sp.exp, 1, 1)(x)


def _log(x):
    import sympy as sp

    return np.frompyfunc(sp.log, 1, 1)(x)


def _sum_of_exponentials(x, axis):
    return np.sum(_exponentials(x), axis=axis, keepdims=True)


def _reordered(x, order, axis):
    return np.take_along_axis(np.asarray(x, dtype=object), order, axis)


def _order_statistics(args, at, params):
    order, ranks = np.argsort(at[0], axis=-1, stable=True), params["ranks"]
    ranks = np.broadcast_to(ranks, (*order.shape[:-1], ranks.shape[-1]))
    return _reordered(args[0], np.take_along_axis(order, ranks, -1), -1)


# -- of matrices -------------------------------------------------------------------------------------------------------


def _of_matrices(function, ndim):
    """A function of square matrices, over the leading axes: to a number (ndim 0), or a matrix of their shape (2)."""
    import sympy as sp

    def over_leading_axes(args, at, params):
        (x,) = args
        results = np.empty(x.shape[:-2], dtype=object)
        for place in np.ndindex(results.shape):
            results[place] = function(sp.Matrix(x[place]))
        return results if ndim == 0 else _stacked(results, x.shape)

    return over_leading_axes


def _stacked(matrices, shape):
    out = np.empty(shape, dtype=object)
    for place in np.ndindex(matrices.shape):
        out[place] = np.array(matrices[place].tolist(), dtype=object)
    return out


def _solve(args, at, params):
    import sympy as sp

    a, b = (np.asarray(arg, dtype=object) for arg in args)
    leading = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = np.broadcast_to(a, leading + a.shape[-2:]), np.broadcast_to(b, leading + b.shape[-2:])
    out = np.empty(b.shape, dtype=object)
    for place in np.ndindex(leading):
        out[place] = np.array(sp.Matrix(a[place]).LUsolve(sp.Matrix(b[place])), dtype=object)
    return out


def _slogdet(args, at, params):
    import sympy as sp

    sign, _ = np.linalg.slogdet(at[0])
    return sign, np.frompyfunc(sp.log, 1, 1)(_of_matrices(lambda a: a.det(), 0)(args, at, params) * sign)
