"""The objective as the methods see it: a function of a flat vector, with derivatives, that counts and remembers."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from .bounds import Bounds
from .derivatives import gradient_source
from .errors import InvalidObjectiveError, InvalidStartError
from .layout import Layout
from .status import Status

if TYPE_CHECKING:
    from .constraints import Constraints

__all__ = ["LimitReached", "Objective", "max_norm"]

_LOWEST = -math.inf  # by its own name, for it is looked up at every evaluation


class LimitReached(Exception):  # noqa: N818  (no error: it ends a run in the middle of a step)
    """An evaluation was asked for beyond a limit; `status` says which."""

    def __init__(self, status: Status):
        super().__init__(status.sentence)
        self.status = status


class Objective:
    """f, ∇f and ∇²f of a flat vector x of shape (n,), for a function `fun` of a tree.

    Evaluations are counted (nfev, njev, nhev, nhvp), refused beyond the limits by raising LimitReached, and the lowest
    finite one that the constraints admit is remembered (`best_fun`, `best_x`). Evaluating twice at the same array costs
    nothing, so methods must never write to an array that they have evaluated.

    maximize  changes the sign, so that methods always minimise
    """

    def __init__(
        self,
        fun: Callable,
        x0: Any,
        *,
        args: tuple = (),
        jac: Any = None,
        hess: Callable | None = None,
        maximize: bool = False,
    ):
        if not callable(fun):
            raise InvalidObjectiveError(f"the objective must be a function of x, but it is a {type(fun).__name__}")
        if hess is not None and not callable(hess):
            raise InvalidObjectiveError(f"hess must be a function of x or None (autodiff), not {hess!r}")
        self.tree = as_tree(x0)
        self.layout = Layout(self.tree)
        self.x0 = self.layout.gather(self.tree, np.empty(self.layout.size), "x0")
        if not np.isfinite(self.x0).all():
            raise InvalidStartError(f"x0 must be finite, but it is {x0!r}; start from another point")
        self.args = args if isinstance(args, tuple) else (args,)
        self.sign = -1.0 if maximize else 1.0
        self._fun, self._hess = (_negated(fun), _negated(hess)) if maximize else (fun, hess)
        self.hessians_from = _hessians_from(jac, hess)
        self._source = self._make_source(_negated(jac) if maximize else jac)
        self._both, self._cost = self._source.both, self._source.cost_of_both
        self.nfev = self.njev = self.nhev = self.nhvp = 0
        self.limit(math.inf, math.inf)
        self.best_fun, self.best_x, self._best_gradient = math.inf, self.x0, None
        self.bounds: Bounds | None = None  # flat, for methods that handle them
        self.constraints: Constraints | None = None  # so too
        self.term: Callable[[np.ndarray], float] | None = None  # g ≥ 0, where f + g is minimised by proximal methods
        self.evaluated: list[np.ndarray] | None = None  # a list where every point is to be recorded
        self._x: np.ndarray | None = None  # the last point evaluated
        self._value, self._gradient = math.nan, None
        self._at: np.ndarray | None = None  # the last point of a Hessian
        self._hessian = np.empty((0, 0))

    def limit(self, max_nfev: float, deadline: float) -> None:
        """Refuses evaluations beyond that many, and after `perf_counter()` says so."""
        self._max_nfev, self._deadline = max_nfev, deadline
        self._is_limited = max_nfev < math.inf or deadline < math.inf

    # -- evaluations ---------------------------------------------------------------------------------------------------

    def value_and_gradient(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """f(x), ∇f(x)."""
        if x is self._x:
            if self._gradient is None:
                self._gradient = self._source.gradient(x)
                self.nfev += self._source.cost_of_gradient
                self.njev += 1
            return self._value, self._gradient
        if self._is_limited:
            self._check_limits()
        self.nfev += self._cost
        self.njev += 1
        value, gradient = self._both(x)
        self._x, self._value, self._gradient = x, value, gradient
        if self.evaluated is not None:
            self.evaluated.append(x)
        if _LOWEST < value < self.best_fun:
            self._remember(x, value, gradient)
        return value, gradient

    def value(self, x: np.ndarray) -> float:
        """f(x), without its gradient."""
        if x is self._x:
            return self._value
        if self._is_limited:
            self._check_limits()
        self.nfev += 1
        self._x, self._value, self._gradient = x, self._source.value(x), None
        if self.evaluated is not None:
            self.evaluated.append(x)
        if _LOWEST < self._value < self.best_fun:
            self._remember(x, self._value, None)
        return self._value

    def hessian(self, x: np.ndarray) -> np.ndarray:
        """∇²f(x), shape (n, n), symmetric. From autodiff where none was given."""
        if x is self._at:
            return self._hessian
        self.nhev += 1
        if self._hess is not None:
            given = self._hess(self.layout.unravel(x), *self.args)
            try:
                found = self.layout.ravel_matrix(given)
            except ValueError as error:
                raise InvalidObjectiveError(f"the Hessian {error}; x0 has {self.layout.size} numbers") from error
        else:
            from autodiff import hessian

            found = np.asarray(hessian(self._of_vector)(x))
        self._at, self._hessian = x, 0.5 * (found + found.T)
        return self._hessian

    def hessian_product(self, x: np.ndarray, v: np.ndarray) -> np.ndarray:
        """∇²f(x) v, shape (n,)."""
        self.nhvp += 1
        if self._hess is not None or x is self._at:
            return self.hessian(x) @ v
        from autodiff import hvp

        return np.asarray(hvp(self._of_vector, x, v))

    def derivatives_along(self, x: np.ndarray, direction: np.ndarray, alpha: float) -> tuple[float, float, float]:
        """φ(α), φ'(α) and φ''(α) of φ(α) = f(x + α d): from the given derivatives, or by nested dual numbers."""
        if self._hess is not None:
            point = x + alpha * direction
            value, gradient = self.value_and_gradient(point)
            return value, float(gradient @ direction), float(direction @ self.hessian_product(point, direction))
        from autodiff import jvp

        if self._is_limited:
            self._check_limits()
        self.nfev += 1
        self.nhvp += 1

        def phi(a):
            return self._of_vector(x + a * direction)

        def value_and_slope(a):
            return jvp(phi, (a,), (1.0,))

        if self.evaluated is not None:
            self.evaluated.append(x + alpha * direction)
        (value, slope), (_, curvature) = jvp(value_and_slope, (float(alpha),), (1.0,))
        return as_float(value), as_float(slope), as_float(curvature)

    def admits(self, x: np.ndarray) -> bool:
        """Whether x satisfies the constraints, if there are any."""
        return self.constraints is None or self.constraints.admit(x)

    def gradient_at_best(self) -> np.ndarray:
        """∇f at `best_x`, whatever the limits: it belongs to the answer."""
        if self._best_gradient is None:
            self._best_gradient = self._source.gradient(self.best_x)
            self.nfev += self._source.cost_of_gradient
            self.njev += 1
        return self._best_gradient

    def _remember(self, x, value, gradient):
        total = value if self.term is None else value + self.term(x)
        if total < self.best_fun and self.admits(x):
            self.best_fun, self.best_x, self._best_gradient = total, x, gradient

    def _make_source(self, jac):
        """Where values and gradients come from; a kind of objective with more structure has its own."""
        return gradient_source(self._fun, jac, self.layout, self.args)

    def _of_vector(self, vector):
        return self._fun(self.layout.unravel(vector), *self.args)

    def _check_limits(self):
        if self.nfev >= self._max_nfev:
            raise LimitReached(Status.EVALUATION_LIMIT)
        if perf_counter() > self._deadline:
            raise LimitReached(Status.TIME_LIMIT)


