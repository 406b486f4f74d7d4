"""The loops of `scalar_loop` on a 32 x 32 array, summed at the end: small arrays, where overhead still shows.

What NumPy itself needs for the two sweeps is in the column `by hand`: it bounds every ratio from below. For `sine`
that is two fifths of autograd's time, so its goal of one fifth is out of reach without a faster sine.
"""

import numpy

from benchmarks.comparison import AtMost, gradient_case
from benchmarks.workload import timed
from benchmarks.workloads import scalar_loop

SHAPE = (32, 32)
GOALS = (AtMost(1 / 5, "autograd"), AtMost(1.0, "PyTorch"))


def summed(loop):
    """`sum(loop(x))`, for every namespace."""

    def objective(np):
        f = loop(np)
        return lambda x: np.sum(f(x))

    return objective


def arithmetic_by_hand(x):
    ys = [x]
    for _ in range(scalar_loop.ITERATIONS):
        ys.append((x - ys[-1] * ys[-1]) / 3.0)
    y_bar, x_bar = numpy.ones_like(x), numpy.zeros_like(x)
    for y in reversed(ys[:-1]):
        y_bar /= 3.0
        x_bar += y_bar
        y_bar *= y
        y_bar *= -2.0
    return numpy.sum(ys[-1]), [x_bar + y_bar]


def sine_by_hand(x):
    ys = [x]
    for _ in range(scalar_loop.ITERATIONS):
        ys.append(x + 0.5 * numpy.sin(ys[-1]))
    y_bar, x_bar = numpy.ones_like(x), numpy.zeros_like(x)
    for y in reversed(ys[:-1]):
        x_bar += y_bar
        y_bar *= 0.5
        y_bar *= numpy.cos(y)
    return numpy.sum(ys[-1]), [x_bar + y_bar]


def exponential_by_hand(x):
    ys, decays = [x], []
    for _ in range(scalar_loop.ITERATIONS):
        decays.append(numpy.exp(-ys[-1]))
        ys.append(x * decays[-1])
    y_bar, x_bar = numpy.ones_like(x), numpy.zeros_like(x)
    for decay in reversed(decays):
        y_bar *= decay
        x_bar += y_bar
        y_bar *= -x
    return numpy.sum(ys[-1]), [x_bar + y_bar]


BY_HAND = {"arithmetic": arithmetic_by_hand, "sine": sine_by_hand, "exponential": exponential_by_hand}


def cases(contestants, shape=SHAPE):
    x = numpy.random.default_rng(31337).uniform(0.2, 0.9, shape)
    for label, (loop, _) in scalar_loop.LOOPS.items():
        yield gradient_case(label, contestants, summed(loop), (x,), BY_HAND[label], GOALS)


WORKLOAD = timed(
    "array_loop",
    "gradient of the same loops on a 32 x 32 array",
    "at most 1/5 of autograd's time, and no slower than PyTorch",
    cases,
)
