"""Attention, positions, transformers."""

from autodiff import nn
from autodiff.nn import functional as F
from tests.nn.case import Case


def attention(*args, **options):
    return lambda rng, dtype: nn.MultiheadAttention(*args, rng=rng, dtype=dtype, **options)


BIASED = (3 * 4 * 4 + 12) + (4 * 4 + 4)  # parameters of one for vectors of 4 numbers
BARE = 64

# The derivative with respect to the biases of keys is zero, as a softmax does not see shifts; what is computed is
# rounding, of which differences make anything. So second derivatives are checked without biases, or by test_attention.

CASES = [
    Case("MultiheadAttention", attention(4, 2), ((2, 3, 4),), (2, 3, 4), BIASED, order=1),
    Case("MultiheadAttention without batch", attention(4, 2), ((3, 4),), (3, 4), BIASED, order=1, batched=False),
    Case("MultiheadAttention(dropout)", attention(4, 2, 0.5), ((2, 3, 4),), (2, 3, 4), BIASED, order=1, random=True),
    Case("MultiheadAttention(bias=False)", attention(4, 2, bias=False), ((2, 3, 4),), (2, 3, 4), BARE),
    Case(
        "MultiheadAttention(causal)",
        attention(4, 2, bias=False),
        ((2, 3, 4),),
        (2, 3, 4),
        BARE,
        arguments={"causal": True},
    ),
    Case("MultiheadAttention across", attention(4, 2, bias=False), ((2, 3, 4), (2, 5, 4)), (2, 3, 4), BARE),
    Case(
        "MultiheadAttention(kdim, vdim)",
        attention(4, 2, bias=False, kdim=3, vdim=5),
        ((2, 3, 4), (2, 6, 3), (2, 6, 5)),
        (2, 3, 4),
        4 * (4 + 3 + 5) + 16,
    ),
    Case(
        "MultiheadAttention(num_key_value_heads=2)",
        attention(8, 4, num_key_value_heads=2),
        ((2, 3, 8),),
        (2, 3, 8),
        8 * 16 + 16 + 72,
        order=1,
        arguments={"causal": True},
    ),
    Case(
        "MultiheadAttention(num_key_value_heads=1)",
        attention(4, 2, bias=False, num_key_value_heads=1),
        ((2, 3, 4),),
        (2, 3, 4),
        4 * 8 + 16,
    ),
    Case("MultiheadAttention(rotary)", attention(4, 2, bias=False, positions="rotary"), ((2, 3, 4),), (2, 3, 4), BARE),
    Case(
        "MultiheadAttention(rotary_halves)",
        attention(8, 2, positions="rotary_halves"),
        ((2, 3, 8),),
        (2, 3, 8),
        288,
        order=1,
    ),
    Case("MultiheadAttention(alibi)", attention(4, 2, bias=False, positions="alibi"), ((2, 3, 4),), (2, 3, 4), BARE),
    Case(
        "MultiheadAttention(weights, cache)",
        attention(4, 2, bias=False),
        ((2, 3, 4),),
        [(2, 3, 4), (2, 2, 3, 3), (2, 2, 3, 2), (2, 2, 3, 2)],
        BARE,
        arguments={"return_weights": True, "return_cache": True, "causal": True},
    ),
    Case(
        "MultiheadAttention(padding)",
        attention(4, 2, bias=False),
        ((2, 3, 4),),
        (2, 3, 4),
        BARE,
        batched=False,
        arguments={"mask": F.padding_mask([3, 0], 3)},
    ),
    Case(
        "AdditiveAttention",
        lambda rng, dtype: nn.AdditiveAttention(3, 4, 5, rng=rng, dtype=dtype),
        ((2, 3, 3), (2, 6, 4)),
        (2, 3, 4),
        15 + 20 + 5,
    ),
    Case("SinusoidalPositions", lambda rng, dtype: nn.SinusoidalPositions(), ((2, 3, 4),), (2, 3, 4)),
    Case(
        "SinusoidalPositions(exponent='index')",
        lambda rng, dtype: nn.SinusoidalPositions(base=100.0, exponent="index"),
        ((2, 3, 5),),
        (2, 3, 5),
    ),
    Case(
        "LearnedPositions",
        lambda rng, dtype: nn.LearnedPositions(7, 4, rng=rng, dtype=dtype),
        ((2, 3, 4),),
        (2, 3, 4),
        28,
        arguments={"offset": 2},
    ),
    Case("RotaryPositions", lambda rng, dtype: nn.RotaryPositions(), ((2, 2, 3, 4),), (2, 2, 3, 4)),
    Case(
        "RotaryPositions(halves)",
        lambda rng, dtype: nn.RotaryPositions(base=100.0, interleaved=False),
        ((2, 3, 4),),
        (2, 3, 4),
    ),
]
