"""Losses of numbers. Each is a table line: the loss ℓ(x, y) of prediction x and target y, and its two partials."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...errors import InputError
from ...primitive import elementwise
from ...tracer import shape_of
from ..errors import ShapeError
from .reduction import matched, reduced

__all__ = ["gaussian_nll", "huber", "l1", "log_cosh", "mse", "msle", "poisson_nll", "smooth_l1"]


def _huber_value(x, y, z):
    size = np.abs(x - y)
    return np.where(size <= z, 0.5 * size * size, z * (size - 0.5 * z))


def _log_cosh_value(x, y):
    size = np.abs(x - y)
    near = np.sinh(np.minimum(size, 1) / 2)  # cosh d = 1 + 2 sinh²(d/2): no digits cancel near 0
    return np.where(size < 1, np.log1p(2 * near * near), size + np.log1p(np.exp(-2 * size)) - math.log(2))


def _exp(x):
    with np.errstate(over="ignore"):  # an infinite rate is an infinite loss
        return np.exp(x)


_square = elementwise(
    lambda x, y: np.square(x - y), lambda x, y: 2 * (x - y), lambda x, y: -2 * (x - y), name="squared_error"
)
_absolute = elementwise(
    lambda x, y: np.abs(x - y), lambda x, y: np.sign(x - y), lambda x, y: -np.sign(x - y), name="absolute_error"
)
_huber = elementwise(
    _huber_value, lambda x, y, z: np.clip(x - y, -z, z), lambda x, y, z: -np.clip(x - y, -z, z), None, name="huber"
)
_log_cosh = elementwise(_log_cosh_value, lambda x, y: np.tanh(x - y), lambda x, y: -np.tanh(x - y), name="log_cosh")
_poisson_of_log = elementwise(
    lambda x, y: _exp(x) - y * x, lambda x, y: np.exp(x) - y, lambda x: -x, name="poisson_nll"
)


def _pointwise(name, primitive, prediction, target, reduction, weight, *more):
    target = matched(name, prediction, target)
    return reduced(name, primitive(prediction, target, *more), reduction, weight)


def mse(prediction: Any, target: Any, reduction: str = "mean", *, weight: Any = None) -> Any:
    """ℓ = (x - y)², the squared error.

    prediction, target  arrays of one shape
    reduction           "mean" or "sum" of all entries, or "none" for the array of them
    weight              multiplies the entries before, and broadcasts to them; the mean is over their number (PyTorch
                        divides the weighted mean of mse and l1 by the sum of the weights, that of huber by the number)

    Raises ShapeError where the shapes differ: they are not broadcast.

    >>> float(mse(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
    2.0
    """
    return _pointwise("mse", _square, prediction, target, reduction, weight)


def l1(prediction: Any, target: Any, reduction: str = "mean", *, weight: Any = None) -> Any:
    """ℓ = |x - y|, the absolute error, with derivative 0 at 0. Arguments as of `mse`.

    >>> float(l1(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
    1.0
    """
    return _pointwise("l1", _absolute, prediction, target, reduction, weight)


def huber(prediction: Any, target: Any, delta: float = 1.0, reduction: str = "mean", *, weight: Any = None) -> Any:
    """ℓ = d²/2 for |d| ≤ δ, δ (|d| - δ/2) beyond; d = x - y. Arguments as of `mse` (Huber 1964).

    >>> huber(np.array([0.5, 3.0]), np.zeros(2), reduction="none").tolist()
    [0.125, 2.5]
    """
    if not delta > 0:
        raise InputError(f"huber takes a positive delta, not {delta}; for delta → 0 take l1")
    return _pointwise("huber", _huber, prediction, target, reduction, weight, float(delta))


def smooth_l1(prediction: Any, target: Any, beta: float = 1.0, reduction: str = "mean", *, weight: Any = None) -> Any:
    """ℓ = d²/2β for |d| ≤ β, |d| - β/2 beyond: `huber` with δ = β, over β. β = 0 is `l1` (Girshick 2015).

    >>> smooth_l1(np.array([0.5, 3.0]), np.zeros(2), beta=2.0, reduction="none").tolist()
    [0.0625, 2.0]
    """
    if not beta >= 0:
        raise InputError(f"smooth_l1 takes a beta of 0 or more, not {beta}")
    if beta == 0:
        return l1(prediction, target, reduction, weight=weight)
    return _pointwise("smooth_l1", _huber, prediction, target, reduction, weight, float(beta)) / beta


def log_cosh(prediction: Any, target: Any, reduction: str = "mean", *, weight: Any = None) -> Any:
    """ℓ = log cosh(x - y): d²/2 near 0, |d| - log 2 far away, smooth between. Arguments as of `mse`.

    >>> log_cosh(np.array([0.0, 1e4]), np.zeros(2), reduction="none").round(4).tolist()
    [0.0, 9999.3069]
    """
    return _pointwise("log_cosh", _log_cosh, prediction, target, reduction, weight)


def msle(prediction: Any, target: Any, reduction: str = "mean", *, weight: Any = None) -> Any:
    """ℓ = (log(1 + x) - log(1 + y))², of numbers above -1. Arguments as of `mse`.

    >>> float(msle(np.array([np.e - 1]), np.array([0.0])))
    1.0
    """
    return _pointwise("msle", _square, np.log1p(prediction), np.log1p(target), reduction, weight)


def poisson_nll(
    prediction: Any,
    target: Any,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Any:
    """ℓ = eˣ - y x, the negative log-likelihood of counts y with log-rate x, up to log y!.

    log_input  False: x is the rate itself, and ℓ = x - y log(x + eps)
    full       adds Stirling's log y! ≈ y log y - y + log(2πy)/2 where y > 1

    Other arguments as of `mse`. PyTorch's poisson_nll_loss.

    >>> poisson_nll(np.array([0.0, 1.0]), np.array([1.0, 0.0]), reduction="none").round(4).tolist()
    [1.0, 2.7183]
    """
    target = matched("poisson_nll", prediction, target)
    if log_input:
        values = _poisson_of_log(prediction, target)
    else:
        values = prediction - target * np.log(prediction + eps)
    if full:
        many = np.where(np.greater(target, 1), target, 1)
        stirling = many * np.log(many) - many + 0.5 * np.log(2 * math.pi * many)
        values = values + np.where(np.greater(target, 1), stirling, 0)
    return reduced("poisson_nll", values, reduction)


def gaussian_nll(
    prediction: Any, target: Any, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    """ℓ = (log v + (x - y)²/v) / 2 with v = max(var, eps): the negative log-likelihood of y under N(x, v).

    var   of the shape of x, or one that broadcasts to it, such as (N, 1) or a number; not negative
    full  adds the constant log(2π)/2

    The derivative by var is 0 where it is below eps; PyTorch's gaussian_nll_loss has that of v there.
    Raises InputError where a variance is negative.

    >>> float(gaussian_nll(np.array([2.0]), np.array([0.0]), np.array([1.0])))
    2.0
    """
    target = matched("gaussian_nll", prediction, target)
    if np.any(np.less(var, 0)):
        raise InputError("gaussian_nll takes variances of 0 or more; np.exp or softplus of an output is positive")
    try:
        fits = np.broadcast_shapes(shape_of(var), shape_of(prediction)) == shape_of(prediction)
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError.of(
            "gaussian_nll's var",
            f"{shape_of(prediction)}, or what broadcasts to it,",
            shape_of(var),
            "give one variance for each entry, for each sample (N, 1), or one number",
        )
    v = np.maximum(var, eps)
    values = 0.5 * (np.log(v) + _square(prediction, target) / v)
    return reduced("gaussian_nll", values + 0.5 * math.log(2 * math.pi) if full else values, reduction)
