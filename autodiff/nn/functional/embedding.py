"""Rows of a table, picked by number: embeddings, bags of them, and one-hot vectors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...fused import fused
from ...tracer import dtype_of, shape_of, unwrap
from ...transforms import stop_gradient
from ..errors import ModelError, ShapeError
from ..shapes import Shaped

__all__ = ["embedding", "embedding_bag", "one_hot"]


def indices_below(name: str, indices: Any, count: int) -> Any:
    """The indices as an array of integers, all in range; ShapeError for other dtypes, IndexError out of range."""
    if isinstance(indices, Shaped):  # of which no numbers are known
        return indices
    indices = np.asarray(unwrap(indices))
    if indices.dtype.kind not in "iu":
        if indices.size == 0:
            return indices.astype(np.intp)
        raise ShapeError(
            f"{name} takes indices of an integer dtype, but was given {indices.dtype}; "
            ".astype(int) if they are numbers of rows"
        )
    if indices.size:
        low, high = int(indices.min()), int(indices.max())
        if low < 0 or high >= count:
            wrong = low if low < 0 else high
            place = tuple(int(k) for k in np.argwhere(indices == wrong)[0])
            raise IndexError(
                f"{name} has {count} rows, numbered from 0, but index {wrong} was asked for at {place} of an array of "
                f"shape {indices.shape}; make the table larger, or map what is unknown to a row of its own"
            )
    return indices


def embedding(indices: Any, weight: Any, padding_idx: int | None = None) -> Any:
    """y[...] = weight[indices[...]]: the rows of a table.

    indices      integers, any shape
    weight       (rows, D)
    padding_idx  a row that is not trained: its derivative is zero; negative counts from the end

    Returns (*indices.shape, D). Raises ShapeError where the indices are no integers, IndexError where one is out of
    range.

    >>> embedding(np.array([2, 0]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    array([[5., 6.],
           [1., 2.]])
    """
    rows = shape_of(weight)[0]
    if padding_idx is not None:
        if not -rows <= padding_idx < rows:
            raise ModelError(f"embedding's padding_idx is a row of {rows}, not {padding_idx}")
        padding_idx %= rows
    return _rows(weight, indices_below("embedding", indices, rows), padding_idx=padding_idx)


def _forward(weight, indices, padding_idx):
    return np.take(weight, indices, axis=0), indices


def _backward(cotangent, kept, wanted, weight, indices, padding_idx):
    found = sum_of_rows(cotangent.reshape(indices.size, math.prod(weight.shape[1:])), indices.ravel(), weight.shape[0])
    if padding_idx is not None:
        found[padding_idx] = 0
    return [found if weight.ndim == 2 else found.reshape(weight.shape)]  # a view would be copied on its way out


def sum_of_rows(values: np.ndarray, indices: np.ndarray, rows: int) -> np.ndarray:
    """The table (rows, D) in which row r is the sum of the values[k] with indices[k] = r: sparse ones @ values.

    np.add.at takes ten times as long where rows are few, and sorted sums by np.add.reduceat three times.
    """
    from scipy.sparse import csr_matrix

    starts = np.zeros(rows + 1, np.intp)
    np.cumsum(np.bincount(indices, minlength=rows), out=starts[1:])
    places = np.argsort(indices, kind="stable")  # of the values of row 0, of row 1, ...
    picked = csr_matrix((np.ones(len(places), values.dtype), places, starts), shape=(rows, len(places)))
    return np.asarray(picked @ values)


def _shape(weight, indices, padding_idx):
    return (*shape_of(indices), *shape_of(weight)[1:]), dtype_of(weight)


@fused(_forward, _backward, shape=_shape, macs=lambda *args, **params: 0)
def _rows(weight, indices, padding_idx):
    if padding_idx is not None:
        trained = np.arange(shape_of(weight)[0])[:, None] != padding_idx
        weight = np.where(trained, weight, stop_gradient(weight))
    return weight[indices]


def one_hot(indices: Any, num_classes: int, dtype: Any = np.float32) -> np.ndarray:
    """y[..., c] = 1 where c is the index, else 0.

    >>> one_hot(np.array([1, 0]), 3)
    array([[0., 1., 0.],
           [1., 0., 0.]], dtype=float32)
    """
    indices = indices_below("one_hot", indices, num_classes)
    found = np.zeros((indices.size, num_classes), dtype)
    found[np.arange(indices.size), indices.ravel()] = 1
    return found.reshape(*indices.shape, num_classes)


def embedding_bag(
    indices: Any,
    weight: Any,
    offsets: Any = None,
    mode: str = "mean",
    per_sample_weights: Any = None,
    padding_idx: int | None = None,
) -> Any:
    """y_b = Σ, mean or max of the rows of the table in bag b.

    indices             (B, L), bags of one length, or (L,), with the offsets at which the bags start
    weight              (rows, D)
    mode                "sum", "mean" or "max"
    per_sample_weights  like indices: a factor for each row, where the mode is "sum"
    padding_idx         a row that is left out

    Returns (B, D), with zeros for an empty bag. Raises ModelError where the options do not fit.

    >>> embedding_bag(np.array([0, 1, 1]), np.array([[1.0], [2.0]]), offsets=np.array([0, 1]), mode="sum")
    array([[1.],
           [4.]])
    """
    if mode not in ("sum", "mean", "max"):
        raise ModelError(f"embedding_bag's mode is 'sum', 'mean' or 'max', not {mode!r}")
    if per_sample_weights is not None and mode != "sum":
        raise ModelError(f"embedding_bag takes per_sample_weights where its mode is 'sum', not {mode!r}")
    rows = shape_of(weight)[0]
    indices = indices_below("embedding_bag", indices, rows)
    if (indices.ndim == 1) != (offsets is not None) or indices.ndim not in (1, 2):
        raise ShapeError.of(
            "embedding_bag", "(B, L) without offsets, or (L,) with offsets", indices.shape, "give it one of the two"
        )
    present: Any = np.ones(indices.shape, bool)
    if offsets is not None:
        places, present = _padded(np.asarray(offsets), indices.size)
        indices = indices[places] if indices.size else np.zeros(places.shape, np.intp)
        if per_sample_weights is not None and indices.size:
            per_sample_weights = per_sample_weights[places]
    if padding_idx is not None:
        present = present & (indices != padding_idx % rows)
    taken = embedding(indices, weight)  # (B, L, D)
    if mode == "max":
        if not indices.size:
            return np.sum(taken, axis=1)
        largest = np.max(np.where(present[..., None], taken, -np.inf), axis=1)
        return np.where(present.any(axis=1)[:, None], largest, 0)
    factors = present.astype(dtype_of(weight))  # (B, L)
    if mode == "mean":
        factors /= np.maximum(factors.sum(axis=1, keepdims=True), 1)
    elif per_sample_weights is not None:
        factors = factors * per_sample_weights
    return np.einsum("bl,bld->bd", factors, taken)


def _padded(offsets, size):
    """Places (B, L) of the entries of the bags that start at some offsets, and which of them are there."""
    ends = np.append(offsets[1:], size)
    lengths = ends - offsets
    if offsets.ndim != 1 or (offsets.size and offsets[0] != 0) or np.any(lengths < 0):
        raise ModelError(f"embedding_bag's offsets start at 0 and rise to at most {size}, but they are {offsets}")
    steps = np.arange(max(1, int(lengths.max(initial=0))))
    present = steps < lengths[:, None]
    return np.where(present, offsets[:, None] + steps, 0), present
