"""The problems of Hock and Schittkowski with four to ten variables.

A row: the number; the function of the coordinates, the start, the least value, and what there is of equations (= 0),
inequalities (>= 0), bounds and the minimiser.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

__all__ = ["ROWS"]


def _within(low, high, n):
    return ((low, high),) * n


def _suzuki(a, b, c, d):
    return [
        8 - a**2 - b**2 - c**2 - d**2 - a + b - c + d,
        10 - a**2 - 2 * b**2 - c**2 - 2 * d**2 + a + d,
        5 - 2 * a**2 - b**2 - c**2 - 2 * a + b + d,
    ]


def _powell(a, b, c, d, e):
    return [a**2 + b**2 + c**2 + d**2 + e**2 - 10, b * c - 5 * d * e, a**3 + b**3 + 1]


def _linear_of_five(a, b, c, d, e):
    return [a + 3 * b, c + d - 2 * e, b - e]


def _feed(a, b, c, d):
    deviation = (0.28 * a**2 + 0.19 * b**2 + 20.5 * c**2 + 0.62 * d**2) ** 0.5
    return [
        2.3 * a + 5.6 * b + 11.1 * c + 1.3 * d - 5,
        12 * a + 11.9 * b + 41.8 * c + 52.1 * d - 21 - 1.645 * deviation,
    ]


def _seven(a, b, c, d, e, f, g):
    return (
        (a - 10) ** 2 + 5 * (b - 12) ** 2 + c**4 + 3 * (d - 11) ** 2 + 10 * e**6 + 7 * f**2 + g**4
        - 4 * f * g - 10 * f - 8 * g
    )  # fmt: skip


def _around_seven(a, b, c, d, e, f, g):
    return [
        127 - 2 * a**2 - 3 * b**4 - c - 4 * d**2 - 5 * e,
        282 - 7 * a - 3 * b - 10 * c**2 - d + e,
        196 - 23 * a - b**2 - 6 * f**2 + 8 * g,
        -4 * a**2 - b**2 + 3 * a * b - 2 * c**2 - 5 * f + 11 * g,
    ]


def _wong(a, b, c, d, e, f, g, h, i, j):
    return (
        a**2 + b**2 + a * b - 14 * a - 16 * b + (c - 10) ** 2 + 4 * (d - 5) ** 2 + (e - 3) ** 2 + 2 * (f - 1) ** 2
        + 5 * g**2 + 7 * (h - 11) ** 2 + 2 * (i - 10) ** 2 + (j - 7) ** 2 + 45
    )  # fmt: skip


def _around_wong(a, b, c, d, e, f, g, h, i, j):
    return [
        105 - 4 * a - 5 * b + 3 * g - 9 * h,
        -10 * a + 8 * b + 17 * g - 2 * h,
        8 * a - 2 * b - 5 * i + 2 * j + 12,
        -3 * (a - 2) ** 2 - 4 * (b - 3) ** 2 - 2 * c**2 + 7 * d + 120,
        -5 * a**2 - 8 * b - (c - 6) ** 2 + 2 * d + 40,
        -0.5 * (a - 8) ** 2 - 2 * (b - 4) ** 2 - 3 * e**2 + f + 30,
        -(a**2) - 2 * (b - 2) ** 2 + 2 * a * b - 14 * e + 6 * f,
        3 * a - 6 * b - 12 * (i - 8) ** 2 + 7 * j,
    ]


ROWS = {
    39: (
        lambda a, b, c, d: -a,
        (2, 2, 2, 2),
        -1.0,
        dict(equal=lambda a, b, c, d: [b - a**3 - c**2, a**2 - b - d**2], x=(1, 1, 0, 0)),
    ),
    40: (
        lambda a, b, c, d: -a * b * c * d,
        (0.8, 0.8, 0.8, 0.8),
        -0.25,
        dict(equal=lambda a, b, c, d: [a**3 + b**2 - 1, a**2 * d - c, d**2 - b]),
    ),
    42: (
        lambda a, b, c, d: (a - 1) ** 2 + (b - 2) ** 2 + (c - 3) ** 2 + (d - 4) ** 2,
        (1, 1, 1, 1),
        28 - 10 * sqrt(2),
        dict(equal=lambda a, b, c, d: [a - 2, c**2 + d**2 - 2], x=(2, 2, 0.6 * sqrt(2), 0.8 * sqrt(2))),
    ),
    43: (
        lambda a, b, c, d: a**2 + b**2 + 2 * c**2 + d**2 - 5 * a - 5 * b - 21 * c + 7 * d,
        (0, 0, 0, 0),
        -44.0,
        dict(above=_suzuki, x=(0, 1, 2, -1)),
    ),
    48: (
        lambda a, b, c, d, e: (a - 1) ** 2 + (b - c) ** 2 + (d - e) ** 2,
        (3, 5, -3, 2, -2),
        0.0,
        dict(equal=lambda a, b, c, d, e: [a + b + c + d + e - 5, c - 2 * (d + e) + 3], x=(1, 1, 1, 1, 1)),
    ),
    51: (
        lambda a, b, c, d, e: (a - b) ** 2 + (b + c - 2) ** 2 + (d - 1) ** 2 + (e - 1) ** 2,
        (2.5, 0.5, 2, -1, 0.5),
        0.0,
        dict(equal=lambda a, b, c, d, e: [a + 3 * b - 4, c + d - 2 * e, b - e], x=(1, 1, 1, 1, 1)),
    ),
    52: (
        lambda a, b, c, d, e: (4 * a - b) ** 2 + (b + c - 2) ** 2 + (d - 1) ** 2 + (e - 1) ** 2,
        (2, 2, 2, 2, 2),
        1859 / 349,
        dict(equal=_linear_of_five, x=(-33 / 349, 11 / 349, 180 / 349, -158 / 349, 11 / 349)),
    ),
    53: (
        lambda a, b, c, d, e: (a - b) ** 2 + (b + c - 2) ** 2 + (d - 1) ** 2 + (e - 1) ** 2,
        (2, 2, 2, 2, 2),
        176 / 43,
        dict(equal=_linear_of_five, bounds=_within(-10, 10, 5), x=(-33 / 43, 11 / 43, 27 / 43, -5 / 43, 11 / 43)),
    ),
    71: (
        lambda a, b, c, d: a * d * (a + b + c) + c,
        (1, 5, 5, 1),
        17.0140173,
        dict(
            equal=lambda a, b, c, d: [a**2 + b**2 + c**2 + d**2 - 40],
            above=lambda a, b, c, d: [a * b * c * d - 25],
            bounds=_within(1, 5, 4),
            x=(1, 4.7429994, 3.8211503, 1.3794082),
        ),
    ),
    73: (
        lambda a, b, c, d: 24.55 * a + 26.75 * b + 39 * c + 40.5 * d,
        (1, 1, 1, 1),
        29.894378,
        dict(equal=lambda a, b, c, d: [a + b + c + d - 1], above=_feed, bounds=_within(0, None, 4)),
    ),
    76: (
        lambda a, b, c, d: a**2 + 0.5 * b**2 + c**2 + 0.5 * d**2 - a * c + c * d - a - 3 * b + c - d,
        (0.5, 0.5, 0.5, 0.5),
        -4.681818181,
        dict(
            above=lambda a, b, c, d: [5 - a - 2 * b - c - d, 4 - 3 * a - b - 2 * c + d, b + 4 * c - 1.5],
            bounds=_within(0, None, 4),
        ),
    ),
    77: (
        lambda a, b, c, d, e: (a - 1) ** 2 + (a - b) ** 2 + (c - 1) ** 2 + (d - 1) ** 4 + (e - 1) ** 6,
        (2, 2, 2, 2, 2),
        0.24150513,
        dict(
            equal=lambda a, b, c, d, e: [
                a**2 * d + np.sin(d - e) - 2 * sqrt(2),
                b + c**4 * d**2 - 8 - sqrt(2),
            ]
        ),
    ),
    78: (
        lambda a, b, c, d, e: a * b * c * d * e,
        (-2, 1.5, 2, -1, -1),
        -2.91970041,
        dict(equal=_powell),
    ),
    79: (
        lambda a, b, c, d, e: (a - 1) ** 2 + (a - b) ** 2 + (b - c) ** 2 + (c - d) ** 4 + (d - e) ** 4,
        (2, 2, 2, 2, 2),
        0.0787768209,
        dict(
            equal=lambda a, b, c, d, e: [
                a + b**2 + c**3 - 2 - 3 * sqrt(2),
                b - c**2 + d + 2 - 2 * sqrt(2),
                a * e - 2,
            ]
        ),
    ),
    80: (
        lambda a, b, c, d, e: np.exp(a * b * c * d * e),
        (-2, 2, 2, -1, -1),
        0.0539498478,
        dict(equal=_powell, bounds=_within(-2.3, 2.3, 2) + _within(-3.2, 3.2, 3)),
    ),
    100: (_seven, (1, 2, 0, 4, 0, 1, 1), 680.6300573, dict(above=_around_seven)),
    113: (_wong, (2, 3, 5, 5, 1, 2, 7, 3, 6, 10), 24.3062091, dict(above=_around_wong)),
}
