"""Positions: what tells attention, which sees a set, where in the sequence each of its elements is."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from ...primitive import linear
from ...tracer import dtype_of, shape_of
from ..errors import ModelError, ShapeError
from .floating import floating

__all__ = ["alibi_bias", "alibi_slopes", "rotary", "sinusoidal_positions"]


def sinusoidal_positions(
    T: int, d: int, base: float = 10_000.0, exponent: str = "pair", dtype: Any = np.float32
) -> Any:
    """p_{t,2i} = sin(t / base^{2i/d}), p_{t,2i+1} = cos(t / base^{2i/d}), shape (T, d).

    T, d      number of positions, and of coordinates
    base      M in the deck
    exponent  "pair", as above, where a sine and its cosine share a frequency; or "index", as the deck's figure has it:
              the exponent is 2j/d for coordinate j itself, so that frequencies fall twice as fast, and none is shared

    Raises ModelError for another exponent. Vaswani et al. 2017, arXiv:1706.03762, section 3.5.

    >>> sinusoidal_positions(2, 4, dtype=np.float64).round(4)
    array([[0.    , 1.    , 0.    , 1.    ],
           [0.8415, 0.5403, 0.01  , 1.    ]])
    """
    if exponent not in ("pair", "index"):
        raise ModelError(f'the exponent is "pair" or "index", not {exponent!r}')
    j = np.arange(d)
    angles = np.arange(T)[:, None] * base ** (-2.0 * (j // 2 if exponent == "pair" else j) / d)
    return np.where(j % 2 == 0, np.sin(angles), np.cos(angles)).astype(dtype)


# -- rotary ------------------------------------------------------------------------------------------------------------


def rotary(x: Any, positions: Any = None, base: float = 10_000.0, interleaved: bool = True) -> Any:
    """(x_{2i}, x_{2i+1}) turned by the angle t · base^{-2i/d}: products of two such depend on how far apart they are.

    x            (..., T, d), d even: queries or keys
    positions    (T,), the t of each; 0 ... T-1 by default
    interleaved  whether neighbours are turned together, as in the paper; else x_i with x_{i+d/2}, as in Llama

    Returns (..., T, d). Raises ShapeError where d is odd. Su et al. 2021, arXiv:2104.09864, section 3.2.2.

    >>> rotary(np.array([[1.0, 0.0], [1.0, 0.0]])).round(4)
    array([[1.    , 0.    ],
           [0.5403, 0.8415]])
    """
    x = floating(x)
    shape = shape_of(x)
    if len(shape) < 2 or shape[-1] % 2:
        raise ShapeError.of("rotary", "(..., T, d) with an even d", shape, "choose heads of an even size")
    T, d = shape[-2:]
    if positions is None:
        positions = np.arange(T)
    positions = np.asarray(positions)
    if positions.shape != (T,):
        raise ShapeError.of("rotary's positions", f"({T},), one for each vector", positions.shape, "give as many")
    angles = positions[:, None] * base ** (-np.arange(0, d, 2) / d)
    turns = np.stack([np.cos(angles), np.sin(angles)]).astype(dtype_of(x))  # (2, T, d/2)
    return _turn(x, turns, interleaved=bool(interleaved))


def _pairs(x, interleaved):
    half = x.shape[-1] // 2
    return (x[..., 0::2], x[..., 1::2]) if interleaved else (x[..., :half], x[..., half:])


def _turned(x, turns, *, interleaved):
    cos, sin = turns
    y = np.empty(x.shape, x.dtype)
    first, second = _pairs(x, interleaved)
    to_first, to_second = _pairs(y, interleaved)
    np.multiply(first, cos, out=to_first)
    to_first -= second * sin
    np.multiply(first, sin, out=to_second)
    to_second += second * cos
    return y


def _turned_back(cotangent, x, turns, *, interleaved):
    return _turn(cotangent, turns * np.array([1, -1], turns.dtype)[:, None, None], interleaved=interleaved)


_turn = linear(_turned, _turned_back, None, name="rotary")


# -- biases ------------------------------------------------------------------------------------------------------------


def alibi_slopes(heads: int) -> np.ndarray:
    """m_h = 2^{-8h/H}, h = 1 ... H; for other H than powers of two the paper's code takes every other one of 2P's.

    Press, Smith and Lewis 2022, arXiv:2108.12409, section 3.

    >>> alibi_slopes(4)
    array([0.25      , 0.0625    , 0.015625  , 0.00390625])
    """
    power = 2 ** math.floor(math.log2(heads))
    slopes = 2.0 ** (-8 / power * np.arange(1, power + 1))
    return np.concatenate([slopes, 2.0 ** (-4 / power * np.arange(1, 2 * (heads - power), 2))])


@functools.lru_cache(maxsize=64)
def alibi_bias(heads: int, T: int, S: int | None = None, dtype: Any = np.float32) -> np.ndarray:
    """b_{h,t,s} = -m_h |t + S - T - s|: attention with linear biases, to be given as mask. Read-only, (heads, T, S).

    The queries are the last T of S positions, as in `causal_mask`. Without a causal mask the distance counts both ways.

    >>> alibi_bias(1, 2, 3).round(5)
    array([[[-0.00391,  0.     , -0.00391],
            [-0.00781, -0.00391,  0.     ]]], dtype=float32)
    """
    S = T if S is None else S
    distance = np.abs(np.arange(T)[:, None] + (S - T) - np.arange(S))
    bias = (alibi_slopes(heads)[:, None, None] * -distance).astype(dtype)
    bias.flags.writeable = False
    return bias
