"""The game as the methods see it: the vector field of a point z = (x, y)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..layout import Layout
from ..objective import Objective, as_tree, max_norm

__all__ = ["Game"]


class Game(Objective):
    """v(z) = (∇ₓf, -∇ᵧf) of z = (x, y), shape (n,), for f(x, y) that x makes small and y makes large.

    v stands where a minimiser has the gradient, for at a solution it vanishes. f being low is no merit here, so the
    best point is the one with the least ‖v‖∞.

    split  how many numbers x has
    """

    def __init__(self, fun: Callable, x0: Any, y0: Any, *, args: tuple = ()):
        start = (as_tree(x0), as_tree(y0))
        super().__init__(lambda z, *values: fun(z[0], z[1], *values), start, args=args)
        Layout(start[1], "y0")  # which says what is wrong with it, by its name
        self.split = Layout(start[0]).size
        self.signs = np.ones(self.layout.size)
        self.signs[self.split :] = -1.0
        self._least = math.inf

    def value_and_gradient(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """f(z), v(z)."""
        best = self.best_fun, self.best_x, self._best_gradient
        value, gradient = super().value_and_gradient(x)
        self.best_fun, self.best_x, self._best_gradient = best
        field = self.signs * gradient
        size = max_norm(field)
        if size < self._least and math.isfinite(value):
            self._least, self.best_fun, self.best_x, self._best_gradient = size, value, x, field
        return value, field

    def transposed_product(self, z: np.ndarray, field: np.ndarray) -> np.ndarray:
        """J(z)ᵀ v, for the Jacobian J = S H of v, with S = diag(signs) and H the Hessian of f."""
        return self.hessian_product(z, self.signs * field)

    def product(self, z: np.ndarray, field: np.ndarray) -> np.ndarray:
        """J(z) v."""
        return self.signs * self.hessian_product(z, field)

    def field(self, z: Any, *args: Any) -> Any:
        """v as a function of z and args that may be traced."""
        from autodiff import grad

        return self.signs * grad(lambda z: self._fun(self.layout.unravel(z), *args))(z)
