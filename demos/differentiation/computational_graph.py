"""The computational graph, with its primals, tangents and adjoints.

A program that computes

    C(θ) = sin(θ₁ θ₂) + exp(θ₂ + θ₃) − 2 θ₃

is a graph of elementary steps. Forward mode carries a tangent beside every value, from the inputs to the output:
how fast the value changes when θ₂ does. Reverse mode carries an adjoint back: how fast the output changes when the
value does. Where they meet they agree: the tangent of the output is the adjoint of θ₂. One forward sweep gives one
directional derivative, one reverse sweep gives the whole gradient.
"""

import numpy as np

import autodiff as ad
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import COLOURS, figure

POINTS = {  # the value of C and its gradient there, from the closed form evaluated with 30 digits
    (np.pi / 6, 2.0, 5.0): (1087.499184, (1.0, 1096.89496, 1094.63316)),
    (0.5, 2.0, -1.0): (5.559752813, (1.0806046, 2.9884330, 0.7182818)),
}
DIRECTION = {"θ₁": 0.0, "θ₂": 1.0, "θ₃": 0.0}

# Where the nodes stand, how each is computed, and what it is computed from.
LAYOUT = {
    "θ₁": (0, 2, r"\theta_1", ()),
    "θ₂": (0, 1, r"\theta_2", ()),
    "θ₃": (0, 0, r"\theta_3", ()),
    "a₁": (1, 2, r"a_1 = \theta_1 \theta_2", ("θ₁", "θ₂")),
    "a₂": (1, 1, r"a_2 = \theta_2 + \theta_3", ("θ₂", "θ₃")),
    "a₃": (2, 0, r"a_3 = -2\,\theta_3", ("θ₃",)),
    "a₄": (2, 2, r"a_4 = \sin\,a_1", ("a₁",)),
    "a₅": (2, 1, r"a_5 = \exp\,a_2", ("a₂",)),
    "a₆": (3, 1, r"C = a_3 + a_4 + a_5", ("a₃", "a₄", "a₅")),
}


def nodes(theta):
    """All values of the graph by name, the output last."""
    a = dict(theta)
    a["a₁"] = a["θ₁"] * a["θ₂"]
    a["a₂"] = a["θ₂"] + a["θ₃"]
    a["a₃"] = -2 * a["θ₃"]
    a["a₄"] = np.sin(a["a₁"])
    a["a₅"] = np.exp(a["a₂"])
    a["a₆"] = a["a₃"] + a["a₄"] + a["a₅"]
    return a


def C(theta):
    return nodes(theta)["a₆"]


def sweeps(theta):
    """(primals, tangents in DIRECTION, adjoints), each by node."""
    primals, tangents = ad.jvp(nodes, (theta,), (DIRECTION,))
    tape = ad.Tape()
    traced = nodes({name: tape.variable(value) for name, value in theta.items()})
    return primals, tangents, tape.gradient(traced["a₆"], traced)


@demo(
    slide="Automatic differentiation",
    figure="Figure 4.7",
    data="none; C is given",
    asserts="C and its gradient at (π/6, 2, 5) and (0.5, 2, −1); forward mode = reverse mode = complex step",
)
def computational_graph():
    checks = []
    for point, (value, gradient) in POINTS.items():
        theta = dict(zip(DIRECTION, point, strict=True))
        primals, tangents, adjoints = sweeps(theta)
        reverse = np.array([adjoints[name] for name in theta])
        forward = np.array([ad.jvp(C, (theta,), ({**dict.fromkeys(theta, 0.0), name: 1.0},))[1] for name in theta])
        # f(x + ih) = f(x) + ih f'(x) + O(h²): with h = 1e-30 the error term is below every digit.
        complex_step = np.array([np.imag(C({**theta, name: theta[name] + 1e-30j})) / 1e-30 for name in theta])
        at = f"at ({point[0]:.4g}, {point[1]:g}, {point[2]:g})"
        digits, same = "the reference is printed with this many digits", "equal to reverse mode up to round-off"
        checks += [
            Check.close(f"C {at}", value, primals["a₆"], tolerance=5e-7, reason=digits),
            Check.close(f"∇C {at}, reverse mode", gradient, reverse, tolerance=5e-6, reason=digits),
            Check.close(f"forward mode {at}", reverse, forward, tolerance=1e-15, relative=True, reason=same),
            Check.close(f"complex step {at}", reverse, complex_step, tolerance=1e-15, relative=True, reason=same),
            Check.close(
                f"tangent of C = adjoint of θ₂ {at}", adjoints["θ₂"], tangents["a₆"], tolerance=1e-15, relative=True,
                reason="the tangents run in direction θ₂, so both are ∂C/∂θ₂; round-off",
            ),
        ]  # fmt: skip
    first = dict(zip(DIRECTION, next(iter(POINTS)), strict=True))
    caption = (
        "Every node at θ = (π/6, 2, 5): its value; its tangent, computed from left to right, in direction θ₂; and its "
        "adjoint, computed from right to left. The adjoints of the three inputs are the gradient."
    )
    return Outcome([Picture(draw(*sweeps(first)), caption)], checks)


def draw(primals, tangents, adjoints):
    from matplotlib.patches import FancyBboxPatch

    width, height = 0.68, 0.62
    rows = (("value", primals, "#222222"), ("tangent  →", tangents, COLOURS[1]), ("adjoint  ←", adjoints, COLOURS[0]))
    drawn = figure(11, 5.2)
    axes = drawn.subplots()
    axes.set(xlim=(-0.36, 3.36), ylim=(-0.36, 2.36))
    axes.axis("off")
    for name, (x, y, formula, parents) in LAYOUT.items():
        corner = (x - width / 2, y - height / 2)
        box = {"boxstyle": "round,pad=0,rounding_size=0.06", "facecolor": "#faf9f6", "edgecolor": "#666666"}
        axes.add_patch(FancyBboxPatch(corner, width, height, **box))
        axes.text(x, y + 0.19, f"${formula}$", ha="center", va="center", fontsize=13)
        for row, (label, of_node, colour) in enumerate(rows):
            height_of_row = y + 0.02 - 0.125 * row
            axes.text(corner[0] + 0.04, height_of_row, label, va="center", fontsize=8.5, color=colour)
            number = f"{of_node[name]:.7g}"
            axes.text(x + width / 2 - 0.04, height_of_row, number, ha="right", va="center", fontsize=10, color=colour)
        for parent in parents:
            start, end = (LAYOUT[parent][0] + width / 2 + 0.01, LAYOUT[parent][1]), (corner[0] - 0.01, y)
            axes.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": "#8a8f98", "linewidth": 1.3})
    return drawn
