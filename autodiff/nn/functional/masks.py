"""Masks of attention, and the softmax that heeds them.

A mask is True where a query may look at a key, or it is an array of floats that is added to the scores.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from ...tracer import Tracer, dtype_of, shape_of
from ...transforms import stop_gradient
from ..errors import ModelError, ShapeError
from .floating import floating

__all__ = ["causal_mask", "masked_softmax", "padding_mask"]


@functools.lru_cache(maxsize=64)
def causal_mask(T: int, S: int | None = None, window: int | None = None) -> np.ndarray:
    """M[t, s] = s ≤ t + S - T: what a query may look at if none may see the future. Read-only, shape (T, S).

    T       number of queries
    S       number of keys, T by default. With more keys the queries are the last T positions, as they are when keys
            and values of the past come from a cache. (PyTorch's is_causal aligns the first ones.)
    window  how many keys back a query sees, itself included; by default all

    >>> causal_mask(2, 3).astype(int)
    array([[1, 1, 0],
           [1, 1, 1]])
    """
    S = T if S is None else S
    behind = np.arange(T)[:, None] + (S - T) - np.arange(S)  # how far the key is in the past of the query
    mask = (behind >= 0) if window is None else (behind >= 0) & (behind < window)
    mask.flags.writeable = False
    return mask


def padding_mask(lengths: Any, T: int) -> np.ndarray:
    """M[n, 0, 0, t] = t < lengths[n]: True on the tokens of each sequence, False on what fills it up.

    lengths  (N,) ints
    T        the length that all are filled up to

    Returns (N, 1, 1, T), which serves self-attention as it does attention to an encoder's output. Raises ShapeError
    where lengths has not one axis, TypeError where they are no ints, ValueError where one is negative or above T.

    >>> padding_mask([1, 3], 3)[:, 0, 0].astype(int)
    array([[1, 0, 0],
           [1, 1, 1]])
    """
    lengths = np.asarray(lengths)
    if lengths.ndim != 1:
        raise ShapeError.of("padding_mask", "lengths (N,)", lengths.shape, "give it one length for each sequence")
    if lengths.size and lengths.dtype.kind not in "iu":
        raise TypeError(f"the lengths are whole numbers, not {lengths.dtype}; convert them with .astype(int)")
    if lengths.size and not (lengths.min() >= 0 and lengths.max() <= T):
        raise ValueError(f"the lengths are from 0 to T = {T}, not {lengths.min()} to {lengths.max()}; raise T")
    return (np.arange(T) < lengths[:, None])[:, None, None, :]


def masked_softmax(scores: Any, mask: Any = None, causal: bool = False) -> Any:
    """w_ts = exp(scores_ts) / Σ_r exp(scores_tr), the sum over the keys r that a mask leaves to query t.

    scores  (..., T, S)
    mask    broadcasts to scores: True where a query may look, or floats to be added to the scores
    causal  whether the future is masked besides; see `causal_mask`

    Returns (..., T, S). What is masked has weight exactly 0, and all has where a query may look nowhere. Raises
    TypeError for a mask of integers, ShapeError for one that does not broadcast.

    >>> masked_softmax(np.zeros((2, 2)), causal=True)
    array([[1. , 0. ],
           [0.5, 0.5]])
    """
    scores = floating(scores)
    allowed = causal_mask(*shape_of(scores)[-2:]) if causal else None
    mask = checked_mask(mask, shape_of(scores), dtype_of(scores))
    if mask is not None:
        if dtype_of(mask).kind == "b":
            allowed = mask if allowed is None else mask & allowed
        else:
            scores = scores + mask
    if allowed is not None:
        scores = np.where(allowed, scores, -math.inf)
    highest = np.max(stop_gradient(scores), axis=-1, keepdims=True, initial=-math.inf)
    e = np.exp(scores - np.where(highest == -math.inf, 0.0, highest).astype(dtype_of(scores)))
    total = np.sum(e, axis=-1, keepdims=True)
    return e / np.where(stop_gradient(total) == 0, 1, total)


def checked_mask(mask: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """A mask that fits weights of a shape, as truth values or in a dtype; TypeError or ShapeError for another."""
    if mask is None:
        return None
    if not isinstance(mask, Tracer):
        mask = np.asarray(mask)
    if dtype_of(mask).kind not in "bf":
        raise TypeError(
            f"a mask is an array of truth values (True: may be looked at) or of floats (added to the scores), not of "
            f"{dtype_of(mask)}; convert it with mask.astype(bool)"
        )
    try:
        fits = np.broadcast_shapes(shape_of(mask), shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError.of(
            "the mask of attention", f"what broadcasts to (..., heads, T, S) = {shape}", shape_of(mask),
            "add axes of length 1: a mask for each sequence is (N, 1, 1, S) or (N, 1, T, S)",
        )  # fmt: skip
    return mask if dtype_of(mask) in (np.dtype(bool), dtype) else mask.astype(dtype)


def steps_mask(lengths: Any, mask: Any, shape: tuple[int, int]) -> np.ndarray | None:
    """The mask (N, T) that the arguments `lengths` (N,) and `mask` (N, T) of a recurrence say; None for all steps.

    Raises ModelError where both are given, ShapeError for a mask of another shape.
    """
    if lengths is not None and mask is not None:
        raise ModelError("lengths and mask say the same: give one of them")
    if lengths is not None:
        return padding_mask(lengths, shape[1])[:, 0, 0]
    if mask is None:
        return None
    mask = np.asarray(mask, bool)
    if mask.shape != shape:
        raise ShapeError.of("the mask of a sequence", str(shape), mask.shape, "one truth value for each step")
    return mask
