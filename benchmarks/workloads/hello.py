"""x^2 and its derivative 2 x, GradBench's greeting: what it costs to differentiate anything at all."""

from benchmarks.comparison import gradient_case
from benchmarks.workload import timed


def square(np):
    return lambda x: x * x


def by_hand(x):
    return x * x, [2.0 * x]


def cases(contestants):
    yield gradient_case("x = 1.5", contestants, square, (1.5,), by_hand)


WORKLOAD = timed("hello", "gradient of x^2 on one Python float (GradBench hello)", "none; shown", cases)
