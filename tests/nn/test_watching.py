"""Activations and their gradients, seen without changing the model."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn

X = np.random.default_rng(0).standard_normal((4, 3))


@pytest.fixture
def model():
    return nn.Sequential(
        nn.Linear(3, 5, rng=0, dtype=np.float64), nn.Lambda(np.tanh), nn.Linear(5, 2, rng=1, dtype=np.float64)
    )


def test_captured_activations_are_those_of_the_layers(model):
    found = nn.capture(model, X)
    np.testing.assert_array_equal(found["0"], model[0](X))
    np.testing.assert_array_equal(found[""], model(X))
    assert list(found) == ["0", "1", "2", ""]


def test_capturing_leaves_the_model_as_it_was(model):
    before = set(vars(model[0]))
    nn.capture(model, X)
    assert set(vars(model[0])) == before


def test_a_pattern_that_matches_nothing_names_what_there_is(model):
    with pytest.raises(nn.ModelError, match="no module matches 'conv'; there are '0', '1', '2', ''"):
        nn.capture(model, X, where="conv")


def test_gradients_of_activations_are_those_of_the_rest_of_the_model(model):
    found = nn.activation_gradients(lambda y: (y**2).sum(), model, X, where="1")
    activation, gradient = found["1"]
    expected = ad.grad(lambda a: (model[2](a) ** 2).sum())(activation)
    np.testing.assert_allclose(gradient, expected, rtol=1e-12)


def test_a_watch_may_replace_a_result(model):
    class Silence(nn.Watch):
        def after(self, path, module, args, out):
            return out * 0 if path == "1" else out

    np.testing.assert_allclose(nn.watched(model, Silence())(X), np.tile(model[2].bias, (4, 1)))


def test_activations_are_captured_inside_a_gradient(model):
    seen = []

    def f(model):
        seen.append(nn.capture(model, X)["0"])
        return model(X).sum()

    ad.grad(f)(model)
    assert isinstance(seen[0], np.ndarray)


def test_gradients_of_activations_are_of_a_scalar():
    model = nn.Sequential(nn.Linear(3, 2, rng=0), nn.ReLU())
    with pytest.raises(ad.errors.NonScalarOutputError, match="activation_gradients"):
        nn.activation_gradients(lambda y: y, model, np.ones((4, 3), np.float32))
