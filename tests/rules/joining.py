"""Cases of np.concatenate, np.split, np.pad, np.repeat and their kin: (id, function, arguments)."""

import numpy as np

from tests.rules.draws import C, F, normal_from
from tests.rules.reductions import squared

normal = normal_from(15)

_X, _Y = normal(3, 4), normal(3, 4)
_DEEP = normal(2, 3, 4)
WIDTHS = [2, (1, 2), ((0, 3), (2, 0)), ((2, 1),), np.array([[1, 0], [5, 4]])]
PAD_MODES = ["edge", "reflect", "symmetric", "wrap", "linear_ramp", "mean", "median", "maximum", "minimum"]


def joined(function, **keywords):
    """The function of a list of its arguments."""
    return lambda *arrays: function([x * x for x in arrays], **keywords)


CASES = [
    ("concatenate", joined(np.concatenate), (_X, _Y)),
    ("concatenate-axis", joined(np.concatenate, axis=-1), (_X, normal(3, 2), normal(3, 0), _Y)),
    ("concatenate-flat", joined(np.concatenate, axis=None), (_X, normal(2))),
    ("concatenate-twice-the-same", lambda x: np.concatenate([x, x * x, x]), (_X,)),
    ("concatenate-constant", lambda x: np.concatenate((np.ones((2, 4)), x * x), 0), (_X,)),
    ("concatenate-a-list", lambda x: np.concatenate([x * x, [1.0, 2.0]]), (normal(3),)),
    ("concatenate-an-array", np.concatenate, (_DEEP,)),
    ("concatenate-dtypes", joined(np.concatenate), (normal(2, dtype=F), normal(3))),
    ("concatenate-complex", joined(np.concatenate), (normal(2, dtype=C), normal(3))),
    ("concatenate-float32", joined(np.concatenate), (normal(2, dtype=F), normal(3, dtype=F))),
    ("concatenate-to-float32", joined(np.concatenate, dtype=F), (normal(2, dtype=F), normal(3, dtype=F))),
    ("concatenate-casting", joined(np.concatenate, dtype=C, casting="safe"), (normal(2), normal(3))),
    ("stack", joined(np.stack), (_X, _Y)),
    ("stack-axis", joined(np.stack, axis=1), (_X, _Y)),
    ("stack-negative-axis", joined(np.stack, axis=-1), (_X, _Y)),
    ("stack-numbers", lambda a, b: np.stack([a, a * b, 1.0]), (0.5, 2.0)),
    ("stack-entries", lambda x: np.stack([x[0] * x[1], x[1], x[0]]), (normal(2),)),
    ("stack-dtype", joined(np.stack, dtype=C), (normal(2), normal(2))),
    ("hstack", joined(np.hstack), (_X, normal(3, 1))),
    ("hstack-vectors", joined(np.hstack), (normal(3), normal(2))),
    ("hstack-numbers", lambda a, x: np.hstack([a * a, x]), (0.7, normal(2))),
    ("vstack", joined(np.vstack), (_X, normal(4))),
    ("vstack-numbers", joined(np.vstack), (0.7, 0.2)),
    ("vstack-dtype", joined(np.vstack, dtype=C, casting="safe"), (_X, _Y)),
    ("dstack", joined(np.dstack), (_X, _Y)),
    ("dstack-vectors", joined(np.dstack), (normal(3), normal(3))),
    ("column_stack", joined(np.column_stack), (normal(3), _X)),
    ("block", lambda a, b, c, d: np.block([[a * a, b], [c, d]]),
     (normal(2, 2), normal(2, 1), normal(1, 2), normal(1, 1))),
    ("block-itself", squared(np.block), (_X,)),
    ("block-row", lambda x, y: np.block([x * x, y]), (normal(2), 0.5)),
    ("block-numbers", lambda a, x: np.block([[a * a, 1.0], [x]]), (0.5, normal(2))),
    ("block-deep", lambda x, y: np.block([[[x * x]], [[y]]]), (_DEEP, _DEEP[:1])),
    ("append", lambda x, y: np.append(x * x, y), (_X, normal(2))),
    ("append-axis", lambda x, y: np.append(x * x, y, axis=0), (_X, normal(1, 4))),
    ("append-number", lambda x: np.append(x * x, 1.0), (normal(3),)),
    ("split", squared(np.split, 2, axis=1), (_X,)),
    ("split-indices", squared(np.split, [1, 2, 9]), (_X,)),
    ("array_split", squared(np.array_split, 3, -1), (_X,)),
    ("array_split-more-than-there-are", squared(np.array_split, 5), (_X,)),
    ("hsplit", squared(np.hsplit, 2), (_X,)),
    ("hsplit-vector", squared(np.hsplit, [1]), (normal(3),)),
    ("vsplit", squared(np.vsplit, 3), (_X,)),
    ("dsplit", squared(np.dsplit, [1]), (_DEEP,)),
    *((f"pad-{mode}-{k}", squared(np.pad, width, mode), (_X,))
      for mode in ("constant", *PAD_MODES) for k, width in enumerate(WIDTHS)),
    ("pad-constants", squared(np.pad, 1, constant_values=((1.0, 2.0), (3.0, 4.0))), (_X,)),
    ("pad-column-of-widths", squared(np.pad, ((1,), (2,))), (_X,)),
    ("pad-by-nothing", squared(np.pad, 0, mode="edge"), (_X,)),
    ("pad-one-constant", squared(np.pad, 2, constant_values=3), (_X,)),
    ("pad-traced-constant", lambda x, a: np.pad(x * x, 2, constant_values=a), (_X, 0.5)),
    ("pad-traced-constants", lambda x, a: np.pad(x, ((2, 1), (0, 3)), constant_values=(a, a * a)), (_X, 0.5)),
    ("pad-nothing", squared(np.pad, 1), (normal(0, 2),)),
    ("pad-float32", squared(np.pad, 1, mode="linear_ramp", end_values=0.5), (normal(3, 4, dtype=F),)),
    ("pad-float32-constant", squared(np.pad, 1, constant_values=0.5), (normal(3, 4, dtype=F),)),
    ("pad-complex", squared(np.pad, 1, mode="linear_ramp"), (normal(3, 4, dtype=C),)),
    ("pad-reflect-odd", squared(np.pad, (2, 1), mode="reflect", reflect_type="odd"), (_X,)),
    ("pad-symmetric-odd", squared(np.pad, (2, 3), mode="symmetric", reflect_type="odd"), (_X,)),
    ("pad-ramp", squared(np.pad, ((1, 3), (0, 2)), mode="linear_ramp", end_values=((1, 2), (3, 4))), (_X,)),
    ("pad-mean-stat_length", squared(np.pad, 2, mode="mean", stat_length=((1, 2), (3, 9))), (_X,)),
    ("pad-maximum-stat_length", squared(np.pad, 2, mode="maximum", stat_length=2), (_X,)),
    ("pad-deep", squared(np.pad, ((0, 0), (1, 1), (2, 0)), mode="wrap"), (_DEEP,)),
    ("repeat", squared(np.repeat, 2), (_X,)),
    ("repeat-axis", squared(np.repeat, 3, axis=-1), (_X,)),
    ("repeat-counts", squared(np.repeat, [2, 0, 1], axis=0), (_X,)),
    ("repeat-counts-flat", squared(np.repeat, np.arange(4)), (normal(4),)),
    ("repeat-one-count", squared(np.repeat, [2], axis=1), (_X,)),
    ("repeat-never", squared(np.repeat, 0, axis=1), (_X,)),
    ("repeat-number", squared(np.repeat, 3), (0.5,)),
    ("tile", squared(np.tile, 2), (_X,)),
    ("tile-axes", squared(np.tile, (2, 3)), (_X,)),
    ("tile-new-axes", squared(np.tile, (2, 1, 3)), (normal(4),)),
    ("tile-number", squared(np.tile, (2, 3)), (0.5,)),
    ("tile-never", squared(np.tile, 0), (_X,)),
    ("resize", squared(np.resize, (5, 4)), (_X,)),
    ("resize-smaller", squared(np.resize, 5), (_X,)),
    ("resize-of-nothing", squared(np.resize, (2, 2)), (normal(0),)),
    ("insert", lambda x, v: np.insert(x * x, 1, v), (normal(4), 0.5)),
    ("insert-axis", lambda x, v: np.insert(x * x, 1, v, axis=1), (_X, normal(3))),
    ("insert-row", lambda x, v: np.insert(x * x, -1, v, axis=0), (_X, normal(4))),
    ("insert-several", lambda x, v: np.insert(x * x, [1, 1, 4], v, axis=1), (_X, normal(3, 3))),
    ("insert-several-at-one-place", lambda x, v: np.insert(x * x, [2], v), (normal(4), normal(3))),
    ("insert-columns", lambda x, v: np.insert(x, [1], v, axis=1), (_X, normal(3, 2))),
    ("insert-one-value", lambda x, v: np.insert(x * x, [0, 2], v), (normal(4), 0.5)),
    ("insert-slice", lambda x, v: np.insert(x * x, slice(0, 4, 2), v, axis=1), (_X, normal(3, 2))),
    ("insert-flat", lambda x, v: np.insert(x * x, 5, v), (_X, 0.5)),
    ("insert-into-a-list", lambda v: np.insert([1.0, 2.0], 1, v), (0.5,)),
    ("append-to-a-list", lambda v: np.append([1.0, 2.0], v), (0.5,)),
    ("delete", squared(np.delete, 5), (_X,)),
    ("delete-axis", squared(np.delete, -1, axis=1), (_X,)),
    ("delete-several", squared(np.delete, [0, 2], axis=1), (_X,)),
    ("delete-slice", squared(np.delete, slice(0, 3, 2), 0), (_X,)),
    ("delete-mask", squared(np.delete, np.array([True, False, True]), axis=0), (_X,)),
    ("trim_zeros", lambda x: np.trim_zeros(np.concatenate([np.zeros(2), x * x, np.zeros(1)])), (normal(3),)),
    ("trim_zeros-front", lambda x: np.trim_zeros(np.pad(x, 2), "f"), (normal(3),)),
    ("trim_zeros-back", lambda x: np.trim_zeros(np.pad(x, 2), "B"), (normal(3),)),
]  # fmt: skip

if np.lib.NumpyVersion(np.__version__) >= "2.2.0":
    CASES += [("pad-some-axes", squared(np.pad, {-1: (1, 2), 0: 3}, mode="edge"), (_X,))]

if hasattr(np, "unstack"):  # NumPy 2.1
    CASES += [
        ("insert-mask", lambda x, v: np.insert(x * x, np.array([True, False, True, False]), v), (normal(4), normal(2))),
        ("unstack", squared(np.unstack), (_X,)),
        ("unstack-axis", squared(np.unstack, axis=-1), (_X,)),
    ]
