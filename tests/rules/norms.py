"""Cases of np.linalg.norm and its kin: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from
from tests.rules.linalg import of, regular

normal = normal_from(17)

VECTOR_ORDERS = [None, np.inf, -np.inf, 1, -1, 2, -2, 3, 0.5, 2.5]
MATRIX_ORDERS = [None, "fro", "nuc", np.inf, -np.inf, 1, -1, 2, -2]

CASES = [
    *((f"vector-{p}", of(np.linalg.norm, p), (normal(4),)) for p in VECTOR_ORDERS),
    *((f"vectors-{p}", of(np.linalg.norm, p, axis=1), (normal(2, 4, 3),)) for p in VECTOR_ORDERS),
    *((f"vectors-keepdims-{p}", of(np.linalg.norm, p, axis=-1, keepdims=True), (normal(2, 4),)) for p in VECTOR_ORDERS),
    *((f"vector-complex-{p}", of(np.linalg.norm, p), (normal(4, dtype=C),)) for p in VECTOR_ORDERS),
    *((f"matrix-{p}", of(np.linalg.norm, p), (normal(3, 4),)) for p in MATRIX_ORDERS),
    *((f"matrices-{p}", of(np.linalg.norm, p, axis=(2, 0)), (normal(4, 2, 3),)) for p in MATRIX_ORDERS),
    *((f"matrices-keepdims-{p}", of(np.linalg.norm, p, (0, -1), True), (normal(4, 2, 3),)) for p in MATRIX_ORDERS),
    *((f"matrix-complex-{p}", of(np.linalg.norm, p), (normal(3, 2, dtype=C),)) for p in MATRIX_ORDERS),
    ("whole-stack", np.linalg.norm, (normal(2, 3, 4),)),
    ("whole-keepdims", of(np.linalg.norm, keepdims=True), (normal(2, 3),)),
    ("matrix-as-vector-keepdims", of(np.linalg.norm, 1, keepdims=True), (normal(3, 2),)),
    ("number", np.linalg.norm, (np.array(-2.0),)),
    ("float32", np.linalg.norm, (normal(4, dtype=F),)),
    ("float32-3", of(np.linalg.norm, 3), (normal(4, dtype=F),)),
    ("zero-entry", np.linalg.norm, (np.array([0.0, 3.0, 4.0]),)),
    ("zero-entry-3", of(np.linalg.norm, 3), (np.array([0.0, 3.0, 4.0]),)),
    ("zero-entry-4", of(np.linalg.norm, 4), (np.array([0.0, 3.0, 4.0]),)),
    *((f"vector_norm-{p}", of(np.linalg.vector_norm, ord=p), (normal(2, 3),)) for p in (2, 1, np.inf, 3)),
    *((f"vector_norm-axes-{p}", of(np.linalg.vector_norm, axis=(0, 2), ord=p), (normal(2, 3, 2),)) for p in (2, 1, 3)),
    ("vector_norm-three-axes", of(np.linalg.vector_norm, axis=(0, 1, 2), keepdims=True), (normal(2, 3, 2),)),
    ("vector_norm-keepdims", of(np.linalg.vector_norm, keepdims=True), (normal(2, 3),)),
    ("matrix_norm", np.linalg.matrix_norm, (normal(2, 3, 4),)),
    ("matrix_norm-nuc", of(np.linalg.matrix_norm, ord="nuc", keepdims=True), (normal(2, 3, 4),)),
    *((f"cond-{p}", of(np.linalg.cond, p), (regular(3, 3),)) for p in (None, 2, -2, 1, np.inf, "fro")),
    ("cond-of-a-tall-stack", np.linalg.cond, (normal(2, 4, 3),)),
]
