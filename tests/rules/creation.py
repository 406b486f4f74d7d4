"""Cases of arrays made from traced ones: (id, function, arguments that are all differentiated)."""

import numpy as np

from autodiff import numpy as drop_in
from tests.rules.draws import C, F, normal_from

normal = normal_from(36)


def of(function, **keywords):
    return lambda start, stop: function(start, stop, **keywords)


def filled_in(make):
    """A sum of powers that are assigned to an array made empty."""

    def f(x):
        powers = make(x)
        for k in range(4):
            powers[k] = x**k
        return powers

    return f


LIKE = [
    ("zeros_like", filled_in(lambda x: np.zeros_like(x, shape=4)), (1.3,)),
    ("ones_like", filled_in(lambda x: np.ones_like(x, shape=(4, 3))), (normal(3),)),
    ("empty_like", filled_in(lambda x: np.empty_like(x, shape=(4, 3))), (normal(3),)),
    ("zeros_like-single-precision", filled_in(lambda x: np.zeros_like(x, shape=(4, 3))), (normal(3, dtype=F),)),
    ("zeros_like-dtype", lambda x: _set(np.zeros_like(x, dtype=np.float64), x * x), (normal(3, dtype=F),)),
    ("zeros_like-complex", filled_in(lambda x: np.zeros_like(x, shape=(4, 3))), (normal(3, dtype=C),)),
    ("full_like", lambda x, v: np.full_like(x, v * v) * x, (normal(2, 3), 0.7)),
    ("full_like-broadcast", lambda x, v: np.full_like(x, v * v) * x, (normal(2, 3), normal(3))),
    ("full_like-shape", lambda x, v: np.full_like(x, v * v, shape=(2, 4)), (normal(2), normal(2, 1))),
    ("full_like-dtype", lambda x, v: np.full_like(x, v * v), (normal(3, dtype=F), normal(3))),
    ("full_like-number", lambda x: np.full_like(x, 2.0) * x, (normal(3),)),
    ("full_like-is-written-to", lambda x, v: _set(np.full_like(x, v), x[0]), (normal(3), 0.7)),
]
BETWEEN = [
    ("linspace", of(np.linspace), (0.3, 1.7)),
    ("linspace-num", of(np.linspace, num=4), (normal(3), normal(2, 1))),
    ("linspace-open", of(np.linspace, num=4, endpoint=False), (0.3, 1.7)),
    ("linspace-axis", of(np.linspace, num=4, axis=-1), (normal(3), normal(2, 1))),
    ("linspace-one", of(np.linspace, num=1), (0.3, 1.7)),
    ("linspace-none", of(np.linspace, num=0), (0.3, 1.7)),
    ("linspace-step", lambda a, b: np.linspace(a, b, 5, retstep=True), (0.3, normal(2))),
    ("linspace-single-precision", of(np.linspace, num=4), (normal(3, dtype=F), normal(3, dtype=F))),
    ("linspace-dtype", of(np.linspace, num=4, dtype=C), (normal(3), normal(3))),
    ("linspace-complex", of(np.linspace, num=4), (normal(3, dtype=C), normal(3))),
    ("linspace-one-end", lambda b: np.linspace(0, b, 4), (1.7,)),
    ("logspace", of(np.logspace, num=4), (0.3, 1.7)),
    ("logspace-base", lambda a, b, base: np.logspace(a, b, 4, base=base), (0.3, 1.7, np.array([2.0, 3.0]))),
    ("logspace-axis", of(np.logspace, num=4, endpoint=False, axis=1), (normal(3), normal(3))),
    ("geomspace", of(np.geomspace, num=4), (0.3, 1.7)),
    ("geomspace-open", of(np.geomspace, num=4, endpoint=False, axis=-1), (np.array([1.0, 2.0]), np.array([8.0, 3.0]))),
    ("geomspace-negative", of(np.geomspace, num=4), (-0.3, -1.7)),
    ("geomspace-complex", of(np.geomspace, num=4), (0.3 + 0.1j, 1.7j)),
]
DROP_IN = [
    ("zeros", filled_in(lambda x: drop_in.zeros(4)), (1.3,)),
    ("ones", filled_in(lambda x: drop_in.ones((4, 3))), (normal(3),)),
    ("empty", filled_in(lambda x: drop_in.empty((4, 3), dtype=float)), (normal(3),)),
    ("full", filled_in(lambda x: drop_in.full((4, 3), 2.0)), (normal(3),)),
    ("full-traced", lambda v: drop_in.full((2, 3), v * v), (0.7,)),
    ("eye", filled_in(lambda x: drop_in.eye(4, 3)), (normal(3),)),
    ("identity", filled_in(lambda x: drop_in.identity(4)), (normal(4),)),
    ("zeros_like-plain", filled_in(lambda x: drop_in.zeros_like(np.ones((4, 3)))), (normal(3),)),
    ("array-nested", lambda x, y: drop_in.array([[x * y, 1.0], [x, [2.0, y][1]]]), (0.3, 1.7)),
    ("array-vectors", lambda x, y: drop_in.array([x * y, [1.0, 2.0, 3.0], (y[0], x[1], 5)]), (normal(3), normal(3))),
    ("array-deep", lambda x: drop_in.array([[[x]], [[x**2]], [[1]]]), (0.3,)),
    ("array-dtype", lambda x: drop_in.array([x, x * x], dtype=complex), (normal(3),)),
    ("array-of-traced", lambda x: drop_in.array(x) * drop_in.asarray(x), (normal(3),)),
    ("array-ndmin", lambda x: drop_in.array([x, x * x], ndmin=3), (0.7,)),
    ("ascontiguousarray", lambda x: drop_in.ascontiguousarray(x.T) * drop_in.asfortranarray(x.T), (normal(2, 3),)),
    ("matrix", lambda t: drop_in.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]) @ np.ones(2), (0.3,)),
]


def _set(array, value):
    array[...] = value
    return array


CASES = [
    (f"{group}-{name}", f, args)
    for group, cases in [("like", LIKE), ("between", BETWEEN), ("drop-in", DROP_IN)]
    for name, f, args in cases
]
