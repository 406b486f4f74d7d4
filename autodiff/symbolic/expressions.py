"""Functions as expressions: recorded where they can be run, and computed again with symbols."""

from __future__ import annotations

import numpy as np

from .. import tree
from ..errors import DifferentiationError, InputError
from ..tape import Tape
from ..tracer import shape_of
from .counterparts import exactly
from .replay import as_expressions, outputs

__all__ = ["as_arrays", "recorded", "to_sympy"]


def to_sympy(f, *symbols, at=None):
    """f(*symbols) as a SymPy expression.

    f        a function written with NumPy
    symbols  for each argument of f a symbol (or expression), for a number; or a list, tuple, Matrix or array of them,
             for an array of that shape; or a dict or registered class whose leaves are such
    at       a tuple of arguments for f, numbers and arrays: the point at which f is run to find out what it computes

    Returns what f returns, with an expression for each number and an array of expressions (dtype object) for each
    array. The expression is that of the branch which f takes at the point: in `if x > 0`, np.where, np.sort, np.floor.
    Without `at`, f is run at several points of either sign, and InputError says so where these lead to different
    expressions. Raises UnsupportedError where f uses a function that has no counterpart in SymPy.

    >>> import sympy
    >>> x, y = sympy.symbols("x y")
    >>> to_sympy(lambda x, y: np.sin(x) ** 2 + 3 * y, x, y)
    3*y + sin(x)**2
    >>> to_sympy(lambda v: v / np.sum(v), sympy.symbols("a b"))
    array([a/(a + b), b/(a + b)], dtype=object)
    """
    arrays = tuple([as_arrays(argument) for argument in symbols])
    if at is not None:
        tape, inputs, result = recorded(f, arrays, tuple(at))
        return outputs(tape, inputs, result)
    found = []
    for sign in (1, -1, 0):
        try:
            with np.errstate(all="ignore"):
                tape, inputs, result = recorded(f, arrays, _generic_point(arrays, sign))
        except (DifferentiationError, TypeError):
            raise
        except Exception as error:
            if not found:
                raise InputError(
                    f"f cannot be run at a point that was chosen at random ({type(error).__name__}: {error}). "
                    "Give a point in its domain: `at=(...)`, numbers and arrays in place of the symbols."
                ) from error
            continue
        found.append(outputs(tape, inputs, result))
    for other in found[1:]:
        _require_same(found[0], other)
    return found[0]


# -- arguments and results ---------------------------------------------------------------------------------------------


def as_arrays(argument):
    """Symbols as they are, everything that is indexed like an array as an array of symbols."""
    import sympy as sp

    if isinstance(argument, sp.Expr):
        return argument
    if isinstance(argument, list | tuple | np.ndarray | sp.MatrixBase | sp.NDimArray):
        array = np.array(getattr(argument, "tolist", lambda: argument)(), dtype=object)
        if all(isinstance(entry, sp.Expr | int | float) for entry in array.flat):
            return as_expressions(array) if array.shape else as_arrays(array[()])
    elif isinstance(argument, int | float):
        return exactly(argument)
    elif isinstance(argument, dict):
        return type(argument)((key, as_arrays(value)) for key, value in argument.items())
    else:
        leaves, structure = tree.flatten(argument)
        if not (len(leaves) == 1 and leaves[0] is argument):
            return tree.unflatten(structure, [as_arrays(leaf) for leaf in leaves])
    raise InputError(f"an argument is a symbol, or an array-like or a tree of symbols, not {argument!r:.60}")


def _generic_point(arrays, sign):
    """Numbers that no function should single out: in (0.3, 0.9), in (-0.9, -0.3), or of mixed sign and larger."""
    rng = np.random.default_rng(20 + sign)

    def draw(leaf):
        drawn = np.frompyfunc(one, 1, 1)(leaf)
        return drawn.astype(float) if shape_of(leaf) else float(drawn)

    def one(symbol):
        drawn = rng.uniform(0.3, 0.9)
        drawn = drawn * sign if sign else 2 + 3 * drawn if rng.random() < 0.5 else -2 - 3 * drawn
        if symbol.is_number:
            return float(symbol)
        return abs(drawn) if symbol.is_nonnegative else -abs(drawn) if symbol.is_nonpositive else drawn

    return tree.map(draw, arrays)


def recorded(f, arrays, at):
    """The tape of f at a point, {index of each variable: its symbols}, and the result."""
    if len(at) != len(arrays):
        raise InputError(f"`at` gives {len(at)} arguments, but there are symbols for {len(arrays)}")
    leaves, structure = tree.flatten(arrays)
    at = tuple([np.asarray(point, float) if isinstance(point, list | tuple) else point for point in at])
    points, found = tree.flatten(at)
    if found != structure:
        tree.check_structure(structure, found, "the symbols", "`at`")
    tape = Tape()
    variables = []
    for leaf, point in zip(leaves, points, strict=True):
        if shape_of(point) != shape_of(leaf):
            raise InputError(f"`at` gives an array of shape {shape_of(point)} for symbols of shape {shape_of(leaf)}")
        variables.append(tape.variable(point))
    inputs = {variable.index: leaf for variable, leaf in zip(variables, leaves, strict=True)}
    return tape, inputs, f(*tree.unflatten(structure, variables))


def _require_same(expression, other):
    leaves, structure = tree.flatten(expression)
    others, other_structure = tree.flatten(other)
    if structure == other_structure and all(
        shape_of(a) == shape_of(b) and np.all(np.equal(a, b)) for a, b in zip(leaves, others, strict=True)
    ):
        return
    raise InputError(
        f"f computes different things at different points, such as {expression!r:.80} and {other!r:.80}: it decides by "
        "the values of its arguments. Give the point that is meant: `at=(...)`."
    )
