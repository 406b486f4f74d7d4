"""Cases of sorting and of what rests on it: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from

normal = normal_from(32)
X = normal(3, 4)
REPEATED = np.array([2.0, -1.0, 3.0, 0.5, -2.0])[[0, 1, 1, 2, 0, 3, 4, 4]]


def repeated(f):
    """A function of an array in which values are equal, which stay equal where x changes."""
    return lambda x: f(x[[0, 1, 1, 2, 0, 3, 4, 4]] ** 3)


def pairs(f):
    return lambda x, y: f(x**3, np.sin(y))


CASES = [
    *((f"sort-{axis}", lambda x, axis=axis: np.sort(x**3, axis=axis), (X,)) for axis in (0, 1, -1, None)),
    *(
        (f"sort-{kind}", lambda x, kind=kind: np.sort(x**3, kind=kind), (X,))
        for kind in ("heapsort", "mergesort", "stable")
    ),
    ("sort-stable-keyword", lambda x: np.sort(x**3, stable=True), (X,)),
    ("sort-three-axes", lambda x: np.sort(x**3, axis=1), (normal(2, 3, 4),)),
    ("sort-method", lambda x: _sorted_in_place(x**3), (X,)),
    ("sort-complex", lambda x: np.sort(x**3), (normal(5, dtype=C),)),
    ("sort_complex", lambda x: np.sort_complex(x**3), (normal(5),)),
    ("sort-single-precision", lambda x: np.sort(x**3), (normal(3, 4, dtype=F),)),
    ("sort-empty", lambda x: np.sort(x**3), (normal(3, 0),)),
    ("sort-one", lambda x: np.sort(x**3), (normal(1),)),
    *((f"partition-{kth}", lambda x, kth=kth: np.partition(x**3, kth), (normal(3, 6),)) for kth in (0, 2, -1, [1, 4])),
    ("partition-0", lambda x: np.partition(x**3, 1, axis=0), (X,)),
    ("partition-None", lambda x: np.partition(x**3, 5, axis=None, kind="introselect"), (X,)),
    ("unique", repeated(np.unique), (normal(5),)),
    ("unique-with-more", repeated(lambda x: np.unique(x, True, True, True)[0]), (normal(5),)),
    ("unique-axis", lambda x: np.unique(x[[1, 0, 1]] ** 3, axis=0), (normal(2, 3),)),
    ("unique-axis-1", lambda x: np.unique(x[:, [1, 0, 1]] ** 3, axis=1), (normal(3, 2),)),
    ("unique_values", repeated(np.unique_values), (normal(5),)),
    ("unique_all", repeated(lambda x: np.unique_all(x).values), (normal(5),)),
    ("unique_counts", repeated(lambda x: np.unique_counts(x).values), (normal(5),)),
    ("unique_inverse", repeated(lambda x: np.unique_inverse(x).values), (normal(2, 5)[0],)),
    ("union1d", pairs(np.union1d), (normal(2, 2), normal(3))),
    ("union1d-overlapping", lambda x: np.union1d(x[:3] ** 3, x[1:] ** 3), (normal(5),)),
    ("intersect1d", lambda x: np.intersect1d(x[:3] ** 3, x[1:] ** 3), (normal(5),)),
    ("intersect1d-indices", lambda x: np.intersect1d(x[:3] ** 3, x[1:] ** 3, return_indices=True)[0], (normal(5),)),
    ("setdiff1d", lambda x: np.setdiff1d(x[:4] ** 3, x[2:] ** 2), (normal(6),)),
    ("setdiff1d-unique", lambda x: np.setdiff1d(x[:4] ** 3, x[2:] ** 3, assume_unique=True), (normal(6),)),
    ("setxor1d", lambda x: np.setxor1d(x[:4] ** 3, x[2:] ** 3), (normal(6),)),
    ("setxor1d-unique", lambda x: np.setxor1d(x[:4] ** 3, x[2:] ** 3, assume_unique=True), (normal(6),)),
]


def _sorted_in_place(x):
    y = x * 1.0
    y.sort(axis=0)
    return y
