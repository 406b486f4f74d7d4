"""The radius: grown where the model predicts well, shrunk where it does not."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..confirmation import Confirmation
from ..errors import UnknownOptionError
from ..method import Method
from ..precision import rescue
from ..status import Status
from .subproblem import Dogleg, Exact, Steihaug, Subproblem

__all__ = ["Trial", "TrustRegion", "dogleg", "trust_exact", "trust_ncg"]

_RESCUES = 10  # of a run, by a radius as large as Newton's step where the present one leads nowhere
_PATIENCE = 6  # iterations that neither lower the objective nor halve the gradient, before rounding is suspected


class Trial(NamedTuple):
    """Where to go next: x⁺, the length of the step in the norm of the region, and what the model predicts to be gained.

    curved  what of that is curvature that f itself has not; it is taken off the actual gain before they are compared
    """

    x: np.ndarray
    length: float
    predicted: float
    curved: float = 0.0


class TrustRegion(Method):
    """x⁺ = x + p where ρ = (f(x) - f(x + p)) / predicted > η; Δ ← Δ/4 where ρ < ¼, 2Δ where ρ > ¾ and ‖p‖ = Δ.

    The rounding error of f is added to both decreases, so that ρ tends to 1 where they are smaller than that, and
    Newton's last steps are taken although f cannot tell them.

    Source: Nocedal and Wright 2006, algorithm 4.1; Conn, Gould and Toint 2000, section 17.4.2, on rounding.
    """

    columns = ("radius",)

    def __init__(self, name: str, subproblem: Subproblem, initial_radius: float, max_radius: float, eta: float):
        if not 0 < initial_radius <= max_radius:
            raise UnknownOptionError(
                f"the radii must be 0 < initial_radius <= max_radius, not {initial_radius} and {max_radius}"
            )
        if not 0 <= eta < 0.25:
            raise UnknownOptionError(f"eta must be in [0, 1/4), but it is {eta}")
        self.name, self.subproblem, self.order = name, subproblem, subproblem.order
        self.radius, self.max_radius, self.eta = float(initial_radius), max_radius, eta

    def start(self, objective, x):
        super().start(objective, x)
        self._idle, self._lowest, self._least = 0, self.fun, math.inf
        self._rescues, self._confirmation = 0, Confirmation()

    def advance(self, objective):
        if not np.isfinite(self.jac).all():
            return Status.NOT_FINITE
        if (status := self._confirmation.verdict(self.fun)) is not None:
            return status
        if (newton := self._confirmation.taken()) is not None:
            self.radius = min(max(self.radius, self.length(newton)), self.max_radius)
        noise = 10 * objective.layout.epsilon * abs(self.fun)
        first = None  # the longest step that was proposed
        while True:
            try:
                trial = self.propose(objective)
            except np.linalg.LinAlgError:  # the Hessian is not finite
                return Status.NOT_FINITE
            x, step = trial.x, trial.x - self.x
            if not np.isfinite(x).all():
                return Status.NOT_FINITE
            first = step if first is None else first
            if not step.any() or not trial.predicted > 0:
                status = self._end(objective, first)
                if status is not None:
                    return status
                continue
            fun, jac = objective.value_and_gradient(x)
            usable = math.isfinite(fun) and np.isfinite(jac).all()
            if fun == -math.inf:
                usable = True  # the loop says that it is unbounded
            ratio = (self.fun - fun - trial.curved + noise) / (trial.predicted + noise) if usable else -1.0
            if not ratio >= 0.25:
                self.radius = 0.25 * trial.length
            elif ratio > 0.75 and trial.length > 0.99 * self.radius:
                self.radius = min(2 * self.radius, self.max_radius)
            if ratio > self.eta:
                self.step_norm = float(np.linalg.norm(step))
                self.arrive(objective, x, fun, jac)
                return self._finish_if_idle(objective, noise, step)

    def propose(self, objective) -> Trial:
        """A step within the radius."""
        step, predicted = self.subproblem.step(objective, self.x, self.jac, self.radius)
        return Trial(self.x + step, float(np.linalg.norm(step)), predicted)

    def arrive(self, objective, x: np.ndarray, fun: float, jac: np.ndarray) -> None:
        """Makes x the iterate."""
        self.x, self.fun, self.jac = x, fun, jac

    def downhill(self) -> np.ndarray:
        """A direction that goes down from the iterate, whatever the model is worth."""
        return -self.jac

    def _finish_if_idle(self, objective, noise, step):
        """Ends the run where it goes on within the rounding error of the objective."""
        gradient = self.optimality(self.x, self.jac)
        if self.fun < self._lowest - noise or gradient < 0.5 * self._least:
            self._idle, self._lowest, self._least = 0, min(self.fun, self._lowest), min(gradient, self._least)
            return None
        self._idle += 1
        return self._end(objective, step) if self._idle == _PATIENCE else None

    def _end(self, objective, step):
        """The limit of precision, where none of the model's step, the gradient's and Newton's lowers f by more than its
        rounding error; else an attempt to go on with a radius that lets Newton's step in, or a failure."""
        directions = [step] if step.any() and np.isfinite(step).all() else []
        found = rescue(objective, self.x, self.fun, self.jac, self.downhill(), *directions)
        if found is None:
            return Status.PRECISION_LIMIT
        radius = min(self.length(found.step), self.max_radius)
        if not found.certain or self._rescues == _RESCUES or not self.radius < radius < math.inf:
            return Status.LINE_SEARCH_FAILED
        self._rescues, self._idle, self.radius = self._rescues + 1, 0, radius
        return None

    def length(self, step: np.ndarray) -> float:
        """Of a step, in the norm of the region."""
        return float(np.linalg.norm(step))

    def confirms(self, objective, tol):
        """Whether ½ gᵀ|∇²f|⁻¹g promises no more than little; see `precision.objection`."""
        return self._confirmation.asks(objective, self.x, self.fun, self.jac, tol)


