"""What ufuncs have beyond a plain call: the keywords out, where, dtype; reduce, accumulate, reduceat, outer, at."""

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..errors import TracerConversionError, UnsupportedError
from ..primitive import Linear
from ..tracer import Tracer, dtype_of, shape_of, ufunc_methods, ufuncs, unwrap
from .indexing import index_add, plain_index
from .keywords import given, is_given
from .reductions import rows_along

_REDUCED = {
    np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min,
    np.logical_and: np.all, np.logical_or: np.any,
}  # fmt: skip
_ACCUMULATED = {np.add: np.cumsum, np.multiply: np.cumprod}
_EXTREMA = {np.maximum, np.minimum, np.fmax, np.fmin}
_ASSOCIATIVE = _EXTREMA | {np.logaddexp, np.logaddexp2, np.hypot}

# -- keywords of a call ------------------------------------------------------------------------------------------------


def call(ufunc, *inputs, out=None, where=True, dtype=None, casting="same_kind", order="K", subok=True, **others):
    """ufunc(*inputs, out=..., where=..., dtype=...)."""
    if casting != "same_kind":
        others["casting"] = casting
    if others:
        raise UnsupportedError.keyword(_name(ufunc), f"{', '.join(others)}=")
    if dtype is not None:
        inputs = [_cast(ufunc, x, dtype) for x in inputs]
    if where is not True:
        return _call_where(ufunc, inputs, out, where)
    result = _evaluate(ufunc, *inputs)
    if ufunc.nout == 1:
        return _into(out, result)
    return tuple(_into(o, r) for o, r in zip(out or (None,) * ufunc.nout, result, strict=True))


def _call_where(ufunc, inputs, out, where):
    """The ufunc of the entries where the mask holds, and of no others: they may be outside of its domain."""
    if out is None or ufunc.nout > 1:
        reason = "where= needs out= for the entries where it does not hold" if out is None else "where="
        raise UnsupportedError.keyword(_name(ufunc), reason)
    (out,) = out
    mask = np.broadcast_to(unwrap(where), out.shape)
    result = _evaluate(ufunc, *[np.broadcast_to(x, out.shape)[mask] if shape_of(x) else x for x in inputs])
    _require_room(out, result)
    out[mask] = result
    return out


def _evaluate(ufunc, *inputs):
    try:
        primitive = ufuncs[ufunc]
    except KeyError:
        raise UnsupportedError.function(_name(ufunc)) from None
    return primitive(*inputs)


def _cast(ufunc, x, dtype):
    """An input in the dtype that the ufunc is asked to compute in."""
    dtype = np.dtype(dtype)
    if dtype.kind not in "fc":
        raise UnsupportedError.keyword(_name(ufunc), f"dtype={dtype.name!r}, which has no derivatives")
    if dtype_of(x) == dtype or dtype_of(x).kind not in "fc" or not hasattr(x, "astype"):
        return x
    _require_cast(dtype_of(x), dtype)
    return x.astype(dtype)


def _into(out, result):
    """The result, written to `out` where that is given, broadcast to its shape."""
    if out.__class__ is tuple:
        (out,) = out
    if out is None:
        return result
    _require_room(out, result)
    if shape_of(result) != out.shape:
        if np.broadcast_shapes(shape_of(result), out.shape) != out.shape:
            raise ValueError(f"a result of shape {shape_of(result)} cannot be broadcast to out, of shape {out.shape}")
        result = np.broadcast_to(result, out.shape)
    out[...] = result
    return out


def _require_room(out, result):
    if isinstance(result, Tracer) and not isinstance(out, Tracer):
        raise TracerConversionError.into_array(result)
    _require_cast(dtype_of(result), out.dtype)


def _require_cast(source, target):
    if not np.can_cast(source, target, "same_kind"):
        raise TypeError(f"Cannot cast from {source!r} to {target!r} with casting rule 'same_kind'")


def _name(ufunc, method=""):
    return f"np.{ufunc.__name__}{method and '.' + method}"


# -- reduce ------------------------------------------------------------------------------------------------------------


def reduce(ufunc, array, axis=0, dtype=None, out=None, keepdims=False, initial=np._NoValue, where=True):
    """ufunc(ufunc(a[0], a[1]), a[2]) ... along an axis."""
    array = array if dtype is None else _cast(ufunc, array, dtype)
    if ufunc in _REDUCED:
        keywords = {"keepdims": keepdims} | given(initial=initial) | ({} if where is True else {"where": where})
        return _into(out, _REDUCED[ufunc](array, axis=axis, **keywords))
    _require_binary(ufunc, "reduce")
    if where is not True:
        raise UnsupportedError.keyword(_name(ufunc, "reduce"), "where=")
    axes = range(len(shape_of(array))) if axis is None else normalize_axis_tuple(axis, len(shape_of(array)))
    if len(axes) > 1 and ufunc not in _ASSOCIATIVE:
        raise ValueError(f"reduction operation '{ufunc.__name__}' is not reorderable, so at most one axis may be given")
    rows, _ = rows_along(array, axis)
    if is_given(initial):
        rows = np.concatenate([np.broadcast_to(initial, (*rows.shape[:-1], 1)), rows], axis=-1)
    if not rows.shape[-1]:
        raise ValueError(f"zero-size array to reduction operation {ufunc.__name__} which has no identity")
    reduced = _in_pairs(ufunc, rows) if ufunc in _ASSOCIATIVE else _one_by_one(ufunc, rows)[-1]
    shape = [1 if k in axes else n for k, n in enumerate(shape_of(array)) if keepdims or k not in axes]
    return _into(out, np.reshape(reduced, shape))


