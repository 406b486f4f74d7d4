"""The proximal gradient method, plain and accelerated."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnknownOptionError
from ..status import Status
from .composite import Composite, first_step, is_majorised

__all__ = ["ProximalGradient", "fista", "proximal_gradient"]

_BACKTRACKS = 100


class ProximalGradient(Composite):
    """x⁺ = prox_{t g}(y - t ∇f(y)), where y is x, or x moved on by its momentum."""

    def __init__(self, name, regularizer, step, shrink, growth, restart, accelerated):
        super().__init__(regularizer)
        if restart not in ("gradient", "function", None):
            raise UnknownOptionError(f"restart={restart!r}; give 'gradient', 'function' or None")
        if not 0 < shrink < 1 <= growth or not (step is None or step > 0):
            raise ValueError(f"{name} needs step > 0 and 0 < shrink < 1 <= growth, not {step}, {shrink} and {growth}")
        self.name, self.first, self.shrink, self.growth = name, step, shrink, growth
        self.restart, self.accelerated = restart, accelerated

    def start(self, objective, x):
        super().start(objective, x)
        self._step = self.first or first_step(objective, self.x, self.jac)
        self._y, self._momentum = self.x, 1.0

    def advance(self, objective):
        x, fun, y = self.x, self.fun, self._y
        value, jac = (self.fun - (0.0 if self.term.is_set else self.term(x)), self.jac) if y is x else (None, None)
        if jac is None:
            value, jac = objective.value_and_gradient(y)
        if not np.isfinite(jac).all():
            return Status.NOT_FINITE
        for _ in range(_BACKTRACKS):
            ahead = self.term.prox(y - self._step * jac, self._step)
            if (ahead == y).all():
                if y is x:
                    return Status.PRECISION_LIMIT  # the step is lost in the rounding of x
                break
            if is_majorised(y, value, jac, ahead, *objective.value_and_gradient(ahead), self._step):
                break
            self._step *= self.shrink
        else:
            return Status.LINE_SEARCH_FAILED
        self._go_to(objective, ahead)
        self.step_norm, self.lr = float(np.linalg.norm(ahead - x)), self._step
        self._step *= self.growth
        if self.accelerated:
            self._extrapolate(x, fun, y)
        else:
            self._y = self.x
        return None

    def _extrapolate(self, x, fun, y):
        restart = self.restart == "gradient" and float((y - self.x) @ (self.x - x)) > 0
        restart |= self.restart == "function" and self.fun > fun
        if restart:
            self._momentum, self._y = 1.0, self.x
            return
        grown = (1 + math.sqrt(1 + 4 * self._momentum**2)) / 2
        self._y = self.x + (self._momentum - 1) / grown * (self.x - x)
        self._momentum = grown


def proximal_gradient(regularizer=None, step: float | None = None, shrink: float = 0.5, growth: float = 1.1):
    """The proximal gradient method (ISTA): min f(x) + g(x), f smooth.

        x⁺ = prox_{t g}(x - t ∇f(x)),  t halved until f(x⁺) ≤ f(x) + ⟨∇f(x), x⁺ - x⟩ + ‖x⁺ - x‖² / 2t

    regularizer  g, a term of `optim.proximal`, or a tree of them like x0; None with bounds or a set as constraints
    step         the first t; by default from the change of the gradient over a short way
    growth       factor of t after each iteration, so that it can follow a curvature that falls

    `result.fun` is f + g; `result.jac` is ∇f.

    Source: Beck and Teboulle 2009, section 3; Parikh and Boyd 2014, section 4.2.

    >>> import optim
    >>> from optim.proximal import L1
    >>> b = np.array([3.0, -0.5])
    >>> optim.minimize(lambda x: ((x - b) ** 2).sum() / 2, np.zeros(2), "proximal_gradient", regularizer=L1(1.0)).x
    array([ 2., -0.])
    """
    return ProximalGradient("proximal_gradient", regularizer, step, shrink, growth, None, accelerated=False)


def fista(regularizer=None, step: float | None = None, shrink: float = 0.5, restart: str | None = "gradient"):
    """FISTA: the proximal gradient method with Nesterov's momentum, O(1/k²) instead of O(1/k).

        x⁺ = prox_{t g}(y - t ∇f(y)),  θ⁺ = (1 + √(1 + 4 θ²)) / 2,  y⁺ = x⁺ + (θ - 1) / θ⁺ (x⁺ - x)

    restart  "gradient": the momentum starts anew where ⟨y - x⁺, x⁺ - x⟩ > 0, so that it goes uphill; "function": where
             f + g rises; None: never

    The other options are those of `proximal_gradient`.

    Source: Beck and Teboulle 2009, section 4, with backtracking; O'Donoghue and Candès 2015, section 3.2, for restarts.

    >>> import optim
    >>> from optim.proximal import L1
    >>> b = np.array([3.0, -0.5])
    >>> optim.minimize(lambda x: ((x - b) ** 2).sum() / 2, np.zeros(2), "fista", regularizer=L1(1.0)).x
    array([ 2., -0.])
    """
    return ProximalGradient("fista", regularizer, step, shrink, 1.0, restart, accelerated=True)
