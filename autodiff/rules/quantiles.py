"""Median, quantiles and percentiles: weighted means of order statistics, whose cotangent is shared evenly by ties."""

import numpy as np

from ..errors import UnsupportedError
from ..primitive import general
from ..tracer import Tracer, dtype_of, implements, shape_of, unwrap
from .keywords import into, is_given
from .reductions import expanded, rows_along

# -- order statistics: the entries of each row (..., n) that sorting would put at the ranks (..., K) -------------------


def _order_statistics(rows, ranks):
    if ranks.ndim == 1:
        return np.partition(rows, np.unique(ranks), axis=-1)[..., ranks]
    return np.take_along_axis(np.sort(rows, axis=-1), ranks, axis=-1)


def _chosen(rows, ans):
    """Which entries are equal to each order statistic, (..., K, n), and how many, (..., K, 1)."""
    rows, ans = unwrap(rows)[..., None, :], unwrap(ans)[..., :, None]
    chosen = np.equal(rows, ans) | (np.isnan(rows) & np.isnan(ans))
    return chosen, np.sum(chosen, axis=-1, keepdims=True).astype(rows.dtype)


def _order_statistics_jvp(dx, ans, rows, ranks):
    chosen, count = _chosen(rows, ans)
    return np.sum(np.where(chosen, dx[..., None, :], 0) / count, axis=-1)


def _order_statistics_vjp(ans, rows, ranks):
    chosen, count = _chosen(rows, ans)
    return lambda c: np.sum(np.where(chosen, c[..., :, None] / count, 0), axis=-2)


order_statistics = general(_order_statistics, _order_statistics_jvp, _order_statistics_vjp, name="order_statistics")


def _counts(rows, leave_out_nan):
    """How many numbers each row has: one number, or an array (..., 1)."""
    missing = np.isnan(unwrap(rows))
    if leave_out_nan and missing.any():
        return np.sum(~missing, axis=-1, keepdims=True)
    return rows.shape[-1]


def _ranked(rows, ranks, leave_out_nan):
    """The order statistics; nan where there is one in the row, and it is not to be left out."""
    if not leave_out_nan:
        missing = np.isnan(unwrap(rows)).any(axis=-1, keepdims=True)
        if missing.any():
            ranks = np.where(missing, rows.shape[-1] - 1, ranks)  # where sorting puts nan
    return order_statistics(rows, ranks=np.asarray(ranks))


# -- median ------------------------------------------------------------------------------------------------------------


