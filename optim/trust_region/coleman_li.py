"""Coleman and Li's scaling for bounds, and the steps that it is made for: cut off at a bound, reflected there, or along
the gradient."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..bounds import Bounds
from .subproblem import Proposal

__all__ = ["ScaledModel", "Scaling", "interior", "movable", "reflective_step", "scaling"]

_TINY = 1e-30  # to be kept from a bound at least: the number next to zero has a reciprocal that is infinite


class Scaling(NamedTuple):
    """s = d ŝ, and what the scaling adds to the scaled Hessian: M = D H D + C, D = diag(d), C = diag(c)."""

    d: np.ndarray
    c: np.ndarray


def scaling(x: np.ndarray, jac: np.ndarray, bounds: Bounds, sizes: np.ndarray, free: np.ndarray) -> Scaling:
    """d = σ √v, c = σ |g|, where v = |x - b| / σ and b is the bound that -g points to; d = σ, c = 0 without one.

    D² ∇f = 0 is the condition of first order: at each variable the gradient vanishes, or it is at the bound that it is
    pushed against. Newton's method on this equation leads to M, since v depends on x, too.

    sizes  σ, what a change of one means, shape (n,)
    free   which variables may move at all; d = 0 for the others

    Source: Coleman and Li 1996, An interior trust region approach for nonlinear minimization subject to bounds,
    section 2.

    >>> scaling(np.array([0.25, 4.0]), np.array([3.0, -2.0]), Bounds(np.zeros(2), np.full(2, np.inf)), 1.0, True)
    Scaling(d=array([0.5, 1. ]), c=array([3., 0.]))
    """
    room = np.where(jac < 0, bounds.upper - x, x - bounds.lower)
    bounded = np.isfinite(room)
    v = np.where(bounded, room / sizes, 1.0)
    return Scaling(
        np.where(free, sizes * np.sqrt(v), 0.0),
        np.where(free, np.where(bounded, sizes * np.abs(jac), 0.0), 1.0),  # 1 keeps M regular
    )


def movable(bounds: Bounds) -> np.ndarray:
    """Which variables have a number strictly between their bounds, shape (n,)."""
    return np.nextafter(bounds.lower, np.inf) < bounds.upper


def interior(x: np.ndarray, bounds: Bounds, free: np.ndarray, share: float = 0.0) -> np.ndarray:
    """x, but strictly within its bounds wherever it may move.

    share  what is kept from a bound: this part of half the room there is, or of max(1, |bound|) where that is less

    >>> interior(np.array([0.0, 7.0]), Bounds(np.zeros(2), np.array([np.inf, 2.0])), np.ones(2, bool), 0.1)
    array([0.1, 1.9])
    """
    low = np.maximum(bounds.lower + _margin(bounds.lower, bounds, share), np.nextafter(bounds.lower, np.inf))
    high = np.minimum(bounds.upper - _margin(bounds.upper, bounds, share), np.nextafter(bounds.upper, -np.inf))
    return np.where(free, np.minimum(np.maximum(x, low), high), x)


def _margin(bound, bounds, share):
    size = np.where(np.isfinite(bound), np.maximum(1.0, np.abs(bound)), 0.0)
    with np.errstate(over="ignore"):
        room = 0.5 * bounds.width
    return np.minimum(room, np.maximum(share * np.minimum(room, size), _TINY))


class ScaledModel:
    """The quadratic model of f in scaled steps, ĝᵀŝ + ½ ŝᵀM ŝ with ĝ = D g: what a `Subproblem` asks for."""

    def __init__(self, objective, x: np.ndarray, jac: np.ndarray, scale: Scaling):
        self.objective, self.x, self.scale = objective, x, scale
        self.jac = scale.d * jac

    def hessian(self, x):
        d, c = self.scale
        return d[:, None] * self.objective.hessian(x) * d + np.diag(c)

    def hessian_product(self, x, v):
        d, c = self.scale
        return d * self.objective.hessian_product(x, d * v) + c * v

    def gain(self, step: np.ndarray, product: np.ndarray) -> float:
        """The decrease of the model along a scaled step, with its product M ŝ."""
        return float(-(self.jac @ step) - 0.5 * (step @ product))


def reflective_step(model: ScaledModel, whole: Proposal, bounds: Bounds, radius: float, theta: float) -> Proposal:
    """The best of four scaled steps that stay strictly within the bounds, where the whole step p̂ does not.

    1. p̂ up to the bound that it meets first, and back by the part 1 - θ;
    2. p̂ with each component that goes too far cut off by itself, at the part θ of its way;
    3. p̂ up to the first bound, and from there on with the component that met it reversed, as light by a mirror;
    4. along -ĝ.

    The last two go to the minimum of the model along them, within the radius and by the part θ to the next bound.

    Source: Branch, Coleman and Li 1999, A subspace, interior, and conjugate gradient method for large-scale
    bound-constrained minimization problems, section 2; Coleman and Li 1994, On the convergence of interior-reflective
    Newton methods, for the reflection; Heinkenschloss, Ulbrich and Ulbrich 1999, Superlinear and quadratic convergence
    of affine-scaling interior-point Newton methods for problems with simple bounds, for the second, without which
    variables that are close to their bounds shorten the steps of all others.
    """
    d, x = model.scale.d, model.x
    ways = _ways(x, d * whole.step, bounds)
    room = float(ways.min(initial=math.inf))
    if room > 1:
        return whole
    p, Mp = room * whole.step, room * model.hessian_product(x, whole.step)
    found = [Proposal(theta * p, model.gain(theta * p, theta * Mp))]

    cut = np.where(ways > 1, 1.0, theta * ways) * whole.step
    found.append(Proposal(cut, model.gain(cut, model.hessian_product(x, cut))))

    meets = ways == room
    mirrored = np.where(meets, -p, p)
    there = _way(np.where(meets, np.where(d * p > 0, bounds.upper, bounds.lower), x + d * p), d * mirrored, bounds)
    longest = min(_to_sphere(p, mirrored, radius), theta * there)
    shortest = (1 - theta) * min(1.0, there)
    if longest > shortest:
        Mr = model.hessian_product(x, mirrored)
        t = _lowest(model.jac @ mirrored + mirrored @ Mp, mirrored @ Mr, shortest, longest)
        step = p + t * mirrored
        found.append(Proposal(step, model.gain(step, Mp + t * Mr)))

    down = -model.jac
    there = _way(x, d * down, bounds)
    size = math.sqrt(down @ down)
    Md = model.hessian_product(x, down)
    t = _lowest(-(down @ down), down @ Md, 0.0, min(radius / size, theta * there) if size else 0.0)
    found.append(Proposal(t * down, model.gain(t * down, t * Md)))
    return max(found, key=lambda proposal: proposal.predicted)


def _ways(x, step, bounds):
    """How often each component of a step goes into the way to its bound, shape (n,)."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(step > 0, (bounds.upper - x) / step, np.where(step < 0, (bounds.lower - x) / step, np.inf))


def _way(x, step, bounds):
    """How often a step goes into the way to the first bound along it."""
    return float(_ways(x, step, bounds).min(initial=math.inf))


def _to_sphere(start, leg, radius):
    """The largest t with ‖start + t leg‖ ≤ radius, where start is within."""
    a, b, c = leg @ leg, start @ leg, min(0.0, start @ start - radius**2)
    if not a:
        return math.inf
    root = math.sqrt(b * b - a * c)
    return float(-c / (b + root)) if b > 0 else float((root - b) / a)  # without cancellation


def _lowest(slope, curvature, low, high):
    """argmin slope t + ½ curvature t² with low ≤ t ≤ high."""
    if curvature > 0:
        return float(min(max(-slope / curvature, low), high))
    return high if slope * high + 0.5 * curvature * high**2 <= slope * low + 0.5 * curvature * low**2 else low
