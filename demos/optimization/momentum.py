"""Momentum: the same gradient, remembered.

    v ← β v + (1 − β) ∇C(θ),    θ ← θ − α v

averages the gradients of the last 1/(1 − β) steps. In the valley of the Rosenbrock function

    C(θ) = (1 − θ₁)² + 100 (θ₂ − θ₁²)²

what points across cancels out and what points along adds up. With α = 0.001/(1 − β) the newest gradient always enters
with weight 0.001, so the three runs differ in memory alone. β = 0 is gradient descent.
"""

import numpy as np

import optim
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import figure

START, STEPS = np.array([0.4, -0.2]), 1000
ENDS = {  # where each β ends after 1000 steps, and the loss there
    0.0: ((0.70441, 0.49479), 8.76e-2),
    0.5: ((0.83386, 0.69458), 2.77e-2),
    0.9: ((0.99514, 0.99028), 2.37e-5),
}


def C(theta):
    return (1 - theta[0]) ** 2 + 100 * (theta[1] - theta[0] ** 2) ** 2


@demo(
    slide="Momentum",
    figure="Figure 4.6",
    data="none; the Rosenbrock function, from (0.4, −0.2)",
    asserts="where each of β = 0, 0.5, 0.9 ends after 1000 steps, and the loss there",
    erratum=(
        "The caption does not say that this figure starts at (0.4, −0.2), not at the (0.2, −0.2) of Figure 4.2, nor "
        "that v averages with the factor 1 − β: because of it α = 0.001/(1 − β) is a step of 0.001 for every β."
    ),
)
def momentum():
    runs, checks = {}, []
    for beta, (end, loss) in ENDS.items():
        run = optim.minimize(
            C, START, "momentum", learning_rate=0.001 / (1 - beta), beta=beta, averaged=True, tol=0, max_iter=STEPS,
            record="full",
        )  # fmt: skip
        runs[beta] = run
        checks += [
            Check.close(f"θ for β = {beta:g}", end, run.x, tolerance=5e-6, reason="five decimals of the reference run"),
            Check.close(f"loss for β = {beta:g}", loss, run.fun, tolerance=3e-3, relative=True, reason="three digits"),
        ]
    caption = (
        "1000 steps from the same start. (a) Paths in the valley, with a mark at every hundredth step; stars are their "
        "ends. (b) More memory, less loss: the steps along the valley add up."
    )
    return Outcome([Picture(draw(runs), caption)], checks)


def draw(runs):
    drawn = figure(11, 4.6)
    paths, loss = drawn.subplots(1, 2)
    named = {f"β = {beta:g}": run for beta, run in runs.items()}
    optim.viz.trajectory(named, C, ((-0.2, 1.1), (-0.3, 1.15)), ax=paths, colourbar=False, trials=False)
    optim.viz.convergence(named, x="nit", y="fun", ax=loss)
    paths.set(title="(a) Paths", xlabel=r"$\theta_1$", ylabel=r"$\theta_2$")
    loss.set(title="(b) Loss", xlabel="iteration", ylabel=r"$C(\theta)$")
    return drawn
