"""The transformer: its two stacks, and the whole."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from .. import init
from ..errors import ModelError
from ..module import Module
from ..random import generator
from .normalization import LayerNorm
from .transformer_layers import TransformerDecoderLayer, TransformerEncoderLayer

__all__ = ["Transformer", "TransformerDecoder", "TransformerEncoder"]


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
