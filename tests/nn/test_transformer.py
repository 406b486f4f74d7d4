"""Transformers: their formulas, stacks, caches and weights; second derivatives."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F

EXACT = 1e-12  # sums of some dozens of products of numbers about 1, in float64


def encoder_layer(rng, **options):
    return nn.TransformerEncoderLayer(8, 2, 12, 0.0, rng=rng, dtype=np.float64, **options)


def decoder_layer(rng, **options):
    return nn.TransformerDecoderLayer(8, 2, 12, 0.0, rng=rng, dtype=np.float64, **options)


@pytest.mark.parametrize("norm_first", [False, True])
def test_an_encoder_layer_is_its_formula(rng, norm_first):
    layer = encoder_layer(rng, norm_first=norm_first)
    x = rng.standard_normal((2, 5, 8))
    network = lambda x: layer.linear2(np.maximum(layer.linear1(x), 0))  # noqa: E731
    if norm_first:
        x1 = x + layer.self_attn(layer.norm1(x))
        expected = x1 + network(layer.norm2(x1))
    else:
        x1 = layer.norm1(x + layer.self_attn(x))
        expected = layer.norm2(x1 + network(x1))
    np.testing.assert_allclose(layer(x), expected, rtol=0, atol=EXACT)


def test_a_stack_is_its_layers_one_after_the_other(rng):
    layers = [encoder_layer(rng) for _ in range(3)]
    encoder = nn.TransformerEncoder(layers, norm=nn.LayerNorm(8, dtype=np.float64))
    x = rng.standard_normal((2, 5, 8))
    y, weights = encoder(x, causal=True, return_weights=True)
    for layer, of_layer in zip(layers, weights, strict=True):
        np.testing.assert_allclose(of_layer, layer(x, causal=True, return_weights=True)[1], rtol=0, atol=EXACT)
        x = layer(x, causal=True)
    np.testing.assert_allclose(y, encoder.norm(x), rtol=0, atol=EXACT)


def test_copies_of_a_layer_begin_alike_and_drop_differently(rng):
    layer = nn.TransformerEncoderLayer(8, 2, 12, 0.5, rng=rng)
    encoder = nn.TransformerEncoder(layer, 2)
    first, second = encoder.layers
    np.testing.assert_array_equal(first.linear1.weight, second.linear1.weight)
    x = rng.standard_normal((2, 5, 8)).astype(np.float32)
    assert first.linear1.weight is not second.linear1.weight and not np.array_equal(first(x), second(x))
    encoder.eval()
    np.testing.assert_array_equal(first(x), second(x))


def test_a_stack_is_made_of_a_list_or_of_one_layer_and_a_number(rng):
    for arguments in ((encoder_layer(rng),), ([encoder_layer(rng)], 2)):
        with pytest.raises(nn.ModelError, match="a list of layers, or one layer and the number of its copies"):
            nn.TransformerEncoder(*arguments)


def test_unknown_activations_are_refused():
    with pytest.raises(nn.ModelError, match="one of 'relu', 'gelu', 'gelu_tanh', not 'swish'"):
        nn.TransformerEncoderLayer(8, 2, activation="swish", rng=0)


@pytest.mark.parametrize(
    "options", [{}, {"norm_first": True, "positions": "rotary"}, {"num_key_value_heads": 1}], ids=str
)
def test_decoding_one_by_one_is_as_all_at_once(rng, options):
    decoder = nn.TransformerDecoder([decoder_layer(rng, **options) for _ in range(2)])
    tgt, memory = rng.standard_normal((3, 5, 8)), rng.standard_normal((3, 4, 8))
    mask = F.padding_mask([4, 2, 3], 4)
    expected, weights = decoder(tgt, memory, memory_mask=mask, causal=True, return_weights=True)
    parts, cache = [], None
    for t in range(5):
        y, of_step, cache = decoder(tgt[:, t : t + 1], memory, None, mask, True, True, cache, True)
        parts.append(y)
        np.testing.assert_allclose(of_step[1], weights[1][:, :, t : t + 1], rtol=0, atol=EXACT)
    np.testing.assert_allclose(np.concatenate(parts, axis=1), expected, rtol=0, atol=EXACT)


def test_padding_of_the_source_does_not_reach_the_target(rng):
    model = nn.Transformer(8, 2, 2, 2, 12, 0.0, rng=rng, dtype=np.float64)
    src, tgt = rng.standard_normal((2, 6, 8)), rng.standard_normal((2, 4, 8))
    mask = F.padding_mask([6, 3], 6)
    y = model(src, tgt, mask, memory_mask=mask)
    src[1, 3:] = 9.0
    np.testing.assert_allclose(model(src, tgt, mask, memory_mask=mask), y, rtol=0, atol=EXACT)
    np.testing.assert_allclose(model(src[1:, :3], tgt[1:]), y[1:], rtol=0, atol=EXACT * 10)


def test_later_targets_do_not_reach_earlier_ones(rng):
    model = nn.Transformer(8, 2, 1, 2, 12, 0.0, rng=rng, dtype=np.float64)
    src, tgt = rng.standard_normal((1, 3, 8)), rng.standard_normal((1, 4, 8))
    reached = ad.grad(lambda tgt: (model(src, tgt)[:, 1] ** 2).sum())(tgt)
    assert (reached[:, 2:] == 0).all() and (reached[:, :2] != 0).all()


def test_second_derivatives_agree_with_differences_of_gradients(rng):
    model = nn.Transformer(4, 2, 1, 1, 6, 0.0, "gelu", rng=rng, dtype=np.float64)
    src, tgt = rng.standard_normal((2, 3, 4)), rng.standard_normal((2, 3, 4))
    weights = rng.standard_normal((2, 3, 4))
    f = lambda model: (weights * model(src, tgt) ** 2).sum()  # noqa: E731
    v = ad.tree.map(lambda p: rng.standard_normal(p.shape), model)
    found, gradient, h = ad.hvp(f, model, v), ad.grad(f), 1e-5
    up, down = (gradient(ad.tree.map(lambda p, d, s=s: p + s * h * d, model, v)) for s in (1, -1))
    size = max(np.abs(leaf).max() for leaf in ad.tree.leaves(found))
    for a, b, c in zip(*map(ad.tree.leaves, (found, up, down)), strict=True):
        np.testing.assert_allclose(a, (b - c) / (2 * h), rtol=0, atol=1e-6 * size)  # h² times third derivatives


def test_a_summary_counts_the_parameters_of_the_paper():
    model = nn.Transformer(rng=nn.SHAPES_ONLY)
    attention, network, norm = 4 * 512 * 512 + 4 * 512, 2 * 512 * 2048 + 2048 + 512, 2 * 512
    assert model.num_parameters == 6 * (3 * attention + 2 * network + 5 * norm) + 2 * norm
