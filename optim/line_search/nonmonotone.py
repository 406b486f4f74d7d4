"""Backtracking that lets the objective rise for a while, below a level set by the iterates before."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from .armijo import Armijo
from .ray import Outcome, Ray, Trial

__all__ = ["Nonmonotone"]


@dataclass
class Nonmonotone:
    """φ(α) ≤ R + c1 α φ'(0), with a level R ≥ φ(0) of the iterates so far, backtracking from the initial step:

        R = max(f_k, ..., f_{k-memory+1})                                  reference="max", Grippo et al. 1986
        R = C_k,   C⁺ = (η Q C + f⁺) / Q⁺,   Q⁺ = η Q + 1,   Q_0 = 1       reference="average", Zhang and Hager 2004

    In a curved valley it lets long steps pass that a monotone search would cut. It remembers from call to call; a ray
    that does not start where the last one ended begins a new memory.

    Source: Grippo, Lampariello and Lucidi 1986, SIAM J. Numer. Anal. 23; Zhang and Hager 2004, SIAM J. Optim. 14.

    >>> search = Nonmonotone("average", eta=0.85)
    """

    reference: str = "max"
    memory: int = 10
    eta: float = 0.85
    c1: float = 1e-4
    max_evaluations: int = 60

    descends = True

    _values: deque[float] = field(default_factory=deque, init=False, repr=False, compare=False)
    _level: float = field(default=0.0, init=False, repr=False, compare=False)
    _weight: float = field(default=1.0, init=False, repr=False, compare=False)
    _end: object = field(default=None, init=False, repr=False, compare=False)  # the x that the last call accepted

    def __post_init__(self):
        if self.reference not in ("max", "average"):
            raise ValueError(f"reference is 'max' or 'average', not {self.reference!r}")
        if self.memory < 1 or not 0 <= self.eta <= 1 or not 0 < self.c1 < 1:
            raise ValueError(
                f"it takes memory >= 1, 0 <= eta <= 1 and 0 < c1 < 1, not {self.memory}, {self.eta} and {self.c1}"
            )
        self._backtracking = Armijo(self.c1)

    @property
    def level(self) -> float:
        """R, for a ray that starts where the last one ended."""
        return max(self._values) if self.reference == "max" else self._level

    def __call__(self, ray: Ray, alpha: float) -> Outcome:
        origin = ray.origin
        if self._end is not origin.x:
            self._values = deque([origin.fun], maxlen=self.memory)
            self._level, self._weight, self._end = origin.fun, 1.0, origin.x
        level = max(self.level, origin.fun)  # an average of equal values may be rounded to below them
        trial = ray.at(alpha)
        for _ in range(self.max_evaluations):
            if trial.fun <= level + self.c1 * trial.alpha * origin.slope:
                self._remember(trial)
                return Outcome(trial, success=True)
            alpha = self._backtracking.shorten(origin, trial)
            if not ray.moves(alpha):
                break
            trial = ray.value_at(alpha)
        return ray.failure()

    def _remember(self, trial: Trial):
        self._values.append(trial.fun)
        weight = self.eta * self._weight + 1
        self._level = (self.eta * self._weight * self._level + trial.fun) / weight
        self._weight, self._end = weight, trial.x
