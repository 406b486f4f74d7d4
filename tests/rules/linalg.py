"""Cases of np.linalg's systems, inverses and products: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from

normal = normal_from(16)


def regular(*shape, dtype=np.float64):
    """Well-conditioned matrices."""
    return normal(*shape, dtype=dtype) + 3 * np.eye(shape[-1], dtype=dtype)


def of(function, *arguments, **keywords):
    return lambda x: function(x, *arguments, **keywords)


def multi_dot(*arrays):
    return np.linalg.multi_dot(arrays)


SOLVE_SHAPES = [
    ((3, 3), (3,)),
    ((3, 3), (3, 2)),
    ((4, 3, 3), (3,)),
    ((4, 3, 3), (3, 2)),
    ((3, 3), (4, 3, 2)),
    ((4, 3, 3), (4, 3, 2)),
    ((5, 1, 3, 3), (4, 3, 2)),
    ((1, 1), (1,)),
    ((0, 0), (0,)),
]

CASES = [
    *((f"solve-{a}-{b}", np.linalg.solve, (regular(*a), normal(*b))) for a, b in SOLVE_SHAPES),
    ("solve-matrix-only", lambda a: np.linalg.solve(a, np.ones(3)), (regular(3, 3),)),
    ("solve-right-hand-side-only", lambda b: np.linalg.solve(np.diag([1.0, 2.0, 4.0]), b), (normal(3, 2),)),
    ("solve-with-itself", lambda a: np.linalg.solve(a, a.T), (regular(3, 3),)),
    ("solve-complex", np.linalg.solve, (regular(3, 3, dtype=C), normal(3, dtype=C))),
    ("solve-complex-right-hand-side", np.linalg.solve, (regular(3, 3), normal(3, dtype=C))),
    ("solve-float32", np.linalg.solve, (regular(3, 3, dtype=F), normal(3, dtype=F))),
    ("inv", np.linalg.inv, (regular(3, 3),)),
    ("inv-stack", np.linalg.inv, (regular(2, 4, 3, 3),)),
    ("inv-complex", np.linalg.inv, (regular(3, 3, dtype=C),)),
    ("inv-float32", np.linalg.inv, (regular(3, 3, dtype=F),)),
    ("inv-empty", np.linalg.inv, (normal(0, 0),)),
    ("pinv-tall", np.linalg.pinv, (normal(4, 2),)),
    ("pinv-wide", np.linalg.pinv, (normal(2, 2, 4),)),
    ("pinv-square", np.linalg.pinv, (regular(3, 3),)),
    ("pinv-rcond", of(np.linalg.pinv, 1e-8), (normal(3, 2),)),
    ("pinv-rtol", of(np.linalg.pinv, rtol=1e-8), (normal(3, 2),)),
    ("pinv-hermitian", of(np.linalg.pinv, hermitian=True), (regular(3, 3),)),
    ("pinv-complex", np.linalg.pinv, (normal(4, 2, dtype=C),)),
    ("pinv-of-constant-rank", lambda x, y: np.linalg.pinv(np.outer(x, y), 1e-10), (normal(3), normal(2))),
    ("lstsq-tall", lambda a, b: np.linalg.lstsq(a, b)[0], (normal(5, 2), normal(5))),
    ("lstsq-wide", lambda a, b: np.linalg.lstsq(a, b)[0], (normal(2, 4), normal(2, 3))),
    ("lstsq-residuals", lambda a, b: np.linalg.lstsq(a, b)[1], (normal(5, 2), normal(5, 3))),
    ("lstsq-residual-of-a-vector", lambda a, b: np.linalg.lstsq(a, b, rcond=None)[1], (normal(5, 2), normal(5))),
    ("lstsq-singular-values", lambda a: np.linalg.lstsq(a, np.ones(4), rcond=-1)[3], (normal(4, 2),)),
    ("lstsq-complex", lambda a, b: np.linalg.lstsq(a, b)[0], (normal(4, 2, dtype=C), normal(4, dtype=C))),
    ("matrix_transpose", lambda a: np.linalg.matrix_transpose(a) * a.mT, (normal(2, 3, 4),)),
    ("tensorsolve", np.linalg.tensorsolve, (normal(2, 3, 6), normal(2, 3))),
    ("tensorsolve-axes", lambda a, b: np.linalg.tensorsolve(a, b, axes=(1,)), (normal(2, 6, 3), normal(2, 3))),
    ("tensorinv", np.linalg.tensorinv, (normal(2, 3, 3, 2),)),
    ("tensorinv-ind", of(np.linalg.tensorinv, ind=1), (normal(6, 3, 2),)),
    *((f"matrix_power-{n}", of(np.linalg.matrix_power, n), (regular(3, 3),)) for n in (-3, -1, 1, 2, 3, 5, 8)),
    ("matrix_power-stack", of(np.linalg.matrix_power, 3), (regular(2, 3, 3),)),
    ("multi_dot", multi_dot, (normal(2, 5), normal(5, 3), normal(3, 4), normal(4, 1))),
    ("multi_dot-two", multi_dot, (normal(2, 3), normal(3, 2))),
    ("multi_dot-vectors", multi_dot, (normal(3), normal(3, 4), normal(4))),
    ("multi_dot-vector-first", multi_dot, (normal(3), normal(3, 4), normal(4, 2))),
]
