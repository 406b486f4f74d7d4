"""Where gradients come from: given by the user, returned with the objective, from `autodiff`, or by differences.

Each source is three functions of a flat vector: the value, the gradient where the value is known already, and both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .errors import InvalidObjectiveError, near_matches
from .layout import Layout
from .traced import untraced

__all__ = ["GradientSource", "as_scalar", "gradient_source"]


class GradientSource(NamedTuple):
    value: Callable[[np.ndarray], float]
    gradient: Callable[[np.ndarray], np.ndarray]
    both: Callable[[np.ndarray], tuple[float, np.ndarray]]
    cost_of_gradient: int  # evaluations of the objective
    cost_of_both: int


def gradient_source(fun: Callable, jac: Any, layout: Layout, args: tuple) -> GradientSource:
    """The source that `jac` asks for.

    jac  None: from autodiff; a function: given; True: `fun` returns the pair (value, gradient); "2-point", "3-point":
         forward or central differences, for objectives that cannot be differentiated
    """
    if jac is None:
        return _by_autodiff(fun, layout, args)
    if jac is True:
        return _returned_with_value(fun, layout, args)
    if callable(jac):
        return _given(fun, jac, layout, args)
    if isinstance(jac, str) and jac in _DIFFERENCES:
        return _by_differences(fun, _DIFFERENCES[jac], layout, args)
    hint = near_matches(jac, _DIFFERENCES) if isinstance(jac, str) else ""
    raise InvalidObjectiveError(
        f"jac={jac!r} is not a way to get gradients{hint or ';'} give a function, None (autodiff), True (fun returns "
        f"value and gradient) or one of {', '.join(map(repr, _DIFFERENCES))}"
    )


def as_scalar(value: Any) -> float:
    """What the objective returned, as a float. Raises InvalidObjectiveError where it is not one real number."""
    if isinstance(value, float):  # also NumPy's float64
        return float(value)
    array = untraced(value, "the objective")
    if array.shape != () or array.dtype.kind not in "fiub":
        shown = f"an array of shape {array.shape}" if array.shape else f"a {type(value).__name__}"
        raise InvalidObjectiveError(
            f"the objective must return one real number, but it returned {shown}; "
            "sum it, take one entry of it, or use least_squares for a vector of residuals"
        )
    return float(array)


def _by_autodiff(fun, layout, args):
    from autodiff import value_and_grad

    differentiated = value_and_grad(fun)
    is_vector = layout.is_vector

    def both(x):
        value, gradient = differentiated(layout.unravel(x), *args)
        return as_scalar(value), gradient if is_vector else _flat(gradient, layout)

    return GradientSource(_value(fun, layout, args), lambda x: both(x)[1], both, 1, 1)


def _given(fun, jac, layout, args):
    value = _value(fun, layout, args)

    def gradient(x):
        return _flat(jac(layout.unravel(x), *args), layout)

    if not layout.is_vector:
        return GradientSource(value, gradient, lambda x: (value(x), gradient(x)), 0, 1)

    shape = (layout.size,)

    def both(x):  # the same for a plain vector, without a detour: first-order methods spend their time here
        gradient = np.array(jac(x.copy(), *args), np.float64)
        if gradient.shape != shape:
            _refuse(gradient, layout)
        found = fun(x.copy(), *args)
        return found if type(found) is float else as_scalar(found), gradient

    return GradientSource(value, gradient, both, 0, 1)


def _returned_with_value(fun, layout, args):
    def both(x):
        found = fun(layout.unravel(x), *args)
        if not isinstance(found, tuple | list) or len(found) != 2:
            raise InvalidObjectiveError(
                f"jac=True says that fun returns the pair (value, gradient), but it returned a {type(found).__name__}"
            )
        return as_scalar(found[0]), _flat(found[1], layout)

    return GradientSource(lambda x: both(x)[0], lambda x: both(x)[1], both, 1, 1)


def _forward(value, x, at_x, i, step):
    moved = x.copy()
    moved[i] += step
    return (value(moved) - at_x) / (moved[i] - x[i])


def _central(value, x, at_x, i, step):
    left, right = x.copy(), x.copy()
    left[i] -= step
    right[i] += step
    return (value(right) - value(left)) / (right[i] - left[i])


# the quotient, the power of the rounding unit that balances its two errors, and its evaluations for each coordinate
_DIFFERENCES = {"2-point": (_forward, 1 / 2, 1), "3-point": (_central, 1 / 3, 2)}


def _by_differences(fun, rule, layout, args):
    quotient, power, each = rule
    value = _value(fun, layout, args)

    def gradient_at(x, at_x):
        steps = layout.epsilon**power * np.maximum(1.0, np.abs(x))
        return np.array([quotient(value, x, at_x, i, step) for i, step in enumerate(steps)])

    def both(x):
        at_x = value(x)
        return at_x, gradient_at(x, at_x)

    cost = 1 + each * layout.size
    return GradientSource(value, lambda x: both(x)[1], both, cost, cost)


def _value(fun, layout, args):
    return lambda x: as_scalar(fun(layout.unravel(x), *args))


def _flat(gradient, layout):
    if layout.structure is None and np.shape(gradient) != layout.shapes[0]:
        _refuse(gradient, layout)
    try:
        return layout.gather(gradient, np.empty(layout.size), "the gradient")
    except ValueError as error:
        raise InvalidObjectiveError(str(error)) from error


def _refuse(gradient, layout):
    raise InvalidObjectiveError(
        f"the gradient has shape {np.shape(gradient)}, but x0 has shape {layout.shapes[0]}; "
        "jac must return one number for each of x0"
    )
