"""Regularisers: their formulas, their derivatives by a model, and what they choose."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn
from autodiff.errors import InputError
from autodiff.nn import init, regularizers
from autodiff.testing import check_grads


@pytest.fixture
def model():
    """With weights, biases, and the scale of a normalisation, which none of these is about."""
    layers = nn.Linear(3, 4, rng=0, dtype=np.float64), nn.LayerNorm(4), nn.Linear(4, 2, rng=1, dtype=np.float64)
    return nn.Sequential(*layers)


PENALTIES = {
    "l1": (lambda m: regularizers.l1(m, 0.3), lambda w: 0.3 * np.abs(w).sum()),
    "l2": (lambda m: regularizers.l2(m, 0.3), lambda w: 0.3 * (w * w).sum()),
    "elastic": (lambda m: regularizers.elastic(m, 0.3, 0.2), lambda w: 0.3 * np.abs(w).sum() + 0.2 * (w * w).sum()),
    "orthogonal": (
        lambda m: regularizers.orthogonal(m, 0.3),
        lambda w: 0.3 * ((w @ w.T - np.diag(np.diag(w @ w.T))) ** 2).sum(),
    ),
    "orthonormal": (
        lambda m: regularizers.orthogonal(m, 0.3, diagonal=True),
        lambda w: 0.3 * ((w @ w.T - np.eye(len(w))) ** 2).sum(),
    ),
    "spectral": (lambda m: regularizers.spectral(m, 0.3), lambda w: 0.15 * np.linalg.svd(w)[1][0] ** 2),
}


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_is_its_formula_summed_over_the_weights(name, model):
    of_model, formula = PENALTIES[name]
    np.testing.assert_allclose(of_model(model), formula(model[0].weight) + formula(model[2].weight), rtol=1e-13)


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_has_derivatives_in_both_modes(name, model):
    check_grads(PENALTIES[name][0], (model,))


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_keeps_float32(name):
    model = nn.Linear(3, 2, rng=0)
    value, grads = ad.value_and_grad(PENALTIES[name][0])(model)
    assert value.dtype == grads.weight.dtype == np.float32


def test_the_gradient_of_l2_is_a_weight_decay(model):
    grads = ad.grad(lambda m: regularizers.l2(m, 0.05))(model)
    np.testing.assert_allclose(grads[0].weight, 0.1 * model[0].weight, rtol=1e-15)
    assert not grads[0].bias.any() and not grads[1].weight.any()


def test_patterns_choose_parameters(model):
    found = regularizers.l1(model, 1.0, "0.*", min_axes=1)
    np.testing.assert_allclose(found, np.abs(model[0].weight).sum() + np.abs(model[0].bias).sum(), rtol=1e-14)


def test_frozen_parameters_do_not_count(model):
    expected = regularizers.l2(model, 1.0, "2.weight")
    assert regularizers.l2(model.freeze("0.weight"), 1.0) == expected


def test_orthogonal_weights_cost_nothing(rng):
    model = nn.initialize(nn.Linear(6, 4, rng=0, dtype=np.float64), init.orthogonal, rng=rng)
    assert regularizers.orthogonal(model, 1.0, diagonal=True) < 1e-28


def test_filters_of_convolutions_are_rows():
    class Kernel(nn.Module):
        def __init__(self):
            self.weight = np.random.default_rng(0).standard_normal((3, 2, 2, 2))

    rows = Kernel().weight.reshape(3, -1)
    gram = rows @ rows.T
    expected = (gram**2).sum() - (np.diag(gram) ** 2).sum()
    np.testing.assert_allclose(regularizers.orthogonal(Kernel(), 1.0), expected, rtol=1e-13)
    np.testing.assert_allclose(regularizers.spectral(Kernel(), 2.0), np.linalg.norm(rows, 2) ** 2, rtol=1e-13)


def test_activity_is_the_penalty_of_what_modules_give(model, rng):
    x = rng.standard_normal((5, 3))
    y, penalty = regularizers.activity_l1(model, x, strength=0.2, where="0")
    np.testing.assert_array_equal(y, model(x))
    np.testing.assert_allclose(penalty, 0.2 * np.abs(model[0](x)).sum() / 5, rtol=1e-14)
    check_grads(lambda m, x: regularizers.activity_l2(m, x, strength=0.2, where="[01]")[1], (model, x))


BAD = {
    "no match": (lambda m: regularizers.l2(m, 1.0, "*.kernel"), nn.ModelError, "matches .*0.weight .4, 3."),
    "no module": (lambda m: regularizers.activity_l1(m, np.ones((1, 3)), strength=1, where="9"), nn.ModelError, "'0'"),
    "negative": (lambda m: regularizers.l2(m, -1.0), InputError, "0 or more, not -1"),
    "one of two negative": (lambda m: regularizers.elastic(m, 1.0, -1.0), InputError, "0 or more"),
    "vectors": (lambda m: regularizers.spectral(m, 1.0, min_axes=1), InputError, "matrices"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_give_a_clear_error(name, model):
    call, error, message = BAD[name]
    with pytest.raises(error, match=message):
        call(model)
