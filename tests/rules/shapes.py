"""Cases of np.reshape, np.transpose, np.roll and their kin: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from
from tests.rules.reductions import squared

normal = normal_from(20)

_X = normal(3, 4)
_DEEP = normal(2, 3, 4)

CASES = [
    ("reshape", squared(np.reshape, (2, 6)), (_X,)),
    ("reshape-unknown", squared(np.reshape, (2, -1)), (_X,)),
    ("reshape-number", squared(np.reshape, -1), (_X,)),
    ("reshape-F", squared(np.reshape, (2, 6), order="F"), (_X,)),
    ("reshape-A", lambda x: np.reshape((x * x).T, (2, 6), order="A"), (_X,)),
    ("reshape-of-a-number", squared(np.reshape, (1, 1)), (0.7,)),
    ("reshape-to-a-number", squared(np.reshape, ()), (normal(1, 1),)),
    ("reshape-of-nothing", squared(np.reshape, (3, 0, 2)), (normal(0, 3),)),
    ("reshape-method", lambda x: (x * x).reshape(2, 6), (_X,)),
    ("reshape-complex", squared(np.reshape, (2, 6)), (normal(3, 4, dtype=C),)),
    ("reshape-float32", squared(np.reshape, (2, 6)), (normal(3, 4, dtype=F),)),
    ("ravel", squared(np.ravel), (_X,)),
    ("ravel-F", squared(np.ravel, "F"), (_X,)),
    ("ravel-A", lambda x: np.ravel((x * x).T, order="A"), (_X,)),
    ("ravel-K", lambda x: np.ravel(np.transpose(x * x, (1, 2, 0)), order="K"), (_DEEP,)),
    ("ravel-K-reversed", lambda x: np.ravel((x * x)[::-1].T, order="K"), (_X,)),
    ("flatten", lambda x: (x * x).flatten("F"), (_X,)),
    ("transpose", squared(np.transpose), (_X,)),
    ("transpose-axes", squared(np.transpose, (2, 0, 1)), (_DEEP,)),
    ("transpose-negative-axes", squared(np.transpose, axes=(-1, 0, -2)), (_DEEP,)),
    ("transpose-method", lambda x: (x * x).transpose(1, 2, 0), (_DEEP,)),
    ("T", lambda x: (x * x).T, (_DEEP,)),
    ("permute_dims", squared(np.permute_dims, (1, 2, 0)), (_DEEP,)),
    ("matrix_transpose", squared(np.matrix_transpose), (_DEEP,)),
    ("swapaxes", squared(np.swapaxes, 0, -1), (_DEEP,)),
    ("moveaxis", squared(np.moveaxis, 0, -1), (_DEEP,)),
    ("moveaxis-several", squared(np.moveaxis, (0, -1), (1, 0)), (_DEEP,)),
    *((f"rollaxis-{axis}-{start}", squared(np.rollaxis, axis, start), (_DEEP,))
      for axis in (0, 1, -1) for start in (0, 1, 3, -1)),
    ("expand_dims", squared(np.expand_dims, 1), (_X,)),
    ("expand_dims-several", squared(np.expand_dims, axis=(0, -1)), (_X,)),
    ("squeeze", squared(np.squeeze), (normal(1, 3, 1),)),
    ("squeeze-axis", squared(np.squeeze, axis=-1), (normal(1, 3, 1),)),
    ("squeeze-axes", squared(np.squeeze, (0, 2)), (normal(1, 3, 1),)),
    ("broadcast_to", squared(np.broadcast_to, (2, 3, 4)), (_X,)),
    ("broadcast_to-stretched", squared(np.broadcast_to, shape=(2, 3, 4)), (normal(3, 1),)),
    ("broadcast_to-number", squared(np.broadcast_to, (2, 3)), (0.7,)),
    ("broadcast_to-nothing", squared(np.broadcast_to, (0, 3)), (normal(3),)),
    ("broadcast_to-float32", squared(np.broadcast_to, (2, 3)), (normal(3, dtype=F),)),
    ("broadcast_arrays", lambda x, y: np.broadcast_arrays(x * x, y), (normal(3, 1), normal(4))),
    ("broadcast_arrays-constant", lambda x: np.broadcast_arrays(x * x, np.ones((2, 1)), 1.0), (normal(4),)),
    ("broadcast_arrays-list", lambda x: np.broadcast_arrays(x * x, [1.0, 2.0]), (normal(2),)),
    ("atleast_1d", squared(np.atleast_1d), (0.7,)),
    ("atleast_1d-several", lambda x, y: np.atleast_1d(x * x, y, 2.0), (0.7, _X)),
    ("atleast_2d-number", squared(np.atleast_2d), (0.7,)),
    ("atleast_2d-vector", squared(np.atleast_2d), (normal(3),)),
    ("atleast_2d-matrix", squared(np.atleast_2d), (_X,)),
    ("atleast_3d-number", squared(np.atleast_3d), (0.7,)),
    ("atleast_3d-vector", squared(np.atleast_3d), (normal(3),)),
    ("atleast_3d-matrix", squared(np.atleast_3d), (_X,)),
    ("meshgrid", lambda x, y: np.meshgrid(x * x, y), (normal(3), normal(2))),
    ("meshgrid-ij", lambda x, y, z: np.meshgrid(x, y * y, z, indexing="ij"), (normal(3), normal(2), normal(4))),
    ("meshgrid-xy-3", lambda x, y, z: np.meshgrid(x, y * y, z), (normal(3), normal(2), normal(4))),
    ("meshgrid-sparse", lambda x, y: np.meshgrid(x * x, y, sparse=True), (normal(3), normal(2))),
    ("meshgrid-number", lambda x, y: np.meshgrid(x * x, y, copy=False), (0.7, normal(2))),
    ("meshgrid-one", lambda x: np.meshgrid(x * x), (normal(3),)),
    ("flip", squared(np.flip), (_X,)),
    ("flip-axis", squared(np.flip, 1), (_X,)),
    ("flip-axes", squared(np.flip, axis=(0, 2)), (_DEEP,)),
    ("fliplr", squared(np.fliplr), (_X,)),
    ("flipud", squared(np.flipud), (_X,)),
    ("rot90", squared(np.rot90), (_X,)),
    ("rot90-thrice", squared(np.rot90, 3), (_X,)),
    ("rot90-axes", squared(np.rot90, k=-1, axes=(2, 0)), (_DEEP,)),
    ("roll", squared(np.roll, 5), (_X,)),
    ("roll-axis", squared(np.roll, -1, axis=1), (_X,)),
    ("roll-axes", squared(np.roll, (1, 2), (0, 1)), (_X,)),
    ("tril", squared(np.tril), (_X,)),
    ("tril-below", squared(np.tril, -1), (_DEEP,)),
    ("triu", squared(np.triu, k=1), (_DEEP,)),
    ("copy", squared(np.copy), (_X,)),
    ("unchanged-by-swapping-twice", lambda x: np.swapaxes(np.swapaxes(x * x, 0, 1), 0, 1), (_X,)),
]  # fmt: skip

if hasattr(np, "unstack"):  # NumPy 2.1
    CASES += [
        ("reshape-keyword", squared(np.reshape, shape=(4, 3)), (_X,)),
        ("reshape-copy", squared(np.reshape, (2, 6), copy=True), (_X,)),
        ("reshape-without-copy", squared(np.reshape, (2, 6), copy=False), (_X,)),
        ("astype", squared(np.astype, np.float64), (normal(3, dtype=F),)),
        ("astype-itself", squared(np.astype, np.float64, copy=False), (normal(3),)),
        ("astype-complex", squared(np.astype, complex), (normal(3),)),
    ]
