"""The table of counterparts, continued: the elementwise primitives of networks, by name, as their formulas.

What avoids overflow or lost digits in floats is left out, since expressions have neither.
"""

from __future__ import annotations

from functools import cache

__all__ = ["activations"]


@cache
def activations():
    """Name of a primitive -> function of expressions."""
    import sympy as sp

    half, sixth = sp.Rational(1, 2), sp.Rational(1, 6)

    def sigmoid(x):
        return 1 / (1 + sp.exp(-x))

    def softplus(x, beta=1, threshold=None):
        return sp.log(1 + sp.exp(beta * x)) / beta

    def rectified(x, otherwise):
        return sp.Piecewise((x, x > 0), (otherwise, True))

    return {
        "relu": lambda x: sp.Max(x, 0),
        "relu6": lambda x: sp.Min(sp.Max(x, 0), 6),
        "hardtanh": lambda x, low, high: sp.Min(sp.Max(x, low), high),
        "hardsigmoid": lambda x: sp.Min(sp.Max(x * sixth + half, 0), 1),
        "hardswish": lambda x: x * sp.Min(sp.Max(x + 3, 0), 6) * sixth,
        "leaky_relu": lambda x, slope: rectified(x, slope * x),
        "threshold": lambda x, threshold, value: sp.Piecewise((x, x > threshold), (value, True)),
        "elu": lambda x, alpha: rectified(x, alpha * (sp.exp(x) - 1)),
        "celu": lambda x, alpha: rectified(x, alpha * (sp.exp(x / alpha) - 1)),
        "sigmoid": sigmoid,
        "scaled_sigmoid": lambda x: sp.tanh(x * half),
        "log_sigmoid": lambda x: -softplus(-x),
        "softplus": softplus,
        "squareplus": lambda x, b: (x + sp.sqrt(x**2 + b)) * half,
        "silu": lambda x: x * sigmoid(x),
        "tanh_softplus": lambda x: sp.tanh(softplus(x)),
        "mish": lambda x: x * sp.tanh(softplus(x)),
        "normal_cdf": lambda x: (1 + sp.erf(x / sp.sqrt(2))) * half,
        "tanhshrink": lambda x: x - sp.tanh(x),
        "softshrink": lambda x, width: x - sp.Min(sp.Max(x, -width), width),
        "hardshrink": lambda x, width: sp.Piecewise((x, sp.Abs(x) > width), (0, True)),
        "bce_with_logits": lambda x, y, weight: weight * y * softplus(-x) + (1 - y) * softplus(x),
    }