def _in_pairs(ufunc, rows):
    """Halves of the rows with each other, until one column is left: log2(n) operations."""
    while (n := rows.shape[-1]) > 1:
        half = n // 2
        pairs = _evaluate(ufunc, rows[..., :half], rows[..., half : 2 * half])
        rows = np.concatenate([pairs, rows[..., 2 * half :]], axis=-1)
    return rows[..., 0]


def _one_by_one(ufunc, rows):
    results = [rows[..., 0]]
    for k in range(1, rows.shape[-1]):
        results.append(_evaluate(ufunc, results[-1], rows[..., k]))
    return results


def _require_binary(ufunc, method):
    if ufunc.nin != 2 or ufunc.nout != 1 or ufunc.signature is not None:
        raise ValueError(f"{method} only supported for binary functions, which {_name(ufunc)} is not")


# -- accumulate and reduceat -------------------------------------------------------------------------------------------


def accumulate(ufunc, array, axis=0, dtype=None, out=None):
    """All the partial results of `reduce`."""
    array = array if dtype is None else _cast(ufunc, array, dtype)
    if ufunc in _ACCUMULATED:
        return _into(out, _ACCUMULATED[ufunc](array, axis=axis))
    _require_binary(ufunc, "accumulate")
    if ufunc in _EXTREMA:
        return _into(out, np.take_along_axis(array, _places_of_running_extremum(ufunc, unwrap(array), axis), axis))
    rows, back = rows_along(array, axis)
    if not rows.shape[-1]:
        return _into(out, array)
    if ufunc in _ASSOCIATIVE:
        return _into(out, back(_by_doubling(ufunc, rows)))
    return _into(out, back(np.stack(_one_by_one(ufunc, rows), axis=-1)))


def _places_of_running_extremum(ufunc, x, axis):
    """Where each partial result is to be found: of entries that tie, in the last one."""
    running = ufunc.accumulate(x, axis=axis)
    reached = np.equal(x, running) | (np.isnan(x) & np.isnan(running))
    places = np.arange(x.shape[axis]).reshape((-1,) + (1,) * (x.ndim - 1 - axis % x.ndim))
    return np.maximum.accumulate(np.where(reached, places, 0), axis=axis)


def _by_doubling(ufunc, rows):
    """After step d, entry k is the result of the last 2^d entries up to k: log2(n) operations."""
    reach = 1
    while reach < rows.shape[-1]:
        rows = np.concatenate([rows[..., :reach], _evaluate(ufunc, rows[..., :-reach], rows[..., reach:])], axis=-1)
        reach *= 2
    return rows


def reduceat(ufunc, array, indices, axis=0, dtype=None, out=None):
    """`reduce` of the segments from each index to the next, or of one entry where the next is not above it."""
    _require_binary(ufunc, "reduceat")
    array = array if dtype is None else _cast(ufunc, array, dtype)
    indices = np.asarray(plain_index(indices))
    if ufunc is np.add:
        return _into(out, _sums_of_segments(array, indices=indices, axis=axis))
    ends = _ends(indices, shape_of(array)[axis])
    segments = [np.take(array, range(i, j), axis) for i, j in zip(indices, ends, strict=True)]
    return _into(out, np.stack([reduce(ufunc, segment, axis) for segment in segments], axis=axis))


def _ends(starts, n):
    following = np.append(starts[1:], n)
    return np.where(following > starts, following, starts + 1)


def _sums_transpose(c, x, indices, axis):
    lengths = _ends(indices, x.shape[axis]) - indices
    segment = np.repeat(np.arange(len(indices)), lengths)  # of each summand
    entry = np.arange(segment.size) - np.repeat(np.cumsum(lengths) - lengths - indices, lengths)
    before = (slice(None),) * (axis % x.ndim)
    return index_add(np.zeros(x.shape, x.dtype), c[(*before, segment)], index=(*before, entry))


_sums_of_segments = Linear(np.add.reduceat, (_sums_transpose,), name="add.reduceat")

# -- outer and at ------------------------------------------------------------------------------------------------------


def outer(ufunc, a, b, **keywords):
    """ufunc(a[i], b[j]) for all pairs of entries."""
    _require_binary(ufunc, "outer")
    return call(ufunc, np.reshape(a, shape_of(a) + (1,) * len(shape_of(b))), b, **keywords)


def at(ufunc, a, indices, b=None):
    """a[indices] = ufunc(a[indices], b) in place, once for every time that an entry is named."""
    if ufunc not in (np.add, np.subtract):
        raise UnsupportedError.function(_name(ufunc, "at"))
    if not isinstance(a, Tracer):
        raise TracerConversionError.into_array(b)
    a[...] = index_add(a, b if ufunc is np.add else np.negative(b), index=plain_index(indices))


ufunc_methods.update(
    {"__call__": call, "reduce": reduce, "accumulate": accumulate, "reduceat": reduceat, "outer": outer, "at": at}
)
