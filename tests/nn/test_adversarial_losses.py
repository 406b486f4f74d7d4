"""Losses of two players, and their penalties."""

import doctest

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn
from autodiff.nn import losses
from autodiff.testing import check_grads

GAMES = {
    "minimax": losses.minimax,
    "non_saturating": losses.non_saturating,
    "hinge_gan": losses.hinge_gan,
    "least_squares": losses.least_squares,
    "wasserstein": losses.wasserstein,
}


def test_minimax_at_equilibrium_is_minus_log_four():
    assert -losses.minimax.discriminator(np.zeros(3), np.zeros(5)) == pytest.approx(-np.log(4), abs=1e-15)


def test_minimax_is_a_zero_sum_in_what_the_generator_can_change(rng):
    real, fake = rng.standard_normal(4), rng.standard_normal(4)
    of_d = ad.grad(lambda fake: losses.minimax.discriminator(real, fake))(fake)
    np.testing.assert_allclose(ad.grad(losses.minimax.generator)(fake), -of_d, rtol=1e-15)


@pytest.mark.parametrize("name", GAMES)
def test_games_have_derivatives_for_both_players(name, rng):
    real, fake = rng.standard_normal((4, 1)), rng.standard_normal((5, 1))
    check_grads(lambda real, fake: GAMES[name](real, fake), (real, fake))


@pytest.mark.parametrize("name", GAMES)
def test_the_example_of_a_game_runs(name):
    flags = doctest.NORMALIZE_WHITESPACE
    example = doctest.DocTestParser().get_doctest(GAMES[name].__doc__, {"np": np, name: GAMES[name]}, name, None, None)
    assert example.examples and doctest.DocTestRunner(optionflags=flags).run(example).failed == 0


@pytest.mark.parametrize("name", GAMES)
def test_games_keep_float32(name):
    logits = np.linspace(-2, 2, 5, dtype=np.float32)
    assert {part.dtype for part in GAMES[name](logits, logits)} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    "penalty",
    [
        lambda critic, x, z: losses.gradient_penalty(critic, x, z, 0),
        lambda critic, x, z: losses.r1_penalty(critic, x, 3.0),
    ],
    ids=["gradient_penalty", "r1_penalty"],
)
def test_penalties_of_slopes_have_derivatives_by_critic_and_samples(penalty, rng):
    w, v = rng.standard_normal((3, 4)), rng.standard_normal(4)
    real, fake = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    check_grads(lambda w, v, x, z: penalty(lambda x: np.tanh(x @ w) @ v, x, z), (w, v, real, fake), order=1)


def test_r1_penalty_is_its_finite_difference(rng):
    w, x = rng.standard_normal(3), rng.standard_normal((4, 3))
    critic = lambda x: np.sin(x @ w)  # noqa: E731
    h = 1e-6
    slopes = np.stack([(critic(x + h * e) - critic(x - h * e)) / (2 * h) for e in np.eye(3)])
    np.testing.assert_allclose(losses.r1_penalty(critic, x), np.mean((slopes**2).sum(axis=0)) / 2, rtol=1e-8)


def test_a_penalty_trains_a_model_of_layers():
    model = nn.Sequential(nn.Linear(2, 4, rng=0), nn.ReLU(), nn.Linear(4, 1, rng=1))
    x = np.random.default_rng(0).standard_normal((6, 2)).astype(np.float32)
    grads = ad.grad(lambda m: losses.gradient_penalty(m, x, -x, np.random.default_rng(0)))(model)
    assert np.abs(grads[0].weight).max() > 0 and grads[0].weight.dtype == np.float32
