"""Embeddings."""

import numpy as np

from autodiff import nn
from tests.nn.case import Case


def indices(*shape):
    return lambda rng, dtype: rng.integers(0, 6, shape)


def offsets(*starts):
    return lambda rng, dtype: np.array(starts)


CASES = [
    Case(
        "Embedding",
        lambda rng, dtype: nn.Embedding(6, 3, rng=rng, dtype=dtype),
        (indices(2, 4),),
        (2, 4, 3),
        18,
        batched=False,
    ),
    Case(
        "Embedding(padding_idx=1)",
        lambda rng, dtype: nn.Embedding(6, 3, padding_idx=1, rng=rng, dtype=dtype),
        (indices(0),),
        (0, 3),
        18,
        batched=False,
    ),
    *[
        Case(
            f"EmbeddingBag(mode={mode})",
            lambda rng, dtype, mode=mode: nn.EmbeddingBag(6, 3, mode, rng=rng, dtype=dtype),
            (indices(5, 2),),
            (5, 3),
            18,
            batched=False,
        )
        for mode in ("sum", "mean", "max")
    ],
    Case(
        "EmbeddingBag with offsets",
        lambda rng, dtype: nn.EmbeddingBag(6, 3, "max", padding_idx=2, rng=rng, dtype=dtype),
        (indices(7), offsets(0, 3, 3)),
        (3, 3),
        18,
        batched=False,
    ),
]
