"""Activations as modules. `axis` is what PyTorch calls `dim`."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from .. import functional as F
from .. import init
from ..errors import ModelError
from ..module import Module
from ..random import ShapesOnly, generator

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "SELU",
    "GEGLU",
    "GumbelSoftmax",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "LeakyReLU",
    "LogSigmoid",
    "LogSoftmax",
    "Maxout",
    "Mish",
    "PReLU",
    "ReLU",
    "ReLU6",
    "ScaledSigmoid",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Sparsemax",
    "Squareplus",
    "Step",
    "SwiGLU",
    "Swish",
    "Tanh",
    "Tanhshrink",
    "Threshold",
]


class _Activation(Module):
    """The base: prints the arguments that are not the defaults."""

    def options(self) -> str:
        shown = []
        for name, parameter in inspect.signature(type(self).__init__).parameters.items():
            if name in self.__dict__ and parameter.default != self.__dict__[name]:
                shown.append(f"{name}={self.__dict__[name]!r}")
        return ", ".join(shown)


# -- without options ---------------------------------------------------------------------------------------------------


class ReLU(_Activation):
    """max(x, 0)."""

    def forward(self, x: Any) -> Any:
        return F.relu(x)


class ReLU6(_Activation):
    """min(max(x, 0), 6)."""

    def forward(self, x: Any) -> Any:
        return F.relu6(x)


class SELU(_Activation):
    """λ elu(x, α), for which mean 0 and variance 1 are a fixed point."""

    def forward(self, x: Any) -> Any:
        return F.selu(x)


class SiLU(_Activation):
    """x σ(x)."""

    def forward(self, x: Any) -> Any:
        return F.silu(x)


class Mish(_Activation):
    """x tanh(softplus(x))."""

    def forward(self, x: Any) -> Any:
        return F.mish(x)


class Sigmoid(_Activation):
    """σ(x) = 1 / (1 + exp(-x))."""

    def forward(self, x: Any) -> Any:
        return F.sigmoid(x)


class ScaledSigmoid(_Activation):
    """2 σ(x) - 1."""

    def forward(self, x: Any) -> Any:
        return F.scaled_sigmoid(x)


class LogSigmoid(_Activation):
    """log σ(x)."""

    def forward(self, x: Any) -> Any:
        return F.log_sigmoid(x)


class Hardsigmoid(_Activation):
    """min(max(x/6 + 1/2, 0), 1)."""

    def forward(self, x: Any) -> Any:
        return F.hardsigmoid(x)


class Hardswish(_Activation):
    """x min(max(x + 3, 0), 6) / 6."""

    def forward(self, x: Any) -> Any:
        return F.hardswish(x)


class Step(_Activation):
    """1 where x ≥ 0, else 0; its derivative is 0, so nothing is learned through it."""

    def forward(self, x: Any) -> Any:
        return F.step(x)


class Tanh(_Activation):
    """tanh(x)."""

    def forward(self, x: Any) -> Any:
        return F.tanh(x)


class Tanhshrink(_Activation):
    """x - tanh(x)."""

    def forward(self, x: Any) -> Any:
        return F.tanhshrink(x)


class Softsign(_Activation):
    """x / (1 + |x|)."""

    def forward(self, x: Any) -> Any:
        return F.softsign(x)


# -- with options ------------------------------------------------------------------------------------------------------


class LeakyReLU(_Activation):
    """x where x > 0, else negative_slope · x.

    >>> LeakyReLU(0.2)
    LeakyReLU(negative_slope=0.2)
    """

    def __init__(self, negative_slope: float = 0.01):
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:
        return F.leaky_relu(x, self.negative_slope)


class PReLU(_Activation):
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


class ELU(_Activation):
    """x where x > 0, else α (exp(x) - 1)."""

    def __init__(self, alpha: float = 1.0):
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return F.elu(x, self.alpha)


class CELU(_Activation):
    """x where x > 0, else α (exp(x/α) - 1)."""

    def __init__(self, alpha: float = 1.0):
        if alpha == 0:
            raise ModelError("CELU divides by alpha, which must not be 0")
        self.alpha = alpha

    def forward(self, x: Any) -> Any:
        return F.celu(x, self.alpha)


class GELU(_Activation):
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


class Swish(_Activation):
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


class Hardtanh(_Activation):
    """min(max(x, min_val), max_val)."""

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0):
        if not min_val < max_val:
            raise ModelError(f"Hardtanh takes min_val below max_val, not {min_val} and {max_val}")
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x: Any) -> Any:
        return F.hardtanh(x, self.min_val, self.max_val)


class Hardshrink(_Activation):
    """x where |x| > λ, else 0."""

    def __init__(self, lambd: float = 0.5):
        self.lambd = lambd

    def forward(self, x: Any) -> Any:
        return F.hardshrink(x, self.lambd)


class Softshrink(_Activation):
    """x - λ where x > λ, x + λ where x < -λ, else 0."""

    def __init__(self, lambd: float = 0.5):
        if lambd < 0:
            raise ModelError(f"Softshrink takes a lambd that is not negative, not {lambd}")
        self.lambd = lambd

    def forward(self, x: Any) -> Any:
        return F.softshrink(x, self.lambd)


class Threshold(_Activation):
    """x where x > threshold, else value.

    >>> Threshold(0.1, 20.0)
    Threshold(threshold=0.1, value=20.0)
    """

    def __init__(self, threshold: float, value: float):
        self.threshold, self.value = threshold, value

    def forward(self, x: Any) -> Any:
        return F.threshold(x, self.threshold, self.value)


class Softplus(_Activation):
    """log(1 + exp(βx)) / β, and x where βx is above the threshold."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0):
        if not beta > 0:
            raise ModelError(f"Softplus takes a positive beta, not {beta}")
        self.beta, self.threshold = beta, threshold

    def forward(self, x: Any) -> Any:
        return F.softplus(x, self.beta, self.threshold)


