"""The problems of Hock and Schittkowski with two or three variables.

A row: the number; the function of the coordinates, the start, the least value, and what there is of equations (= 0),
inequalities (>= 0), bounds and the minimiser.
"""

from __future__ import annotations

from math import log, sqrt

import numpy as np

__all__ = ["ROWS"]


def _within(low, high, n):
    return ((low, high),) * n


def _rosenbrock(a, b):
    return 100 * (b - a**2) ** 2 + (1 - a) ** 2


ROWS = {
    1: (_rosenbrock, (-2, 1), 0.0, dict(bounds=((None, None), (-1.5, None)), x=(1, 1))),
    6: (lambda a, b: (1 - a) ** 2, (-1.2, 1), 0.0, dict(equal=lambda a, b: [10 * (b - a**2)], x=(1, 1))),
    7: (
        lambda a, b: np.log(1 + a**2) - b,
        (2, 2),
        -sqrt(3),
        dict(equal=lambda a, b: [(1 + a**2) ** 2 + b**2 - 4], x=(0, sqrt(3))),
    ),
    10: (
        lambda a, b: a - b,
        (-10, 10),
        -1.0,
        dict(above=lambda a, b: [-3 * a**2 + 2 * a * b - b**2 + 1], x=(0, 1)),
    ),
    11: (lambda a, b: (a - 5) ** 2 + b**2 - 25, (4.9, 0.1), -8.498464223, dict(above=lambda a, b: [b - a**2])),
    12: (
        lambda a, b: 0.5 * a**2 + b**2 - a * b - 7 * a - 7 * b,
        (0, 0),
        -30.0,
        dict(above=lambda a, b: [25 - 4 * a**2 - b**2], x=(2, 3)),
    ),
    14: (
        lambda a, b: (a - 2) ** 2 + (b - 1) ** 2,
        (2, 2),
        9 - 2.875 * sqrt(7),
        dict(
            equal=lambda a, b: [a - 2 * b + 1],
            above=lambda a, b: [-0.25 * a**2 - b**2 + 1],
            x=(0.5 * (sqrt(7) - 1), 0.25 * (sqrt(7) + 1)),
        ),
    ),
    15: (
        _rosenbrock,
        (-2, 1),
        306.5,
        dict(above=lambda a, b: [a * b - 1, a + b**2], bounds=((None, 0.5), (None, None)), x=(0.5, 2)),
    ),
    18: (
        lambda a, b: 0.01 * a**2 + b**2,
        (2, 2),
        5.0,
        dict(
            above=lambda a, b: [a * b - 25, a**2 + b**2 - 25],
            bounds=((2, 50), (0, 50)),
            x=(sqrt(250), sqrt(2.5)),
        ),
    ),
    21: (
        lambda a, b: 0.01 * a**2 + b**2 - 100,
        (-1, -1),
        -99.96,
        dict(above=lambda a, b: [10 * a - b - 10], bounds=((2, 50), (-50, 50)), x=(2, 0)),
    ),
    22: (
        lambda a, b: (a - 2) ** 2 + (b - 1) ** 2,
        (2, 2),
        1.0,
        dict(above=lambda a, b: [2 - a - b, b - a**2], x=(1, 1)),
    ),
    23: (
        lambda a, b: a**2 + b**2,
        (3, 1),
        2.0,
        dict(
            above=lambda a, b: [a + b - 1, a**2 + b**2 - 1, 9 * a**2 + b**2 - 9, a**2 - b, b**2 - a],
            bounds=_within(-50, 50, 2),
            x=(1, 1),
        ),
    ),
    24: (
        lambda a, b: ((a - 3) ** 2 - 9) * b**3 / (27 * sqrt(3)),
        (1, 0.5),
        -1.0,
        dict(
            above=lambda a, b: [a / sqrt(3) - b, a + sqrt(3) * b, 6 - a - sqrt(3) * b],
            bounds=_within(0, None, 2),
            x=(3, sqrt(3)),
        ),
    ),
    26: (
        lambda a, b, c: (a - b) ** 2 + (b - c) ** 4,
        (-2.6, 2, 2),
        0.0,
        dict(equal=lambda a, b, c: [(1 + b**2) * a + c**4 - 3]),
    ),
    27: (
        lambda a, b, c: 0.01 * (a - 1) ** 2 + (b - a**2) ** 2,
        (2, 2, 2),
        0.04,
        dict(equal=lambda a, b, c: [a + c**2 + 1], x=(-1, 1, 0)),
    ),
    28: (
        lambda a, b, c: (a + b) ** 2 + (b + c) ** 2,
        (-4, 1, 1),
        0.0,
        dict(equal=lambda a, b, c: [a + 2 * b + 3 * c - 1], x=(0.5, -0.5, 0.5)),
    ),
    29: (
        lambda a, b, c: -a * b * c,
        (1, 1, 1),
        -16 * sqrt(2),
        dict(above=lambda a, b, c: [48 - a**2 - 2 * b**2 - 4 * c**2]),
    ),
    30: (
        lambda a, b, c: a**2 + b**2 + c**2,
        (1, 1, 1),
        1.0,
        dict(above=lambda a, b, c: [a**2 + b**2 - 1], bounds=((1, 10), (-10, 10), (-10, 10)), x=(1, 0, 0)),
    ),
    31: (
        lambda a, b, c: 9 * a**2 + b**2 + 9 * c**2,
        (1, 1, 1),
        6.0,
        dict(
            above=lambda a, b, c: [a * b - 1],
            bounds=((-10, 10), (1, 10), (-10, 1)),
            x=(1 / sqrt(3), sqrt(3), 0),
        ),
    ),
    32: (
        lambda a, b, c: (a + 3 * b + c) ** 2 + 4 * (a - b) ** 2,
        (0.1, 0.7, 0.2),
        1.0,
        dict(
            equal=lambda a, b, c: [1 - a - b - c],
            above=lambda a, b, c: [6 * b + 4 * c - a**3 - 3],
            bounds=_within(0, None, 3),
            x=(0, 0, 1),
        ),
    ),
    34: (
        lambda a, b, c: -a,
        (0, 1.05, 2.9),
        -log(log(10)),
        dict(
            above=lambda a, b, c: [b - np.exp(a), c - np.exp(b)],
            bounds=((0, 100), (0, 100), (0, 10)),
            x=(log(log(10)), log(10), 10),
        ),
    ),
    35: (
        lambda a, b, c: 9 - 8 * a - 6 * b - 4 * c + 2 * a**2 + 2 * b**2 + c**2 + 2 * a * b + 2 * a * c,
        (0.5, 0.5, 0.5),
        1 / 9,
        dict(above=lambda a, b, c: [3 - a - b - 2 * c], bounds=_within(0, None, 3), x=(4 / 3, 7 / 9, 4 / 9)),
    ),
    36: (
        lambda a, b, c: -a * b * c,
        (10, 10, 10),
        -3300.0,
        dict(above=lambda a, b, c: [72 - a - 2 * b - 2 * c], bounds=((0, 20), (0, 11), (0, 42)), x=(20, 11, 15)),
    ),
    37: (
        lambda a, b, c: -a * b * c,
        (10, 10, 10),
        -3456.0,
        dict(
            above=lambda a, b, c: [72 - a - 2 * b - 2 * c, a + 2 * b + 2 * c],
            bounds=_within(0, 42, 3),
            x=(24, 12, 12),
        ),
    ),
    60: (
        lambda a, b, c: (a - 1) ** 2 + (a - b) ** 2 + (b - c) ** 4,
        (2, 2, 2),
        0.03256820025,
        dict(equal=lambda a, b, c: [a * (1 + b**2) + c**4 - 4 - 3 * sqrt(2)], bounds=_within(-10, 10, 3)),
    ),
    61: (
        lambda a, b, c: 4 * a**2 + 2 * b**2 + 2 * c**2 - 33 * a + 16 * b - 24 * c,
        (0, 0, 0),
        -143.6461422,
        dict(equal=lambda a, b, c: [3 * a - 2 * b**2 - 7, 4 * a - c**2 - 11]),
    ),
    63: (
        lambda a, b, c: 1000 - a**2 - 2 * b**2 - c**2 - a * b - a * c,
        (2, 2, 2),
        961.7151721,
        dict(
            equal=lambda a, b, c: [8 * a + 14 * b + 7 * c - 56, a**2 + b**2 + c**2 - 25],
            bounds=_within(0, None, 3),
        ),
    ),
    64: (
        lambda a, b, c: 5 * a + 50000 / a + 20 * b + 72000 / b + 10 * c + 144000 / c,
        (1, 1, 1),
        6299.842428,
        dict(above=lambda a, b, c: [1 - 4 / a - 32 / b - 120 / c], bounds=_within(1e-5, None, 3)),
    ),
    65: (
        lambda a, b, c: (a - b) ** 2 + (a + b - 10) ** 2 / 9 + (c - 5) ** 2,
        (-5, 5, 0),
        0.9535288567,
        dict(above=lambda a, b, c: [48 - a**2 - b**2 - c**2], bounds=((-4.5, 4.5), (-4.5, 4.5), (-5, 5))),
    ),
    66: (
        lambda a, b, c: 0.2 * c - 0.8 * a,
        (0, 1.05, 2.9),
        0.5181632741,
        dict(above=lambda a, b, c: [b - np.exp(a), c - np.exp(b)], bounds=((0, 100), (0, 100), (0, 10))),
    ),
}
