"""Positions: sinusoidal, learned, rotary, linear biases."""

import numpy as np
import pytest

from autodiff import nn
from autodiff.nn import functional as F

EXACT = 1e-12  # sums of some dozens of products of numbers about 1, in float64


def heads(rng, *shape, dtype=np.float64):
    return rng.standard_normal(shape).astype(dtype)


def test_sinusoidal_positions_are_their_formula():
    p = F.sinusoidal_positions(50, 8, dtype=np.float64)
    t, i = np.arange(50)[:, None], np.arange(4)
    np.testing.assert_allclose(p[:, 0::2], np.sin(t / 10_000 ** (2 * i / 8)), rtol=0, atol=EXACT)
    np.testing.assert_allclose(p[:, 1::2], np.cos(t / 10_000 ** (2 * i / 8)), rtol=0, atol=EXACT)


def test_the_exponent_of_the_figure_is_twice_the_index():
    p = F.sinusoidal_positions(4000, 768, exponent="index", dtype=np.float64)
    expected = [np.sin(50 / 1e4 ** (4 / 768)), np.cos(51 / 1e4 ** (6 / 768))]
    np.testing.assert_allclose([p[50, 2], p[51, 3]], expected, rtol=0, atol=EXACT)


def test_products_of_sinusoidal_positions_depend_on_the_distance_alone():
    p = F.sinusoidal_positions(40, 16, dtype=np.float64)
    products = p @ p.T
    for distance in (0, 1, 7):
        np.testing.assert_allclose(np.diag(products, distance), products[0, distance], rtol=0, atol=EXACT)


@pytest.mark.parametrize("interleaved", [True, False])
def test_products_of_turned_vectors_depend_on_the_distance_alone(rng, interleaved):
    q, k = heads(rng, 8), heads(rng, 8)
    turned = lambda x, t: F.rotary(x[None], [t], interleaved=interleaved)[0]  # noqa: E731
    assert abs(turned(q, 5) @ turned(k, 2) - turned(q, 13) @ turned(k, 10)) < EXACT * 10
    assert abs(np.linalg.norm(turned(q, 5)) - np.linalg.norm(q)) < EXACT


def test_rotary_positions_multiply_complex_numbers_by_phases(rng):
    x = heads(rng, 3, 6)
    z = x[:, 0::2] + 1j * x[:, 1::2]
    z = z * np.exp(1j * np.arange(3)[:, None] * 10_000.0 ** (-np.arange(3) / 3))
    y = F.rotary(x)
    np.testing.assert_allclose(y[:, 0::2] + 1j * y[:, 1::2], z, rtol=0, atol=EXACT)
    halves = F.rotary(np.concatenate([x[:, 0::2], x[:, 1::2]], axis=1), interleaved=False)
    np.testing.assert_allclose(halves, np.concatenate([z.real, z.imag], axis=1), rtol=0, atol=EXACT)


def test_alibi_slopes_are_those_of_the_paper():
    np.testing.assert_allclose(F.alibi_slopes(8), 0.5 ** np.arange(1, 9), rtol=EXACT)
    np.testing.assert_allclose(F.alibi_slopes(3), [2**-4, 2**-8, 2**-2], rtol=EXACT)


@pytest.mark.parametrize(
    "layer",
    [nn.SinusoidalPositions(), nn.LearnedPositions(9, 4, rng=0), nn.RotaryPositions()],
    ids=lambda layer: type(layer).__name__,
)
def test_positions_can_begin_anywhere(layer, rng):
    x = heads(rng, 2, 6, 4, dtype=np.float32)
    np.testing.assert_allclose(layer(x)[:, 4:], layer(x[:, 4:], offset=4), rtol=0, atol=1e-6)  # float32
