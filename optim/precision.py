"""Whether a decrease of the objective can still be told from rounding, and what its curvature says of a lower point."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .objective import Objective

__all__ = ["Prospect", "foresee", "is_at_precision_limit", "objection", "rescue"]

_SAFETY = 10  # rounding errors add up; a decrease must exceed their size by this to be called representable
_REST = 0.8  # of the gradient: what a step may leave of it by the Hessian; with no idea of a valley it leaves it all
_SLACK = 1e-3  # of the gradient, for the error of a difference of gradients
_DIGITS = 1e-5  # of f, that a minimum is to be known by at least
_FEW = 64  # variables, up to which a whole Hessian is worth an answer that is right


class Prospect(NamedTuple):
    """What Newton's model promises from a point: the step, shape (n,), and the decrease of f along it.

    certain  whether it rests on the whole Hessian
    """

    step: np.ndarray
    gain: float
    certain: bool = True


def is_at_precision_limit(
    objective: Objective, x: np.ndarray, fun: float, jac: np.ndarray, *directions: np.ndarray
) -> bool:
    """Whether what can be gained, along directions of descent or by Newton's step, is below the rounding error of f.

    Rounding is measured, not guessed: the objective and its gradient are evaluated at floating-point neighbours of x.
    What can be gained along a direction is φ'² / 2φ'', the decrease of the parabola, with φ'' from one difference of
    gradients; that by Newton's step is ½ gᵀ|H|⁻¹g, where in a narrow valley all other directions promise nothing. At a
    kink there is no parabola; there the answer is yes where every entry of the gradient changes by as much as its own
    size between neighbours. Asked where a search has failed, it tells the end of what floating point can do from wrong
    derivatives. Nothing is evaluated outside of the bounds, nor is a gain expected beyond them.
    """
    return rescue(objective, x, fun, jac, *directions) is None


def rescue(
    objective: Objective, x: np.ndarray, fun: float, jac: np.ndarray, *directions: np.ndarray
) -> Prospect | None:
    """None at the limit of precision, in the sense of `is_at_precision_limit`; else where more can be gained."""
    value_noise, gradient_noise = _rounding(objective, x, fun, jac)
    free = _is_free(objective, x, jac, value_noise)
    g = np.where(free, jac, 0.0)
    if (np.abs(g) <= gradient_noise).all():
        return None
    found = [] if (newton := foresee(objective, x, g, gradient_noise, free)) is None else [newton]
    for direction in directions if not found or found[0].gain <= value_noise else ():
        found.append(Prospect(direction, _gain_along(objective, x, jac, np.where(free, direction, 0.0)), certain=False))
    best = max(found, key=lambda prospect: prospect.gain, default=None)
    return None if best is None or best.gain <= value_noise else best


def objection(
    objective: Objective, x: np.ndarray, fun: float, jac: np.ndarray, tol: float, direction: np.ndarray | None = None
) -> Prospect | None:
    """What speaks against a gradient within its tolerance being that of a minimum: a step that promises much, or None.

    Much is a decrease by more than tol², which is what a curvature of 1 would leave to gain, and by more than the
    fifth digit of f, or than tol where that is less. So it is where f falls slowly along a valley that is narrow in
    other units: no bound on the gradient alone can tell that from a minimum.

    direction  the step of the method, -H ∇f(x): if ∇²f(x) agrees with its H along it, no more than that is asked
    """
    bar = max(tol * tol, _SAFETY * objective.layout.epsilon * abs(fun), min(tol, _DIGITS * abs(fun)))
    if x.size > _FEW or not jac.any():
        return None
    room = _is_free(objective, x, jac, bar)
    g = np.where(room, jac, 0.0)
    if direction is not None and _agrees(objective, x, g, np.where(room, direction, 0.0), bar, room):
        return None
    found = foresee(objective, x, g, None, room)
    if found is None or found.gain <= bar:
        return None
    found = rescue(objective, x, fun, jac)  # which takes rounding into account
    return None if found is None or found.gain <= bar else found


def _agrees(objective, x, jac, direction, bar, free):
    """Whether ∇²f d ≈ -∇f, for the variables as they are and in units of their values, and d promises little."""
    if not -0.5 * float(jac @ direction) <= bar:
        return False
    product, error = _product(objective, x, jac, direction)
    rest, steep = np.where(free, np.abs(product + jac), 0.0), np.abs(jac) + 2 * error
    return all((rest * units).max() <= _REST * (steep * units).max() for units in (np.ones_like(x), np.abs(x)))


def _product(objective, x, jac, direction):
    """∇²f d, shape (n,), and its error; infinite entries where it is not to be had."""
    if objective.hessians_from == "formulas":
        from autodiff.errors import DifferentiationError

        try:
            return objective.hessian_product(x, direction), 0.0
        except DifferentiationError:  # once differentiable by its own rule, and no more
            pass
    largest = float((np.abs(direction) / np.maximum(1.0, np.abs(x))).max())
    if objective.hessians_from is None or not 0 < largest < math.inf:
        return np.full_like(x, np.inf), 0.0
    reach = math.sqrt(objective.layout.epsilon) / largest
    ahead = _within(objective, x, x + reach * direction)
    if not np.allclose(ahead - x, reach * direction, rtol=1e-3, atol=0.0):  # a bound is near
        return np.full_like(x, np.inf), 0.0
    return (objective.value_and_gradient(ahead)[1] - jac) / reach, _SLACK * float(np.abs(jac).max())


def foresee(
    objective: Objective,
    x: np.ndarray,
    jac: np.ndarray,
    noise: np.ndarray | None = None,
    free: np.ndarray | None = None,
) -> Prospect | None:
    """Newton's step -|H|⁻¹g and ½ gᵀ|H|⁻¹g; None where H would cost too much, or is not finite.

    noise  the rounding error of the gradient, shape (n,): what of it is no more than that promises nothing
    free   which variables may move

    Eigenvalues are those of H with its diagonal scaled to ones, so that units do not matter; those below their rounding
    error count as much as that.
    """
    found = None if x.size > _FEW else _hessian(objective, x, jac)
    if found is None or not np.isfinite(found[0]).all():
        return None
    free = np.ones(x.size, bool) if free is None else free
    H, error = (matrix[np.ix_(free, free)] for matrix in found)
    diagonal = np.sqrt(np.abs(np.diagonal(H)))
    D = 1 / np.where(diagonal > 0, diagonal, 1.0)
    eigenvalues, Q = np.linalg.eigh(D[:, None] * H * D)
    floor = D.size * max(float(np.finfo(float).eps), float((D[:, None] * error * D).max(initial=0.0)))
    sizes = np.maximum(np.abs(eigenvalues), floor)
    gamma = Q.T @ (D * jac[free])
    certain = gamma if noise is None else np.maximum(np.abs(gamma) - np.abs(Q).T @ (D * noise[free]), 0.0)
    step = np.zeros_like(x)
    step[free] = -D * (Q @ (gamma / sizes))
    return Prospect(step, float(0.5 * (certain**2 / sizes).sum()))


def _rounding(objective, x, fun, jac):
    """How far f and each entry of its gradient, shape (n,), differ between floating-point neighbours."""
    value_noise, gradient_noise = _SAFETY * objective.layout.epsilon * abs(fun), np.zeros_like(jac)
    for pattern in (np.sign(jac), -np.sign(jac), np.resize([1.0, -1.0], x.size)):
        near = _within(objective, x, x + pattern * objective.layout.epsilon * np.abs(x))
        near_fun, near_jac = objective.value_and_gradient(near)
        if math.isfinite(near_fun) and np.isfinite(near_jac).all():
            value_noise = max(value_noise, _SAFETY * abs(near_fun - fun))
            gradient_noise = np.maximum(gradient_noise, np.abs(near_jac - jac))
    return value_noise, gradient_noise


def _gain_along(objective, x, jac, direction):
    """φ'² / 2φ'', infinite where φ'' ≤ 0, and zero where the direction does not lead down."""
    largest = float((np.abs(direction) / np.maximum(1.0, np.abs(x))).max())
    if not 0 < largest < math.inf:
        return 0.0
    ahead = _within(objective, x, x + math.sqrt(objective.layout.epsilon) / largest * direction)
    step = ahead - x
    size = float(np.abs(step).max())
    slope = float(jac @ step) / size if size else 0.0  # so that squares do not underflow
    if not slope < 0:
        return 0.0
    curvature = float((objective.value_and_gradient(ahead)[1] - jac) @ step) / size
    return math.inf if curvature <= 0 else 0.5 * slope * slope / curvature * size


