"""A tape computed again with symbols in place of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import tree
from ..elementwise import Elementwise
from ..errors import InputError, UnsupportedError
from ..inspect.reading import returned
from ..tape import Recorded, Reference, Tape
from ..tracer import shape_of, unwrap
from .activations import activations
from .counterparts import branches, elementwise, exactly, key_of, of_family
from .general import general

__all__ = ["as_expressions", "of_tape", "on_symbols", "outputs", "symbols_like"]


def of_tape(tape, *symbols):
    """What a tape returned, as expressions of its variables.

    symbols  one for each variable of the tape, in order; or an array of them, where the variable is one. Without any,
             real symbols called what the variables are called, or x0, x1 ...

    >>> import autodiff as ad
    >>> tape = ad.Tape()
    >>> x, y = tape.variable(1.0), tape.variable(2.0)
    >>> tape.outputs = x * np.sin(y)
    >>> of_tape(tape)
    x0*sin(x1)
    """
    variables = [k for k, entry in enumerate(tape.entries) if entry.primitive is None and not entry.operands]
    if not symbols:
        named = [(tape.entries[k].name or f"x{position}", tape.entries[k]) for position, k in enumerate(variables)]
        symbols = [symbols_like(entry.value, name) for name, entry in named]
    if len(symbols) != len(variables):
        raise InputError(f"the tape has {len(variables)} variables, but {len(symbols)} symbols were given")
    inputs = {}
    for position, (index, symbol) in enumerate(zip(variables, symbols, strict=True)):
        stand_in = as_expressions(symbol) if shape_of(tape.entries[index].value) else symbol
        if shape_of(stand_in) != shape_of(tape.entries[index].value):
            raise InputError(
                f"symbols {position} have shape {shape_of(stand_in)}, but the variable of the tape has shape "
                f"{shape_of(tape.entries[index].value)}"
            )
        inputs[index] = stand_in
    return outputs(tape, inputs, returned(tape))


def symbols_like(value, name):
    """A real symbol for a number, an array of them for an array: x, or x_0, x_1 ..."""
    import sympy as sp

    shape = shape_of(value)
    named = [sp.Symbol("_".join(map(str, (name, *place))), real=True) for place in np.ndindex(shape)]
    return np.array(named, dtype=object).reshape(shape) if shape else named[0]


def on_symbols(tape, inputs, results):
    """The values of a tape as expressions: {index: expression, or array of expressions}.

    tape     a `Tape`
    inputs   {index of a variable: symbol, or array of symbols}; other variables stay the numbers that they are
    results  the indices of the values that are wanted
    """
    known = dict(inputs)
    for index in _needed(tape, results):
        if index in known:
            continue
        entry = tape.entries[index]
        if entry.primitive is None:
            known[index] = as_expressions(entry.value)  # a variable that stays a number
            continue
        numbers = [unwrap(arg) for arg in tape.arguments(entry)]
        symbolic = [known[a.index] if a.__class__ is Reference else a for a in entry.operands]
        is_traced = [a.__class__ is Reference for a in entry.operands]
        found = _apply(entry.primitive, symbolic, is_traced, numbers, entry.params)
        if entry.results is None:
            known[index] = _settled(found)
        else:
            known.update({index + k: _settled(part) for k, part in enumerate(found)})
    return {index: known[index] for index in results}


def _needed(tape, results):
    wanted = set(results)
    for index in range(max(results, default=-1), -1, -1):
        if index in wanted:
            wanted.update([a.index for a in tape.entries[index].operands if a.__class__ is Reference])
    return sorted(wanted)


def outputs(tape, inputs, result):
    """A tree of values of a tape, or of plain values, as expressions of its inputs; see `on_symbols`."""
    leaves, structure = tree.flatten(result)
    wanted = {k: leaf.index for k, leaf in enumerate(leaves) if isinstance(leaf, Recorded) and leaf.level is tape}
    found = on_symbols(tape, inputs, list(wanted.values()))
    return tree.unflatten(
        structure, [found[wanted[k]] if k in wanted else as_expressions(leaf) for k, leaf in enumerate(leaves)]
    )


# -- one primitive -----------------------------------------------------------------------------------------------------


def _apply(primitive, args, is_traced, numbers, params) -> Any:
    """The primitive on expressions: args as expressions where they are traced, as numbers throughout in `numbers`."""
    key = key_of(primitive)
    if isinstance(primitive, Elementwise):
        return _apply_elementwise(primitive, key, [as_expressions(arg) for arg in args], numbers, params)
    if key in general():
        return general()[key](args, numbers, params)
    if primitive.kind == "fused":
        return _by_reference(primitive.fused, args, is_traced, numbers, params)
    if primitive.kind in ("linear", "bilinear", "multilinear"):
        args = [as_expressions(arg) if _is_floating(arg) else arg for arg in args]
        if is_traced[0]:
            args[0] = np.array(args[0], dtype=object)  # a number too can be indexed then, as NumPy's can
        params = {name: value for name, value in params.items() if name != "dtype"}
        if key == "astype":
            return args[0]
        try:
            return _exact_coefficients(primitive.evaluate(*args, **params))
        except TypeError as error:
            raise _no_counterpart(primitive) from error
    raise _no_counterpart(primitive)


def _apply_elementwise(primitive, key, args, numbers, params):
    counterpart = elementwise().get(key) or activations().get(key) or of_family(primitive)
    if counterpart:
        return np.frompyfunc(counterpart, len(args), 1)(*args)
    if key in branches():
        return np.frompyfunc(branches()[key], 2 * len(args), 1)(*args, *numbers)
    if isinstance(primitive.function, np.ufunc):
        raise _no_counterpart(primitive)
    try:  # it may be made of operators, which expressions have too
        return primitive.function(*args, **params)
    except (TypeError, AttributeError) as error:
        raise _no_counterpart(primitive) from error


def _by_reference(fused, args, is_traced, numbers, params):
    """Several operations as one record: what says what they mean, recorded at the numbers, with the symbols."""
    tape = Tape()
    traced = {k: tape.variable(number) for k, number in enumerate(numbers) if is_traced[k]}
    result = fused.reference(*(traced.get(k, number) for k, number in enumerate(numbers)), **params)
    return outputs(tape, {x.index: args[k] for k, x in traced.items()}, result)


def _no_counterpart(primitive):
    return UnsupportedError(
        f"{primitive.name} has no counterpart in SymPy here, so it cannot be computed with symbols. "
        "Write the function with others, or check its derivatives by `ad.testing.check_grads`."
    )


def _with_exact_coefficients(expression):
    """A sum of products whose coefficients are exact where floats have crept in: x in place of 1.0*x."""
    if getattr(expression, "is_Add", False):
        return expression.func(*map(_with_exact_coefficients, expression.args))
    if getattr(expression, "is_Mul", False):
        coefficient, rest = expression.as_coeff_Mul()
        return exactly(float(coefficient)) * rest if coefficient.is_Float else expression
    return expression


_exact_coefficients = np.frompyfunc(_with_exact_coefficients, 1, 1)


def _is_floating(x):
    return isinstance(x, float | complex | np.inexact) or (isinstance(x, np.ndarray) and x.dtype.kind in "fc")


def as_expressions(x):
    """A number as an expression, an array of any kind as an array of expressions."""
    return _settled(np.asarray(x, dtype=object) if shape_of(x) else x)


def _settled(x):
    """What NumPy made of expressions and numbers: expressions throughout, and no arrays without axes."""
    if isinstance(x, np.ndarray):
        return _settled(x[()]) if x.shape == () else _exactly(x)
    return exactly(x)


_exactly = np.frompyfunc(exactly, 1, 1)
