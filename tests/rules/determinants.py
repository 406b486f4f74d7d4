"""Cases of np.linalg.det and slogdet: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from
from tests.rules.linalg import regular

normal = normal_from(12)


def of_rank(rank, n, *stack, dtype=np.float64):
    return normal(*stack, n, rank, dtype=dtype) @ normal(*stack, rank, n, dtype=dtype)


def det_and_sum(x):
    """The determinant, whose derivative may be zero, and something of a size that differences can be compared with."""
    return np.linalg.det(x) + np.sum(x, axis=(-2, -1))


def part(k):
    return lambda x: np.linalg.slogdet(x)[k]


SINGULAR = [
    ("rank-2-of-3", of_rank(2, 3)),
    ("rank-1-of-3", of_rank(1, 3)),
    ("rank-1-of-2", np.array([[1.0, 2.0], [2.0, 4.0]])),
    ("rank-3-of-5", of_rank(3, 5)),
    ("zero-of-1", np.zeros((1, 1))),
    ("zero-of-2", np.zeros((2, 2))),
    ("zero-of-3", np.zeros((3, 3))),
    ("zero-row", np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [4.0, 5.0, 7.0]])),
    ("zero-column", np.array([[0.0, 1.0], [0.0, 1.0]])),
    ("nearly", np.array([[1.0, 2.0], [2.0, 4.0 + 1e-9]])),
    ("stack", np.stack([of_rank(2, 3), regular(3, 3), of_rank(1, 3), np.zeros((3, 3))])),
    ("complex", of_rank(2, 3, dtype=C)),
]

CASES = [
    ("det-1", np.linalg.det, (normal(1, 1),)),
    ("det-2", np.linalg.det, (normal(2, 2),)),
    ("det-5", np.linalg.det, (normal(5, 5),)),
    ("det-0", np.linalg.det, (normal(0, 0),)),
    ("det-stack", np.linalg.det, (normal(2, 4, 3, 3),)),
    ("det-empty-stack", np.linalg.det, (normal(0, 3, 3),)),
    ("det-complex", np.linalg.det, (normal(3, 3, dtype=C),)),
    ("det-float32", np.linalg.det, (regular(3, 3, dtype=F),)),
    *((f"det-singular-{name}", det_and_sum, (x,)) for name, x in SINGULAR),
    ("slogdet-positive", part(1), (regular(3, 3),)),
    ("slogdet-negative", part(1), (np.diag([1.0, 2.0, -3.0]) + 0.1,)),
    ("slogdet-name", lambda x: np.linalg.slogdet(x).logabsdet, (regular(3, 3),)),
    ("slogdet-stack", part(1), (regular(4, 3, 3),)),
    ("slogdet-float32", part(1), (regular(3, 3, dtype=F),)),
    ("slogdet-complex", part(1), (normal(3, 3, dtype=C),)),
    ("slogdet-complex-sign", part(0), (normal(3, 3, dtype=C),)),
    ("slogdet-complex-both", lambda x: tuple(np.linalg.slogdet(x)), (normal(2, 3, 3, dtype=C),)),
]
