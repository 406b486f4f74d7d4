"""A function recorded on a tape, with its arguments and results called what the function calls them."""

from __future__ import annotations

import inspect

from .. import tree
from ..arguments import Arguments, plain
from ..tape import Recorded, Tape

__all__ = ["record"]

_RESERVED = {"np", "scipy"}  # what the source of a tape calls NumPy and SciPy


def record(f, *args, **kwargs):
    """The tape of f(*args, **kwargs): every operation, its value, and what its derivative needs.

    f       a function written with NumPy; it is run once
    args    trees of floats and arrays: each leaf becomes a variable of the tape, called what f calls the argument,
            followed by the way to the leaf: `theta`, `params['w']`
    kwargs  passed to f as they are: constants

    Returns a Tape that also has `inputs`, the variables as {argument: tree}, and `outputs`, the tree that f returned,
    so that `tape.gradient(tape.outputs, tape.inputs)` is the gradient of f. What f decided by comparing values is
    decided once and for all: a tape is a straight line. Raises InputError where an argument is not made of floats.

    >>> import autodiff as ad, numpy as np
    >>> tape = ad.record(lambda x, y: np.sin(x * y) + y, 0.5, 2.0)
    >>> print(tape)
    #  value         primal    adjoint
    0  x                0.5   1.080605
    1  y                  2   1.270151
    2  v2 = x * y         1  0.5403023
    3  v3 = sin(v2)  0.841471         1
    4  v4 = v3 + y   2.841471         1
    result: v4
    >>> tape.gradient(tape.outputs, tape.inputs)
    {'x': 1.0806046117362795, 'y': 1.2701511529340699}
    """
    arguments = Arguments("record", tuple(range(len(args))), args, kwargs)
    tape = Tape()
    names = _parameters(f, args, kwargs)
    paths = [name + path for name, arg in zip(names, args, strict=True) for path, _ in tree.leaves_with_path(arg)]
    variables = [tape.variable(leaf, path) for leaf, path in zip(arguments.leaves, paths, strict=True)]
    # Assignment turns a tracer into that of another value, so the tape keeps tracers of its own.
    tape.inputs = dict(zip(names, arguments.rebuild([_own(x, tape) for x in variables]), strict=True))
    tape.outputs = tree.map(lambda y: _own(plain(y), tape), arguments.call(f, variables))
    return tape


def _own(x, tape):
    """Another tracer of the same value, for the tape to keep."""
    return Recorded.of(x.primal, tape, x.index) if isinstance(x, Recorded) and x.level is tape else x


def _parameters(f, args, kwargs):
    """What f calls its arguments; those of `*xs` are xs0, xs1 ...; x0, x1 ... where f has no signature."""
    try:
        bound = inspect.signature(f).bind(*args, **kwargs)
    except (TypeError, ValueError):  # a wrong call is reported by the call itself
        return [f"x{k}" for k in range(len(args))]
    names = []
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            names += [f"{name}{k}" for k in range(len(value))]
        elif name not in kwargs and kind is not inspect.Parameter.VAR_KEYWORD:
            names.append(f"{name}_" if name in _RESERVED else name)
    return names if len(set(names)) == len(args) else [f"x{k}" for k in range(len(args))]
