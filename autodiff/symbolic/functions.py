"""SymPy expressions as functions that call NumPy."""

from __future__ import annotations

from functools import cache

import numpy as np

from .. import tree
from ..errors import InputError, UnsupportedError
from ..tracer import shape_of
from .expressions import as_arrays

__all__ = ["from_sympy"]


def from_sympy(expr, symbols):
    """The function (values of symbols) -> value of expr, which calls NumPy and so can be differentiated.

    expr     an expression; or an array-like (list, Matrix, array) or tree of expressions
    symbols  a symbol, or a sequence of the arguments of the function: each a symbol, for a number (or for an array,
             over which expr then goes elementwise), or an array-like or tree of symbols, for an array or tree

    Its source, with common subexpressions computed once, is in its docstring. Raises UnsupportedError where expr
    contains a function that NumPy does not have, InputError where it contains symbols that are not given.

    >>> import autodiff as ad, sympy
    >>> x, y = sympy.symbols("x y")
    >>> f = from_sympy(sympy.sin(x) * y**2, [x, y])
    >>> ad.grad(f, argnums=(0, 1))(0.0, 3.0)
    (9.0, 0.0)
    """
    import sympy as sp

    symbols = (symbols,) if isinstance(symbols, sp.Symbol) else tuple(symbols)
    arguments = tuple([as_arrays(argument) for argument in symbols])
    names = [entry for leaf in tree.leaves(arguments) for entry in _entries(leaf)]
    if not all(isinstance(name, sp.Symbol) for name in names) or len(set(names)) < len(names):
        raise InputError(f"symbols are distinct sympy.Symbols, not {symbols!r:.80}")
    results, structure = tree.flatten(as_arrays(expr))
    wanted = [entry for leaf in results for entry in _entries(leaf)]
    for entry in wanted:
        _require_numpy(entry, set(names))
    evaluate = sp.lambdify(names, wanted, modules="numpy", printer=_printer(), cse=True)

    def function(*args):
        given, found = tree.flatten(tuple(args))
        expected, like = tree.flatten(arguments)
        if found != like:
            tree.check_structure(like, found, "the symbols", "the arguments")
        entries = iter(evaluate(*[n for leaf, x in zip(expected, given, strict=True) for n in _numbers(leaf, x)]))
        return tree.unflatten(structure, [_joined([next(entries) for _ in _entries(leaf)], leaf) for leaf in results])

    function.__doc__ = evaluate.__doc__
    return function


def _entries(leaf):
    return list(leaf.flat) if isinstance(leaf, np.ndarray) else [leaf]


def _numbers(symbols, x):
    """The entries of an argument, one for each symbol that stands for one."""
    if not isinstance(symbols, np.ndarray):
        return [x]
    if shape_of(x) != symbols.shape:
        raise InputError(f"an argument has shape {shape_of(x)}, but its symbols have shape {symbols.shape}")
    return [x[place] for place in np.ndindex(symbols.shape)]


def _joined(entries, leaf):
    if not isinstance(leaf, np.ndarray):
        return entries[0]
    return np.reshape(np.stack(entries), leaf.shape) if entries else np.zeros(leaf.shape)


def _require_numpy(expression, symbols):
    import sympy as sp

    missing = sorted(map(str, expression.free_symbols - symbols))
    if missing:
        raise InputError(f"the expression {expression} contains {', '.join(missing)}, which is not among the symbols")
    for part in sp.preorder_traversal(expression):
        if not isinstance(part, _known_classes()):
            raise UnsupportedError(
                f"{type(part).__name__} (in {expression!r:.80}) has no counterpart among the functions of NumPy. "
                "Rewrite the expression without it, by `expr.rewrite(...)` or `expr.doit()`."
            )


@cache
def _known_classes():
    import sympy as sp
    from sympy.core.relational import Relational
    from sympy.functions.elementary.piecewise import ExprCondPair
    from sympy.logic.boolalg import Boolean

    arithmetic = (sp.Symbol, sp.Number, sp.NumberSymbol, sp.I.__class__, sp.Add, sp.Mul, sp.Pow)
    logic = (sp.Piecewise, ExprCondPair, Relational, Boolean, sp.Tuple, sp.Heaviside, sp.sign, sp.floor, sp.ceiling)
    circular = (sp.sin, sp.cos, sp.tan, sp.sec, sp.csc, sp.cot, sp.asin, sp.acos, sp.atan, sp.atan2, sp.sinc)
    hyperbolic = (sp.sinh, sp.cosh, sp.tanh, sp.sech, sp.csch, sp.coth, sp.asinh, sp.acosh, sp.atanh)
    others = (sp.exp, sp.log, sp.Abs, sp.conjugate, sp.re, sp.im, sp.arg, sp.Max, sp.Min, sp.Mod)
    return arithmetic + logic + circular + hyperbolic + others


@cache
def _printer():
    """NumPy's printer, with functions that are differentiated in place of those that are not."""
    from sympy.printing.numpy import NumPyPrinter

    class Printer(NumPyPrinter):
        def _print_Max(self, expression):  # noqa: N802 (SymPy dispatches on the name)
            return self._nested("maximum", expression.args)

        def _print_Min(self, expression):  # noqa: N802
            return self._nested("minimum", expression.args)

        def _print_Piecewise(self, expression):  # noqa: N802
            text = self._module_format("numpy.nan")
            for value, condition in reversed(expression.args):
                if condition == True:  # noqa: E712 (SymPy's true)
                    text = self._print(value)
                else:
                    where = self._module_format("numpy.where")
                    text = f"{where}({self._print(condition)}, {self._print(value)}, {text})"
            return text

        def _print_sinc(self, expression):  # noqa: N802
            name, pi = self._module_format("numpy.sinc"), self._module_format("numpy.pi")
            return f"{name}(({self._print(expression.args[0])})/{pi})"

        def _nested(self, name, args):
            first, *rest = args
            if not rest:
                return self._print(first)
            return f"{self._module_format('numpy.' + name)}({self._print(first)}, {self._nested(name, rest)})"

    return Printer({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": False})
