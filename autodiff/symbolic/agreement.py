"""Forward mode, reverse mode and SymPy compared."""

from __future__ import annotations

from functools import cache

import numpy as np

from .. import tree
from ..arguments import differentiable
from ..differences import precision, vector
from ..entries import names, size_of
from ..errors import CheckError, InputError
from ..tracer import dtype_of, unwrap
from ..transforms import jacfwd, jacrev
from .expressions import recorded
from .replay import outputs, symbols_like

__all__ = ["check"]

DIGITS = 40


def check(f, *args, rtol=None):
    """Raises CheckError unless forward mode, reverse mode and SymPy give the same derivatives of f at args.

    f     a function of trees of real numbers and arrays, which returns such a tree
    args  its arguments, all of which are differentiated
    rtol  relative tolerance; by default 1e-10 in double precision and 1e-4 in single: what rounding may accumulate

    f is recorded on a tape, the tape is computed again with symbols, SymPy differentiates each number in the result
    with respect to each number in args, and what it finds is evaluated at args with forty digits. So this is for
    functions of few numbers. Second derivatives are checked by `check(ad.grad(f), x)`. Raises UnsupportedError where f
    uses a function that has no counterpart in SymPy.

    >>> check(lambda x, y: np.exp(x * y) / np.cos(y), 0.5, np.array([0.1, 0.2]))
    """
    args = _real(args)
    leaves, structure = tree.flatten(args)
    symbols = tree.unflatten(structure, [symbols_like(leaf, f"x{k}") for k, leaf in enumerate(leaves)])
    tape, inputs, result = recorded(f, symbols, args)
    value = tree.map(unwrap, result)
    rtol = (1e-10 if precision(args, value) < 1e-12 else 1e-4) if rtol is None else rtol

    everywhere = tuple(range(len(args)))
    by_forward = _matrix(jacfwd(f, everywhere)(*args), value, args)
    by_reverse = _matrix(jacrev(f, everywhere)(*args), value, args)
    exact = _Exact(_numbers(outputs(tape, inputs, result)), _numbers(symbols), vector(args))

    of = names(value, "the result")
    by = [name for k, arg in enumerate(args) for name in names(arg, f"argument {k}")]
    for k, (found, expected) in enumerate(zip(vector(value), exact.values, strict=True)):
        what = f"the value of {of[k]}"
        _require_same(found, expected, rtol, _largest(exact.values), what, exact.expressions[k])
    for row, column in np.ndindex(exact.jacobian.shape):
        for mode, found in (("forward", by_forward), ("reverse", by_reverse)):
            what = f"{mode} mode: the derivative of {of[row]} with respect to {by[column]}"
            expected, expression = exact.jacobian[row, column], exact.derivatives[row][column]
            _require_same(found[row, column], expected, rtol, _largest(exact.jacobian), what, expression)


class _Exact:
    """Expressions, their derivatives by all symbols, and the numbers that these are."""

    def __init__(self, expressions, symbols, numbers):
        import sympy as sp

        self.expressions = expressions
        self.derivatives = [[sp.diff(expression, symbol) for symbol in symbols] for expression in expressions]
        found = _evaluate(expressions + [d for row in self.derivatives for d in row], symbols, numbers)
        self.values, jacobian = np.split(found, [len(expressions)])
        self.jacobian = jacobian.reshape(len(expressions), len(symbols))


def _largest(numbers):
    return np.max(np.abs(numbers), initial=0.0, where=np.isfinite(numbers))


def _real(args):
    args = tuple([tree.map(lambda leaf: differentiable(leaf, "an argument"), arg) for arg in args])
    if any(dtype_of(leaf).kind == "c" for leaf in tree.leaves(args)):
        raise InputError("ad.symbolic.check is for real arguments; check complex ones by `ad.testing.check_grads`")
    return args


def _numbers(expressions):
    """The expressions in a tree, one for each number that they stand for."""
    return [entry for leaf in tree.leaves(expressions) for entry in np.ravel(leaf)]


def _matrix(jacobian, value, args):
    """A Jacobian, a tree of trees, as one matrix."""
    blocks = iter(tree.leaves(jacobian))
    columns = [size_of(x) for x in tree.leaves(args)]
    rows = [
        np.concatenate([np.reshape(next(blocks), (size_of(y), n)) for n in columns], axis=1) for y in tree.leaves(value)
    ]
    return np.concatenate(rows) if rows else np.zeros((0, sum(columns)))


def _evaluate(expressions, symbols, numbers):
    """The expressions at numbers, computed with forty digits and then rounded; nan where they are not defined."""
    import mpmath
    import sympy as sp

    evaluate = sp.lambdify(symbols, expressions, modules=[_singular_functions(), "mpmath"], cse=True)
    with mpmath.workdps(DIGITS):
        try:
            found = evaluate(*[mpmath.mpf(float(x)) for x in numbers])
        except ZeroDivisionError:
            found = [_one_by_one(e, symbols, numbers) for e in expressions]
    return np.array([_as_float(x) for x in found])


def _one_by_one(expression, symbols, numbers):
    import mpmath
    import sympy as sp

    evaluate = sp.lambdify(symbols, expression, modules=[_singular_functions(), "mpmath"])
    try:
        return evaluate(*[mpmath.mpf(float(x)) for x in numbers])
    except ZeroDivisionError:
        return float("nan")


def _as_float(x):
    real, imaginary = float(getattr(x, "real", x)), float(getattr(x, "imag", 0))
    return real if abs(imaginary) <= 1e-20 * abs(real) else float("nan")


@cache
def _singular_functions():
    """What SymPy's derivatives contain and mpmath does not have; a step takes its middle value, as SymPy says."""
    return {
        "Heaviside": lambda x, middle=0.5: 1 if x > 0 else 0 if x < 0 else middle,
        "DiracDelta": lambda x, order=0: float("nan") if x == 0 else 0,
    }


def _require_same(found, expected, rtol, scale, what, expression):
    if not np.isfinite(expected):
        raise CheckError(
            f"{what} cannot be checked: SymPy's expression {_short(expression)} is not a finite real number there. "
            "Check at a point where f is smooth."
        )
    if not abs(found - expected) <= rtol * (abs(expected) + scale / 1000):  # what is 0 exactly may have cancelled
        raise CheckError(f"{what} is {float(found)}, but SymPy finds {float(expected)}, from {_short(expression)}.")


def _short(expression):
    text = str(expression)
    return text if len(text) <= 200 else f"{text[:150]} ... {text[-40:]}"
