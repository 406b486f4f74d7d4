"""The strategy parameters of CMA-ES: weights and learning rates, from the number of variables and the population."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

__all__ = ["StrategyParameters", "default_population", "strategy_parameters"]


@dataclass(frozen=True)
class StrategyParameters:
    """In the symbols of the paper.

    w          recombination weights, shape (λ,), falling; the first μ are positive and sum to 1, the rest are ≤ 0
    mu, mu_eff how many are positive, and how many equal ones they are worth, 1 / Σ wᵢ²
    c_sigma, d_sigma  decay and damping of the step size
    c_c        decay of the evolution path
    c_1, c_mu  learning rates of the rank-one and of the rank-μ update
    chi_n      E‖N(0, I)‖
    """

    w: np.ndarray
    mu: int
    mu_eff: float
    c_sigma: float
    d_sigma: float
    c_c: float
    c_1: float
    c_mu: float
    chi_n: float


def default_population(n: int) -> int:
    """λ = 4 + ⌊3 ln n⌋.

    >>> [default_population(n) for n in (2, 10, 100)]
    [6, 10, 17]
    """
    return 4 + int(3 * math.log(n))


def strategy_parameters(n: int, population: int, active: bool = True) -> StrategyParameters:
    """The defaults of the paper's table 1. With active=False no direction is unlearnt: the negative weights are 0.

    Source: Hansen 2016, The CMA evolution strategy: a tutorial, arXiv:1604.00772, equations (49) to (58).

    >>> p = strategy_parameters(10, 10)
    >>> p.mu, round(p.mu_eff, 4), round(p.c_sigma, 4), round(p.c_1, 5), round(p.c_mu, 5)
    (5, 3.1673, 0.2844, 0.01528, 0.02355)
    """
    raw = math.log((population + 1) / 2) - np.log(np.arange(1, population + 1))
    mu = population // 2
    positive, negative = raw[:mu], np.minimum(raw[mu:], 0)
    mu_eff = float(positive.sum() ** 2 / (positive**2).sum())
    mu_eff_negative = float(negative.sum() ** 2 / (negative**2).sum())
    c_sigma = (mu_eff + 2) / (n + mu_eff + 5)
    c_1 = 2 / ((n + 1.3) ** 2 + mu_eff)
    c_mu = min(1 - c_1, 2 * (0.25 + mu_eff + 1 / mu_eff - 2) / ((n + 2) ** 2 + mu_eff))
    total = min(1 + c_1 / c_mu, 1 + 2 * mu_eff_negative / (mu_eff + 2), (1 - c_1 - c_mu) / (n * c_mu)) if active else 0
    return StrategyParameters(
        w=np.concatenate([positive / positive.sum(), total * negative / -negative.sum()]),
        mu=mu,
        mu_eff=mu_eff,
        c_sigma=c_sigma,
        d_sigma=1 + 2 * max(0.0, math.sqrt((mu_eff - 1) / (n + 1)) - 1) + c_sigma,
        c_c=(4 + mu_eff / n) / (n + 4 + 2 * mu_eff / n),
        c_1=c_1,
        c_mu=c_mu,
        chi_n=math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n**2)),
    )
