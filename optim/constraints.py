"""Constraints in every form in which they are written, as c(x) = 0 and c(x) ≥ 0 of a flat vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .bounds import Bounds
from .errors import OptimizationError
from .layout import Layout
from .traced import untraced

__all__ = [
    "Constraints",
    "InvalidConstraintError",
    "LinearConstraint",
    "NonlinearConstraint",
    "as_constraints",
    "entries_of",
    "flat_function",
    "parts_of",
]


class InvalidConstraintError(OptimizationError, ValueError):
    """A constraint is written in a way that cannot be understood, or returns what it must not."""


class NonlinearConstraint:
    """lower ≤ fun(x) ≤ upper, elementwise; infinite where there is no bound, equal for an equation.

    fun           a function of a tree like x0, and of args, that returns a number, an array or a list of them
    lower, upper  numbers or arrays like fun(x)
    jac           fun's Jacobian, shape (m, n), a function of the same; None for autodiff
    args          further arguments of fun and jac

    >>> import optim
    >>> disc = NonlinearConstraint(lambda x: (x**2).sum(), -np.inf, 2.0)
    >>> optim.minimize(lambda x: x.sum(), np.array([0.5, 0.0]), "sqp", constraints=disc).x.round(6)
    array([-1., -1.])
    """

    def __init__(self, fun: Callable, lower: Any, upper: Any, jac: Callable | None = None, args: tuple = ()):
        self.fun, self.lower, self.upper, self.jac, self.args = fun, lower, upper, jac, args

    def __repr__(self):
        return f"NonlinearConstraint({self.lower!r} <= {getattr(self.fun, '__name__', 'fun')}(x) <= {self.upper!r})"


class LinearConstraint:
    """lower ≤ A x ≤ upper, elementwise, with x as a flat vector.

    A  shape (m, n), or (n,) for a single row

    >>> import optim
    >>> line = LinearConstraint([1.0, 1.0], 1.0, 1.0)
    >>> optim.minimize(lambda x: (x**2).sum(), np.array([3.0, 0.0]), "sqp", constraints=line).x.round(6)
    array([0.5, 0.5])
    """

    def __init__(self, A: Any, lower: Any = -np.inf, upper: Any = np.inf):
        self.A, self.lower, self.upper = A, lower, upper

    def __repr__(self):
        return f"LinearConstraint(A of shape {np.shape(self.A)}, {self.lower!r}, {self.upper!r})"


class _Row(NamedTuple):
    """One constraint that was given: r(x) of shape (m,) between two vectors."""

    value: Callable[[np.ndarray], np.ndarray]
    jacobian: Callable[[np.ndarray], np.ndarray]
    weighted_hessian: Callable[[np.ndarray, np.ndarray], np.ndarray] | None  # None where r is linear
    lower: np.ndarray
    upper: np.ndarray


class Constraints:
    """c_E(x) = 0 and c_I(x) ≥ 0, of a flat vector x of shape (n,), from rows lower ≤ r(x) ≤ upper.

    A row with equal bounds is an equation r - lower; any other gives r - lower and upper - r, as far as those are
    finite. Evaluating twice at the same array costs nothing.

    equations, inequalities   their numbers, m_E and m_I
    are_bounds                which of the inequalities are bounds of variables, shape (m_I,)
    tolerance                 a point that violates no constraint by more is admitted as a solution
    """

    def __init__(self, rows: list[_Row], has_bounds: bool = False):
        self.rows, self.tolerance = rows, 1e-8
        lower = np.concatenate([row.lower for row in rows]) if rows else np.empty(0)
        upper = np.concatenate([row.upper for row in rows]) if rows else np.empty(0)
        self._equal = np.flatnonzero(lower == upper)
        self._above = np.flatnonzero((lower != upper) & np.isfinite(lower))
        self._below = np.flatnonzero((lower != upper) & np.isfinite(upper))
        self._sides = lower, upper
        self.equations, self.inequalities = len(self._equal), len(self._above) + len(self._below)
        first = len(lower) - (rows[-1].lower.size if has_bounds else 0)
        self.are_bounds = np.concatenate([self._above, self._below]) >= first
        self._x = self._jacobian_at = None

    def values(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """c_E(x) and c_I(x), shapes (m_E,) and (m_I,)."""
        if x is not self._x:
            r = np.concatenate([row.value(x) for row in self.rows]) if self.rows else np.empty(0)
            lower, upper = self._sides
            e, a, b = self._equal, self._above, self._below
            self._x, self._values = x, (r[e] - lower[e], np.concatenate([r[a] - lower[a], upper[b] - r[b]]))
        return self._values

    def jacobians(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Their Jacobians, shapes (m_E, n) and (m_I, n)."""
        if x is not self._jacobian_at:
            J = np.concatenate([row.jacobian(x) for row in self.rows]) if self.rows else np.empty((0, x.size))
            self._jacobian_at = x
            self._jacobians = J[self._equal], np.concatenate([J[self._above], -J[self._below]])
        return self._jacobians

    def hessian(self, x: np.ndarray, equal: np.ndarray, unequal: np.ndarray) -> np.ndarray:
        """Σ λᵢ ∇²cᵢ(x), shape (n, n), for multipliers of the equations and the inequalities."""
        weights, total = self.scatter(equal, unequal), np.zeros((x.size, x.size))
        for row, weight in zip(self.rows, weights, strict=True):
            if row.weighted_hessian is not None and weight.any():
                H = row.weighted_hessian(x, weight)
                total += 0.5 * (H + H.T)
        return total

    def scatter(self, equal: np.ndarray, unequal: np.ndarray) -> list[np.ndarray]:
        """The multipliers of each constraint that was given: positive where its lower side pushes, negative where its
        upper one does."""
        flat = np.zeros(len(self._sides[0]))
        flat[self._equal] = equal
        flat[self._above] += unequal[: len(self._above)]
        flat[self._below] -= unequal[len(self._above) :]
        return np.split(flat, np.cumsum([row.lower.size for row in self.rows])[:-1]) if self.rows else []

    def violation(self, x: np.ndarray) -> float:
        """max(|c_E|, -c_I, 0), the largest over all entries."""
        equal, unequal = self.values(x)
        return max(float(np.abs(equal).max(initial=0.0)), float((-unequal).max(initial=0.0)))

    def admit(self, x: np.ndarray) -> bool:
        return self.violation(x) <= self.tolerance


