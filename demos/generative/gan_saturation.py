"""Two losses of a generator: the slide's saturates, that of practice does not.

With D = σ(c) of a logit c, the generator that descends

    log(1 − D)    is sent back the slope    d/dc log(1 − σ(c)) = −D,
    −log D        is sent back the slope    d/dc (−log σ(c))   = D − 1

at each of its samples. Both push a fake to where c is larger, and have the same equilibrium. But a generator that has
not learnt yet is found out: D is near 0 at its samples, where the slide's slope vanishes and the other is near −1. Here
a discriminator learns to tell a generator that stands still from the data, and both gradients are taken on the way.
"""

import copy

import numpy as np

import autodiff as ad
import optim
from autodiff import nn
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.generative import gan_mixture as game
from demos.picture import COLOURS, figure

LOSSES = {"log(1 − D), the slide's": nn.losses.minimax, "−log D, practice": nn.losses.non_saturating}
EVERY = 20


class Look(nn.Callback):
    """Every so many steps of the discriminator: the step, the mean of D(G(z)), and ‖∇‖ of each loss by G's weights."""

    def __init__(self, G, z):
        self.G, self.z, self.rows = G, z, []

    def batch_ended(self, run):
        if run.step % EVERY == 0:
            D = copy.deepcopy(run.model)
            gradients = [ad.grad(lambda G, loss=loss: loss.generator(D(G(self.z))))(self.G) for loss in LOSSES.values()]
            norms = [np.sqrt(sum(np.sum(g**2) for g in ad.tree.leaves(gradient))) for gradient in gradients]
            self.rows.append((run.step, game.probability(D, self.G(self.z)[:, 0]).mean(), *norms))


def recognise(epochs, seed=0):
    G, D = game.players(seed)
    real, fake = game.mixture(np.random.default_rng(0), 20_000), game.samples(G, 20_000)
    x, label = np.concatenate([real, fake]), np.repeat(np.array([1, 0], np.float32), len(real))[:, None]
    look = Look(G, np.random.default_rng(1).standard_normal((2000, 1), np.float32))
    nn.fit(
        D, nn.losses.bce_with_logits, (x, label), optimizer=optim.adam(5e-3), epochs=epochs, batch_size=512,
        callbacks=[look],
    )  # fmt: skip
    return np.array(look.rows).T


@demo(
    slide='A sort of "game" between G and D',
    figure="Algorithm 1",
    data="generated: 0.35 N(−2, 0.5²) + 0.65 N(1.5, 0.8²)",
    asserts="the slopes −D and D − 1; by D that has learnt, the slide's gradient is tens of times the smaller one",
    erratum=(
        "The generator's step on the slide descends log(1 − D(G(z))). Practice descends −log D(G(z)), as the paper "
        "itself recommends for the start of training (Goodfellow et al. 2014, section 3)."
    ),
)
def gan_saturation(epochs=8):
    logit = np.linspace(-6, 6, 121)
    D = nn.functional.sigmoid(logit)
    found = [ad.grad(lambda c, loss=loss: loss.generator(c, "sum"))(logit) for loss in LOSSES.values()]
    step, fooled, *norms = recognise(epochs)
    checks = [
        Check.close("slope of log(1 − D)", -D, found[0], tolerance=1e-15, reason="round-off"),
        Check.close("slope of −log D", D - 1, found[1], tolerance=1e-15, reason="round-off"),
        Check.at_most("mean of D(G(z)), D trained alone", 0.05, fooled[-1], reason="0.010 to 0.024 over four seeds"),
        Check.at_least(
            "gradient of −log D over that of log(1 − D)", 10, norms[1][-1] / norms[0][-1],
            reason="about (1 − D)/D, more where few fakes are believed; 25 to 91 over four seeds",
        ),
    ]  # fmt: skip
    caption = (
        "(a) What each loss sends back to a fake, by how far D believes in it. (b) A generator that has "
        "not learnt, and a discriminator that learns alone: as D(G(z)) falls, so does the slide's gradient beside the "
        "other. Both rise while the discriminator's function grows steep."
    )
    return Outcome([Picture(draw(D, found, step, fooled, norms), caption)], checks)


def draw(D, found, step, fooled, norms):
    drawn = figure(11, 4.2)
    slope, course = drawn.subplots(1, 2)
    for name, values, norm, colour, dash in zip(LOSSES, found, norms, COLOURS, ("-", "--"), strict=False):
        slope.plot(D, np.abs(values), color=colour, linestyle=dash, label=name)
        course.semilogy(step, norm, color=colour, linestyle=dash, label=f"‖∇‖ of {name}")
    course.semilogy(step, fooled, color=COLOURS[2], linestyle=":", label="mean of D(G(z))")
    slope.set(title="(a) Slope by the logit", xlabel="D(G(z))", ylabel="size of the slope")
    course.set(title="(b) Before the generator's first step", xlabel="steps of the discriminator", ylabel="size")
    course.set_ylim(top=1000)  # room for the legend
    for axes in (slope, course):
        axes.grid()
        axes.legend()
    return drawn