def _median(x, axis, keepdims, leave_out_nan):
    rows, _ = rows_along(x, axis)
    if rows.shape[-1] == 0:
        return np.mean(x, axis=axis, keepdims=keepdims)  # nan, with NumPy's warning
    n = _counts(rows, leave_out_nan)
    if isinstance(n, int):
        middle = [n // 2] if n % 2 else [n // 2 - 1, n // 2]
    else:
        middle = np.concatenate([np.maximum(n - 1, 0) // 2, n // 2], axis=-1)
        middle = np.minimum(middle, rows.shape[-1] - 1)
    return _reduced(np.mean(_ranked(rows, middle, leave_out_nan), axis=-1), x, axis, keepdims)


def _reduced(result, x, axis, keepdims):
    """The result with the axes of x that were reduced, where they are to be kept; they are its last axes."""
    if not is_given(keepdims) or not keepdims:
        return result
    if axis is None:
        return np.reshape(result, (*shape_of(result), *(1 for _ in shape_of(x))))
    lead = len(shape_of(result)) + len(np.atleast_1d(axis)) - len(shape_of(x))
    axes = [k % len(shape_of(x)) + lead for k in np.atleast_1d(axis)]
    return expanded(result, tuple(axes), False)


@implements(np.median)
def median(x, axis=None, out=None, overwrite_input=False, keepdims=False):
    return into(out, _median(x, axis, keepdims, leave_out_nan=False))


@implements(np.nanmedian)
def nanmedian(x, axis=None, out=None, overwrite_input=False, keepdims=False):
    return into(out, _median(x, axis, keepdims, leave_out_nan=True))


# -- quantiles: linear between order statistics, so q may be traced ----------------------------------------------------

_PLOTTING_POSITIONS = {  # alpha and beta of Hyndman and Fan (1996), Sample quantiles in statistical packages
    "linear": (1, 1),
    "hazen": (1 / 2, 1 / 2),
    "weibull": (0, 0),
    "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
    "interpolated_inverted_cdf": (0, 1),
}
_ROUNDED = {"lower": np.floor, "higher": np.ceil, "nearest": np.rint}
_METHODS = [*_PLOTTING_POSITIONS, *_ROUNDED, "midpoint"]


def _positions(q, n, method):
    """Where the quantiles are among n sorted numbers, from 0 to n - 1."""
    if method in _ROUNDED:
        return _ROUNDED[method](unwrap(q) * (n - 1))
    if method == "midpoint":
        position = unwrap(q) * (n - 1)
        return (np.floor(position) + np.ceil(position)) / 2
    alpha, beta = _PLOTTING_POSITIONS[method]
    position = n * q + (alpha + q * (1 - alpha - beta)) - 1
    position = np.where(np.less(position, 0), 0, position)
    return np.where(np.greater(position, n - 1), n - 1, position)


def _quantile(x, q, axis, method, keepdims, leave_out_nan):
    rows, _ = rows_along(x, axis)
    n = _counts(rows, leave_out_nan)
    position = _positions(np.reshape(q, (-1,)), n, method)  # (K,) or (..., K)
    last = np.maximum(n - 1, 0)
    below = np.clip(np.floor(unwrap(position)), 0, np.maximum(last - 1, 0)).astype(int)
    ranks = np.concatenate([below, np.minimum(below + 1, last)], axis=-1)
    low, high = np.split(_ranked(rows, ranks, leave_out_nan), 2, axis=-1)  # (..., K)
    fraction = position - below.astype(dtype_of(position))
    result = _reduced(np.moveaxis(_between(low, high, fraction), -1, 0), x, axis, keepdims)
    return np.reshape(result, shape_of(q) + shape_of(result)[1:])


def _between(low, high, fraction):
    """Linear interpolation that is exact at both ends."""
    step = high - low
    return np.where(np.less(fraction, 0.5), low + step * fraction, high - step * (1 - fraction))


def _declare_quantile(function, whole, leave_out_nan):
    """Declares the function that takes its q in parts of `whole`."""
    name = f"np.{function.__name__}"

    @implements(function)
    def declared(x, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, *, weights=None):
        if is_given(weights):
            raise UnsupportedError.keyword(name, "with weights= it is not a continuous function of them")
        if method not in _METHODS:
            raise UnsupportedError.keyword(name, f"method={method!r} is not among {', '.join(_METHODS)}")
        if dtype_of(x).kind == "c":
            raise TypeError(f"{name} takes real numbers")
        if not isinstance(q, int | float | Tracer):
            q = np.asarray(q)
        # a number takes the precision of x, as NumPy has it; an array keeps its own
        whole_in = dtype_of(x) if isinstance(q, int | float) else dtype_of(q)
        q = q / (whole_in.type(whole) if whole_in.kind == "f" else whole)
        if not np.all(np.greater_equal(q, 0) & np.less_equal(q, 1)):
            raise ValueError(f"{name} takes q from 0 to {whole}")
        return into(out, _quantile(x, q, axis, method, keepdims, leave_out_nan))


_declare_quantile(np.quantile, 1, leave_out_nan=False)
_declare_quantile(np.percentile, 100, leave_out_nan=False)
_declare_quantile(np.nanquantile, 1, leave_out_nan=True)
_declare_quantile(np.nanpercentile, 100, leave_out_nan=True)
