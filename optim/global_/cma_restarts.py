"""CMA-ES as a method of `minimize`: one run, or many with populations that grow (IPOP) or grow and shrink (BIPOP)."""

from __future__ import annotations

import math

import numpy as np

from ..errors import UnknownOptionError
from ..objective import Objective
from ..status import Status
from ..value_method import ValueMethod, checked_generator
from .box import finite_box
from .cma import CMAES
from .cma_parameters import default_population

__all__ = ["cma_es"]

# what the loop says of a run that ends by a condition of `cma_stopping`; the first that is met counts
_STATUS = {
    "tolx": Status.CONVERGED,
    "tolfun": Status.SMALL_CHANGE,
    "tolfunhist": Status.SMALL_CHANGE,
    "noeffectaxis": Status.PRECISION_LIMIT,
    "noeffectcoord": Status.PRECISION_LIMIT,
    "maxiter": Status.ITERATION_LIMIT,
}


class RestartedCMAES(ValueMethod):
    """Runs of `CMAES`, one after the other; an iteration is a generation."""

    name = "cma_es"
    columns = ("sigma", "population")
    tol = 1e-11

    def __init__(self, sigma, population, active, restarts, regime, rng):
        self.sigma0, self.first_population, self.active = sigma, population, active
        self.restarts, self.regime, self.rng = restarts, regime, rng
        self.remark = ""

    def max_iter(self, n: int) -> int:
        return 10**9  # each run has a limit of its own

    def start(self, objective: Objective, x: np.ndarray) -> None:
        super().start(objective, x)
        self._x0, n = x, x.size
        self._box = finite_box(self.bounds)
        self._lambda0 = self.first_population or default_population(n)
        if self.sigma0 is None:
            self._sigma = np.ones(n) if self._box is None else np.where(self._box.width > 0, 0.3 * self._box.width, 1.0)
        else:
            self._sigma = np.broadcast_to(np.asarray(self.sigma0, float), (n,))
        self._large = 0  # restarts with a doubled population so far
        self._spent = {"large": 0, "small": 0}  # evaluations by regime
        self._regime, self._limit = "first", math.inf
        self._begin(x, self._lambda0, 1.0)

    def move(self, objective: Objective) -> Status | None:
        reasons = self.strategy.stop()
        if self._evaluations >= self._limit:
            reasons["budget"] = self._evaluations
        if reasons:
            if self._large >= self.restarts:
                self.remark = f"CMA-ES stopped by {', '.join(f'{k} ({v:.3g})' for k, v in reasons.items())}."
                return next((_STATUS[reason] for reason in _STATUS if reason in reasons), Status.STAGNATED)
            self._restart()
        points = self.strategy.ask()
        values = np.array([objective.value(point) for point in points])
        self._evaluations += values.size
        self.strategy.tell(values)
        best = int(np.argmin(np.where(np.isnan(values), np.inf, values)))
        self.improve(points[best], float(values[best]))
        return None

    @property
    def sigma(self) -> float:
        return self.strategy.sigma

    @property
    def population(self) -> int:
        return self.strategy.population

    def spread(self) -> float:
        """Of the last run; while there are restarts left, nothing that one run achieves ends the search."""
        return self.strategy.spread() if self._large >= self.restarts else math.inf

    def _begin(self, mean, population, shrink):
        self.strategy = CMAES(
            mean, shrink * self._sigma, self.rng, population=population, active=self.active, bounds=self.bounds
        )
        self._evaluations = 0

    def _restart(self):
        if self._regime in self._spent:
            self._spent[self._regime] += self._evaluations
        if self._regime == "large":
            self._last_large = self._evaluations
        if self.regime == "bipop" and self._regime != "first" and self._spent["small"] < self._spent["large"]:
            largest = 2**self._large * self._lambda0
            ratio = (0.5 * largest / self._lambda0) ** (self.rng.random() ** 2)
            self._regime, self._limit = "small", 0.5 * self._last_large
            self._begin(self._anywhere(), int(self._lambda0 * ratio), 10 ** (-2 * self.rng.random()))
        else:
            self._large += 1
            self._regime, self._limit = "large", math.inf
            self._begin(self._anywhere(), 2**self._large * self._lambda0, 1.0)

    def _anywhere(self):
        u = self.rng.random(self._x0.size)
        if self._box is not None:
            return self._box.lower + u * self._box.width
        x = self._x0 + 2 * self._sigma * (2 * u - 1)
        return x if self.bounds is None else self.bounds.reflect(x)


def cma_es(
    sigma: float | np.ndarray | None = None,
    population: int | None = None,
    active: bool = True,
    restarts: int = 0,
    regime: str = "bipop",
    rng: np.random.Generator | None = None,
) -> RestartedCMAES:
    """CMA-ES, for objectives that are rugged, ill-conditioned or have no gradient; see `CMAES` for the formulas.

    sigma       the standard deviation at the start, a number or one for each of x0's; by default 0.3 of the width
                between finite bounds, and 1 without
    population  λ of the first run; by default 4 + ⌊3 ln n⌋
    active      whether the covariance unlearns the directions of the worst points
    restarts    how often the search starts again elsewhere, with twice the population, after it has ended
    regime      "ipop": that is all; "bipop": between them, runs of small populations and steps spend as many
                evaluations again
    rng         a numpy.random.Generator; by default one that is seeded with 0

    Restarts begin anywhere between finite bounds, and within 2 σ of x0 without. The search ends by the conditions of
    `cma_stopping`, which `result.message` names, or by the limits of `minimize`.

    Source: Hansen 2016, arXiv:1604.00772; Auger and Hansen 2005 (IPOP); Hansen 2009, Benchmarking a bi-population
    CMA-ES on the BBOB-2009 function testbed (BIPOP).

    >>> import optim
    >>> res = optim.minimize(optim.problems.rastrigin, np.full(2, 3.0), "cma_es", restarts=5, target=1e-8)
    >>> res.status, res.x.round(3) + 0
    (Status.TARGET_REACHED, array([0., 0.]))
    """
    if regime not in ("ipop", "bipop"):
        raise UnknownOptionError(f"regime={regime!r}; give 'ipop' or 'bipop'")
    if not restarts >= 0:
        raise UnknownOptionError(f"restarts={restarts!r}; give a number that is at least 0")
    return RestartedCMAES(sigma, population, active, restarts, regime, checked_generator(rng))
