"""Games of a generator and a discriminator: Algorithm 1 of Goodfellow et al. 2014, and its variants."""

import numpy as np
import pytest

import autodiff as ad
import optim
from autodiff import nn
from tests.nn.training_models import flat


def players(seed=0):
    rng = np.random.default_rng(seed)
    generator = nn.Sequential(nn.Linear(2, 8, rng=rng), nn.ReLU(), nn.Linear(8, 1, rng=rng))
    return generator, nn.Sequential(nn.Linear(1, 8, rng=rng), nn.ReLU(), nn.Linear(8, 1, rng=rng))


def samples(n=128):
    return np.random.default_rng(0).normal(2.0, 0.5, (n, 1)).astype(np.float32)


def softplus(x):
    return np.logaddexp(0, x)


D_LOSSES = {
    "minimax": lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
    "non_saturating": lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
    "hinge": lambda real, fake: np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean(),
    "wasserstein": lambda real, fake: fake.mean() - real.mean(),
}
G_LOSSES = {
    "minimax": lambda fake: -softplus(fake).mean(),  # log(1 - σ(c)) = -softplus(c)
    "non_saturating": lambda fake: softplus(-fake).mean(),
    "hinge": lambda fake: -fake.mean(),
    "wasserstein": lambda fake: -fake.mean(),
}


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("loss", D_LOSSES)
def test_iterations_are_those_of_algorithm_1(loss, k):
    (G, D), (g, d) = players(), players()
    x = samples(64)
    noise = []

    def drawn(rng, n):
        noise.append(rng.standard_normal((n, 2), np.float32))
        return noise[-1]

    history = nn.fit_gan(
        G, D, x, noise=drawn, optimizers=(optim.sgd(0.05), optim.sgd(0.1)), loss=loss, k=k, batch_size=16, seed=3,
        progress=False,
    )  # fmt: skip
    batches = [b for (b,) in nn.data.DataLoader(x, 16, seed=3).batches(0)]
    draws, values = iter(noise), []
    for start in range(0, len(batches), k):
        for real in batches[start : start + k]:
            fake = g(next(draws))
            value_d, grads = ad.value_and_grad(lambda d, real=real, fake=fake: D_LOSSES[loss](d(real), d(fake)))(d)
            d = ad.tree.map(lambda p, c: p - 0.1 * c, d, grads)
        z = next(draws)
        value_g, grads = ad.value_and_grad(lambda g, z=z, d=d: G_LOSSES[loss](d(g(z))))(g)
        g = ad.tree.map(lambda p, c: p - 0.05 * c, g, grads)
        values.append((value_d, value_g))
    np.testing.assert_allclose(flat(G), flat(g), atol=1e-5)
    np.testing.assert_allclose(flat(D), flat(d), atol=1e-5)
    found = np.stack([history.steps["discriminator_loss"], history.steps["generator_loss"]], axis=1)
    np.testing.assert_allclose(found, np.array(values), atol=1e-5)


def test_the_generator_learns_where_the_data_are():
    G, D = players()
    x = samples(512)
    nn.fit_gan(
        G, D, x, noise=2, optimizers=(optim.adam(5e-3, beta1=0.5), optim.adam(5e-3, beta1=0.5)),
        loss="non_saturating", epochs=60, progress=False,
    )  # fmt: skip
    made = G(np.random.default_rng(9).standard_normal((500, 2), np.float32))
    assert abs(made.mean() - 2.0) < 0.4


@pytest.mark.parametrize("penalty", ["gradient", "r1", lambda critic, x, fake, rng: (critic(x) ** 2).mean()])
def test_a_penalty_is_added_to_what_the_discriminator_minimises(penalty):
    found = []
    for weight in (0.0, 5.0):
        G, D = players()
        history = nn.fit_gan(G, D, samples(32), noise=2, optimizers=(optim.sgd(0.1), optim.sgd(0.1)), steps=1,
                             penalty=penalty, penalty_weight=weight, loss="wasserstein", progress=False)  # fmt: skip
        found.append((history.steps["discriminator_loss"][0], flat(D)))
    assert found[1][0] > found[0][0] and (found[0][1] != found[1][1]).any()


def test_the_gradient_penalty_gives_the_slope_of_theory():
    """A critic c(x) = s x between points a distance W apart minimises λ (s - 1)² - s W at s = 1 + W / (2 λ)."""
    G, D = players(1)
    x = samples(256) + 8
    nn.fit_gan(G, D, x, noise=2, optimizers=(optim.sgd(0.0), optim.adam(0.02)), epochs=60, loss="wasserstein",
               penalty="gradient", progress=False)  # fmt: skip
    distance = x.mean() - G(np.random.default_rng(0).standard_normal((4000, 2), np.float32)).mean()
    slope = ad.grad(lambda x: D(x).sum())(np.array([[4.0]], np.float32))
    assert float(slope[0, 0]) == pytest.approx(1 + distance / 20, rel=0.05)  # batches differ in their means


def test_an_interruption_keeps_the_history():
    def callback(number, generator, discriminator):
        if number == 3:
            raise KeyboardInterrupt

    G, D = players()
    history = nn.fit_gan(G, D, samples(), noise=2, optimizers=(optim.sgd(0.1), optim.sgd(0.1)), batch_size=16,
                         callback=callback, progress=False)  # fmt: skip
    assert history.stopped == "interrupted" and len(history.steps) == 3


def test_the_history_draws_both_losses():
    import matplotlib.pyplot as plt

    G, D = players()
    history = nn.fit_gan(G, D, samples(), noise=2, optimizers=(optim.sgd(0.1), optim.sgd(0.1)), progress=False)
    ax = history.plot()
    assert [line.get_label() for line in ax.get_lines()] == ["discriminator loss", "generator loss"]
    plt.close("all")


def test_modes_are_restored():
    G, D = players()
    G.eval()
    nn.fit_gan(G, D, samples(), noise=2, optimizers=(optim.sgd(0.1), optim.sgd(0.1)), progress=False)
    assert not G.training and D.training


@pytest.mark.parametrize(
    "change, words",
    [
        ({"loss": "maximin"}, "loss is one of minimax"),
        ({"penalty": "l2"}, "penalty is one of gradient"),
        ({"k": 0}, "k is a whole number"),
        ({"optimizers": (optim.sam(optim.sgd(0.1)), optim.sgd(0.1))}, "evaluates the loss again"),
    ],
)
def test_bad_input_is_refused(change, words):
    G, D = players()
    given = {"noise": 2, "optimizers": (optim.sgd(0.1), optim.sgd(0.1)), "progress": False} | change
    with pytest.raises(nn.ModelError, match=words):
        nn.fit_gan(G, D, samples(), **given)
