"""Cases of np.sum and its kin: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from

normal = normal_from(19)

MASK = np.array([[True, False, True, True], [False, True, True, False], [True, True, False, False]])
ZEROS = np.array([[2.0, 0.0, 3.0, -1.0], [0.0, 0.0, 1.5, 2.0], [1.0, -2.0, 0.5, 3.0]])
HOLES = np.array([[False, False, True, False], [True, False, False, False], [False, False, True, False]])


def of(function, *arguments, **keywords):
    return lambda x: function(x, *arguments, **keywords)


def squared(function, *arguments, **keywords):
    """A linear function made to have second derivatives."""
    return lambda x: function(x * x, *arguments, **keywords)


def with_holes(function, *arguments, **keywords):
    """The function of x with nan in some places."""
    return lambda x: function(np.where(HOLES, np.nan, x), *arguments, **keywords)


def keywords_of_all(name, f, x):
    """Every axis and keepdims, for a function that reduces an array of three axes."""
    axes = [None, 0, 1, -1, (0, 2), (-1, 0), (0, 1, 2), ()]
    for axis in axes if name != "ptp" else axes[:-1]:
        for keepdims in (False, True):
            yield f"{name}-{axis}-{keepdims}", squared(f, axis=axis, keepdims=keepdims), (x,)


_X = normal(3, 4)
_DISTINCT = np.array([0.3, -1.0, 1.9, 0.5, -0.2, 1.1, 0.9, -2.1, 0.1, 1.7, -0.6, 0.8]).reshape(2, 3, 2)

CASES = [
    *(
        case
        for function in (np.sum, np.mean, np.max, np.min, np.prod, np.ptp)
        for case in keywords_of_all(function.__name__, function, _DISTINCT)
    ),
    ("sum-positional", squared(np.sum, 0, float), (_X,)),
    ("sum-of-a-number", squared(np.sum), (0.7,)),
    ("sum-where", squared(np.sum, axis=1, where=MASK), (_X,)),
    ("sum-where-broadcast", squared(np.sum, axis=0, where=MASK[0]), (_X,)),
    ("sum-where-all", squared(np.sum, where=MASK, keepdims=True), (_X,)),
    ("sum-initial", squared(np.sum, axis=0, initial=2.5), (_X,)),
    ("sum-initial-traced", lambda x, a: np.sum(x, axis=0, initial=a), (_X, 0.5)),
    ("sum-of-nothing", squared(np.sum, axis=0), (normal(0, 3),)),
    ("sum-to-nothing", squared(np.sum, axis=1), (normal(0, 3),)),
    ("sum-float32", squared(np.sum, axis=0), (normal(3, 4, dtype=F),)),
    ("sum-float32-in-float64", squared(np.sum, axis=0, dtype=np.float64), (normal(3, 4, dtype=F),)),
    ("sum-complex", squared(np.sum, axis=0), (normal(3, 4, dtype=C),)),
    ("sum-to-complex", squared(np.sum, dtype=complex), (_X,)),
    ("sum-method", lambda x: (x * x).sum(1, keepdims=True), (_X,)),
    ("mean-where", squared(np.mean, axis=1, where=MASK), (_X,)),
    ("mean-where-keepdims", squared(np.mean, axis=0, where=MASK, keepdims=True), (_X,)),
    ("mean-where-all", squared(np.mean, where=MASK), (_X,)),
    ("mean-to-nothing", squared(np.mean, axis=1), (normal(0, 3),)),
    ("mean-of-a-number", squared(np.mean), (0.7,)),
    ("mean-float32", squared(np.mean, axis=-1), (normal(3, 4, dtype=F),)),
    ("mean-dtype", squared(np.mean, dtype=np.float64), (normal(3, 4, dtype=F),)),
    ("mean-complex", squared(np.mean, axis=1), (normal(3, 4, dtype=C),)),
    ("max-where", squared(np.max, axis=1, where=MASK, initial=-9.0), (_X,)),
    ("max-initial-chosen", squared(np.max, axis=0, initial=9.0), (_X,)),
    ("max-initial-sometimes-chosen", of(np.max, axis=1, initial=0.95), (_DISTINCT[0],)),
    ("max-of-nothing", squared(np.max, axis=0, initial=1.0), (normal(0, 3),)),
    ("max-float32", squared(np.max, axis=0), (normal(3, 4, dtype=F),)),
    ("max-complex", squared(np.max, axis=0), (normal(3, 4, dtype=C),)),
    ("max-of-a-number", squared(np.max), (0.7,)),
    ("amin", of(np.amin, 1), (_X,)),
    ("min-where", of(np.min, axis=0, where=MASK, initial=9.0, keepdims=True), (_X,)),
    ("ptp-method-free", of(np.ptp, axis=-1), (_X,)),
    ("prod-with-zeros", of(np.prod, axis=1), (ZEROS,)),
    ("prod-with-one-zero", np.prod, (ZEROS[0],)),
    ("prod-of-all-with-zeros", of(np.prod, axis=(0, 1), keepdims=True), (ZEROS[::2],)),
    ("prod-where", of(np.prod, axis=0, where=MASK), (ZEROS,)),
    ("prod-initial", of(np.prod, axis=0, initial=3.0), (_X,)),
    ("prod-initial-traced", lambda x, a: np.prod(x, axis=0, initial=a), (_X, 0.5)),
    ("prod-of-one", of(np.prod, axis=1), (normal(3, 1),)),
    ("prod-of-nothing", of(np.prod, axis=0), (normal(0, 3),)),
    ("prod-float32", of(np.prod, axis=0), (normal(3, 4, dtype=F),)),
    ("prod-dtype", of(np.prod, axis=0, dtype=np.float64), (normal(3, 4, dtype=F),)),
    ("prod-complex", of(np.prod, axis=0), (normal(3, 4, dtype=C),)),
    ("nansum", with_holes(np.nansum, axis=0), (_X,)),
    ("nansum-keywords", with_holes(np.nansum, 1, None, None, True, 2.0, MASK), (_X,)),
    ("nansum-without-nan", squared(np.nansum, axis=(0, 1)), (_X,)),
    ("nanprod", with_holes(np.nanprod, axis=0), (_X,)),
    ("nanmean", with_holes(np.nanmean, axis=0), (_X,)),
    ("nanmean-where", with_holes(np.nanmean, axis=1, where=MASK, keepdims=True), (_X,)),
    ("nanmax", with_holes(np.nanmax, axis=0), (_X,)),
    ("nanmin", with_holes(np.nanmin, axis=1, keepdims=True), (_X,)),
    ("nanmax-where", with_holes(np.nanmax, axis=1, where=MASK, initial=-9.0), (_X,)),
    ("nancumsum", with_holes(np.nancumsum, axis=1), (_X,)),
    ("nancumprod", with_holes(np.nancumprod), (_X,)),
    ("nanvar", with_holes(np.nanvar, axis=1, ddof=1), (_X,)),
    ("nanvar-keepdims", with_holes(np.nanvar, axis=0, keepdims=True), (_X,)),
    ("nanstd", with_holes(np.nanstd, axis=(0, 1)), (_X,)),
    ("nanstd-where", with_holes(np.nanstd, axis=1, where=MASK | HOLES, correction=0.5), (_X,)),
]  # fmt: skip
