"""Traced values inside of bounds, constraints, terms and methods: found, and put back."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from ..bounds import Bounds
from ..constraints import LinearConstraint, NonlinearConstraint
from ..method import Method
from ..proximal import Term
from ..transforms import Transform

__all__ = ["holds_tracers", "opened"]

_HOLDERS = (Bounds, LinearConstraint, NonlinearConstraint, Term, Method, Transform)


def opened(thing: Any) -> tuple[list, Callable[[list], Any]]:
    """(traced, fill): the traced values in a thing, and the function that makes the thing again with others in place.

    Looked into are dictionaries, lists, tuples, and objects of this package and of SciPy's with bounds and constraints.

    >>> opened([Bounds(0.0, 1.0), {"type": "eq"}])[0]
    []
    """
    traced: list = []
    fill = _opened(thing, traced)
    return traced, (lambda values: thing) if fill is None else fill


def holds_tracers(*things: Any) -> bool:
    """Whether a traced value is somewhere in them."""
    return bool(opened(things)[0])


def _opened(thing, traced):
    """The function that makes it again from the list of values, None where nothing in it is traced."""
    from autodiff.tracer import Tracer

    if isinstance(thing, Tracer):
        place = len(traced)
        traced.append(thing)
        return lambda values: values[place]
    if type(thing) in (list, tuple):
        return _of_children(dict(enumerate(thing)), traced, lambda children: type(thing)(children.values()))
    if type(thing) is dict:
        return _of_children(thing, traced, dict)
    if isinstance(thing, _HOLDERS) or (hasattr(thing, "lb") and hasattr(thing, "__dict__")):

        def changed(attributes):
            twin = copy.copy(thing)
            twin.__dict__.update(attributes)
            return twin

        return _of_children(vars(thing), traced, changed)
    return None


def _of_children(children, traced, make):
    fills = {key: fill for key, child in children.items() if (fill := _opened(child, traced)) is not None}
    if not fills:
        return None
    return lambda values: make({**children, **{key: fill(values) for key, fill in fills.items()}})
