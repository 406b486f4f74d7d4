"""Mirror descent with the entropy as its mirror: multiplicative steps on the simplex."""

from __future__ import annotations

import math

import numpy as np

from ..errors import InvalidStartError, UnsupportedProblemError
from ..objective import Objective
from ..proximal import NonNegative, Simplex
from ..status import Status
from .composite import Composite, first_step

__all__ = ["MirrorDescent", "mirror_descent"]

_BACKTRACKS = 100


class MirrorDescent(Composite):
    name = "mirror_descent"
    handles = frozenset({"sets"})

    def __init__(self, step: float | None = None, growth: float = 1.5):
        super().__init__()
        if growth < 1 or not (step is None or step > 0):
            raise ValueError(f"mirror_descent needs step > 0 and growth >= 1, not {step} and {growth}")
        self.first, self.growth = step, growth

    def max_iter(self, n):
        return max(10_000, 200 * n)

    def start(self, objective: Objective, x: np.ndarray) -> None:
        if objective.term is None or not _is_entropic(objective.term):
            raise UnsupportedProblemError(
                "mirror_descent works on constraints=optim.proximal.Simplex() or NonNegative(), where the entropy is; "
                "use projected_gradient on other sets"
            )
        self.term = self._term(objective)
        self._radii = [getattr(part, "radius", None) for part, _, _ in self.term.parts]
        if not (x > 0).all():
            raise InvalidStartError(
                "mirror_descent multiplies, so an entry that is not greater than 0 at x0 would never change; give "
                "positive ones, for instance all equal"
            )
        self._go_to(objective, self._normalised(x))
        self._step = self.first or first_step(objective, self.x, self.jac) / float(self.x.max())

    def advance(self, objective):
        x, jac = self.x, self.jac
        if not np.isfinite(jac).all():
            return Status.NOT_FINITE
        for _ in range(_BACKTRACKS):
            ahead = self._multiplied(x, jac, self._step)
            if (ahead == x).all():
                return Status.PRECISION_LIMIT
            fun, ahead_jac = objective.value_and_gradient(ahead)
            d, divergence = ahead - x, _divergence(ahead, x)
            if not math.isfinite(fun):
                pass
            elif divergence / self._step > 1e-10 * abs(self.fun):
                if fun <= self.fun + float(jac @ d) + divergence / self._step:
                    break
            elif float((ahead_jac - jac) @ d) <= (divergence + _divergence(x, ahead)) / self._step:
                break
            self._step /= 2
        else:
            drowns = abs(float(jac @ d)) <= 1e-14 * max(1.0, abs(self.fun))
            return Status.PRECISION_LIMIT if drowns else Status.LINE_SEARCH_FAILED
        self._go_to(objective, ahead)
        self.step_norm, self.lr = math.sqrt(d @ d), self._step
        self._step *= self.growth
        return None

    def _multiplied(self, x, jac, step):
        exponent = np.empty_like(x)
        for (_, place, _), radius in zip(self.term.parts, self._radii, strict=True):
            shift = 0.0 if radius is None else jac[place].min()  # cancels, and keeps exp from overflow
            exponent[place] = -step * (jac[place] - shift)
        return self._normalised(x * np.exp(np.minimum(exponent, 700.0)))

    def _normalised(self, x):
        x = np.maximum(x, np.finfo(float).tiny)  # what has underflown could not come back
        for (_, place, _), radius in zip(self.term.parts, self._radii, strict=True):
            if radius is not None:
                x[place] *= radius / x[place].sum()
        return x


def _is_entropic(term):
    return all(isinstance(part, Simplex | NonNegative) for part, _, _ in term.parts)


def _divergence(a, b):
    """Σ a log(a / b) - a + b, the Bregman divergence of the entropy; by its series where a and b nearly agree."""
    ratio = (b - a) / a
    series = ratio * ratio * (1 / 2 - ratio * (1 / 3 - ratio * (1 / 4 - ratio / 5)))
    with np.errstate(over="ignore"):
        return float((a * np.where(np.abs(ratio) < 1e-3, series, ratio - np.log1p(ratio))).sum())


def mirror_descent(step: float | None = None, growth: float = 1.5) -> MirrorDescent:
    """Entropic mirror descent (exponentiated gradient): min f(x) over the simplex, or over x ≥ 0.

        x⁺ = argmin ⟨∇f(x), z⟩ + D(z, x) / t = x exp(-t ∇f(x)) / its sum times r,  D(a, b) = Σ a log(a / b) - a + b

    t is halved until f(x⁺) ≤ f(x) + ⟨∇f(x), x⁺ - x⟩ + D(x⁺, x) / t. Starts within: every entry of x0 must be positive.

    Source: Beck and Teboulle 2003, section 5; Kivinen and Warmuth 1997; the test is Bregman's, as in Lu, Freund and
    Nesterov 2018.

    >>> import optim
    >>> from optim.proximal import Simplex
    >>> b = np.array([0.9, 0.6, -1.0])
    >>> f = lambda x: ((x - b) ** 2).sum()
    >>> optim.minimize(f, np.ones(3) / 3, "mirror_descent", constraints=Simplex()).x.round(6)
    array([0.65, 0.35, 0.  ])
    """
    return MirrorDescent(step, growth)
