"""The learning rate, by a test: it rises from step to step until the loss does too."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ModelError
from .callback import Callback, CancelFit
from .fit import fit

__all__ = ["LearningRateFinder", "RateCurve", "find_learning_rate"]


@dataclass(frozen=True)
class RateCurve:
    """Losses against learning rates.

    rates      shape (steps,)
    losses     their loss, a moving average without bias
    suggested  a tenth of the rate where the loss is smallest: there it falls still, and noise decides little
    """

    rates: np.ndarray
    losses: np.ndarray
    suggested: float

    def plot(self, ax: Any = None) -> Any:
        """Draws the curve and the rate that it suggests; returns the Axes."""
        import matplotlib.pyplot as plt

        ax = plt.subplots()[1] if ax is None else ax
        ax.plot(self.rates, self.losses)
        ax.axvline(self.suggested, color="0.6", linestyle="--", label=f"suggested {self.suggested:.2g}")
        ax.set(xscale="log", xlabel="learning rate", ylabel="loss")
        ax.legend()
        return ax


class LearningRateFinder(Callback):
    """Multiplies the steps by a factor that goes up, α_t = α₀ (α₁ / α₀)^(t / (n - 1)), and notes the loss.

    low, high    α₀, α₁; the optimizer must have been made with the constant rate α₀
    steps        n
    smoothing    β of the moving average m ← β m + (1 - β) loss, divided by 1 - βᵗ
    divergence   training ends where the average is so many times its smallest value, or not finite
    """

    def __init__(
        self,
        low: float = 1e-7,
        high: float = 10.0,
        steps: int = 100,
        smoothing: float = 0.9,
        divergence: float = 4.0,
    ):
        if not 0 < low < high:
            raise ModelError(f"rates are positive and low is below high, but low, high = {low!r}, {high!r}")
        if not (isinstance(steps, int) and steps >= 2):
            raise ModelError(f"steps is a whole number that is at least 2, but it is {steps!r}")
        if not 0 <= smoothing < 1:
            raise ModelError(f"smoothing is at least 0 and less than 1, but it is {smoothing!r}")
        self.low, self.high, self.steps = low, high, steps
        self.smoothing, self.divergence = smoothing, divergence
        self.rates: list[float] = []
        self.losses: list[float] = []
        self._mean = 0.0

    def gradient_found(self, run):
        t = len(self.rates)
        factor = (self.high / self.low) ** (t / (self.steps - 1))
        run.optimizer_state.scale = factor
        self._mean = self.smoothing * self._mean + (1 - self.smoothing) * run.value
        loss = self._mean / (1 - self.smoothing ** (t + 1))
        if not math.isfinite(loss):
            raise CancelFit("the loss is not finite")
        self.rates.append(self.low * factor)
        self.losses.append(loss)
        if loss > self.divergence * min(self.losses) or t + 1 == self.steps:
            raise CancelFit("the range of learning rates is through")

    def curve(self) -> RateCurve:
        """What was found. Raises ModelError with fewer than three rates."""
        if len(self.rates) < 3:
            raise ModelError("the loss diverged within three steps; begin with a smaller `low`")
        rates, losses = np.array(self.rates), np.array(self.losses)
        return RateCurve(rates, losses, float(rates[np.argmin(losses)]) / 10)


def find_learning_rate(
    model: Any,
    loss: Callable,
    data: Any,
    optimizer_factory: Callable[[float], Any],
    *,
    low: float = 1e-7,
    high: float = 10.0,
    steps: int = 100,
    smoothing: float = 0.9,
    divergence: float = 4.0,
    **options: Any,
) -> RateCurve:
    """The curve of losses against learning rates, which go up from step to step; the model is left as it is.

    model, loss, data  as `fit` takes them
    optimizer_factory  learning rate → optimizer, such as optim.adam
    low, ... divergence  those of `LearningRateFinder`
    options            further ones of `fit`, such as batch_size

    Source: Smith 2015 (arXiv:1506.01186), section 3.3.

    >>> import optim
    >>> from autodiff import nn
    >>> x = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    >>> mse = lambda y, target: ((y - target) ** 2).mean()
    >>> curve = nn.find_learning_rate(nn.Linear(3, 1, rng=0), mse, (x, x.sum(1, keepdims=True)), optim.sgd)
    >>> 0.01 < curve.suggested < 1
    True
    """
    finder = LearningRateFinder(low, high, steps, smoothing, divergence)
    callbacks = [*options.pop("callbacks", ()), finder]
    with np.errstate(over="ignore", invalid="ignore"):
        fit(
            copy.deepcopy(model), loss, data, optimizer=optimizer_factory(low), epochs=steps, callbacks=callbacks,
            **{"progress": False, **options},
        )  # fmt: skip
    return finder.curve()
