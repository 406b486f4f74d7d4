"""The determinant by expansion along the first row, recursively, on Python floats: cmpad's and GradBench's `det`.

    det A = sum_j (-1)^j A_0j det A^(0j);   its gradient is the matrix of cofactors, det(A) A^(-T)

Scalar code with recursion, a little over l! multiplications. A is uniform, seed 31337; every entry is an argument,
so that nobody pays for differentiating lists.
"""

import numpy

from benchmarks.comparison import FUNCTION, AtMost, gradient_case
from benchmarks.workload import timed


def objective_of(size):
    def objective(np):
        def determinant(*entries):
            return expand([entries[i * size : (i + 1) * size] for i in range(size)])

        return determinant

    return objective


def expand(rows):
    first, *below = rows
    if not below:
        return first[0]
    determinant = 0.0
    for j, entry in enumerate(first):
        term = entry * expand([row[:j] + row[j + 1 :] for row in below])
        determinant = determinant - term if j % 2 else determinant + term
    return determinant


def by_hand(*entries):
    """By elimination: the same number by another algorithm, so it is not timed."""
    size = round(len(entries) ** 0.5)
    matrix = numpy.array(entries).reshape(size, size)
    determinant = numpy.linalg.det(matrix)
    cofactors = determinant * numpy.linalg.inv(matrix).T
    return determinant, list(cofactors.ravel())


def case(contestants, size, goals=(), without=()):
    entries = tuple(numpy.random.RandomState(31337).rand(size * size).tolist())
    return gradient_case(
        f"l={size}", contestants, objective_of(size), entries, by_hand, goals, without=without, time_by_hand=False
    )


def cases(contestants):
    yield case(contestants, 5, goals=(AtMost(25.0, FUNCTION),))
    # JAX needs seconds per call of this one, or minutes to compile it.
    yield case(contestants, 7, goals=(AtMost(25.0, FUNCTION),), without=("JAX", "JAX jit"))


WORKLOAD = timed("det", "gradient of the determinant by minors (GradBench det)", "at most 25 times the function", cases)