def as_constraints(given: Any, layout: Layout, x0: np.ndarray, bounds: Bounds | None) -> Constraints:
    """Constraints from one of these, or a sequence of them; bounds are appended as the last.

    {"type": "eq" or "ineq", "fun": c, "jac": optional, "args": optional} for c(x) = 0 or c(x) ≥ 0, as SciPy has them;
    `NonlinearConstraint` and `LinearConstraint`, ours or SciPy's, whose sides are called lb and ub.

    Raises InvalidConstraintError.

    >>> given = {"type": "ineq", "fun": lambda x: 1 - x @ x}
    >>> as_constraints(given, Layout(np.zeros(2)), np.zeros(2), None).values(np.array([3.0, 4.0]))
    (array([], dtype=float64), array([-24.]))
    """
    rows = [_row(entry, layout, x0) for entry in entries_of(given)]
    if bounds is not None:
        eye = np.eye(layout.size)
        rows.append(_Row(lambda x: x, lambda x: eye, None, bounds.lower, bounds.upper))
    return Constraints(rows, has_bounds=bounds is not None)


def entries_of(given: Any) -> list:
    """The constraints, one by one, from one of them or a sequence."""
    if isinstance(given, dict) or hasattr(given, "fun") or hasattr(given, "A"):
        return [given]
    try:
        return list(given)
    except TypeError as error:
        raise _misunderstood(given) from error


def parts_of(entry: Any) -> tuple[Any, Any, tuple, Any, Any]:
    """(r, jac, args, lower, upper) of a constraint lower ≤ r(x, *args) ≤ upper; for a linear one r is its matrix A.

    >>> parts_of({"type": "ineq", "fun": np.sin})
    (<ufunc 'sin'>, None, (), 0.0, inf)
    """
    if isinstance(entry, dict):
        kinds = {"eq": (0.0, 0.0), "ineq": (0.0, np.inf)}
        kind, known = entry.get("type"), {"type", "fun", "jac", "args"}
        if kind not in kinds or "fun" not in entry or not set(entry) <= known:
            raise InvalidConstraintError(
                f"a constraint in a dictionary needs type 'eq' or 'ineq' and fun, and may have jac and args, but it is "
                f"{entry!r}"
            )
        return entry["fun"], entry.get("jac"), _as_tuple(entry.get("args", ())), *kinds[kind]
    lower, upper = (_first(entry, names) for names in (("lower", "lb"), ("upper", "ub")))
    if lower is None or upper is None or not (hasattr(entry, "A") or hasattr(entry, "fun")):
        raise _misunderstood(entry)
    if hasattr(entry, "fun"):
        return entry.fun, getattr(entry, "jac", None), _as_tuple(getattr(entry, "args", ())), lower, upper
    return entry.A, None, (), lower, upper


