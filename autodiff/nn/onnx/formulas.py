"""Elementwise functions that ONNX lacks, as formulas of those it has."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["FORMULAS", "as_formula"]


class _Term:
    """A value of the graph in a formula."""

    def __init__(self, graph: Any, dtype: Any, name: str):
        self.graph, self.dtype, self.name = graph, dtype, name

    def __call__(self, operation: str, *others: Any) -> _Term:
        """The node operation(this, *others)."""
        names = [self._name(other) for other in others]
        return _Term(self.graph, self.dtype, self.graph.node(operation, self.name, *names))

    def _name(self, other):
        return other.name if isinstance(other, _Term) else self.graph.constant(np.asarray(other, self.dtype))

    def where(self, condition: str, bound: Any, other: Any) -> _Term:
        """This where `condition(this, bound)`, else another."""
        chosen = self.graph.node(condition, self.name, self._name(bound))
        return _Term(self.graph, self.dtype, self.graph.node("Where", chosen, self.name, self._name(other)))

    def __add__(self, other: Any) -> _Term:
        return self("Add", other)

    def __sub__(self, other: Any) -> _Term:
        return self("Sub", other)

    def __mul__(self, other: Any) -> _Term:
        return self("Mul", other)

    def __truediv__(self, other: Any) -> _Term:
        return self("Div", other)

    def __neg__(self) -> _Term:
        return self("Neg")


def as_formula(f: Callable) -> Callable:
    """The rule of an elementwise primitive with the formula f of `_Term`s."""

    def rule(graph, operands, result, **params):
        dtype = result[1]
        return f(*(_Term(graph, dtype, operand.cast(dtype)) for operand in operands)).name

    return rule


def _exponential_below(x: _Term) -> _Term:
    """exp(min(x, 0)) - 1."""
    return x("Min", 0)("Exp") - 1


def _softplus(x: _Term) -> _Term:
    """log(1 + exp(x)), without overflow."""
    return x("Relu") + ((-x("Abs"))("Exp") + 1)("Log")


FORMULAS: dict[str, Callable] = {
    "square": as_formula(lambda x: x * x),
    "log1p": as_formula(lambda x: (x + 1)("Log")),
    "expm1": as_formula(lambda x: x("Exp") - 1),
    "normal_cdf": as_formula(lambda x: ((x * math.sqrt(0.5))("Erf") + 1) * 0.5),
    "scaled_sigmoid": as_formula(lambda x: (x * 0.5)("Tanh")),
    "log_sigmoid": as_formula(lambda x: x("Min", 0) - ((-x("Abs"))("Exp") + 1)("Log")),
    "silu": as_formula(lambda x: x * x("Sigmoid")),
    "mish": as_formula(lambda x: x * _softplus(x)("Tanh")),
    "tanh_softplus": as_formula(lambda x: _softplus(x)("Tanh")),
    "relu6": as_formula(lambda x: x("Relu")("Min", 6)),
    "leaky_relu": as_formula(lambda x, a: x("Relu") + a * x("Min", 0)),
    "elu": as_formula(lambda x, a: x("Relu") + a * _exponential_below(x)),
    "celu": as_formula(lambda x, a: x("Relu") + a * ((x("Min", 0) / a)("Exp") - 1)),
    "softplus": as_formula(lambda x, b, limit: _softplus(b * x) / b),
    "squareplus": as_formula(lambda x, b: (x + (x * x + b)("Sqrt")) * 0.5),
    "hardsigmoid": as_formula(lambda x: (x + 3)("Relu")("Min", 6) / 6),
    "hardswish": as_formula(lambda x: x * (x + 3)("Relu")("Min", 6) / 6),
    "hardtanh": as_formula(lambda x, low, high: x("Max", low)("Min", high)),
    "tanhshrink": as_formula(lambda x: x - x("Tanh")),
    "softshrink": as_formula(lambda x, a: x - x("Max", -a)("Min", a)),
    "hardshrink": as_formula(lambda x, a: x * (x("Abs") - a)("Sign")("Relu")),
    "threshold": as_formula(lambda x, a, value: x.where("Greater", a, value)),
    "step": as_formula(lambda x: (x("Sign") + 1)("Min", 1)),
}
