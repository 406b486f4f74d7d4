"""Initialisers: moments within sampling error, structure exactly, and what they do to deep networks."""

import copy
import math

import numpy as np
import pytest

from autodiff import nn
from autodiff.nn import init

SHAPE = (200, 300)  # (out, in)
DRAWS = SHAPE[0] * SHAPE[1]

# name: (options, variance, fourth moment over variance², bound or None)
NORMAL, UNIFORM = 3.0, 1.8
EXPECTED = {
    "glorot_uniform": ({}, 2 / 500, UNIFORM),
    "glorot_normal": ({"gain": 2.0}, 4 * 2 / 500, NORMAL),
    "xavier_uniform": ({"gain": 5 / 3}, 25 / 9 * 2 / 500, UNIFORM),
    "xavier_normal": ({}, 2 / 500, NORMAL),
    "he_uniform": ({}, 2 / 300, UNIFORM),
    "he_normal": ({"mode": "fan_out", "nonlinearity": "leaky_relu", "param": 1.0}, 1 / 200, NORMAL),
    "kaiming_uniform": ({"nonlinearity": "linear"}, 1 / 300, UNIFORM),
    "kaiming_normal": ({}, 2 / 300, NORMAL),
    "lecun_uniform": ({}, 1 / 300, UNIFORM),
    "lecun_normal": ({}, 1 / 300, NORMAL),
    "fan_in_uniform": ({}, 1 / 900, UNIFORM),
    "uniform": ({"low": -1.0, "high": 3.0}, 16 / 12, UNIFORM),
    "normal": ({"mean": 0.5, "std": 0.2}, 0.04, NORMAL),
    "variance_scaling": ({"scale": 3.0, "mode": "fan_avg", "distribution": "truncated_normal"}, 3 / 250, NORMAL),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", EXPECTED)
def test_the_variance_is_that_of_the_formula(name, dtype, rng):
    options, variance, kurtosis = EXPECTED[name]
    x = getattr(init, name)(rng, SHAPE, dtype, **options)
    assert x.dtype == dtype and x.shape == SHAPE
    # the variance of n draws has a standard error of var √((kurtosis - 1) / n); 5 of them are passed once in 10⁶ times
    error = variance * math.sqrt((kurtosis - 1) / DRAWS)
    assert abs(x.var(dtype=np.float64) - variance) < 5 * error
    mean = {"uniform": 1.0, "normal": 0.5}.get(name, 0.0)
    assert abs(x.mean(dtype=np.float64) - mean) < 5 * math.sqrt(variance / DRAWS)
    if kurtosis == UNIFORM:
        assert np.abs(x - mean).max() <= np.float32(math.sqrt(3 * variance)) * (1 + 1e-6)


@pytest.mark.parametrize("name", [*EXPECTED, "orthogonal", "zeros", "ones", "constant", "truncated_normal", "eye"])
def test_shapes_only_draws_nothing(name):
    x = getattr(init, name)(nn.SHAPES_ONLY, (10_000, 10_000))
    assert x.shape == (10_000, 10_000) and x.strides == (0, 0) and x.dtype == np.float32


def test_a_seed_stands_for_a_generator():
    np.testing.assert_array_equal(init.he_normal(3, (4, 5)), init.he_normal(np.random.default_rng(3), (4, 5)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("low, high", [(-2, 2), (-1, 3), (2, 4), (-30, -29), (38, 40), (-np.inf, 1), (3, np.inf)])
def test_truncated_normal_has_the_distribution_of_scipy(low, high, dtype, rng):
    from scipy import stats

    x = init.truncated_normal(rng, (20_000,), dtype, mean=1.0, std=2.0, low=low, high=high)
    z = (x.astype(np.float64) - 1) / 2
    assert np.isfinite(x).all() and x.min() >= dtype(1 + 2 * low) and x.max() <= dtype(1 + 2 * high)
    # the largest distance of an empirical distribution is above 2.23/√n once in 10⁴ times (Kolmogorov)
    expected = stats.truncnorm(low, high).cdf(np.sort(z))
    rounding = 0 if dtype is np.float64 else 40 * 80 * np.finfo(np.float32).eps  # density times the rounding of x
    assert np.abs(expected - (np.arange(len(z)) + 0.5) / len(z)).max() < 2.23 / math.sqrt(len(z)) + rounding


def test_truncated_normal_of_float32_stays_within_its_bounds():
    x = init.truncated_normal(0, (1_000_000,), std=0.02, low=-0.1, high=0.1)
    assert np.abs(x).max() <= np.float32(0.002)


GAINS = {"linear": 1, "conv2d": 1, "sigmoid": 1, "tanh": 5 / 3, "relu": 2**0.5, "selu": 0.75}


@pytest.mark.parametrize("nonlinearity", GAINS)
def test_gains_are_those_of_pytorch(nonlinearity):
    assert init.calculate_gain(nonlinearity) == GAINS[nonlinearity]


def test_the_gain_of_leaky_relu_depends_on_its_slope():
    assert init.calculate_gain("leaky_relu", 0.2) == math.sqrt(2 / 1.04)
    assert init.calculate_gain("leaky_relu") == math.sqrt(2 / 1.0001)


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 2, 3, 3), (2, 1, 1, 1)])
def test_orthogonal_is_orthonormal_to_rounding(shape):
    w = init.orthogonal(0, shape, np.float64, gain=1.5).reshape(shape[0], -1) / 1.5
    gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(gram, np.eye(len(gram)), atol=1e-15 * len(w) * 4)


