"""Nonlinear conjugate gradients: one recurrence, and a table of what is known to go into it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from ..errors import UnknownOptionError, near_matches

__all__ = ["FORMULAS", "ConjugateGradient", "Recurrence"]


class Recurrence(NamedTuple):
    """The scalars that β is made of: g and g⁺ the gradients before and after a step s along d, and y = g⁺ - g."""

    gg: float  # gᵀg
    new_gg: float  # g⁺ᵀg⁺
    new_gy: float  # g⁺ᵀy
    new_gd: float  # g⁺ᵀd
    new_gs: float  # g⁺ᵀs
    dy: float  # dᵀy
    yy: float  # yᵀy
    dd: float  # dᵀd


def _hager_zhang(r: Recurrence) -> float:
    beta = (r.new_gy - 2 * r.new_gd * r.yy / r.dy) / r.dy
    return max(beta, -1 / (math.sqrt(r.dd) * min(0.01, math.sqrt(r.gg))))  # η = 0.01; keeps d bounded, so it converges


# name → β. On a quadratic with an exact search, all of them are the same.
FORMULAS = {
    "FR": lambda r: r.new_gg / r.gg,  # Fletcher and Reeves 1964
    "PR+": lambda r: max(0.0, r.new_gy / r.gg),  # Polak and Ribière 1969; the bound by Powell 1986
    "HS": lambda r: r.new_gy / r.dy,  # Hestenes and Stiefel 1952
    "DY": lambda r: r.new_gg / r.dy,  # Dai and Yuan 1999
    "HZ": _hager_zhang,  # Hager and Zhang 2005, equations (1.3), (1.5) and (1.6)
    "DL": lambda r: max(0.0, r.new_gy / r.dy) - 0.1 * r.new_gs / r.dy,  # Dai and Liao 2001, equation (4.6), t = 0.1
}


class ConjugateGradient:
    """d⁺ = -g⁺ + β d, with β by one of `FORMULAS`.

    Keeps three vectors, so it is for very many variables. "HZ" descends by gᵀd ≤ -7/8 ‖g‖² with any line search, "FR"
    and "DY" where the Wolfe conditions hold; where d does not descend, the descent begins anew with -g.

    restart  begin anew also where successive gradients are far from orthogonal, |g⁺ᵀg| ≥ restart · ‖g⁺‖² (Powell 1977,
             with 0.2); None for never

    Source: Nocedal and Wright 2006, section 5.2; Hager and Zhang 2006, A survey of nonlinear conjugate
    gradient methods, Pacific J. Optim. 2.

    >>> direction = ConjugateGradient("FR")
    >>> direction.start(2)
    >>> direction.at(None, None, np.array([1.0, 0.0]))
    array([-1., -0.])
    >>> direction.update(np.array([-0.5, 0.0]), np.array([-1.0, 2.0]), np.array([0.0, 2.0]))
    >>> direction.at(None, None, np.array([0.0, 2.0]))    # -g⁺ + (4 / 1) d
    array([-4., -2.])
    """

    order = 1
    scaled = False

    def __init__(self, formula: str = "HZ", restart: float | None = None):
        if formula not in FORMULAS:
            raise UnknownOptionError(
                f"there is no formula {formula!r}{near_matches(formula, FORMULAS) or ';'} give one of {list(FORMULAS)}"
            )
        if restart is not None and not restart > 0:
            raise ValueError(f"restart must be greater than 0, or None, but it is {restart!r}")
        self.formula, self.restart = formula, restart
        self.start(0)

    def start(self, n):
        self._d: np.ndarray | None = None  # the direction of the last step; none where that was -g
        self._beta = 0.0

    def at(self, objective, x, jac):
        d = -jac if not self._beta or self._d is None else self._beta * self._d - jac
        self._d = d
        return d

    def update(self, step, change, jac):
        before = jac - change
        d = -before if self._d is None else self._d
        r = Recurrence(
            gg=float(before @ before), new_gg=float(jac @ jac), new_gy=float(jac @ change), new_gd=float(jac @ d),
            new_gs=float(jac @ step), dy=float(d @ change), yy=float(change @ change), dd=float(d @ d),
        )  # fmt: skip
        self._d, self._beta = d, 0.0
        if self.restart is not None and abs(float(jac @ before)) >= self.restart * r.new_gg:
            return
        if r.dy and r.gg:
            beta = FORMULAS[self.formula](r)
            self._beta = beta if math.isfinite(beta) else 0.0

    def inverse_hessian(self):
        return None
