"""GPT: a transformer of decoders alone, that tells the next token; and GPT-2, into which its published files load.

Radford et al. 2019, "Language models are unsupervised multitask learners". Names and layouts are those of the files.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ...tracer import shape_of
from .. import functional as F
from .. import init
from ..errors import LoadError, ModelError, ShapeError
from ..layers.dropout import Dropout
from ..layers.embedding import Embedding
from ..layers.linear import Linear
from ..layers.normalization import LayerNorm
from ..module import Module
from ..random import generator
from .sampling import sample_token

__all__ = ["GPT", "GPT2_SIZES", "GPTConfig", "gpt2"]


@dataclass(frozen=True)
class GPTConfig:
    """The sizes of a `GPT`.

    vocabulary  number of tokens
    context     the longest sequence
    layers      number of blocks
    heads       of attention, in each block
    width       d, size of the vectors
    dropout     probability, for attention weights, embeddings and the results of sublayers
    bias        whether linear maps and normalisations have biases

    >>> GPTConfig(vocabulary=65, context=64, layers=2, heads=4, width=64).layers
    2
    """

    vocabulary: int
    context: int
    layers: int
    heads: int
    width: int
    dropout: float = 0.0
    bias: bool = True

    def __post_init__(self):
        for name in ("vocabulary", "context", "layers", "heads", "width"):
            if getattr(self, name) < 1:
                raise ModelError(f"{name} is positive, not {getattr(self, name)}")
        if self.width % self.heads:
            raise ModelError(f"the width is a multiple of the heads, but {self.heads} does not divide {self.width}")
        if not 0 <= self.dropout < 1:
            raise ModelError(f"dropout is a probability in [0, 1), not {self.dropout!r}")


class Conv1D(Linear):
    """y = x W + b: a linear layer, whose weight is (in, out) in files of GPT-2."""

    def __init__(self, in_features: int, out_features: int, bias: bool, std: float, rng: Any, dtype: Any):
        super().__init__(in_features, out_features, bias, rng=rng, dtype=dtype)
        self.weight = init.normal(generator(rng), (out_features, in_features), dtype, std=std)
        self.bias = _zeros(out_features, dtype, rng) if bias else None

    def exported(self, at: Any) -> list:
        return [(at.path, at.array.T if at.name == "weight" else at.array)]

    def imported(self, at: Any, state: dict) -> Any:
        found = super().imported(at, state)
        return found.T if at.name == "weight" and found is not None else found


class CausalSelfAttention(Module):
    """The attention of a block: every position looks at itself and those before."""

    def __init__(self, config: GPTConfig, rng: Any, dtype: Any):
        width, std = config.width, _residual_std(config)
        self.heads, self.dropout = config.heads, config.dropout
        self.c_attn = Conv1D(width, 3 * width, config.bias, 0.02, rng, dtype)
        self.c_proj = Conv1D(width, width, config.bias, std, rng, dtype)
        self.rng = generator(rng) if config.dropout else None

    def forward(self, x: Any, cache: Any = None, return_cache: bool = False) -> Any:
        dropout = {"dropout": self.dropout, "rng": self.rng} if self.dropout and self.training else {}
        qkv = self.c_attn(x)
        if cache is None and not return_cache:
            return self.c_proj(F.self_attention(qkv, self.heads, causal=True, **dropout))
        q, k, v = (F.split_heads(part, self.heads) for part in np.split(qkv, 3, axis=-1))
        if cache is not None:
            k, v = np.concatenate([cache[0], k], axis=-2), np.concatenate([cache[1], v], axis=-2)
        u = F.scaled_dot_product_attention(q, k, v, causal=True, **dropout)
        return self.c_proj(F.merge_heads(u)), (k, v)


class FeedForward(Module):
    """The network of a block: W₂ gelu(W₁ x + b₁) + b₂."""

    def __init__(self, config: GPTConfig, rng: Any, dtype: Any):
        self.c_fc = Conv1D(config.width, 4 * config.width, config.bias, 0.02, rng, dtype)
        self.c_proj = Conv1D(4 * config.width, config.width, config.bias, _residual_std(config), rng, dtype)

    def forward(self, x: Any) -> Any:
        return self.c_proj(F.gelu(self.c_fc(x), "tanh"))


class Block(Module):
    """x' = x + attention(norm(x)), y = x' + network(norm(x'))."""

    def __init__(self, config: GPTConfig, rng: Any, dtype: Any):
        self.ln_1 = LayerNorm(config.width, bias=config.bias, dtype=dtype)
        self.attn = CausalSelfAttention(config, rng, dtype)
        self.ln_2 = LayerNorm(config.width, bias=config.bias, dtype=dtype)
        self.mlp = FeedForward(config, rng, dtype)
        self.drop = Dropout(config.dropout, rng=rng) if config.dropout else None

    def forward(self, x: Any, cache: Any = None, return_cache: bool = False) -> Any:
        found = self.attn(self.ln_1(x), cache, return_cache)
        u, known = found if isinstance(found, tuple) else (found, None)
        x = x + self._dropped(u)
        x = x + self._dropped(self.mlp(self.ln_2(x)))
        return (x, known) if known is not None else x

    def _dropped(self, x):
        return x if self.drop is None else self.drop(x)


class GPT(Module):
    """logits_t = E norm(x_t^L), where x^0 = E[tokens] + P, and x^l = block_l(x^{l-1}): the next token's, at each t.

    config  a `GPTConfig`
    rng     where the initial numbers, and those of dropout, come from: a Generator, a seed, or None

    Called as model(tokens, cache=None, return_cache=False), with ints (..., T), T at most the context. Returns logits
    (..., T, vocabulary); with return_cache also the keys and values by layer, to be given again as `cache` with the
    tokens that follow.

    The table E serves input and output. Weights start normal with deviation 0.02, those that end a sublayer with
    0.02/√(2 layers), biases with 0. A state dict may have the prefix "transformer." and the masks of the published
    files; a lm_head.weight in it must be the table.

    >>> model = GPT(GPTConfig(vocabulary=65, context=64, layers=2, heads=4, width=64), rng=0)
    >>> model.num_parameters, model(np.zeros((2, 10), int)).shape
    (108352, (2, 10, 65))
    """

    def __init__(self, config: GPTConfig, *, rng: Any = None, dtype: Any = np.float32):
        rng = generator(rng)
        self.config = config
        self.wte = Embedding(config.vocabulary, config.width, rng=rng, dtype=dtype)
        self.wpe = Embedding(config.context, config.width, rng=rng, dtype=dtype)
        for table in (self.wte, self.wpe):
            table.weight = init.normal(generator(rng), table.weight.shape, dtype, std=0.02)
        self.drop = Dropout(config.dropout, rng=rng) if config.dropout else None
        self.h = [Block(config, rng, dtype) for _ in range(config.layers)]
        self.ln_f = LayerNorm(config.width, bias=config.bias, dtype=dtype)

    def forward(self, tokens: Any, cache: Any = None, return_cache: bool = False) -> Any:
        past = 0 if cache is None else shape_of(cache[0][0])[-2]
        shape = shape_of(tokens)
        if not shape or past + shape[-1] > self.config.context:
            before = f", after {past} in the cache" if past else ""
            raise ShapeError.of(
                "GPT", f"tokens (..., T) with T up to {self.config.context - past}{before}", shape,
                "cut the sequence, or make the model with a longer context",
            )  # fmt: skip
        x = self.wte(tokens) + self.wpe(np.arange(past, past + shape[-1]))  # (..., T, width)
        if self.drop is not None:
            x = self.drop(x)
        known = []
        for k, block in enumerate(self.h):
            if cache is None and not return_cache:
                x = block(x)
            else:
                x, of_block = block(x, None if cache is None else cache[k], True)
                known.append(of_block)
        logits = self.wte.attend(self.ln_f(x))
        return (logits, known) if return_cache else logits

    def generate(
        self,
        tokens: Any,
        n: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        rng: Any = None,
        use_cache: bool = True,
    ) -> np.ndarray:
        """tokens (..., T), followed by n more that the model draws one after the other: ints (..., T + n).

        temperature, top_k, top_p  as for `sample_token`; temperature 0 takes the likeliest
        rng                        a Generator, a seed, or None
        use_cache                  whether keys and values are kept from step to step; the draws are the same

        The model sees the last `context` tokens. Once there are more, nothing can be kept, as every position changes.
        Raises ModelError where there is no token to begin with.
        """
        rng = generator(rng)
        tokens = np.asarray(tokens)
        if tokens.ndim == 0 or not tokens.shape[-1]:
            raise ModelError("generate continues tokens (..., T) with T at least 1; begin with a token for the start")
        cache = None
        with self.eval_mode():
            for _ in range(n):
                if not use_cache or tokens.shape[-1] > self.config.context:
                    logits = self(tokens[..., -self.config.context :])
                else:
                    logits, cache = self(tokens if cache is None else tokens[..., -1:], cache, True)
                following = sample_token(logits[..., -1, :], rng, temperature, top_k, top_p)
                tokens = np.concatenate([tokens, following[..., None].astype(tokens.dtype)], axis=-1)
        return tokens

    def load_state_dict(self, state: dict[str, Any], strict: bool = True) -> Self:
        """As `Module.load_state_dict`; takes the names of GPT-2's published files too, which say less or more."""
        state = {key.removeprefix("transformer."): array for key, array in state.items()}
        state = {key: array for key, array in state.items() if not re.fullmatch(r"h\.\d+\.attn\.(masked_)?bias", key)}
        head = state.pop("lm_head.weight", None)
        if head is not None and "wte.weight" in state and not np.array_equal(head, state["wte.weight"]):
            raise LoadError("lm_head.weight is not wte.weight: this GPT has one table for input and output")
        return super().load_state_dict(state, strict)

    def options(self) -> str:
        c = self.config
        return f"vocabulary={c.vocabulary}, context={c.context}, layers={c.layers}, heads={c.heads}, width={c.width}"


GPT2_SIZES = {  # name: layers, heads, width
    "small": (12, 12, 768),
    "medium": (24, 16, 1024),
    "large": (36, 20, 1280),
    "xl": (48, 25, 1600),
}


def gpt2(size: str = "small", dropout: float = 0.0, *, rng: Any = None, dtype: Any = np.float32) -> GPT:
    """GPT-2, with numbers of `rng`; `nn.load("model.safetensors", model)` puts in those of a published file.

    size  "small", "medium", "large" or "xl"

    >>> from autodiff import nn
    >>> gpt2("small", rng=nn.SHAPES_ONLY).num_parameters
    124439808
    """
    if size not in GPT2_SIZES:
        raise ModelError(f"the sizes of GPT-2 are {', '.join(map(repr, GPT2_SIZES))}, not {size!r}")
    layers, heads, width = GPT2_SIZES[size]
    return GPT(GPTConfig(50_257, 1024, layers, heads, width, dropout), rng=rng, dtype=dtype)


def _residual_std(config):
    return 0.02 / math.sqrt(2 * config.layers)


def _zeros(size, dtype, rng):
    return init.uniform(generator(rng), (size,), dtype, low=0.0, high=0.0)
