"""`minimax`: a game of two players from one function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from ..errors import UnknownOptionError, near_matches
from ..history import RECORDS, History
from ..loop import Run
from ..methods import make_method
from ..minimization import drive, is_traced
from ..result import Point, Result
from ..status import Status
from ..termination import Termination
from .game import Game

__all__ = ["MINIMAX_METHODS", "MinimaxResult", "minimax"]

MINIMAX_METHODS = {
    name: "games.play"
    for name in ("simultaneous", "alternating", "extragradient", "optimistic", "consensus", "symplectic")
}
_ALIASES = {"sga": "symplectic", "symplectic_adjustment": "symplectic", "ogda": "optimistic", "gda": "simultaneous"}


@dataclass(frozen=True, eq=False, repr=False)
class MinimaxResult(Result):
    """A `Result` of a game, whose optimality is the largest magnitude of the gradients' entries; and besides

    y    what the second player chooses, a tree like y0
    jac  the pair (∇ₓf, ∇ᵧf)

    The iterates of the history, and `best.x`, the point of least optimality, are pairs (x, y).
    """

    y: Any = field(default=None)


def minimax(
    f: Callable,
    x0: Any,
    y0: Any,
    method: Any = "extragradient",
    *,
    args: tuple = (),
    tol: float | None = None,
    max_iter: int | None = None,
    callback: Callable[[Result], Any] | None = None,
    record: str = "light",
    step_tol: float | None = None,
    max_nfev: int | None = None,
    max_time: float | None = None,
    progress: bool = False,
    **options: Any,
) -> MinimaxResult:
    """min over x, max over y of f(x, y): a point where ∇ₓf = 0 and ∇ᵧf = 0, approached by playing.

    f       f(x, y, *args) → one real number
    x0, y0  where to start, trees of floats and arrays
    method  a name (`optim.games.MINIMAX_METHODS`; they are compared in `optim.games.play`), or a method
    tol     stop where no entry of the two gradients is larger than this; default 1e-8
    options those of the method, such as learning_rate (default 0.1)

    The rest as in `minimize`. Where the functions are convex in x and concave in y the point is a solution; elsewhere
    it need not be. At a limit the last iterate is returned, `best` holds that of the smallest gradients; where the play
    diverges, `best` is returned. Inside of a function that is being differentiated, x and y are differentiated with
    respect to args by the implicit function theorem.

    Raises as `minimize` does.

    >>> import numpy as np
    >>> found = minimax(lambda x, y: x * y, 1.0, 1.0, learning_rate=0.5)
    >>> bool(abs(found.x) < 1e-7 and abs(found.y) < 1e-7), found.status
    (True, Status.CONVERGED)
    >>> minimax(lambda x, y: x * y, 1.0, 1.0, "simultaneous", learning_rate=0.5, max_iter=3).history.grad_norm
    array([1.   , 1.5  , 1.75 , 1.625])
    """
    if record not in RECORDS:
        raise UnknownOptionError(f"record={record!r}{near_matches(record, RECORDS) or ';'} give one of {list(RECORDS)}")
    args = args if isinstance(args, tuple) else (args,)
    name = _ALIASES.get(method, method) if isinstance(method, str) else method
    limits = {"tol": tol, "max_iter": max_iter, "step_tol": step_tol, "max_nfev": max_nfev, "max_time": max_time}
    given = {limit: value for limit, value in limits.items() if value is not None}

    def run(*values):
        game, player = Game(f, x0, y0, args=values), make_method(name, options, MINIMAX_METHODS)
        termination = Termination(**({"tol": player.tol, "max_iter": player.max_iter(game.layout.size)} | given))
        history = History(player.columns, record, game.layout.unravel)
        return drive(Run(game, player, termination, history), callback, progress)

    if not is_traced(x0, y0, args):
        return _of_pair(run(*args), f, args)
    from autodiff import stop_gradient

    from ..implicit import solved

    x0, y0 = stop_gradient(x0), stop_gradient(y0)
    game = Game(f, x0, y0)
    z, result = solved(game.field, game.layout, game.x0, args, run)
    return _of_pair(result, f, args, z)


def _of_pair(result, f, args, z=None):
    """The result of a run on z = (x, y), with each player's part under its name; z where it is traced."""
    x, y = (result.best.x if result.status in (Status.NOT_FINITE, Status.UNBOUNDED) else result.x) if z is None else z
    of_x, of_y = result.jac
    changes = {"x": x, "y": y, "jac": (of_x, _negative(of_y))}
    if z is not None:
        value = f(x, y, *args)
        changes |= {"fun": value, "best": Point((x, y), value)}
    elif result.best is not None and x is result.best.x[0]:
        from autodiff import grad

        gradients = grad(f, (0, 1))(x, y, *args)
        changes |= {"fun": result.best.fun, "jac": gradients, "optimality": _largest(gradients)}
    known = {each.name: getattr(result, each.name) for each in fields(result)}
    return MinimaxResult(**(known | changes))


def _negative(tree):
    from autodiff.tree import map

    return map(lambda leaf: -leaf, tree)


def _largest(tree):
    from autodiff.tree import ravel

    return float(np.abs(ravel(tree)[0]).max())
