"""Variance, standard deviation, weighted averages, covariance."""

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from ..errors import InputError
from ..primitive import general
from ..tracer import dtype_of, implements, shape_of, unwrap
from .keywords import into, is_given, masked_by
from .reductions import count_along, expanded

# -- var and std: with d = x - mean(x), the derivative of var is 2 mean(d dx), and that of std half of it over std -----


def _deviation(x, axis, where):
    """conj(x - mean(x)), and 0 where x is masked."""
    d = _conjugate(x - np.mean(x, axis=axis, keepdims=True, where=where))
    return d if where is True else np.where(where, d, 0)


def _conjugate(x):
    return np.conjugate(x) if dtype_of(x).kind == "c" else x


def _real(x):
    return np.real(x) if dtype_of(x).kind == "c" else x


def _per_degree(x, axis, keepdims, where, ddof):
    """1 / degrees of freedom, in the shape of the result or a number; inf where there are none."""
    count = count_along(shape_of(x), axis, where)
    if where is not True and not keepdims:
        count = np.squeeze(count, axis)
    with np.errstate(divide="ignore"):  # NumPy has warned already
        return (1 / np.maximum(count - ddof, 0.0)).astype(dtype_of(_real(unwrap(x))))


def _var_jvp(dx, ans, x, axis, keepdims, where, ddof):
    products = np.sum(_real(_deviation(x, axis, where) * dx), axis=axis, keepdims=keepdims)
    return products * (2 * _per_degree(x, axis, keepdims, where, ddof))


def _var_vjp(ans, x, axis, keepdims, where, ddof):
    factor = 2 * _per_degree(x, axis, keepdims, where, ddof)
    return lambda c: expanded(c * factor, axis, keepdims) * _deviation(x, axis, where)


def _std_factor(ans, x, axis, keepdims, where, ddof):
    """1 / (std times degrees of freedom), and 0 where all entries are equal: there std is 0 up to rounding."""
    parts = (x.real, x.imag) if dtype_of(x).kind == "c" else (x,)
    is_flat = True
    for part in map(unwrap, parts):
        keywords = {"axis": axis, "keepdims": keepdims, "where": where}
        is_flat &= np.max(part, initial=-np.inf, **keywords) <= np.min(part, initial=np.inf, **keywords)
    return np.where(is_flat, 0, _per_degree(x, axis, keepdims, where, ddof) / np.where(is_flat, 1, ans))


def _std_jvp(dx, ans, x, axis, keepdims, where, ddof):
    products = np.sum(_real(_deviation(x, axis, where) * dx), axis=axis, keepdims=keepdims)
    return products * _std_factor(ans, x, axis, keepdims, where, ddof)


def _std_vjp(ans, x, axis, keepdims, where, ddof):
    factor = _std_factor(ans, x, axis, keepdims, where, ddof)
    return lambda c: expanded(c * factor, axis, keepdims) * _deviation(x, axis, where)


def _declare_spread(function, jvp, vjp, from_variance):
    primitive = general(function, jvp, vjp)

    @implements(function)
    def declared(x, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None):
        if is_given(correction):
            if ddof != 0:
                raise ValueError("ddof and correction can't be provided simultaneously.")
            ddof = correction
        if is_given(dtype):
            x = x.astype(dtype)
        axis = axis if axis is None else normalize_axis_tuple(axis, len(shape_of(x)))
        keywords = {"axis": axis, "keepdims": is_given(keepdims) and bool(keepdims), "where": masked_by(where)}
        if not is_given(mean):
            return into(out, primitive(x, **keywords, ddof=unwrap(ddof)))
        d = x - mean
        squares = np.sum(_real(d * _conjugate(d)), **keywords)
        return into(out, from_variance(squares * _per_degree(x, ddof=ddof, **keywords)))


_declare_spread(np.var, _var_jvp, _var_vjp, lambda variance: variance)
_declare_spread(np.std, _std_jvp, _std_vjp, np.sqrt)


# -- weighted averages -------------------------------------------------------------------------------------------------


