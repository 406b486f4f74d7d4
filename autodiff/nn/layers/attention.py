"""Attention layers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...tracer import Tracer, dtype_of, shape_of
from .. import functional as F
from .. import init
from ..construction import require_flags, require_sizes
from ..errors import ModelError
from ..module import Module
from ..random import generator
from .linear import Linear

__all__ = ["AdditiveAttention", "MultiHeadAttention", "MultiheadAttention"]

_POSITIONS = (None, "rotary", "rotary_halves", "alibi")


class MultiheadAttention(Module):
    """y_t = Σ_h W_c^h u_t^h + b, where u^h is the attention of head h on its own projections of the inputs.

    The score of head h is s(q, k) = qᵀk / √d, for heads of size d = embed_dim / num_heads; W_c^h is the h-th block of
    columns of out_proj.weight.

    embed_dim, num_heads  size of the queries and of the result, and into how many heads it is divided
    dropout               probability with which weights are dropped in training
    bias                  whether the projections have biases
    kdim, vdim            sizes of keys and values where they are others
    num_key_value_heads   fewer heads for keys and values than for queries, each shared by a group of these; 1 is
                          multi-query attention
    positions             None; "rotary": queries and keys are turned by `F.rotary`, "rotary_halves": in Llama's order;
                          "alibi": `F.alibi_bias` is added to the scores
    rng                   where the initial numbers, and those of dropout, come from: a Generator, a seed, or None

    Called as layer(query, key=None, value=None, mask=None, causal=False, return_weights=False, cache=None,
    return_cache=False):

    query, key, value     (..., T, embed_dim), (..., S, kdim), (..., S, vdim); without a key, that of self-attention is
                          the query, and without a value that is the key
    mask                  broadcasts to (..., heads, T, S): True where a query may look at a key, such as
                          `F.padding_mask(lengths, S)`, or floats that are added to the scores. (PyTorch's masks for
                          this layer mean the opposite: True where it may not.)
    causal                whether no query may see keys after it
    return_weights        whether to return the weights too, (..., heads, T, S)
    cache, return_cache   whether to return the keys and values too, last, as a pair (k, v). Given again as `cache`,
                          they come before those of the next elements of the same sequence; or, where a key is given,
                          in place of those of the key, which is then not looked at

    in_proj_weight ((heads + 2 key_value_heads) d, embed_dim), or q_proj_weight, k_proj_weight and v_proj_weight where
    kdim or vdim is another size, start as PyTorch's, uniform in ±√(6/(in + out)); in_proj_bias and out_proj.bias are 0.
    Vaswani et al. 2017, arXiv:1706.03762, section 3.2.2.

    >>> layer = MultiheadAttention(8, 2, rng=0)
    >>> x = np.ones((3, 5, 8), np.float32)
    >>> y, weights = layer(x, causal=True, return_weights=True)
    >>> y.shape, weights.shape
    ((3, 5, 8), (3, 2, 5, 5))
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        kdim: int | None = None,
        vdim: int | None = None,
        num_key_value_heads: int | None = None,
        positions: str | None = None,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        groups = num_heads if num_key_value_heads is None else num_key_value_heads
        require_sizes(self, embed_dim=embed_dim, num_heads=num_heads, num_key_value_heads=groups)
        require_flags(self, bias=bias)
        if embed_dim % num_heads:
            raise ModelError(f"embed_dim is a multiple of num_heads, but {num_heads} does not divide {embed_dim}")
        if num_heads % groups:
            raise ModelError(f"num_key_value_heads divides num_heads, but {groups} does not divide {num_heads}")
        if not 0 <= dropout < 1:
            raise ModelError(f"dropout is a probability in [0, 1), not {dropout!r}")
        if positions not in _POSITIONS:
            raise ModelError(f"positions is one of {', '.join(map(repr, _POSITIONS))}, not {positions!r}")
        size = embed_dim // num_heads
        if positions in ("rotary", "rotary_halves") and size % 2:
            raise ModelError(
                f"rotary positions turn pairs: heads have an even size, not {embed_dim}/{num_heads} = {size}"
            )
        rng = generator(rng)
        self.num_heads, self.num_key_value_heads = num_heads, groups
        self.dropout, self.positions = dropout, positions
        sizes = (embed_dim, groups * size, groups * size)
        kdim, vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        if kdim == vdim == embed_dim:
            self.in_proj_weight = _glorot(rng, (sum(sizes), embed_dim), dtype)
        else:
            self.q_proj_weight = _glorot(rng, (embed_dim, embed_dim), dtype)
            self.k_proj_weight = _glorot(rng, (sizes[1], kdim), dtype)
            self.v_proj_weight = _glorot(rng, (sizes[2], vdim), dtype)
        self.in_proj_bias = _zeros(rng, (sum(sizes),), dtype) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias, rng=rng, dtype=dtype)
        if bias:
            self.out_proj.bias = _zeros(rng, (embed_dim,), dtype)
        self.rng = rng if dropout else None

    def forward(
        self,
        query: Any,
        key: Any = None,
        value: Any = None,
        mask: Any = None,
        causal: bool = False,
        return_weights: bool = False,
        cache: Any = None,
        return_cache: bool = False,
    ) -> Any:
        if key is query and (value is None or value is query):
            key = value = None
        if key is not None and self.positions:
            raise ModelError(
                f"positions={self.positions!r} are those of one sequence: for another's keys, leave them out"
            )
        dropout = {"dropout": self.dropout, "rng": self.rng} if self.dropout and self.training else {}
        is_alone = key is None and value is None and cache is None and not return_weights and not return_cache
        if is_alone and hasattr(self, "in_proj_weight") and self.positions in (None, "alibi"):
            qkv = F.linear(query, self.in_proj_weight, self.in_proj_bias)
            T = shape_of(qkv)[-2]
            mask = self._biased(mask, T, T, dtype_of(qkv))
            u = F.self_attention(qkv, self.num_heads, self.num_key_value_heads, mask, causal, **dropout)
            return self.out_proj(u)
        q, k, v = self._projected(query, key, value, cache)
        mask = self._biased(mask, shape_of(q)[-2], shape_of(k)[-2], dtype_of(q))
        found = F.scaled_dot_product_attention(q, k, v, mask, causal, **dropout, return_weights=return_weights)
        u, *weights = found if return_weights else (found,)
        results = (self.out_proj(F.merge_heads(u)), *weights, *([(k, v)] if return_cache else []))
        return results if len(results) > 1 else results[0]

    def _projected(self, query, key, value, cache):
        """Queries, keys and values, (..., heads, T, d)."""
        heads, groups = self.num_heads, self.num_key_value_heads
        if key is None and value is None and hasattr(self, "in_proj_weight"):
            qkv = F.split_heads(F.linear(query, self.in_proj_weight, self.in_proj_bias), heads + 2 * groups)
            q, k, v = qkv[..., :heads, :, :], qkv[..., heads : heads + groups, :, :], qkv[..., heads + groups :, :, :]
        else:
            q = F.split_heads(self._projection(query, 0), heads)
            if key is not None and cache is not None:
                return q, *cache
            source = query if key is None else key
            k = F.split_heads(self._projection(source, 1), groups)
            v = F.split_heads(self._projection(source if value is None else value, 2), groups)
        past = 0 if cache is None else shape_of(cache[0])[-2]
        q, k = self._turned(q, past), self._turned(k, past)
        if cache is not None:
            k, v = np.concatenate([cache[0], k], axis=-2), np.concatenate([cache[1], v], axis=-2)
        return q, k, v

    def _projection(self, x, number):
        size = shape_of(self.out_proj.weight)[0] // self.num_heads
        ends = [0, *np.cumsum([size * heads for heads in (self.num_heads, *[self.num_key_value_heads] * 2)]).tolist()]
        rows = slice(*ends[number : number + 2])
        if hasattr(self, "in_proj_weight"):
            weight = self.in_proj_weight[rows]
        else:
            weight = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)[number]
        return F.linear(x, weight, None if self.in_proj_bias is None else self.in_proj_bias[rows])

    def _turned(self, x, first):
        if self.positions not in ("rotary", "rotary_halves"):
            return x
        return F.rotary(x, np.arange(first, first + shape_of(x)[-2]), interleaved=self.positions == "rotary")

    def _biased(self, mask, T, S, dtype):
        """The mask with the bias of alibi positions."""
        if self.positions != "alibi":
            return mask
        bias = F.alibi_bias(self.num_heads, T, S, dtype)
        if mask is None:
            return bias
        mask = mask if isinstance(mask, Tracer) else np.asarray(mask)
        kind = dtype_of(mask).kind
        return np.where(mask, bias, dtype.type(-math.inf)) if kind == "b" else mask + bias if kind == "f" else mask

    def options(self) -> str:
        shown = [str(self.out_proj.weight.shape[0]), str(self.num_heads)]
        shown += [f"dropout={self.dropout:g}"] if self.dropout else []
        shown += [] if self.in_proj_bias is not None else ["bias=False"]
        if not hasattr(self, "in_proj_weight"):
            shown += [f"kdim={self.k_proj_weight.shape[1]}", f"vdim={self.v_proj_weight.shape[1]}"]
        if self.num_key_value_heads != self.num_heads:
            shown += [f"num_key_value_heads={self.num_key_value_heads}"]
        return ", ".join(shown + ([f"positions={self.positions!r}"] if self.positions else []))


