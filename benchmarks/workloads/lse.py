"""log sum exp written with its primitives, GradBench's `lse` (no built-in, so that the maximum is differentiated).

    f(x) = a + log sum_i exp(x_i - a),   a = max x;   its gradient is softmax(x)

x is uniform, seed 31337, as there; two of its sizes.
"""

import numpy

from benchmarks.comparison import FUNCTION, AtMost, gradient_case
from benchmarks.workload import timed


def objective(np):
    def log_sum_exp(x):
        peak = np.max(x)
        return peak + np.log(np.sum(np.exp(x - peak)))

    return log_sum_exp


def by_hand(x):
    peak = x.max()
    weights = numpy.exp(x - peak)
    total = weights.sum()
    weights /= total
    return peak + numpy.log(total), [weights]


def case(contestants, size, goals=()):
    x = numpy.random.RandomState(31337).rand(size)
    return gradient_case(f"n={size}", contestants, objective, (x,), by_hand, goals)


def cases(contestants):
    yield case(contestants, 2_500)
    yield case(contestants, 160_000, goals=(AtMost(3.0, FUNCTION),))


WORKLOAD = timed("lse", "gradient of log sum exp (GradBench lse)", "at most 3 times the function at n=160000", cases)
