"""Least-squares fit of a polynomial to a step, GradBench's `llsq`.

    f(x) = 1/2 sum_i (sign(t_i) - sum_j x_j t_i^j)^2,   t_i = -1 + 2 i / (n - 1),   j = 0 .. m - 1

The powers t_i^j belong to the function, as there, and take most of its time, so the ratio flatters everybody alike.
x is uniform, seed 31337.
"""

import numpy

from benchmarks.comparison import FUNCTION, AtMost, gradient_case
from benchmarks.workload import timed


def objective_on(points):
    def objective(np):
        t = np.asarray(numpy.linspace(-1.0, 1.0, points))
        target = np.asarray(numpy.sign(numpy.linspace(-1.0, 1.0, points)))

        def half_squared_error(x):
            powers = t[:, None] ** np.arange(x.shape[0])
            residual = target - np.matmul(powers, x)
            return 0.5 * np.sum(residual * residual)

        return half_squared_error

    return objective


def by_hand_on(points):
    t = numpy.linspace(-1.0, 1.0, points)
    target = numpy.sign(t)

    def half_squared_error_and_gradient(x):
        powers = t[:, None] ** numpy.arange(x.size)
        residual = target - powers @ x
        return 0.5 * (residual @ residual), [-(residual @ powers)]

    return half_squared_error_and_gradient


def case(contestants, points, coefficients, goals=()):
    x = numpy.random.RandomState(31337).rand(coefficients)
    label = f"n={points} m={coefficients}"
    return gradient_case(label, contestants, objective_on(points), (x,), by_hand_on(points), goals)


def cases(contestants):
    yield case(contestants, points=1024, coefficients=128, goals=(AtMost(3.0, FUNCTION),))


WORKLOAD = timed(
    "llsq", "gradient of a least-squares objective (GradBench llsq)", "at most 3 times the function", cases
)
