"""Choosing between values: where, select, choose, clip, piecewise. Only what is chosen has derivatives."""

import numpy as np
from numpy._core.umath import clip as _clip_ufunc  # what np.clip and ndarray.clip end in; it has no public name

from ..dispatch import Primitive
from ..elementwise import Elementwise
from ..errors import UnsupportedError
from ..primitive import Like, Linear, fit
from ..tracer import Tracer, dtype_of, implements, shape_of, ufuncs, unwrap
from .keywords import into, is_given

# -- where -------------------------------------------------------------------------------------------------------------


class _Where(Linear):
    """Linear in the two values. A value without tangent stands for a zero, which needs no array."""

    def jvp(self, ans, args, tangents, params):
        condition, _, _ = args
        x, y = (0 if tangent is None else tangent for tangent in tangents[1:])
        tangent = np.where(condition, x, y)
        if shape_of(tangent) != shape_of(ans):  # a constant was what gave ans its shape
            tangent = np.broadcast_to(tangent, shape_of(ans))
        return tangent if dtype_of(tangent) == dtype_of(ans) else fit(tangent, Like.of(ans))


_where = _Where(
    np.where,
    (
        None,
        lambda c, condition, x, y: np.where(condition, c, 0),
        lambda c, condition, x, y: np.where(condition, 0, c),
    ),
)


@implements(np.where)
def where(condition, *values):
    if not values:
        return np.nonzero(condition)
    if len(values) != 2:
        raise ValueError("np.where: either both or neither of x and y should be given")
    x, y = values
    return _where(condition.truth() if isinstance(condition, Tracer) else condition, x, y)


@implements(np.select)
def select(condlist, choicelist, default=0):
    if len(condlist) != len(choicelist):
        raise ValueError(f"np.select: {len(condlist)} conditions for {len(choicelist)} choices")
    conditions = [np.asarray(unwrap(condition)) for condition in condlist]
    for k, condition in enumerate(conditions):
        if condition.dtype != bool:
            raise TypeError(f"np.select: condition {k} is an array of {condition.dtype}, not of booleans")
    return _first_that_holds(conditions, choicelist, default)


def _first_that_holds(conditions, choices, default):
    result = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        result = _where(condition, choice, result)
    dtype = np.result_type(*(x if isinstance(x, int | float | complex) else dtype_of(x) for x in (*choices, default)))
    return result if dtype_of(result) == dtype else result.astype(dtype)


@implements(np.choose)
def choose(a, choices, out=None, mode="raise"):
    choices = list(choices)
    picked = np.asarray(unwrap(a))
    if mode == "wrap":
        picked = picked % len(choices)
    elif mode == "clip":
        picked = np.clip(picked, 0, len(choices) - 1)
    elif np.any((picked < 0) | (picked >= len(choices))):
        raise ValueError(f"np.choose: there are {len(choices)} choices, numbered from 0, but other numbers in `a`")
    conditions = [picked == k for k in range(len(choices))]
    return into(out, _first_that_holds(conditions, choices, 0))


# -- clip: at a bound the derivative is shared evenly by the value and the bound ---------------------------------------


def _shares(x, low, high):
    """How much of the result is x, low, high. Where the bounds are in the wrong order, it is the upper one."""
    in_order = np.less_equal(low, high)
    value = np.less_equal(low, x) & np.less_equal(x, high)
    lower = np.less_equal(x, low) & in_order
    upper = np.greater_equal(x, high) | np.greater_equal(low, high)
    count = np.maximum(1.0 * value + lower + upper, 1)  # not 0 where one of them is nan
    return [(chosen / count).astype(np.result_type(x, low, high)) for chosen in (value, lower, upper)]


class _Clip(Elementwise):
    __call__ = Primitive.__call__  # that of Elementwise takes two floats at the ends for two floats in all


_clip = ufuncs[_clip_ufunc] = _Clip(
    _clip_ufunc,
    (
        lambda x, y, z: _shares(x, y, z)[0],
        lambda x, y, z: _shares(x, y, z)[1],
        lambda x, y, z: _shares(x, y, z)[2],
    ),
)


@implements(np.clip)
def clip(a, a_min=np._NoValue, a_max=np._NoValue, out=None, *, min=np._NoValue, max=np._NoValue, **keywords):
    if keywords:
        raise UnsupportedError.keyword("np.clip", f"{', '.join(keywords)}")
    if min is not np._NoValue or max is not np._NoValue:
        if a_min is not np._NoValue or a_max is not np._NoValue:
            raise ValueError("np.clip: give either a_min and a_max, or min and max, which are the same")
        a_min, a_max = min, max
    if is_given(a_min) and is_given(a_max):
        return into(out, _clip(a, a_min, a_max))
    if is_given(a_min):
        return into(out, np.maximum(a, a_min))
    if is_given(a_max):
        return into(out, np.minimum(a, a_max))
    return into(out, +a)


# -- piecewise: each function is evaluated where its condition holds, and only there -----------------------------------


@implements(np.piecewise)
def piecewise(x, condlist, funclist, *args, **kw):
    conditions = _conditions(x, unwrap(condlist), len(funclist))
    if shape_of(x) == ():
        conditions, flat = conditions[..., np.newaxis], np.reshape(x, 1)
        return _pieces(flat, conditions, funclist, args, kw)[0]
    return _pieces(x, conditions, funclist, args, kw)


def _conditions(x, condlist, count):
    """A mask for each function, the last one for where no condition holds, if there is one function more."""
    if np.isscalar(condlist) or (not isinstance(condlist[0], list | np.ndarray) and shape_of(x) != ()):
        condlist = [condlist]
    conditions = np.asarray(condlist, dtype=bool)
    if len(conditions) == count - 1:
        otherwise = ~np.any(conditions, axis=0, keepdims=True)
        conditions = np.concatenate([conditions, otherwise], axis=0)
    if len(conditions) != count:
        raise ValueError(f"np.piecewise: {len(conditions)} conditions for {count} functions; one more may be given")
    return conditions


def _pieces(x, conditions, functions, args, kw):
    y = np.zeros_like(x)
    for condition, function in zip(conditions, functions, strict=True):
        if not callable(function):
            y[condition] = function
        elif np.any(condition):
            y[condition] = function(x[condition], *args, **kw)
    return y
