"""Ways to play: each turns the vector field v = (∇ₓf, -∇ᵧf) at z = (x, y) into the next z.

What they do on f(x, y) = x y, where v turns around the solution, tells them apart: by how much each step multiplies the
distance from it, with the learning rate α.

| method | factor |
|---|---|
| `simultaneous` | √(1 + α²): it spirals out |
| `alternating` | 1: it circles, for α < 2 |
| `extragradient` | √(1 - α² + α⁴): it converges for α < 1 |
| `optimistic` | the larger root of λ² - (1 - 2αi) λ - αi, about 1 - α²/2: it converges for α < 1/√3 |
| `consensus`, `symplectic` | √((1 - αγ)² + α²) with their strength γ |
"""

from __future__ import annotations

import numpy as np

from ..method import Method
from ..status import Status
from ..transforms.scale import Rate
from .game import Game

__all__ = ["Play", "alternating", "consensus", "extragradient", "optimistic", "simultaneous", "symplectic"]


class Play(Method):
    """z⁺ = z - α d, where `rule` makes d of the game, z, v(z) and α."""

    keep = "last"

    def __init__(self, name, rule, learning_rate: Rate):
        if not callable(learning_rate) and not 0 < learning_rate < float("inf"):
            raise ValueError(f"the learning rate must be positive and finite, or a schedule, not {learning_rate!r}")
        self.name, self.rule, self.learning_rate = name, rule, learning_rate

    def max_iter(self, n: int) -> int:
        return 10_000

    def start(self, objective, x: np.ndarray) -> None:
        super().start(objective, x)
        self._t = 0

    def advance(self, objective) -> Status | None:
        if not np.isfinite(self.jac).all():
            return Status.NOT_FINITE
        alpha = self.learning_rate(self._t) if callable(self.learning_rate) else self.learning_rate
        step = alpha * self.rule(objective, self.x, self.jac, alpha)
        self._t += 1
        self.x = self.x - step
        self.fun, self.jac = objective.value_and_gradient(self.x)
        self.step_norm, self.lr = float(np.sqrt(step @ step)), float(alpha)
        return None


def simultaneous(learning_rate: Rate = 0.1) -> Play:
    """Both players follow their gradients at once.

    x⁺ = x - α ∇ₓf(x, y),    y⁺ = y + α ∇ᵧf(x, y)
    """
    return Play("simultaneous", lambda game, z, v, alpha: v, learning_rate)


def alternating(learning_rate: Rate = 0.1) -> Play:
    """One after the other: y answers the x that has just moved.

    x⁺ = x - α ∇ₓf(x, y),    y⁺ = y + α ∇ᵧf(x⁺, y)
    """

    def rule(game: Game, z, v, alpha):
        moved = z.copy()
        moved[: game.split] -= alpha * v[: game.split]
        answer = game.value_and_gradient(moved)[1]
        return np.concatenate([v[: game.split], answer[game.split :]])

    return Play("alternating", rule, learning_rate)


def extragradient(learning_rate: Rate = 0.1) -> Play:
    """A step to look where it leads, and the step from z by what is found there.

        z½ = z - α v(z),    z⁺ = z - α v(z½)

    It converges for monotone v and α < 1/L. Source: Korpelevich 1976.
    """
    return Play("extragradient", lambda game, z, v, alpha: game.value_and_gradient(z - alpha * v)[1], learning_rate)


class _Optimistic(Play):
    def __init__(self, learning_rate, correction):
        super().__init__("optimistic", self._rule, learning_rate)
        self.correction = correction

    def start(self, objective, x):
        super().start(objective, x)
        self._before = self.jac
        self.rule = self._rule  # of this copy

    def _rule(self, game, z, v, alpha):
        before, self._before = self._before, v
        return v + self.correction * (v - before)


def optimistic(learning_rate: Rate = 0.1, correction: float = 1.0) -> Play:
    """Gradient play that expects the field to go on changing as it did; one evaluation for each step.

        z⁺ = z - α (v_t + κ (v_t - v_{t-1})),    v₋₁ = v₀

    correction  κ

    Source: Popov 1980; Daskalakis, Ilyas, Syrgkanis and Zeng 2018 (arXiv:1711.00141).
    """
    return _Optimistic(learning_rate, correction)


def consensus(learning_rate: Rate = 0.1, strength: float = 1.0) -> Play:
    """Both players also make ½ ‖v‖² small, on whose least value they agree.

        z⁺ = z - α (v + γ Jᵀ v),    J the Jacobian of v

    strength  γ. Too large, it is drawn to any stationary point, also of the wrong kind

    Source: Mescheder, Nowozin and Geiger 2017 (arXiv:1705.10461).
    """
    return Play("consensus", lambda game, z, v, alpha: v + strength * game.transposed_product(z, v), learning_rate)


def symplectic(learning_rate: Rate = 0.1, strength: float = 1.0, align: bool = True) -> Play:
    """Symplectic gradient adjustment: only the turning part of the field is turned inwards.

        z⁺ = z - α (v + λ Aᵀ v),    A = ½ (J - Jᵀ)

    strength  |λ|
    align     whether λ is negative near unstable points, so that it leaves them: the sign of
              ⟨v, Jᵀv⟩ ⟨Aᵀv, Jᵀv⟩ / n + 0.1

    Source: Balduzzi et al. 2018 (arXiv:1802.05642), algorithm 1.
    """

    def rule(game: Game, z, v, alpha):
        transposed = game.transposed_product(z, v)
        adjustment = 0.5 * (transposed - game.product(z, v))
        sign = 1.0
        if align and (v @ transposed) * (adjustment @ transposed) / v.size + 0.1 < 0:
            sign = -1.0
        return v + sign * strength * adjustment

    return Play("symplectic", rule, learning_rate)
