"""Frank-Wolfe: convex minimisation over a set by linear minimisations over it, without projections."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnknownOptionError, UnsupportedProblemError
from ..objective import Objective
from ..status import Status
from .composite import Composite, first_step

__all__ = ["FrankWolfe", "frank_wolfe"]

_VARIANTS = ("away", "plain", "open_loop")


class FrankWolfe(Composite):
    """x⁺ = x + γ d, with d towards an extreme point or away from one that x is made of."""

    name = "frank_wolfe"
    handles = frozenset({"bounds", "sets"})

    def __init__(self, variant: str = "away"):
        super().__init__()
        if variant not in _VARIANTS:
            raise UnknownOptionError(f"variant={variant!r}; give one of {', '.join(map(repr, _VARIANTS))}")
        self.variant = variant

    def max_iter(self, n):
        return max(10_000, 200 * n)

    def start(self, objective: Objective, x: np.ndarray) -> None:
        if objective.bounds is None and objective.term is None:
            raise UnsupportedProblemError(
                "frank_wolfe needs a bounded set: constraints=optim.proximal.Simplex(), bounds"
            )
        self.term = self._term(objective)
        objective.term = self.term
        # the first iterate is an extreme point, so that every iterate is known as a mixture of extreme points
        jac = objective.value_and_gradient(self.term.prox(x))[1]
        vertex = self.term.extreme_point(jac)
        self._go_to(objective, vertex)
        self._weights = {vertex.tobytes(): (1.0, vertex)}
        self._lipschitz = 1 / first_step(objective, self.x, self.jac)
        self._k = 0

    def optimality(self, x, jac):
        """The gap ⟨∇f(x), x - s⟩ ≥ f(x) - f*, relative to max(1, |f|): an upper bound of what is left to gain."""
        return float(jac @ (x - self.term.extreme_point(jac))) / max(1.0, abs(self.fun))

    def advance(self, objective):
        x, jac = self.x, self.jac
        if not np.isfinite(jac).all():
            return Status.NOT_FINITE
        vertex = self.term.extreme_point(jac)
        d, longest, away = vertex - x, 1.0, None
        if self.variant == "away":
            key, (weight, atom) = max(self._weights.items(), key=lambda item: float(jac @ item[1][1]))
            if jac @ (x - atom) < jac @ d and weight < 1:
                d, longest, away = x - atom, weight / (1 - weight), key
        slope = float(jac @ d)
        if not slope < 0:
            return Status.PRECISION_LIMIT
        gamma = 2 / (self._k + 2) if self.variant == "open_loop" else self._length(objective, d, slope, longest)
        if gamma is None:
            return Status.PRECISION_LIMIT if -slope <= 1e-12 * max(1.0, abs(self.fun)) else Status.LINE_SEARCH_FAILED
        self._mix(gamma, longest, away, vertex)
        self._go_to(objective, self._mixture() if self.variant == "away" else x + gamma * d)
        self.step_norm, self.lr, self._k = gamma * math.sqrt(d @ d), gamma, self._k + 1
        return None

    def _length(self, objective, d, slope, longest):
        """The step that minimises the parabola with curvature L along d; L adapts until the parabola is above f."""
        square, value = float(d @ d), self.fun
        L = 0.9 * self._lipschitz
        for _ in range(100):
            gamma = min(-slope / (L * square), longest)
            ahead = self.x + gamma * d
            fun, jac = objective.value_and_gradient(ahead)
            promised = gamma * slope + 0.5 * L * gamma**2 * square
            if -promised > 1e-10 * abs(value):
                is_above = fun <= value + promised
            else:  # the same without cancellation
                is_above = float((jac - self.jac) @ d) <= L * gamma * square
            if is_above:
                self._lipschitz = L
                return gamma
            L *= 2
        return None

    def _mix(self, gamma, longest, away, vertex):
        if self.variant != "away":
            return
        if away is None:
            scale, key, change = 1 - gamma, vertex.tobytes(), gamma
        else:
            scale, key, change = 1 + gamma, away, -gamma
        mixed = {k: (scale * w, a) for k, (w, a) in self._weights.items()}
        weight, atom = mixed.get(key, (0.0, vertex))
        mixed[key] = (weight + change, atom)
        if away is not None and gamma == longest:
            del mixed[away]
        self._weights = {k: (w, a) for k, (w, a) in mixed.items() if w > 0}

    def _mixture(self):
        total = sum(w for w, _ in self._weights.values())
        return sum(w / total * a for w, a in self._weights.values())


def frank_wolfe(variant: str = "away") -> FrankWolfe:
    """Frank-Wolfe (conditional gradients): min f(x) over a bounded convex set, f smooth.

        s = argmin over C of ⟨∇f(x), s⟩,  x⁺ = x + γ (s - x)

    variant  "away": also steps away from extreme points that x is made of, which converges linearly over polytopes;
             "plain": without; "open_loop": without, with γ = 2 / (k + 2), as the method is taught

    The length γ minimises a parabola whose curvature is adapted. The optimality measure is the duality gap
    ⟨∇f(x), x - s⟩ / max(1, |f|), which for convex f bounds f(x) - f*.

    Source: Frank and Wolfe 1956; Jaggi 2013, algorithm 1; Lacoste-Julien and Jaggi 2015, algorithm 1, for away steps;
    Pedregosa, Negiar, Askari and Jaggi 2020 for γ.

    >>> import optim
    >>> from optim.proximal import Simplex
    >>> b = np.array([0.9, 0.6, -1.0])
    >>> optim.minimize(lambda x: ((x - b) ** 2).sum(), np.zeros(3), "frank_wolfe", constraints=Simplex()).x.round(4)
    array([0.65, 0.35, 0.  ])
    """
    return FrankWolfe(variant)
