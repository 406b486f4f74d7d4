"""The Gaussian error linear unit, exact and by its approximation with tanh (Hendrycks and Gimpel 2016)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...fused import fused
from ...primitive import elementwise
from ...tracer import dtype_of, shape_of
from ..errors import ModelError

__all__ = ["gelu", "normal_cdf"]

_DENSITY_AT_ZERO = 1 / math.sqrt(2 * math.pi)


def _tail(x):
    """(Φ(-|x|), exp(-x²/2)) of arrays in float32: Abramowitz and Stegun 1964, 7.1.26, to 8e-8."""
    e = np.multiply(x, x)
    e *= -0.5
    np.exp(e, out=e)
    t = np.abs(x)
    t *= 0.3275911 / math.sqrt(2)
    t += 1
    np.reciprocal(t, out=t)
    tail = t * 1.061405429
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail += coefficient
        tail *= t
    tail *= e
    tail *= 0.5
    return tail, e


def _normal_cdf(x):
    from scipy.special import ndtr

    return ndtr(x)


def _normal_density(x):
    return np.exp(-0.5 * x * x) * _DENSITY_AT_ZERO


normal_cdf = elementwise(_normal_cdf, _normal_density, name="normal_cdf")
normal_cdf.__doc__ = """Φ(x) = (1 + erf(x/√2)) / 2, the distribution function of the standard normal distribution."""


def gelu(x: Any, approximate: str = "none") -> Any:
    """x Φ(x), or with approximate="tanh": x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), which GPT-2 has.

    Raises ModelError for another approximation.

    >>> gelu(np.array([-1e4, 0.0, 1.0, 1e4])).round(4).tolist()
    [-0.0, 0.0, 0.8413, 10000.0]
    """
    if approximate == "none":
        return _gelu(x)
    if approximate == "tanh":
        return _tanh_gelu(x)
    raise ModelError(f"gelu's approximate is 'none' or 'tanh', not {approximate!r}")


def _forward(x):
    """The value and the derivative Φ(x) + x exp(-x²/2)/√(2π), which share everything that costs."""
    if dtype_of(x) != np.float32 or not np.ndim(x):
        cdf = _normal_cdf(x)
        return x * cdf, cdf + x * _normal_density(x)
    tail, density = _tail(x)
    y = np.abs(x)
    y *= tail
    np.subtract(np.maximum(x, 0), y, out=y)  # x (1 - tail) above 0, x tail below
    density *= _DENSITY_AT_ZERO
    density *= x
    np.subtract(0.5, tail, out=tail)
    np.copysign(tail, x, out=tail)
    tail += 0.5
    tail += density
    return y, tail


def _backward(cotangent, derivative, wanted, x):
    return [cotangent * derivative]


def _shape(x):
    return shape_of(x), dtype_of(x)


@fused(_forward, _backward, shape=_shape)
def _gelu(x):
    return x * normal_cdf(x)


def _tanh_forward(x):
    x = np.asarray(x)
    if not x.ndim:  # arithmetic makes scalars of such arrays, which nothing can be written into
        return tuple(found[0] for found in _tanh_forward(x[None]))
    square = x * x
    u = square * (0.044715 * math.sqrt(2 / math.pi))
    u += math.sqrt(2 / math.pi)
    slope = u * 3
    slope -= 2 * math.sqrt(2 / math.pi)  # u'(x) of u = a x + b x³, from 3 (a + b x²) - 2 a
    u *= x
    np.tanh(u, out=u)
    derivative = u * u
    np.subtract(1, derivative, out=derivative)
    derivative *= slope
    derivative *= x
    u += 1
    derivative += u
    derivative *= 0.5
    u *= x
    u *= 0.5
    return u, derivative


@fused(_tanh_forward, _backward, shape=_shape)
def _tanh_gelu(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))
