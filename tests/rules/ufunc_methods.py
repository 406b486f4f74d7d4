"""Cases of ufuncs with keywords and of their methods: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import F, normal_from

normal = normal_from(35)
X, Y = normal(3, 4), normal(3, 4)
POSITIVE = np.exp(normal(3, 4))
CUBE = normal(2, 3, 4)
MASK = np.array([[True, False, True, False], [False, False, True, True], [True, True, False, False]])
BINARY = [
    np.add, np.subtract, np.multiply, np.divide, np.power, np.maximum, np.minimum, np.fmax, np.fmin, np.hypot,
    np.logaddexp, np.logaddexp2, np.arctan2,
]  # fmt: skip
REORDERABLE = [
    np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.hypot, np.logaddexp, np.logaddexp2
]  # fmt: skip


def into(ufunc, **keywords):
    """The ufunc with out= an array made like x, in which the mask leaves what was there."""

    def f(x, *others):
        out = np.zeros_like(x)
        out += np.sin(x)
        assert ufunc(x, *others, out=out, **keywords) is out
        return out

    return f


def of(method, *arguments, **keywords):
    return lambda x: method(x * x, *arguments, **keywords)


def added_at(ufunc, indices):
    def f(x, v):
        y = x * x
        assert ufunc.at(y, indices, np.sin(v)) is None
        return y

    return f


CALL = [
    ("out", into(np.exp), (X,)),
    ("out-of-two", into(np.multiply), (X, Y)),
    ("out-broadcast", into(np.multiply), (X, normal(4))),
    ("out-larger", lambda x, v: into(lambda x, v, **kw: np.exp(v, **kw))(x, v), (X, normal(4))),
    ("out-is-input", lambda x: _in_place(x * x), (X,)),
    ("out-tuple", lambda x: np.sin(x * x, out=(np.zeros_like(x),)), (X,)),
    ("out-matmul", lambda x, y: np.matmul(x, y, out=np.zeros_like(x, shape=(3, 3))), (X, normal(4, 3))),
    ("out-several", lambda x: _both_parts(0.1 * x * x + 5.3), (X,)),
    ("out-None", lambda x: np.exp(x, out=None), (X,)),
    ("where", into(np.exp, where=MASK), (X,)),
    ("where-broadcast", into(np.multiply, where=MASK[:, :1]), (X, normal(4))),
    ("where-number", into(np.multiply, where=MASK), (X, 0.7)),
    ("where-from-values", lambda x: np.sqrt(x, out=np.zeros_like(x), where=x > 0), (X,)),
    ("where-True", into(np.exp, where=True), (X,)),
    ("dtype", lambda x, y: np.multiply(x, y, dtype=np.float64), (normal(3, dtype=F), normal(3, dtype=F))),
    ("dtype-complex", lambda x: np.sqrt(x * x, dtype=complex), (X,)),
    ("in-place-operator", lambda x: _doubled(x * x), (X,)),
]
REDUCE = [
    *(
        (f"{ufunc.__name__}-{axis}-{keepdims}", of(ufunc.reduce, axis=axis, keepdims=keepdims), (CUBE,))
        for ufunc in REORDERABLE
        for axis, keepdims in [(0, False), (-1, True), (None, False), ((0, 2), True), ((2, 0), False)]
    ),
    *(
        (f"{ufunc.__name__}-0", lambda x, ufunc=ufunc: ufunc.reduce(x, axis=0), (POSITIVE,))
        for ufunc in BINARY
        if ufunc not in REORDERABLE
    ),
    ("default-axis", of(np.add.reduce), (CUBE,)),
    ("positional-axis", of(np.logaddexp.reduce, 1), (CUBE,)),
    ("initial", of(np.add.reduce, axis=0, initial=2.0), (X,)),
    ("initial-of-fold", of(np.hypot.reduce, axis=0, initial=2.0), (X,)),
    ("initial-of-vector", of(np.subtract.reduce, initial=2.0), (normal(4),)),
    ("where", of(np.multiply.reduce, axis=1, where=MASK), (X,)),
    ("where-initial", of(np.maximum.reduce, axis=1, where=MASK, initial=-1.0), (X,)),
    ("dtype", of(np.add.reduce, dtype=np.float64), (normal(3, 2, dtype=F),)),
    ("out", lambda x: np.add.reduce(x * x, axis=1, out=np.zeros_like(x, shape=3)), (X,)),
    ("one-entry", of(np.divide.reduce), (normal(1),)),
    ("long", of(np.logaddexp.reduce), (normal(101),)),
    ("single-precision", of(np.logaddexp.reduce), (normal(5, dtype=F),)),
]
ACCUMULATE = [
    *(
        (f"{ufunc.__name__}-{axis}", lambda x, ufunc=ufunc, axis=axis: ufunc.accumulate(x, axis=axis), (POSITIVE,))
        for ufunc in BINARY
        for axis in (0, -1)
    ),
    ("default-axis", of(np.multiply.accumulate), (CUBE,)),
    ("dtype", of(np.add.accumulate, dtype=np.float64), (normal(3, 2, dtype=F),)),
    ("out", lambda x: np.add.accumulate(x * x, axis=1, out=np.zeros_like(x)), (X,)),
    ("long", of(np.logaddexp.accumulate), (normal(37),)),
    ("empty", of(np.maximum.accumulate), (normal(0, 3),)),
]
REDUCEAT = [
    ("add", of(np.add.reduceat, [0, 3, 7]), (normal(9),)),
    ("add-not-ascending", of(np.add.reduceat, [4, 1, 1, 6, 0]), (normal(9),)),
    ("add-0", of(np.add.reduceat, [0, 2], axis=0), (CUBE.reshape(4, 6),)),
    ("add-negative-axis", of(np.add.reduceat, np.array([1, 3, 0]), axis=-1), (CUBE,)),
    ("add-dtype", of(np.add.reduceat, [0, 2], dtype=np.float64), (normal(4, dtype=F),)),
    ("multiply", of(np.multiply.reduceat, [4, 1, 1, 6, 0]), (normal(9),)),
    ("maximum", of(np.maximum.reduceat, [0, 2], axis=1), (CUBE,)),
    ("logaddexp", of(np.logaddexp.reduceat, [0, 2], axis=-1), (CUBE,)),
]
OUTER = [
    *((f"{ufunc.__name__}", ufunc.outer, (np.exp(normal(3)), np.exp(normal(2, 2)))) for ufunc in BINARY),
    ("number", np.subtract.outer, (0.7, normal(3))),
    ("constant", lambda x: np.multiply.outer(np.arange(1.0, 4.0), x**2), (normal(2),)),
    ("list", lambda x: np.multiply.outer([1.0, 2.0], x**2), (normal(2),)),
    ("out", lambda x: np.multiply.outer(x, x, out=np.zeros_like(x, shape=(3, 3))), (normal(3),)),
]
AT = [
    ("add-repeated", added_at(np.add, [0, 2, 2, 1, 2]), (normal(4), normal(5))),
    ("subtract-repeated", added_at(np.subtract, [0, 2, 2, 1, 2]), (normal(4), normal(5))),
    ("add-pairs", added_at(np.add, ([0, 2, 0], [1, 1, 1])), (X, normal(3))),
    ("add-rows", added_at(np.add, [1, 1, 0]), (X, normal(3, 4))),
    ("add-broadcast", added_at(np.add, [1, 1, 0]), (X, normal(4))),
    ("add-number", added_at(np.add, [1, 1, 0]), (normal(4), 0.7)),
    ("add-mask", added_at(np.add, MASK), (X, normal(6))),
    ("add-slice", added_at(np.add, slice(1, None)), (X, normal(2, 4))),
    ("add-to-constant", lambda v: _sums(v, np.array([0, 2, 2, 1])), (normal(4),)),
    ("add-a-constant", lambda x: added_at(np.add, [0, 0, 1])(x, np.ones(3)), (normal(4),)),
]


def _in_place(x):
    np.multiply(x, x, out=x)
    return x


def _doubled(x):
    x *= 2
    x += np.sin(x)
    return x


def _both_parts(x):
    fraction, whole = np.modf(x, out=(np.zeros_like(x), None))
    return fraction**2 * whole


def _sums(v, groups):
    sums = np.zeros_like(v, shape=3)
    np.add.at(sums, groups, v * v)
    return sums


CASES = [
    (f"{group}-{name}", f, args)
    for group, cases in [
        ("call", CALL),
        ("reduce", REDUCE),
        ("accumulate", ACCUMULATE),
        ("reduceat", REDUCEAT),
        ("outer", OUTER),
        ("at", AT),
    ]
    for name, f, args in cases
]
