"""Cases of np.convolve, np.polyval, np.interp and their kin: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import C, F, normal_from

normal = normal_from(18)

LENGTHS = [(5, 3), (5, 2), (3, 5), (2, 5), (4, 4), (4, 1)]
KNOTS = np.array([-1.0, 0.2, 0.7, 2.0])
INSIDE = np.array([[0.1, 0.5, 1.9], [-0.9, 0.3, 1.2]])
BEYOND = np.array([-2.0, -0.5, 0.4, 1.0, 3.0])


def in_mode(function, mode):
    return lambda a, v: function(a, v, mode)


CASES = [
    *(
        (f"{function.__name__}-{mode}-{m}-{n}", in_mode(function, mode), (normal(m), normal(n)))
        for function in (np.convolve, np.correlate)
        for mode in ("full", "same", "valid")
        for m, n in LENGTHS
    ),
    ("convolve-default", np.convolve, (normal(4), normal(2))),
    ("convolve-number", np.convolve, (normal(4), normal())),
    ("convolve-complex", in_mode(np.convolve, "same"), (normal(4, dtype=C), normal(3, dtype=C))),
    ("convolve-float32", in_mode(np.convolve, "valid"), (normal(4, dtype=F), normal(3, dtype=F))),
    ("correlate-default", np.correlate, (normal(4), normal(2))),
    ("correlate-complex", in_mode(np.correlate, "same"), (normal(4, dtype=C), normal(3, dtype=C))),
    ("correlate-complex-swapped", in_mode(np.correlate, "full"), (normal(2, dtype=C), normal(3, dtype=C))),
    ("polyval", np.polyval, (normal(4), normal(2, 3))),
    ("polyval-number", np.polyval, (normal(4), normal())),
    ("polyval-constant", np.polyval, (normal(1), normal(3))),
    ("polyval-list", lambda x, a: np.polyval([1.0, a, 3.0], x), (normal(3), 0.5)),
    ("polyval-poly1d", lambda x: np.polyval(np.poly1d([1.0, 2.0, 3.0]), x), (normal(3),)),
    ("polyval-at-zero", np.polyval, (normal(4), np.zeros(2))),
    ("polyval-complex", np.polyval, (normal(3, dtype=C), normal(2, dtype=C))),
    ("vander", np.vander, (normal(3),)),
    ("vander-at-zero", lambda x: np.vander(x, 4, increasing=True), (np.array([0.0, 1.0, -2.0]),)),
    ("vander-short", lambda x: np.vander(x, N=2), (normal(3),)),
    ("vander-float32", np.vander, (normal(3, dtype=F),)),
    ("interp", np.interp, (INSIDE, KNOTS, normal(4))),
    ("interp-number", np.interp, (0.3, KNOTS, normal(4))),
    ("interp-beyond", np.interp, (BEYOND, KNOTS, normal(4))),
    ("interp-left-right", lambda x, f, a, b: np.interp(x, KNOTS, f, left=a, right=b), (BEYOND, normal(4), 2.0, 3.0)),
    ("interp-period", lambda x, xp, f: np.interp(x, xp, f, period=2.5), (BEYOND + 0.05, KNOTS, normal(4))),
    ("interp-complex", np.interp, (INSIDE, KNOTS, normal(4, dtype=C))),
    ("interp-one-point", np.interp, (BEYOND, normal(1), normal(1))),
    ("interp-lists", lambda x: np.interp(x, [0, 1, 2], [1, 3, 2]), (np.array([0.3, 1.2]),)),
]
