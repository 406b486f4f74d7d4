"""Powell's method of conjugate directions, without derivatives."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnknownOptionError
from ..objective import Objective
from ..scalar.interval import BrentInterval, bracket
from ..value_method import ValueMethod

__all__ = ["powell"]


class Powell(ValueMethod):
    """Line minimisations along a set of directions that becomes conjugate. An iteration is one round of them."""

    name = "powell"

    def __init__(self, step: float, line_tol: float):
        self.first_step, self.line_tol = step, line_tol

    def max_iter(self, n: int) -> int:
        return 1000 * n

    def prepare(self, objective: Objective) -> None:
        self._directions = np.diag(np.maximum(1.0, np.abs(self.x)))  # as rows
        self._lengths = np.full(self.x.size, self.first_step)  # of the last step along each
        self._moved = math.inf

    def move(self, objective: Objective) -> None:
        x0, f0 = x, fun = self.x, self.fun
        drops = np.zeros(x.size)
        for i, direction in enumerate(self._directions):
            before = fun
            x, fun, self._lengths[i] = self._minimise_along(objective, x, fun, direction, self._lengths[i])
            drops[i] = before - fun
        step = x - x0
        self._replace_a_direction(objective, x0, f0, x, fun, step, drops)
        self._moved = float(np.max(np.abs(self.x - x0) / np.maximum(1.0, np.abs(self.x))))

    def spread(self) -> float:
        """How far the last round moved x, relative to max(1, |xᵢ|)."""
        return self._moved

    def _replace_a_direction(self, objective, x0, f0, x, fun, step, drops):
        """Powell's test: the direction of the whole round replaces that of the largest drop, if that gains anything."""
        largest = int(drops.argmax())
        beyond = self._within(x + step)
        if not step.any():
            return
        f_beyond = self._value(objective, beyond)
        if not f_beyond < f0:
            return
        if 2 * (f0 - 2 * fun + f_beyond) * (f0 - fun - drops[largest]) ** 2 >= drops[largest] * (f0 - f_beyond) ** 2:
            return
        self._minimise_along(objective, x, fun, step, 1.0)
        self._directions[largest], self._lengths[largest] = self._directions[-1], self._lengths[-1]
        self._directions[-1], self._lengths[-1] = step, 1.0

    def _minimise_along(self, objective, x, fun, direction, length):
        """The lowest point found on the line, its value, and the length of the step that leads there."""
        low, high = self._reach(x, direction)
        if not low < high:
            return x, fun, length

        def phi(t):
            return self._value(objective, self._within(x + t * direction))

        first = max(abs(length), 1e-6) if high > 0 else -max(abs(length), 1e-6)
        a, b, t, value = bracket(phi, 0.0, fun, first, low, high)
        line = BrentInterval(a, b, t, value, tol=self.line_tol * max(abs(t), 1e-8))
        for _ in range(50):
            if line.has_converged() or line.b - line.a <= 2 * self.line_tol * max(abs(line.x), 1e-12):
                break
            u = line.propose()
            line.observe(u, phi(u))
        if not line.fun < fun:
            return x, fun, 0.5 * length
        return self._within(x + line.x * direction), line.fun, line.x

    def _reach(self, x, direction):
        """The interval of t in which x + t · direction is within the bounds."""
        if self.bounds is None:
            return -math.inf, math.inf
        moving = direction != 0
        one = (self.bounds.lower[moving] - x[moving]) / direction[moving]
        other = (self.bounds.upper[moving] - x[moving]) / direction[moving]
        return float(np.minimum(one, other).max(initial=-math.inf)), float(np.maximum(one, other).min(initial=math.inf))

    def _value(self, objective, x):
        value = objective.value(x)
        self.improve(x, value)
        return value if value == value else math.inf

    def _within(self, x):
        return x if self.bounds is None else self.bounds.clip(x)


def powell(step: float = 0.1, line_tol: float = 1e-4) -> Powell:
    """Powell's method: minimise along each of n directions in turn, and let the way of a round become a direction.

        x_i = argmin_t f(x_{i-1} + t d_i), i = 1..n;    d = x_n - x_0 replaces the d_i of the largest drop

    where f(2 x_n - x_0) says that the drop is not due to that one direction alone; so the directions stay independent.
    After n rounds on a quadratic they are conjugate.

    step      of the first search along each direction, relative to max(1, |xᵢ|)
    line_tol  the accuracy of each line minimisation, relative to its length

    It ends where a round moves no coordinate by more than `tol`, relative to max(1, |xᵢ|). Bounds cut the lines short.

    Source: Powell 1964, An efficient method for finding the minimum of a function of several variables without
    calculating derivatives; with the test of Press et al., Numerical recipes, section 10.7.

    >>> import optim
    >>> optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "powell").x.round(6)
    array([1., 1.])
    """
    if not step > 0 or not 0 < line_tol < 1:
        raise UnknownOptionError(f"step={step!r} must be positive, and line_tol={line_tol!r} between 0 and 1")
    return Powell(step, line_tol)
