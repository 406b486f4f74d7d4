"""CMA-ES: a normal distribution that learns the shape of the objective from the ranking of its samples."""

from __future__ import annotations

import math

import numpy as np

from ..bounds import Bounds
from .cma_parameters import default_population, strategy_parameters
from .cma_stopping import Stopping

__all__ = ["CMAES"]


class CMAES:
    """The covariance matrix adaptation evolution strategy, to be asked for points and told their values.

        x_k = m + σ y_k,    y_k ~ N(0, C)                                     λ points
        m ← m + σ Σ_{i ≤ μ} w_i y_{i:λ}                                       towards the best
        p_σ ← (1 - c_σ) p_σ + √(c_σ (2 - c_σ) μ_eff) C^{-½} Σ w_i y_{i:λ}     σ ← σ exp(c_σ/d_σ (‖p_σ‖/χ_n - 1))
        p_c ← (1 - c_c) p_c + h √(c_c (2 - c_c) μ_eff) Σ w_i y_{i:λ}
        C ← (1 - c_1 - c_μ Σ w_i) C + c_1 p_c p_cᵀ + c_μ Σ w_i y_{i:λ} y_{i:λ}ᵀ   the w_i of the worst half are negative

    mean        where to start, shape (n,)
    sigma       the standard deviation at the start, a number or one for each variable, shape (n,): a third of the
                range in which the minimum is expected
    rng         a numpy.random.Generator; the only source of chance
    population  λ; by default 4 + ⌊3 ln n⌋
    active      whether C unlearns the directions of the worst points
    bounds      flat; points beyond are folded back before they are handed out

    Only the order of the values counts, so that any increasing function of the objective gives the same run; nan counts
    as the worst.

    Source: Hansen 2016, The CMA evolution strategy: a tutorial, arXiv:1604.00772; where it deviates is said below.

    >>> es = CMAES(np.zeros(5), 1.0, np.random.default_rng(1))
    >>> while not es.stop():
    ...     points = es.ask()  # (λ, n)
    ...     es.tell(((points - 3) ** 2).sum(axis=1))
    >>> es.mean.round(4), list(es.stop())
    (array([3., 3., 3., 3., 3.]), ['tolfun'])
    """

    def __init__(
        self,
        mean: np.ndarray,
        sigma: float | np.ndarray,
        rng: np.random.Generator,
        *,
        population: int | None = None,
        active: bool = True,
        bounds: Bounds | None = None,
    ):
        mean = np.array(mean, float)
        self.n = n = mean.size
        sigma = np.broadcast_to(np.asarray(sigma, float), (n,))
        if not ((sigma > 0) & np.isfinite(sigma)).all():
            raise ValueError(f"sigma must be positive, but it is {sigma}; give the scale of the search")
        self.population = default_population(n) if population is None else population
        if self.population < 3:
            raise ValueError(
                f"a population of {self.population} cannot be ranked into better and worse; give 3 or more"
            )
        self.sigma = self.sigma0 = float(np.exp(np.log(sigma).mean()))
        self.scales = sigma / self.sigma  # the strategy works on u = x / scales
        self.m = mean / self.scales
        self.rng, self.bounds = rng, bounds
        self.parameters = strategy_parameters(n, self.population, active)
        self.C = np.eye(n)
        self.B, self.D = np.eye(n), np.ones(n)  # C = B diag(D)² Bᵀ
        self.p_sigma, self.p_c = np.zeros(n), np.zeros(n)
        self.generation = 0
        self.best_x, self.best_fun = mean, math.inf
        self._decomposed_at = 0
        self._z: np.ndarray | None = None
        self._stopping = Stopping(self)

    def ask(self) -> np.ndarray:
        """New points, shape (λ, n)."""
        self._decompose_where_due()
        self._z = self.rng.standard_normal((self.population, self.n))
        self._y = (self._z * self.D) @ self.B.T
        x = self.scales * (self.m + self.sigma * self._y)
        self._points = x if self.bounds is None else self.bounds.reflect(x)
        return self._points

    def tell(self, values: np.ndarray) -> None:
        """The values of the points that were last asked for, shape (λ,), in their order."""
        values = np.asarray(values, float)
        if self._z is None:
            raise RuntimeError("tell was called before ask; ask for points first, and tell their values once")
        if values.shape != (self.population,):
            raise ValueError(f"values has shape {values.shape}, but {self.population} points were asked for")
        order = np.argsort(np.where(np.isnan(values), np.inf, values), kind="stable")
        self.values = values[order]
        if self.values[0] < self.best_fun:
            self.best_x, self.best_fun = self._points[order[0]].copy(), float(self.values[0])
        self._adapt(self._z[order], self._y[order])
        self._z = None
        self._stopping.observe(self.values)

    def stop(self) -> dict[str, float]:
        """The conditions that are met, with what has met them; empty while there is reason to go on."""
        return self._stopping.reasons()

    @property
    def mean(self) -> np.ndarray:
        """Where the distribution is centred, shape (n,)."""
        mean = self.scales * self.m
        return mean if self.bounds is None else self.bounds.reflect(mean)

    def spread(self) -> float:
        """The largest standard deviation of a variable, as a multiple of that at the start."""
        return self.sigma * math.sqrt(self.C.diagonal().max()) / self.sigma0

    def _adapt(self, z, y):
        p, n = self.parameters, self.n
        best = p.w[: p.mu]
        step = best @ y[: p.mu]
        self.m = self.m + self.sigma * step
        # C^{-½} y = B z, as long as y was sampled with these B and D
        self.p_sigma *= 1 - p.c_sigma
        self.p_sigma += math.sqrt(p.c_sigma * (2 - p.c_sigma) * p.mu_eff) * (self.B @ (best @ z[: p.mu]))
        self.generation += 1
        length = math.sqrt(self.p_sigma @ self.p_sigma)
        unbiased = length / math.sqrt(1 - (1 - p.c_sigma) ** (2 * self.generation))
        h = 1.0 if unbiased < (1.4 + 2 / (n + 1)) * p.chi_n else 0.0  # stalls p_c while σ is too small
        self.p_c *= 1 - p.c_c
        self.p_c += h * math.sqrt(p.c_c * (2 - p.c_c) * p.mu_eff) * step
        w = p.w.copy()
        lengths = (z[p.mu :] ** 2).sum(axis=1)  # ‖C^{-½} y‖²
        w[p.mu :] *= n / np.maximum(lengths, 1e-300)  # keeps C positive definite, equation (46)
        kept = 1 - p.c_1 - p.c_mu * p.w.sum() + (1 - h) * p.c_1 * p.c_c * (2 - p.c_c)
        self.C *= kept
        self.C += p.c_1 * np.outer(self.p_c, self.p_c)
        self.C += p.c_mu * ((y.T * w) @ y)
        growth = p.c_sigma / p.d_sigma * (length / p.chi_n - 1)
        if self.values[0] == self.values[min(self.population - 1, 1 + math.ceil(0.1 + self.population / 4))]:
            growth += 0.2  # on a plateau, which shows no direction, the search widens: as Hansen's programs do
        self.sigma *= math.exp(min(1.0, growth))

    def _decompose_where_due(self):
        """Once in so many generations that it costs O(n²) for each point, as the paper's section B.2 has it."""
        p = self.parameters
        due = max(1, int(1 / (10 * self.n * (p.c_1 + p.c_mu))))
        if self.generation - self._decomposed_at < due:
            return
        self._decomposed_at = self.generation
        self.C = (self.C + self.C.T) / 2
        eigenvalues, self.B = np.linalg.eigh(self.C)
        self.D = np.sqrt(np.maximum(eigenvalues, 1e-300))