class AdditiveAttention(Module):
    """u_t = Σ_s α_ts v_s, where α_t = softmax over s of wᵀ tanh(W_q q_t + W_k k_s).

    query_size, key_size  sizes of queries and keys
    hidden_size           a, the length of w
    rng                   where the initial numbers come from: a Generator, a seed, or None

    Called as layer(query, key, value=None, mask=None, causal=False, return_weights=False), with query (..., T,
    query_size), key (..., S, key_size), value (..., S, e), the key by default, and a mask that broadcasts to
    (..., T, S). Returns (..., T, e), and with return_weights the weights (..., T, S). W_q.weight, W_k.weight and weight
    (a,) start uniform in ±1/√in. Bahdanau, Cho and Bengio 2015, arXiv:1409.0473.

    >>> layer = AdditiveAttention(3, 4, 8, rng=0)
    >>> layer(np.ones((2, 5, 3), np.float32), np.ones((2, 6, 4), np.float32)).shape
    (2, 5, 4)
    """

    def __init__(self, query_size: int, key_size: int, hidden_size: int, *, rng: Any = None, dtype: Any = np.float32):
        require_sizes(self, query_size=query_size, key_size=key_size, hidden_size=hidden_size)
        rng = generator(rng)
        self.W_q = Linear(query_size, hidden_size, bias=False, rng=rng, dtype=dtype)
        self.W_k = Linear(key_size, hidden_size, bias=False, rng=rng, dtype=dtype)
        self.weight = init.uniform_bias(rng, hidden_size, hidden_size, dtype)

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any = None,
        mask: Any = None,
        causal: bool = False,
        return_weights: bool = False,
    ) -> Any:
        value = key if value is None else value
        return F.additive_attention(self.W_q(query), self.W_k(key), value, self.weight, mask, causal, return_weights)

    def options(self) -> str:
        return f"{self.W_q.weight.shape[1]}, {self.W_k.weight.shape[1]}, {self.weight.shape[0]}"


def _glorot(rng, shape, dtype):
    bound = math.sqrt(6 / sum(init.fans(shape)))
    return init.uniform(rng, shape, dtype, low=-bound, high=bound)


def _zeros(rng, shape, dtype):
    return init.uniform(rng, shape, dtype, low=0.0, high=0.0)


MultiHeadAttention = MultiheadAttention  # as the papers write it
