"""Methods whose steps have lengths that are given beforehand, differentiated exactly: learning rates included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..errors import UnsupportedProblemError

__all__ = ["UNROLLED"]

# Each is the method of that name once more, in operations that can be traced: given the gradient as a function of a
# vector x, shape (n,), it yields the iterates after x0, without end.


def _rate(learning_rate, t):
    return learning_rate(t) if callable(learning_rate) else learning_rate


def gradient_descent(gradient: Callable, x: Any, learning_rate: Any = 1e-3) -> Iterator[Any]:
    t = 0
    while True:
        x = x - _rate(learning_rate, t) * gradient(x)
        t += 1
        yield x


def momentum(
    gradient: Callable, x: Any, learning_rate: Any = 1e-3, beta: Any = 0.9, averaged: bool = False
) -> Iterator[Any]:
    v, t = 0.0, 0
    while True:
        v = beta * v + ((1 - beta) if averaged else 1) * gradient(x)
        x = x - _rate(learning_rate, t) * v
        t += 1
        yield x


def nesterov(gradient: Callable, x: Any, learning_rate: Any = 1e-3, beta: Any = 0.9) -> Iterator[Any]:
    v, t = 0.0, 0
    while True:
        g = gradient(x)
        v = beta * v + g
        x = x - _rate(learning_rate, t) * (g + beta * v)
        t += 1
        yield x


def adam(
    gradient: Callable, x: Any, learning_rate: Any = 1e-3, beta1: Any = 0.9, beta2: Any = 0.999, epsilon: float = 1e-8
) -> Iterator[Any]:
    v, s, t = 0.0, 0.0, 0
    while True:
        g = gradient(x)
        t += 1
        v = beta1 * v + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * g * g
        x = x - _rate(learning_rate, t - 1) * (v / (1 - beta1**t)) / (np.sqrt(s / (1 - beta2**t)) + epsilon)
        yield x


def newton(gradient: Callable, x: Any, line_search: str = "fixed", modify: bool = False) -> Iterator[Any]:
    from autodiff import jacobian

    if line_search != "fixed" or modify:
        raise UnsupportedProblemError(
            "full steps of Newton's method are unrolled as they are; leave out modify, or line_search='fixed'"
        )
    while True:
        x = x - np.linalg.solve(jacobian(gradient)(x), gradient(x))
        yield x


UNROLLED = {
    "adam": adam,
    "gradient_descent": gradient_descent,
    "momentum": momentum,
    "nesterov": nesterov,
    "newton": newton,
}