@implements(np.average)
def average(x, axis=None, weights=None, returned=False, *, keepdims=False):
    keepdims = is_given(keepdims) and bool(keepdims)
    if weights is None:
        mean = np.mean(x, axis=axis, keepdims=keepdims)
        count = dtype_of(mean).type(count_along(shape_of(x), axis))
        return (mean, np.full(shape_of(mean), count)) if returned else mean
    weights = _weights_along(weights, shape_of(x), axis)
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    if np.any(np.equal(total, 0)):
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    mean = np.sum(x * weights, axis=axis, keepdims=keepdims) / total
    return (mean, np.broadcast_to(total, shape_of(mean))) if returned else mean


def _weights_along(weights, shape, axis):
    """The weights in the shape of what is averaged; they may be given for the axes that are averaged only."""
    if shape_of(weights) == shape:
        return weights
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = normalize_axis_tuple(axis, len(shape))
    if shape_of(weights) != tuple(shape[k] for k in axes):
        raise ValueError("Shape of weights must be consistent with shape of a along specified axis.")
    weights = np.transpose(weights, np.argsort(axes))
    weights = np.reshape(weights, tuple(n if k in axes else 1 for k, n in enumerate(shape)))
    return np.broadcast_to(weights, shape)


# -- covariance --------------------------------------------------------------------------------------------------------


@implements(np.cov)
def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None):
    if ddof is not None and ddof != int(ddof):
        raise ValueError("ddof must be integer")
    if dtype is None:
        dtype = np.result_type(dtype_of(m), np.float64, *([] if y is None else [dtype_of(y)]))
    x = _variables(m, rowvar, dtype)
    if y is not None:
        x = np.concatenate([x, _variables(y, rowvar, dtype)], axis=0)
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights, freedom = _observation_weights(fweights, aweights, x.shape[1], ddof)
    x = x - np.expand_dims(np.average(x, axis=1, weights=weights), 1)
    weighted = x if weights is None else x * weights
    freedom = freedom if freedom > 0 else 0.0
    products = np.matmul(weighted, _conjugate(x).T) * np.true_divide(1, freedom)
    return np.squeeze(products.astype(x.dtype))


def _variables(x, rowvar, dtype):
    """The observations, (variables, observations)."""
    if len(shape_of(x)) > 2:
        raise ValueError("a covariance is of arrays with at most 2 dimensions")
    x = np.atleast_2d(x)
    x = x if x.dtype == dtype else x.astype(dtype)
    return x if rowvar or x.shape[0] == 1 else x.T


def _observation_weights(frequencies, reliabilities, count, ddof):
    """The weights of the observations, and what the weighted sum of squares is divided by."""
    if frequencies is not None:
        frequencies = unwrap(frequencies)
        if np.any(np.not_equal(frequencies, np.round(frequencies))):
            raise TypeError("fweights must be integer")
    for name, weights in (("fweights", frequencies), ("aweights", reliabilities)):
        if weights is None:
            continue
        if shape_of(weights) != (count,):
            raise InputError(f"{name} has shape {shape_of(weights)}, but there are {count} observations")
        if np.any(np.less(weights, 0)):
            raise ValueError(f"{name} cannot be negative")
    if reliabilities is None:
        return frequencies, (count if frequencies is None else np.sum(frequencies)) - ddof
    weights = reliabilities if frequencies is None else frequencies * reliabilities
    total = np.sum(weights)
    return weights, total - ddof * np.sum(weights * reliabilities) / total


@implements(np.corrcoef)
def corrcoef(x, y=None, rowvar=True, *, dtype=None):
    c = np.cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    deviation = np.sqrt(np.real(np.diagonal(c)))
    r = c / deviation[:, None] / deviation[None, :]
    inside = unwrap(r)  # rounding leads a little out of [-1, 1], which the derivative need not notice
    clipped = np.clip(inside.real, -1, 1) + (1j * np.clip(inside.imag, -1, 1) if inside.dtype.kind == "c" else 0)
    return r + (clipped - inside)
