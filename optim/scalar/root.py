"""`root_scalar`: the root of a function of one number between two points where it has different signs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..errors import InvalidBoundsError
from ..history import History
from ..loop import Run
from ..minimization import drive
from ..objective import Objective
from ..result import Result
from ..termination import Termination
from .toms748 import SignedFunction, Toms748

__all__ = ["root_scalar"]


def root_scalar(
    fun: Callable,
    bracket: tuple[float, float],
    *,
    args: tuple = (),
    tol: float | None = None,
    max_iter: int = 200,
    max_nfev: int | None = None,
    callback: Callable[[Result], Any] | None = None,
    record: str = "light",
    progress: bool = False,
) -> Result:
    """x with f(x) = 0 in the interval [a, b], at whose ends f has different signs, by Algorithm 748.

    fun       a continuous function of a number, f(x, *args)
    bracket   a, b
    tol       of the width of the interval that contains the root, relative to max(1, |x|); by default four times the
              rounding unit
    max_iter, max_nfev, callback, record, progress    as in `minimize`

    Returns a Result: `x` the root, `fun` what is left of |f| there, and in the history the interval, a and b.

    Raises InvalidBoundsError where f has the same sign at both ends, InvalidObjectiveError where it is not finite at
    one. Where f changes its sign by a jump or a pole, the status is STAGNATED.

    Source: Alefeld, Potra and Shi 1995, Algorithm 748: enclosing zeros of continuous functions, ACM TOMS 21, 327-344.
    Its efficiency index is 1.6686, asymptotically the best of the algorithms there.

    >>> import math
    >>> res = root_scalar(lambda x: math.cos(x) - x, (0, 1))
    >>> res.x, res.nfev < 10
    (0.7390851332151607, True)
    """
    a, b = (float(end) for end in bracket)
    if not -math.inf < a < b < math.inf:
        raise InvalidBoundsError(f"the bracket must be two finite numbers a < b, but it is ({a}, {b})")
    function = SignedFunction(fun, args if isinstance(args, tuple) else (args,))
    objective = Objective(function, a)
    method = Toms748(function, a, b)
    termination = Termination(
        tol=method.tol if tol is None else tol,
        max_iter=max_iter,
        max_nfev=math.inf if max_nfev is None else max_nfev,
    )
    history = History(method.columns, record, objective.layout.unravel)
    return drive(Run(objective, method, termination, history), callback, progress)
