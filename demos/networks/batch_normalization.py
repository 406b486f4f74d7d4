"""Batch normalization: forwards, backwards, and folded away.

Of each unit's numbers zᵢ in a batch of n, with their mean μ and variance σ²,

    z̄ᵢ = (zᵢ − μ) / √(σ² + ε),    z̃ᵢ = γ z̄ᵢ + β

in training. All z̃ᵢ depend on all zᵢ, through μ and σ² too; with gᵢ = ∂C/∂z̃ᵢ the chain rule, worked out by hand, gives

    ∂C/∂β = Σ gᵢ,    ∂C/∂γ = Σ gᵢ z̄ᵢ,    ∂C/∂zᵢ = γ / √(σ² + ε) · (gᵢ − mean g − z̄ᵢ mean(g z̄)).

In production μ and σ² are averages over the batches of training. Then z̃ = s (z − μ) + β with s = γ / √(σ² + ε) is an
affine map, and disappears into the layer before it: W ← s W, b ← s (b − μ) + β.

The picture shows what it is for: a network of eight layers whose weights begin far too large, or too small.
"""

import numpy as np

import autodiff as ad
import optim
from autodiff import nn
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.networks.loss_landscape import images
from demos.picture import COLOURS, DASHES, figure

DEPTH, WIDTH, EPOCHS, SEED, EPSILON = 8, 64, 20, 0, 1e-5
SCALES = {"too small": 0.06, "as by He": np.sqrt(2 / WIDTH), "too large": 0.6}  # standard deviations of the weights


def normalise(z, gamma, beta):
    """The training formula of the slide, with ε under the root. (n, units)"""
    mean, variance = z.mean(axis=0), ((z - z.mean(axis=0)) ** 2).mean(axis=0)
    return gamma * (z - mean) / np.sqrt(variance + EPSILON) + beta


def by_hand(z, gamma, g):
    """(∂C/∂z, ∂C/∂γ, ∂C/∂β) for g = ∂C/∂z̃."""
    root = np.sqrt(z.var(axis=0) + EPSILON)
    bar = (z - z.mean(axis=0)) / root
    return gamma / root * (g - g.mean(axis=0) - bar * (g * bar).mean(axis=0)), (g * bar).sum(axis=0), g.sum(axis=0)


def network(rng, std, has_norm):
    """64 pixels → eight layers of rectifiers → 10."""
    layers = []
    for _ in range(DEPTH):
        layers += [nn.Linear(WIDTH, WIDTH, rng=rng), *([nn.BatchNorm1d(WIDTH)] if has_norm else []), nn.ReLU()]
    nn.initialize(body := nn.Sequential(*layers), nn.init.normal, rng=rng, std=std)
    return nn.Sequential(body, nn.Linear(WIDTH, 10, rng=rng))


