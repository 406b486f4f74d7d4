"""A minimisation as its condition sees it: functions of one flat vector, all parameters possibly traced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..bounds import Bounds, as_bounds
from ..errors import UnsupportedProblemError
from ..layout import Layout

__all__ = ["Problem", "flat_bounds", "gradient_of"]


@dataclass
class Problem:
    """min f(x) under constraints, for one value of the parameters, which may be traced. Maximisation is turned round.

    gradient     ∇f of a vector, shape (n,), with respect to x in its units
    layout       of x
    start        where the run starts, flat
    bounds       flat, or None
    term         the indicator of a set given as constraints, a `FlatTerm`, or None
    constraints  by functions, as they were given
    sign         -1 where f was to be maximised
    units        of x, a number or shape (n,): what counts as near to a bound
    """

    gradient: Callable
    layout: Layout
    start: np.ndarray
    bounds: Bounds | None = None
    term: Any = None
    constraints: Any = ()
    sign: float = 1.0
    units: Any = 1.0

    def clip(self, x: Any) -> Any:
        """The projection on the bounds, of x in units; a variable between equal bounds is a constant without ties."""
        assert self.bounds is not None
        lower, upper = self.bounds.lower / self.units, self.bounds.upper / self.units
        fixed = np.asarray(lower == upper)
        inside = np.minimum(np.maximum(x, lower), upper)
        return np.where(fixed, lower, inside) if fixed.any() else inside


def gradient_of(fun: Callable, jac: Any, layout: Layout) -> Callable:
    """∇f as a function of a vector and args, to a vector; both may be traced."""
    if isinstance(jac, str):
        raise UnsupportedProblemError(
            f"jac={jac!r} finds gradients by differences, which cannot be differentiated; leave jac out, or give a "
            "function written with NumPy"
        )
    if jac is None:
        from autodiff import grad

        return lambda x, *values: grad(lambda x: fun(layout.unravel(x), *values))(x)

    from autodiff.tree import ravel

    given = jac if callable(jac) else lambda x, *values: fun(x, *values)[1]
    return lambda x, *values: ravel(given(layout.unravel(x), *values))[0]


def flat_bounds(given: Any, layout: Layout, start: np.ndarray) -> Bounds | None:
    """The same as `as_bounds`, for bounds that hold traced values, too."""
    from .parameters import holds_tracers

    if given is None or not holds_tracers(given):
        return as_bounds(given, layout, start)
    for names in (("lower", "upper"), ("lb", "ub")):
        if all(hasattr(given, name) for name in names):
            return Bounds(*(_flat(getattr(given, name), layout) for name in names))
    sides = zip(*given, strict=True)
    return Bounds(*(_stacked(side, without) for side, without in zip(sides, (-np.inf, np.inf), strict=True)))


def _flat(side, layout):
    from autodiff.tree import ravel

    vector = ravel(side)[0]
    return vector if vector.size == layout.size else vector + np.zeros(layout.size)  # one number for all


def _stacked(side, without):
    return np.stack([without if entry is None else entry for entry in side])
