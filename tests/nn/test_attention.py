"""Attention: its formulas, masks and positions; kernels against references; caches; errors."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F

EXACT = 1e-12  # sums of some dozens of products of numbers about 1, in float64


def heads(rng, *shape, dtype=np.float64):
    return rng.standard_normal(shape).astype(dtype)


def plain_softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# -- scaled dot products -----------------------------------------------------------------------------------------------


def test_attention_is_the_mean_of_values_by_the_softmax_of_scores(rng):
    q, k, v = heads(rng, 2, 3, 5, 4), heads(rng, 2, 3, 6, 4), heads(rng, 2, 3, 6, 7)
    u, weights = F.scaled_dot_product_attention(q, k, v, return_weights=True)
    expected = plain_softmax(np.einsum("nhtd,nhsd->nhts", q, k) / math.sqrt(4))
    np.testing.assert_allclose(weights, expected, rtol=0, atol=EXACT)
    np.testing.assert_allclose(u, np.einsum("nhts,nhsd->nhtd", expected, v), rtol=0, atol=EXACT)


@pytest.mark.parametrize("size", [1.0, 1e3])  # with scores near 0, and beyond what exp can take
def test_future_weights_are_exactly_zero_and_the_others_sum_to_one(rng, size):
    x = heads(rng, 2, 3, 6, 4) * size
    weights = F.scaled_dot_product_attention(x, x, x, causal=True, return_weights=True)[1]
    assert (weights[..., ~F.causal_mask(6)] == 0).all()
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=EXACT)


@pytest.mark.parametrize("size", [1.0, 1e3])
def test_what_is_masked_changes_nothing(rng, size):
    q, k, v = heads(rng, 2, 3, 4, 5) * size, heads(rng, 2, 3, 6, 5), heads(rng, 2, 3, 6, 5)
    mask = F.padding_mask([4, 6], 6)
    u = F.scaled_dot_product_attention(q, k, v, mask)
    k[0, :, 4:], v[0, :, 4:] = 1e6, -1e6
    np.testing.assert_allclose(F.scaled_dot_product_attention(q, k, v, mask), u, rtol=0, atol=EXACT)
    np.testing.assert_allclose(u[:1], F.scaled_dot_product_attention(q[:1], k[:1, :, :4], v[:1, :, :4]), atol=EXACT)


@pytest.mark.parametrize("size", [1.0, 1e3])
@pytest.mark.parametrize("kind", ["bool", "float"])
def test_queries_that_may_look_nowhere_get_zeros_and_have_gradient_zero(rng, size, kind):
    q, k, v = heads(rng, 1, 2, 3, 4) * size, heads(rng, 1, 2, 5, 4), heads(rng, 1, 2, 5, 4)
    mask = np.ones((3, 5), bool)
    mask[1] = False
    if kind == "float":
        mask = np.where(mask, 0.0, -np.inf)
    f = lambda q, k, v: F.scaled_dot_product_attention(q, k, v, mask)  # noqa: E731
    assert (f(q, k, v)[:, :, 1] == 0).all()
    grads = ad.grad(lambda *qkv: (f(*qkv) ** 2).sum(), argnums=(0, 1, 2))(q, k, v)
    assert all(np.isfinite(g).all() for g in grads) and (grads[0][:, :, 1] == 0).all()


def test_scores_beyond_the_range_of_exp_give_the_limit(rng):
    q = np.array([[[1e4, 0.0]]], np.float32)
    k = np.array([[[1.0, 0.0], [-1.0, 0.0]]], np.float32)
    u = F.scaled_dot_product_attention(q, k, np.array([[[3.0], [5.0]]], np.float32))
    np.testing.assert_array_equal(u, [[[3.0]]])


def test_a_shift_of_all_scores_changes_nothing(rng):
    q, k, v = heads(rng, 1, 2, 3, 4), heads(rng, 1, 2, 5, 4), heads(rng, 1, 2, 5, 4)
    u = F.scaled_dot_product_attention(q, k, v, np.full((3, 5), 700.0))
    np.testing.assert_allclose(u, F.scaled_dot_product_attention(q, k, v), rtol=0, atol=1e-11)  # 700 has 3 digits


def test_shared_keys_are_as_repeated_ones(rng):
    q, k, v = heads(rng, 2, 6, 4, 3), heads(rng, 2, 2, 5, 3), heads(rng, 2, 2, 5, 3)
    u = F.scaled_dot_product_attention(q, k, v)
    repeated = F.scaled_dot_product_attention(q, np.repeat(k, 3, axis=1), np.repeat(v, 3, axis=1))
    np.testing.assert_allclose(u, repeated, rtol=0, atol=EXACT)


def test_dropout_drops_weights_and_keeps_the_mean(rng):
    q, k, v = np.zeros((1, 1, 1, 2)), np.zeros((1, 1, 40_000, 2)), np.ones((1, 1, 40_000, 1))
    u = F.scaled_dot_product_attention(q, k, v, dropout=0.25, rng=rng)
    share = float(u[0, 0, 0, 0]) * 0.75
    assert abs(share - 0.75) < 5 * math.sqrt(0.25 * 0.75 / 40_000)  # five standard deviations


def test_self_attention_of_joined_projections_is_attention_of_the_parts(rng):
    qkv = heads(rng, 2, 5, (4 + 2 * 2) * 3)
    q, k, v = F.split_heads(qkv[..., :12], 4), F.split_heads(qkv[..., 12:18], 2), F.split_heads(qkv[..., 18:], 2)
    expected = F.merge_heads(F.scaled_dot_product_attention(q, k, v, causal=True))
    np.testing.assert_allclose(F.self_attention(qkv, 4, 2, causal=True), expected, rtol=0, atol=EXACT)


def test_empty_batches_and_their_gradients_are_empty():
    x = np.zeros((0, 2, 3, 4))
    grads = ad.grad(lambda q, k, v: F.scaled_dot_product_attention(q, k, v).sum(), argnums=(0, 1, 2))(x, x, x)
    assert [g.shape for g in grads] == [x.shape] * 3
    qkv = np.zeros((0, 3, 12))
    assert ad.grad(lambda x: F.self_attention(x, 2).sum())(qkv).shape == qkv.shape


def test_one_record_for_one_attention(rng):
    x = heads(rng, 1, 2, 3, 4)
    tape = ad.record(lambda x: F.scaled_dot_product_attention(x, x, x, causal=True), x)
    assert len(tape) == 2


# -- masks -------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 6), st.integers(0, 4), st.none() | st.integers(1, 4))
def test_the_causal_mask_leaves_a_window_that_ends_at_the_query(T, past, window):
    mask = F.causal_mask(T, T + past, window)
    for t in range(T):
        first = 0 if window is None else max(0, t + past - window + 1)
        assert np.flatnonzero(mask[t]).tolist() == list(range(first, t + past + 1))


def test_masked_softmax_without_mask_is_softmax(rng):
    scores = heads(rng, 3, 4)
    np.testing.assert_allclose(F.masked_softmax(scores), plain_softmax(scores), rtol=EXACT)


def test_lengths_beyond_the_longest_are_refused():
    with pytest.raises(ValueError, match="from 0 to T = 3, not 1 to 4"):
        F.padding_mask([1, 4], 3)


# -- additive ----------------------------------------------------------------------------------------------------------


def test_additive_attention_is_its_formula(rng):
    layer = nn.AdditiveAttention(3, 4, 5, rng=rng, dtype=np.float64)
    query, key = heads(rng, 2, 3), heads(rng, 6, 4)
    u, weights = layer(query, key, return_weights=True)
    scores = [[layer.weight @ np.tanh(layer.W_q.weight @ q + layer.W_k.weight @ k) for k in key] for q in query]
    np.testing.assert_allclose(weights, plain_softmax(np.array(scores)), rtol=0, atol=EXACT)
    np.testing.assert_allclose(u, weights @ key, rtol=0, atol=EXACT)


# -- many heads --------------------------------------------------------------------------------------------------------


def test_the_sum_over_heads_is_the_product_with_joined_heads(rng):
    layer = nn.MultiheadAttention(12, 3, bias=False, rng=rng, dtype=np.float64)
    x = heads(rng, 2, 5, 12)
    w_q, w_k, w_v = np.split(layer.in_proj_weight, 3)
    total = 0
    for h in range(3):
        block = slice(4 * h, 4 * h + 4)
        q, k, v = x @ w_q[block].T, x @ w_k[block].T, x @ w_v[block].T
        weights = plain_softmax(np.einsum("ntd,nsd->nts", q, k) / math.sqrt(4))
        total = total + (weights @ v) @ layer.out_proj.weight[:, block].T  # W_c^h u^h
    np.testing.assert_allclose(layer(x), total, rtol=0, atol=EXACT)


OPTIONS = [
    {},
    {"positions": "rotary"},
    {"positions": "rotary_halves"},
    {"positions": "alibi"},
    {"num_key_value_heads": 1},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_one_by_one_with_a_cache_is_as_all_at_once(rng, options):
    layer = nn.MultiheadAttention(8, 2, rng=rng, dtype=np.float64, **options)
    x = heads(rng, 3, 6, 8)
    expected = layer(x, causal=True)
    y, cache = layer(x[:, :2], causal=True, return_cache=True)
    parts = [y]
    for t in range(2, 6):
        y, cache = layer(x[:, t : t + 1], causal=True, cache=cache, return_cache=True)
        parts.append(y)
    assert cache[0].shape == (3, layer.num_key_value_heads, 6, 4)
    np.testing.assert_allclose(np.concatenate(parts, axis=1), expected, rtol=0, atol=EXACT)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_the_fused_way_is_as_the_one_with_weights(rng, options):
    layer = nn.MultiheadAttention(8, 2, rng=rng, dtype=np.float64, **options)
    x, mask = heads(rng, 2, 4, 8), F.padding_mask([4, 3], 4)
    np.testing.assert_allclose(layer(x, mask=mask), layer(x, x, x, mask, return_weights=True)[0], rtol=0, atol=EXACT)


def test_a_cache_of_other_keys_stands_for_them(rng):
    layer = nn.MultiheadAttention(8, 2, rng=rng, dtype=np.float64)
    query, memory = heads(rng, 3, 6, 8), heads(rng, 3, 5, 8)
    y, cache = layer(query, memory, return_cache=True)
    np.testing.assert_allclose(layer(query[:, 2:3], memory, cache=cache), y[:, 2:3], rtol=0, atol=EXACT)


def test_dropout_is_for_training_only(rng):
    layer = nn.MultiheadAttention(8, 2, 0.5, rng=rng)
    x = heads(rng, 2, 4, 8, dtype=np.float32)
    assert not np.array_equal(layer(x), layer(x))
    layer.eval()
    np.testing.assert_array_equal(layer(x), layer(x))


def test_gradients_with_dropout_are_those_of_the_weights_that_stay(rng):
    layer = nn.MultiheadAttention(4, 2, 0.5, rng=rng, dtype=np.float64)
    x = heads(rng, 1, 3, 4)

    def f(x):
        layer.rng = np.random.default_rng(5)
        return (layer(x) ** 2).sum()

    ad.testing.check_grads(f, (x,), order=1)


def test_second_derivatives_agree_with_differences_of_gradients(rng):
    layer = nn.MultiheadAttention(4, 2, rng=rng, dtype=np.float64)
    x = heads(rng, 2, 3, 4)
    gradient = ad.grad(lambda layer: (layer(x, causal=True) ** 3).sum())
    v = ad.tree.map(lambda p: rng.standard_normal(p.shape), layer)
    found = ad.hvp(lambda layer: (layer(x, causal=True) ** 3).sum(), layer, v)
    h = 1e-5
    up, down = (gradient(ad.tree.map(lambda p, d, s=s: p + s * h * d, layer, v)) for s in (1, -1))
    expected = ad.tree.map(lambda a, b: (a - b) / (2 * h), up, down)
    for a, b in zip(ad.tree.leaves(found), ad.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-7 * max(1, np.abs(b).max()))  # h² times third derivatives


# -- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "q, k, v, message",
    [
        ((4,), (4,), (4,), r"q takes \(\.\.\., heads, T, d\)"),
        ((2, 4, 3, 5), (2, 3, 3, 5), (2, 3, 3, 5), "4 is divided by the heads of keys"),
        ((2, 4, 3, 5), (2, 4, 3, 6), (2, 4, 3, 6), r"k takes \(\.\.\., S, 5\)"),
        ((2, 4, 3, 5), (2, 4, 3, 5), (2, 4, 2, 5), "a value for each key"),
        ((2, 4, 3, 5), (3, 4, 3, 5), (3, 4, 3, 5), r"k takes \(2, 'key_value_heads'"),
    ],
)
def test_shapes_that_do_not_fit_are_named(q, k, v, message):
    with pytest.raises(nn.ShapeError, match=message):
        F.scaled_dot_product_attention(np.ones(q), np.ones(k), np.ones(v))


def test_masks_that_do_not_fit_are_named():
    x = np.ones((2, 4, 3, 5))
    with pytest.raises(nn.ShapeError, match=r"broadcasts to .* = \(2, 4, 3, 3\), but was given .* \(2, 3\)"):
        F.scaled_dot_product_attention(x, x, x, np.ones((2, 3), bool))
    with pytest.raises(TypeError, match="truth values"):
        F.scaled_dot_product_attention(x, x, x, np.ones((3, 3), int))
    with pytest.raises(TypeError, match="floats of one dtype, not float64, int64, int64"):
        F.scaled_dot_product_attention(x, x.astype(int), x.astype(int))


def test_dropout_needs_a_generator_and_a_probability():
    x = np.ones((1, 1, 2, 2))
    with pytest.raises(TypeError, match="dropout needs rng="):
        F.scaled_dot_product_attention(x, x, x, dropout=0.5)
    with pytest.raises(ValueError, match=r"probability in \[0, 1\), not 1"):
        F.scaled_dot_product_attention(x, x, x, dropout=1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((10, 3), "3 does not divide 10"),
        ((8, 4, 1.5), "dropout is a probability"),
        ((8, 4, 0.0, True, None, None, 3), "3 does not divide 4"),
        ((8, 4, 0.0, True, None, None, None, "absolute"), "'rotary_halves', 'alibi', not 'absolute'"),
        ((9, 3, 0.0, True, None, None, None, "rotary"), "heads have an even size, not 9/3 = 3"),
    ],
)
def test_layers_that_cannot_work_are_not_made(arguments, message):
    with pytest.raises(nn.ModelError, match=message):
        nn.MultiheadAttention(*arguments, rng=0)


def test_positions_of_one_sequence_are_not_for_keys_of_another(rng):
    layer = nn.MultiheadAttention(8, 2, positions="alibi", rng=0)
    with pytest.raises(nn.ModelError, match="those of one sequence"):
        layer(np.ones((1, 3, 8), np.float32), np.ones((1, 4, 8), np.float32))


def test_sequences_beyond_the_learned_positions_are_refused():
    with pytest.raises(nn.ShapeError, match=r"T \+ offset ≤ 5, where the offset is 3"):
        nn.LearnedPositions(5, 2, rng=0)(np.ones((3, 2), np.float32), offset=3)
