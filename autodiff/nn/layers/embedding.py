"""Tables of vectors: embeddings and bags of them.

One table may serve at the input and at the output, as in language models: as a leaf it is in one place, and its
gradient is the sum over both uses.

    class LanguageModel(nn.Module):
        def __init__(self, vocabulary, width, *, rng):
            self.embedding = nn.Embedding(vocabulary, width, rng=rng)
            self.body = ...
        def forward(self, tokens):
            return self.embedding.attend(self.body(self.embedding(tokens)))  # logits (..., vocabulary)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import functional as F
from .. import init
from ..construction import require_sizes
from ..errors import ModelError
from ..module import Module
from ..random import generator

__all__ = ["Embedding", "EmbeddingBag"]


class _Table(Module):
    """The base: the table and its row for padding."""

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        name = type(self).__name__
        require_sizes(self, num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ModelError(f"{name}'s padding_idx is one of its {num_embeddings} rows, not {padding_idx}")
            padding_idx %= num_embeddings
        self.padding_idx = padding_idx
        self.weight = init.normal(generator(rng), (num_embeddings, embedding_dim), dtype)
        if padding_idx is not None and self.weight.flags.writeable:
            self.weight[padding_idx] = 0

    def options(self) -> str:
        rows, width = self.weight.shape
        return f"{rows}, {width}" + ("" if self.padding_idx is None else f", padding_idx={self.padding_idx}")


class Embedding(_Table):
    """y[...] = weight[indices[...]]: a vector for each of `num_embeddings` things.

    num_embeddings  how many rows there are
    embedding_dim   how long each is
    padding_idx     a row that is zero and stays so, for what is only there to fill up

    weight (num_embeddings, embedding_dim) starts standard normal, as in PyTorch. Indices are checked: IndexError where
    one is out of range, ShapeError where they are no integers.

    >>> layer = Embedding(10, 3, rng=0)
    >>> layer(np.array([[1, 2], [3, 9]])).shape
    (2, 2, 3)
    """

    def forward(self, indices: Any) -> Any:
        return F.embedding(indices, self.weight, self.padding_idx)

    def attend(self, h: Any) -> Any:
        """h weightᵀ: how much each row agrees with h (..., embedding_dim). The output layer with tied weights."""
        return F.linear(h, self.weight)


class EmbeddingBag(_Table):
    """y_b = Σ, mean or max of the vectors in bag b, without keeping their order.

    mode         "sum", "mean" or "max"
    padding_idx  a row that is left out of the bags

    Called with indices (B, L), or with (L,) and offsets (B,), where the bags start; gives (B, embedding_dim).

    >>> EmbeddingBag(10, 3, "sum", rng=0)(np.array([1, 2, 3]), np.array([0, 2])).shape
    (2, 3)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        mode: str = "mean",
        padding_idx: int | None = None,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        if mode not in ("sum", "mean", "max"):
            raise ModelError(f"EmbeddingBag's mode is 'sum', 'mean' or 'max', not {mode!r}")
        super().__init__(num_embeddings, embedding_dim, padding_idx, rng=rng, dtype=dtype)
        self.mode = mode

    def forward(self, indices: Any, offsets: Any = None, per_sample_weights: Any = None) -> Any:
        return F.embedding_bag(indices, self.weight, offsets, self.mode, per_sample_weights, self.padding_idx)

    def options(self) -> str:
        return f"{super().options()}, mode={self.mode!r}"
