"""How long a step may be: gradient descent for a straight line.

For the least-squares loss

    C(θ) = 1/n ‖y − Xθ‖²,    ∇²C = (2/n) XᵀX,

an error along an eigenvector of the Hessian with eigenvalue μ is multiplied by 1 − αμ in each step, so gradient
descent converges where α < 2/λmax(∇²C) = n/λmax(XᵀX), and nowhere above. Just below the bound it is fastest, because
the other eigenvalue is three hundred times smaller; just above, the same loss explodes.
"""

import numpy as np

import autodiff as ad
import optim
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, DASHES, figure

RATES = (0.01, 0.0235, 0.024)
STEP_TOLERANCE = 1e-5  # stop where ‖θ⁺ − θ‖ is below it


def observations(n=490):
    """Rooms x and prices y as the book simulates them, after its fit to the Boston houses: X is (n, 2), y (n,)."""
    # The book's numbers come from NumPy's legacy generator with seed 0; this is that generator, without global state.
    legacy = np.random.RandomState(0)
    x = legacy.normal(6, 2.5, n)
    return np.column_stack([np.ones(n), x]), -30.005 + 8.2686 * x + legacy.normal(0, 3, n)


@demo(
    slide="Gradient descent",
    figure="Figure 2.7",
    data="490 simulated houses: x ~ N(6, 2.5²), y = −30.005 + 8.2686 x + N(0, 3²), seed 0",
    asserts="the bound 0.0237055; 3108 and 1445 iterations below it, divergence above",
    erratum=(
        "α < n/λmax holds for the mean of squares, with λmax that of XᵀX. The slide's loss is the sum L(β) = ‖y − Aβ‖² "
        "with ∇L = 2Aᵀ(Aβ − y); its bound is α < 1/λmax(AᵀA). For every loss: α < 2/λmax(∇²C)."
    ),
)
def step_bound():
    X, y = observations()
    n = len(y)

    def C(theta):
        residual = y - X @ theta
        return residual @ residual / n

    largest = np.linalg.eigvalsh(X.T @ X).max()
    bound = 2 / np.linalg.eigvalsh(ad.hessian(C)(np.zeros(2))).max()
    runs = {}
    with np.errstate(over="ignore", invalid="ignore"):  # the third run is meant to overflow
        for rate in RATES:
            runs[rate] = descend(C, rate)
    exact = np.linalg.lstsq(X, y)[0]
    slow, fast, divergent = (runs[rate] for rate in RATES)
    counts = "the book prints this count"
    left = "the last step was below 1e-5, and the slow direction shrinks by 0.3 to 0.7 per cent a step"
    checks = [
        Check.close("λmax(XᵀX)", 20670.327, largest, tolerance=5e-4, reason="three decimals printed in the book"),
        Check.close("bound 2/λmax(∇²C) = n/λmax(XᵀX)", 0.0237055, bound, tolerance=5e-8, reason="seven decimals"),
        Check.exact("iterations with α = 0.01", 3108, slow.nit, reason=counts),
        Check.exact("iterations with α = 0.0235", 1445, fast.nit, reason=counts),
        Check.close("θ with α = 0.01", exact, slow.x, tolerance=5e-3, reason=left),
        Check.close("θ with α = 0.0235", exact, fast.x, tolerance=5e-3, reason=left),
        Check.exact("α = 0.024: why it stopped", "not finite", str(divergent.status), reason="the loss overflowed"),
    ]  # fmt: skip
    caption = (
        "(a) The loss above its least value: 0.0235, just below the bound, is the fastest; 0.024, just above it, grows "
        "without limit. (b) The same iterates in the plane: bouncing across the valley, and creeping along it."
    )
    return Outcome([Picture(draw(C, runs, exact), caption)], checks)


def descend(C, rate):
    return optim.minimize(
        C,
        np.zeros(2),
        method="gradient_descent",
        learning_rate=rate,
        tol=0,
        step_tol=STEP_TOLERANCE,
        max_iter=20_000,
        record="full",
    )


def draw(C, runs, exact):
    drawn = figure(11, 4.6)
    loss, plane = drawn.subplots(1, 2)
    x, y = np.meshgrid(np.linspace(-40, 12, 200), np.linspace(-1, 13, 200))
    values = np.array([C(theta) for theta in np.stack([x, y], axis=-1).reshape(-1, 2)]).reshape(x.shape)
    plane.contour(x, y, values, levels=np.geomspace(10, 4000, 10), colors="#b9b4a8", linewidths=0.8)
    for (rate, run), colour, dash in zip(runs.items(), COLOURS, DASHES, strict=False):
        excess = np.asarray(run.history.fun) - C(exact)
        label = f"α = {rate:g}: " + (f"{run.nit} iterations" if run.success else "diverges")
        loss.semilogy(excess[:3200], color=colour, linestyle=dash, label=label)
        if run.success:
            path, width = np.transpose(run.history.x[:300]), 2.5 if rate == RATES[0] else 0.7
            plane.plot(
                *path, color=colour, linestyle="-", linewidth=width, zorder=2 + width, label=f"α = {rate:g}, 300 steps"
            )
    loss.set(
        title="(a) Loss above the least", ylim=(1e-7, 1e9), xlabel="iteration", ylabel=r"$C(\theta) - C(\hat\theta)$"
    )
    loss.grid(axis="y")
    plane.plot(*exact, "*", color="black", markersize=13)
    plane.set(title="(b) Iterates", xlabel=r"intercept $\theta_0$", ylabel=r"slope $\theta_1$")
    for axes in (loss, plane):
        axes.legend()
    return drawn
