"""Logistic regression of tumours.

The loss is the mean binary cross entropy of ŷ = σ(θᵀx), with x₀ = 1,

    C(θ) = 1/n Σ [ −yᵢ log ŷᵢ − (1 − yᵢ) log(1 − ŷᵢ) ]
    ∇C(θ) = 1/n Σ (ŷᵢ − yᵢ) xᵢ,    ∇²C(θ) = 1/n Σ ŷᵢ(1 − ŷᵢ) xᵢxᵢᵀ

and automatic differentiation finds the second line from the first. Newton's method, which statistics calls iteratively
reweighted least squares, needs ten steps. Gradient descent with the book's α = 15 is quick at first and then crawls;
15 looks reckless and is just below the bound 2/λmax at the minimum.
"""

import numpy as np

import autodiff as ad
import optim
from autodiff.nn import data
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, figure

ALPHA, STEPS = 15.0, 40


def design(observations, training):
    """The ten mean features, standardised by the training set, behind a column of ones: (N, 11)."""
    features, reference = observations.inputs[:, :10], training.inputs[:, :10]
    return np.column_stack([np.ones(len(features)), (features - reference.mean(0)) / reference.std(0)])


def cross_entropy(theta, X, y):
    """Mean of log(1 + e^z) − y z with z = X θ: the loss above, written so that no exponential overflows."""
    z = X @ theta
    return (np.logaddexp(0, z) - y * z).mean()


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def f1(theta, X, y):
    """Harmonic mean of precision and recall."""
    positive = X @ theta > 0
    return 2 * (positive & (y == 1)).sum() / (positive.sum() + (y == 1).sum())


@demo(
    slide="Logistic Regression",
    figure="Figures 3.1, 3.5",
    data="Wisconsin diagnostic breast cancer (569 tumours, ten mean features), in scikit-learn; every fifth held out",
    asserts="gradient and Hessian against their closed forms; Newton's fit against scikit-learn's; the bound on α",
)
def logistic_regression():
    training, test = data.breast_cancer().split(every=5)
    X, y, X_test, y_test = design(training, training), training.targets, design(test, training), test.targets

    def C(theta):
        return cross_entropy(theta, X, y)

    random = np.random.default_rng(0).normal(size=X.shape[1])
    predicted = sigmoid(X @ random)
    gradient = X.T @ (predicted - y) / len(y)
    hessian = (X.T * (predicted * (1 - predicted))) @ X / len(y)

    start = np.full(X.shape[1], 0.1)
    newton = optim.minimize(C, start, method="newton", tol=1e-10, record="full")
    descent = optim.minimize(
        C, start, method="gradient_descent", learning_rate=ALPHA, max_iter=STEPS, tol=0, record="full"
    )
    bound = 2 / np.linalg.eigvalsh(ad.hessian(C)(newton.x)).max()

    accuracy = ((X_test @ newton.x > 0) == y_test).mean()
    oracle = scikit_learn_fit(X, y)
    round_off = "two orders of the same sum"
    checks = [
        Check.close("∇C, reverse mode", gradient, ad.grad(C)(random), tolerance=1e-12, reason=round_off),
        Check.close("∇²C, forward over reverse", hessian, ad.hessian(C)(random), tolerance=1e-12, reason=round_off),
        Check.close(
            "Newton's θ = scikit-learn's", oracle, newton.x, tolerance=1e-4,
            reason="both stop at a gradient near 1e-10; the flattest direction has curvature 6e-6",
        ),
        Check.exact("Newton's method converged", True, bool(newton.success), reason="a truth value"),
        Check.at_most("steps of Newton's method", 15, newton.nit, reason="quadratic convergence"),
        Check.at_least("2/λmax at the minimum", ALPHA, bound, reason="α = 15 is stable only below it"),
        Check.at_most(
            f"loss after {STEPS} steps of descent, above the least", 0.01, descent.fun - newton.fun,
            reason="a tenth of the least loss, 0.131",
        ),
        Check.at_least("accuracy on the 113 held-out tumours", 0.92, accuracy, reason="8 errors or fewer"),
    ]  # fmt: skip
    caption = (
        "(a) Newton's method is done when gradient descent begins to crawl. (b) The F1 score is what matters, the loss "
        "its proxy. (c) The held-out tumours on the fitted curve; those on the wrong side of ½ are the errors."
    )
    paths = {"gradient descent, α = 15": descent.history.x, "Newton": newton.history.x}
    return Outcome([Picture(draw(paths, newton.x, X, y, X_test, y_test), caption)], checks)


def scikit_learn_fit(X, y):
    from sklearn.linear_model import LogisticRegression

    fit = LogisticRegression(C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=1e-10, max_iter=100)
    return fit.fit(X, y).coef_[0]


def draw(paths, theta, X, y, X_test, y_test):
    drawn = figure(12, 4)
    loss, score, curve = drawn.subplots(1, 3)
    for axes, measure, title, label in (
        (loss, cross_entropy, "(a) Loss", "mean cross entropy"),
        (score, f1, "(b) Score", "F1"),
    ):
        for (name, path), colour, marker in zip(paths.items(), COLOURS, ("", "o"), strict=False):
            for part, style, inputs, targets in (("training", "-", X, y), ("test", "--", X_test, y_test)):
                values = [measure(point, inputs, targets) for point in path]
                axes.plot(values, style, color=colour, marker=marker, markersize=4, label=f"{name}, {part}")
        axes.set(title=title, xlabel="iteration", ylabel=label)
        axes.grid(axis="y")
    loss.legend()
    z = X_test @ theta
    line = np.linspace(-12, 12, 200)
    curve.plot(line, sigmoid(line), color="#888888", zorder=1)
    for value, marker, name, colour in ((0, "o", "benign", COLOURS[2]), (1, "^", "malignant", COLOURS[1])):
        chosen = y_test == value
        shown = np.clip(z[chosen], -12, 12)
        curve.scatter(
            shown, sigmoid(shown), marker=marker, s=26, color=colour, edgecolor="white", label=name, alpha=0.8
        )
    curve.axhline(0.5, color="#bbbbbb", linewidth=1, linestyle=":")
    curve.set(title="(c) Held-out tumours", xlabel=r"$z = \theta^\top x$", ylabel="predicted P(malignant)")
    curve.legend()
    return drawn
