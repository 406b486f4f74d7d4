"""A fixed multiple of the direction: no search at all."""

from __future__ import annotations

from dataclasses import dataclass

from .ray import Outcome, Ray

__all__ = ["Fixed"]


@dataclass(frozen=True)
class Fixed:
    """α = step, whatever happens: Newton's method as it is taught takes 1.

    The direction need not descend and the objective may grow.
    """

    step: float = 1.0

    descends = False

    def __call__(self, ray: Ray, alpha: float) -> Outcome:
        return Outcome(ray.at(self.step), success=True)
