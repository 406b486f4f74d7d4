"""Initialisers that keep the variance of activations, or of gradients, from layer to layer: Var w = scale / fan."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..errors import ModelError
from .distributions import initialiser, normal, truncated_normal, uniform

__all__ = [
    "calculate_gain",
    "fan_in_uniform",
    "fans",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "kaiming_normal",
    "kaiming_uniform",
    "lecun_normal",
    "lecun_uniform",
    "uniform_bias",
    "variance_scaling",
    "xavier_normal",
    "xavier_uniform",
]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan in, fan out) of a weight (out, in, *kernel): how many inputs an output has, and the reverse.

    Raises ValueError for fewer than two axes.

    >>> fans((10, 784)), fans((6, 1, 5, 5))
    ((784, 10), (25, 150))
    """
    if len(shape) < 2:
        raise ValueError(f"a weight with fans has two axes or more, (out, in, *kernel), not the shape {tuple(shape)}")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


_GAINS = {
    "linear": 1.0,
    "identity": 1.0,
    "conv1d": 1.0,
    "conv2d": 1.0,
    "conv3d": 1.0,
    "conv_transpose1d": 1.0,
    "conv_transpose2d": 1.0,
    "conv_transpose3d": 1.0,
    "sigmoid": 1.0,
    "tanh": 5 / 3,
    "relu": math.sqrt(2),
    "selu": 3 / 4,
}


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """By what a layer's weights are enlarged to make up for the nonlinearity behind it; the values of PyTorch.

    linear, conv*, sigmoid 1; tanh 5/3; relu √2; leaky_relu √(2/(1 + a²)), a = param, by default 0.01; selu 3/4

    Raises ModelError for another name.

    >>> calculate_gain("relu") == 2**0.5, calculate_gain("leaky_relu", 1.0)
    (True, 1.0)
    """
    if nonlinearity == "leaky_relu":
        slope = 0.01 if param is None else float(param)
        return math.sqrt(2 / (1 + slope * slope))
    if nonlinearity not in _GAINS:
        raise ModelError(
            f"there is no gain for {nonlinearity!r}, but for {', '.join([*_GAINS, 'leaky_relu'])}; "
            "elsewhere give `gain` as a number"
        )
    return _GAINS[nonlinearity]


# std of a standard normal within ±2, by which the cut one is divided to have the variance that it is meant to have
_STD_WITHIN_TWO = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))


@initialiser
def variance_scaling(
    rng: Any,
    shape: tuple[int, ...],
    dtype: Any = np.float32,
    *,
    scale: float = 1.0,
    mode: str = "fan_in",
    distribution: str = "normal",
) -> Any:
    """Var w = scale / fan, mean 0: the rule of which all below are cases.

    shape         (out, in, *kernel), as PyTorch keeps weights
    mode          "fan_in" keeps the variance of activations, "fan_out" that of gradients, "fan_avg" is between
    distribution  "normal", "truncated_normal" (within two standard deviations), or "uniform"

    Raises ModelError for other words, ValueError for fewer than two axes.

    >>> round(float(variance_scaling(0, (400, 900), scale=3.0).std()), 3)  # √(3/900)
    0.058
    """
    fan_in, fan_out = fans(shape)
    chosen = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}
    if mode not in chosen:
        raise ModelError(f"mode is 'fan_in', 'fan_out' or 'fan_avg', not {mode!r}")
    if not scale >= 0:
        raise ModelError(f"scale is 0 or more, not {scale}")
    std = math.sqrt(scale / max(1, chosen[mode]))
    if distribution == "normal":
        return normal(rng, shape, dtype, std=std)
    if distribution == "truncated_normal":
        return truncated_normal(rng, shape, dtype, std=std / _STD_WITHIN_TWO)
    if distribution == "uniform":
        bound = math.sqrt(3) * std
        return uniform(rng, shape, dtype, low=-bound, high=bound)
    raise ModelError(f"distribution is 'normal', 'truncated_normal' or 'uniform', not {distribution!r}")


def glorot_uniform(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, gain: float = 1.0) -> Any:
    """Uniform in ±gain √(6 / (fan in + fan out)) (Glorot and Bengio 2010). Also `xavier_uniform`."""
    return variance_scaling(rng, shape, dtype, scale=gain * gain, mode="fan_avg", distribution="uniform")


def glorot_normal(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32, *, gain: float = 1.0) -> Any:
    """Normal with std gain √(2 / (fan in + fan out)). Also `xavier_normal`."""
    return variance_scaling(rng, shape, dtype, scale=gain * gain, mode="fan_avg")


def he_uniform(
    rng: Any,
    shape: tuple[int, ...],
    dtype: Any = np.float32,
    *,
    mode: str = "fan_in",
    nonlinearity: str = "relu",
    param: float | None = None,
) -> Any:
    """Uniform in ±gain √(3 / fan), with the gain of a nonlinearity (He et al. 2015). Also `kaiming_uniform`.

    mode                 "fan_in" or "fan_out"
    nonlinearity, param  as of `calculate_gain`
    """
    scale = calculate_gain(nonlinearity, param) ** 2
    return variance_scaling(rng, shape, dtype, scale=scale, mode=mode, distribution="uniform")


def he_normal(
    rng: Any,
    shape: tuple[int, ...],
    dtype: Any = np.float32,
    *,
    mode: str = "fan_in",
    nonlinearity: str = "relu",
    param: float | None = None,
) -> Any:
    """Normal with std gain / √fan. Arguments as of `he_uniform`. Also `kaiming_normal`."""
    return variance_scaling(rng, shape, dtype, scale=calculate_gain(nonlinearity, param) ** 2, mode=mode)


def lecun_uniform(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Uniform in ±√(3 / fan in) (LeCun et al. 1998)."""
    return variance_scaling(rng, shape, dtype, distribution="uniform")


def lecun_normal(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Normal with std 1/√(fan in): for selu (Klambauer et al. 2017)."""
    return variance_scaling(rng, shape, dtype)


xavier_uniform, xavier_normal = glorot_uniform, glorot_normal
kaiming_uniform, kaiming_normal = he_uniform, he_normal


def fan_in_uniform(rng: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Uniform in ±1/√(fan in): the weights of PyTorch's linear and convolutional layers."""
    bound = max(1, fans(shape)[0]) ** -0.5
    return uniform(rng, shape, dtype, low=-bound, high=bound)


def uniform_bias(rng: Any, size: int, fan_in: int, dtype: Any = np.float32) -> Any:
    """Uniform in ±1/√(fan in), shape (size,): their biases."""
    bound = max(1, fan_in) ** -0.5
    return uniform(rng, (size,), dtype, low=-bound, high=bound)