def as_tree(x0: Any) -> Any:
    """x0 itself, except that a list of plain numbers, of any depth, is the array that it spells."""
    if isinstance(x0, list) and x0 and _is_numeric(x0):
        try:
            return np.array(x0, dtype=np.float64)
        except ValueError:  # rows of different lengths: a tree after all
            return x0
    return x0


def max_norm(vector: np.ndarray) -> float:
    """The largest magnitude of the entries, ‖v‖∞. Where there is a nan, this may or may not be nan."""
    if vector.size <= 16:  # NumPy's overhead is worth about that many entries
        return max(map(abs, vector.tolist()))
    return float(np.abs(vector).max())


def _hessians_from(jac: Any, hess: Any) -> str | None:
    """Where Hessians come from that nobody has asked for: "formulas", "gradients" by differences, or nowhere (None)."""
    if hess is not None or jac is None:
        return "formulas"
    return None if isinstance(jac, str) else "gradients"


def as_float(x: Any) -> float:
    return float(np.asarray(x))


def _is_numeric(entry):
    return all(map(_is_numeric, entry)) if isinstance(entry, list) else isinstance(entry, int | float | np.number)


def _negated(function):
    """-f, for a function that returns a number, a tree, or, as jac=True says, a pair of them."""
    if not callable(function):
        return function

    def negative(*args):
        from autodiff import tree

        return tree.map(lambda leaf: -leaf, function(*args))

    return negative
