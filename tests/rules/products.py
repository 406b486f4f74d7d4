"""Cases of np.matmul and its kin: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from

normal = normal_from(20)


def shapes_of(name, f, pairs):
    return [(f"{name}-{x}-{y}", f, (normal(*x), normal(*y))) for x, y in pairs]


MATMUL_SHAPES = [
    ((3,), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3,)),
    ((2, 3), (3, 4)),
    ((3,), (5, 3, 2)),
    ((5, 2, 3), (3,)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (6, 3, 4)),
    ((1, 2, 3), (5, 3, 4)),
    ((6, 5, 2, 3), (3, 4)),
    ((2, 3), (6, 5, 3, 4)),
    ((6, 5, 2, 3), (3,)),
    ((3,), (6, 5, 3, 2)),
    ((1, 1), (1, 1)),
    ((2, 0), (0, 3)),
    ((0, 2), (2, 3)),
    ((4, 0, 2), (2, 3)),
    ((4, 2, 0), (0, 3)),
    ((4, 2, 0), (0,)),
    ((4, 2, 3), (3, 0)),
    ((2, 0), (4, 0, 3)),
    ((0, 2, 3), (0, 3, 2)),
]
DOT_SHAPES = [
    ((), ()),
    ((), (3, 2)),
    ((3, 2), ()),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3,)),
    ((3,), (5, 3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 2, 3), (6, 3, 4)),
    ((0, 3), (3, 2)),
]
INNER_SHAPES = [
    ((), (3,)),
    ((3, 2), ()),
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((2, 3), (4, 3)),
    ((3,), (5, 4, 3)),
    ((5, 2, 3), (4, 3)),
]
TENSORDOT = [
    ("0", (2, 3), (4,), 0),
    ("1", (2, 3), (3, 4), 1),
    ("2", (5, 2, 3), (2, 3, 4), 2),
    ("all", (2, 3), (2, 3), 2),
    ("pair", (2, 3, 4), (5, 3), (1, 1)),
    ("lists", (2, 3, 4), (4, 5, 2), ([0, 2], [2, 0])),
    ("crossed", (2, 3, 4), (3, 4, 2), ((2, 0, 1), (1, 2, 0))),
    ("negative", (2, 3, 4), (4, 5, 3), ((-1, -2), (-3, -1))),
    ("none", (2, 3), (4,), ((), ())),
    ("empty", (2, 0), (0, 3), 1),
]

CASES = [
    *shapes_of("matmul", np.matmul, MATMUL_SHAPES),
    *shapes_of("dot", np.dot, DOT_SHAPES),
    *shapes_of("inner", np.inner, INNER_SHAPES),
    ("operator", lambda x, y: x @ y, (normal(2, 3), normal(3, 4))),
    ("operator-reflected", lambda y: np.arange(6.0).reshape(2, 3) @ y, (normal(3, 4),)),
    ("matmul-with-itself", lambda x: x @ x @ x, (normal(3, 3),)),
    ("matmul-of-views", lambda x, y: x.T @ y[::-1].T, (normal(3, 2), normal(4, 3))),
    ("matmul-complex", np.matmul, (normal(2, 3, dtype=C), normal(3, 4, dtype=C))),
    ("matmul-complex-by-real", np.matmul, (normal(5, 2, 3, dtype=C), normal(3, 4))),
    ("matmul-real-by-complex", np.matmul, (normal(2, 3), normal(5, 3, 4, dtype=C))),
    ("matmul-float32", np.matmul, (normal(5, 2, 3, dtype=F), normal(3, 4, dtype=F))),
    ("matmul-mixed-precision", np.matmul, (normal(2, 3, dtype=F), normal(3, 4))),
    ("dot-method", lambda x, y: x.dot(y), (normal(2, 3), normal(3, 4))),
    ("dot-of-list", lambda x: np.dot([1.0, 2.0, 3.0], x), (normal(3),)),
    ("dot-of-tuple", lambda x: np.dot(x, (1.0, 2.0, 3.0)), (normal(3),)),
    ("matmul-of-tuple", lambda x: (1.0, 2.0, 3.0) @ x, (normal(3, 2),)),
    ("tensordot-of-tuple", lambda x: np.tensordot(x, (1.0, 2.0, 3.0), 1), (normal(2, 3),)),
    ("dot-complex", np.dot, (normal(3, dtype=C), normal(3, dtype=C))),
    ("linalg.matmul", np.linalg.matmul, (normal(2, 3), normal(3, 4))),
    *((f"tensordot-{name}", lambda a, b, axes=axes: np.tensordot(a, b, axes), (normal(*x), normal(*y)))
      for name, x, y, axes in TENSORDOT),
    ("tensordot-default", np.tensordot, (normal(2, 3, 4), normal(3, 4, 2))),
    ("tensordot-complex", lambda a, b: np.tensordot(a, b, axes=1), (normal(2, 3, dtype=C), normal(3, 2, dtype=C))),
    ("linalg.tensordot", lambda a, b: np.linalg.tensordot(a, b, axes=1), (normal(2, 3), normal(3, 2))),
    ("outer", np.outer, (normal(3), normal(2))),
    ("outer-flattens", np.outer, (normal(2, 2), normal(1, 3))),
    ("outer-complex", np.outer, (normal(3, dtype=C), normal(2, dtype=C))),
    ("linalg.outer", np.linalg.outer, (normal(3), normal(2))),
    ("vdot", np.vdot, (normal(4), normal(4))),
    ("vdot-flattens", np.vdot, (normal(2, 2), normal(2, 2))),
    ("vdot-complex", np.vdot, (normal(4, dtype=C), normal(4, dtype=C))),
    ("vecdot", np.vecdot, (normal(5, 3), normal(3))),
    ("vecdot-complex", np.vecdot, (normal(2, 3, dtype=C), normal(5, 1, 3, dtype=C))),
    ("linalg.vecdot-axis", lambda a, b: np.linalg.vecdot(a, b, axis=0), (normal(3, 2), normal(3, 2))),
    ("kron", np.kron, (normal(2, 3), normal(3, 2))),
    ("kron-vectors", np.kron, (normal(2), normal(3))),
    ("kron-mixed", np.kron, (normal(2), normal(2, 1, 2))),
    ("kron-number", np.kron, (normal(), normal(2, 2))),
    ("cross", np.cross, (normal(3), normal(3))),
    ("cross-broadcast", np.cross, (normal(4, 3), normal(3))),
    ("cross-axes", lambda a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0), (normal(3, 4), normal(4, 3))),
    ("cross-axis", lambda a, b: np.cross(a, b, axis=0), (normal(3, 4), normal(3, 4))),
    ("linalg.cross", np.linalg.cross, (normal(2, 3), normal(2, 3))),
]  # fmt: skip
if hasattr(np, "matvec"):
    CASES += [
        ("matvec", np.matvec, (normal(5, 2, 3), normal(3))),
        ("matvec-batched", np.matvec, (normal(2, 3), normal(5, 3))),
        ("matvec-complex", np.matvec, (normal(2, 3, dtype=C), normal(3, dtype=C))),
        ("vecmat", np.vecmat, (normal(5, 2), normal(2, 3))),
        ("vecmat-complex", np.vecmat, (normal(2, dtype=C), normal(2, 3, dtype=C))),
    ]