def train(training, validation, std, has_norm, epochs=EPOCHS, seed=SEED):
    model = network(np.random.default_rng(seed), std, has_norm)
    rate = optim.schedules.cosine(0.1, epochs * -(-len(training[0]) // 50))
    with np.errstate(over="ignore", invalid="ignore"):  # without normalisation, for one of the scales
        history = nn.fit(
            model, nn.losses.cross_entropy, training, validation, optimizer=optim.sgd(rate), epochs=epochs,
            batch_size=50, seed=seed, metrics={"accuracy": nn.metrics.accuracy},
        )  # fmt: skip
    return model, history


@demo(
    slide="Batch normalization",
    figure="Figure 5.10",
    data="the 1,797 digits of 8 × 8 pixels in scikit-learn: 1,000 to train on, 797 held out",
    asserts="the derivative by hand = by automatic differentiation; mean 0 and variance 1; folded = unfolded",
    erratum=(
        "In production the slide writes the batch's μ̂ and σ̂; there is no batch then, and averages over those of "
        "training stand in for them."
    ),
)
def batch_normalization():
    rng = np.random.default_rng(SEED)
    z, g = rng.normal(size=(2, 50, 7)) * 3 + 1
    gamma, beta = rng.normal(size=(2, 7))
    hand = by_hand(z, gamma, g)
    automatic = ad.vjp(normalise, z, gamma, beta)[1](g)
    layer = nn.BatchNorm1d(7, dtype=float)
    layer.weight[...], layer.bias[...] = gamma, beta
    value, pullback = ad.vjp(lambda layer, z: layer(z), layer, z)
    of_layer, of_z = pullback(g)
    plain = normalise(z, np.ones(7), np.zeros(7))

    x, y = images(1797)
    training, held_out = ((np.float32(x[part]), y[part]) for part in (slice(1000), slice(1000, None)))
    kinds = [(name, has_norm) for name in SCALES for has_norm in (True, False)]
    runs = {(name, has_norm): train(training, held_out, SCALES[name], has_norm) for name, has_norm in kinds}
    model, _ = runs["as by He", True]
    folded = nn.fold_batch_norm(model)
    scores, same = nn.predict(model, held_out[0]), nn.predict(folded, held_out[0])
    accuracy = {key: history["accuracy"][-1] for key, (_, history) in runs.items()}
    round_off = "round-off of sums of 50"
    checks = [
        *(Check.close(f"∂C/∂{name} by hand = by autodiff", by, found, tolerance=1e-10, reason=round_off)
          for name, by, found in zip("zγβ", hand, automatic, strict=True)),
        *(Check.close(f"∂C/∂{name} by hand = by nn.BatchNorm1d", by, found, tolerance=1e-10, reason=round_off)
          for name, by, found in zip("zγβ", hand, (of_z, of_layer.weight, of_layer.bias), strict=True)),
        Check.close("nn.BatchNorm1d in training", normalise(z, gamma, beta), value, tolerance=1e-12, reason=round_off),
        Check.close("means of z̄", np.zeros(7), plain.mean(axis=0), tolerance=1e-14, reason=round_off),
        Check.close("variances of z̄", np.ones(7), plain.var(axis=0), tolerance=1e-5, reason="σ²/(σ² + ε)"),
        Check.close("folded = unfolded", scores, same, tolerance=1e-5, relative=True, reason="single precision"),
        Check.exact("normalisations left", 0, sum("BatchNorm" in type(m).__name__ for _, m in folded.named_modules()),
                    reason="all are folded"),
        Check.at_least("least accuracy with normalisation", 0.75, min(accuracy[name, True] for name in SCALES),
                       reason="seeds 0 to 2 gave 0.848, 0.827, 0.817, for the large ones"),
        Check.at_most("accuracy without it, from weights of wrong size", (0.2, 0.2),
                      (accuracy["too small", False], accuracy["too large", False]), reason="chance is 0.1"),
    ]  # fmt: skip
    caption = (
        "Eight layers of 64 rectifiers learn digits by gradient descent, from weights of three sizes. With batch "
        "normalization (a) all learn: c times larger weights compute the same, and steps count 1/c² as much. Without "
        "(b) only those of the size made for rectifiers learn."
    )
    return Outcome([Picture(draw(runs), caption)], checks)


def draw(runs):
    drawn = figure(10.5, 4.2)
    panels = dict(zip((True, False), drawn.subplots(1, 2, sharey=True), strict=True))
    for axes, title in zip(panels.values(), ("(a) With batch normalization", "(b) Without"), strict=True):
        axes.set(title=title, xlabel="epoch", xticks=range(0, EPOCHS + 1, 5), ylim=(0, 1.02))
        axes.grid()
    for (name, has_norm), (_, history) in runs.items():
        k = list(SCALES).index(name)
        label = f"{name}: {SCALES[name]:.2f}"
        panels[has_norm].plot(history["epoch"], history["accuracy"], color=COLOURS[k], linestyle=DASHES[k], label=label)
    panels[True].set_ylabel("accuracy on held-out digits")
    panels[True].legend(title="std of the weights")
    return drawn
