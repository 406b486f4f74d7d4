"""Noise for regularisation: dropout in its forms, and additive noise. All draw from a generator that is passed in.

Each is the identity where `training` is False. What is dropped is drawn once, as an array of factors, so that value and
derivative see the same.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...tracer import dtype_of, shape_of
from ..errors import ModelError, ShapeError
from ..random import ShapesOnly
from .activations import SELU_ALPHA, SELU_SCALE
from .floating import floating

__all__ = ["alpha_dropout", "drop_path", "dropout", "gaussian_noise", "spatial_dropout"]


def check_probability(name: str, p: float) -> float:
    """p, or ModelError where it is no probability."""
    if not 0 <= p <= 1:
        raise ModelError(f"{name} takes a probability between 0 and 1, not {p}")
    return p


def _kept(rng, p, shape):
    """Which entries stay, each with probability 1 - p."""
    _require_generator(rng)
    return rng.random(shape, np.float32) >= p


def _require_generator(rng):
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng is a numpy.random.Generator, which goes on from call to call, not {rng!r}")


def _is_idle(rng, p, training):
    return not training or p == 0 or isinstance(rng, ShapesOnly)


def _dropped(x, p, rng, shape):
    """x · mask / (1 - p), with a mask of a shape that broadcasts."""
    x = floating(x)
    factor = 1 / (1 - p) if p < 1 else 0.0
    return x * (_kept(rng, p, shape) * dtype_of(x).type(factor))


def dropout(x: Any, p: float, rng: Any, training: bool = True) -> Any:
    """y = x m / (1 - p), with m = 0 with probability p, else 1, for each entry, so that y is x in the mean.

    p         the probability that an entry is dropped
    rng       a np.random.Generator
    training  whether anything is dropped; otherwise y = x

    Raises ModelError where p is no probability. Srivastava et al. 2014; scaled in training ("inverted").

    >>> dropout(np.ones(6), 0.5, np.random.default_rng(0))
    array([2., 2., 2., 0., 0., 0.])
    """
    check_probability("dropout", p)
    return x if _is_idle(rng, p, training) else _dropped(x, p, rng, shape_of(x))


def spatial_dropout(x: Any, p: float, rng: Any, training: bool = True) -> Any:
    """Dropout of whole channels: x (N, C, ...), one draw for each (n, c) (Tompson et al. 2015).

    Raises ShapeError where x has fewer than two axes.
    """
    check_probability("spatial_dropout", p)
    shape = shape_of(x)
    if len(shape) < 2:
        raise ShapeError.of("spatial_dropout", "(N, C, ...)", shape, "put a batch axis and a channel axis in front")
    return x if _is_idle(rng, p, training) else _dropped(x, p, rng, shape[:2] + (1,) * (len(shape) - 2))


def drop_path(x: Any, p: float, rng: Any, training: bool = True) -> Any:
    """Dropout of whole samples: x (N, ...), one draw for each n; stochastic depth in residual branches (Huang 2016)."""
    check_probability("drop_path", p)
    shape = shape_of(x)
    if not shape:
        raise ShapeError.of("drop_path", "(N, ...)", shape, "put a batch axis in front")
    return x if _is_idle(rng, p, training) else _dropped(x, p, rng, shape[:1] + (1,) * (len(shape) - 1))


def alpha_dropout(x: Any, p: float, rng: Any, training: bool = True) -> Any:
    """y = a (x m + α' (1 - m)) + b, with α' = -λα of selu, a and b so that mean 0 and variance 1 stay what they are.

    Klambauer et al. 2017: a = ((1 - p) (1 + p α'²))^(-1/2), b = -a p α'.
    """
    check_probability("alpha_dropout", p)
    if _is_idle(rng, p, training):
        return x
    if p == 1:
        return x * 0
    x = floating(x)
    low = -SELU_SCALE * SELU_ALPHA
    a = 1 / math.sqrt((1 - p) * (1 + p * low**2))
    scale = dtype_of(x).type
    kept = _kept(rng, p, shape_of(x))
    return x * (kept * scale(a)) + (~kept * scale(a * low) - scale(a * p * low))


def gaussian_noise(x: Any, std: float, rng: Any, training: bool = True) -> Any:
    """y = x + ε, with ε normal of mean 0 and deviation std."""
    if std < 0:
        raise ModelError(f"gaussian_noise takes a deviation that is not negative, not {std}")
    if _is_idle(rng, std, training):
        return x
    _require_generator(rng)
    x = floating(x)
    dtype = dtype_of(x)
    noise = rng.standard_normal(shape_of(x), dtype if dtype.itemsize in (4, 8) else np.float64)
    return x + noise.astype(dtype, copy=False) * std