def _hessian(objective, x, jac):
    """H and the errors of its entries, each of shape (n, n)."""
    if objective.hessians_from == "formulas":
        from autodiff.errors import DifferentiationError

        try:
            return objective.hessian(x), np.zeros((x.size, x.size))
        except DifferentiationError:  # once differentiable by its own rule, and no more
            pass
    elif objective.hessians_from is None:
        return None
    H, error = np.empty((x.size, x.size)), np.empty((x.size, x.size))
    for i, step in enumerate(math.sqrt(objective.layout.epsilon) * np.maximum(1.0, np.abs(x))):
        ahead = x.copy()
        ahead[i] += step
        if (inside := _within(objective, x, ahead))[i] != ahead[i]:
            ahead[i] = x[i] - step
            inside = _within(objective, x, ahead)
        if inside[i] == x[i]:
            H[i], error[i] = 0.0, 0.0  # it cannot move
            continue
        at_ahead = objective.value_and_gradient(inside)[1]
        H[i] = (at_ahead - jac) / (inside[i] - x[i])
        error[i] = (
            4 * objective.layout.epsilon * np.maximum(np.abs(at_ahead), np.abs(jac)).max() / abs(inside[i] - x[i])
        )
    return 0.5 * (H + H.T), np.maximum(error, error.T)


def _within(objective, x, ahead):
    """ahead, but at most half of the way from x to a bound: the iterates of interior methods are strictly within."""
    if objective.bounds is None:
        return ahead
    return np.minimum(np.maximum(ahead, 0.5 * (x + objective.bounds.lower)), 0.5 * (x + objective.bounds.upper))


def _is_free(objective, x, jac, value_noise):
    """Which variables have a way downhill that can be told from rounding."""
    if objective.bounds is None:
        return np.ones(x.size, bool)
    room = np.where(jac < 0, objective.bounds.upper - x, x - objective.bounds.lower)
    return ~(np.isfinite(room) & (np.abs(jac) * room <= value_noise))
