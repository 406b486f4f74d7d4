"""The loss landscape of logistic regression: squared loss against cross entropy.

The model ŷ = σ(w x + b) is fitted to six points whose labels no threshold separates. The binary cross entropy

    C(w, b) = −1/n Σ (yᵢ log ŷᵢ + (1 − yᵢ) log(1 − ŷᵢ))

is convex: one minimum, and every descent finds it. The squared loss

    C(w, b) = Σ (yᵢ − ŷᵢ)²

is not. It has one minimum too, 1.5 at the origin, but three saddles guard it, and behind each a valley runs off to
infinity along which the loss falls to 2 and no further. A descent that starts there never comes back: its weights
grow without limit. Points that look like minima on a grid are told from saddles by the eigenvalues of the Hessian.
"""

import numpy as np

import autodiff as ad
import optim
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import figure

X = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
Y = np.array([1.0, 0.0, 0.0, 1.0, 1.0, 0.0])
W, B = np.meshgrid(np.linspace(-5, 5, 501), np.linspace(-10, 10, 1001))  # steps of 0.02
STARTS = ((-1.5, 3.0), (-0.5, 2.0))  # on either side of a saddle


def squared(theta):
    """Σ (y − σ(w x + b))², for w and b of any one shape."""
    z = theta[0][..., None] * X + theta[1][..., None]  # (..., 6)
    return ((Y - 1 / (1 + np.exp(-z))) ** 2).sum(axis=-1)


def cross_entropy(theta):
    """Mean of log(1 + e^z) − y z, which is the binary cross entropy without its overflow."""
    z = theta[0][..., None] * X + theta[1][..., None]  # (..., 6)
    return (np.logaddexp(0, z) - Y * z).mean(axis=-1)


def grid_minima(values):
    """Inner grid points below all of their eight neighbours, as rows (w, b)."""
    inner = values[1:-1, 1:-1]
    rows, columns = inner.shape
    below = np.ones_like(inner, dtype=bool)
    for i, j in np.ndindex(3, 3):
        if (i, j) != (1, 1):
            below &= inner < values[i : i + rows, j : j + columns]
    return np.stack([W[1:-1, 1:-1][below], B[1:-1, 1:-1][below]], axis=1)


def stationary_point(C, theta):
    """The zero of ∇C near θ by Newton's method, θ ← θ − ∇²C(θ)⁻¹ ∇C(θ), and the eigenvalues of the Hessian there."""
    for _ in range(8):
        theta = theta - np.linalg.solve(ad.hessian(C)(theta), ad.grad(C)(theta))
    return theta, np.linalg.eigvalsh(ad.hessian(C)(theta))