def flat_function(fun: Callable, args: tuple, layout: Layout) -> Callable:
    """The fun of a constraint as a function of a vector, traced or not, to a vector."""

    def flat(x):
        found = fun(layout.unravel(x), *args)
        if isinstance(found, np.ndarray) and found.ndim == 1:
            return found
        from autodiff import numpy, tree

        return numpy.hstack([numpy.ravel(leaf) for leaf in tree.leaves(found)])

    return flat


def _row(entry, layout, x0):
    fun, jac, args, lower, upper = parts_of(entry)
    if isinstance(entry, dict) or hasattr(entry, "fun"):
        return _nonlinear(fun, jac, args, lower, upper, layout, x0)
    A = np.atleast_2d(np.asarray(entry.A.toarray() if hasattr(entry.A, "toarray") else entry.A, np.float64))
    if A.ndim != 2 or A.shape[1] != layout.size or not np.isfinite(A).all():
        raise InvalidConstraintError(
            f"the matrix of a linear constraint has shape {A.shape}; it must be finite, and (m, {layout.size}) for "
            f"the {layout.size} numbers of x0"
        )
    return _Row(lambda x: A @ x, lambda x: A, None, *_two_sides(lower, upper, len(A)))


def _nonlinear(fun, jac, args, lower, upper, layout, x0):
    if not callable(fun):
        raise InvalidConstraintError(
            f"the fun of a constraint must be a function of x, but it is a {type(fun).__name__}"
        )

    flat = flat_function(fun, args, layout)

    def value(x):
        found = np.asarray(flat(x), np.float64)
        if found.shape != (m,):
            raise InvalidConstraintError(f"a constraint returned {found.size} numbers, but {m} at x0")
        return found

    def weighted_hessian(x, weights):
        from autodiff import hessian

        return np.asarray(hessian(lambda v: flat(v) @ weights)(x))

    at_start = untraced(flat(x0), "the fun of a constraint").astype(np.float64)
    m = at_start.size
    if not np.isfinite(at_start).all():
        raise InvalidConstraintError(f"a constraint is {at_start!r} at x0; start where it is finite")
    return _Row(value, _jacobian(flat, jac, args, layout, m), weighted_hessian, *_two_sides(lower, upper, m))


def _jacobian(flat, jac, args, layout, m):
    if not callable(jac):  # SciPy's default there is "2-point"; exact derivatives are as good for it

        def by_autodiff(x):
            from autodiff import jacobian

            return np.asarray(jacobian(flat)(x), np.float64)

        return by_autodiff

    def given(x):
        found = np.asarray(jac(layout.unravel(x), *args), np.float64)
        if found.size != m * x.size:
            raise InvalidConstraintError(f"the jac of a constraint has shape {found.shape}, not {(m, x.size)}")
        return found.reshape(m, x.size)

    return given


def _two_sides(lower, upper, m):
    try:
        sides = [np.broadcast_to(np.asarray(side, np.float64), (m,)) for side in (lower, upper)]
    except ValueError as error:
        raise InvalidConstraintError(
            f"a constraint has {m} entries, but its sides have shapes {np.shape(lower)} and {np.shape(upper)}"
        ) from error
    if not (sides[0] <= sides[1]).all():
        raise InvalidConstraintError(f"a constraint needs lower <= upper, but they are {lower!r} and {upper!r}")
    return sides


def _as_tuple(args):
    return tuple(args) if isinstance(args, tuple | list) else (args,)


def _first(entry, names):
    return next((getattr(entry, name) for name in names if hasattr(entry, name)), None)


def _misunderstood(entry):
    return InvalidConstraintError(
        f"{entry!r} is no constraint; give a dictionary such as {{'type': 'ineq', 'fun': c}} for c(x) >= 0, "
        "optim.NonlinearConstraint(fun, lower, upper), optim.LinearConstraint(A, lower, upper), or a sequence of them"
    )
