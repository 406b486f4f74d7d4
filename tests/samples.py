"""Calls of every function and keyword that the tables of tests/rules do not have, so that together they have all.

SAMPLES     differentiable calls, as in those tables: (id, function, arguments)
CONSTANTS   functions whose result has no derivative, with arguments to call them with
REFUSED     keywords that are declared for their default alone: anything else is an UnsupportedError
NO_EFFECT   keywords on which no derivative depends
"""

import numpy as np

X = np.array([[0.3, -1.2, 2.1], [0.8, 1.7, -0.4]])
S = np.array([[2.0, 0.3, -0.1], [0.3, 1.5, 0.4], [-0.1, 0.4, 1.1]])
V = np.array([0.7, -0.2, 1.9, 0.4])
W = np.array([0.5, 1.0, 2.0, 0.25])
HOLE = np.array([False, True, False, False])
MASK = np.array([[True, False, True], [True, True, False]])


def of(function, *rest, **keywords):
    return lambda x: function(x, *rest, **keywords)


def squared(function, *rest, **keywords):
    return lambda x: function(x * x, *rest, **keywords)


def with_hole(function, *rest, **keywords):
    return lambda x: function(np.where(HOLE, np.nan, x * x), *rest, **keywords)


def into(function, *rest, **keywords):
    """The result written into an array that is created traced."""
    return lambda x: function(x, *rest, out=np.zeros_like(function(x, *rest, **keywords)), **keywords)


def into_of_two(function, **keywords):
    return lambda x, y: function(x, y, out=np.zeros_like(function(x, y, **keywords)), **keywords)


SAMPLES = [
    # out=
    *[
        (f"{function.__name__}-out", into(function), (X,))
        for function in (np.max, np.min, np.ptp, np.var, np.std, np.median, np.trace, np.nanmin, np.nanmax, np.nanprod)
    ],
    *[
        (f"{function.__name__}-out", into(function, axis=0), (X,))
        for function in (np.nanmean, np.nanvar, np.nanstd, np.nanmedian, np.nancumsum, np.nancumprod, np.cumulative_sum)
    ],
    *[
        (f"{function.__name__}-out", into(function, 0.3, axis=1), (X,))
        for function in (np.quantile, np.nanquantile)
    ],
    *[
        (f"{function.__name__}-out", into(function, 30.0, axis=1), (X,))
        for function in (np.percentile, np.nanpercentile)
    ],
    ("cumulative_prod-out", into(np.cumulative_prod, axis=1), (X,)),
    ("clip-out", into(np.clip, -1.0, 1.0), (X,)),
    ("take-out", into(np.take, [1, 0, 1]), (V,)),
    ("dot-out", into_of_two(np.dot), (X, S)),
    ("outer-out", into_of_two(np.outer), (V, W)),
    ("stack-out", lambda x: np.stack([x, 2 * x], out=np.zeros_like(np.stack([x, x]))), (X,)),
    ("concatenate-out", lambda x: np.concatenate([x, 2 * x], out=np.zeros_like(np.concatenate([x, x]))), (X,)),
    ("einsum-out", lambda x: np.einsum("ij->j", x * x, out=np.zeros_like(x[0])), (X,)),
    ("choose-out", lambda x: np.choose([0, 1, 1], [x[0], x[1]], out=np.zeros_like(x[0])), (X,)),
    ("multi_dot-out", lambda x, s: np.linalg.multi_dot([x, s, s], out=np.zeros_like(x)), (X, S)),
    # dtype= and casting=
    ("stack-casting", lambda x: np.stack([x, x * x], dtype=np.float32, casting="unsafe"), (X.astype(np.float32),)),
    ("hstack-dtype", lambda x: np.hstack([x, x * x], dtype=np.float64, casting="safe"), (X.astype(np.float32),)),
    ("ones_like-dtype", lambda x: x * np.ones_like(x, dtype=np.float64), (X.astype(np.float32),)),
    ("empty_like-dtype", lambda x: x * 0 * np.empty_like(x, dtype=complex).real, (0 * X,)),
    ("full_like-dtype", lambda x: np.full_like(x, x[0, 0] ** 2, dtype=np.float64), (X,)),
    ("logspace-dtype", lambda x: np.logspace(x[0], x[1], 4, dtype=np.float64), (V,)),
    ("geomspace-dtype", lambda x: np.geomspace(x[0], x[3], 4, dtype=np.float64), (W,)),
    ("linalg.trace-dtype", squared(np.linalg.trace, dtype=np.float64), (S.astype(np.float32),)),
    ("cumulative_sum-dtype", squared(np.cumulative_sum, dtype=np.float64), (V.astype(np.float32),)),
    ("corrcoef-dtype", squared(np.corrcoef, dtype=np.float64), (X,)),
    ("nanprod-keywords", with_hole(np.nanprod, axis=0, dtype=float, keepdims=True, initial=2.0, where=~HOLE), (V,)),
    ("nanmean-dtype", with_hole(np.nanmean, dtype=np.float64), (V,)),
    ("nancumsum-dtype", with_hole(np.nancumsum, dtype=np.float64), (V,)),
    ("nancumprod-keywords", with_hole(np.nancumprod, axis=0, dtype=np.float64), (V,)),
    ("nanvar-keywords", with_hole(np.nanvar, dtype=float, correction=1, where=~HOLE), (V,)),
    ("nanvar-mean", lambda x: np.nanvar(x * x, axis=0, mean=np.nanmean(x * x, axis=0, keepdims=True)), (V,)),
    ("nanstd-keywords", with_hole(np.nanstd, axis=0, dtype=float, ddof=1, keepdims=True), (V,)),
    ("nanstd-mean", lambda x: np.nanstd(x * x, axis=0, mean=np.nanmean(x * x, axis=0, keepdims=True)), (V,)),
    # others
    ("amax-keywords", squared(np.amax, axis=1, keepdims=True, initial=-9.0, where=MASK), (X,)),
    ("amax-out", into(np.amax), (X,)),
    ("amin-out", into(np.amin), (X,)),
    ("add-reduceat-out", into(np.add.reduceat, [0, 2]), (V,)),
    ("linalg-cross-axis", lambda x, y: np.linalg.cross(x, y, axis=0), (S, S[::-1] + 1)),
    ("percentile-keywords", squared(np.percentile, 40.0, axis=1, method="hazen", keepdims=True), (X,)),
    ("nanpercentile-keywords", squared(np.nanpercentile, 40.0, axis=1, method="hazen", keepdims=True), (X,)),
    ("amin-keywords", squared(np.amin, axis=0, keepdims=True, initial=9.0, where=MASK), (X,)),
    ("nanmax-keepdims", with_hole(np.nanmax, keepdims=True), (V,)),
    ("nanmin-keywords", with_hole(np.nanmin, initial=9.0, where=~HOLE), (V,)),
    ("clip-min-max", squared(np.clip, min=0.3, max=1.5), (X,)),
    ("cross-axis", lambda x, y: np.cross(x, y, axis=0), (S, S[::-1] + 1)),
    ("copyto-casting", lambda x: _copied(x * x, casting="same_kind"), (X,)),
    ("histogram-range", lambda w: np.histogram(V, 3, (0.0, 2.0), weights=w * w)[0], (W,)),
    ("histogram_bin_edges-weights", lambda x: np.histogram_bin_edges(x * x, 3, weights=W), (V,)),
    ("trim_zeros-axis", lambda x: np.trim_zeros(x * HOLE, axis=0), (V,)),
    ("intersect1d-assume_unique", lambda x: np.intersect1d(x, x[::-1], assume_unique=True) ** 2, (V,)),
    ("apply_along_axis", lambda x: np.apply_along_axis(lambda row: row * row[0], 1, x), (X,)),
    ("apply_over_axes", lambda x: np.apply_over_axes(np.sum, x * x, [0, 1]), (X,)),
    ("around", lambda x: x * np.around(x), (X,)),
]  # fmt: skip


