"""The loss landscape of a trained network: two planes through the end of training.

A network of 2,410 parameters learns 1,000 digits of 8 × 8 pixels. Its loss, with λ₂ = 0.001,

    C(θ) = mean cross-entropy + ½ λ₂ ‖θ‖²,

is a function of 2,410 variables. What can be drawn is C(θ* + a d₁ + b d₂), on a plane through the end θ* of training.

(a) Random directions would mean little: where weights are large, a step of length 1 changes hardly anything. So each
filter of d₁ and d₂, here the weights of one unit, is made as long as that filter of θ* (Li, Xu, Taylor, Studer and
Goldstein 2018), and planes of different networks can be compared.

(b) In such a plane the optimizer's way would not be seen to move: in 2,410 dimensions random directions are nearly
orthogonal to it. Its own plane are the two principal components of θₜ − θ*: the directions that hold most of it.
"""

import numpy as np

import autodiff as ad
import optim
from autodiff import nn
from autodiff.nn import data
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import figure

SEED, EPOCHS, POINTS = 0, 60, 41
PENALTY = 1e-3


def network(rng):
    """64 pixels → 32 → 10 with tanh, in double precision."""
    return nn.Sequential(nn.Linear(64, 32, rng=rng, dtype=float), nn.Tanh(), nn.Linear(32, 10, rng=rng, dtype=float))


def images(count, seed=SEED):
    """(rows of 64 numbers from 0 to 1, digits)"""
    every = data.digits()
    some = every.select(np.random.default_rng(seed).permutation(len(every))[:count])
    return some.inputs.reshape(count, 64) / 16, some.targets


def penalised(model, x, y):
    """C, on the images given."""
    return nn.losses.cross_entropy(model(x), y) + PENALTY / 2 * sum((p**2).sum() for p in ad.tree.leaves(model))


class Way(nn.Callback):
    """Remembers the network as it was at the start and after every epoch."""

    def __init__(self):
        self.models = []

    def fit_started(self, run):
        self.models.append(ad.tree.map(np.copy, run.model))

    def epoch_ended(self, run):
        self.models.append(ad.tree.map(np.copy, run.model))


def train(x, y, epochs=EPOCHS, seed=SEED):
    """The way of Adam in batches of 32. Its learning rate goes to 0, so that the end is as low as one can get."""
    way, rate = Way(), optim.schedules.cosine(5e-3, epochs * -(-len(x) // 32))
    nn.fit(
        network(np.random.default_rng(seed)), penalised, (x, y), optimizer=optim.adam(rate), epochs=epochs, seed=seed,
        callbacks=[way],
    )  # fmt: skip
    return way.models


def share_of_plane(way):
    """Part of Σₜ ‖θₜ − θ*‖² that its two principal components hold, and the part that two random directions would."""
    steps = np.array([ad.tree.ravel(model)[0] for model in way])
    steps -= steps[-1]
    squares = np.linalg.svd(steps, compute_uv=False) ** 2
    return squares[:2].sum() / squares.sum(), 2 / steps.shape[1]


@demo(
    slide="Making gradient descent work is hard",
    data="1,000 of the 1,797 digits of 8 × 8 pixels in scikit-learn",
    asserts="the end of training is the lowest point of the drawn plane; its own plane holds 90 % of the way",
)
def loss_landscape():
    x, y = images(1000)
    way = train(x, y)
    seen = []

    def C(model):
        seen.append(float(penalised(model, x, y)))
        return seen[-1]

    end = C(way[-1])
    drawn = figure(11.5, 4.8)
    around, along = drawn.subplots(1, 2)
    optim.viz.landscape(C, way[-1], "filter", rng=np.random.default_rng(SEED), points=POINTS, count=14, ax=around)
    lowest, drawn_points = min(seen[1:]), len(seen) - 1
    optim.viz.landscape(C, way, "pca", points=POINTS, count=14, ax=along)
    lower = 1 - min(seen[1 + drawn_points :]) / end
    around.set_title("(a) Around the end")
    along.set_title("(b) The way to it")
    share, by_chance = share_of_plane(way)
    checks = [
        Check.exact("parameters", 2410, way[-1].num_parameters, reason="65 · 32 + 33 · 10"),
        Check.exact("values drawn in (a)", POINTS**2, drawn_points, reason="a grid, with θ* in its centre"),
        Check.exact("the lowest of them is C(θ*)", end, lowest, reason="next to it the least is 6e-4 above, or more"),
        Check.at_least("share of the way in the plane of (b)", 0.9, share, reason="seeds 0 to 3 gave 0.972 to 0.975"),
        Check.at_most(
            "how far that plane goes below C(θ*), of it", 0.05, lower, reason="seeds 0 to 2 gave 0.011 to 0.013"
        ),
        Check.at_most("random directions hold, of that", 1e-3, by_chance / share, reason="2 of 2,410 dimensions"),
    ]
    caption = (
        "One loss of 2,410 parameters, light where it is low, f. (a) In two random directions from the end of training "
        "(star): a bowl. (b) In the plane that holds most of the optimizer's way, with the network after each epoch. "
        f"Training stopped on the slope: the lowest point of this plane is {lower:.1%} below its end."
    )
    return Outcome([Picture(drawn, caption)], checks)
