"""x[index], and the functional forms of x[index] = v and x[index] += v, for every index that NumPy knows."""

import numpy as np

from ..primitive import Like, Linear, View, fit
from ..tape import Scatter
from ..tracer import Tracer, dtype_of, shape_of, unwrap

__all__ = ["getitem", "getitem_back", "index_add", "index_update", "plain_index"]


def plain_index(index):
    """An index without tracers: integers and masks that were computed from traced values are constants.

    Arrays are copied, since their owner may go on to write to them.
    """
    if index.__class__ is tuple:
        return tuple(plain_index(part) for part in index)
    if index.__class__ is np.ndarray:
        return index.copy()
    if isinstance(index, Tracer):
        return unwrap(index)
    if index.__class__ is list and any(isinstance(part, Tracer) for part in index):
        return [plain_index(part) for part in index]
    return index


def _picks_once(index):
    """Whether no entry can be picked twice: so for numbers, slices and masks, but not for arrays of integers."""
    parts = index if index.__class__ is tuple else (index,)
    return all(
        part is None or part is Ellipsis or isinstance(part, int | slice | np.integer) or _is_mask(part)
        for part in parts
    )


def _is_mask(part):
    return isinstance(part, np.ndarray | np.bool) and part.dtype == bool


def getitem_back(c, x, index):
    """The transpose of x[index]."""
    c = fit(c, Like(shape_of(c), x.dtype))
    if isinstance(c, Tracer):
        return index_add(np.zeros(x.shape, x.dtype), c, index=index)
    return Scatter(c, index, x, _picks_once(index))


def _update(x, v, index):
    out = np.array(x)
    out[index] = v
    return out


def _add(x, v, index):
    out = np.array(x)
    np.add.at(out, index, v)
    return out


def _pull_value(c, x, v, index):
    """The part of c that v was written to; of entries written to twice, only the last one counts."""
    pulled = c[index]
    if not _picks_once(index):
        order = np.arange(1, int(np.prod(shape_of(pulled), dtype=int)) + 1).reshape(shape_of(pulled))
        last = np.zeros(x.shape, int)
        last[index] = order
        pulled = np.where(last[index] == order, pulled, 0)
    return _with_leading_axes(pulled, v)


def _with_leading_axes(pulled, v):
    """v may have leading axes of length one that the place it was written to does not have."""
    missing = v.ndim - len(shape_of(pulled))
    return np.reshape(pulled, (1,) * missing + shape_of(pulled)) if missing > 0 else pulled


getitem = View(lambda x, index: x[index], (lambda c, x, index: getitem_back(c, x, index),), name="getitem")

index_update = Linear(
    _update,
    (lambda c, x, v, index: index_update(c, np.zeros((), dtype_of(c)), index=index), _pull_value),
    name="index_update",
)

index_add = Linear(
    _add,
    (lambda c, x, v, index: c, lambda c, x, v, index: _with_leading_axes(c[index], v)),
    name="index_add",
)
