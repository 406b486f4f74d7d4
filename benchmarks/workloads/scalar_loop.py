"""300 operations on one Python float, in a Python loop: what one recorded operation costs.

Three fixed-point iterations of three operations each, 100 times from y = x. They converge, so no entry of the sweep
overflows and each has a known derivative at its end:

    arithmetic     y <- (x - y y) / 3       the root of y^2 + 3 y = x       dy/dx = 1 / (3 + 2 y)
    sine           y <- x + sin(y) / 2      Kepler's equation               dy/dx = 1 / (1 - cos(y) / 2)
    exponential    y <- x exp(-y)           Lambert's function, y e^y = x   dy/dx = y / (x (1 + y))
"""

import math

from benchmarks.comparison import AtMost, gradient_case
from benchmarks.workload import timed

ITERATIONS = 100
X = 0.7


def arithmetic(np):
    def f(x):
        y = x
        for _ in range(ITERATIONS):
            y = (x - y * y) / 3.0
        return y

    return f


def sine(np):
    def f(x):
        y = x
        for _ in range(ITERATIONS):
            y = x + 0.5 * np.sin(y)
        return y

    return f


def exponential(np):
    def f(x):
        y = x
        for _ in range(ITERATIONS):
            y = x * np.exp(-y)
        return y

    return f


def arithmetic_by_hand(x):
    ys = [x]
    for _ in range(ITERATIONS):
        ys.append((x - ys[-1] * ys[-1]) / 3.0)
    y_bar, x_bar = 1.0, 0.0
    for y in reversed(ys[:-1]):
        y_bar /= 3.0
        x_bar += y_bar
        y_bar *= -2.0 * y
    return ys[-1], [x_bar + y_bar]


def sine_by_hand(x):
    ys = [x]
    for _ in range(ITERATIONS):
        ys.append(x + 0.5 * math.sin(ys[-1]))
    y_bar, x_bar = 1.0, 0.0
    for y in reversed(ys[:-1]):
        x_bar += y_bar
        y_bar *= 0.5 * math.cos(y)
    return ys[-1], [x_bar + y_bar]


def exponential_by_hand(x):
    ys, decays = [x], []
    for _ in range(ITERATIONS):
        decays.append(math.exp(-ys[-1]))
        ys.append(x * decays[-1])
    y_bar, x_bar = 1.0, 0.0
    for decay in reversed(decays):
        x_bar += y_bar * decay
        y_bar *= -x * decay
    return ys[-1], [x_bar + y_bar]


LOOPS = {
    "arithmetic": (arithmetic, arithmetic_by_hand),
    "sine": (sine, sine_by_hand),
    "exponential": (exponential, exponential_by_hand),
}
GOALS = (AtMost(1 / 20, "autograd"), AtMost(1 / 5, "PyTorch"))


def cases(contestants):
    for label, (loop, by_hand) in LOOPS.items():
        yield gradient_case(label, contestants, loop, (X,), by_hand, GOALS)


WORKLOAD = timed(
    "scalar_loop",
    "gradient of a 300-operation loop on one Python float",
    "at most 1/20 of autograd's time and 1/5 of PyTorch's",
    cases,
)
