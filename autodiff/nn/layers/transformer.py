"""The transformer: its layers, its two stacks, and the whole."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import functional as F
from .. import init
from ..errors import ModelError
from ..module import Module
from ..random import generator
from .attention import MultiheadAttention
from .dropout import Dropout
from .linear import Linear
from .normalization import LayerNorm

__all__ = [
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
]

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


class _Stack(Module):
    """Layers one after the other, and a normalisation at the end or none."""

    def __init__(self, layers: Any, num_layers: int | None = None, norm: Any = None):
        if isinstance(layers, Module) == (num_layers is None):
            raise ModelError(f"{type(self).__name__} takes a list of layers, or one layer and the number of its copies")
        self.layers = [_copy(layers) for _ in range(num_layers)] if num_layers is not None else list(layers)
        self.norm = norm


def _copy(layer):
    """A copy that draws other random numbers."""
    layer = copy.deepcopy(layer), layer
    for (_, twin), (_, module) in zip(layer[0].named_modules(), layer[1].named_modules(), strict=True):
        for name, value in vars(module).items():
            if isinstance(value, np.random.Generator):
                setattr(twin, name, value.spawn(1)[0])
    return layer[0]


class TransformerEncoder(_Stack):
    """y = norm(layer_L(... layer₁(x))).

    layers      a list of `TransformerEncoderLayer`s; or one of them, of which num_layers copies are made, which then
                all start with the same numbers, as in PyTorch
    num_layers  None for a list
    norm        a `LayerNorm` for the end, or None

    Called as encoder(src, mask=None, causal=False, return_weights=False); the weights are a list, by layer.

    >>> rng = np.random.default_rng(0)
    >>> encoder = TransformerEncoder([TransformerEncoderLayer(8, 2, 16, rng=rng) for _ in range(2)])
    >>> encoder(np.ones((3, 5, 8), np.float32)).shape
    (3, 5, 8)
    """

    def forward(self, src: Any, mask: Any = None, causal: bool = False, return_weights: bool = False) -> Any:
        weights = []
        for layer in self.layers:
            if return_weights:
                src, of_layer = layer(src, mask, causal, True)
                weights.append(of_layer)
            else:
                src = layer(src, mask, causal)
        y = src if self.norm is None else self.norm(src)
        return (y, weights) if return_weights else y


class TransformerDecoder(_Stack):
    """y = norm(layer_L(... layer₁(x, memory) ..., memory)).

    layers, num_layers, norm  as for `TransformerEncoder`

    Called as decoder(tgt, memory, ...) with the arguments of `TransformerDecoderLayer`; weights and cache are lists, by
    layer.

    >>> rng = np.random.default_rng(0)
    >>> decoder = TransformerDecoder([TransformerDecoderLayer(8, 2, 16, rng=rng) for _ in range(2)])
    >>> decoder(np.ones((3, 5, 8), np.float32), np.ones((3, 7, 8), np.float32), causal=True).shape
    (3, 5, 8)
    """

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
        collected = [[] for _ in range(return_weights + return_cache)]
        for k, layer in enumerate(self.layers):
            known = None if cache is None else cache[k]
            found = layer(tgt, memory, tgt_mask, memory_mask, causal, return_weights, known, return_cache)
            tgt, *rest = found if collected else (found,)
            for one, all_layers in zip(rest, collected, strict=True):
                all_layers.append(one)
        y = tgt if self.norm is None else self.norm(tgt)
        return (y, *collected) if collected else y


class Transformer(Module):
    """y = decoder(tgt, encoder(src)).

    num_encoder_layers, num_decoder_layers  how many layers there are in each
    d_model ... bias, positions             as for `TransformerEncoderLayer`

    Called as model(src, tgt, src_mask=None, tgt_mask=None, memory_mask=None, causal=True): src (..., S, d_model) and
    tgt (..., T, d_model) are embedded already; the masks are those of `MultiheadAttention`; causal is about tgt, and
    true by default. As in PyTorch both stacks end in a normalisation, and all matrices start uniform in
    ±√(6/(in + out)). Vaswani et al. 2017, arXiv:1706.03762.

    >>> model = Transformer(8, 2, 1, 1, 16, rng=0)
    >>> model(np.ones((3, 7, 8), np.float32), np.ones((3, 5, 8), np.float32)).shape
    (3, 5, 8)
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str = "relu",
        layer_norm_eps: float = 1e-5,
        norm_first: bool = False,
        bias: bool = True,
        positions: str | None = None,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        rng = generator(rng)
        options = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, norm_first, bias, None)

        def stack(kind, layer, count):
            layers = [layer(*options, positions, rng=rng, dtype=dtype) for _ in range(count)]
            return kind(layers, norm=LayerNorm(d_model, layer_norm_eps, bias=bias, dtype=dtype))

        self.encoder = stack(TransformerEncoder, TransformerEncoderLayer, num_encoder_layers)
        self.decoder = stack(TransformerDecoder, TransformerDecoderLayer, num_decoder_layers)
        for at in self.named_arrays():
            if at.array.ndim > 1:
                bound = (6 / sum(at.array.shape)) ** 0.5
                at.put(init.uniform(rng, at.array.shape, dtype, low=-bound, high=bound))

    def forward(
        self,
        src: Any,
        tgt: Any,
        src_mask: Any = None,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        causal: bool = True,
    ) -> Any:
        return self.decoder(tgt, self.encoder(src, src_mask), tgt_mask, memory_mask, causal)
