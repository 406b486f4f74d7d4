"""A generator learns a mixture of two normals by playing against a discriminator.

    min_G max_D  V(D, G) = E log D(x) + E log(1 − D(G(z))),    x from p_d, z normal

For a fixed G, whose samples have the density p_g, the best answer is D* = p_d/(p_d + p_g), and with it the value is
V = 2 JSD(p_d, p_g) − log 4, by the Jensen-Shannon divergence. It is least where p_g = p_d: there D = ½ and V = −log 4.

Algorithm 1 makes a step of D, then one of G, on new samples. The paper's steps had momentum, these are ADAM's.
"""

import copy

import numpy as np

import optim
from autodiff import nn
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, figure

WEIGHTS, MEANS, SPREADS = np.array([0.35, 0.65]), np.array([-2.0, 1.5]), np.array([0.5, 0.8])
EDGES = np.linspace(-6, 6, 121)
CENTRES, WIDTH = (EDGES[1:] + EDGES[:-1]) / 2, EDGES[1] - EDGES[0]


def mixture(rng, n):
    mode = (rng.random(n) > WEIGHTS[0]).astype(int)
    return (MEANS[mode] + SPREADS[mode] * rng.standard_normal(n)).astype(np.float32)[:, None]


def data_density(x):  # p_d
    scaled = (x[:, None] - MEANS) / SPREADS
    return (WEIGHTS / SPREADS * np.exp(-(scaled**2) / 2)).sum(axis=1) / np.sqrt(2 * np.pi)


def players(seed):
    rng = np.random.default_rng(seed)
    return [
        nn.Sequential(nn.Linear(1, n, rng=rng), f(), nn.Linear(n, n, rng=rng), f(), nn.Linear(n, 1, rng=rng))
        for n, f in ((32, nn.Tanh), (64, nn.LeakyReLU))
    ]


def samples(G, n=400_000):
    return G(np.random.default_rng(7).standard_normal((n, 1), np.float32))


def probability(D, x):
    return nn.functional.sigmoid(D(x.astype(np.float32)[:, None])[:, 0].astype(float))


def play(real, steps, keep=(), seed=0):
    """The value of the game at each iteration, and both players after the iterations to keep."""
    (G, D), kept = players(seed), {}
    adam_g, adam_d = (optim.adam(optim.schedules.cosine(rate, steps, rate / 100), beta1=0.5) for rate in (2e-3, 8e-3))
    history = nn.fit_gan(
        G, D, real, noise=1, optimizers=(adam_g, adam_d), loss="minimax", k=1, epochs=steps, steps=steps,
        batch_size=512, seed=seed, callback=lambda n, *both: kept.update({n: copy.deepcopy(both)} if n in keep else {}),
    )  # fmt: skip
    return -history.steps["discriminator_loss"], kept


