"""What makes an instance of a BBOB function: its optimum, its rotations, and the transformations they share.

The numbers are drawn by the collection's own generator, so that instance k here is instance k everywhere: Park and
Miller's x ← 16807 x mod (2³¹ - 1), shuffled through a table of 32 (Bays and Durham 1976).
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

__all__ = ["Instance", "asymmetric", "normal", "oscillated", "penalty", "uniform"]


class Instance:
    """The constants of a function in n dimensions.

    x_opt, f_opt  the minimiser, shape (n,), and the minimum
    R, Q          rotations, shape (n, n)
    peaks         of Gallagher's functions
    e             (i - 1) / (n - 1) for i = 1..n, the exponents of all conditionings
    seed          of the generator
    """

    def __init__(self, number: int, n: int, instance: int):
        # Functions 4 and 18 take over the random numbers of 3 and 17, of which they are variants.
        self.number, self.n, self.seed = number, n, {4: 3, 18: 17}.get(number, number) + 10_000 * instance
        self.e = np.arange(n) / (n - 1)
        self.peaks: tuple | None = None

    @cached_property
    def f_opt(self) -> float:
        quotient = normal(1, self.seed)[0] / normal(1, self.seed + 1)[0]  # Cauchy distributed
        return float(np.clip(np.floor(100 * 100 * quotient + 0.5) / 100, -1000, 1000))

    @cached_property
    def x_opt(self) -> np.ndarray:
        return self.drawn_optimum()

    def drawn_optimum(self, shift: int = 0) -> np.ndarray:
        """Uniform in [-4, 4]ⁿ to four digits, and nowhere 0."""
        x = 8 * np.floor(1e4 * uniform(self.n, self.seed + shift)) / 1e4 - 4
        return np.where(x == 0, -1e-5, x)

    @cached_property
    def R(self) -> np.ndarray:
        return _rotation(self.n, self.seed + 1_000_000)

    @cached_property
    def Q(self) -> np.ndarray:
        return _rotation(self.n, self.seed)

    def conditioning(self, alpha: float) -> np.ndarray:
        """The diagonal of Λ^α, shape (n,): from 1 to √α."""
        return alpha ** (self.e / 2)


def uniform(count: int, seed: int) -> np.ndarray:
    """Numbers in (0, 1), shape (count,).

    >>> uniform(2, 1).round(6)
    array([0.415999, 0.091965])
    """
    state = max(1, abs(int(seed)))
    table = [0] * 32
    for i in range(39, -1, -1):
        state = 16807 * state % 2147483647
        if i < 32:
            table[i] = state
    drawn, out = table[0], np.empty(count)
    for i in range(count):
        state = 16807 * state % 2147483647
        k = drawn // 67108865
        drawn, table[k] = table[k], state
        out[i] = drawn / 2147483647
    return out


def normal(count: int, seed: int) -> np.ndarray:
    """Standard normal numbers by Box and Muller, shape (count,)."""
    u = uniform(2 * count, seed)
    return np.sqrt(-2 * np.log(u[:count])) * np.cos(2 * np.pi * u[count:])


def _rotation(n, seed):
    """A random orthogonal matrix: Gram and Schmidt on normal rows. It acts on columns as R x, on rows as x Rᵀ."""
    B = normal(n * n, seed).reshape(n, n)
    for i in range(n):
        B[i] -= (B[i] @ B[:i].T) @ B[:i]
        B[i] /= np.sqrt(B[i] @ B[i])
    return B.T


def oscillated(x):
    """T_osz, elementwise: sign(x) exp(x̂ + 0.049 (sin c₁x̂ + sin c₂x̂)) with x̂ = log |x|; smooth bumps, 0 at 0.

    >>> oscillated(np.array([-1.0, 0.0, 1.0]))
    array([-1.,  0.,  1.])
    """
    log = np.log(np.abs(np.where(x == 0, 1, x)))
    bumps = np.where(x > 0, np.sin(10 * log) + np.sin(7.9 * log), np.sin(5.5 * log) + np.sin(3.1 * log))
    return np.sign(x) * np.exp(log + 0.049 * bumps)


def asymmetric(x, beta: float, e: np.ndarray):
    """T_asy^β: xᵢ to the power 1 + β eᵢ √xᵢ where xᵢ > 0, as it is elsewhere."""
    positive = np.where(x > 0, x, 1)
    return np.where(x > 0, positive ** (1 + beta * e * np.sqrt(positive)), x)


def penalty(x):
    """f_pen: the squared distance to the box [-5, 5]ⁿ."""
    return (np.maximum(0, np.abs(x) - 5) ** 2).sum(-1)
