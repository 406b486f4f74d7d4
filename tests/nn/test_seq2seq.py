"""The transformer from tokens to tokens: padding, caches, generation."""

import numpy as np
import pytest

from autodiff import nn
from autodiff.nn.models import Seq2SeqTransformer

EXACT = 1e-12  # sums of some dozens of products of numbers about 1, in float64


@pytest.fixture
def model(rng):
    return Seq2SeqTransformer(9, 11, 8, 2, 2, 2, 12, rng=rng, dtype=np.float64).eval()


def test_padding_of_the_source_changes_nothing(model, rng):
    src, tgt = rng.integers(1, 9, (2, 4)), rng.integers(1, 11, (2, 3))
    padded = np.concatenate([src, np.zeros((2, 2), int)], axis=1)
    np.testing.assert_allclose(model(padded, tgt), model(src, tgt), rtol=0, atol=EXACT)


def test_weights_on_the_source_sum_to_one_and_are_zero_on_padding(model, rng):
    src = np.array([[3, 4, 5, 0, 0]])
    _, weights = model(src, rng.integers(1, 11, (1, 3)), return_weights=True)
    assert [w.shape for w in weights] == [(1, 2, 3, 5)] * 2
    for w in weights:
        assert (w[..., 3:] == 0).all()
        np.testing.assert_allclose(w.sum(axis=-1), 1, rtol=EXACT)


def test_decoding_with_a_cache_is_as_all_at_once(model, rng):
    src, tgt = rng.integers(0, 9, (2, 5)), rng.integers(1, 11, (2, 4))
    src[:, 0] = 1
    memory, mask = model.encode(src)
    expected, cache = model(src, tgt), None
    for t in range(4):
        logits, cache = model.decode(tgt[:, t : t + 1], memory, mask, cache, True)
        np.testing.assert_allclose(logits[:, 0], expected[:, t], rtol=0, atol=EXACT)


def test_generated_tokens_are_the_likeliest_until_the_stop(model, rng):
    src = rng.integers(1, 9, (6, 5))
    stop = int(model.generate(src, 1, -1, 1)[0, 0])  # what comes first after some source
    made = model.generate(src, start=1, stop=stop, length=7)
    for source, tokens in zip(src, made, strict=True):
        ends = np.flatnonzero(tokens == stop)
        count = ends[0] + 1 if len(ends) else len(tokens)
        given = np.concatenate([[1], tokens[: count - 1]])
        np.testing.assert_array_equal(tokens[:count], model(source[None], given[None])[0].argmax(axis=-1))
        assert (tokens[count:] == model.padding).all()


def test_it_takes_batches_of_sequences(model):
    with pytest.raises(nn.ShapeError, match=r"src takes ints \(N, T\), but was given an array of shape \(3,\)"):
        model(np.ones(3, int), np.ones((1, 3), int))


def test_padding_is_a_token_of_both_vocabularies():
    with pytest.raises(nn.ModelError, match="of 3 and 5, not 4"):
        Seq2SeqTransformer(3, 5, 8, 2, padding=4, rng=nn.SHAPES_ONLY)


def test_a_summary_needs_shapes_alone():
    model = Seq2SeqTransformer(9, 11, 8, 2, 1, 1, 12, rng=nn.SHAPES_ONLY)
    found = nn.summary(model, ((2, 5), int), ((2, 4), int))
    assert found.parameters == model.num_parameters and found.rows[0].output == (2, 4, 11)
