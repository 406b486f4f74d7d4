"""Reductions that leave nan out. nanmax and nanmin are with max and min, nanmedian and nanquantile with median."""

import numpy as np

from ..tracer import implements, unwrap
from .keywords import into, is_given, masked_by
from .reductions import count_along


def _is_number(x, where=True):
    """The mask of what takes part."""
    mask = masked_by(where)
    numbers = ~np.isnan(unwrap(x))
    return numbers if mask is True else numbers & mask


def _replaced(x, value):
    """x with a value in place of nan."""
    numbers = _is_number(x)
    return x if numbers.all() else np.where(numbers, x, value)


@implements(np.nansum)
def nansum(x, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    return np.sum(_replaced(x, 0), axis, dtype, out, keepdims, initial, where)


@implements(np.nanprod)
def nanprod(x, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    return np.prod(_replaced(x, 1), axis, dtype, out, keepdims, initial, where)


@implements(np.nancumsum)
def nancumsum(x, axis=None, dtype=None, out=None):
    return np.cumsum(_replaced(x, 0), axis, dtype, out)


@implements(np.nancumprod)
def nancumprod(x, axis=None, dtype=None, out=None):
    return np.cumprod(_replaced(x, 1), axis, dtype, out)


@implements(np.nanmean)
def nanmean(x, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    return np.mean(x, axis, dtype, out, keepdims, where=_is_number(x, where))


def _leaving_out_nan(function, of_all):
    @implements(function)
    def declared(x, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None):
        numbers = _is_number(x, where)
        keywords = {"axis": axis, "keepdims": keepdims, "where": numbers}
        spread = of_all(_replaced(x, 0), dtype=dtype, ddof=ddof, mean=mean, correction=correction, **keywords)
        count = count_along(numbers.shape, axis, numbers).reshape(spread.shape)
        too_few = count <= (correction if is_given(correction) else ddof)
        return into(out, np.where(too_few, np.nan, spread) if np.any(too_few) else spread)


_leaving_out_nan(np.nanvar, np.var)
_leaving_out_nan(np.nanstd, np.std)
