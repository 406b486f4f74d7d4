"""Common activation functions, and their derivatives by forward mode.

    step          1 for x ≥ 0, else 0
    sigmoid       σ(x) = 1 / (1 + e⁻ˣ),             σ′ = σ (1 − σ) ≤ 1/4
    scaled        2 σ(x) − 1 = tanh(x/2),           derivative 2 σ (1 − σ) ≤ 1/2
    tanh          (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ),          tanh′ = 1 − tanh² ≤ 1
    ReLU          max(x, 0),                        derivative 0 or 1
    leaky ReLU    max(x, 0) + s min(x, 0),          derivative s or 1

A dual number x + ε in place of x gives f(x) + f′(x) ε: value and slope of a curve at all its points in one pass. What
backpropagation multiplies, layer after layer, are these slopes. Those of the step are all 0, so nothing can be learned
through it; those of σ are at most 1/4, and ten layers of them leave less than a millionth; those of ReLU are 1 or 0.
"""

import numpy as np

import autodiff as ad
from autodiff.nn import functional as F
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, DASHES, figure

X = np.linspace(-4, 4, 802)  # without 0, where three of them have a kink
SIGMA = 1 / (1 + np.exp(-X))
# name: function, values and derivatives by the formulas above
FUNCTIONS = {
    "step": (F.step, np.where(X >= 0, 1.0, 0.0), 0 * X),
    "sigmoid": (F.sigmoid, SIGMA, SIGMA * (1 - SIGMA)),
    "scaled sigmoid": (F.scaled_sigmoid, 2 * SIGMA - 1, 2 * SIGMA * (1 - SIGMA)),
    "tanh": (F.tanh, np.tanh(X), 1 - np.tanh(X) ** 2),
    "ReLU": (F.relu, np.where(X > 0, X, 0), np.where(X > 0, 1.0, 0.0)),
    "leaky ReLU, s = 0.05": (lambda x: F.leaky_relu(x, 0.05), np.where(X > 0, X, 0.05 * X), np.where(X > 0, 1, 0.05)),
    "leaky ReLU, s = 0.1": (lambda x: F.leaky_relu(x, 0.1), np.where(X > 0, X, 0.1 * X), np.where(X > 0, 1, 0.1)),
}
GROUPS = (("step", "sigmoid", "scaled sigmoid", "tanh"), ("ReLU", "leaky ReLU, s = 0.05", "leaky ReLU, s = 0.1"))


def curve(f):
    """(f(x), f′(x)) for all x of X: the derivative along (1, 1, ...), since no value depends on another x."""
    return ad.jvp(f, (X,), (np.ones_like(X),))


@demo(
    slide="Common activation functions",
    figure="Figure 5.6",
    data="none; 802 numbers from −4 to 4",
    asserts="values and forward-mode derivatives are those of the formulas; the largest slopes; what ten layers leave",
)
def activations():
    found = {name: curve(f) for name, (f, _, _) in FUNCTIONS.items()}
    checks = []
    for name, (_, values, slopes) in FUNCTIONS.items():
        checks += [
            Check.close(f"{name}: values", values, found[name][0], tolerance=1e-15, reason="a few roundings of 1e-16"),
            Check.close(f"{name}: slopes", slopes, found[name][1], tolerance=1e-15, reason="exact, but for rounding"),
        ]
    at_zero = [float(ad.jvp(f, (0.0,), (1.0,))[1]) for f in (F.sigmoid, F.scaled_sigmoid, F.tanh)]
    ten = ad.jvp(lambda x: apply(F.sigmoid, x, 10), (X,), (np.ones_like(X),))[1]
    checks += [
        Check.exact("slopes at 0 of the three sigmoids", (0.25, 0.5, 1.0), tuple(at_zero), reason="the largest"),
        Check.at_most(
            "largest slope of ten sigmoids", 0.25**10, ten.max(), reason="the chain rule: ten factors of 1/4"
        ),
    ]
    caption = (
        "Above: activation functions. Below: their derivatives, each found in the same pass as the values. Left: those "
        "that saturate, and have no slope where they do. Right: those that do not."
    )
    return Outcome([Picture(draw(found), caption)], checks)


def apply(f, x, times):
    for _ in range(times):
        x = f(x)
    return x


def draw(found):
    drawn = figure(10.5, 6.4)
    for names, (above, below) in zip(GROUPS, drawn.subplots(2, 2, sharex=True).T, strict=True):
        for name, colour, dash in zip(names, COLOURS, DASHES, strict=False):
            # A jump is no line: the curve is cut where it is.
            for axes, values in zip((above, below), found[name], strict=True):
                cut = np.where(np.abs(np.diff(values, append=values[-1])) > 0.5, np.nan, values)
                axes.plot(X, cut, color=colour, linestyle=dash, label=name)
        above.legend(loc="upper left")
        above.grid()
        below.grid()
        below.set(xlabel="$x$", ylim=(-0.05, 1.1))
    drawn.axes[0].set(ylabel="$f(x)$", title="Saturating")
    drawn.axes[1].set(title="Rectifying")
    drawn.axes[2].set(ylabel="$f'(x)$")
    return drawn
