"""Those who compete: a function that minimises a problem from a start, and counts its evaluations."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..minimization import minimize
from ..problems import Problem

__all__ = ["Contestant", "Outcome", "ours", "scipy"]


class Outcome(NamedTuple):
    """What came out of a run: the value found, whether the method calls it a success, and evaluations."""

    fun: float
    success: bool
    nfev: int
    njev: int
    nhev: int = 0


Contestant = Callable[[Problem, np.ndarray], Outcome]


def ours(method: Any = "bfgs", **settings: Any) -> Contestant:
    """A method of `optim.minimize`, by name or as an object; settings are passed on to it."""

    def solve(problem, x0):
        found = minimize(problem.fun, x0, method, record="none", **settings)
        return Outcome(float(found.fun), found.success, found.nfev, found.njev, found.nhev)

    return solve


def scipy(method: str = "BFGS", **options: Any) -> Contestant:
    """A method of `scipy.optimize.minimize`, with gradients from autodiff; options are its own, such as gtol."""
    import scipy.optimize

    from autodiff import value_and_grad

    def solve(problem, x0):
        both = value_and_grad(problem.fun)

        def value_and_gradient(x):
            value, gradient = both(x)
            return float(value), np.asarray(gradient)

        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found = scipy.optimize.minimize(value_and_gradient, x0, jac=True, method=method, options=options)
        return Outcome(float(found.fun), bool(found.success), found.nfev, found.njev, found.get("nhev", 0))

    return solve
