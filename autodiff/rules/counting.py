"""Counts and histograms: constant in the data, linear in the weights, differentiable in the edges."""

import numpy as np

from ..errors import UnsupportedError
from ..tracer import dtype_of, implements, shape_of, unwrap
from .indexing import index_add, plain_index


@implements(np.bincount)
def bincount(x, /, weights=None, minlength=0):
    numbers = np.asarray(unwrap(x))
    counts = np.bincount(numbers, minlength=minlength)
    if weights is None:
        return counts
    if dtype_of(weights).kind == "c":
        raise UnsupportedError.keyword("np.bincount", "weights are complex; call it for their real and imaginary parts")
    if shape_of(weights) != numbers.shape:
        raise ValueError(f"np.bincount: weights of shape {shape_of(weights)} for numbers of shape {numbers.shape}")
    return index_add(np.zeros(counts.shape), weights, index=plain_index(numbers))


@implements(np.histogram_bin_edges)
def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """Those given, or equally spaced ones: their number is a constant, their ends are those of the data."""
    if shape_of(bins) == (1,) or len(shape_of(bins)) > 1:
        raise ValueError(f"np.histogram: edges of shape {shape_of(bins)}; they are a vector of two or more")
    if shape_of(bins):
        return bins if hasattr(bins, "shape") else np.asarray(bins)
    if range is not None:
        low, high = range
    elif shape_of(a) and 0 in shape_of(a):
        low, high = 0.0, 1.0
    else:
        low, high = np.min(a), np.max(a)
    if low == high:
        low, high = low - 0.5, high + 0.5
    plain_range = None if range is None else (unwrap(low), unwrap(high))
    count = len(np.histogram_bin_edges(unwrap(a), unwrap(bins), plain_range, unwrap(weights))) - 1
    return np.linspace(low, high, count + 1)


@implements(np.histogram)
def histogram(a, bins=10, range=None, density=None, weights=None):
    edges = histogram_bin_edges(a, bins, range, weights)
    counts = _counted(unwrap(a), unwrap(edges), weights)
    return (counts / np.diff(edges) / np.sum(counts) if density else counts), edges


def _counted(a, edges, weights):
    """Each bin has its lower edge; the last one has its upper edge too."""
    if weights is None:
        return np.histogram(a, edges)[0]
    if shape_of(weights) != np.shape(a):
        raise ValueError(f"np.histogram: weights of shape {shape_of(weights)} for data of shape {np.shape(a)}")
    bins = np.where(a == edges[-1], len(edges) - 1, np.searchsorted(edges, a, side="right")) - 1
    counted = (bins >= 0) & (bins < len(edges) - 1)
    zeros = np.zeros(len(edges) - 1, dtype_of(weights))
    return index_add(zeros, weights[counted], index=bins[counted])
