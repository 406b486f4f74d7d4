"""Descents along searched step lengths, differentiated through their iterations.

A step x⁺ = x - α H ∇f(x, θ) has a length α from a search, and mostly a matrix H that is learnt from the steps before.
Both tell how fast the run goes, not where to: x*(θ) is a fixed point of the step for any α and any regular H. So they
are held constant, and the derivative is that of

    x⁺ = x - α H ∇f(x, θ),    dx⁺ = (I - α H ∇²f) dx - α H ∂∇f/∂θ dθ.

Its error is multiplied by I - α H ∇²f in each step, as that of x is, and so tends to 0. With α and H differentiated it
would too, but ∂H/∂θ grows without bounds while the gradient that it meets vanishes. Held, they make the derivative
that of the limit, not that of the iterates on the way there: a run that has not converged is refused.

The derivative converges after the iterates: its error is multiplied once more where theirs is gone, and for a
quasi-Newton method they converge faster than H. Therefore the run is prolonged by steps of its own, the last H or the
last lengths, until a perturbation of its end has died out, which is multiplied by the same factors as the error; where
it does not, the derivative is refused.

Source: Griewank, Bischof, Corliss, Carle and Williamson 1993, Derivative convergence for iterative equation solvers,
Optim. Methods Softw. 2; Gilbert 1992, Automatic differentiation and iterative processes, Optim. Methods Softw. 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..descent import Descent
from ..directions import BFGS, DFP, SR1, ConjugateGradient, LimitedMemoryBFGS, Newton, Steepest
from ..directions.newton import is_safely_positive, reflected_step
from ..errors import NotConvergedError, UnsupportedProblemError
from ..line_search import Fixed

__all__ = ["NAMES", "Step", "end", "is_held_exactly", "is_unrollable", "prolongation", "watched"]

_DEAD, _GROWN = 1e-12, 1e3  # of a perturbation is left where it has died out, and where it never will
_REPEATS = 1000  # steps that may be needed for it
_ROUNDS = 3  # at least, for derivatives of higher order converge one after the other
_CYCLES = (1, 3, 10, 30, 100)  # so many of the last steps are tried to be repeated


class Step(NamedTuple):
    """d = -H ∇f(x) + β d_before,  x⁺ = x + α d, with H as the function v → H v; it is symmetric.

    taken  x⁺ - x in the run, to which the step taken again is set, so that rounding does not grow. Where α is 0, the
           step came from elsewhere, and is held as a whole; the steps after it see to the derivative
    """

    product: Callable
    beta: float
    alpha: float
    taken: np.ndarray | None = None


# -- what is held ------------------------------------------------------------------------------------------------------


def _identity(v):
    return v


def _of_matrix(direction, objective, x):
    H = direction.H
    return _identity if H is None else H.copy().__matmul__


def _of_magnitudes(direction, objective, x):
    H = direction.H
    if H is None or is_safely_positive(H):
        return _of_matrix(direction, objective, x)
    eigenvalues, vectors = np.linalg.eigh(H)
    return ((vectors * np.abs(eigenvalues)) @ vectors.T).__matmul__


def _of_pairs(direction, objective, x):
    twin = LimitedMemoryBFGS(direction.memory, direction.scale)
    twin._pairs, twin._gamma = direction._pairs.copy(), direction._gamma
    return twin.product


def _of_hessian(direction, objective, x):
    H = objective.hessian(x)
    if direction.modify and not is_safely_positive(H):
        return lambda v: -reflected_step(H, v, direction.floor)
    return lambda v: np.linalg.solve(H, v)


# the direction → H at an iterate, by which it multiplies the gradient
_PRODUCTS = {
    Steepest: lambda direction, objective, x: _identity,
    ConjugateGradient: lambda direction, objective, x: _identity,
    BFGS: _of_matrix,
    DFP: _of_matrix,
    SR1: _of_magnitudes,
    LimitedMemoryBFGS: _of_pairs,
    Newton: _of_hessian,
}


NAMES = ("bfgs", "cg", "dfp", "lbfgs", "newton", "sr1", "steepest_descent")


def is_unrollable(method: Any) -> bool:
    return isinstance(method, Descent) and type(method.direction) in _PRODUCTS


def is_held_exactly(method: Descent) -> bool:
    """Whether nothing is held that is not constant anyway, so that the derivative is that of every iterate."""
    return isinstance(method.search, Fixed) and type(method.direction) is Steepest


def watched(method: Descent) -> Descent:
    """The same method; after a run, `direction.steps` are those that it has taken."""
    method.direction = _Watched(method.direction)
    return method


class _Watched:
    """A direction that remembers what its steps were made of."""

    def __init__(self, direction):
        self.direction, self.order = direction, direction.order
        self.steps: list[Step] = []
        self._forget()

    @property
    def scaled(self):
        return self.direction.scaled

    def start(self, n):
        self.direction.start(n)
        self._forget()

    def at(self, objective, x, jac):
        beta = getattr(self.direction, "_beta", 0.0)
        product = _PRODUCTS[type(self.direction)](self.direction, objective, x)
        d = self.direction.at(objective, x, jac)
        self._next = product, beta if self._has_begun else 0.0, d
        return d

    def update(self, step, change, jac):
        product, beta, d = self._next
        if d is None or not self._is_along(step, d):  # the gradient was followed instead
            product, beta, d = _identity, 0.0, change - jac
        alpha = float(step @ d) / float(d @ d) if self._is_along(step, d) else 0.0
        self.steps.append(Step(product, beta, alpha, step))
        self._next, self._has_begun = (_identity, 0.0, None), True
        self.direction.update(step, change, jac)

    def inverse_hessian(self):
        return self.direction.inverse_hessian()

    def last(self, objective, x) -> Step | None:
        """What it would do at the end, where its vectors have the length of a step."""
        if not self.scaled:
            return None
        return Step(_PRODUCTS[type(self.direction)](self.direction, objective, x), 0.0, 1.0)

    def _forget(self):
        self._next, self._has_begun = (_identity, 0.0, None), False

    @staticmethod
    def _is_along(step, d):
        if not d.any():
            return False
        alpha = float(step @ d) / float(d @ d)
        return bool(np.abs(step - alpha * d).max() <= 1e-6 * np.abs(step).max())


# -- the steps taken again ---------------------------------------------------------------------------------------------


def end(steps: list[Step], gradient: Callable, x: Any) -> Any:
    """Where these steps lead to from x; x and the gradient may be traced."""
    from autodiff import stop_gradient

    d = None
    for product, beta, alpha, taken in steps:
        if not alpha:
            x = x + taken
            continue
        descent = _held(product)(gradient(x))
        d = -descent if d is None or not beta else beta * d - descent
        step = alpha * d
        if taken is not None:
            away = taken - stop_gradient(step)
            _check_same(away, np.abs(taken).max(), np.abs(stop_gradient(x)).max())
            step = step + away
        x = x + step
    return x


def _check_same(away, length, size):
    """The same step leads to the same point: else what the objective computes depends on more than x and args."""
    distance = np.abs(away).max()
    if not distance <= 1e-3 * length + 1e-8 * max(1.0, size):
        raise UnsupportedProblemError(
            f"a step that was taken twice does not lead to the same point ({distance:.3g} apart): the objective is "
            "random, or its gradient is not that of its values; a derivative through such a run would mean nothing"
        )


def _held(product):
    from autodiff.primitive import Linear

    matrix = Linear(product, (lambda cotangent, like: matrix(cotangent),), name="H")
    return matrix


def prolongation(
    steps: list[Step], gradient: Callable, start: np.ndarray, solution: np.ndarray, last: Step | None
) -> list[Step]:
    """Steps to be taken at the end of a run until the derivative is that of the limit.

    start, solution  where the run began and ended, shape (n,)
    last             the step that its direction would take next, if that has a length of its own

    Raises NotConvergedError where none lets perturbations of the end die out.
    """
    from autodiff import jvp

    moving = [step for step in steps if step.alpha]
    if last is None and not moving:
        raise NotConvergedError(
            "the run began at its solution, so there are no iterations to differentiate through; start elsewhere, or "
            "ask for differentiate='implicit'"
        )
    cycles = [] if last is None else [[last]]
    cycles += [[step._replace(taken=None) for step in moving[-length:]] for length in _CYCLES if length <= len(moving)]
    rng = np.random.default_rng(0)
    v, tilt = rng.normal(size=(2, start.size))
    v, tilt = v / np.abs(v).max(), tilt / np.abs(tilt).max()

    def tilted_end(x, t):
        return end(steps, lambda x: gradient(x) + t * tilt, x)

    # what the run itself has made of perturbations of its start and of the objective, which may be much
    grown = np.abs(jvp(tilted_end, (start, 0.0), (v, 1.0))[1]).max()
    expected = np.abs(v).max() + np.abs((last or moving[-1]).product(tilt)).max()
    enough = _DEAD / max(1.0, grown / expected)
    for cycle in cycles:
        left, added = v, []
        while len(added) < _ROUNDS * len(cycle) or (enough < np.abs(left).max() < _GROWN and len(added) < _REPEATS):
            left = jvp(lambda x, cycle=cycle: end(cycle, gradient, x), (solution,), (left,))[1]
            added += cycle
        if np.abs(left).max() <= enough:
            return added
    raise NotConvergedError(
        "the run has converged, but the derivative through its iterations does not, however often its last steps are "
        "repeated; ask for differentiate='implicit'"
    )
