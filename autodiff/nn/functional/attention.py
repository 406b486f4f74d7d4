"""Attention: weighted means of values, with weights from how well queries and keys agree."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...fused import fused
from ...tracer import dtype_of, shape_of
from ..errors import ShapeError
from ..random import ShapesOnly
from .attention_kernels import pull_back, weigh
from .masks import causal_mask, checked_mask, masked_softmax

__all__ = [
    "additive_attention",
    "merge_heads",
    "scaled_dot_product_attention",
    "self_attention",
    "split_heads",
]


# -- scaled dot products -----------------------------------------------------------------------------------------------


def scaled_dot_product_attention(
    q: Any,
    k: Any,
    v: Any,
    mask: Any = None,
    causal: bool = False,
    scale: float | None = None,
    dropout: float = 0.0,
    rng: Any = None,
    return_weights: bool = False,
) -> Any:
    """u_t = Σ_s α_ts v_s, where α_t = softmax over s of scale · q_tᵀk_s + mask_ts.

    q, k, v         (..., heads, T, d), (..., key_value_heads, S, d), (..., key_value_heads, S, e). Fewer heads of keys
                    and values than of queries are shared by groups of queries' heads that follow each other
    mask            broadcasts to (..., heads, T, S): True where a query may look, or floats to be added to the scores,
                    which are differentiated too. A query that may look nowhere gets zeros
    causal          whether the future is masked besides; see `causal_mask`
    scale           1/√d by default
    dropout, rng    the probability that a weight is dropped, and the generator that decides
    return_weights  whether to return (u, α), with α of shape (..., heads, T, S), as it was before dropout

    Returns (..., heads, T, e). Raises ShapeError where the shapes do not fit.

    The mask comes before the softmax, so that the weights that are left sum to 1. (The deck's sum over τ ≤ t of a
    softmax over all positions does not.) The tape has one record of it. Vaswani et al. 2017, arXiv:1706.03762, section
    3.2.1; shared keys and values: Shazeer 2019, arXiv:1911.02150, and Ainslie et al. 2023, arXiv:2305.13245.

    >>> x = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    >>> scaled_dot_product_attention(x, x, x, causal=True, scale=1.0).round(3)
    array([[[1.   , 0.   ],
            [0.269, 0.731]]])
    """
    _check(q, k, v)
    if len(shape_of(q)) == 2:
        found = scaled_dot_product_attention(
            q[np.newaxis], k[np.newaxis], v[np.newaxis], mask, causal, scale, dropout, rng, return_weights
        )
        return (found[0][0], found[1][0]) if return_weights else found[0]
    shape = (*shape_of(q)[:-1], shape_of(k)[-2])  # of the weights
    mask = checked_mask(mask, shape, dtype_of(q))
    kept = _kept(shape, dtype_of(q), dropout, rng)
    scale = shape_of(q)[-1] ** -0.5 if scale is None else float(scale)
    call = _attend_with_weights if return_weights else _attend
    return call(q, k, v, mask, kept, causal=bool(causal), scale=scale)


def self_attention(
    qkv: Any,
    heads: int,
    key_value_heads: int | None = None,
    mask: Any = None,
    causal: bool = False,
    scale: float | None = None,
    dropout: float = 0.0,
    rng: Any = None,
) -> Any:
    """The heads' `scaled_dot_product_attention` side by side, of queries, keys and values that lie side by side.

    qkv              (..., T, (heads + 2 key_value_heads) d): the projections of a sequence, first all heads' queries,
                     then the keys, then the values
    heads            how many heads of queries
    key_value_heads  how many of keys and values; as many by default
    mask ... rng     as for `scaled_dot_product_attention`

    Returns (..., T, heads d). Raises ShapeError where the heads do not divide the last axis. No head is copied out of
    the projections, forward or backward, which is what this is for.

    >>> self_attention(np.ones((2, 5, 12)), heads=2, causal=True).shape
    (2, 5, 4)
    """
    groups = heads if key_value_heads is None else key_value_heads
    shape = shape_of(qkv)
    if len(shape) < 2 or shape[-1] % (heads + 2 * groups) or heads % groups:
        raise ShapeError.of(
            "self_attention's qkv",
            f"(..., T, {heads + 2 * groups} d), with {heads} heads of queries and {groups} of keys and values",
            shape,
            "the heads of keys and values divide those of queries, and all have the same size",
        )
    weights = (*shape[:-2], heads, shape[-2], shape[-2])
    mask = checked_mask(mask, weights, dtype_of(qkv))
    kept = _kept(weights, dtype_of(qkv), dropout, rng)
    scale = (shape[-1] // (heads + 2 * groups)) ** -0.5 if scale is None else float(scale)
    return _self_attend(qkv, mask, kept, heads=heads, groups=groups, causal=bool(causal), scale=scale)


def split_heads(x: Any, heads: int) -> Any:
    """(..., T, heads · d) → (..., heads, T, d), which is a view.

    >>> split_heads(np.zeros((2, 5, 12)), 3).shape
    (2, 3, 5, 4)
    """
    shape = shape_of(x)
    if len(shape) < 2 or shape[-1] % heads:
        raise ShapeError.of("split_heads", f"(..., T, {heads} d)", shape, "the heads divide the last axis")
    return np.swapaxes(np.reshape(x, (*shape[:-1], heads, shape[-1] // heads)), -2, -3)


def merge_heads(x: Any) -> Any:
    """(..., heads, T, d) → (..., T, heads · d): the inverse of `split_heads`.

    >>> merge_heads(np.zeros((2, 3, 5, 4))).shape
    (2, 5, 12)
    """
    *lead, heads, T, d = shape_of(x)
    return np.reshape(np.swapaxes(x, -2, -3), (*lead, T, heads * d))


# -- additive ----------------------------------------------------------------------------------------------------------


def additive_attention(
    q: Any, k: Any, v: Any, weight: Any, mask: Any = None, causal: bool = False, return_weights: bool = False
) -> Any:
    """u_t = Σ_s α_ts v_s, where α_t = softmax over s of wᵀ tanh(q_t + k_s).

    q, k    (..., T, a) and (..., S, a): queries and keys after their affine maps
    v       (..., S, e)
    weight  w, (a,)
    mask    broadcasts to (..., T, S), as for `scaled_dot_product_attention`; causal and return_weights as there too

    Returns (..., T, e). Bahdanau, Cho and Bengio 2015, arXiv:1409.0473, appendix A.1.2.

    >>> additive_attention(np.zeros((2, 3)), np.zeros((4, 3)), np.arange(4.0)[:, None], np.ones(3))
    array([[1.5],
           [1.5]])
    """
    size = shape_of(weight)[0]
    for name, x in (("q", q), ("k", k)):
        if len(shape_of(x)) < 2 or shape_of(x)[-1] != size:
            raise ShapeError.of(f"additive_attention's {name}", f"(..., T, {size})", shape_of(x), "the weight says so")
    if shape_of(k)[:-1] != shape_of(v)[:-1]:
        raise ShapeError.of(
            "additive_attention's v", f"{(*shape_of(k)[:-1], 'e')}, a value for each key", shape_of(v), "k says so"
        )
    hidden = np.tanh(q[..., :, np.newaxis, :] + k[..., np.newaxis, :, :])  # (..., T, S, a)
    scores = np.matmul(hidden, weight)
    weights = masked_softmax(scores, checked_mask(mask, shape_of(scores), dtype_of(scores)), causal)
    u = np.matmul(weights, v)
    return (u, weights) if return_weights else u


# -- what they mean ----------------------------------------------------------------------------------------------------


def _weights_and_result(q, k, v, mask, kept, causal, scale):
    *lead, heads, T, d = shape_of(q)
    groups, S = shape_of(k)[-3:-1]
    rows = np.reshape(q, (*lead, groups, heads // groups * T, d))  # heads that share keys, one below the other
    scores = np.matmul(rows, np.swapaxes(k, -1, -2)) * scale
    weights = masked_softmax(np.reshape(scores, (*lead, heads, T, S)), mask, causal)
    used = weights if kept is None else weights * kept
    u = np.matmul(np.reshape(used, (*lead, groups, heads // groups * T, S)), v)
    return np.reshape(u, (*lead, heads, T, shape_of(v)[-1])), weights


def _macs(q, k, v, mask=None, kept=None, *, causal, scale):
    return math.prod(shape_of(q)[:-1]) * shape_of(k)[-2] * (shape_of(q)[-1] + shape_of(v)[-1])


def _shape(q, k, v, mask=None, kept=None, *, causal, scale):
    return (*shape_of(q)[:-1], shape_of(v)[-1]), dtype_of(q)


def _shapes(q, k, v, mask=None, kept=None, *, causal, scale):
    return _shape(q, k, v, causal=causal, scale=scale), ((*shape_of(q)[:-1], shape_of(k)[-2]), dtype_of(q))


# -- as kernels compute it ---------------------------------------------------------------------------------------------


def _by_heads(q, v):
    """An empty result whose heads lie side by side, so that merging them is a view."""
    *lead, heads, T, _ = q.shape
    return np.swapaxes(np.empty((*lead, T, heads, v.shape[-1]), q.dtype), -2, -3)


def _forward(q, k, v, mask=None, kept=None, *, causal, scale):
    u = _by_heads(q, v)
    allowed = causal_mask(q.shape[-2], k.shape[-2]) if causal else None
    held = weigh(q, k, v, mask, allowed, kept, scale, u)
    return u, (u, held)


def _backward(cotangent, of_forward, wanted, q, k, v, mask=None, kept=None, *, causal, scale):
    u, held = of_forward
    outs = _by_heads(q, q), _by_heads(k, k), _by_heads(v, v)
    of_mask = pull_back(cotangent, None, u, held, k, v, kept, scale, outs, 3 in wanted)
    return [(*outs, of_mask)[i] for i in wanted]


@fused(_forward, _backward, shape=_shape, macs=_macs)
def _attend(q, k, v, mask=None, kept=None, *, causal, scale):
    return _weights_and_result(q, k, v, mask, kept, causal, scale)[0]


def _forward_with_weights(q, k, v, mask=None, kept=None, *, causal, scale):
    u, (_, held) = _forward(q, k, v, mask, kept, causal=causal, scale=scale)
    return (u, held.weights()), (u, held)


def _backward_with_weights(cotangents, of_forward, wanted, q, k, v, mask=None, kept=None, *, causal, scale):
    u, held = of_forward
    outs = _by_heads(q, q), _by_heads(k, k), _by_heads(v, v)
    c, of_weights = cotangents
    of_mask = pull_back(c, of_weights, u, held, k, v, kept, scale, outs, 3 in wanted)
    return [(*outs, of_mask)[i] for i in wanted]


@fused(_forward_with_weights, _backward_with_weights, shape=_shapes, macs=_macs, several=True)
def _attend_with_weights(q, k, v, mask=None, kept=None, *, causal, scale):
    return _weights_and_result(q, k, v, mask, kept, causal, scale)


def _apart(qkv, heads, groups):
    """Queries, keys and values (..., heads, T, d) of projections that lie side by side: views."""
    shape = shape_of(qkv)
    x = np.swapaxes(np.reshape(qkv, (*shape[:-1], heads + 2 * groups, shape[-1] // (heads + 2 * groups))), -2, -3)
    return x[..., :heads, :, :], x[..., heads : heads + groups, :, :], x[..., heads + groups :, :, :]


def _self_forward(qkv, mask=None, kept=None, *, heads, groups, causal, scale):
    u, kept_back = _forward(*_apart(qkv, heads, groups), mask, kept, causal=causal, scale=scale)
    return merge_heads(u), kept_back


def _self_backward(cotangent, of_forward, wanted, qkv, mask=None, kept=None, *, heads, groups, causal, scale):
    u, held = of_forward
    _, k, v = _apart(qkv, heads, groups)
    out = np.empty(qkv.shape, qkv.dtype)
    cotangent = split_heads(cotangent, heads)
    of_mask = pull_back(cotangent, None, u, held, k, v, kept, scale, _apart(out, heads, groups), 1 in wanted)
    return [(out, of_mask)[i] for i in wanted]


def _self_shape(qkv, mask=None, kept=None, *, heads, groups, causal, scale):
    return (*shape_of(qkv)[:-1], shape_of(qkv)[-1] // (heads + 2 * groups) * heads), dtype_of(qkv)


def _self_macs(qkv, mask=None, kept=None, *, heads, groups, causal, scale):
    *lead, T, width = shape_of(qkv)
    return math.prod(lead) * heads * T * T * 2 * (width // (heads + 2 * groups))


@fused(_self_forward, _self_backward, shape=_self_shape, macs=_self_macs)
def _self_attend(qkv, mask=None, kept=None, *, heads, groups, causal, scale):
    return merge_heads(_weights_and_result(*_apart(qkv, heads, groups), mask, kept, causal, scale)[0])


# -- checks ------------------------------------------------------------------------------------------------------------


def _check(q, k, v):
    name = "scaled_dot_product_attention"
    if len(shape_of(q)) < 2:
        raise ShapeError.of(
            f"{name}'s q", "(..., heads, T, d)", shape_of(q), "give each position a vector of d numbers"
        )
    *lead, heads, _, d = (1, *shape_of(q)) if len(shape_of(q)) == 2 else shape_of(q)
    for letter, x in (("k", k), ("v", v)):
        shape = (1, *shape_of(x)) if len(shape_of(x)) == len(shape_of(q)) == 2 else shape_of(x)
        if len(shape) != len(lead) + 3 or shape[:-3] != tuple(lead) or not shape[-3] or heads % shape[-3]:
            expected = f"{(*lead, 'key_value_heads', 'S', d if letter == 'k' else 'e')}"
            remedy = f"q has the shape {shape_of(q)}, and {heads} is divided by the heads of keys and values"
            raise ShapeError.of(f"{name}'s {letter}", expected, shape_of(x), remedy)
    if dtype_of(q).kind != "f" or not dtype_of(q) == dtype_of(k) == dtype_of(v):
        found = ", ".join(str(dtype_of(x)) for x in (q, k, v))
        raise TypeError(f"q, k and v of {name} are floats of one dtype, not {found}; convert them with x.astype(dtype)")
    if shape_of(k)[-1] != d:
        raise ShapeError.of(f"{name}'s k", f"(..., S, {d})", shape_of(k), "keys are as long as queries")
    if shape_of(k)[:-1] != shape_of(v)[:-1]:
        expected = f"{(*shape_of(k)[:-1], 'e')}, a value for each key"
        raise ShapeError.of(f"{name}'s v", expected, shape_of(v), f"k has the shape {shape_of(k)}")


def _kept(shape, dtype, dropout, rng):
    """What to multiply weights by: 0 with probability `dropout`, else 1/(1 - dropout). None: nothing is dropped."""
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout is a probability in [0, 1), not {dropout!r}")
    if dropout == 0 or isinstance(rng, ShapesOnly):
        return None
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"dropout needs rng=, a numpy.random.Generator, not {rng!r}")
    kept = (rng.random(shape, np.float32) >= dropout) * dtype.type(1 / (1 - dropout))
    kept.flags.writeable = False  # no tape needs to watch over it
    return kept
