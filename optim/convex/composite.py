"""What all methods for min f(x) + g(x) share: f smooth, g a term with a proximal operator."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnsupportedProblemError
from ..layout import Layout
from ..method import Method
from ..objective import Objective, max_norm
from ..proximal import Box
from ..proximal.flat import FlatTerm

__all__ = ["Composite", "first_step", "is_majorised"]


class Composite(Method):
    """A method for min f(x) + g(x), where g is a regularizer, or the indicator of a set or of bounds.

    `fun` of the iterates is f + g, `jac` is ∇f alone. The optimality measure is the length of a proximal gradient step

        ‖x - prox_g(x - ∇f(x))‖∞

    which is ‖∇f(x)‖∞ where there is no g. A start outside of the set is projected onto it.
    """

    handles = frozenset({"bounds", "sets"})

    def __init__(self, regularizer=None):
        self.regularizer = regularizer

    def start(self, objective: Objective, x: np.ndarray) -> None:
        self.term = self._term(objective)
        objective.term = self.term
        self._go_to(objective, self.term.prox(x) if self.term.is_set else x)

    def optimality(self, x, jac):
        return max_norm(x - self.term.prox(x - jac))

    def condition(self, problem):
        from ..implicit.conditions import FixedPoint

        if self.regularizer is None and problem.term is None:
            return super().condition(problem)
        term = self._term(problem)
        return FixedPoint(problem.gradient, term.prox, problem.layout.size, None if term.is_set else term)

    def _term(self, objective):
        bounds, layout = objective.bounds, objective.layout
        given = [] if self.regularizer is None else [FlatTerm(self.regularizer, layout)]
        given += [] if objective.term is None else [objective.term]
        given += [] if bounds is None else [_box(bounds, layout.size)]
        if len(given) > 1:
            raise UnsupportedProblemError(
                f"{self.name} takes one of regularizer, constraints and bounds, not several: the prox of "
                "a sum has no formula in general. Derive optim.proximal.Term for the sum, or use admm or sqp"
            )
        return given[0] if given else FlatTerm(Box(), layout)

    def _go_to(self, objective, x):
        self.x = x
        value, self.jac = objective.value_and_gradient(x)
        self.fun = value + (0.0 if self.term.is_set else self.term(x))


def _box(bounds, size):
    return FlatTerm(Box(bounds.lower, bounds.upper), Layout(np.zeros(size)))


def first_step(objective: Objective, x: np.ndarray, jac: np.ndarray) -> float:
    """1 / L, with L the change of the gradient over a short way downhill, within the set where there is one."""
    norm = math.sqrt(jac @ jac)
    if not norm:
        return 1.0
    there = x - (1e-4 * max(1.0, math.sqrt(x @ x)) / norm) * jac
    if objective.term is not None and objective.term.is_set:
        there = objective.term.prox(there)
    way = math.sqrt((there - x) @ (there - x))
    if not way:
        return 1.0
    _, ahead = objective.value_and_gradient(there)
    change = ahead - jac
    lipschitz = math.sqrt(change @ change) / way
    return 1 / lipschitz if 0 < lipschitz < math.inf else 1.0


def is_majorised(x, fun, jac, ahead, fun_ahead, jac_ahead, step) -> bool:
    """Whether f(x⁺) ≤ f(x) + ⟨∇f(x), d⟩ + ‖d‖² / 2t with d = x⁺ - x: the step t is short enough.

    Where these differences drown in rounding, ⟨∇f(x⁺) - ∇f(x), d⟩ ≤ ‖d‖² / t tells the same without cancellation.
    """
    d = ahead - x
    square = float(d @ d)
    if not (math.isfinite(fun_ahead) and np.isfinite(jac_ahead).all()):
        return False
    if square / step > 1e-10 * abs(fun):
        return fun_ahead <= fun + float(jac @ d) + square / (2 * step)
    return float((jac_ahead - jac) @ d) <= square / step