class Squareplus(_Activation):
    """(x + √(x² + b)) / 2."""

    def __init__(self, b: float = 4.0):
        if not b > 0:
            raise ModelError(f"Squareplus takes a positive b, not {b}")
        self.b = b

    def forward(self, x: Any) -> Any:
        return F.squareplus(x, self.b)


# -- along an axis -----------------------------------------------------------------------------------------------------


class Softmax(_Activation):
    """exp(xᵢ) / Σⱼ exp(xⱼ) along an axis.

    >>> Softmax(1), Softmax()(np.zeros(4))
    (Softmax(axis=1), array([0.25, 0.25, 0.25, 0.25]))
    """

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.softmax(x, self.axis)


class LogSoftmax(_Activation):
    """xᵢ - log Σⱼ exp(xⱼ) along an axis."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.log_softmax(x, self.axis)


class Softmin(_Activation):
    """softmax(-x) along an axis."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.softmin(x, self.axis)


class Sparsemax(_Activation):
    """The nearest point of the simplex: softmax with exact zeros."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.sparsemax(x, self.axis)


class GumbelSoftmax(_Activation):
    """softmax((x + Gumbel noise) / τ) in training, softmax(x / τ) in evaluation; one-hot where `hard`.

    In evaluation `hard` gives the most probable class. The noise comes from a stream of the layer's own, `rng`.
    """

    def __init__(self, tau: float = 1.0, hard: bool = False, axis: int = -1, *, rng: Any = None):
        if not tau > 0:
            raise ModelError(f"GumbelSoftmax takes a positive temperature tau, not {tau}")
        self.tau, self.hard, self.axis, self.rng = tau, hard, axis, generator(rng)

    def forward(self, x: Any) -> Any:
        rng = self.rng if self.training and not isinstance(self.rng, ShapesOnly) else None
        return F.gumbel_softmax(x, rng, self.tau, self.hard, self.axis)


class GLU(_Activation):
    """a σ(b) for the halves (a, b) of x along an axis."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.glu(x, self.axis)


class GEGLU(_Activation):
    """a gelu(b) for the halves (a, b) of x along an axis."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.geglu(x, self.axis)


class SwiGLU(_Activation):
    """a silu(b) for the halves (a, b) of x along an axis."""

    def __init__(self, axis: int = -1):
        self.axis = axis

    def forward(self, x: Any) -> Any:
        return F.swiglu(x, self.axis)


class Maxout(_Activation):
    """yₒ = maxₚ (x Wₒₚᵀ + bₒₚ): the largest of `pieces` affine functions (Goodfellow et al. 2013).

    weight (out · pieces, in) and bias (out · pieces,) start as those of a Linear; the pieces of an output follow each
    other.

    >>> layer = Maxout(3, 2, pieces=4, rng=0)
    >>> layer, layer(np.zeros((5, 3), np.float32)).shape
    (Maxout(3, 2, pieces=4), (5, 2))
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        pieces: int = 2,
        bias: bool = True,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        if min(in_features, out_features, pieces) < 1:
            raise ModelError(f"Maxout takes positive sizes, not {in_features}, {out_features}, pieces={pieces}")
        rng = generator(rng)
        self.pieces = pieces
        self.weight = init.fan_in_uniform(rng, (out_features * pieces, in_features), dtype)
        self.bias = init.uniform_bias(rng, out_features * pieces, in_features, dtype) if bias else None

    def forward(self, x: Any) -> Any:
        return F.maxout(F.linear(x, self.weight, self.bias), self.pieces)

    def options(self) -> str:
        rows, in_features = self.weight.shape
        bias = "" if self.bias is not None else ", bias=False"
        return f"{in_features}, {rows // self.pieces}, pieces={self.pieces}{bias}"
