"""The transformer from tokens to tokens: Vaswani et al. 2017, "Attention is all you need", arXiv:1706.03762."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...tracer import Tracer, shape_of
from .. import init
from ..errors import ModelError, ShapeError
from ..layers.dropout import Dropout
from ..layers.embedding import Embedding
from ..layers.positions import SinusoidalPositions
from ..layers.transformer import Transformer
from ..module import Module
from ..random import generator
from .sampling import sample_token

__all__ = ["Seq2SeqTransformer"]


class Seq2SeqTransformer(Module):
    """logits_t = E_tgt decoder(√d E_tgt[tgt] + P, encoder(√d E_src[src] + P))_t: the token that follows tgt_t.

    source, target         sizes of the two vocabularies
    d_model ... norm_first as of `nn.Transformer`; dropout is applied to the embedded tokens too
    padding                the token that fills up shorter sequences of both; it is never looked at

    Called as model(src, tgt, return_weights=False), with ints (N, S) and (N, T), of which tgt begins with a token for
    the start. Returns logits (N, T, target), and with return_weights the weights of the decoder on the source, a list
    by layer of (N, nhead, T, S).

    The target's table serves the output too. The tables start normal with the deviation 1/√d.

    >>> model = Seq2SeqTransformer(10, 12, 8, 2, 1, 1, 16, rng=0)
    >>> model(np.ones((3, 7), int), np.ones((3, 5), int)).shape
    (3, 5, 12)
    """

    def __init__(
        self,
        source: int,
        target: int,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: str = "relu",
        norm_first: bool = False,
        padding: int = 0,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        rng = generator(rng)
        if not 0 <= padding < min(source, target):
            raise ModelError(f"padding is a token of both vocabularies, of {source} and {target}, not {padding}")
        self.padding = padding
        self.source = Embedding(source, d_model, rng=rng, dtype=dtype)
        self.target = Embedding(target, d_model, rng=rng, dtype=dtype)
        for table in (self.source, self.target):
            table.weight = init.normal(generator(rng), table.weight.shape, dtype, std=d_model**-0.5)
        self.positions = SinusoidalPositions()
        self.dropout = Dropout(dropout, rng=rng)
        self.transformer = Transformer(
            d_model, nhead, num_encoder_layers, num_decoder_layers, dim_feedforward, dropout, activation,
            norm_first=norm_first, rng=rng, dtype=dtype,
        )  # fmt: skip

    def forward(self, src: Any, tgt: Any, return_weights: bool = False) -> Any:
        memory, mask = self.encode(src)
        return self.decode(tgt, memory, mask, return_weights=return_weights)

    def encode(self, src: Any) -> tuple[Any, Any]:
        """The encoder's result (N, S, d_model) on tokens (N, S), and the mask (N, 1, 1, S) of what is no padding."""
        src = self._tokens("src", src)
        mask = (src != self.padding)[:, None, None, :]
        return self.transformer.encoder(self._embedded(self.source, src, 0), mask), mask

    def decode(
        self,
        tgt: Any,
        memory: Any,
        memory_mask: Any = None,
        cache: Any = None,
        return_cache: bool = False,
        return_weights: bool = False,
    ) -> Any:
        """Logits (N, T, target) on tokens (N, T), given what `encode` returns.

        cache, return_cache, return_weights  as for `nn.TransformerDecoder`: weights come second, the cache last
        """
        tgt = self._tokens("tgt", tgt)
        past = 0 if cache is None else shape_of(cache[0][0][0])[-2]
        x = self._embedded(self.target, tgt, past)
        found = self.transformer.decoder(
            x, memory, memory_mask=memory_mask, causal=True, return_weights=return_weights,
            cache=cache, return_cache=return_cache,
        )  # fmt: skip
        y, *rest = found if return_weights or return_cache else (found,)
        logits = self.target.attend(y)
        return (logits, *rest) if rest else logits

    def generate(
        self, src: Any, start: int, stop: int, length: int, temperature: float = 0.0, rng: Any = None, **options: Any
    ) -> np.ndarray:
        """What the model makes of src (N, S): tokens (N, up to length), each followed by `stop` and then padding.

        start, stop               the tokens for start, which is not returned, and end
        length                    the most tokens that are made
        temperature, rng, options as for `sample_token`; by default each token is the likeliest

        Keys and values are kept from step to step.
        """
        rng = generator(rng)
        made = np.full((len(src), 0), start)
        running, cache = np.ones(len(src), bool), None
        with self.eval_mode():
            memory, mask = self.encode(src)
            tokens = np.full((len(src), 1), start)
            while made.shape[1] < length and running.any():
                logits, cache = self.decode(tokens, memory, mask, cache, True)
                following = np.where(running, sample_token(logits[:, -1], rng, temperature, **options), self.padding)
                running = running & (following != stop)
                tokens = following[:, None]
                made = np.concatenate([made, tokens], axis=1)
        return made

    def _embedded(self, table, tokens, offset):
        return self.dropout(self.positions(table(tokens) * math.sqrt(shape_of(table.weight)[1]), offset))

    def _tokens(self, name, tokens):
        tokens = tokens if isinstance(tokens, Tracer) else np.asarray(tokens)
        if len(shape_of(tokens)) != 2:
            raise ShapeError.of(
                f"Seq2SeqTransformer's {name}", "ints (N, T)", shape_of(tokens), "give it a batch of sequences"
            )
        return tokens

    def options(self) -> str:
        return f"{shape_of(self.source.weight)[0]}, {shape_of(self.target.weight)[0]}, padding={self.padding}"
