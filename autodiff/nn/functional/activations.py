"""Activation functions that work on each number by itself.

Every formula is one that neither overflows nor loses its digits where |x| is large, and so are the derivatives. At the
kinks the derivative is the one that PyTorch has, listed in docs/derivatives.md: mostly that of the side to the left.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...primitive import elementwise
from ...tracer import dtype_of, shape_of
from ..errors import ModelError, ShapeError

__all__ = [
    "celu",
    "elu",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "leaky_relu",
    "log_sigmoid",
    "mish",
    "prelu",
    "relu",
    "relu6",
    "scaled_sigmoid",
    "selu",
    "sigmoid",
    "silu",
    "softplus",
    "softshrink",
    "softsign",
    "squareplus",
    "step",
    "swish",
    "tanh",
    "tanhshrink",
    "threshold",
]


def _number(x, value):
    """A constant in the dtype of x, so that float32 stays float32 beside truth values."""
    return dtype_of(x).type(value)


def _positive(x):
    return np.maximum(x, 0)


def _negative(x):
    return np.minimum(x, 0)


# -- sigmoids ----------------------------------------------------------------------------------------------------------


def _sigmoid(x):
    with np.errstate(over="ignore"):  # 1 / infinity is the 0 that is wanted
        return 1 / (1 + np.exp(-x))


sigmoid = elementwise(_sigmoid, lambda ans: ans * (1 - ans), name="sigmoid")
sigmoid.__doc__ = """σ(x) = 1 / (1 + exp(-x)), with derivative σ (1 - σ)."""

scaled_sigmoid = elementwise(lambda x: np.tanh(0.5 * x), lambda ans: 0.5 * (1 - ans * ans), name="scaled_sigmoid")
scaled_sigmoid.__doc__ = """2 σ(x) - 1 = tanh(x/2), the sigmoid scaled to (-1, 1)."""

log_sigmoid = elementwise(
    lambda x: _negative(x) - np.log1p(np.exp(-np.abs(x))), lambda x: sigmoid(-x), name="log_sigmoid"
)
log_sigmoid.__doc__ = """log σ(x) = min(x, 0) - log(1 + exp(-|x|)), with derivative σ(-x)."""

hardsigmoid = elementwise(
    lambda x: np.minimum(_positive(x + 3), 6) / 6,
    lambda x: ((x > -3) & (x < 3)) * _number(x, 1 / 6),
    name="hardsigmoid",
)
hardsigmoid.__doc__ = """min(max(x/6 + 1/2, 0), 1), with derivative 0 at its kinks ±3."""

step = elementwise(lambda x: np.heaviside(x, 1), None, name="step")
step.__doc__ = """1 where x ≥ 0, else 0. Its derivative is 0 wherever it exists, so nothing is learned through it."""

tanh = np.tanh


def hardtanh(x: Any, min_val: Any = -1.0, max_val: Any = 1.0) -> Any:
    """min(max(x, min_val), max_val), with derivative 0 at both kinks.

    >>> hardtanh(np.array([-2.0, 0.5, 2.0]))
    array([-1. ,  0.5,  1. ])
    """
    return _hardtanh(x, min_val, max_val)


_hardtanh = elementwise(
    lambda x, y, z: np.minimum(np.maximum(x, y), z),
    lambda x, y, z: ((x > y) & (x < z)) * _number(x, 1),
    lambda x, y: (x <= y) * _number(x, 1),
    lambda x, z: (x >= z) * _number(x, 1),
    name="hardtanh",
)

# -- rectifiers --------------------------------------------------------------------------------------------------------

relu = elementwise(_positive, lambda ans: ans > 0, name="relu")
relu.__doc__ = """max(x, 0), with derivative 0 at 0."""

relu6 = elementwise(lambda x: np.minimum(_positive(x), 6), lambda ans: (ans > 0) & (ans < 6), name="relu6")
relu6.__doc__ = """min(max(x, 0), 6), with derivative 0 at both kinks."""


def _leaky(x, y):
    if y.__class__ is float and 0 <= y <= 1:
        return np.maximum(x, x * y)  # half of the operations
    return _positive(x) + y * _negative(x)


def _leaky_slope(x, y):
    positive = (x > 0) * _number(x, 1)
    return np.maximum(positive, y) if y.__class__ is float and 0 <= y <= 1 else positive + (x <= 0) * y


_leaky_relu = elementwise(_leaky, _leaky_slope, lambda x: (x <= 0) * x, name="leaky_relu")


def leaky_relu(x: Any, negative_slope: Any = 0.01) -> Any:
    """x where x > 0, else negative_slope · x; the derivative at 0 is the slope.

    >>> leaky_relu(np.array([-2.0, 3.0]), 0.5)
    array([-1.,  3.])
    """
    return _leaky_relu(x, negative_slope)


def prelu(x: Any, weight: Any) -> Any:
    """x where x > 0, else a · x, with slopes a that are learned (He et al. 2015).

    x       (N, C, ...)
    weight  (C,), one slope for each channel, or (1,) for all

    Raises ShapeError where x has another number of channels.

    >>> prelu(np.array([[-2.0, -2.0]]), np.array([0.5, 0.1]))
    array([[-1. , -0.2]])
    """
    if np.size(weight) > 1 and (shape_of(x)[1:2] or shape_of(x)) != shape_of(weight):
        raise ShapeError.of(
            "prelu", f"(N, {np.size(weight)}, ...)", shape_of(x), "give it as many slopes as there are channels, or one"
        )
    if len(np.shape(x)) > 2 and np.size(weight) > 1:
        weight = np.reshape(weight, (-1,) + (1,) * (len(np.shape(x)) - 2))
    return _leaky_relu(x, weight)


_threshold = elementwise(
    lambda x, y, z: np.where(x > y, x, z)[()],
    lambda x, y: x > y,
    None,
    lambda x, y: (x <= y) * _number(x, 1),
    name="threshold",
)


def threshold(x: Any, threshold: float, value: float) -> Any:
    """x where x > threshold, else value; the derivative at the threshold is 0."""
    return _threshold(x, threshold, value)


# -- exponential and smooth rectifiers ---------------------------------------------------------------------------------

_elu = elementwise(
    lambda x, y: _positive(x) + y * np.expm1(_negative(x)),
    lambda x, y: (x > 0) * _number(x, 1) + (x <= 0) * y * np.exp(_negative(x)),
    lambda x: np.expm1(_negative(x)),
    name="elu",
)


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """x where x > 0, else α (exp(x) - 1); the derivative at 0 is α (Clevert et al. 2016)."""
    return _elu(x, alpha)


SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
"""The fixed point of mean 0 and variance 1 (Klambauer et al. 2017, equation 14)."""


def selu(x: Any) -> Any:
    """λ elu(x, α) with λ = 1.0507 and α = 1.6733, which keep mean 0 and variance 1 (Klambauer et al. 2017)."""
    return SELU_SCALE * _elu(x, SELU_ALPHA)


_celu = elementwise(
    lambda x, y: _positive(x) + y * np.expm1(_negative(x) / y),
    lambda x, y: (x > 0) * _number(x, 1) + (x <= 0) * np.exp(_negative(x) / y),
    lambda x, y: np.expm1(_negative(x) / y) - _negative(x) / y * np.exp(_negative(x) / y),
    name="celu",
)


def celu(x: Any, alpha: Any = 1.0) -> Any:
    """x where x > 0, else α (exp(x/α) - 1), whose derivative is continuous for every α (Barron 2017)."""
    return _celu(x, alpha)


_softplus = elementwise(
    lambda x, y, z: _plain_softplus(x, y, z),
    lambda x, y, z: (y * x > z) + (y * x <= z) * sigmoid(y * x),
    lambda x, y, z, ans: (y * x <= z) * (x * sigmoid(y * x) - ans) / y,
    None,
    name="softplus",
)


def _plain_softplus(x, beta, threshold):
    u = beta * x
    return (_positive(u) + (u <= threshold) * np.log1p(np.exp(-np.abs(u)))) / beta


def softplus(x: Any, beta: Any = 1.0, threshold: float = 20.0) -> Any:
    """log(1 + exp(βx)) / β, and x itself where βx is above the threshold, as in PyTorch.

    At the threshold the two differ by 2e-9; threshold=np.inf is the formula everywhere, without overflow.

    >>> softplus(np.array([-1e4, 0.0, 1e4])).tolist()
    [0.0, 0.6931471805599453, 10000.0]
    """
    return _softplus(x, beta, threshold)


_squareplus = elementwise(
    lambda x, y: _positive(x) + y / (2 * (np.abs(x) + np.hypot(x, y**0.5))),
    lambda x, y, ans: ans / np.hypot(x, y**0.5),
    lambda x, y: 0.25 / np.hypot(x, y**0.5),
    name="squareplus",
)


def squareplus(x: Any, b: Any = 4.0) -> Any:
    """(x + √(x² + b)) / 2, a smooth rectifier without exponentials (Barron 2021).

    b  the square of its width, positive. Raises ModelError where it is not.

    >>> squareplus(np.array([-1.5, 0.0, 1.5]))
    array([0.5, 1. , 2. ])
    """
    if isinstance(b, int | float) and not b > 0:
        raise ModelError(f"squareplus takes a positive b, not {b}; relu is what it is for b = 0")
    return _squareplus(x, b)


# -- products of x and a gate ------------------------------------------------------------------------------------------


def _silu_derivative(x):
    s = sigmoid(x)
    return s + s * (1 - s) * x


silu = elementwise(lambda x: x * _sigmoid(x), _silu_derivative, name="silu")
silu.__doc__ = """x σ(x), also called swish (Elfwing et al. 2018)."""


def swish(x: Any, beta: Any = 1.0) -> Any:
    """x σ(βx) (Ramachandran et al. 2017); silu for β = 1."""
    return silu(x) if beta.__class__ is float and beta == 1.0 else x * sigmoid(beta * x)


def _plain_tanh_softplus(x):
    n = np.exp(np.minimum(x, 20))  # tanh(log(1 + n)) is (n² + 2n) / (n² + 2n + 2), and rounds to 1 above
    p = n * (n + 2)
    return p / (p + 2)


_tanh_softplus = elementwise(_plain_tanh_softplus, lambda x, ans: sigmoid(x) * (1 - ans * ans), name="tanh_softplus")


def _mish_derivative(x):
    t = _tanh_softplus(x)
    return t + x * sigmoid(x) * (1 - t * t)


mish = elementwise(lambda x: x * _plain_tanh_softplus(x), _mish_derivative, name="mish")
mish.__doc__ = """x tanh(softplus(x)) (Misra 2019)."""

hardswish = elementwise(
    lambda x: x * np.minimum(_positive(x + 3), 6) / 6,
    lambda x: ((x > -3) & (x < 3)) * (x / 3 + 0.5) + (x >= 3),
    name="hardswish",
)
hardswish.__doc__ = """x min(max(x + 3, 0), 6) / 6, with derivative 0 at -3 and 1 at 3 (Howard et al. 2019)."""

# -- shrinkage ---------------------------------------------------------------------------------------------------------

tanhshrink = elementwise(lambda x: x - np.tanh(x), lambda x: np.tanh(x) ** 2, name="tanhshrink")
tanhshrink.__doc__ = """x - tanh(x)."""

_softshrink = elementwise(
    lambda x, y: x - np.minimum(np.maximum(x, -y), y),
    lambda x, y: np.abs(x) > y,
    lambda x, y: (np.abs(x) > y) * -np.sign(x),
    name="softshrink",
)


def softshrink(x: Any, lambd: Any = 0.5) -> Any:
    """x - λ where x > λ, x + λ where x < -λ, else 0, with derivative 0 at ±λ: the proximal operator of λ|x|."""
    return _softshrink(x, lambd)


_hardshrink = elementwise(lambda x, y: x * (np.abs(x) > y), lambda x, y: np.abs(x) > y, None, name="hardshrink")


def hardshrink(x: Any, lambd: float = 0.5) -> Any:
    """x where |x| > λ, else 0, with derivative 0 at ±λ."""
    return _hardshrink(x, lambd)


# -- the softsign ------------------------------------------------------------------------------------------------------

softsign = elementwise(lambda x: x / (1 + np.abs(x)), lambda x: 1 / (1 + np.abs(x)) ** 2, name="softsign")
softsign.__doc__ = """x / (1 + |x|), with derivative 1 / (1 + |x|)²."""