@demo(
    slide="Loss for Logistic Regression (MLE motivated)",
    figure="Figure 3.4",
    data="six points: x = −3, −2, −1, 1, 2, 3 with y = 1, 0, 0, 1, 1, 0",
    asserts="the minimum 1.5 and three saddles of the squared loss, the one minimum log 2 of the cross entropy",
    erratum=(
        "The caption writes the loss of one sample; the figure draws the sum over the six for the squared loss and the "
        "mean for the cross entropy, and so does this one. In the book's program the sign of the exponent is turned, "
        "which mirrors the picture; here it is σ(z) = 1 / (1 + e⁻ᶻ)."
    ),
)
def logistic_landscape():
    on_grid = {C: grid_minima(C(np.stack([W, B]))) for C in (squared, cross_entropy)}
    guesses = np.vstack([on_grid[squared], [1.5, 0.0]])
    points, curvatures = map(np.array, zip(*(stationary_point(squared, theta) for theta in guesses), strict=True))
    order = np.lexsort(points.round(6).T)  # by b, then w
    points, curvatures = points[order], curvatures[order]
    best, best_curvatures = stationary_point(cross_entropy, on_grid[cross_entropy][0])
    paths = {
        C: [optim.minimize(C, start, "gradient_descent", learning_rate=0.2, tol=0, max_iter=2000, record="full")
            for start in np.array(STARTS)]
        for C in on_grid
    }  # fmt: skip
    lost, found = paths[squared]
    slopes = [np.abs(ad.grad(squared)(theta)).max() for theta in points] + [np.abs(ad.grad(cross_entropy)(best)).max()]
    checks = [
        Check.exact("squared loss: grid points below all neighbours", 3, len(on_grid[squared]), reason="steps of 0.02"),
        Check.exact("… minima among them and the point near (1.5, 0)", 1, int((curvatures > 0).all(axis=1).sum()),
                    reason="both eigenvalues of the Hessian are positive"),
        Check.exact("… saddles", 3, int((curvatures.prod(axis=1) < 0).sum()), reason="eigenvalues of either sign"),
        Check.close("w of the four", (-1.052, 0, 1.520, -1.052), points[:, 0], tolerance=6e-4, reason="three decimals"),
        Check.close("b of the four", (-2.582, 0, 0, 2.582), points[:, 1], tolerance=6e-4, reason="three decimals"),
        Check.close("squared loss at the four", (2.239, 1.5, 2.027, 2.239), [squared(theta) for theta in points],
                    tolerance=5e-4, reason="three decimals; at the origin every ŷ is ½ and the sum is 6/4"),
        Check.exact("cross entropy: grid points below all neighbours", 1, len(on_grid[cross_entropy]), reason="convex"),
        Check.close("least cross entropy", np.log(2), cross_entropy(best), tolerance=1e-14, reason="every ŷ is ½"),
        Check.at_least("its least curvature there", 0.1, best_curvatures.min(), reason="a strict minimum"),
        Check.at_most("largest slope at any of the five", 1e-12, max(slopes), reason="Newton ends in round-off"),
        Check.close("descent from (−0.5, 2): squared loss", 1.5, found.fun, tolerance=1e-9, reason="the minimum"),
        Check.at_least("descent from (−1.5, 3): squared loss", 2, lost.fun, reason="the limit of the valley"),
        Check.at_least("descent from (−1.5, 3): |b|, growing", 8, np.abs(lost.x[1]), reason="on its way to infinity"),
        Check.close("cross entropy from both", (np.log(2),) * 2, [run.fun for run in paths[cross_entropy]],
                    tolerance=1e-9, reason="convex: every descent ends at the minimum"),
    ]  # fmt: skip
    caption = (
        "White dots start two descents on either side of a saddle (crosses). (a) Squared loss: one finds the minimum "
        "(star), the other leaves for infinity. (b) Cross entropy: both find the minimum."
    )
    minima, saddles = {squared: points[[1]], cross_entropy: [best]}, points[[0, 2, 3]]
    return Outcome([Picture(draw(minima, saddles, paths), caption)], checks)


def draw(minima, saddles, paths):
    drawn = figure(10.5, 4.8)
    both = drawn.subplots(1, 2, sharey=True)
    titles = ("(a) Squared loss", "(b) Binary cross entropy")
    for axes, title, (C, runs) in zip(both, titles, paths.items(), strict=True):
        values = C(np.stack([W, B]))
        filled = axes.contourf(W, B, values, levels=24)
        axes.contour(W, B, values, levels=filled.levels, colors="white", linewidths=0.3, alpha=0.5)
        for run in runs:
            axes.plot(*np.transpose(run.history.x), color="black", linestyle="-", linewidth=4)
            axes.plot(*np.transpose(run.history.x), color="white", linestyle="-", linewidth=2)
            axes.plot(*run.history.x[0], "o", color="white", markeredgecolor="black")
        for theta in minima[C]:
            axes.plot(*theta, "*", color="white", markeredgecolor="black", markersize=15)
        if C is squared:
            axes.plot(*saddles.T, "X", color="white", markeredgecolor="black", markersize=9)
        axes.set(title=title, xlabel="weight $w$", xlim=(-5, 5), ylim=(-10, 10))
        drawn.colorbar(filled, ax=axes, label="loss $C(w, b)$")
    both[0].set_ylabel("intercept $b$")
    return drawn
