"""Sorting, and what rests on it: the sorted values are the values in another order, the order is a constant.

Among equal values any order is right; both modes take the one that np.argsort gives.
"""

import numpy as np

from ..errors import UnsupportedError
from ..primitive import constant, general
from ..tracer import implements, unwrap
from .keywords import given

# -- sort and partition ------------------------------------------------------------------------------------------------


def _inverse(order, axis):
    inverse = np.empty_like(order)
    places = np.arange(order.shape[axis]).reshape((-1,) + (1,) * (order.ndim - 1 - axis % order.ndim))
    np.put_along_axis(inverse, order, places, axis)
    return inverse


def _sorting_order(ans, x, axis):
    return np.argsort(x, axis=axis)


def _partitioning_order(ans, x, axis):
    """The order in which x gives ans: the k-th smallest of one is the k-th smallest of the other."""
    from_sorted = _inverse(_sorting_order(None, ans, axis), axis)
    return np.take_along_axis(_sorting_order(None, x, axis), from_sorted, axis)


def _reordering(function, order_of):
    def jvp(dx, ans, x, *args, axis, **keywords):
        return np.take_along_axis(dx, order_of(ans, x, axis), axis)

    def vjp(ans, x, *args, axis, **keywords):
        back = _inverse(order_of(ans, x, axis), axis)
        return lambda c: np.take_along_axis(c, back, axis)

    return general(function, jvp, vjp)


_sort = _reordering(np.sort, _sorting_order)
_partition = _reordering(np.partition, _partitioning_order)


@implements(np.sort)
def sort(a, axis=-1, kind=None, order=None, *, stable=None):
    _refuse_fields(order, "np.sort")
    a, axis = _along(a, axis)
    return _sort(a, axis=axis, **given(kind=kind, stable=stable))


@implements(np.partition)
def partition(a, kth, axis=-1, kind="introselect", order=None):
    _refuse_fields(order, "np.partition")
    a, axis = _along(a, axis)
    return _partition(a, unwrap(kth), axis=axis, kind=kind)


@implements(np.sort_complex)
def sort_complex(a):
    return np.sort(a).astype(np.result_type(a.dtype, np.complex64))


def _along(a, axis):
    return (np.ravel(a), 0) if axis is None else (a, axis)


def _refuse_fields(order, name):
    if order is not None:
        raise UnsupportedError.keyword(name, "order=, which names fields, though traced arrays have none")


# -- indices and positions: constants ----------------------------------------------------------------------------------

for _function in (np.argsort, np.argpartition, np.searchsorted, np.digitize, np.isin):
    constant(_function)


@implements(np.lexsort)
def lexsort(keys, axis=-1):
    return np.lexsort([unwrap(key) for key in keys], axis)


# -- distinct values: each is the first of those that are equal --------------------------------------------------------


@implements(np.unique)
def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, **keywords):
    _, index, *rest = np.unique(unwrap(ar), True, return_inverse, return_counts, axis, **keywords)
    values = np.take(ar, index, axis)
    rest = [index, *rest] if return_index else rest
    return (values, *rest) if rest else values


def _distinct(x):
    """Indices of the distinct values in ascending order; a nan is not equal to any other."""
    return np.unique(unwrap(x), return_index=True, equal_nan=False)[1]


@implements(np.unique_values)
def unique_values(x):
    ranks = _inverse(np.argsort(np.unique_values(unwrap(x))), 0)  # newer versions of NumPy do not sort them
    return np.take(x, _distinct(x)[ranks])


def _declare_unique(function):
    @implements(function)
    def with_more(x):
        return function(unwrap(x))._replace(values=np.take(x, _distinct(x)))


for _function in (np.unique_all, np.unique_counts, np.unique_inverse):
    _declare_unique(_function)


# -- sets --------------------------------------------------------------------------------------------------------------


@implements(np.union1d)
def union1d(ar1, ar2):
    return np.unique(np.concatenate([ar1, ar2], axis=None))


@implements(np.intersect1d)
def intersect1d(ar1, ar2, assume_unique=False, return_indices=False):
    _, index1, index2 = np.intersect1d(unwrap(ar1), unwrap(ar2), assume_unique, return_indices=True)
    values = np.take(ar1, index1)
    return (values, index1, index2) if return_indices else values


@implements(np.setdiff1d)
def setdiff1d(ar1, ar2, assume_unique=False):
    ar1 = np.ravel(ar1) if assume_unique else np.unique(ar1)
    return ar1[~np.isin(unwrap(ar1), unwrap(ar2))]


@implements(np.setxor1d)
def setxor1d(ar1, ar2, assume_unique=False):
    ar1, ar2 = (np.ravel(x) if assume_unique else np.unique(x) for x in (ar1, ar2))
    return np.sort(np.concatenate([setdiff1d(ar1, ar2, True), setdiff1d(ar2, ar1, True)]))
