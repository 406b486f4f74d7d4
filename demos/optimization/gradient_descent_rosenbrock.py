"""Gradient descent on the Rosenbrock function: a hundred thousand steps that do not arrive.

    C(θ) = (1 − θ₁)² + 100 (θ₂ − θ₁²)²

has its minimum at (1, 1), at the bottom of a bent valley. There the Hessian has the eigenvalues 0.4 and 1001.6, and no
rate above 2/1001.6 = 0.001997 can stay. With a fixed rate of 0.005 or 0.0025 the iterates stop short, where the valley
is still wide enough, and bounce from wall to wall for ever. A rate that decays as 0.99ᵗ settles down, but too soon:
all its steps together are worth only a hundred of the first.
"""

import numpy as np

import autodiff as ad
import optim
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, DASHES, figure

START, STEPS = (0.2, -0.2), 100_000  # a pair of Python numbers: for two variables faster than an array
ENDS = {  # (α, decay): where 10⁵ steps end, and the loss there
    (0.005, 1.0): ((0.5342, 0.2147), 0.717),
    (0.0025, 1.0): ((0.8478, 0.7583), 0.179),
    (0.005, 0.99): ((0.5359, 0.2849), 0.2159),
    (0.0025, 0.99): ((0.4004, 0.1574), 0.3603),
}


def C(theta):
    return (1 - theta[0]) ** 2 + 100 * (theta[1] - theta[0] ** 2) ** 2


@demo(
    slide="Making gradient descent work is hard",
    figure="Figure 4.2",
    data="none; the Rosenbrock function, from (0.2, −0.2)",
    asserts="all four end points after 10⁵ steps, the losses there, and why: the bound 0.0019968 on the rate",
    erratum="The caption does not give the two rates; they are α = 0.005 and α = 0.0025.",
)
def gradient_descent_rosenbrock():
    runs, checks = {}, []
    bound = 2 / np.linalg.eigvalsh(ad.hessian(C)(np.ones(2))).max()
    checks.append(
        Check.close("2/λmax of the Hessian at (1, 1)", 0.0019968, bound, tolerance=5e-8, reason="seven decimals")
    )
    for (alpha, decay), (end, loss) in ENDS.items():
        rate = optim.schedules.exponential_decay(alpha, decay)
        run = optim.minimize(C, START, "gradient_descent", learning_rate=rate, tol=0, max_iter=STEPS, record="full")
        path = runs[alpha, decay] = np.array(run.history.x)
        name = f"α = {alpha:g}" + ("" if decay == 1 else f" · {decay:g}ᵗ")
        # A fixed rate ends in a bounce between two points. Which of them step 10⁵ is depends on round-off in the
        # first thousand steps, so the reference is compared with the nearer of the last two.
        last = min(path[-2:], key=lambda theta, end=end: np.abs(theta - end).max())
        checks += [
            Check.exact(f"steps taken, {name}", STEPS, run.nit, reason="nothing stops it early"),
            Check.close(f"θ, {name}", end, last, tolerance=5e-5, reason="four decimals; the nearer of the last two"),
            Check.close(f"loss, {name}", loss, C(last), tolerance=5e-4, reason="three decimals of the reference run"),
            Check.close(
                f"two steps later, {name}", path[-3], path[-1], tolerance=1e-9, reason="a cycle of two, or rest"
            ),
        ]
    caption = (
        "The first 2000 steps as lines, the last two of 10⁵ as dots; the star is the minimum. (a) Fixed rates end in a "
        "bounce between two walls. (b) Decaying rates stand still before they arrive."
    )
    return Outcome([Picture(draw(runs), caption)], checks)


def draw(runs):
    from matplotlib.patheffects import withStroke

    drawn = figure(11, 4.8)
    on_contours = [withStroke(linewidth=2.8, foreground="white")]  # the line stays visible on light and dark ground
    panels = ((1.0, "(a) Fixed rate"), (0.99, r"(b) Decaying rate, $\alpha\,0.99^t$"))
    for axes, (decay, title) in zip(drawn.subplots(1, 2, sharex=True, sharey=True), panels, strict=True):
        optim.viz.contour(C, ((-0.2, 1.2), (-0.4, 1.2)), ax=axes, colourbar=False)
        for alpha, colour, dash in zip((0.005, 0.0025), COLOURS, DASHES, strict=False):
            path = runs[alpha, decay]
            line = {"color": colour, "linestyle": dash, "linewidth": 1.3, "path_effects": on_contours}
            axes.plot(*path[:2000].T, label=f"α = {alpha:g}", **line)
            axes.plot(*path[-2:].T, "o", color=colour, markersize=9, markeredgecolor="white")
        axes.plot(1, 1, "*", color="black", markersize=13)
        axes.annotate("start", START, xytext=(6, -4), textcoords="offset points")
        axes.set(title=title, xlabel=r"$\theta_1$", ylabel=r"$\theta_2$")
        axes.legend(loc="upper left")
    return drawn
