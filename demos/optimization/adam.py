"""ADAM, line by line.

Algorithm 4.2 keeps a running mean v of the gradient and s of its square, corrects both for having started at zero, and
steps by α v̂ / (√ŝ + ε): about α in every coordinate, however steep or flat the loss. The lines below carry the
numbers of the algorithm; the library's ADAM takes the same steps. On the Rosenbrock function it creeps for a thousand
steps, is at the minimum to ten digits after ten thousand, and is further off again after a hundred thousand: near the
minimum the gradients vanish, and with them the brake √ŝ. This is why the rate is made to decay, and what AMSGrad mends.
"""

import numpy as np

import autodiff as ad
import optim
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, figure

START = (0.2, -0.2)  # a pair of Python numbers: for two variables faster than an array
LOSSES = {1_000: 0.5262, 10_000: 2.9e-10}  # by number of steps
STEPS = 100_000


def C(theta):
    return (1 - theta[0]) ** 2 + 100 * (theta[1] - theta[0] ** 2) ** 2


def algorithm_4_2(C, theta, steps, alpha=1e-3, beta=0.9, gamma=0.999, epsilon=1e-8):
    """Yields θ after each of its steps."""
    gradient = ad.grad(C)
    t = 0  # line 1
    v, s = np.zeros_like(theta), np.zeros_like(theta)  # line 2
    while t < steps:  # lines 3 and 11
        g = gradient(theta)  # line 4
        v = beta * v + (1 - beta) * g  # line 5
        s = gamma * s + (1 - gamma) * g * g  # line 6
        v_hat = v / (1 - beta ** (t + 1))  # line 7
        s_hat = s / (1 - gamma ** (t + 1))  # line 8
        theta = theta - alpha / (np.sqrt(s_hat) + epsilon) * v_hat  # line 9
        t = t + 1  # line 10
        yield theta


@demo(
    slide="The most common algorithm: ADAM",
    figure="Algorithm 4.2",
    data="none; the Rosenbrock function, from (0.2, −0.2) with α = 0.001",
    asserts="the library's ADAM = the lines of the algorithm; the loss after 10³ and 10⁴ steps; its late bursts",
)
def adam():
    long = optim.minimize(C, START, "adam", learning_rate=1e-3, tol=0, max_iter=STEPS, record="full")
    lines = np.array(list(algorithm_4_2(C, np.array(START), steps=2_000)))
    path = np.asarray(long.history.x)
    losses = C(path.T)
    digits = "the digits of the reference run"
    checks = [
        Check.close("the library's first 2000 steps = the algorithm's", lines, path[1:2001], tolerance=1e-12,
                    reason="round-off of 2000 steps"),
        Check.close("first step: α against the sign of each partial derivative", (0.199, -0.199), path[1],
                    tolerance=1e-10, reason="v̂ = g and √ŝ = |g|, so the step is α up to the part ε/|g|"),
        Check.close("loss after 1000 steps", LOSSES[1_000], losses[1_000], tolerance=5e-5, reason=digits),
        Check.close("loss after 10 000 steps", LOSSES[10_000], losses[10_000], tolerance=0.02, relative=True,
                    reason=digits),
        Check.at_least("largest loss in the last thousand of 100 000 steps", 1e-6, losses[-1000:].max(),
                       reason="it was 3e-10; the bursts amplify round-off, so no digit of them is predictable"),
    ]  # fmt: skip
    caption = (
        "(a) ADAM turns into the valley at once, for the size of the gradient does not count, and follows it. "
        "(b) The loss reaches round-off and then, with the rate unchanged, comes up again in bursts."
    )
    return Outcome([Picture(draw(path, losses), caption)], checks)


def draw(path, losses):
    drawn = figure(11, 4.6)
    valley, loss = drawn.subplots(1, 2)
    optim.viz.contour(C, ((-0.05, 1.15), (-0.3, 1.15)), ax=valley, colourbar=False)
    line = {"marker": "o", "markevery": 500, "markersize": 6, "markeredgecolor": "white"}
    valley.plot(*path[:10_000].T, color=COLOURS[0], label="mark: 500 steps", **line)
    valley.plot(1, 1, "*", color="black", markersize=13)
    valley.set(title="(a) Path", xlabel=r"$\theta_1$", ylabel=r"$\theta_2$")
    valley.legend()
    block = 250  # beyond the marks the loss swings too fast to draw: show its range in blocks of this many steps
    ranges = losses[10_001:].reshape(-1, block)
    steps = 10_001 + block * np.arange(len(ranges))
    loss.loglog(np.arange(1, 10_001), losses[1:10_001])
    loss.fill_between(steps, ranges.min(axis=1), ranges.max(axis=1), color="#c9d3dd", label=f"range in {block} steps")
    for at in LOSSES:
        loss.plot(at, losses[at], "o", color=COLOURS[1])
        loss.annotate(f"{losses[at]:.2g}", (at, losses[at]), xytext=(-8, -14), textcoords="offset points", ha="right")
    loss.set(title="(b) Loss", xlabel="iteration", ylabel=r"$C(\theta)$")
    loss.grid()
    loss.legend(loc="lower left")
    return drawn
