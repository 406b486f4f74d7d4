"""The computational graph, with its primals, tangents and adjoints.

A program that computes

    C(θ) = sin(θ₁ θ₂) + exp(θ₂ + θ₃) − 2 θ₃

is a list of elementary steps, and the list is a graph. Forward mode carries a tangent beside every primal, from the
inputs to the output: how fast the value changes when θ₂ does. Reverse mode carries an adjoint back: how fast the output
changes when the value does. Where they meet they agree: the tangent of the output is the adjoint of θ₂. One forward
sweep gives one directional derivative, one reverse sweep the whole gradient.
"""

import numpy as np

import autodiff as ad
from demos.check import Check
from demos.demo import Outcome, Picture, demo
from demos.picture import figure

POINTS = {  # θ: the value of C and its gradient there, from the closed form
    (np.pi / 6, 2.0, 5.0): (1087.499184, (1.0, 1096.89496, 1094.63316)),
    (0.5, 2.0, -1.0): (5.559752813, (1.0806046, 2.9884330, 0.7182818)),
}


def C(θ1, θ2, θ3):
    return np.sin(θ1 * θ2) + np.exp(θ2 + θ3) - 2 * θ3


@demo(
    slide="Automatic differentiation",
    figure="Figure 4.7",
    data="none; C is given",
    asserts="C and its gradient at (π/6, 2, 5) and (0.5, 2, −1); forward mode = reverse mode = complex step",
)
def computational_graph():
    checks = []
    for theta, (value, gradient) in POINTS.items():
        # The tape held in the hand: its variables, what was computed with them, and the sweep back.
        tape = ad.Tape()
        variables = [tape.variable(number) for number in theta]
        output = C(*variables)
        reverse = [float(tape.gradient(output, variable)) for variable in variables]
        # One forward sweep for each direction.
        forward = [float(ad.jvp(C, theta, tuple(direction))[1]) for direction in np.eye(3)]
        # f(x + ih) = f(x) + ih f'(x) + O(h²): with h = 1e-30 the error term is below every digit.
        complex_step = [np.imag(C(*(theta + 1e-30j * direction))) / 1e-30 for direction in np.eye(3)]
        at = f"at ({theta[0]:.4g}, {theta[1]:g}, {theta[2]:g})"
        digits, same = "the reference is printed with this many digits", "equal to reverse mode up to round-off"
        checks += [
            Check.close(f"C {at}", value, C(*theta), tolerance=5e-7, reason=digits),
            Check.close(f"∇C {at}, reverse mode", gradient, reverse, tolerance=5e-6, reason=digits),
            Check.close(f"∇C {at}, forward mode", reverse, forward, tolerance=1e-15, relative=True, reason=same),
            Check.close(f"∇C {at}, complex step", reverse, complex_step, tolerance=1e-15, relative=True, reason=same),
        ]
    tape = ad.record(C, *next(iter(POINTS)))
    direction = {"θ2": 1.0}
    return Outcome(
        [
            Picture(
                draw_graph(tape, direction),
                "The graph at θ = (π/6, 2, 5). Each node: how it is computed; its primal; its tangent, from left to "
                "right, in direction θ₂; its adjoint, from right to left. On the edges: the partial derivatives.",
            ),
            Picture(
                draw_table(tape, direction),
                "The same tape printed, in the order of computation. Read downwards for the tangents, upwards for the "
                "adjoints: no graph needs to be searched. The adjoints of the first three rows are the gradient.",
            ),
        ],
        checks,
    )


def draw_graph(tape, direction):
    drawn = figure(12, 4)
    tape.draw(drawn.subplots(), tangents=direction)
    return drawn


def draw_table(tape, direction):
    text = tape.table(tangents=direction)
    drawn = figure(6.4, 0.24 * len(text.splitlines()))
    drawn.text(0.02, 0.97, text, family="monospace", fontsize=11, va="top", linespacing=1.5)
    return drawn
