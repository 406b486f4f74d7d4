"""Runge-Kutta through a chain of n equations, cmpad's and GradBench's `ode`.

    y_0' = x_0,   y_i' = x_i y_(i-1),   y(0) = 0;   f(x) = y_(n-1)(2), by s steps of the classical fourth-order method

Many operations on middling arrays in a Python loop. x is uniform, seed 31337.
"""

import numpy

from benchmarks.comparison import FUNCTION, AtMost, gradient_case
from benchmarks.workload import timed

FINAL_TIME = 2.0
ONE = numpy.ones(1)


def objective_with(steps):
    def objective(np):
        def last_component(x):
            def slope(y):
                return x * np.concatenate([ONE, y[:-1]])

            h = FINAL_TIME / steps
            y = numpy.zeros(x.shape[0])
            for _ in range(steps):
                k1 = slope(y)
                k2 = slope(y + h / 2 * k1)
                k3 = slope(y + h / 2 * k2)
                k4 = slope(y + h * k3)
                y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            return y[-1]

        return last_component

    return objective


def torch_objective_with(steps):
    def objective(torch):
        one = torch.ones(1, dtype=torch.float64)

        def last_component(x):
            def slope(y):
                return x * torch.cat([one, y[:-1]])

            h = FINAL_TIME / steps
            y = torch.zeros_like(x)
            for _ in range(steps):
                k1 = slope(y)
                k2 = slope(y + h / 2 * k1)
                k3 = slope(y + h / 2 * k2)
                k4 = slope(y + h * k3)
                y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            return y[-1]

        return last_component

    return objective


def by_hand_with(steps):
    """The discrete adjoint: the same four stages backwards, each with the transpose of `slope`."""

    def shifted(y):
        return numpy.concatenate([ONE, y[:-1]])

    def last_component_and_gradient(x):
        h = FINAL_TIME / steps
        y, inputs = numpy.zeros(x.size), []
        for _ in range(steps):
            stages = [shifted(y)]
            slopes = [x * stages[0]]
            for weight in (h / 2, h / 2, h):
                stages.append(shifted(y + weight * slopes[-1]))
                slopes.append(x * stages[-1])
            y = y + h / 6 * (slopes[0] + 2 * slopes[1] + 2 * slopes[2] + slopes[3])
            inputs.append(stages)

        y_bar, x_bar = numpy.zeros(x.size), numpy.zeros(x.size)
        y_bar[-1] = 1.0
        for stages in reversed(inputs):
            stage_bar, before = numpy.zeros(x.size), y_bar
            for stage, share, weight in zip(
                reversed(stages), (h / 6, h / 3, h / 3, h / 6), (0.0, h, h / 2, h / 2), strict=True
            ):
                slope_bar = share * before + weight * stage_bar
                x_bar += slope_bar * stage
                stage_bar = numpy.append((x * slope_bar)[1:], 0.0)
                y_bar = y_bar + stage_bar
        return y[-1], [x_bar]

    return last_component_and_gradient


def case(contestants, size, steps, goals=(), without=()):
    x = numpy.random.RandomState(31337).rand(size)
    return gradient_case(
        f"n={size} s={steps}",
        contestants,
        objective_with(steps),
        (x,),
        by_hand_with(steps),
        goals,
        written_for={"PyTorch": torch_objective_with(steps)},
        without=without,
    )


def cases(contestants):
    yield case(contestants, size=1000, steps=10, goals=(AtMost(10.0, FUNCTION),))


WORKLOAD = timed("ode", "gradient through Runge-Kutta (GradBench ode)", "at most 10 times the function", cases)
