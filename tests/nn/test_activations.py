"""Activation functions: formulas, limits, kernels, errors. PyTorch is in test_against_torch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F
from autodiff.nn.functional.gelu import _gelu, _tanh_gelu
from autodiff.nn.functional.softmax import _log_softmax, _softmax
from tests.nn.kernels import assert_kernels_agree

LIMITS = {
    # name: (value, derivative) at -1e4, the same at 1e4
    "relu": ((0, 0), (1e4, 1)),
    "relu6": ((0, 0), (6, 0)),
    "leaky_relu": ((-100, 0.01), (1e4, 1)),
    "elu": ((-1, 0), (1e4, 1)),
    "selu": ((-1.7580993408473766, 0), (1e4 * 1.0507009873554805, 1.0507009873554805)),
    "celu": ((-1, 0), (1e4, 1)),
    "gelu": ((0, 0), (1e4, 1)),
    "silu": ((0, 0), (1e4, 1)),
    "mish": ((0, 0), (1e4, 1)),
    "sigmoid": ((0, 0), (1, 0)),
    "scaled_sigmoid": ((-1, 0), (1, 0)),
    "hardsigmoid": ((0, 0), (1, 0)),
    "log_sigmoid": ((-1e4, 1), (0, 0)),
    "tanh": ((-1, 0), (1, 0)),
    "hardtanh": ((-1, 0), (1, 0)),
    "hardswish": ((0, 0), (1e4, 1)),
    "tanhshrink": ((-9999, 1), (9999, 1)),
    "softshrink": ((-9999.5, 1), (9999.5, 1)),
    "hardshrink": ((-1e4, 1), (1e4, 1)),
    "softplus": ((0, 0), (1e4, 1)),
    "softsign": ((-1e4 / 10001, 1 / 10001**2), (1e4 / 10001, 1 / 10001**2)),
    "squareplus": ((1e-4, 1e-8), (1e4 + 1e-4, 1)),
    "step": ((0, 0), (1, 0)),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LIMITS)
def test_values_and_derivatives_far_out_are_their_limits_without_a_warning(name, dtype):
    x = np.array([-1e4, 1e4], dtype)
    values, derivatives = ad.jvp(getattr(F, name), (x,), (np.ones_like(x),))
    pulled = ad.vjp(getattr(F, name), x)[1](np.ones_like(x))[0]
    expected_values, expected_derivatives = zip(*LIMITS[name], strict=True)
    tolerance = 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(values, expected_values, rtol=tolerance, atol=1e-8)
    np.testing.assert_allclose(derivatives, expected_derivatives, rtol=tolerance, atol=1e-7)
    np.testing.assert_allclose(pulled, expected_derivatives, rtol=tolerance, atol=1e-7)
    assert values.dtype == derivatives.dtype == pulled.dtype == dtype


@pytest.mark.parametrize("name", LIMITS)
def test_a_python_number_gives_what_an_array_gives(name):
    for x in (-1.5, 0.0, 0.3):
        assert getattr(F, name)(x) == getattr(F, name)(np.array([x]))[0]
        assert abs(ad.derivative(getattr(F, name))(x) - ad.derivative(getattr(F, name))(np.array([x]))[0]) < 1e-15


def sympy_formulas():
    import sympy

    x = sympy.Symbol("x", real=True)
    sigma = 1 / (1 + sympy.exp(-x))
    return x, {
        "sigmoid": sigma,
        "scaled_sigmoid": 2 * sigma - 1,
        "log_sigmoid": sympy.log(sigma),
        "silu": x * sigma,
        "mish": x * sympy.tanh(sympy.log(1 + sympy.exp(x))),
        "gelu": x * (1 + sympy.erf(x / sympy.sqrt(2))) / 2,
        "softplus": sympy.log(1 + sympy.exp(x)),
        "squareplus": (x + sympy.sqrt(x**2 + 4)) / 2,
        "tanhshrink": x - sympy.tanh(x),
        "softsign": x / (1 + sympy.Abs(x)),
    }


@pytest.mark.parametrize("name", sympy_formulas()[1])
def test_values_and_two_derivatives_are_those_of_the_formula(name):
    x, formulas = sympy_formulas()
    f, expected = getattr(F, name), formulas[name]
    for _ in range(3):
        for point in (-7.25, -1.5, -0.125, 0.25, 2.0, 6.5):
            exact = float(expected.subs(x, point).evalf(30))
            assert abs(f(point) - exact) <= 1e-14 * max(1, abs(exact)), (point, f(point), exact)
        f, expected = ad.derivative(f), expected.diff(x)


def test_scaled_sigmoid_is_the_hyperbolic_tangent_of_half():
    x = np.linspace(-4, 4, 33)
    np.testing.assert_allclose(F.scaled_sigmoid(x), 2 * F.sigmoid(x) - 1, rtol=0, atol=4e-16)


def test_nothing_is_learned_through_a_step():
    np.testing.assert_array_equal(F.step(np.array([-0.1, 0.0, 0.1])), [0, 1, 1])
    assert ad.grad(lambda x: F.step(x).sum())(np.array([-0.1, 0.0, 0.1])).tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", ["leaky_relu", "elu", "celu", "softplus", "squareplus", "softshrink"])
def test_the_option_may_be_differentiated_too(name):
    x = np.array([-2.0, -0.7, 0.3, 1.5])
    ad.testing.check_grads(lambda x, option: getattr(F, name)(x, option), (x, 0.8 * np.ones(1)), order=2)


def test_bounds_may_be_differentiated_too():
    ad.testing.check_grads(lambda a, b: F.hardtanh(np.array([-2.0, 0.1, 2.0]), a, b), (-0.5, 0.8), order=2)


def test_gelu_in_float32_is_exact_to_a_few_units():
    x = np.linspace(-8, 8, 4001)
    y, derivative = ad.jvp(F.gelu, (x.astype(np.float32),), (np.ones(4001, np.float32),))
    exact, exact_derivative = ad.jvp(F.gelu, (x,), (np.ones(4001),))
    assert np.abs(y - exact).max() < 1e-6 and np.abs(derivative - exact_derivative).max() < 1e-6
    kernel = ad.vjp(F.gelu, x.astype(np.float32))[1](np.ones(4001, np.float32))[0]
    assert np.abs(kernel - exact_derivative).max() < 5e-7  # of a formula with an error of 8e-8


shapes = st.lists(st.integers(0, 4), min_size=1, max_size=3).map(tuple)


@given(shapes, st.integers(0, 2**32 - 1), st.data())
def test_kernels_along_an_axis_compute_what_the_references_say(shape, seed, data):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    if shape[axis] == 0:
        shape = tuple(max(n, 1) for n in shape)
    rng = np.random.default_rng(seed)
    x = 5 * rng.standard_normal(shape)
    assert_kernels_agree(_softmax, (x,), rng, axis=axis)
    assert_kernels_agree(_log_softmax, (x,), rng, axis=axis)


@given(shapes, st.integers(0, 2**32 - 1))
def test_kernels_of_gelu_compute_what_the_references_say(shape, seed):
    rng = np.random.default_rng(seed)
    x = 3 * rng.standard_normal(shape)
    assert_kernels_agree(_gelu, (x,), rng)
    assert_kernels_agree(_tanh_gelu, (x,), rng)


# -- along an axis -----------------------------------------------------------------------------------------------------


def test_softmax_gives_masked_entries_exactly_zero():
    x = np.array([[0.0, -np.inf, 1.0], [-np.inf, -np.inf, 2.0]], np.float32)
    y = F.softmax(x)
    assert (y[np.isinf(x)] == 0).all()
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-6)
    gradient = ad.grad(lambda x: (F.softmax(x) ** 2).sum())(x)
    assert np.isfinite(gradient).all() and (gradient[np.isinf(x)] == 0).all()


def test_logsumexp_of_several_axes_is_that_of_all_their_entries(rng):
    x = rng.standard_normal((2, 3, 4))
    np.testing.assert_allclose(F.logsumexp(x, axis=(0, 2)), np.log(np.exp(x).sum(axis=(0, 2))), rtol=1e-14)
    assert F.logsumexp(x, axis=None).shape == ()
    assert F.logsumexp(np.full(3, -np.inf)) == -np.inf


def test_sparsemax_is_the_nearest_point_of_the_simplex(rng):
    for _ in range(20):
        x = rng.standard_normal(4)
        y = F.sparsemax(x)
        assert abs(y.sum() - 1) < 1e-15 and (y >= 0).all()
        others = rng.dirichlet(np.ones(4), 200)
        assert np.linalg.norm(y - x) <= np.linalg.norm(others - x, axis=1).min()


def test_gumbel_softmax_samples_the_softmax():
    logits = np.log(np.array([0.5, 0.3, 0.2]))
    samples = F.gumbel_softmax(np.tile(logits, (20000, 1)), np.random.default_rng(0), hard=True)
    assert set(np.unique(samples)) == {0, 1}
    np.testing.assert_allclose(samples.mean(axis=0), [0.5, 0.3, 0.2], atol=5 * (0.25 / 20000) ** 0.5)


def test_hard_gumbel_samples_have_the_derivative_of_the_soft_ones():
    x, w = np.array([0.3, -0.2, 0.5]), np.array([1.0, 2.0, 3.0])

    def gradient(hard):
        return ad.grad(lambda x: F.gumbel_softmax(x, np.random.default_rng(3), 0.5, hard) @ w)(x)

    np.testing.assert_array_equal(gradient(True), gradient(False))


def test_gates_are_products_of_the_halves(rng):
    x = rng.standard_normal((3, 8))
    a, b = x[:, :4], x[:, 4:]
    np.testing.assert_array_equal(F.glu(x), a * F.sigmoid(b))
    np.testing.assert_array_equal(F.geglu(x), a * F.gelu(b))
    np.testing.assert_array_equal(F.swiglu(x), a * F.silu(b))


def test_maxout_of_two_pieces_can_be_a_relu():
    layer = nn.Maxout(1, 1, 2, rng=0, dtype=np.float64)
    layer.load_state_dict({"weight": [[1.0], [0.0]], "bias": [0.0, 0.0]})
    np.testing.assert_array_equal(layer(np.array([[-2.0], [3.0]])), [[0], [3]])


# -- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: F.gelu(np.ones(2), "fast"), "'none' or 'tanh', not 'fast'"),
        (lambda: nn.GELU("fast"), "'none' or 'tanh', not 'fast'"),
        (lambda: F.squareplus(np.ones(2), -1.0), "positive b, not -1"),
        (lambda: nn.Squareplus(0.0), "positive b"),
        (lambda: nn.Softplus(0.0), "positive beta"),
        (lambda: nn.CELU(0.0), "must not be 0"),
        (lambda: nn.Hardtanh(1.0, 1.0), "min_val below max_val"),
        (lambda: nn.Softshrink(-1.0), "not negative"),
        (lambda: nn.PReLU(0), "one parameter or more"),
        (lambda: nn.GumbelSoftmax(0.0), "positive temperature"),
        (lambda: F.gumbel_softmax(np.ones(2), None, 0.0), "positive temperature"),
        (lambda: nn.Maxout(2, 3, 0), "pieces is a whole number"),
        (lambda: nn.GLU()(np.ones((2, 3))), "even number of features"),
        (lambda: F.maxout(np.ones((2, 3)), 2), "groups of 2"),
    ],
)
def test_bad_arguments_are_refused(make, message):
    with pytest.raises((nn.ModelError, nn.ShapeError), match=message):
        make()


@pytest.mark.parametrize("approximate", ["none", "tanh"])
@pytest.mark.parametrize("x", [0.5, np.float32(0.5), np.array(0.5), np.array(0.5, np.float32)], ids=repr)
def test_gelu_takes_numbers_and_arrays_without_axes(x, approximate):
    f = lambda x: F.gelu(x, approximate)  # noqa: E731
    expected, slope = f(np.array([0.5])), ad.grad(lambda x: f(x).sum())(np.array([0.5]))
    assert_allclose(f(x), expected[0], rtol=1e-6)
    assert_allclose(ad.grad(f)(x), slope[0], rtol=1e-6)
    assert_allclose(ad.derivative(f)(x), slope[0], rtol=1e-6)
    assert np.shape(f(x)) == () and getattr(f(x), "dtype", None) == getattr(x, "dtype", np.dtype(float))


@pytest.mark.parametrize("slope", [-0.9, 0.0, 0.2, 1.0, 1.5])
def test_leaky_slopes_of_any_sign_and_size(slope):
    x = np.array([-2.0, -0.5, 0.5, 2.0])
    np.testing.assert_array_equal(F.leaky_relu(x, slope), np.where(x > 0, x, slope * x))
    found = ad.grad(lambda x: F.leaky_relu(x, slope).sum())(x)
    np.testing.assert_array_equal(found, np.where(x > 0, 1.0, slope))
