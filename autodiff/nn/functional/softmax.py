"""Functions of all numbers along an axis: softmax and its relatives, and gates that split an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...fused import fused
from ...tracer import dtype_of, shape_of
from ...transforms import stop_gradient
from ..errors import ModelError, ShapeError
from .activations import sigmoid, silu
from .floating import floating
from .gelu import gelu

__all__ = [
    "geglu",
    "glu",
    "gumbel_softmax",
    "log_softmax",
    "logsumexp",
    "maxout",
    "softmax",
    "softmin",
    "sparsemax",
    "swiglu",
]


def _as_given(x, axis):
    return shape_of(x), dtype_of(x)


def _sum(x, axis):
    """Σ along an axis that stays, by a product with ones where that is the last."""
    if axis in (-1, x.ndim - 1) and x.flags.c_contiguous and x.ndim:
        return np.matmul(x, np.ones((x.shape[-1], 1), x.dtype))
    return np.sum(x, axis=axis, keepdims=True)


def _dot(x, y, axis):
    """Σ x y along an axis that stays."""
    if axis in (-1, x.ndim - 1) and x.ndim:
        return np.einsum("...i,...i->...", x, y)[..., None]
    return np.sum(x * y, axis=axis, keepdims=True)


def _largest(x, axis):
    """The maximum along an axis that stays; 0 for an axis of length 0, where there is nothing to shift."""
    return np.max(x, axis=axis, keepdims=True) if np.size(x) else np.zeros((1,) * np.ndim(x), dtype_of(x))


# -- softmax -----------------------------------------------------------------------------------------------------------


def softmax(x: Any, axis: int = -1) -> Any:
    """exp(xᵢ) / Σⱼ exp(xⱼ) along an axis, shifted by the maximum, so that nothing overflows.

    Entries that are -inf get exactly 0; where all of them are, the result is nan.

    >>> softmax(np.array([0.0, 0.0, -np.inf]))
    array([0.5, 0.5, 0. ])
    """
    return _softmax(floating(x), axis=axis)


def _softmax_forward(x, axis):
    y = np.asarray(x - _largest(x, axis))
    np.exp(y, out=y)
    y *= 1 / _sum(y, axis)
    return y, y


def _softmax_backward(cotangent, y, wanted, x, axis):
    c = cotangent - _dot(cotangent, y, axis)
    c *= y
    return [c]


@fused(_softmax_forward, _softmax_backward, shape=_as_given)
def _softmax(x, axis):
    e = np.exp(x - stop_gradient(_largest(x, axis)))
    return e / np.sum(e, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: int = -1) -> Any:
    """xᵢ - log Σⱼ exp(xⱼ) along an axis.

    >>> log_softmax(np.array([0.0, 1e4]))
    array([-10000.,      0.])
    """
    return _log_softmax(floating(x), axis=axis)


def _log_softmax_forward(x, axis):
    y = np.asarray(x - _largest(x, axis))
    y -= np.log(_sum(np.exp(y), axis))
    return y, y


def _log_softmax_backward(cotangent, y, wanted, x, axis):
    c = np.exp(y)
    c *= -_sum(cotangent, axis)
    c += cotangent
    return [c]


@fused(_log_softmax_forward, _log_softmax_backward, shape=_as_given)
def _log_softmax(x, axis):
    shifted = x - stop_gradient(_largest(x, axis))
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


def softmin(x: Any, axis: int = -1) -> Any:
    """softmax(-x)."""
    return softmax(-x, axis)


def logsumexp(x: Any, axis: int | tuple[int, ...] | None = -1, keepdims: bool = False) -> Any:
    """log Σ exp(xᵢ) along one axis, several, or all (None), shifted by the maximum.

    >>> float(logsumexp(np.array([1e4, 1e4])) - 1e4), float(logsumexp(np.array([-np.inf, 3.0])))
    (0.6931471805601177, 3.0)
    """
    largest = np.max(stop_gradient(x), axis=axis, keepdims=True)
    shift = np.where(np.isfinite(largest), largest, 0)
    with np.errstate(divide="ignore"):  # log 0 is what it is where all are -inf
        result = np.log(np.sum(np.exp(x - shift), axis=axis, keepdims=True)) + shift
    return result if keepdims else np.squeeze(result, axis=axis)


def sparsemax(x: Any, axis: int = -1) -> Any:
    """The point of the simplex that is nearest to x: max(xᵢ - τ, 0), with τ so that they sum to 1.

    Unlike softmax it gives exact zeros (Martins and Astudillo 2016, algorithm 1).

    >>> sparsemax(np.array([1.0, 0.8, -1.0])).round(4)
    array([0.6, 0.4, 0. ])
    """
    plain = np.moveaxis(stop_gradient(x), axis, -1)
    descending = -np.sort(-plain, axis=-1)
    sums = np.cumsum(descending, axis=-1)
    counts = np.arange(1, plain.shape[-1] + 1, dtype=plain.dtype)
    size = np.sum(1 + counts * descending > sums, axis=-1, keepdims=True)
    border = (np.take_along_axis(sums, size - 1, -1) - 1) / size.astype(plain.dtype)
    support = np.moveaxis(plain > border, -1, axis)
    tau = (np.sum(np.where(support, x, 0), axis=axis, keepdims=True) - 1) / np.sum(
        support, axis=axis, keepdims=True, dtype=plain.dtype
    )
    return np.where(support, x - tau, 0)


def gumbel_softmax(
    logits: Any, rng: np.random.Generator | None, tau: float = 1.0, hard: bool = False, axis: int = -1
) -> Any:
    """softmax((logits + g) / τ) with Gumbel noise g: samples of a class that can be differentiated (Jang et al. 2017).

    rng   where the noise comes from; None for no noise
    tau   the temperature: near 0 the samples are nearly one-hot
    hard  whether they are exactly one-hot; the derivative stays that of the soft ones (straight through)

    >>> gumbel_softmax(np.zeros(3), np.random.default_rng(0), hard=True).sum()
    np.float64(1.0)
    """
    if not tau > 0:
        raise ModelError(f"gumbel_softmax takes a positive temperature tau, not {tau}")
    logits = floating(logits)
    if rng is not None:
        logits = logits + rng.gumbel(size=shape_of(logits)).astype(dtype_of(logits))
    soft = softmax(logits / tau, axis)
    if not hard:
        return soft
    plain = stop_gradient(soft)
    chosen = np.zeros_like(plain)
    np.put_along_axis(chosen, np.argmax(plain, axis=axis, keepdims=True), 1, axis)
    return soft + (chosen - plain)


# -- gates -------------------------------------------------------------------------------------------------------------


def _halves(name, x, axis):
    if not shape_of(x) or shape_of(x)[axis] % 2:
        raise ShapeError.of(name, f"an even number of features on axis {axis}", shape_of(x), "it splits them in two")
    return np.split(x, 2, axis=axis)


def glu(x: Any, axis: int = -1) -> Any:
    """a σ(b) for the halves (a, b) of x along an axis (Dauphin et al. 2017)."""
    a, b = _halves("glu", x, axis)
    return a * sigmoid(b)


def geglu(x: Any, axis: int = -1) -> Any:
    """a gelu(b) for the halves (a, b) of x along an axis (Shazeer 2020)."""
    a, b = _halves("geglu", x, axis)
    return a * gelu(b)


def swiglu(x: Any, axis: int = -1) -> Any:
    """a silu(b) for the halves (a, b) of x along an axis (Shazeer 2020)."""
    a, b = _halves("swiglu", x, axis)
    return a * silu(b)


def maxout(x: Any, pieces: int, axis: int = -1) -> Any:
    """The largest of each group of `pieces` features that follow each other (Goodfellow et al. 2013).

    >>> maxout(np.array([1.0, 2.0, 4.0, 3.0]), 2)
    array([2., 4.])
    """
    shape = shape_of(x)
    axis = axis % len(shape)
    if pieces < 1 or shape[axis] % pieces:
        raise ShapeError.of(
            "maxout", f"features on axis {axis} in groups of {pieces}", shape, "make their number a multiple of it"
        )
    return np.max(np.reshape(x, (*shape[:axis], shape[axis] // pieces, pieces, *shape[axis + 1 :])), axis=axis + 1)
