"""Cases of picking out, putting back and counting: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from

normal = normal_from(33)
X, V = normal(3, 4), normal(3, 4)
INDICES = np.array([[0, 2, 2], [1, 0, 2]])
ALONG = np.array([[3, 1], [0, 0], [2, -1]])
HOLES = np.array([[True, False, True, False], [False, False, True, True], [True, True, False, False]])


def of(function, *arguments, **keywords):
    return lambda x: function(x * x, *arguments, **keywords)


def written(function, *arguments, **keywords):
    """A function that writes v to a copy of x: function(copy, *arguments, v)."""

    def f(x, v):
        y = x * x
        assert function(y, *arguments, np.sin(v), **keywords) is None
        return y

    return f


def filled(x, v, wrap=False):
    y = x * x
    np.fill_diagonal(y, np.sin(v), wrap=wrap)
    return y


TAKE = [
    *((f"{axis}", of(np.take, INDICES, axis=axis), (X,)) for axis in (None, 0, 1, -1)),
    ("number", of(np.take, 5), (X,)),
    ("number-of-axis", of(np.take, -2, axis=1), (X,)),
    ("number-of-zero-dimensions", of(np.take, np.array(1), axis=0), (X,)),
    ("list", of(np.take, [0, 0, -1], axis=0), (X,)),
    ("wrap", of(np.take, [7, -5, 3], mode="wrap", axis=1), (X,)),
    ("clip", of(np.take, [7, -5, 3], mode="clip", axis=1), (X,)),
    ("booleans", of(np.take, [True, False, True]), (normal(4),)),
    ("none", of(np.take, np.zeros((0, 2), int), axis=1), (X,)),
    ("of-empty", of(np.take, np.zeros(0, int), axis=1), (normal(3, 0),)),
    ("single-precision", of(np.take, INDICES), (normal(5, dtype=F),)),
    ("complex", of(np.take, INDICES), (normal(5, dtype=C),)),
    ("method", lambda x: (x * x).take([1, 1], axis=0), (X,)),
]
ALONG_AXIS = [
    ("1", of(np.take_along_axis, ALONG, axis=1), (X,)),
    ("negative", of(np.take_along_axis, ALONG, -1), (X,)),
    ("0", of(np.take_along_axis, ALONG.T[:, :1], axis=0), (normal(4, 1),)),
    ("broadcast", of(np.take_along_axis, np.array([[1], [0]]), axis=0), (X,)),
    ("broadcast-array", of(np.take_along_axis, ALONG, axis=1), (normal(1, 4),)),
    ("None", of(np.take_along_axis, np.array([3, 3, 0]), None), (X,)),
    ("three-axes", of(np.take_along_axis, INDICES[:, :, None], axis=1), (normal(2, 3, 2),)),
]
PICK = [
    ("compress", lambda x: np.compress([True, False, True], x * x), (X,)),
    ("compress-axis", lambda x: np.compress([True, False, True], x * x, axis=0), (X,)),
    ("compress-short", lambda x: np.compress([False, True], x * x, axis=1), (X,)),
    ("compress-method", lambda x: (x * x).compress([True, False, True], axis=-2), (X,)),
    ("extract", lambda x: np.extract(HOLES, x * x), (X,)),
    ("extract-from-values", lambda x: np.extract(x > 0, x * x), (X,)),
]
PUT = [
    ("put_along_axis", lambda x, v: _put_along(x, v, ALONG[:, :1], 1), (X, normal(3, 1))),
    ("put_along_axis-broadcast", lambda x, v: _put_along(x, v, ALONG, -1), (X, normal(3, 1))),
    ("put_along_axis-None", lambda x, v: _put_along(x, v, np.array([3, 5, -1]), None), (X, normal(3))),
    ("put", written(np.put, [0, 5, -1]), (X, normal(3))),
    ("put-repeated-values", written(np.put, [0, 5, -1, 3]), (X, normal(3))),
    ("put-number", written(np.put, [0, 5, -1]), (X, 0.7)),
    ("put-twice", written(np.put, [0, 5, 0]), (X, normal(3))),
    ("put-wrap", written(np.put, [25, -13], mode="wrap"), (X, normal(2))),
    ("put-clip", lambda x, v: _put(x, v, [25, -13], "clip"), (X, normal(2))),
    ("fill_diagonal", filled, (normal(3, 3), normal(3))),
    ("fill_diagonal-number", filled, (normal(3, 3), 0.7)),
    ("fill_diagonal-wide", filled, (normal(2, 5), normal(2))),
    ("fill_diagonal-tall", filled, (normal(7, 3), normal(2))),
    ("fill_diagonal-tall-wrap", lambda x, v: filled(x, v, wrap=True), (normal(9, 3), normal(4))),
    ("fill_diagonal-three-axes", filled, (normal(3, 3, 3), normal(3))),
    ("place", written(np.place, HOLES), (X, normal(6))),
    ("place-too-few", written(np.place, HOLES), (X, normal(4))),
    ("place-too-many", written(np.place, HOLES), (X, normal(3, 3))),
    ("putmask", written(np.putmask, HOLES), (X, V)),
    ("putmask-too-few", written(np.putmask, HOLES), (X, normal(5))),
    ("copyto", written(np.copyto), (X, V)),
    ("copyto-broadcast", written(np.copyto), (X, normal(3, 1))),
    ("copyto-where", lambda x, v: _copied(x, v, where=HOLES), (X, normal(4))),
    ("copyto-where-broadcast", lambda x, v: _copied(x, v, where=HOLES[:1]), (X, normal(3, 1))),
    ("copyto-single-precision", written(np.copyto), (normal(3, 4, dtype=F), normal(3, 4))),
]
NUMBERS = np.array([0, 3, 3, 1, 0, 3])
EDGES = np.array([-1.0, -0.3, 0.2, 1.1])
DATA = np.array([-0.9, -0.31, 0.1, 0.15, 0.7, 1.0, 5.0, -4.0])
COUNT = [
    ("bincount", lambda w: np.bincount(NUMBERS, w * w), (normal(6),)),
    ("bincount-minlength", lambda w: np.bincount(NUMBERS, weights=w * w, minlength=7), (normal(6),)),
    ("bincount-single-precision", lambda w: np.bincount(NUMBERS, w * w), (normal(6, dtype=F),)),
    ("histogram-weights", lambda w: np.histogram(DATA, EDGES, weights=w * w)[0], (normal(8),)),
    ("histogram-weights-density", lambda w: np.histogram(DATA, EDGES, weights=w * w, density=True)[0], (normal(8),)),
    ("histogram-edges", lambda x: np.histogram(x**3, 4)[1], (DATA,)),
    ("histogram-density", lambda x: np.histogram(x, 4, density=True)[0], (DATA,)),
    ("histogram-density-edges", lambda e: np.histogram(DATA, e, density=True)[0], (EDGES,)),
    ("histogram-range", lambda a, b: np.histogram_bin_edges(DATA * a, 3, (a, b)), (-1.0, 2.0)),
    ("histogram-rule", lambda x: np.histogram_bin_edges(x**3, "sturges"), (DATA,)),
]


def _put(x, v, places, mode):
    y = x * x
    np.put(y, places, np.sin(v), mode=mode)
    return y


def _put_along(x, v, indices, axis):
    y = x * x
    np.put_along_axis(y, indices, np.sin(v), axis)
    return y


def _copied(x, v, **keywords):
    y = x * x
    np.copyto(y, np.sin(v), **keywords)
    return y


CASES = [
    (f"{group}-{name}", f, args)
    for group, cases in [("take", TAKE), ("along", ALONG_AXIS), ("pick", PICK), ("put", PUT), ("count", COUNT)]
    for name, f, args in cases
]
