"""Random programs: lists of steps, each of which makes a new value of earlier ones, so that values are shared.

All values have a shape that broadcasts with (2, 3), so any step can be applied to any of them. The functions are smooth
and bounded, or decide by value; where a decision is too close to call, since rounding would make it, `TooCloseError` is
raised. Programs also run on complex numbers, in which they are analytic and decide by real parts.
"""

import numpy as np
from hypothesis import strategies as st

SHAPES = ((), (1,), (3,), (1, 3), (2, 1), (2, 3))
MARGIN = 1e-6

_rng = np.random.default_rng(7)
MIXING = {n: _rng.standard_normal((n, n)) for n in (1, 2, 3)}


class TooCloseError(Exception):
    """A decision by value that rounding could turn."""


def decided(a, b):
    """Whether a > b, entry by entry."""
    difference = np.real(plain(a)) - np.real(plain(b))
    if np.any(np.abs(difference) < MARGIN):
        raise TooCloseError
    return difference > 0


def plain(a):
    while hasattr(a, "primal"):
        a = a.primal
    return a


def spread_out(a):
    """a, if no two entries along the last axis are too close for their order."""
    if np.any(np.abs(np.diff(np.sort(np.real(plain(a)), axis=-1), axis=-1)) < MARGIN):
        raise TooCloseError
    return a


def larger(a, b):
    decided(a, b)
    return np.maximum(a, b)


def largest(a):
    return np.max(spread_out(a), axis=-1, keepdims=True) if np.shape(plain(a)) else a


def in_order(a):
    return np.sort(spread_out(a), axis=-1) if np.shape(plain(a)) else a


def mixed(a):
    shape = np.shape(plain(a))
    if len(shape) == 2:
        return MIXING[shape[0]] @ a
    return a @ MIXING[shape[0]] if shape else 1.5 * a


def rotated(a):
    return np.concatenate([a[..., 1:], a[..., :1]], axis=-1) if np.shape(plain(a)) else a


def with_first_replaced(a, b):
    if not np.shape(plain(a)):
        return b
    out = a * 1.0
    out[..., 0] = np.sum(b) + a[..., -1]
    return out


def branched(a, b):
    return a * b if decided(np.sum(a), 0.1) else np.cos(a) - b


def iterated(a, b):
    for _ in range(int(decided(np.sum(b), -1.0)) + 2):
        a = 0.5 * a + np.sin(b * a)
    return a


def recursive(a, b, depth=3):
    return a if depth == 0 else np.tanh(recursive(a, b, depth - 1) + b / depth)


UNARY = {
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "arctan": np.arctan,
    "arcsinh": np.arcsinh,
    "bell": lambda a: np.exp(-a * a),
    "log": lambda a: np.log(2 + a * a),
    "root": lambda a: np.sqrt(1 + a * a),
    "power": lambda a: (1 + a**2) ** -1.5,
    "reciprocal": lambda a: 1 / (2 + a * a),
    "scaled": lambda a: -a / 3,
    "sum": lambda a: np.sum(a, axis=-1, keepdims=True) if np.shape(plain(a)) else a,
    "mean": np.mean,
    "product": lambda a: np.prod(np.cos(a)),
    "cumulative": lambda a: np.cumsum(a, axis=-1) if np.shape(plain(a)) else a,
    "first": lambda a: a[..., :1] if np.shape(plain(a)) else a,
    "repeated": lambda a: a[..., [0, 0, -1]] if np.shape(plain(a)) else a,
    "variance": lambda a: np.mean((a - np.mean(a)) ** 2),  # np.var is not analytic
    "mixed": mixed,
    "rotated": rotated,
    "largest": largest,
    "in_order": in_order,
}

BINARY = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / (2 + b * b),
    "power": lambda a, b: (2 + np.sin(a)) ** np.cos(b),
    "inner": lambda a, b: (
        np.einsum("...i,...i->...", a, b + 0 * a)[..., None] if np.shape(plain(a)) else a * np.mean(b)
    ),
    "larger": larger,
    "where": lambda a, b: np.where(decided(a, b), np.sin(a), b * b),
    "with_first_replaced": with_first_replaced,
    "branched": branched,
    "iterated": iterated,
    "recursive": recursive,
}


def bounded(a):
    """Large values would hide small ones: another decision by value."""
    size = np.max(np.abs(np.real(plain(a))))
    if 15 < size < 15.001:
        raise TooCloseError
    return np.tanh(a / 8) if size > 15 else a


_STEPS = st.one_of(
    st.tuples(st.sampled_from(sorted(UNARY)), st.integers(0, 5)),
    st.tuples(st.sampled_from(sorted(BINARY)), st.integers(0, 5), st.integers(0, 5)),
)


def programs(max_steps):
    """Steps (name, operands): an operand k is the k-th latest value."""
    return st.lists(_STEPS, min_size=1, max_size=max_steps)


def arguments(shapes=SHAPES, count=(1, 3)):
    """Tuples of arrays; numbers where the shape is ()."""
    numbers = st.floats(-2, 2).map(lambda x: round(x, 3))
    arrays = st.sampled_from(shapes).flatmap(
        lambda shape: st.lists(numbers, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))).map(
            lambda entries: np.array(entries).reshape(shape) if shape else entries[0]
        )
    )
    return st.lists(arrays, min_size=count[0], max_size=count[1]).map(tuple)


def function_of(program):
    """The program as a function of its arguments, which returns its last value and the sum of all of them."""

    def f(*args):
        values = list(args)
        for name, *operands in program:
            chosen = [values[-1 - k % len(values)] for k in operands]
            values.append(bounded((UNARY if len(chosen) == 1 else BINARY)[name](*chosen)))
        return {"last": values[-1], "total": sum([np.sum(value) for value in values])}

    return f
