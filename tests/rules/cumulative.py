"""Cases of np.cumsum, np.diff, np.gradient and their kin: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from
from tests.rules.reductions import ZEROS, of, squared

normal = normal_from(10)

_X = normal(3, 4)
_UNEVEN = np.array([0.0, 0.5, 0.8, 2.0])

CASES = [
    ("cumsum", squared(np.cumsum), (_X,)),
    ("cumsum-axis", squared(np.cumsum, axis=0), (_X,)),
    ("cumsum-negative-axis", squared(np.cumsum, -1), (_X,)),
    ("cumsum-dtype", squared(np.cumsum, 0, np.float64), (normal(3, 2, dtype=F),)),
    ("cumsum-float32", squared(np.cumsum, axis=1), (normal(3, 2, dtype=F),)),
    ("cumsum-complex", squared(np.cumsum, axis=1), (normal(3, 2, dtype=C),)),
    ("cumsum-of-nothing", squared(np.cumsum, axis=0), (normal(0, 3),)),
    ("cumsum-method", lambda x: (x * x).cumsum(1), (_X,)),
    ("cumprod", np.cumprod, (_X,)),
    ("cumprod-axis", of(np.cumprod, axis=0), (_X,)),
    ("cumprod-zeros", of(np.cumprod, axis=1), (ZEROS,)),
    ("cumprod-zeros-flat", np.cumprod, (ZEROS[1:],)),
    ("cumprod-long", np.cumprod, (1 + 0.1 * normal(37),)),
    ("cumprod-of-one", np.cumprod, (normal(1),)),
    ("cumprod-of-nothing", of(np.cumprod, axis=0), (normal(0, 3),)),
    ("cumprod-float32", of(np.cumprod, axis=-1), (normal(3, 4, dtype=F),)),
    ("cumprod-dtype", of(np.cumprod, axis=-1, dtype=complex), (normal(3, 4),)),
    ("cumprod-complex", of(np.cumprod, axis=-1), (normal(3, 4, dtype=C),)),
    ("diff", squared(np.diff), (_X,)),
    ("diff-axis", squared(np.diff, 1, 0), (_X,)),
    ("diff-twice", squared(np.diff, n=2), (_X,)),
    ("diff-thrice", squared(np.diff, n=3, axis=-1), (_X,)),
    ("diff-to-nothing", squared(np.diff, n=4), (_X,)),
    ("diff-too-often", squared(np.diff, n=7, axis=1), (_X,)),
    ("diff-none", squared(np.diff, n=0), (_X,)),
    ("diff-prepend", lambda x, a: np.diff(x * x, prepend=a), (_X, 0.5)),
    ("diff-append", lambda x, a: np.diff(x * x, axis=0, append=a), (_X, normal(2, 4))),
    ("diff-prepend-append", squared(np.diff, n=2, prepend=1.0, append=2.0), (_X,)),
    ("diff-complex", squared(np.diff), (normal(3, dtype=C),)),
    ("diff-float32", squared(np.diff), (normal(3, dtype=F),)),
    ("diff-of-a-list", lambda a: np.diff([1.0, 3.0], prepend=a), (0.5,)),
    ("ediff1d-of-a-list", lambda a: np.ediff1d([1.0, 3.0], to_end=a), (0.5,)),
    ("ediff1d", squared(np.ediff1d), (_X,)),
    ("ediff1d-ends", lambda x, a, b: np.ediff1d(x * x, to_end=a, to_begin=b), (normal(4), normal(2), 0.5)),
    ("ediff1d-of-nothing", squared(np.ediff1d), (normal(0),)),
    ("gradient", squared(np.gradient), (_X,)),
    ("gradient-axis", squared(np.gradient, axis=-1), (_X,)),
    ("gradient-axes", squared(np.gradient, 0.5, axis=(1, 0)), (_X,)),
    ("gradient-edge-order", squared(np.gradient, edge_order=2), (_X,)),
    ("gradient-spacing", lambda x, h: np.gradient(x, h, edge_order=2), (normal(5), 0.3)),
    ("gradient-spacings", lambda x, h, k: np.gradient(x, h, k), (_X, 0.3, 0.2)),
    ("gradient-uneven", lambda x, t: np.gradient(x, t, axis=1), (_X, _UNEVEN)),
    ("gradient-uneven-edge-order", lambda x, t: np.gradient(x, 2.0, t, edge_order=2), (_X, _UNEVEN)),
    ("gradient-of-two", squared(np.gradient), (normal(2),)),
    ("gradient-float32", squared(np.gradient, 0.5), (normal(4, dtype=F),)),
    ("gradient-of-integers", lambda h: np.gradient(np.array([1, 4, 9]), h), (0.5,)),
    ("gradient-complex", squared(np.gradient), (normal(4, dtype=C),)),
    ("trapezoid", squared(np.trapezoid), (_X,)),
    ("trapezoid-dx", lambda y, h: np.trapezoid(y, dx=h, axis=0), (_X, 0.5)),
    ("trapezoid-x", lambda y, x: np.trapezoid(y, x), (_X, _UNEVEN)),
    ("trapezoid-x-axis", lambda y, x: np.trapezoid(y, x, axis=0), (_X, _UNEVEN[:3])),
    ("trapezoid-x-whole", lambda y, x: np.trapezoid(y, x, axis=0), (_X, normal(3, 4))),
    ("trapezoid-of-a-list", lambda x: np.trapezoid([1.0, 3.0, 2.0], x), (normal(3),)),
    ("trapezoid-float32", squared(np.trapezoid), (normal(3, 4, dtype=F),)),
]  # fmt: skip

if hasattr(np, "cumulative_sum"):
    CASES += [
        ("cumulative_sum", squared(np.cumulative_sum), (normal(4),)),
        ("cumulative_sum-initial", squared(np.cumulative_sum, axis=0, include_initial=True), (_X,)),
        ("cumulative_prod", of(np.cumulative_prod, axis=1), (ZEROS,)),
        ("cumulative_prod-initial", of(np.cumulative_prod, axis=1, include_initial=True), (ZEROS,)),
        ("cumulative_prod-dtype", of(np.cumulative_prod, dtype=float), (normal(3, dtype=F),)),
    ]
