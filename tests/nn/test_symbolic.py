"""Models as formulas: what SymPy makes of layers, activations and losses is what they compute."""

import numpy as np
import pytest
import sympy as sp
from numpy.testing import assert_allclose

import autodiff as ad
from autodiff import nn
from autodiff.symbolic.activations import activations

F = nn.functional
a, b = sp.symbols("a b", real=True)

ACTIVATIONS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "hardtanh": F.hardtanh,
    "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish,
    "leaky_relu": F.leaky_relu,
    "threshold": lambda x: F.threshold(x, 0.5, -2.0),
    "elu": lambda x: F.elu(x, 1.5),
    "celu": lambda x: F.celu(x, 1.5),
    "selu": F.selu,
    "sigmoid": F.sigmoid,
    "scaled_sigmoid": F.scaled_sigmoid,
    "log_sigmoid": F.log_sigmoid,
    "softplus": lambda x: F.softplus(x, 2.0, np.inf),
    "squareplus": F.squareplus,
    "silu": F.silu,
    "mish": F.mish,
    "normal_cdf": F.normal_cdf,
    "gelu": F.gelu,
    "gelu of tanh": lambda x: F.gelu(x, "tanh"),
    "tanhshrink": F.tanhshrink,
    "softshrink": F.softshrink,
    "hardshrink": F.hardshrink,
    "softsign": F.softsign,
    "bce_with_logits": lambda x: nn.losses.bce_with_logits(x, x * 0 + 0.3, pos_weight=np.array(2.0), reduction="sum"),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_computes_its_formula(name):
    f, points = ACTIVATIONS[name], [-4.0, -1.25, -0.25, 0.375, 2.0, 7.0]
    expressions = [ad.symbolic.to_sympy(f, a, at=(point,)) for point in points]
    found = [float(e.subs(a, sp.Rational(point)).evalf(30)) for e, point in zip(expressions, points, strict=True)]
    # 1 + tanh cancels where the tanh-GELU is small: an error of an ulp of 1
    assert_allclose(found, [f(np.array(point)) for point in points], rtol=1e-13, atol=4e-16)


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) & set(activations())))
def test_the_derivative_of_an_activation_is_that_of_its_formula(name):
    f = ACTIVATIONS[name]
    for point in (-4.0, -1.25, -0.25, 0.375, 2.0, 7.0):
        expected = sp.diff(ad.symbolic.to_sympy(f, a, at=(point,)), a).subs(a, sp.Rational(point)).evalf(30)
        assert_allclose(ad.grad(f)(point), float(expected), rtol=1e-13, atol=1e-15)


def test_softmax_is_its_formula_without_the_shift():
    assert ad.symbolic.to_sympy(lambda a, b: F.softmax(np.stack([a, b])), a, b).tolist() == [
        sp.exp(a) / (sp.exp(a) + sp.exp(b)),
        sp.exp(b) / (sp.exp(a) + sp.exp(b)),
    ]
    found = ad.symbolic.to_sympy(lambda a, b: F.log_softmax(np.stack([a, b]))[0], a, b)
    assert found == a - sp.log(sp.exp(a) + sp.exp(b))


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Sequential(nn.Linear(2, 3, rng=0, dtype=float), nn.Tanh(), nn.Linear(3, 1, rng=1, dtype=float)),
        lambda: nn.Sequential(nn.Linear(2, 3, rng=0, dtype=float), nn.LayerNorm(3, dtype=float), nn.Softmax()),
        lambda: nn.Sequential(nn.Unflatten(1, (1, 2)), nn.Conv1d(1, 2, 2, rng=0, dtype=float), nn.SiLU()),
        lambda: nn.Sequential(nn.Unflatten(1, (2, 1)), nn.GRU(1, 2, rng=0, dtype=float), lambda found: found[0]),
    ],
    ids=["perceptron", "normalised", "convolution", "recurrence"],
)
def test_a_model_is_a_formula_of_its_inputs_with_their_derivatives(make):
    model, at = make(), (0.5, -1.25)

    def f(a, b):
        return np.ravel(model(np.stack([a, b])[None]))[0]

    formula = ad.symbolic.to_sympy(f, a, b, at=at)
    point = dict(zip((a, b), at, strict=True))
    assert_allclose(float(formula.subs(point)), f(*map(np.asarray, at)), rtol=1e-12)
    assert_allclose(float(sp.diff(formula, a, b).subs(point)), ad.grad(ad.grad(f), 1)(*at), rtol=1e-9)


def test_a_tape_of_a_model_is_a_formula_of_its_parameters():
    tape = ad.record(lambda model: model(np.array([2.0, 3.0])).sum(), nn.Linear(2, 1, rng=0, dtype=float))
    w = sp.symbols("w0 w1", real=True)
    (bias,) = sp.symbols("c,", real=True)
    assert sp.simplify(tape.to_sympy(np.array([w]), np.array([bias])) - (2 * w[0] + 3 * w[1] + bias)) == 0
