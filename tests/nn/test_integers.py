"""Integers as inputs: what they give is what the same numbers give as floats."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from autodiff import nn

F = nn.functional
RNG = np.random.default_rng(0)
SEQUENCES, IMAGES = RNG.integers(-3, 4, (2, 5, 4)), RNG.integers(-3, 4, (2, 4, 6, 6))
MEAN, VAR = np.full(4, 0.3, np.float32), np.full(4, 2.1, np.float32)

FUNCTIONS = {
    "softmax": (F.softmax, SEQUENCES),
    "log_softmax": (F.log_softmax, SEQUENCES),
    "softmin": (F.softmin, SEQUENCES),
    "masked_softmax": (lambda x: F.masked_softmax(x, causal=True), SEQUENCES),
    "layer_norm": (lambda x: F.layer_norm(x, 4), SEQUENCES),
    "rms_norm": (lambda x: F.rms_norm(x, 4, eps=1e-5), SEQUENCES),
    "group_norm": (lambda x: F.group_norm(x, 2), IMAGES),
    "instance_norm": (F.instance_norm, IMAGES),
    "batch_norm": (lambda x: F.batch_norm(x, training=True), IMAGES),
    "batch_norm, running": (lambda x: F.batch_norm(x, MEAN, VAR), IMAGES),
    "interpolate, bilinear": (lambda x: F.interpolate(x, scale_factor=1.5, mode="bilinear"), IMAGES),
    "interpolate, bicubic": (lambda x: F.interpolate(x, scale_factor=1.5, mode="bicubic"), IMAGES),
    "adaptive_avg_pool2d": (lambda x: F.adaptive_avg_pool2d(x, 4), IMAGES),
    "rotary": (F.rotary, SEQUENCES),
    "sinusoidal positions": (nn.SinusoidalPositions(), SEQUENCES),
    "dropout": (lambda x: F.dropout(x, 0.3, np.random.default_rng(0)), SEQUENCES),
    "spatial_dropout": (lambda x: F.spatial_dropout(x, 0.3, np.random.default_rng(0)), SEQUENCES),
    "drop_path": (lambda x: F.drop_path(x, 0.3, np.random.default_rng(0)), SEQUENCES),
    "alpha_dropout": (lambda x: F.alpha_dropout(x, 0.3, np.random.default_rng(0)), SEQUENCES),
    "gaussian_noise": (lambda x: F.gaussian_noise(x, 0.3, np.random.default_rng(0)), SEQUENCES),
    "gumbel_softmax": (lambda x: F.gumbel_softmax(x, np.random.default_rng(0)), SEQUENCES),
    "pad": (lambda x: F.pad(x, (1, 1), value=0.5), SEQUENCES),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_integers_give_what_floats_give(name):
    f, x = FUNCTIONS[name]
    assert_allclose(f(x), f(x.astype(np.float64)), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_small_integers_such_as_pixels_give_float32(name):
    f, x = FUNCTIONS[name]
    assert f(x.astype(np.int8)).dtype == np.float32


def test_integers_padded_by_an_integer_stay_integers():
    assert F.pad(SEQUENCES, (1, 1), value=7).dtype == SEQUENCES.dtype


def test_a_mask_of_integers_is_not_added_to_the_scores():
    with pytest.raises(TypeError, match="astype\\(bool\\)"):
        F.masked_softmax(np.zeros((2, 2)), np.eye(2, dtype=int))


def test_the_base_of_positions_is_given_by_name():
    with pytest.raises(TypeError):
        nn.SinusoidalPositions(512)  # it would be taken for the size of the vectors
