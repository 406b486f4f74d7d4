"""Gradient descent against stochastic gradient descent, and the region of confusion.

The loss is a mean of n = 5 simple losses,

    C(θ) = 1/n Σ Cᵢ(θ),    Cᵢ(θ) = cᵢ (θ₁ − uᵢ₁)² + (θ₂ − uᵢ₂)²,

each with its own minimiser uᵢ. A step of gradient descent follows the mean of the gradients, a step of stochastic
gradient descent one of them, picked at random. Far out all five agree on the direction and the random step is as good
as the exact one at a fifth of the price; among the uᵢ they disagree, and the iterates wander there for ever. Where
all uᵢ are the same point there is nothing to disagree about and both methods converge.
"""

import numpy as np

import autodiff as ad
import optim
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, figure

CURVATURES = np.array([1.0, 2.0, 3.0, 2.0, 4.0])
DIFFERENT = np.array([[1.0, 1.0], [2.0, 0.0], [3.0, 1.0], [2.0, 3.0], [1.0, 2.0]])
SAME = np.full((5, 2), 2.0)
START, ALPHA, STEPS = np.array([6.0, 6.0]), 0.01, 1000


def losses(theta, u):
    """The five losses at θ. (5,)"""
    return CURVATURES * (theta[0] - u[:, 0]) ** 2 + (theta[1] - u[:, 1]) ** 2


def stochastic_descent(u, rng):
    """θ ← θ − α ∇Cᵢ(θ) with i picked at random; all iterates. (STEPS + 1, 2)"""
    gradient = ad.grad(lambda theta, i: losses(theta, u)[i])
    method = optim.sgd(ALPHA)
    theta, state, iterates = START, method.init(START), [START]
    for i in rng.integers(len(u), size=STEPS):
        theta, state = method.step(gradient(theta, i), state, theta)
        iterates.append(theta)
    return np.array(iterates)


def exact_descent(u):
    """Gradient descent on the mean by the library; all iterates. (STEPS + 1, 2)"""
    run = optim.minimize(
        lambda theta: losses(theta, u).mean(), START, method="gradient_descent", learning_rate=ALPHA, tol=0,
        max_iter=STEPS, record="full",
    )  # fmt: skip
    return np.array(run.history.x)


@demo(
    slide="Stochastic gradient descent",
    figure="Figure 4.3",
    data="none; five quadratic losses with minimisers (1,1), (2,0), (3,1), (2,3), (1,2), and then all at (2,2)",
    asserts="the minimiser (1.8333, 1.4); where SGD ends in both cases; that it never leaves the box of the minimisers",
    erratum=(
        "The figure shades the convex hull of the minimisers. Where the losses have different curvatures, the set "
        "that no step leaves is the box around them: each coordinate moves towards that of some uᵢ, and independently."
    ),
)
def gd_vs_sgd():
    exact = {"different": exact_descent(DIFFERENT), "same": exact_descent(SAME)}
    random = {
        "different": stochastic_descent(DIFFERENT, np.random.default_rng(0)),
        "same": stochastic_descent(SAME, np.random.default_rng(0)),
    }
    minimiser = np.array([CURVATURES @ DIFFERENT[:, 0] / CURVATURES.sum(), DIFFERENT[:, 1].mean()])
    # On a quadratic the error shrinks by 1 − α μ per step, μ the eigenvalues of the Hessian of the mean.
    contraction = (1 - ALPHA * np.array([2 * CURVATURES.mean(), 2.0])) ** STEPS
    inside = in_box(random["different"])
    entered = int(np.argmax(inside))
    tail = random["different"][STEPS // 2 :]
    checks = [
        Check.close("minimiser of the mean", (1.8333, 1.4), minimiser, tolerance=5e-5, reason="four decimals"),
        Check.close(
            "(a) gradient descent after 1000 steps", minimiser + contraction * (START - minimiser),
            exact["different"][-1], tolerance=1e-12, reason="closed form θ* + (1 − αμ)ᵗ(θ₀ − θ*); round-off",
        ),
        Check.at_least("(a) steps until SGD is among the minimisers", 1, entered, reason="it starts outside"),
        Check.exact("(a) SGD never leaves the box of the minimisers again", True, bool(inside[entered:].all()),
                    reason="each step is a convex combination with a uᵢ, coordinate by coordinate"),
        Check.exact("(a) second half of SGD lies in their convex hull", True, bool(in_hull(tail).all()),
                    reason="the region of confusion that the figure shades"),
        Check.close("(a) mean of the second half of SGD", minimiser, tail.mean(axis=0), tolerance=0.13,
                    reason="three times 0.041, the spread of this mean over twenty other seeds"),
        Check.at_least("(a) spread of its second half", 0.02, tail.std(axis=0).min(), reason="it does not converge"),
        Check.close("(b) SGD after 1000 steps", SAME[0], random["same"][-1], tolerance=1e-7,
                    reason="every step shrinks the error by 0.98 or less: 4 · 0.98¹⁰⁰⁰ = 7e-9"),
    ]  # fmt: skip
    caption = (
        "Crosses are the minimisers uᵢ. (a) They differ: stochastic gradient descent comes in as fast as gradient "
        "descent, then wanders in the region of confusion (shaded). (b) They coincide: both converge."
    )
    return Outcome([Picture(draw(exact, random), caption)], checks)


def in_box(points):
    return ((points >= DIFFERENT.min(axis=0)) & (points <= DIFFERENT.max(axis=0))).all(axis=1)


def in_hull(points):
    from scipy.spatial import ConvexHull

    outward = ConvexHull(DIFFERENT).equations  # rows (normal, offset): inside where normal · x + offset <= 0
    return (points @ outward[:, :2].T + outward[:, 2] <= 0).all(axis=1)


def draw(exact, random):
    from scipy.spatial import ConvexHull

    drawn = figure(9.5, 5)
    panels = (("(a) Different minimisers", "different", DIFFERENT), ("(b) The same minimiser", "same", SAME))
    for axes, (title, case, u) in zip(drawn.subplots(1, 2, sharex=True, sharey=True), panels, strict=True):
        if case == "different":
            corners = u[ConvexHull(u).vertices]
            axes.fill(*corners.T, color="#e9e2cf", zorder=0, label="region of confusion")
        axes.plot(*random[case].T, color=COLOURS[1], linewidth=1, linestyle="-", label="stochastic gradient descent")
        axes.plot(*exact[case].T, color=COLOURS[0], linewidth=2.2, linestyle="--", label="gradient descent")
        axes.plot(*u.T, "x", color="black", markersize=8, markeredgewidth=2, label="minimisers $u_i$")
        axes.plot(*START, "o", color="black", markersize=6)
        axes.annotate("start", START, xytext=(-4, 8), textcoords="offset points")
        axes.set(title=title, xlabel=r"$\theta_1$", ylabel=r"$\theta_2$", aspect="equal", ylim=(-0.3, 8.2))
        axes.legend(loc="upper left")
    return drawn