def best_answer(G, D, real, epochs):
    """D trained on while G stands still, which is logistic regression of real (1) on fake (0), and the value then."""
    x = np.concatenate([real, samples(G, len(real))])
    label = np.repeat(np.array([1, 0], np.float32), len(real))[:, None]
    D, rate, loss = copy.deepcopy(D), optim.schedules.cosine(5e-3, epochs * len(x) // 512), nn.losses.bce_with_logits
    nn.fit(D, loss, (x, label), optimizer=optim.adam(rate), epochs=epochs, batch_size=512)
    return D, -2 * float(loss(D(x), label))


def theory(G):
    """By bins: p_d, p_g, D* and 2 JSD − log 4."""
    p_d, p_g = data_density(CENTRES), np.histogram(samples(G), EDGES, density=True)[0]
    D = p_d / (p_d + p_g)
    return p_d, p_g, D, WIDTH * (p_d @ np.log(D) + p_g @ np.log(np.where(p_g > 0, 1 - D, 1)))


@demo(
    slide='A sort of "game" between G and D',
    figure="Algorithm 1",
    data="generated: 0.35 N(−2, 0.5²) + 0.65 N(1.5, 0.8²)",
    asserts="the value −log 4; D = p_d/(p_d + p_g), early and at the end; both modes in their proportions",
    erratum="The noise z comes from its prior p_z(z); the slide writes p_g(z), but p_g is the density of G(z).",
)
def gan_mixture(steps=4000, early=60, answering=5):
    real = mixture(np.random.default_rng(0), 100_000)
    value, kept = play(real, steps, keep=(early, steps))
    answer, value_early = best_answer(*kept[early], real, answering)
    shown = {f"(a) Iteration {early}, D trained on": (kept[early][0], answer), f"(b) Iteration {steps}": kept[steps]}
    (p_d, *_, best_value), end = theory(kept[early][0]), samples(kept[steps][0], len(real))
    off = [WIDTH * p_d @ np.abs(probability(D, CENTRES) - theory(G)[2]) for G, D in shown.values()]
    w1 = np.abs(np.sort(real, axis=None) - np.sort(end, axis=None)).mean()  # the distance of the quantiles
    half = WIDTH * p_d @ np.abs(probability(kept[steps][1], CENTRES) - 0.5)

    # Over the seeds 0 to 5 of the players: |V + log 4| at most 0.0023, the value of the trained D 0.003 to 0.009 below
    # the best, E |D − D*| at most 0.016 early and 0.037 at the end, E |D − ½| 0.006, shares within 0.005, W₁ 0.043.
    twice, share = "twice the worst of six seeds", [np.mean(x < -0.6) for x in (real, end)]  # between the modes
    checks = [
        Check.close("value, mean of the last 500", -np.log(4), value[-500:].mean(), tolerance=0.005, reason=twice),
        Check.close("value of the D trained on alone", best_value, value_early, tolerance=0.02, reason=twice),
        Check.at_most("E |D − p_d/(p_d + p_g)|, D trained on alone", 0.04, off[0], reason=twice),
        Check.at_most("E |D − p_d/(p_d + p_g)|, at the end", 0.08, off[1], reason=twice),
        Check.at_most("E |D − ½|, at the end", 0.03, half, reason="½ at the equilibrium; five times the worst seed"),
        Check.close("share of the left mode", *share, tolerance=0.03, reason="six times the worst of six seeds"),
        Check.at_most("Wasserstein distance W₁ of data and fakes", 0.1, w1, reason=twice),
    ]
    caption = (
        "(a) Where fakes crowd the best D is small, and D, trained alone, finds it. (b) At the end D says ½ wherever "
        "there are data. (c) The value settles at −log 4."
    )
    return Outcome([Picture(draw(shown, value), caption)], checks)


def draw(shown, value):
    drawn = figure(13, 4.2)
    *densities, course = drawn.subplots(1, 3)
    for axes, (title, (G, D)) in zip(densities, shown.items(), strict=True):
        p_d, p_g, best, _ = theory(G)
        axes.bar(CENTRES, p_g, WIDTH, color="#c9d6e2", label=r"$p_g$, samples of $G(z)$")
        axes.plot(CENTRES, p_d, color="black", linestyle="-", label=r"$p_d$, the data")
        scale = axes.twinx()
        scale.plot(CENTRES, best, color=COLOURS[2], linestyle="-", linewidth=4, alpha=0.6, label=r"$p_d/(p_d + p_g)$")
        scale.plot(CENTRES, probability(D, CENTRES), color=COLOURS[1], linestyle="--", label=r"$D(x)$")
        scale.set(ylim=(0, 1.02), ylabel="probability that x is real")
        axes.set(title=title, xlabel="x", ylabel="density", xlim=(-5, 5))
    handles = axes.get_legend_handles_labels()[0] + scale.get_legend_handles_labels()[0]
    drawn.legend(handles=handles, loc="outside lower left", ncols=4)
    course.plot(value, color="#bbbbbb", linestyle="-", linewidth=0.6, label="batches of 512")
    smooth = np.convolve(value, np.full(100, 0.01), "valid")
    course.plot(99 + np.arange(len(smooth)), smooth, color=COLOURS[0], label="mean of 100")
    course.axhline(-np.log(4), color=COLOURS[1], linestyle="--", label="−log 4")
    course.set(title="(c) Value of the game", xlabel="iteration", ylabel=r"$V(D, G)$", ylim=(-1.7, -1.1))
    course.legend()
    return drawn
