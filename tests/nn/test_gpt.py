"""GPT: sizes, files, caches, generation, sampling."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff import nn
from autodiff.nn.models import GPT, GPTConfig, gpt2, next_token_probabilities, sample_token

SMALL = GPTConfig(vocabulary=11, context=8, layers=2, heads=2, width=8)


def model_of(rng, config=SMALL, dtype=np.float64, spread=20.0):
    """A GPT whose weights are large enough for tokens to matter."""
    return ad.tree.map(lambda p: p * spread, GPT(config, rng=rng, dtype=dtype))


# -- sizes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "size, parameters",
    [("small", 124_439_808), ("medium", 354_823_168), ("large", 774_030_080), ("xl", 1_557_611_200)],
)
def test_gpt2_has_the_parameters_of_its_files(size, parameters):
    assert gpt2(size, rng=nn.SHAPES_ONLY).num_parameters == parameters


def test_a_summary_of_gpt2_counts_what_a_sequence_costs():
    found = nn.summary(gpt2(rng=nn.SHAPES_ONLY), ((1, 1024), int))
    maps, scores = 12 * 12 * 768**2 + 768 * 50_257, 12 * 2 * 1024 * 768  # for each token
    normalisations = 25 * 2 * 768
    assert found.parameters == 124_439_808 and found.macs == 1024 * (maps + scores + normalisations)


def test_65_characters_two_layers_of_64_make_108352_parameters():
    assert GPT(GPTConfig(65, 64, 2, 4, 64), rng=nn.SHAPES_ONLY).num_parameters == 108_352


def test_the_arrays_are_named_and_shaped_as_in_the_files_of_gpt2():
    shapes = {path: array.shape for path, array in GPT(SMALL, rng=0).state_dict().items()}
    block = {
        "ln_1.weight": (8,), "ln_1.bias": (8,), "attn.c_attn.weight": (8, 24), "attn.c_attn.bias": (24,),
        "attn.c_proj.weight": (8, 8), "attn.c_proj.bias": (8,), "ln_2.weight": (8,), "ln_2.bias": (8,),
        "mlp.c_fc.weight": (8, 32), "mlp.c_fc.bias": (32,), "mlp.c_proj.weight": (32, 8), "mlp.c_proj.bias": (8,),
    }  # fmt: skip
    expected = {"wte.weight": (11, 8), "wpe.weight": (8, 8), "ln_f.weight": (8,), "ln_f.bias": (8,)}
    assert shapes == expected | {f"h.{k}.{name}": shape for k in range(2) for name, shape in block.items()}


def test_weights_start_with_the_deviations_of_the_paper():
    model = GPT(GPTConfig(200, 100, 2, 4, 128), rng=0)
    for array, std in (
        (model.wte.weight, 0.02),
        (model.wpe.weight, 0.02),
        (model.h[0].attn.c_attn.weight, 0.02),
        (model.h[1].mlp.c_proj.weight, 0.02 / math.sqrt(4)),
    ):
        assert abs(array.std() / std - 1) < 5 / math.sqrt(2 * array.size)  # five standard deviations
    assert (model.h[0].attn.c_attn.bias == 0).all()


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["", "transformer."])
def test_a_file_as_those_of_gpt2_loads_by_name(prefix, tmp_path, rng):
    source, model = model_of(rng, dtype=np.float32), GPT(SMALL, rng=1)
    state = {prefix + path: array for path, array in source.state_dict().items()}
    for k in range(2):
        state[f"{prefix}h.{k}.attn.bias"] = np.tril(np.ones((1, 1, 8, 8), np.float32))
        state[f"{prefix}h.{k}.attn.masked_bias"] = np.array(-1e4, np.float32)
    state["lm_head.weight"] = source.wte.weight.copy()
    nn.save_arrays(tmp_path / "model.safetensors", state)
    nn.load(tmp_path / "model.safetensors", model)
    tokens = rng.integers(0, 11, (2, 8))
    np.testing.assert_array_equal(model(tokens), source(tokens))


def test_what_was_saved_loads(tmp_path, rng):
    source, model = model_of(rng), GPT(SMALL, rng=1, dtype=np.float64)
    nn.save(tmp_path / "model.npz", source)
    nn.load(tmp_path / "model.npz", model)
    assert all(np.array_equal(a, b) for a, b in zip(ad.tree.leaves(model), ad.tree.leaves(source), strict=True))


def test_a_file_with_another_table_for_the_output_is_refused(rng):
    state = GPT(SMALL, rng=0).state_dict()
    with pytest.raises(nn.LoadError, match="lm_head.weight is not wte.weight"):
        GPT(SMALL, rng=1).load_state_dict({**state, "lm_head.weight": state["wte.weight"] + 1})


def test_a_file_that_lacks_a_layer_is_refused():
    state = GPT(SMALL, rng=0).state_dict()
    del state["h.1.mlp.c_fc.weight"]
    with pytest.raises(nn.LoadError, match="h.1.mlp.c_fc.weight is missing"):
        GPT(SMALL, rng=1).load_state_dict(state)


# -- computing ---------------------------------------------------------------------------------------------------------


def test_later_tokens_do_not_change_earlier_logits(rng):
    model, tokens = model_of(rng), rng.integers(0, 11, (2, 8))
    logits = model(tokens)
    tokens[:, 5:] = (tokens[:, 5:] + 1) % 11
    np.testing.assert_allclose(model(tokens)[:, :5], logits[:, :5], rtol=0, atol=1e-9)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_logits_with_a_cache_are_those_without(parts, seed):
    rng = np.random.default_rng(seed)
    model, tokens = model_of(rng), rng.integers(0, 11, (2, min(8, sum(parts))))
    expected = model(tokens)
    cache, start = None, 0
    for count in parts:
        piece = tokens[:, start : start + count]
        if not piece.shape[1]:
            break
        logits, cache = model(piece, cache, True)
        np.testing.assert_allclose(logits, expected[:, start : start + count], rtol=0, atol=1e-9)
        start += count


def test_the_table_gets_the_gradients_of_both_its_uses(rng):
    model, tokens = model_of(rng, spread=5.0), rng.integers(0, 5, (2, 6))
    gradient = ad.grad(lambda m: (m(tokens) ** 2).mean())(model).wte.weight
    h, direction = 1e-6, rng.standard_normal((11, 8))

    def f(step):
        moved = ad.tree.map(np.array, model)
        moved.wte.weight += step * direction
        return (moved(tokens) ** 2).mean()

    expected = (f(h) - f(-h)) / (2 * h)
    assert abs((gradient * direction).sum() - expected) < 1e-6 * max(1, abs(expected))  # h² and rounding / h
    assert (gradient[5:] != 0).any()  # of tokens that are never read, only written


def test_hessian_vector_products_agree_with_differences_of_gradients(rng):
    model, tokens = model_of(rng, spread=2.0), rng.integers(0, 11, (2, 6))
    f = lambda m: nn.losses.cross_entropy(m(tokens[:, :-1]).reshape(-1, 11), tokens[:, 1:].reshape(-1))  # noqa: E731
    v = ad.tree.map(lambda p: rng.standard_normal(p.shape), model)
    found, gradient, h = ad.hvp(f, model, v), ad.grad(f), 1e-5
    up, down = (gradient(ad.tree.map(lambda p, d, s=s: p + s * h * d, model, v)) for s in (1, -1))
    size = max(np.abs(leaf).max() for leaf in ad.tree.leaves(found))
    for a, b, c in zip(*map(ad.tree.leaves, (found, up, down)), strict=True):
        np.testing.assert_allclose(a, (b - c) / (2 * h), rtol=0, atol=1e-5 * size)  # h² times third derivatives


def test_sequences_beyond_the_context_are_refused(rng):
    model = GPT(SMALL, rng=0)
    with pytest.raises(nn.ShapeError, match=r"T up to 8, but was given an array of shape \(2, 9\)"):
        model(np.zeros((2, 9), int))
    _, cache = model(np.zeros((2, 6), int), None, True)
    with pytest.raises(nn.ShapeError, match="T up to 2, after 6 in the cache"):
        model(np.zeros((2, 3), int), cache, True)


@pytest.mark.parametrize(
    "arguments, message",
    [((0, 8, 1, 1, 8), "vocabulary is positive, not 0"), ((5, 8, 1, 3, 8), "3 does not divide 8"),
     ((5, 8, 1, 2, 8, 1.0), "dropout is a probability")],
)  # fmt: skip
def test_configurations_that_cannot_work_are_refused(arguments, message):
    with pytest.raises(nn.ModelError, match=message):
        GPTConfig(*arguments)


def test_unknown_sizes_are_refused():
    with pytest.raises(nn.ModelError, match="'small', 'medium', 'large', 'xl', not 'tiny'"):
        gpt2("tiny")


# -- generation --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"temperature": 0}, {"temperature": 0.7, "top_k": 3}, {"top_p": 0.8}], ids=str)
def test_generation_with_a_cache_is_that_without_also_beyond_the_context(rng, options):
    model, tokens = model_of(rng), rng.integers(0, 11, (3, 2))
    found = model.generate(tokens, 12, rng=5, **options)
    assert found.shape == (3, 14) and np.array_equal(found[:, :2], tokens)
    np.testing.assert_array_equal(found, model.generate(tokens, 12, rng=5, use_cache=False, **options))


def test_at_temperature_zero_each_token_is_the_likeliest(rng):
    model = model_of(rng)
    tokens = model.generate(np.array([3]), 6, temperature=0)
    np.testing.assert_array_equal(tokens[1:], model(tokens[:-1]).argmax(axis=-1))


def test_generation_is_in_evaluation_mode_and_leaves_the_mode(rng):
    model = GPT(GPTConfig(11, 8, 1, 2, 8, dropout=0.5), rng=rng)
    first, second = (model.generate(np.array([[1]]), 7, rng=3) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert all(module.training for _, module in model.named_modules())


def test_generation_begins_with_a_token(rng):
    with pytest.raises(nn.ModelError, match="begin with a token"):
        GPT(SMALL, rng=0).generate(np.zeros((1, 0), int), 3)


# -- sampling ----------------------------------------------------------------------------------------------------------

logits_of_tokens = st.lists(st.floats(-9, 9), min_size=1, max_size=8).map(np.array)


@given(logits_of_tokens, st.floats(0.1, 5), st.none() | st.integers(1, 9), st.none() | st.floats(0.01, 1))
def test_probabilities_sum_to_one_and_keep_the_likeliest(logits, temperature, top_k, top_p):
    p = next_token_probabilities(logits, temperature, top_k, top_p)
    assert abs(p.sum() - 1) < 1e-12 and p[logits.argmax()] == p.max() > 0


@given(logits_of_tokens, st.integers(1, 9))
def test_top_k_leaves_those_that_are_among_the_k_largest(logits, k):
    p = next_token_probabilities(logits, top_k=k)
    least = np.sort(np.exp(logits - logits.max()))[::-1][min(k, len(logits)) - 1]
    np.testing.assert_array_equal(p > 0, np.exp(logits - logits.max()) >= least)


@given(logits_of_tokens, st.floats(0.01, 0.99))
def test_top_p_leaves_the_fewest_that_reach_p(logits, top_p):
    whole, p = next_token_probabilities(logits), next_token_probabilities(logits, top_p=top_p)
    left = whole[p > 0]
    assert left.sum() >= top_p - 1e-12 and left.sum() - left.min() < top_p + 1e-12
    assert left.min() >= whole[p == 0].max(initial=0)


def test_tokens_are_drawn_as_often_as_their_probabilities_say():
    logits = np.tile(np.log([0.5, 0.3, 0.2]), (40_000, 1))
    share = np.bincount(sample_token(logits, np.random.default_rng(0)), minlength=3) / 40_000
    np.testing.assert_allclose(share, [0.5, 0.3, 0.2], rtol=0, atol=5 * math.sqrt(0.25 / 40_000))


@pytest.mark.parametrize("options", [{"temperature": -1}, {"top_k": 0}, {"top_p": 0.0}, {"top_p": 1.5}], ids=str)
def test_options_out_of_range_are_refused(options):
    with pytest.raises(nn.ModelError, match=f"{next(iter(options))}|temperature"):
        next_token_probabilities(np.zeros(3), **options)