def trust_exact(initial_radius: float = 1.0, max_radius: float = math.inf, eta: float = 0.1) -> TrustRegion:
    """A trust region whose subproblem is solved exactly; robust where the Hessian is indefinite. O(n³) an iteration.

        p = argmin gᵀp + ½ pᵀH p  with  ‖p‖ ≤ Δ

    initial_radius, max_radius   of Δ
    eta                          the part of the predicted decrease that a step must bring to be taken

    Source: Moré and Sorensen 1983, Computing a trust region step.

    >>> import optim
    >>> optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "trust_exact").x.round(8)
    array([1., 1.])
    """
    return TrustRegion("trust_exact", Exact(), initial_radius, max_radius, eta)


def dogleg(initial_radius: float = 1.0, max_radius: float = math.inf, eta: float = 0.1) -> TrustRegion:
    """A trust region whose step is sought on the dogleg path: the gradient's, then towards Newton's.

    Arguments as for `trust_exact`.

    Source: Nocedal and Wright 2006, section 4.1. Powell 1970.

    >>> import optim
    >>> optim.minimize(optim.problems.rosenbrock, np.array([-1.2, 1.0]), "dogleg").x.round(8)
    array([1., 1.])
    """
    return TrustRegion("dogleg", Dogleg(), initial_radius, max_radius, eta)


def trust_ncg(initial_radius: float = 1.0, max_radius: float = math.inf, eta: float = 0.1) -> TrustRegion:
    """A trust region for many variables: conjugate gradients with Hessian-vector products, cut off at the radius.

    Arguments as for `trust_exact`.

    Source: Steihaug 1983, The conjugate gradient method and trust regions in large scale optimization.

    >>> import optim
    >>> optim.minimize(optim.problems.rosenbrock, np.full(50, -1.0), "trust_ncg").success
    True
    """
    return TrustRegion("trust_ncg", Steihaug(), initial_radius, max_radius, eta)
