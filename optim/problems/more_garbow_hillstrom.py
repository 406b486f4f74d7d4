"""The 35 problems of Moré, Garbow and Hillstrom, sums of squares that have been the test of optimizers since 1981."""

from __future__ import annotations

from functools import cache

import numpy as np

from .mgh_fixed import FIXED
from .mgh_minima import INFIMA, LOCAL_MINIMA, MINIMA
from .mgh_variable import VARIABLE
from .residual_problem import ResidualProblem

__all__ = ["mgh"]

_SOURCE = "Moré, Garbow and Hillstrom 1981, Testing unconstrained optimization software, ACM TOMS 7, problem {}"


@cache
def _problem(number: int) -> ResidualProblem:
    if number in FIXED:
        name, residual, m, x0 = FIXED[number]
    else:
        name, residual, m_of, n, start_of = VARIABLE[number]
        m, x0 = m_of(n), start_of(n)
    f_min, minimiser = MINIMA[number]
    return ResidualProblem(
        name=name,
        fun=lambda x: (residual(x) ** 2).sum(),
        x0=np.array(x0, float),
        minima=(np.array(minimiser, float),),
        f_min=f_min,
        box=None,
        source=_SOURCE.format(number),
        residual=residual,
        m=m,
        number=number,
        local_minima=LOCAL_MINIMA.get(number, ()),
        infima=INFIMA.get(number, ()),
    )


def mgh() -> list[ResidualProblem]:
    """All 35 problems, in the order of the paper, each with the number of variables that is usual for it.

    A problem has its residual r, f(x) = ‖r(x)‖², the standard start x0, and `start(10)` and `start(100)`, the scaled
    starts of the collection. Minima are known to rounding.

    Source: Moré, Garbow and Hillstrom 1981, Testing unconstrained optimization software, ACM TOMS 7, 17-41.

    >>> problems = mgh()
    >>> problems[0], problems[34].x0.size
    (ResidualProblem(1 rosenbrock, n=2, m=2, f_min=0), 8)
    >>> problems[0].residual(np.array([-1.2, 1.0])), float(problems[0](problems[0].start(10)))
    (array([-4.4,  2.2]), 1795769.0)
    """
    return [_problem(number) for number in MINIMA]
