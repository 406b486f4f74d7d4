"""Weight initialization: what fifty layers make of a variance.

    aᵢ = σ(zᵢ),    zᵢ = Σⱼ wᵢⱼ aⱼ,    wᵢⱼ independent, of mean 0 and variance s².

Each zᵢ has the variance s² Σⱼ aⱼ². Of n units with rectifiers, half of which are at 0, the mean square is therefore
multiplied by n s²/2 in every layer. Backwards, through the transposed weights, it is the same for the gradients. What
is not 1 becomes a power of fifty:

    s = 1                explodes, 128⁵⁰ for n = 256: nothing can be learned from such numbers
    s² = 1/n             (Glorot and Bengio 2010, for tanh) vanishes with rectifiers, 2⁻⁵⁰
    s² = 2/n             (He, Zhang, Ren and Sun 2015) stays

tanh has slope 1 at 0 and is bounded, so s² = 1/n hardly vanishes with it, and s = 0.01 vanishes like 0.16⁵⁰.
"""

import numpy as np

from autodiff import nn
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, DASHES, figure

WIDTH, DEPTH, SAMPLES, SEED = 256, 50, 256, 0
# rule, its options, activation, and what the standard deviation of the fiftieth layer's activations then is
RECIPES = {
    "N(0, 1), ReLU": (nn.init.normal, {}, nn.ReLU, 2e52),
    "He, ReLU": (nn.init.he_normal, {}, nn.ReLU, 0.9),
    "Glorot, tanh": (nn.init.glorot_normal, {}, nn.Tanh, 0.09),
    "Glorot, ReLU": (nn.init.glorot_normal, {}, nn.ReLU, 1.4e-8),
    "N(0, 0.01²), tanh": (nn.init.normal, {"std": 0.01}, nn.Tanh, 1.7e-40),
}


def deep(rule, options, activation, rng):
    """Fifty layers in double precision: single precision ends at 1e38."""
    layers = [nn.Linear(WIDTH, WIDTH, bias=False, rng=nn.SHAPES_ONLY, dtype=float) for _ in range(DEPTH)]
    model = nn.Sequential(*(each for layer in layers for each in (layer, activation())))
    return nn.initialize(model, rule, rng=rng, **options)


def deviations(model, rng):
    """Standard deviations of each layer's activations, and of a loss's gradients with respect to them. (2, DEPTH)"""
    x, c = rng.normal(size=(2, SAMPLES, WIDTH))
    found = nn.activation_gradients(lambda y: (c * y).sum(), model, x)
    return np.transpose([[array.std() for array in found[str(2 * k + 1)]] for k in range(DEPTH)])


@demo(
    slide="Weight initialization",
    data="none; 256 inputs from a normal distribution",
    asserts="the size of the activations after 50 layers for five rules, and the growth n s²/2 of each layer",
)
def weight_initialization():
    rng = np.random.default_rng(SEED)
    found = {
        name: deviations(deep(rule, options, activation, rng), rng)
        for name, (rule, options, activation, _) in RECIPES.items()
    }
    luck = "three deviations: ln of a layer's factor varies by √(5/n)/2, so log₁₀ of the fiftieth by 0.21"
    last = {name: found[name][0, -1] for name in RECIPES}
    checks = [
        Check.close(f"log₁₀ of layer 50: {name}", np.log10(size), np.log10(last[name]), tolerance=0.65, reason=luck)
        for name, (*_, size) in RECIPES.items()
    ]
    for name, variance in (("N(0, 1), ReLU", 1), ("He, ReLU", 2 / WIDTH), ("Glorot, ReLU", 1 / WIDTH)):
        activations, gradients = found[name]
        growths = (activations[-1] / activations[0], gradients[0] / gradients[-1])  # forwards and backwards
        factor = np.sqrt(WIDTH * variance / 2)
        checks.append(
            Check.close(f"growth in a layer, of activations and gradients: {name}", (factor, factor),
                        np.power(growths, 1 / (DEPTH - 1)), tolerance=0.05, relative=True,
                        reason="√(n s²/2); the mean of 49 varies by 1 %")
        )  # fmt: skip
    caption = (
        "Standard deviations through 50 layers of 256 units. (a) Forwards, of the activations; (b) backwards, of the "
        "gradients. Only with the rule made for the activation do both stay near where they began."
    )
    return Outcome([Picture(draw(found), caption)], checks)


def draw(found):
    drawn = figure(11, 4.6)
    forwards, backwards = drawn.subplots(1, 2)
    layers = np.arange(1, DEPTH + 1)
    for (name, rows), colour, dash in zip(found.items(), COLOURS, DASHES, strict=False):
        for axes, row in zip((forwards, backwards), rows, strict=True):
            axes.semilogy(layers, row, color=colour, linestyle=dash, label=name)
    forwards.set(title="(a) Activations", xlabel="layer", ylabel="standard deviation")
    backwards.set(title="(b) Gradients", xlabel="layer", xlim=(DEPTH, 1))
    forwards.legend()
    return drawn
