"""`run`: every method on every problem from every start."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..problems import Problem, mgh
from .contestants import Contestant, Outcome, ours, scipy
from .table import Row, Table
from .verdict import Verdict, judge

__all__ = ["run"]


def run(
    methods: Iterable[Any] | Mapping[str, Any] = ("bfgs",),
    problems: Sequence[Problem] | None = None,
    *,
    starts: Sequence[float] = (1, 10, 100),
    beside: bool = True,
    **settings: Any,
) -> Table:
    """Minimises every problem from every start by every method, and judges what was found by the known minima.

    methods   names or methods of `optim.minimize`, or {label: name, method, or a `Contestant`}
    problems  by default the 35 of Moré, Garbow and Hillstrom
    starts    factors of the standard start x0
    beside    whether SciPy's BFGS runs, too, where SciPy is installed: as it comes, and with our tolerance
    settings  for our methods, such as tol

    Returns a `Table`: printing it shows the scores, `table.profile()` draws them, and its rows are the runs. A start at
    which the objective or its gradient is not finite is nobody's, and is counted apart.

    >>> from optim.problems import mgh
    >>> print(run(["bfgs", "lbfgs"], mgh()[:1], starts=[1], beside=False))
    method  global  local  infimum  unsolved  no start  wrong claims  gradients  values  Hessians
    bfgs         1      0        0         0         0             0         52      52         0
    lbfgs        1      0        0         0         0             0         49      49         0
    """
    contestants = _contestants(methods, settings)
    if beside and importlib.util.find_spec("scipy"):
        contestants |= {"SciPy BFGS": scipy("BFGS"), "SciPy BFGS, gtol=1e-8": scipy("BFGS", gtol=1e-8)}
    trials = [(problem, factor) for problem in problems or mgh() for factor in starts]
    return Table([_row(label, solve, *trial) for label, solve in contestants.items() for trial in trials])


def _contestants(methods, settings) -> dict[str, Contestant]:
    if not isinstance(methods, Mapping):
        methods = {getattr(method, "name", None) or str(method): method for method in methods}
    contestants: dict[str, Any] = {}
    for label, method in methods.items():
        contestants[label] = method if callable(method) else ours(method, **settings)
    return contestants


def _row(label, solve, problem, factor):
    x0 = problem.start(factor) if hasattr(problem, "start") else factor * problem.x0
    if not _is_finite_at(problem, x0):
        return Row(label, problem, factor, Verdict.NO_START, Outcome(np.nan, False, 0, 0))
    outcome = solve(problem, x0)
    return Row(label, problem, factor, judge(problem, outcome.fun), outcome)


def _is_finite_at(problem, x0):
    from autodiff import value_and_grad

    with np.errstate(all="ignore"):
        value, gradient = value_and_grad(problem.fun)(x0)
    return bool(np.isfinite(value) and np.isfinite(gradient).all())
