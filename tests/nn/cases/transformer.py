"""Transformers and GPT."""

from autodiff import nn
from tests.nn.case import Case

MULTIHEAD = 4 * 16 + 16  # parameters of an attention of 4 numbers
NETWORK = 2 * 4 * 6 + 6 + 4
NORM = 8


def encoder(dropout=0.0, **options):
    return lambda rng, dtype: nn.TransformerEncoderLayer(4, 2, 6, dropout, rng=rng, dtype=dtype, **options)


def decoder(dropout=0.0, **options):
    return lambda rng, dtype: nn.TransformerDecoderLayer(4, 2, 6, dropout, rng=rng, dtype=dtype, **options)


def stack(kind, layer, norm=False):
    return lambda rng, dtype: kind(
        [layer(4, 2, 6, 0.0, "gelu", rng=rng, dtype=dtype) for _ in range(2)],
        norm=nn.LayerNorm(4, dtype=dtype) if norm else None,
    )


def tokens(rng, dtype):
    return rng.integers(0, 7, (2, 4))


# Second derivatives are checked without biases: see the note in attention.py.

CASES = [
    Case(
        "TransformerEncoderLayer",
        encoder(),
        ((2, 3, 4),),
        (2, 3, 4),
        MULTIHEAD + NETWORK + 2 * NORM,
        smooth=False,
        order=1,
    ),
    Case(
        "TransformerEncoderLayer(norm_first, gelu)",
        encoder(norm_first=True, activation="gelu", bias=False),
        ((2, 3, 4),),
        (2, 3, 4),
        64 + 48 + 8,
        arguments={"causal": True},
    ),
    Case(
        "TransformerEncoderLayer(dropout)",
        encoder(0.3, activation="gelu_tanh", positions="rotary"),
        ((2, 3, 4),),
        (2, 3, 4),
        MULTIHEAD + NETWORK + 2 * NORM,
        random=True,
        order=1,
    ),
    Case(
        "TransformerDecoderLayer",
        decoder(activation="gelu", bias=False),
        ((2, 3, 4), (2, 5, 4)),
        (2, 3, 4),
        2 * 64 + 48 + 12,
        order=1,
        arguments={"causal": True},
    ),
    Case(
        "TransformerDecoderLayer(dropout)",
        decoder(0.3, num_key_value_heads=1),
        ((2, 3, 4), (2, 5, 4)),
        (2, 3, 4),
        2 * (8 * 4 + 8 + 20) + NETWORK + 3 * NORM,
        random=True,
        smooth=False,
        order=1,
    ),
    Case(
        "TransformerEncoder",
        stack(nn.TransformerEncoder, nn.TransformerEncoderLayer, norm=True),
        ((2, 3, 4),),
        (2, 3, 4),
        2 * (MULTIHEAD + NETWORK + 2 * NORM) + NORM,
        order=1,
    ),
    Case(
        "TransformerDecoder",
        stack(nn.TransformerDecoder, nn.TransformerDecoderLayer),
        ((2, 3, 4), (2, 5, 4)),
        (2, 3, 4),
        2 * (2 * MULTIHEAD + NETWORK + 3 * NORM),
        order=1,
    ),
    Case(
        "Transformer",
        lambda rng, dtype: nn.Transformer(4, 2, 1, 1, 6, 0.0, "gelu", rng=rng, dtype=dtype),
        ((2, 5, 4), (2, 3, 4)),
        (2, 3, 4),
        3 * MULTIHEAD + 2 * NETWORK + 7 * NORM,
        order=1,
    ),
    Case(
        "GPT",
        lambda rng, dtype: nn.models.GPT(nn.models.GPTConfig(7, 4, 1, 2, 4), rng=rng, dtype=dtype),
        (tokens,),
        (2, 4, 7),
        11 * 4 + (4 * 12 + 12 + 20) + (8 * 16 + 20) + 3 * 8,
        batched=False,
        order=1,
    ),
    Case(
        "GPT(dropout, bias=False)",
        lambda rng, dtype: nn.models.GPT(nn.models.GPTConfig(7, 4, 1, 2, 4, 0.2, False), rng=rng, dtype=dtype),
        (tokens,),
        (2, 4, 7),
        11 * 4 + 64 + 128 + 12,
        batched=False,
        random=True,
    ),
    Case(
        "Seq2SeqTransformer",
        lambda rng, dtype: nn.models.Seq2SeqTransformer(
            7, 9, 4, 2, 1, 1, 6, 0.0, "gelu", norm_first=True, rng=rng, dtype=dtype
        ),
        (tokens, tokens),
        (2, 4, 9),
        16 * 4 + 3 * MULTIHEAD + 2 * NETWORK + 7 * NORM,
        batched=False,
        order=1,
    ),
]
