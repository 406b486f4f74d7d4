"""Transforms as a method of the loop: they go where the gradients send them, and never look at the objective."""

from __future__ import annotations

import math

import numpy as np

from ..method import Method
from ..objective import Objective
from .chain import Chain
from .loss import loss_of_objective
from .transform import Transform, Workspace

__all__ = ["OpenLoop"]


class OpenLoop(Method):
    """x⁺ = x + u, with the step u that a transform makes of ∇f(x).

    Where the transform keeps an average of the points it steps through, that is the iterate x, which costs another
    evaluation in each step. Nothing makes the objective descend, so at a limit the last iterate is returned, as the
    algorithms are written.
    """

    keep = "last"

    def __init__(self, transform: Transform):
        self.transform = transform
        self.name = transform.name or type(transform).__name__

    def max_iter(self, n: int) -> int:
        return 10_000

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        self._workspace = Workspace(objective.layout, np.float64)
        self._state = self.transform.start(self._workspace)
        self._u = self._workspace.zeros()
        self._needs_x = self.transform.needs_x or self.transform.needs_loss
        self._workspace.loss = loss_of_objective(objective) if self.transform.needs_loss else None
        parts = self.transform.parts if isinstance(self.transform, Chain) else (self.transform,)
        self._averages = any(type(part).evaluation is not Transform.evaluation for part in parts)
        self._started_at = self._point = x
        self._value, self._slope = self.fun, self.jac

    def advance(self, objective: Objective) -> None:
        u, workspace = self._u, self._workspace
        u[:] = self._slope
        if self._needs_x:
            workspace.x = self._point
        workspace.value = self._value
        self.transform.apply(u, self._state, workspace)
        point = self._point + u
        self._value, self._slope = objective.value_and_gradient(point)
        self._point = point
        x = self.transform.evaluation(self._state, point, workspace) if self._averages else point
        if x is point:
            self.fun, self.jac = self._value, self._slope
        else:  # steps are made at one point, and the average of them is the iterate
            x = x.copy()
            self.fun, self.jac = objective.value_and_gradient(x)
        self.x = x

    @property
    def step_norm(self) -> float:  # type: ignore[override]
        return math.nan if self._started_at is self.x else math.sqrt(self._u.dot(self._u))

    @property
    def lr(self) -> float:  # type: ignore[override]
        return math.nan if self._started_at is self.x else self._workspace.learning_rate
