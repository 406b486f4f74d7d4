"""Minimisation differentiated through its iterations.

Where the run has converged, this gives what the implicit function theorem gives, at the price of the memory of all
iterations; where it has not, it gives the derivative of what was computed: that of a method as a function of its start,
its learning rate and the data. The run is made first, on plain numbers; then its steps are taken again on traced ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from .errors import UnsupportedProblemError
from .result import Point, Result

__all__ = ["UNROLLED", "unrolled_minimum"]

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
            "Newton's method is unrolled with full steps alone; give line_search='fixed' and modify=False"
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


def unrolled_minimum(fun: Callable, x0: Any, method: Any, args: tuple, settings: dict, options: dict) -> Result:
    """`minimize` with x and fun traced through every iteration; x0, args and options may be traced.

    Raises UnsupportedProblemError for methods whose steps are not written for it: those with a line search, whose
    choices are no differentiable functions.

    >>> import autodiff as ad, optim
    >>> f = lambda x, a: (x - a) ** 2
    >>> def two_steps(a):
    ...     return optim.minimize(f, 0.0, "gd", args=(a,), learning_rate=0.25, max_iter=2, differentiate="unrolled").x
    >>> ad.grad(two_steps)(1.0)  # x₂ = ¾ a
    0.75
    """
    from autodiff import stop_gradient
    from autodiff.tree import ravel

    from .implicit.problem import gradient_of
    from .layout import Layout
    from .methods import ALIASES
    from .minimization import minimize
    from .objective import as_tree

    name = ALIASES.get(method, method) if isinstance(method, str) else None
    if name not in UNROLLED:
        raise UnsupportedProblemError(
            f"the method {method!r} cannot be differentiated through its iterations; give the name of one of "
            f"{', '.join(UNROLLED)}, or differentiate='implicit', which is for all methods"
        )
    refused = [key for key in ("bounds", "constraints") if settings[key]]
    if refused or settings["keep"] == "best":
        raise UnsupportedProblemError(
            f"{' and '.join(refused) or 'keep=best'}: not with differentiate='unrolled'; leave it out"
        )
    if name == "newton":
        options = {"line_search": "fixed", "modify": False} | options
    settings = settings | {"keep": "last"}
    plain_options = stop_gradient(options)
    result = minimize(fun, stop_gradient(x0), name, args=stop_gradient(args), **settings, **plain_options)
    tree = as_tree(x0)
    layout = Layout(stop_gradient(tree))
    gradient = gradient_of(fun, settings["jac"], layout)
    sign = -1.0 if settings["maximize"] else 1.0
    vector = ravel(tree)[0] * 1.0
    steps = UNROLLED[name](lambda x: sign * gradient(x, *args), vector, **options)
    for _ in range(result.nit):
        vector = next(steps)
    x = layout.unravel(vector)
    _check_same(ravel(stop_gradient(x))[0], ravel(result.x)[0], name)
    value = fun(x, *args)
    value = value[0] if settings["jac"] is True else value
    return replace(result, x=x, fun=value, best=Point(x, value))


def _check_same(found, expected, name):
    """The steps taken again must lead to the same point: else the derivative would be that of another run."""
    distance = np.abs(found - expected).max()
    if not distance <= 1e-6 * max(1.0, np.abs(expected).max()):
        raise UnsupportedProblemError(
            f"{name} does not lead to the same point twice ({distance:.3g} apart): the objective is random, or the run "
            "is so unstable that rounding decides; its derivative would mean nothing"
        )
