"""Dropout and noise: expectation, scale, streams, masks."""

import copy

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F

LAYERS = {
    "Dropout": (lambda rng: nn.Dropout(0.3, rng=rng), (40, 50)),
    "Dropout1d": (lambda rng: nn.Dropout1d(0.3, rng=rng), (40, 50, 3)),
    "Dropout2d": (lambda rng: nn.Dropout2d(0.3, rng=rng), (40, 50, 2, 2)),
    "Dropout3d": (lambda rng: nn.Dropout3d(0.3, rng=rng), (40, 50, 2, 1, 2)),
    "DropPath": (lambda rng: nn.DropPath(0.3, rng=rng), (2000, 3)),
    "AlphaDropout": (lambda rng: nn.AlphaDropout(0.3, rng=rng), (40, 50)),
    "GaussianNoise": (lambda rng: nn.GaussianNoise(0.3, rng=rng), (40, 50)),
}
FACTORS = [name for name in LAYERS if name not in ("AlphaDropout", "GaussianNoise")]
each = pytest.mark.parametrize("name", LAYERS)
each_factor = pytest.mark.parametrize("name", FACTORS)


@each
def test_evaluation_is_exactly_the_identity(name):
    make, shape = LAYERS[name]
    x = np.ones(shape)
    assert make(0).eval()(x) is x


@each_factor
def test_entries_are_dropped_with_the_probability_and_the_others_scaled(name):
    make, shape = LAYERS[name]
    y = make(0)(np.ones(shape))
    assert set(np.unique(y)) == {0.0, 1 / 0.7}
    groups = 2000  # that are drawn independently
    assert abs((y == 0).mean() - 0.3) < 5 * (0.3 * 0.7 / groups) ** 0.5


@each
def test_the_expectation_is_the_input(name):
    make, _ = LAYERS[name]
    layer, x = make(0), np.array(2.0)
    axes = {"Dropout1d": 3, "Dropout2d": 4, "Dropout3d": 5, "DropPath": 2}.get(name, 2)
    if name == "AlphaDropout":
        x = np.array(0.0)  # it keeps mean 0 and variance 1
    y = layer(np.full((200, 200) + (1,) * (axes - 2), x))
    count = 200 if name == "DropPath" else 40000
    assert abs(y.mean() - x) < 5 * 2 / count**0.5  # the deviation of an entry is below 2


def test_spatial_dropout_drops_whole_channels():
    y = nn.Dropout2d(0.5, rng=0)(np.ones((10, 10, 4, 4)))
    assert (y == y[:, :, :1, :1]).all() and 0 < (y == 0).mean() < 1


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(1).standard_normal((300, 300))
    y = nn.AlphaDropout(0.2, rng=0)(x)
    assert abs(y.mean()) < 0.02 and abs(y.var() - 1) < 0.02  # five deviations


@each
def test_value_and_derivative_see_the_same_draw(name):
    make, shape = LAYERS[name]
    layer, x = make(0), np.full(shape, 2.0)
    y, pullback = ad.vjp(layer, x)
    (gradient,) = pullback(np.ones_like(y))
    if name in FACTORS:
        np.testing.assert_allclose(gradient * x, y, rtol=1e-15)
    elif name == "AlphaDropout":
        np.testing.assert_array_equal(gradient == 0, y < y.max())
    else:
        np.testing.assert_array_equal(gradient, 1)


@each
def test_streams_are_independent_of_each_other(name):
    make, shape = LAYERS[name]
    rng = np.random.default_rng(0)
    first, second = make(rng), make(rng)
    assert (first(np.ones(shape)) != second(np.ones(shape))).any()
    rng = np.random.default_rng(0)
    again, _ = make(rng), make(rng)
    assert (again(np.ones(shape)) != make(0)(np.ones(shape))).any()


@each
def test_a_saved_stream_goes_on_where_it_was(name):
    make, shape = LAYERS[name]
    layer = make(0)
    layer(np.ones(shape))
    state = copy.deepcopy(layer.rng.bit_generator.state)
    expected = layer(np.ones(shape))
    twin = make(1)
    twin.rng.bit_generator.state = state
    np.testing.assert_array_equal(twin(np.ones(shape)), expected)


def test_each_call_draws_anew():
    layer = nn.Dropout(0.5, rng=0)
    assert (layer(np.ones(100)) != layer(np.ones(100))).any()


@pytest.mark.parametrize("function", [F.dropout, F.alpha_dropout, F.drop_path])
def test_all_or_nothing(function):
    x, rng = np.ones((3, 4)), np.random.default_rng(0)
    assert function(x, 0.0, rng) is x
    assert not function(x, 1.0, rng).any()


def test_dropconnect_drops_weights_and_not_biases():
    layer = nn.DropConnect(nn.Linear(50, 40, rng=0), 0.3, rng=0)
    bias = layer(np.zeros((1, 50), np.float32))
    np.testing.assert_array_equal(bias[0], layer.layer.bias)
    weight = layer(np.eye(50, dtype=np.float32)) - bias
    assert abs((weight == 0).mean() - 0.3) < 5 * (0.21 / 2000) ** 0.5
    np.testing.assert_array_equal(layer.eval()(np.eye(50, dtype=np.float32)), layer.layer(np.eye(50, dtype=np.float32)))


def test_the_gradient_of_a_dropped_weight_is_zero():
    layer, x = nn.DropConnect(nn.Linear(5, 4, rng=0), 0.5, rng=0), np.ones((1, 5), np.float32)
    grads = ad.grad(lambda model: model(x).sum())(layer)
    assert set(np.unique(grads.layer.weight)) == {0, 2}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Dropout(1.5), "between 0 and 1, not 1.5"),
        (lambda: F.dropout(np.ones(2), -0.1, None), "between 0 and 1"),
        (lambda: nn.GaussianNoise(-1.0), "not negative"),
        (lambda: F.gaussian_noise(np.ones(2), -1.0, None), "not negative"),
        (lambda: nn.Dropout2d(0.5, rng=0)(np.ones((2, 3))), r"\(N, C, H, W\)"),
        (lambda: F.spatial_dropout(np.ones(3), 0.5, None), r"\(N, C, ...\)"),
        (lambda: F.drop_path(np.ones(()), 0.5, None), "batch axis in front"),
        (lambda: nn.DropConnect(nn.ReLU()), "ReLU has none"),
    ],
)
def test_bad_arguments_are_refused(make, message):
    with pytest.raises((nn.ModelError, nn.ShapeError), match=message):
        make()
