"""Equations as the methods see them: a residual of a flat vector, with its Jacobian, that counts and remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..derivatives import GradientSource
from ..errors import InvalidObjectiveError
from ..objective import Objective

__all__ = ["Equations", "is_at_rounding"]


class Equations(Objective):
    """F(x) = 0, of as many equations as unknowns, as the loop sees it.

    The residual F stands where a minimiser has the gradient, for both have to vanish; the objective is ½ ‖F‖², by which
    the best point is known. nfev counts evaluations of F, njev those of its Jacobian, nhvp products with it.

    fun  of a tree like x0; returns a tree of as many numbers
    jac  None: from autodiff; a function of x that returns shape (n, n); "2-point": by forward differences
    """

    def __init__(self, fun: Callable, x0: Any, *, args: tuple = (), jac: Any = None):
        if jac is not None and jac != "2-point" and not callable(jac):
            raise InvalidObjectiveError(f"jac must be None (autodiff), a function of x or '2-point', not {jac!r}")
        self._jac: Any = jac
        self._jacobians = 0
        super().__init__(fun, x0, args=args)

    def value_and_gradient(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """½ ‖F(x)‖², F(x)."""
        found = super().value_and_gradient(x)
        self.njev = self._jacobians
        return found

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """J[i, j] = ∂Fᵢ/∂xⱼ at x, shape (n, n)."""
        self._jacobians += 1
        self.njev = self._jacobians
        n = x.size
        if self._jac is None:
            from autodiff import jacobian

            return np.asarray(jacobian(self.of_vector)(x)).reshape(n, n)
        if self._jac == "2-point":
            return np.stack([self._quotient(x, column) for column in np.eye(n)], axis=1)
        given = np.asarray(self._jac(self.layout.unravel(x), *self.args), dtype=float)
        if given.size != n * n:
            raise InvalidObjectiveError(
                f"the Jacobian has shape {given.shape}, but for {n} unknowns it must be {(n, n)}"
            )
        return given.reshape(n, n)

    def product(self, x: np.ndarray, v: np.ndarray) -> np.ndarray:
        """J(x) v, without the Jacobian where it need not be formed."""
        self.nhvp += 1
        if self._jac == "2-point":
            size = np.linalg.norm(v)
            return self._quotient(x, v / size) * size if size else np.zeros_like(v)
        if self._jac is not None:
            return self.jacobian(x) @ v
        from autodiff import jvp

        return np.asarray(jvp(self.of_vector, (x,), (v,))[1])

    def of_vector(self, x: Any, *args: Any) -> Any:
        """F as a function of vectors, shape (n,), that may be traced; args where others than its own are meant."""
        from autodiff.tree import ravel

        return ravel(self._fun(self.layout.unravel(x), *(args or self.args)))[0]

    def _make_source(self, jac):
        evaluate = self._evaluate
        return GradientSource(lambda x: evaluate(x)[0], lambda x: evaluate(x)[1], evaluate, 1, 1)

    def _evaluate(self, x):
        residual = np.asarray(self.of_vector(x), dtype=float)
        if residual.shape != x.shape:
            raise InvalidObjectiveError(
                f"there are {residual.size} equations for {x.size} unknowns; give as many as x0 has numbers, or use "
                "least_squares"
            )
        return 0.5 * float(residual @ residual), residual

    def _quotient(self, x, direction):
        step = np.sqrt(self.layout.epsilon) * max(1.0, float(np.abs(x).max()))
        return (self.value_and_gradient(x + step * direction)[1] - self._evaluate(x)[1]) / step


def is_at_rounding(equations: Equations, x: np.ndarray, residual: np.ndarray) -> bool:
    """Whether F(x) is no more than the rounding error of F: whether F changes as much between floats next to x."""
    noise = np.zeros_like(residual)
    for pattern in (1.0, -1.0, np.resize([1.0, -1.0], x.size)):
        near = equations.value_and_gradient(x + pattern * equations.layout.epsilon * np.abs(x))[1]
        noise = np.fmax(noise, np.abs(near - residual))
    return bool((np.abs(residual) <= 4 * noise).all())
