"""The deck's program and its confusion matrix: one-vs-rest least squares on all of MNIST.

For every digit k

    β_k = A† y_k,    A = [1, pixels] of 60,000 images,    y_k = +1 for the images of k and −1 for the others,

and a test image belongs to the digit whose A β_k is largest. The four files of MNIST are the user's: point
`DUALTAPE_DATA` at their folder, or let `python -m demos download` fetch and verify them.
"""

import numpy as np

from autodiff.nn import data
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import figure

# The matrix on the slide: rows are predictions, columns the truth.
DECK = np.array(
    [
        [944, 0, 18, 4, 0, 23, 18, 5, 14, 15],
        [0, 1107, 54, 17, 22, 18, 10, 40, 46, 11],
        [1, 2, 813, 23, 6, 3, 9, 16, 11, 2],
        [2, 2, 26, 880, 1, 72, 0, 6, 30, 17],
        [2, 3, 15, 5, 881, 24, 22, 26, 27, 80],
        [7, 1, 0, 17, 5, 659, 17, 0, 40, 1],
        [14, 5, 42, 9, 10, 23, 875, 1, 15, 1],
        [2, 1, 22, 21, 2, 14, 0, 884, 12, 77],
        [7, 14, 37, 22, 11, 39, 7, 0, 759, 4],
        [1, 0, 5, 12, 44, 17, 0, 50, 20, 801],
    ]
)
RTOL = 1e-10  # singular values below this fraction of the largest are zeros that round-off has touched


def design(images):
    """A: a one, then the 784 pixels from 0 to 1, for each image. (N, 785)"""
    # The deck's pixels are single-precision numbers.
    return np.column_stack([np.ones(len(images)), (images.reshape(len(images), -1) / np.float32(255)).astype(float)])


def against_the_rest(digits):
    """Y: +1 in the column of the digit, −1 in the nine others. (N, 10)"""
    return np.where(digits[:, None] == np.arange(10), 1.0, -1.0)


def classify(A, beta):
    """The digit whose function is largest, the lowest of them in a tie. (N,)"""
    return np.argmax(A @ beta, axis=1)


def confusion_matrix(predicted, true):
    """Entry (i, j): how often a picture of digit j was read as i. Rows are predictions, columns the truth."""
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (predicted, true), 1)
    return counts


@demo(
    slide="Multi-class: One vs. rest",
    figure="Table 2.1",
    data="MNIST, 60,000 and 10,000 images: the user's idx files in DUALTAPE_DATA, or `python -m demos download`",
    asserts="the accuracy of 86.03 % and the confusion matrix printed on the slide",
    default=False,
)
def one_vs_rest_mnist():
    training, test = data.mnist()
    beta = np.linalg.pinv(design(training.inputs), rtol=RTOL) @ against_the_rest(training.targets)
    found = confusion_matrix(classify(design(test.inputs), beta), test.targets)
    ties = "an image or two may lie on a boundary to the last digit"
    checks = [
        Check.close("accuracy in per cent", 86.03, 100 * np.trace(found) / found.sum(), tolerance=0.02, reason=ties),
        Check.close("confusion matrix", DECK, found, tolerance=2, reason=ties),
        Check.exact("test images of each digit", DECK.sum(axis=0), found.sum(axis=0), reason="columns are the truth"),
    ]
    drawn = figure(7, 6.4)
    draw_confusion(drawn.subplots(), found)
    return Outcome([Picture(drawn, "Rows: what an image was read as. Columns: what it is.")], checks)


def draw_confusion(axes, confusion):
    shades = np.sqrt(confusion / confusion.sum(axis=0).max())  # the root, so that single errors show
    axes.imshow(shades, cmap="Greys", vmin=0, vmax=1.4)
    for (i, j), count in np.ndenumerate(confusion):
        if count:
            axes.text(
                j, i, count, ha="center", va="center", fontsize=9, color="white" if shades[i, j] > 0.6 else "black"
            )
    title = f"Confusion matrix: {100 * np.trace(confusion) / confusion.sum():.2f} % right"
    axes.set(title=title, xlabel="true digit", ylabel="read as", xticks=range(10), yticks=range(10))
