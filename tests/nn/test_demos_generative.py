"""The demos of generative adversarial networks, on few steps: that they run and draw, and that their formulas hold."""

import numpy as np

import autodiff as ad
from demos.demo import Outcome
from demos.generative import gan_digits, gan_mixture, gan_ring, gan_saturation
from demos.picture import house_style, png


def drawn(demo, *arguments, **options):
    with house_style():
        outcome = demo.function(*arguments, **options)
        assert isinstance(outcome, Outcome)
        assert all(len(png(picture.figure)) > 1000 for picture in outcome.pictures)
    return {check.name: check for check in outcome.checks}


def test_density_of_the_mixture_has_the_total_one():
    x = np.linspace(-8, 8, 4001)
    assert np.isclose(np.trapezoid(gan_mixture.data_density(x), x), 1, atol=1e-9)  # what is beyond 8 is below 1e-13


def test_samples_of_the_mixture_have_its_density():
    x = gan_mixture.mixture(np.random.default_rng(0), 400_000)
    found = np.histogram(x, gan_mixture.EDGES, density=True)[0]
    # A bin of 0.1 holds at most 13,000 samples, so that its density is known to 0.003 by one standard deviation.
    assert np.abs(found - gan_mixture.data_density(gan_mixture.CENTRES)).max() < 0.015


def test_value_of_the_game_is_minus_log_4_where_the_generator_gives_the_data(monkeypatch):
    monkeypatch.setattr(gan_mixture, "samples", lambda G: gan_mixture.mixture(np.random.default_rng(1), 400_000))
    _, _, best, value = gan_mixture.theory(None)
    middle = np.abs(gan_mixture.CENTRES) < 3  # elsewhere too few samples fall into a bin
    # 120 bins of n samples raise twice the divergence by about 120 / (4 n), and cutting at 6 loses less than 1e-6
    assert np.isclose(value, -np.log(4), atol=1e-3)
    assert np.abs(best[middle] - 0.5).max() < 0.05


def test_demo_of_the_mixture_runs_on_few_steps():
    checks = drawn(gan_mixture.gan_mixture, steps=120, early=20, answering=1)
    assert len(checks) == 7
    assert np.isfinite([check.found for check in checks.values()]).all()


def test_demo_of_saturation_holds_on_few_steps():
    checks = drawn(gan_saturation.gan_saturation, epochs=2)
    assert checks["slope of log(1 − D)"].passed
    assert checks["slope of −log D"].passed
    assert checks["gradient of −log D over that of log(1 − D)"].passed


def test_distances_of_images_are_those_of_their_pixels():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 1, 8, 8)), rng.normal(size=(5, 1, 8, 8))
    expected = [[np.linalg.norm(x - y) for y in b] for x in a]
    assert np.allclose(gan_digits.distances(a, b), expected)


def test_averaged_generator_of_constant_players_is_the_generator(monkeypatch):
    monkeypatch.setattr(gan_digits.optim.schedules, "cosine", lambda *arguments: 0.0)
    images = np.zeros((64, 1, 8, 8), np.float32)
    _, kept = gan_digits.play(images, 3, keep=[1, 3])
    start, _ = gan_digits.players(np.random.default_rng(0))
    for mean, own in zip(ad.tree.leaves(kept[3]), ad.tree.leaves(start), strict=True):
        assert np.allclose(mean, own, atol=1e-6)  # a mean of equal numbers, in float32
    assert not np.allclose(kept[3].named_buffers()["1.running_mean"], kept[1].named_buffers()["1.running_mean"])


def test_demo_of_the_digits_runs_on_few_steps():
    checks = drawn(gan_digits.gan_digits, steps=100, epochs=2)
    assert len(checks) == 5
    assert checks["nearest training image, least"].passed


def test_modes_are_counted_where_samples_lie_near_them():
    x = np.concatenate([gan_ring.MODES[:2], gan_ring.MODES[:1] + 0.1, [[0.0, 0.0]]])
    assert gan_ring.modes_of(x).tolist() == [2, 1, 0, 0, 0, 0, 0, 0]


def test_slopes_of_a_linear_critic_are_the_length_of_its_weight():
    weight = np.array([3.0, 4.0])
    assert np.allclose(gan_ring.slopes(lambda x: x @ weight, np.zeros((5, 2))), 5)


def test_demo_of_the_ring_differentiates_its_penalty_on_few_steps():
    checks = drawn(gan_ring.gan_ring, steps=5)
    assert len(checks) == 4
    assert checks["slope of the penalty by the critic's weights"].passed
