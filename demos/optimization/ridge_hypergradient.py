"""The penalty of ridge regression, learnt by the gradient of the validation loss.

    θ*(λ) = argmin ½ ‖y − X θ‖² + ½ λ ‖θ‖²          on the training data
    V(λ)  = ½ mean (y′ − X′ θ*(λ))²                  on the validation data

The penalty λ is itself chosen by minimisation, with a minimisation inside: V depends on λ through the minimiser θ*. Its
derivative, the hypergradient, needs no look into the solver. The gradient of the inner problem vanishes at θ* for every
λ, and differentiating that condition gives dθ*/dλ = −(XᵀX + λI)⁻¹ θ*. The library does so by itself where `minimize`
stands inside a function that is differentiated; it can also go back through all iterations, to the same number. With a
hypergradient sixty-five penalties, one for each feature, cost no more than one: here the grid search ends.
"""

import numpy as np

import autodiff as ad
import optim
from autodiff.nn import data
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, figure

START = np.log(3.0)  # of log λ


def patients():
    """Standardised features and their products, 65 in all, and the centred progression, of 150 + 146 patients."""
    data.require("sklearn", "scikit-learn", "the diabetes data")
    from sklearn.datasets import load_diabetes

    raw, progression = load_diabetes(return_X_y=True, scaled=False)
    order = np.random.default_rng(0).permutation(len(raw))
    training, validation = order[:150], order[150:296]
    raw = (raw - raw[training].mean(axis=0)) / raw[training].std(axis=0)
    i, j = np.triu_indices(raw.shape[1])
    features = np.column_stack([raw, (raw[:, i] * raw[:, j])])  # (442, 65)
    features = (features - features[training].mean(axis=0)) / features[training].std(axis=0)
    y = (progression - progression[training].mean()) / progression[training].std()
    return (features[training], y[training]), (features[validation], y[validation])


def penalised_loss(theta, log_penalty, X, y):
    return 0.5 * ((y - X @ theta) ** 2).sum() + 0.5 * (np.exp(log_penalty) * theta**2).sum()


def validation_loss(theta, X, y):
    return 0.5 * ((y - X @ theta) ** 2).mean()


@demo(
    slide="Dropout as a form of regularization",
    data="diabetes (Efron, Hastie, Johnstone and Tibshirani 2004), in scikit-learn; 150 to fit, 146 to validate",
    asserts="the hypergradient against its closed form, the unrolled one and differences; the penalty against a grid",
)
def ridge_hypergradient():
    (X, y), held_out = patients()
    zero = np.zeros(X.shape[1])

    def V(log_penalty, method="newton", **options):
        fit = optim.minimize(penalised_loss, zero, method, args=(log_penalty, X, y), **options)
        return validation_loss(fit.x, *held_out)

    def closed_form(log_penalty):
        gram = X.T @ X + np.exp(log_penalty) * np.eye(len(zero))
        theta = np.linalg.solve(gram, X.T @ y)
        residual = held_out[0] @ theta - held_out[1]
        sensitivity = -np.linalg.solve(gram, theta) * np.exp(log_penalty)  # dθ*/dlog λ
        return (held_out[0].T @ residual / len(residual)) @ sensitivity

    rate = 1 / (np.linalg.norm(X, 2) ** 2 + np.exp(START))
    momentum = {"learning_rate": 2 * rate, "beta": 0.9, "tol": 1e-11, "max_iter": 5000}
    found = ad.grad(V)(START)
    unrolled = ad.grad(lambda t: V(t, "momentum", differentiate="unrolled", **momentum))(START)
    h = 1e-4
    differences = (V(START + h) - V(START - h)) / (2 * h)
    one = optim.minimize(V, START, tol=1e-7, record="full")
    grid = np.linspace(np.log(0.3), np.log(3000), 60)
    losses = np.array([V(t) for t in grid])
    each = optim.minimize(V, np.full(len(zero), one.x), max_iter=15)
    checks = [
        Check.close("dV/dlog λ at λ = 3, implicit", closed_form(START), found, tolerance=1e-10, reason="round-off"),
        Check.close("the same through all iterations of momentum", found, unrolled, tolerance=1e-8,
                    reason="the gradient of the inner run is below 1e-11 at its end"),
        Check.close("the same by central differences", found, differences, tolerance=1e-7, reason="h² with h = 1e-4"),
        Check.exact("the outer minimisation", "converged", str(one.status), reason="to a hypergradient of 1e-7"),
        Check.close("log λ against the best of the grid", grid[losses.argmin()], one.x, tolerance=grid[1] - grid[0],
                    reason="the spacing of the grid"),
        Check.at_most("V with the λ found", losses.min(), one.fun, reason="no point of the grid is lower"),
        Check.at_most("evaluations of the inner problem", 20, one.nfev, reason="the grid took 60"),
        Check.at_most("V with 65 penalties, 15 steps", 0.97 * one.fun, each.fun, reason="more freedom, lower loss"),
    ]  # fmt: skip
    caption = (
        "(a) The validation loss as a function of the penalty; slopes are hypergradients where BFGS has been. "
        "(b) Its way to a hypergradient of 1e-7."
    )
    return Outcome([Picture(draw(grid, losses, one, V), caption)], checks)


def draw(grid, losses, one, V):
    drawn = figure(11, 4.6)
    curve, convergence = drawn.subplots(1, 2)
    curve.semilogx(np.exp(grid), losses, color=COLOURS[0], label=r"$V(\lambda)$, 60 fits")
    for log_penalty in one.history.x:
        value, slope = ad.value_and_grad(V)(log_penalty)
        ahead = np.array([-0.35, 0.35])
        curve.plot(np.exp(log_penalty + ahead), value + slope * ahead, color=COLOURS[1], linestyle="-", linewidth=2.5)
        curve.plot(np.exp(log_penalty), value, "o", color=COLOURS[1], markersize=6, markeredgecolor="white")
    curve.plot([], [], "o-", color=COLOURS[1], label="iterates of BFGS and their hypergradients")
    curve.plot(np.exp(one.x), one.fun, "*", color="black", markersize=14, label=rf"$\lambda$ = {np.exp(one.x):.1f}")
    low, high = losses.min(), losses.max()
    curve.set(title="(a) Validation loss", xlabel=r"penalty $\lambda$", ylabel=r"$V$",
              ylim=(low - 0.08 * (high - low), high + 0.05 * (high - low)))  # fmt: skip
    curve.legend(loc="upper center")
    optim.viz.convergence(one, x="nfev", y="grad_norm", ax=convergence)
    convergence.set(title="(b) Hypergradient", xlabel="evaluations of $V$, each one a fit",
                    ylabel=r"$|dV / d\log\lambda|$")  # fmt: skip
    return drawn
