"""The layers of a transformer: attention, and a network for each position, each with a residual connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import functional as F
from ..errors import ModelError
from ..module import Module
from ..random import generator
from .attention import MultiheadAttention
from .dropout import Dropout
from .linear import Linear
from .normalization import LayerNorm

__all__ = ["TransformerDecoderLayer", "TransformerEncoderLayer"]

ACTIVATIONS: dict[str, Callable] = {"relu": F.relu, "gelu": F.gelu, "gelu_tanh": lambda x: F.gelu(x, "tanh")}


class _Layer(Module):
    """What encoder and decoder layers share: sublayers with residual connections, and the network after attention."""

    linear1: Linear
    linear2: Linear
    dropout: Dropout
    norm_first: bool
    activation: str

    def _residual(self, x, sublayer, norm, dropout):
        """x + f(norm(x)), or norm(x + f(x)); sublayer returns f and what else there is to return."""
        y, *rest = sublayer(norm(x) if self.norm_first else x)
        x = x + dropout(y)
        return (x if self.norm_first else norm(x)), *rest

    def _feed_forward(self, x):
        return (self.linear2(self.dropout(ACTIVATIONS[self.activation](self.linear1(x)))),)

    def options(self) -> str:
        return f"activation={self.activation!r}" + (", norm_first=True" if self.norm_first else "")


def _attention(layer, **arguments):
    """A call of an attention layer that returns a tuple in any case."""

    def sublayer(x):
        found = layer(x, **arguments)
        return found if isinstance(found, tuple) else (found,)

    return sublayer


def _checked_activation(activation):
    if activation not in ACTIVATIONS:
        raise ModelError(f"the activation is one of {', '.join(map(repr, ACTIVATIONS))}, not {activation!r}")
    return activation


class TransformerEncoderLayer(_Layer):
    """x' = norm(x + attention(x)), y = norm(x' + W₂ φ(W₁ x' + b₁) + b₂).

    With norm_first, x' = x + attention(norm(x)), y = x' + W₂ φ(W₁ norm(x') + b₁) + b₂, which trains without warm-up.

    d_model, nhead        size of the vectors, and number of heads
    dim_feedforward       size of the hidden layer
    dropout               probability, for attention weights, the hidden layer, and both sublayers' results
    activation            φ: "relu", "gelu", or "gelu_tanh"
    layer_norm_eps        ε of the normalisations
    norm_first            where the normalisations are
    bias                  whether linear maps and normalisations have biases
    num_key_value_heads, positions  as for `MultiheadAttention`

    Called as layer(src, mask=None, causal=False, return_weights=False) on (..., T, d_model), with the masks of
    `MultiheadAttention`. Vaswani et al. 2017, arXiv:1706.03762; norm_first: Xiong et al. 2020, arXiv:2002.04745.

    >>> layer = TransformerEncoderLayer(8, 2, 16, rng=0)
    >>> layer(np.ones((3, 5, 8), np.float32)).shape
    (3, 5, 8)
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str = "relu",
        layer_norm_eps: float = 1e-5,
        norm_first: bool = False,
        bias: bool = True,
        num_key_value_heads: int | None = None,
        positions: str | None = None,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        rng = generator(rng)
        self.norm_first, self.activation = bool(norm_first), _checked_activation(activation)
        self.self_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, None, None, num_key_value_heads, positions, rng=rng, dtype=dtype
        )
        self.linear1 = Linear(d_model, dim_feedforward, bias, rng=rng, dtype=dtype)
        self.dropout = Dropout(dropout, rng=rng)
        self.linear2 = Linear(dim_feedforward, d_model, bias, rng=rng, dtype=dtype)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1 = Dropout(dropout, rng=rng)
        self.dropout2 = Dropout(dropout, rng=rng)

    def forward(self, src: Any, mask: Any = None, causal: bool = False, return_weights: bool = False) -> Any:
        attention = _attention(self.self_attn, mask=mask, causal=causal, return_weights=return_weights)
        x, *weights = self._residual(src, attention, self.norm1, self.dropout1)
        (x,) = self._residual(x, self._feed_forward, self.norm2, self.dropout2)
        return (x, *weights) if return_weights else x


class TransformerDecoderLayer(_Layer):
    """x' = norm(x + attention(x)), x'' = norm(x' + attention(x', memory)), y = norm(x'' + W₂ φ(W₁ x'' + b₁) + b₂).

    The arguments are those of `TransformerEncoderLayer`. Called as layer(tgt, memory, tgt_mask=None, memory_mask=None,
    causal=False, return_weights=False, cache=None, return_cache=False):

    tgt, memory          (..., T, d_model), and the encoder's result, (..., S, d_model)
    tgt_mask, causal     what the elements of tgt see of each other
    memory_mask          what they see of the memory, such as `F.padding_mask(lengths, S)`
    return_weights       whether to return the weights (..., nhead, T, S) on the memory too
    cache, return_cache  whether to return, last, keys and values of both attentions, to be given again with the next
                         elements of tgt and the same memory

    >>> layer = TransformerDecoderLayer(8, 2, 16, rng=0)
    >>> layer(np.ones((3, 5, 8), np.float32), np.ones((3, 7, 8), np.float32)).shape
    (3, 5, 8)
    """

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str = "relu",
        layer_norm_eps: float = 1e-5,
        norm_first: bool = False,
        bias: bool = True,
        num_key_value_heads: int | None = None,
        positions: str | None = None,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        rng = generator(rng)
        self.norm_first, self.activation = bool(norm_first), _checked_activation(activation)
        heads = (d_model, nhead, dropout, bias, None, None, num_key_value_heads)
        self.self_attn = MultiheadAttention(*heads, positions, rng=rng, dtype=dtype)
        self.multihead_attn = MultiheadAttention(*heads, rng=rng, dtype=dtype)
        self.linear1 = Linear(d_model, dim_feedforward, bias, rng=rng, dtype=dtype)
        self.dropout = Dropout(dropout, rng=rng)
        self.linear2 = Linear(dim_feedforward, d_model, bias, rng=rng, dtype=dtype)
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.norm3 = LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype)
        self.dropout1 = Dropout(dropout, rng=rng)
        self.dropout2 = Dropout(dropout, rng=rng)
        self.dropout3 = Dropout(dropout, rng=rng)

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        causal: bool = False,
        return_weights: bool = False,
        cache: Any = None,
        return_cache: bool = False,
    ) -> Any:
        own, others = (None, None) if cache is None else cache
        attention = _attention(self.self_attn, mask=tgt_mask, causal=causal, cache=own, return_cache=return_cache)
        x, *own = self._residual(tgt, attention, self.norm1, self.dropout1)
        attention = _attention(
            self.multihead_attn, key=memory, mask=memory_mask, return_weights=return_weights,
            cache=others, return_cache=return_cache,
        )  # fmt: skip
        x, *rest = self._residual(x, attention, self.norm2, self.dropout2)
        (x,) = self._residual(x, self._feed_forward, self.norm3, self.dropout3)
        if return_cache:
            rest[-1] = (own[0], rest[-1])
        return (x, *rest) if rest else x
