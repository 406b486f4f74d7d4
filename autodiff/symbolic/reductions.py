"""Counterparts of the general primitives: reductions, and functions of matrices.

Each is called with the arguments (expressions where they are traced), their values, and the keywords.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

__all__ = ["general"]


@cache
def general():
    """NumPy function -> function of (arguments, their values, keywords)."""
    import sympy as sp

    return {
        np.max: _extremum(sp.Max),
        np.min: _extremum(sp.Min),
        np.prod: lambda args, at, params: np.prod(args[0], **params),
        np.cumprod: lambda args, at, params: np.cumprod(args[0], **params),
        np.linalg.det: _of_matrices(lambda a: a.det(), 0),
        np.linalg.inv: _of_matrices(lambda a: a.inv(), 2),
        np.linalg.cholesky: _of_matrices(lambda a: a.cholesky(hermitian=False), 2),
    }


def _extremum(operation):
    def extremum(args, at, params):
        x, axis = args[0], params.get("axis")
        mask = np.broadcast_to(params.get("where", True), x.shape)
        axes = range(x.ndim) if axis is None else normalize_axis_tuple(axis, x.ndim)
        kept = [k for k in range(x.ndim) if k not in axes]
        rows = np.transpose(x, [*kept, *axes]).reshape([*(x.shape[k] for k in kept), -1])
        masks = np.transpose(mask, [*kept, *axes]).reshape(rows.shape)
        out = np.empty(rows.shape[:-1], dtype=object)
        for place in np.ndindex(out.shape):
            candidates = [entry for entry, chosen in zip(rows[place], masks[place], strict=True) if chosen]
            out[place] = operation(*candidates, *([params["initial"]] if "initial" in params else []))
        return np.expand_dims(out, tuple(sorted(axes))) if params.get("keepdims") else out

    return extremum


def _of_matrices(function, ndim):
    """A function of square matrices, over the leading axes; it returns a number (ndim 0) or a matrix (ndim 2)."""
    import sympy as sp

    def over_leading_axes(args, at, params):
        (x,) = args
        results = [function(sp.Matrix(x[place])) for place in np.ndindex(x.shape[:-2])]
        entries = [result if ndim == 0 else np.array(result.tolist(), dtype=object) for result in results]
        return np.array(entries, dtype=object).reshape(x.shape[: x.ndim - 2 + ndim])

    return over_leading_axes
