"""The conditions of Karush, Kuhn and Tucker, by which solutions under constraints are differentiated."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..constraints import entries_of, flat_function, parts_of
from ..layout import Layout
from .conditions import least_distance
from .problem import Problem

__all__ = ["KarushKuhnTucker"]

_DEPENDENT = 1e-8  # the least singular value of the normed gradients of the active constraints that still counts
_ACTIVE = 1e-7  # a constraint no farther away is taken to be reached, whether it has a force or not


class KarushKuhnTucker:
    """min f(x) subject to c_E(x) = 0, c_I(x) ≥ 0:

        ∇f(x) = J_Eᵀ λ_E + J_Iᵀ λ_I,   c_E(x) = 0,   min(c_I(x), λ_I) = 0,   z = (x, λ_E, λ_I)

    Which inequalities are active is told by the method's multipliers; λ is then that of least squares at x. z is a
    differentiable function of the parameters where

    - each inequality is either active with λᵢ > 0, or has cᵢ > 0 (strict complementarity);
    - the gradients of the equations and the active inequalities are linearly independent (LICQ);
    - the Hessian of the Lagrangian is regular on their null space, else the system is singular.

    Source: Fiacco 1983, Introduction to sensitivity and stability analysis in nonlinear programming, theorem 3.2.2.
    """

    extra = None

    _rows: list[tuple[Any, Any, Any]]  # (r, lower, upper)

    def __init__(self, problem: Problem):
        self.problem, self.size = problem, problem.layout.size
        self._rows = [_row(entry, problem.layout) for entry in entries_of(problem.constraints or ())]
        self._names = [f"constraint {k}" for k in range(len(self._rows))]
        if problem.bounds is not None:
            self._rows.append((lambda x: x, problem.bounds.lower, problem.bounds.upper))
            self._names.append("the bounds")
        c_E, c_I = self._constraints(problem.start)
        self.unknowns = self.size + len(c_E) + len(c_I)

    def residual(self, z):
        from autodiff import grad

        x, equal, unequal = self._parts(z)

        def weighted(x):
            c_E, c_I = self._constraints(x)
            return np.sum(equal * c_E) + np.sum(unequal * c_I)

        c_E, c_I = self._constraints(x)
        stationarity = self.problem.gradient(x) - grad(weighted)(x)
        return np.concatenate([stationarity, c_E, np.minimum(c_I, unequal)])

    def complete(self, x, result):
        c_E, c_I = self._constraints(x)
        active = self._estimated(result) > c_I
        J_E, J_I = self._jacobians(x)
        binding = active | (c_I <= _ACTIVE * np.linalg.norm(J_I, axis=1))
        self._require_independent(np.concatenate([J_E, J_I[binding]]), np.flatnonzero(binding))
        J = np.concatenate([J_E, J_I[active]])
        found = np.linalg.lstsq(J.T, self.problem.gradient(x), rcond=None)[0] if len(J) else np.empty(0)
        unequal = np.zeros(len(c_I))
        unequal[active] = found[len(c_E) :]
        return np.concatenate([x, found[: len(c_E)], unequal])

    def require_regular(self, z, left):
        """Strict complementarity: no inequality is at its limit without a force."""
        from autodiff.errors import SolutionError

        x, _, unequal = self._parts(z)
        sizes = np.linalg.norm(self._jacobians(x)[1], axis=1)
        slack, force = self._constraints(x)[1] / np.where(sizes > 0, sizes, 1.0), unequal * sizes
        distance = least_distance(np.abs(self.problem.gradient(x)).max(), left)
        weak = np.flatnonzero((slack <= distance) & (force <= distance))
        if weak.size:
            raise SolutionError(
                f"the solution is degenerate: it reaches {self._described(weak)} with a multiplier of 0 (both within "
                f"{distance:.3g}), so that x has no derivative. Strict complementarity does not hold: ask for a "
                "smaller tol if the run was rough, leave the constraint out if it does not matter, or change the "
                "parameters a little"
            )

    def multipliers(self, z: Any) -> tuple:
        """λ of each constraint as it was given, the last of the bounds, as in `Result.multipliers`."""
        _, equal, unequal = self._parts(z)
        e, a, b, lengths = self._sorted
        places = np.concatenate([e, a, b])
        values = self.problem.sign * np.concatenate([equal, unequal[: len(a)], -unequal[len(a) :]])
        scatter = (np.arange(sum(lengths))[:, None] == places).astype(float)  # (rows, multipliers)
        return tuple(np.split(scatter @ values, np.cumsum(lengths)[:-1])) if lengths else ()

    def _parts(self, z):
        m = len(self._sorted[0])
        return z[: self.size], z[self.size : self.size + m], z[self.size + m :]

    def _constraints(self, x):
        """c_E(x) and c_I(x), first the lower sides and then the upper ones."""
        from autodiff import stop_gradient

        if not self._rows:
            self._sorted = (np.empty(0, int),) * 3 + ([],)
            return x[:0], x[:0]
        values = [function(x) for function, _, _ in self._rows]
        lower, upper = (
            np.concatenate([row[side] + np.zeros(len(r)) for row, r in zip(self._rows, values, strict=True)])
            for side in (1, 2)
        )
        r = np.concatenate(values)
        below, above = stop_gradient(lower), stop_gradient(upper)
        e = np.flatnonzero(below == above)
        a, b = np.flatnonzero((below != above) & (below > -np.inf)), np.flatnonzero((below != above) & (above < np.inf))
        self._sorted = e, a, b, [len(each) for each in values]
        return r[e] - lower[e], np.concatenate([r[a] - lower[a], upper[b] - r[b]])

    def _jacobians(self, x):
        from autodiff import jacobian

        m = len(self._sorted[0])
        J = jacobian(lambda x: np.concatenate(self._constraints(x)))(x) if self._rows else np.empty((0, self.size))
        return J[:m], J[m:]

    def _estimated(self, result):
        """λ_I as the method has found it."""
        _, a, b, _ = self._sorted
        flat = self.problem.sign * np.concatenate([np.empty(0), *result.multipliers])
        return np.concatenate([np.maximum(flat[a], 0.0), np.maximum(-flat[b], 0.0)])

    def _require_independent(self, J, active):
        from autodiff.errors import SolutionError

        if not len(J):
            return
        sizes = np.linalg.norm(J, axis=1)
        U, singular, _ = np.linalg.svd(J / np.where(sizes > 0, sizes, 1.0)[:, None])
        if len(J) <= self.size and singular[-1] > _DEPENDENT:
            return
        m = len(self._sorted[0])
        involved = np.flatnonzero(np.abs(U[:, -1]) > 0.1 * np.abs(U[:, -1]).max())
        equations, others = involved[involved < m], active[involved[involved >= m] - m]
        shown = ", ".join(filter(None, [self._described(equations, are_equal=True), self._described(others)]))
        raise SolutionError(
            f"the solution is degenerate: the gradients of the active constraints are linearly dependent, those of "
            f"{shown} (LICQ does not hold), so that the multipliers are not unique and x need not have a derivative. "
            "Leave out constraints that follow from the others"
        )

    def _described(self, indices, are_equal=False):
        """'constraint 0 [2] (lower side), the bounds [1] (upper side)' for indices into c_E or c_I."""
        e, a, b, lengths = self._sorted
        ends, shown = np.cumsum(lengths), []
        for i in indices[:5].tolist():
            place = int(e[i] if are_equal else np.concatenate([a, b])[i])
            k = int(np.searchsorted(ends, place, side="right"))
            entry = f" [{place - int(ends[k]) + lengths[k]}]" if lengths[k] > 1 else ""
            side = "" if are_equal else " (lower side)" if i < len(a) else " (upper side)"
            shown.append(f"{self._names[k]}{entry}{side}")
        return ", ".join(shown) + (", ..." if len(indices) > 5 else "")


def _row(entry: Any, layout: Layout):
    """(r, lower, upper) of a constraint lower ≤ r(x) ≤ upper, r of a vector; its parameters may be traced."""
    fun, _, args, lower, upper = parts_of(entry)
    if callable(fun):
        return flat_function(fun, args, layout), lower, upper
    A = fun.toarray() if hasattr(fun, "toarray") else fun if hasattr(fun, "shape") else np.asarray(fun, np.float64)
    matrix = A.reshape(-1, layout.size)
    return lambda x: matrix @ x, lower, upper