def test_orthogonal_is_uniform_among_rotations(rng):
    """Under the Haar measure E q₁₁ = 0 and E (trace)² = 1; NumPy's QR by itself has diagonals of one sign."""
    matrices = np.stack([init.orthogonal(child, (3, 3), np.float64) for child in rng.spawn(4000)])
    diagonal = matrices[:, 0, 0]
    assert abs(diagonal.mean()) < 5 * math.sqrt(1 / 3 / 4000)  # its variance is 1/3
    traces = np.trace(matrices, axis1=1, axis2=2) ** 2
    assert abs(traces.mean() - 1) < 5 * traces.std() / math.sqrt(4000)


def test_a_linear_layer_of_identity_passes_its_input_on(rng):
    layer = nn.initialize(nn.Linear(4, 4, bias=False, rng=0), init.identity)
    x = rng.standard_normal((2, 4)).astype(np.float32)
    np.testing.assert_array_equal(layer(x), x)


@pytest.mark.parametrize("groups", [1, 2])
def test_dirac_passes_channels_on(groups, rng):
    w = init.dirac(None, (4, 4 // groups, 3, 3), np.float64, groups=groups)
    x = rng.standard_normal((4, 6, 6))
    per = 4 // groups
    y = np.zeros((4, 4, 4))
    for out in range(4):
        for k in range(per):
            for i, j in np.ndindex(4, 4):
                y[out, i, j] += (w[out, k] * x[(out // per) * per + k, i : i + 3, j : j + 3]).sum()
    np.testing.assert_array_equal(y, x[:, 1:-1, 1:-1])


def test_sparse_has_as_many_zeros_in_each_column():
    w = init.sparse(0, (50, 20), np.float64, sparsity=0.31)
    np.testing.assert_array_equal((w == 0).sum(axis=0), 16)
    assert len({tuple(column) for column in (w == 0).T}) > 10


BAD = {
    "one axis": (lambda: init.orthogonal(0, (3,)), "two axes"),
    "fans of a vector": (lambda: init.he_normal(0, (3,)), "two axes"),
    "mode": (lambda: init.he_normal(0, (3, 2), mode="fan"), "'fan_in'"),
    "nonlinearity": (lambda: init.he_normal(0, (3, 2), nonlinearity="gelu"), "no gain for 'gelu'"),
    "distribution": (lambda: init.variance_scaling(0, (3, 2), distribution="cauchy"), "'uniform'"),
    "bounds": (lambda: init.truncated_normal(0, (3,), low=1, high=1), "low < high"),
    "dirac": (lambda: init.dirac(0, (3, 2)), "convolution"),
    "groups": (lambda: init.dirac(0, (3, 2, 3), groups=2), "divide the 3"),
    "identity": (lambda: init.identity(0, (3, 2, 3)), "matrix"),
    "sparsity": (lambda: init.sparse(0, (3, 2), sparsity=2), "from 0 to 1"),
    "pattern": (lambda: nn.initialize(nn.Linear(2, 3, rng=0), init.he_normal, "*.kernel"), "weight .3, 2."),
    "no layer": (lambda: init.lsuv(nn.ReLU(), np.ones((2, 3))), "none with a `weight`"),
    "constant": (lambda: init.lsuv(nn.Linear(3, 2, bias=False, rng=0), np.zeros((4, 3))), "variance 0"),
    "shapes only": (lambda: init.lsuv(nn.Linear(3, 2, rng=nn.SHAPES_ONLY), np.zeros((4, 3))), "SHAPES_ONLY"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_give_a_clear_error(name):
    call, message = BAD[name]
    with pytest.raises((nn.ModelError, ValueError), match=message):
        call()


# -- deep networks -----------------------------------------------------------------------------------------------------


def deep(activation, rule, rng, width=256, **options):
    layer = nn.Linear(width, width, False, rng=nn.SHAPES_ONLY, dtype=np.float64)
    layers = [part for _ in range(50) for part in (copy.copy(layer), activation())]
    model = nn.initialize(nn.Sequential(*layers), rule, rng=rng, **options)
    x = np.random.default_rng(0).standard_normal((64, width))
    return model, x


# The logarithm of the deviation walks by about √(5/256)/2 a layer for ReLU: a factor e^0.5 in 50; of 3 is 2 of them and
# what the book's own run is off. For tanh the deviation settles, or, where it is linear, falls evenly.
@pytest.mark.parametrize(
    "rule, options, activation, expected",
    [
        (init.normal, {}, nn.ReLU, 2e52),
        (init.he_normal, {}, nn.ReLU, 0.9),
        (init.xavier_normal, {}, nn.ReLU, 1.4e-8),
        (init.xavier_normal, {}, nn.Tanh, 0.09),
        (init.normal, {"std": 0.01}, nn.Tanh, 1.7e-40),
    ],
    ids=["N(0, 1), ReLU", "He, ReLU", "Xavier, ReLU", "Xavier, tanh", "0.01, tanh"],
)
def test_the_deviation_behind_fifty_layers(rule, options, activation, expected):
    model, x = deep(activation, rule, 1, **options)
    deviations = list(init.activation_std(model, x).values())
    assert len(deviations) == 100
    assert expected / 3 < deviations[-1] < expected * 3


def test_lsuv_gives_every_layer_of_a_deep_network_unit_variance():
    model, x = deep(nn.ReLU, init.normal, 1, width=32)
    assert init.lsuv(model, x, rng=0) is model
    deviations = init.activation_std(model, x)
    assert all(abs(deviations[f"{k}"] ** 2 - 1) < 0.05 for k in range(0, 100, 2))


def test_lsuv_keeps_directions_where_asked(rng):
    model = nn.Sequential(nn.Linear(8, 16, rng=0), nn.Tanh(), nn.Linear(16, 4, rng=1))
    before = model[2].weight.copy()
    init.lsuv(model, rng.standard_normal((200, 8)).astype(np.float32), tolerance=1e-3, orthonormal=False)
    ratio = model[2].weight / before
    np.testing.assert_allclose(ratio, ratio[0, 0], rtol=1e-5)  # rounding of float32, once or a few times


def test_lsuv_needs_no_more_than_unit_variance():
    model = nn.Sequential(nn.Linear(8, 16, rng=0), nn.ReLU(), nn.Linear(16, 4, rng=1))
    x = np.random.default_rng(0).standard_normal((500, 8)).astype(np.float32)
    once = [w.copy() for w in init.lsuv(model, x, rng=0).named_parameters().values()]
    again = init.lsuv(model, x, orthonormal=False).named_parameters().values()
    for a, b in zip(once, again, strict=True):
        np.testing.assert_array_equal(a, b)


def test_initialize_leaves_scales_of_normalisations_alone():
    model = nn.Sequential(nn.Linear(3, 4, rng=0), nn.LayerNorm(4), nn.Linear(4, 2, rng=0))
    nn.initialize(model, init.orthogonal, rng=0)
    assert (model[1].weight == 1).all()
    np.testing.assert_allclose(model[0].weight.T @ model[0].weight, np.eye(3), atol=1e-6)


def test_initialize_draws_each_array_by_itself():
    short = nn.initialize(nn.Sequential(nn.Linear(3, 4, rng=0)), init.normal, rng=7)
    long = nn.initialize(nn.Sequential(nn.Linear(3, 4, rng=0), nn.Linear(4, 4, rng=0)), init.normal, rng=7)
    np.testing.assert_array_equal(short[0].weight, long[0].weight)
    assert not np.array_equal(long[0].weight[:, 0], long[1].weight[:, 0])
