"""Cases of choosing between values: (id, function, arguments that are all differentiated)."""

import numpy as np

from tests.rules.draws import normal_from

normal = normal_from(31)
MASK = np.array([[True, False, True], [False, False, True]])
NUMBERS = np.array([[0, 2, 1], [2, 0, 0]])


def where(condition):
    return lambda x, y: np.where(condition, x, y)


WHERE = [
    ("same-shapes", where(MASK), (normal(2, 3), normal(2, 3))),
    ("row-and-column", where(MASK), (normal(3), normal(2, 1))),
    ("number-and-array", where(MASK), (0.7, normal(2, 3))),
    ("mask-is-smaller", where(MASK[0]), (normal(4, 2, 3), normal(2, 1))),
    ("mask-is-larger", where(MASK), (0.7, -0.3)),
    ("mask-of-one", where(True), (normal(3), normal(2, 1))),
    ("numbers", where(False), (0.7, -0.3)),
    ("constant-first", lambda y: np.where(MASK, 1.0, y**2), (normal(3),)),
    ("constant-second", lambda x: np.where(MASK, x**2, np.ones((2, 3))), (normal(3),)),
    ("single-precision", where(MASK), (normal(2, 3, dtype=np.float32), normal(2, 3, dtype=np.float32))),
    ("mixed-precision", where(MASK), (normal(2, 3, dtype=np.float32), normal(2, 3))),
    ("single-precision-and-number", lambda x: np.where(MASK, x * x, 0.0), (normal(2, 3, dtype=np.float32),)),
    ("single-precision-in-double", lambda x: np.where(MASK, x * x, np.ones(3)), (normal(2, 3, dtype=np.float32),)),
    ("complex", where(MASK), (normal(2, 3, dtype=complex), normal(2, 3, dtype=complex))),
    ("real-and-complex", where(MASK), (normal(2, 3), normal(2, 3, dtype=complex))),
    ("condition-from-values", lambda x: np.where(x > 0, x**2, np.sin(x)), (normal(2, 3),)),
    ("condition-of-numbers", lambda x, y: np.where(x - np.abs(x), x * y, y), (normal(2, 3), normal(2, 3))),
    ("empty", where(np.zeros((0, 3), bool)), (normal(3), normal(0, 1))),
]
SELECT = [
    ("two", lambda x, y: np.select([MASK, ~MASK], [x**2, x * y], 5.0), (normal(2, 3), normal(2, 3))),
    ("default", lambda x, y: np.select([MASK, MASK[0]], [x, 2.0], y), (normal(2, 3), normal(3))),
    ("first-wins", lambda x, y: np.select([MASK, MASK], [x, y]), (normal(2, 3), normal(2, 3))),
    ("from-values", lambda x: np.select([x < 0, x < 1], [x**2, np.exp(x)], x), (normal(2, 3),)),
    ("single-precision", lambda x: np.select([MASK, ~MASK], [1.0, x * x]), (normal(2, 3, dtype=np.float32),)),
    ("mixed-precision", lambda x, y: np.select([MASK, ~MASK], [x, y]), (normal(2, 3, dtype=np.float32), normal(3))),
]
CHOOSE = [
    ("lists", lambda x, y: np.choose(NUMBERS, [x, y, x * y]), (normal(2, 3), normal(2, 1))),
    ("array", lambda x: np.choose(NUMBERS, x**2), (normal(3, 2, 3),)),
    ("rows", lambda x: np.choose([2, 0, 1], x), (normal(3, 3),)),
    ("wrap", lambda x, y: np.choose(NUMBERS - 4, [x, y], mode="wrap"), (normal(2, 3), normal(3))),
    ("clip", lambda x, y: np.choose(NUMBERS - 1, [x, y], mode="clip"), (normal(2, 3), normal(3))),
    ("one", lambda x: np.choose(0 * NUMBERS, [x]), (normal(3),)),
]
CLIP = [
    ("numbers", lambda x: np.clip(x, -0.4, 0.6), (normal(4, 3),)),
    ("below-only", lambda x: np.clip(x, -0.4, None), (normal(4, 3),)),
    ("above-only", lambda x: np.clip(x, None, 0.6), (normal(4, 3),)),
    ("traced-below-only", lambda x, a: np.clip(x, a, None), (normal(4, 3), normal(3))),
    ("keywords", lambda x: np.clip(x, a_min=-0.4, a_max=0.6), (normal(4, 3),)),
    ("bounds-traced", lambda x, a, b: np.clip(x, a, b), (normal(4, 3), normal(3) - 0.7, normal(4, 1) + 0.7)),
    ("only-bounds-traced", lambda a, b: np.clip(np.linspace(-2, 2, 6), a, b), (-0.7, normal(6) + 1.5)),
    ("only-low-traced", lambda a: np.clip(0.5, a, 2.0) * a, (0.7,)),
    ("number", lambda x: np.clip(x, 0.0, 1.0) * x, (0.7,)),
    ("bounds-in-wrong-order", lambda x, a, b: np.clip(x, a, b), (normal(4), normal(4) + 3, normal(4) - 3)),
    ("single-precision", lambda x: np.clip(x, -0.4, 0.6) * x, (normal(4, 3, dtype=np.float32),)),
    ("integer-bounds", lambda x: np.clip(3 * x, -1, 1), (normal(4, 3),)),
    ("method", lambda x: (x * x).clip(0.2, 0.9), (normal(4, 3),)),
    ("method-of-plain", lambda a, b: np.linspace(-2, 2, 6).clip(a, b), (-0.7, 0.9)),
    ("method-of-plain-below", lambda a: np.linspace(-2, 2, 6).clip(a), (-0.7,)),
    ("empty", lambda x: np.clip(x, 0.0, 1.0), (normal(0, 3),)),
]
X = np.array([-1.3, -0.2, 0.4, 1.7, 2.9])
PIECEWISE = [
    ("functions", lambda x: np.piecewise(x, [x < 0, x > 1], [np.exp, np.sin]), (X,)),
    ("otherwise", lambda x: np.piecewise(x, [x < 0, x > 1], [np.exp, np.sin, lambda x: x**2]), (X,)),
    ("numbers", lambda x: np.piecewise(x, [x < 0, x > 1], [-1.0, np.sin, 3.0]), (X,)),
    ("one-condition", lambda x: np.piecewise(x, x < 0, [np.exp, np.sin]), (X,)),
    ("arguments", lambda x, a: np.piecewise(x, [x < 0], [lambda x, a: a * x, lambda x, a: x**2], a), (X, 2.0)),
    ("keyword", lambda x: np.piecewise(x, [x < 0], [lambda x, a: a * x, lambda x, a: x**2], a=2.0), (X,)),
    ("overlapping", lambda x: np.piecewise(x, [x < 2, x < 1], [np.exp, np.sin]), (X,)),
    ("two-dimensions", lambda x: np.piecewise(x, [x < 0], [np.exp, np.sin]), (normal(2, 3),)),
    ("number", lambda x: np.piecewise(x, [x < 0, x >= 0], [np.exp, np.sin]), (0.7,)),
    ("zero-dimensions", lambda x: np.piecewise(x, [x < 0, x >= 0], [np.exp, np.sin]), (np.array(-0.7),)),
]
CASES = [
    (f"{group}-{name}", f, args)
    for group, cases in [
        ("where", WHERE),
        ("select", SELECT),
        ("choose", CHOOSE),
        ("clip", CLIP),
        ("piecewise", PIECEWISE),
    ]
    for name, f, args in cases
]
