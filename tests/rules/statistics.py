"""Cases of np.var, np.average, np.cov, np.median and their kin: (id, function, arguments)."""

import numpy as np

from tests.rules.draws import C, F, normal_from
from tests.rules.reductions import MASK, of, squared, with_holes

normal = normal_from(21)

_X = normal(3, 4)
_LONG = normal(3, 7)
_WEIGHTS = np.array([0.5, 1.0, 2.0, 0.7])
_COUNTS = np.array([1, 3, 2, 1])
AXES = [None, 0, -1, (0, 2), (0, 1, 2)]
METHODS = [
    "linear", "hazen", "weibull", "median_unbiased", "normal_unbiased", "interpolated_inverted_cdf", "lower", "higher",
    "nearest", "midpoint",
]  # fmt: skip

CASES = [
    *(
        (f"{f.__name__}-{axis}-{keepdims}", of(f, axis=axis, keepdims=keepdims), (normal(3, 2, 4),))
        for f in (np.var, np.std, np.median, np.average)
        for axis in AXES
        for keepdims in (False, True)
    ),
    *(
        (f"{f.__name__}-{name}", of(f, **keywords), (_X,))
        for f in (np.var, np.std)
        for name, keywords in [
            ("ddof", {"axis": 0, "ddof": 1}),
            ("ddof-fraction", {"axis": 0, "ddof": 1.5}),
            ("correction", {"axis": 1, "correction": 1}),
            ("where", {"axis": 1, "where": MASK}),
            ("where-keepdims", {"axis": 0, "where": MASK, "keepdims": True}),
            ("where-all", {"where": MASK, "ddof": 1}),
            ("mean", {"axis": 1, "mean": normal(3, 1)}),
            ("mean-where-ddof", {"axis": 0, "mean": normal(4), "where": MASK, "ddof": 0.5}),
        ]
    ),
    *(
        (f"{f.__name__}-{name}", of(f, axis=0, **keywords), (x,))
        for f in (np.var, np.std)
        for name, keywords, x in [
            ("float32", {}, normal(3, 4, dtype=F)),
            ("float32-ddof", {"ddof": 1}, normal(3, 4, dtype=F)),
            ("dtype", {"dtype": np.float64}, normal(3, 4, dtype=F)),
            ("complex", {}, normal(3, 4, dtype=C)),
            ("complex-where", {"where": MASK, "keepdims": True}, normal(3, 4, dtype=C)),
            ("complex-mean", {"mean": normal(4, dtype=C)}, normal(3, 4, dtype=C)),
            ("to-nothing", {}, normal(3, 0)),
        ]
    ),
    ("var-traced-mean", lambda x, m: np.var(x, axis=1, mean=m), (_X, normal(3, 1))),
    ("std-of-its-mean", lambda x: np.std(x, axis=1, mean=np.mean(x, axis=1, keepdims=True)), (_X,)),
    ("std-of-two", np.std, (normal(2),)),
    ("std-of-a-constant-row", of(np.std, axis=1), (np.array([[1.0, 2.0, 4.0], [-1.0, 0.5, 3.0]]),)),
    ("average-weights", lambda x, w: np.average(x, axis=1, weights=w), (_X, _WEIGHTS)),
    ("average-weights-whole", lambda x, w: np.average(x, weights=w), (_X, normal(3, 4) ** 2)),
    ("average-weights-of-axes", lambda x, w: np.average(x, (2, 0), w), (normal(3, 2, 4), normal(4, 3) ** 2)),
    ("average-of-constants", lambda w: np.average(np.arange(4), weights=w), (_WEIGHTS,)),
    ("average-returned", of(np.average, axis=0, returned=True), (_X,)),
    ("average-returned-weights", lambda x, w: np.average(x, axis=1, weights=w, returned=True), (_X, _WEIGHTS)),
    ("average-keepdims", lambda x, w: np.average(x, 1, w, keepdims=True), (_X, _WEIGHTS)),
    ("average-float32", of(np.average, axis=0), (normal(3, 4, dtype=F),)),
    ("cov", np.cov, (_X,)),
    ("cov-columns", of(np.cov, rowvar=False), (_X,)),
    ("cov-vector", np.cov, (normal(5),)),
    ("cov-two", lambda x, y: np.cov(x, y), (_X, normal(2, 4))),
    ("cov-two-vectors", lambda x, y: np.cov(x, y, rowvar=False), (normal(4), normal(4))),
    ("cov-bias", of(np.cov, bias=True), (_X,)),
    ("cov-ddof", of(np.cov, ddof=0), (_X,)),
    ("cov-aweights", lambda x, w: np.cov(x, aweights=w), (_X, _WEIGHTS)),
    ("cov-fweights", of(np.cov, fweights=_COUNTS), (_X,)),
    ("cov-both-weights", lambda x, w: np.cov(x, fweights=_COUNTS, aweights=w), (_X, _WEIGHTS)),
    ("cov-complex", np.cov, (normal(3, 4, dtype=C),)),
    ("cov-of-float32", np.cov, (normal(3, 4, dtype=F),)),
    ("cov-of-float32-and-float64", lambda x, y: np.cov(x, y), (normal(3, 4, dtype=F), normal(1, 4))),
    ("cov-float32", of(np.cov, dtype=np.float64), (normal(3, 4, dtype=F),)),
    ("corrcoef", np.corrcoef, (_X,)),
    ("corrcoef-two", lambda x, y: np.corrcoef(x, y), (normal(4), normal(4))),
    ("corrcoef-complex", np.corrcoef, (normal(3, 4, dtype=C),)),
    ("corrcoef-columns", of(np.corrcoef, rowvar=False), (normal(5, 2),)),
    ("median-even", of(np.median, axis=1), (normal(3, 6),)),
    ("median-overwrite", of(np.median, overwrite_input=True), (normal(5),)),
    ("median-float32", of(np.median, axis=1), (normal(3, 6, dtype=F),)),
    ("median-of-one", np.median, (normal(1),)),
    ("nanmedian", with_holes(np.nanmedian, axis=0), (_X,)),
    ("nanmedian-rows", with_holes(np.nanmedian, axis=1, keepdims=True), (_X,)),
    ("nanmedian-all", with_holes(np.nanmedian), (_X,)),
    ("nanmedian-without-nan", squared(np.nanmedian, axis=0), (_X,)),
    *((f"quantile-{m}", of(np.quantile, [0.0, 0.13, 0.5, 0.77, 1.0], axis=1, method=m), (_LONG,)) for m in METHODS),
    ("quantile-number", of(np.quantile, 0.3), (_LONG,)),
    ("quantile-matrix", of(np.quantile, np.array([[0.1, 0.2, 0.9], [0.0, 1.0, 0.5]]), axis=0), (_LONG,)),
    ("quantile-keepdims", of(np.quantile, 0.3, axis=(0, 2), keepdims=True), (normal(3, 2, 4),)),
    ("quantile-keepdims-all", of(np.quantile, [0.3, 0.4], keepdims=True), (_LONG,)),
    ("quantile-traced-q", lambda x, q: np.quantile(x, q, axis=1), (_LONG, np.array([0.13, 0.55, 0.9]))),
    ("quantile-traced-q-hazen", lambda x, q: np.quantile(x, q, method="hazen"), (_LONG, 0.61)),
    ("quantile-float32", of(np.quantile, 0.3, axis=1), (normal(3, 7, dtype=F),)),
    ("quantile-float32-array", of(np.quantile, np.array([0.3])), (normal(5, dtype=F),)),
    ("quantile-of-one", of(np.quantile, [0.0, 0.3, 1.0]), (normal(1),)),
    ("percentile", of(np.percentile, [10, 50, 95], axis=-1), (_LONG,)),
    ("percentile-number", of(np.percentile, 30), (_LONG,)),
    ("percentile-float32", of(np.percentile, 30), (normal(5, dtype=F),)),
    ("percentile-traced", lambda x, q: np.percentile(x, q), (normal(9), 31.0)),
    ("nanquantile", with_holes(np.nanquantile, [0.2, 0.9], axis=0), (_X,)),
    ("nanquantile-rows", with_holes(np.nanquantile, 0.4, axis=1, keepdims=True, method="hazen"), (_X,)),
    ("nanpercentile", with_holes(np.nanpercentile, 70, axis=1), (_X,)),
    ("nanpercentile-without-nan", squared(np.nanpercentile, [70, 10]), (_X,)),
]  # fmt: skip
