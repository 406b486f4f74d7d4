"""Conditions that hold at a solution, of which its derivative is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

__all__ = ["ComposedFixedPoint", "Condition", "FixedPoint", "Stationary", "kinks", "least_distance"]

_DEGENERATE = 1e-7  # from a kink, in units of max(1, ‖∇f‖∞): ten times the default tol, within which all is rounding


class Condition(Protocol):
    """F(z) = 0, with z = (x, further unknowns), shape (k,), for one value of the parameters.

    unknowns  k
    extra     g, where f + g is minimised; None where it is f alone
    """

    unknowns: int

    @property
    def extra(self) -> Callable | None: ...

    def residual(self, z: Any) -> Any:
        """F(z), shape (k,), in operations that can be traced; parameters that are traced are part of the condition."""
        ...

    def complete(self, x: np.ndarray, result: Any) -> np.ndarray:
        """z of a solution x, shape (n,), on plain arrays."""
        ...

    def require_regular(self, z: np.ndarray, left: float) -> None:
        """Raises SolutionError where F has a kink at z, as far as what is left of F tells: z* has no derivative."""
        ...


def least_distance(scale: float, left: float) -> float:
    """How far from a kink a solution must be, which is known up to `left`, for gradients of a size."""
    return max(_DEGENERATE * max(1.0, scale), 10 * left)


class Stationary:
    """∇f(x) = 0.

    gradient  ∇f of a vector, shape (n,)
    """

    def __init__(self, gradient: Callable, size: int):
        self.residual, self.unknowns, self.extra = gradient, size, None

    def complete(self, x, result):
        return x

    def require_regular(self, z, left):
        pass


class FixedPoint:
    """x = prox(x - ∇f(x)), with prox the projection on bounds or on a set, or the proximal operator of a regularizer.

    gradient  ∇f of a vector, shape (n,)
    prox      of a vector; it may depend on traced parameters
    extra     g, where the prox is that of a function
    units     of x, shape (n,): the condition is that of x / units, with the gradient and the prox in these units

    The solution depends on the parameters as smoothly as the prox does at x - ∇f(x). With bounds: where xᵢ is free,
    ∂f/∂xᵢ = 0; where it is fixed, xᵢ is the bound, and moves with it.
    """

    def __init__(self, gradient: Callable, prox: Callable, size: int, extra: Callable | None = None, units: Any = 1.0):
        self.gradient, self.prox, self.unknowns, self.extra, self.units = gradient, prox, size, extra, units

    def residual(self, z):
        x = z / self.units
        return x - self.prox(x - self.gradient(z))

    def complete(self, x, result):
        return x

    def require_regular(self, z, left):
        gradient = self.gradient(z)
        _require_smooth(self.prox, z / self.units - gradient, least_distance(np.abs(gradient).max(), left), "x")


class ComposedFixedPoint:
    """∇f(x) + Aᵀ y = 0,  A x = prox(A x + y): what holds at a minimum of f(x) + g(A x), with y in ∂g(A x).

    term    g, with its proximal operator
    matrix  A, shape (m, n). Its rows must be independent where the prox is constant, or y is not unique
    dual    Result → y, on plain arrays
    """

    def __init__(self, gradient: Callable, term: Any, matrix: np.ndarray, dual: Callable):
        self.gradient, self.prox, self.matrix, self.dual = gradient, term.prox, matrix, dual
        self.extra = None if hasattr(term, "project") else lambda x: term(matrix @ x)
        self.size = matrix.shape[1]
        self.unknowns = sum(matrix.shape)

    def residual(self, z):
        x, y = z[: self.size], z[self.size :]
        image = self.matrix @ x
        return np.concatenate([self.gradient(x) + self.matrix.T @ y, image - self.prox(image + y)])

    def complete(self, x, result):
        return np.concatenate([x, self.dual(result)])

    def require_regular(self, z, left):
        x, y = z[: self.size], z[self.size :]
        _require_smooth(self.prox, self.matrix @ x + y, least_distance(np.abs(y).max(), left), "A x")


def kinks(function: Callable, v: np.ndarray, distance: float) -> str:
    """Which entries of function(v) have a kink within a distance of v, in words; "" where none has.

    There the function goes on otherwise than it came: the second difference is a part of the distance, while elsewhere
    it falls with the square of it.

    >>> kinks(np.abs, np.array([3.0, 1e-9]), 1e-7)
    '1'
    """
    rng = np.random.default_rng(0)
    for _ in range(2):
        way = distance * rng.uniform(0.5, 1.0, v.size) * rng.choice([-1.0, 1.0], v.size)
        bend = np.abs(function(v + way) - 2 * function(v) + function(v - way))
        found = np.flatnonzero(bend > max(1e-2 * distance, 0.5 * bend.max()))
        if found.size:
            return ", ".join(map(str, found[:5].tolist())) + (", ..." if found.size > 5 else "")
    return ""


def _require_smooth(prox, v, distance, name):
    from autodiff.errors import SolutionError

    if found := kinks(prox, v, distance):
        raise SolutionError(
            f"the solution is degenerate: the entries {found} of {name} are at the edge of being fixed by their "
            f"bound, set or regularizer, and of being free (within {distance:.3g}), so that they have no "
            "derivative. Strict complementarity does not hold: ask for a smaller tol if the run was rough, leave "
            "out the constraint if it does not matter, or change the parameters a little"
        )