def _copied(x, **keywords):
    out = np.zeros_like(x)
    np.copyto(out, x, **keywords)
    return out


# -- functions without derivatives, with arguments, of which the arrays of floats are traced ---------------------------

_QUESTIONS = [
    np.isneginf,
    np.isposinf,
    np.isreal,
    np.iscomplex,
    np.isrealobj,
    np.iscomplexobj,
    np.shape,
    np.ndim,
    np.size,
]
_POSITIONS = [np.argmax, np.argmin, np.nanargmax, np.nanargmin, np.argsort, np.argwhere, np.nonzero, np.flatnonzero]
_OF_PAIRS = [np.isclose, np.allclose, np.array_equal, np.array_equiv]
_OF_MEMORY = [np.shares_memory, np.may_share_memory]
_TEXT = [np.array2string, np.array_repr, np.array_str]
_TYPES = [np.result_type, np.min_scalar_type, np.common_type]
_STEPS = [np.around, np.round, np.fix]
_OF_SQUARES = [np.diag_indices_from, np.tril_indices_from, np.triu_indices_from, np.linalg.matrix_rank]

CONSTANTS = {
    **dict.fromkeys([np.all, np.any, np.count_nonzero, *_QUESTIONS, *_POSITIONS, *_TEXT, *_TYPES, *_STEPS], (X,)),
    **dict.fromkeys(_OF_PAIRS, (X, X)),
    **dict.fromkeys(_OF_MEMORY, (X, S)),
    **dict.fromkeys(_OF_SQUARES, (S,)),
    np.argpartition: (V, 2),
    np.searchsorted: (np.sort(V), W),
    np.digitize: (V, np.sort(W)),
    np.isin: (V, W),
    np.lexsort: ((V, W),),
    np.can_cast: (V.dtype, np.float32),
    np.ix_: (HOLE, HOLE),
    np.unravel_index: (5, (2, 3)),
    np.ravel_multi_index: ((1, 2), (2, 3)),
    np.packbits: (HOLE,),
    np.einsum_path: ("ij,jk", X, S),
}

# -- keywords ----------------------------------------------------------------------------------------------------------

NO_EFFECT = {"subok", "device", "overwrite_input"}
"""They say how NumPy is to go about it, not what."""

NO_EFFECT_THERE = {
    (f, "order") for f in (np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.copy, "__call__")
}
"""The order in memory of what is made."""

REFUSED = {
    (np.einsum, "dtype"): lambda x: np.einsum("ij->", x, dtype=np.float32),
    (np.einsum, "order"): lambda x: np.einsum("ij->", x, order="F"),
    (np.einsum, "casting"): lambda x: np.einsum("ij->", x, casting="no"),
    ("__call__", "casting"): lambda x: np.add(x, 1.0, casting="no"),
    (np.partition, "order"): lambda x: np.partition(x, 1, order="name"),
    **{
        (function, "weights"): lambda x, f=function: f(x, 0.3, method="inverted_cdf", weights=np.ones((2, 3)))
        for function in (np.quantile, np.nanquantile, np.percentile, np.nanpercentile)
    },
}
"""Declared to be refused by an error of their own."""

OLD_NAMES = {(np.reshape, "newshape")}
"""Which NumPy itself gives up: a DeprecationWarning."""
