"""What a run has found: judged by the known minima, not by what the method says of itself."""

from __future__ import annotations

import math
from enum import Enum

from ..problems import Problem

__all__ = ["Verdict", "judge"]


class Verdict(Enum):
    """Where a run ended."""

    GLOBAL = "global minimum"
    LOCAL = "local minimum"  # one that the collection documents
    INFIMUM = "infimum"  # a value that the collection documents as approached on a path to infinity
    UNSOLVED = "unsolved"
    NO_START = "no start"  # the objective or its gradient is not finite there

    def __repr__(self):
        return f"Verdict.{self.name}"


def judge(problem: Problem, fun: float, rtol: float = 1e-4, atol: float = 1e-12) -> Verdict:
    """The verdict on a final value of the objective.

    rtol  f - f* ≤ rtol f* where f* > 0: four digits, as in the score of Ceres on this collection
    atol  f ≤ atol where f* = 0

    >>> from optim.problems import mgh
    >>> freudenstein_roth = mgh()[1]
    >>> judge(freudenstein_roth, 1e-20), judge(freudenstein_roth, 48.98425), judge(freudenstein_roth, 30.0)
    (Verdict.GLOBAL, Verdict.LOCAL, Verdict.UNSOLVED)
    """
    if fun - problem.f_min <= (rtol * abs(problem.f_min) or atol):
        return Verdict.GLOBAL
    for verdict, name in ((Verdict.LOCAL, "local_minima"), (Verdict.INFIMUM, "infima")):
        if any(math.isclose(fun, value, rel_tol=rtol) for value in getattr(problem, name, ())):
            return verdict
    return Verdict.UNSOLVED
