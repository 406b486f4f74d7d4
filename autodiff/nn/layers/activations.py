"""Activations of each number by itself, as modules."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from .. import functional as F
from ..errors import ModelError
from ..module import Module

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "Mish",
    "PReLU",
    "ReLU",
    "ReLU6",
    "SELU",
    "ScaledSigmoid",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Squareplus",
    "Step",
    "Swish",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]


class Activation(Module):
    """The base: prints the arguments that are not the defaults."""

    def options(self) -> str:
        shown = []
        for name, parameter in inspect.signature(type(self).__init__).parameters.items():
            if name in self.__dict__ and parameter.default != self.__dict__[name]:
                shown.append(f"{name}={self.__dict__[name]!r}")
        return ", ".join(shown)


# -- without options ---------------------------------------------------------------------------------------------------


class ReLU(Activation):
    """max(x, 0)."""

    def forward(self, x: Any) -> Any:
        return F.relu(x)


class ReLU6(Activation):
    """min(max(x, 0), 6)."""

    def forward(self, x: Any) -> Any:
        return F.relu6(x)


class SELU(Activation):
    """λ elu(x, α), for which mean 0 and variance 1 are a fixed point."""

    def forward(self, x: Any) -> Any:
        return F.selu(x)


class SiLU(Activation):
    """x σ(x)."""

    def forward(self, x: Any) -> Any:
        return F.silu(x)


class Mish(Activation):
    """x tanh(softplus(x))."""

    def forward(self, x: Any) -> Any:
        return F.mish(x)


class Sigmoid(Activation):
    """σ(x) = 1 / (1 + exp(-x))."""

    def forward(self, x: Any) -> Any:
        return F.sigmoid(x)


class ScaledSigmoid(Activation):
    """2 σ(x) - 1."""

    def forward(self, x: Any) -> Any:
        return F.scaled_sigmoid(x)


class LogSigmoid(Activation):
    """log σ(x)."""

    def forward(self, x: Any) -> Any:
        return F.log_sigmoid(x)


class Hardsigmoid(Activation):
    """min(max(x/6 + 1/2, 0), 1)."""

    def forward(self, x: Any) -> Any:
        return F.hardsigmoid(x)


class Hardswish(Activation):
    """x min(max(x + 3, 0), 6) / 6."""

    def forward(self, x: Any) -> Any:
        return F.hardswish(x)


class Step(Activation):
    """1 where x ≥ 0, else 0; its derivative is 0, so nothing is learned through it."""

    def forward(self, x: Any) -> Any:
        return F.step(x)


class Tanh(Activation):
    """tanh(x)."""

    def forward(self, x: Any) -> Any:
        return F.tanh(x)


class Tanhshrink(Activation):
    """x - tanh(x)."""

    def forward(self, x: Any) -> Any:
        return F.tanhshrink(x)


class Softsign(Activation):
    """x / (1 + |x|)."""

    def forward(self, x: Any) -> Any:
        return F.softsign(x)


# -- with options ------------------------------------------------------------------------------------------------------


class LeakyReLU(Activation):
    """x where x > 0, else negative_slope · x.

    >>> LeakyReLU(0.2)
    LeakyReLU(negative_slope=0.2)
    """

    def __init__(self, negative_slope: float = 0.01):
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:
        return F.leaky_relu(x, self.negative_slope)


class PReLU(Activation):
    """x where x > 0, else a · x, with slopes a that are learned.

    num_parameters  1, or the number of channels, which are the second axis
    init            what the slopes are before the first step

    >>> PReLU(3)(-np.ones((1, 3, 2), np.float32))[0, :, 0]
    array([-0.25, -0.25, -0.25], dtype=float32)
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25, *, dtype: Any = np.float32):
        if num_parameters < 1:
            raise ModelError(f"PReLU has one parameter or more, not {num_parameters}")
        self.weight = np.full(num_parameters, init, dtype)

    def forward(self, x: Any) -> Any:
        return F.prelu(x, self.weight)

    def options(self) -> str:
        return str(self.weight.shape[0])


class ELU(Activation):
    """x where x > 0, else α (exp(x) - 1)."""

    def __init__(self, alpha: float = 1.0):
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return F.elu(x, self.alpha)


class CELU(Activation):
    """x where x > 0, else α (exp(x/α) - 1)."""

    def __init__(self, alpha: float = 1.0):
        if alpha == 0:
            raise ModelError("CELU divides by alpha, which must not be 0")
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return F.celu(x, self.alpha)


class GELU(Activation):
    """x Φ(x); approximate="tanh" is the formula of GPT-2.

    >>> GELU(approximate="tanh")
    GELU(approximate='tanh')
    """

    def __init__(self, approximate: str = "none"):
        if approximate not in ("none", "tanh"):
            raise ModelError(f"GELU's approximate is 'none' or 'tanh', not {approximate!r}")
        self.approximate = approximate

    def forward(self, x: Any) -> Any:
        return F.gelu(x, self.approximate)


class Swish(Activation):
    """x σ(βx), with a β that is learned where trainable.

    >>> Swish(2.0), Swish(trainable=True).num_parameters
    (Swish(beta=2.0), 1)
    """

    def __init__(self, beta: float = 1.0, trainable: bool = False, *, dtype: Any = np.float32):
        self.beta = np.full((), beta, dtype) if trainable else beta

    def forward(self, x: Any) -> Any:
        return F.swish(x, self.beta)

    def options(self) -> str:
        return "trainable=True" if isinstance(self.beta, np.ndarray) else super().options()


class Hardtanh(Activation):
    """min(max(x, min_val), max_val)."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0):
        if not min_val < max_val:
            raise ModelError(f"Hardtanh takes min_val below max_val, not {min_val} and {max_val}")
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x: Any) -> Any:
        return F.hardtanh(x, self.min_val, self.max_val)


class Hardshrink(Activation):
    """x where |x| > λ, else 0."""

    def __init__(self, lambd: float = 0.5):
        self.lambd = lambd

    def forward(self, x: Any) -> Any:
        return F.hardshrink(x, self.lambd)


class Softshrink(Activation):
    """x - λ where x > λ, x + λ where x < -λ, else 0."""

    def __init__(self, lambd: float = 0.5):
        if lambd < 0:
            raise ModelError(f"Softshrink takes a lambd that is not negative, not {lambd}")
        self.lambd = lambd

    def forward(self, x: Any) -> Any:
        return F.softshrink(x, self.lambd)


class Threshold(Activation):
    """x where x > threshold, else value.

    >>> Threshold(0.1, 20.0)
    Threshold(threshold=0.1, value=20.0)
    """

    def __init__(self, threshold: float, value: float):
        self.threshold, self.value = threshold, value

    def forward(self, x: Any) -> Any:
        return F.threshold(x, self.threshold, self.value)


class Softplus(Activation):
    """log(1 + exp(βx)) / β, and x where βx is above the threshold."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0):
        if not beta > 0:
            raise ModelError(f"Softplus takes a positive beta, not {beta}")
        self.beta, self.threshold = beta, threshold

    def forward(self, x: Any) -> Any:
        return F.softplus(x, self.beta, self.threshold)


class Squareplus(Activation):
    """(x + √(x² + b)) / 2."""

    def __init__(self, b: float = 4.0):
        if not b > 0:
            raise ModelError(f"Squareplus takes a positive b, not {b}")
        self.b = b

    def forward(self, x: Any) -> Any:
        return F.squareplus(x, self.b)
