"""Kernels of attention against their references."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff.dispatch import Like, fit
from autodiff.nn import functional as F
from autodiff.nn.functional import attention
from autodiff.nn.shapes import shape_pass

EXACT = 1e-12  # sums of some dozens of products of numbers about 1, in float64


def heads(rng, *shape, dtype=np.float64):
    return rng.standard_normal(shape).astype(dtype)


def draw_call(rng, groups, repeats, T, S, mask, causal, dropped, size):
    """Arguments (q, k, v, mask, kept) and parameters of one call, and which arguments are differentiated."""
    q = heads(rng, 2, groups * repeats, T, 3) * size
    k, v = heads(rng, 2, groups, S, 3), heads(rng, 2, groups, S, 2)
    shape = (2, groups * repeats, T, S)
    given = {
        "none": None,
        "bool": rng.random((2, 1, T, S)) < 0.6,
        "float": heads(rng, 1, groups * repeats, T, 1),
        "infinite": np.where(rng.random((T, S)) < 0.6, 0.0, -np.inf),
    }[mask]
    kept = (rng.random(shape) < 0.7) / 0.7 if dropped else None
    wanted = (0, 1, 2, 3) if mask == "float" else (0, 1, 2)
    return [q, k, v, given, kept], {"causal": causal, "scale": 0.6}, wanted


def assert_kernel_is_reference(primitive, args, params, wanted, rng):
    def reference(*values):
        complete = list(args)
        for k, value in zip(wanted, values, strict=True):
            complete[k] = value
        return primitive.reference(*complete, **params)

    ans, kept = primitive.forward(*args, **params)
    expected, pullback = ad.vjp(reference, *(args[k] for k in wanted))
    results, known = (ans, expected) if primitive.several else ((ans,), (expected,))
    cotangents = tuple(rng.standard_normal(y.shape) for y in results)
    found = primitive.backward(cotangents if primitive.several else cotangents[0], kept, wanted, *args, **params)
    for y, expected_y in zip(results, known, strict=True):
        np.testing.assert_allclose(y, expected_y, rtol=0, atol=EXACT)
    for k, g, expected_g in zip(
        wanted, found, pullback(cotangents if primitive.several else cotangents[0]), strict=True
    ):
        scale = max(1.0, np.abs(expected_g).max(initial=0.0))
        np.testing.assert_allclose(fit(g, Like.of(args[k])), expected_g, rtol=0, atol=EXACT * 10 * scale)


calls = st.fixed_dictionaries(
    {
        "groups": st.integers(1, 2),
        "repeats": st.integers(1, 3),
        "T": st.integers(1, 5),
        "S": st.integers(1, 5),
        "mask": st.sampled_from(["none", "bool", "float", "infinite"]),
        "causal": st.booleans(),
        "dropped": st.booleans(),
        "size": st.sampled_from([1.0, 200.0]),
    }
)


@given(calls, st.integers(0, 2**32 - 1))
def test_the_kernel_of_attention_is_its_reference(call, seed):
    rng = np.random.default_rng(seed)
    assert_kernel_is_reference(attention._attend, *draw_call(rng, **call), rng)


@given(calls, st.integers(0, 2**32 - 1))
def test_the_kernel_that_returns_weights_is_its_reference(call, seed):
    rng = np.random.default_rng(seed)
    assert_kernel_is_reference(attention._attend_with_weights, *draw_call(rng, **call), rng)


@given(calls, st.integers(0, 2**32 - 1))
def test_the_kernel_of_joined_projections_is_its_reference(call, seed):
    rng = np.random.default_rng(seed)
    call["S"] = call["T"]
    (_, _, _, mask, kept), params, wanted = draw_call(rng, **call)
    groups, repeats = call["groups"], call["repeats"]
    qkv = heads(rng, 2, call["T"], groups * (repeats + 2) * 3)
    qkv[..., : groups * repeats * 3] *= call["size"]
    params |= {"heads": groups * repeats, "groups": groups}
    assert_kernel_is_reference(attention._self_attend, [qkv, mask, kept], params, (0, 1)[: len(wanted) - 2], rng)


def test_shapes_and_multiply_adds_follow_from_shapes_alone():
    pairs = 2 * 4 * 5 * 7  # of queries and keys, in all heads
    y, macs = shape_pass(F.scaled_dot_product_attention, (2, 4, 5, 3), (2, 2, 7, 3), (2, 2, 7, 6))
    assert (y.shape, macs) == ((2, 4, 5, 6), pairs * (3 + 6))
    call = lambda q, k, v: F.scaled_dot_product_attention(q, k, v, return_weights=True)  # noqa: E731
    (y, weights), macs = shape_pass(call, (2, 4, 5, 3), (2, 2, 7, 3), (2, 2, 7, 6))
    assert (y.shape, weights.shape, macs) == ((2, 4, 5, 6), (2, 4, 5, 7), pairs * (3 + 6))
    y, macs = shape_pass(lambda x: F.self_attention(x, 4, 2, causal=True), (2, 5, 8 * 3))
    assert (y.shape, macs) == ((2, 5, 12), 2 * 4 * 5 * 5 * (3 + 3))
