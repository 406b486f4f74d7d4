"""Elementwise primitives: out[i] = f(x[i], y[i], ...), broadcast, declared by the partial derivatives of f.

A partial derivative is a function whose parameter names say what it needs: x, y and z for the arguments, ans for the
result. So the pull of a multiplication by a constant y,

    def pull(c, times=mul):
        return (times(c, partial_x(y)),)

holds y and nothing else. It is this text, written out for the primitive and for the arguments that are traced, that
makes a record on the tape: Python's closures then keep exactly what is named.
"""

from __future__ import annotations

import inspect
import operator

import numpy as np

from .dispatch import PULL_TAKES_TIMES, Like, Primitive, fit
from .tracer import dtype_of, shape_of

__all__ = ["Elementwise", "Partial", "strong_multiply"]

PYTHON_RAISES = (ZeroDivisionError, ValueError, OverflowError)
"""What floats do where arrays have inf or nan."""


class Partial:
    """A partial derivative; `needs` are the positions of its parameters among (x, y, z), -1 for the result."""

    __slots__ = ("function", "needs")

    def __init__(self, function, arity):
        positions = dict(zip("xyz", range(arity), strict=False), ans=-1)
        names = list(inspect.signature(function).parameters)
        if not set(names) <= set(positions):
            raise ValueError(f"the parameters of a partial derivative are among {list(positions)}, not {names}")
        self.needs = tuple(positions[name] for name in names)
        self.function = function

    def written_out(self, argument, wrap="{}"):
        """The call of it, as source."""
        names = (wrap.format(("x", "y", "z", "ans")[k]) for k in self.needs)
        return f"partial_{argument}({', '.join(names)})"

    def __call__(self, ans, args):
        kept = [ans if k < 0 else args[k] for k in self.needs]
        try:
            return self.function(*kept)
        except PYTHON_RAISES:
            return self.function(*map(_as_numpy, kept))


_MAKE_PULL = """
def make_pull({arguments}, ans, likes):
    {likes}
    def pull(c, times=mul):
        try:
            return ({terms},)
        except PYTHON_RAISES:
            return ({numpy_terms},)
    return pull
"""


class Elementwise(Primitive):
    """out[i] = f(x[i], y[i], ...), broadcast.

    partials  for each argument a function as above, or a number, or None where the derivative is zero
    scalar    f for Python floats
    """

    kind = "elementwise"
    results = PULL_TAKES_TIMES

    def __init__(self, function, partials, scalar=None, name=None):
        super().__init__(function, name)
        self.scalar = scalar
        self.partials = tuple(Partial(p, len(partials)) if callable(p) else p for p in partials)
        self._makers = {}

    def __call__(self, *args, **params):
        if args[0].__class__ is float and args[-1].__class__ is float and self.scalar is not None:
            try:
                return self.scalar(*args)
            except (ValueError, OverflowError):  # where math raises, NumPy has inf or nan
                return float(self.function(*args))
        return super().__call__(*args, **params)

    def jvp(self, ans, args, tangents, params):
        total = None
        for partial, tangent in zip(self.partials, tangents, strict=True):
            if tangent is None or partial is None:
                continue
            if isinstance(partial, Partial):
                with np.errstate(all="ignore"):
                    term = _multiply_with_care(tangent, partial(ans, args))
            else:
                term = tangent if partial == 1 else -tangent if partial == -1 else tangent * partial
            total = term if total is None else total + term
        if total is None:
            return None
        if shape_of(total) != shape_of(ans):
            total = np.broadcast_to(total, shape_of(ans))
        return total if dtype_of(total) == dtype_of(ans) else fit(total, Like.of(ans))

    def vjp(self, ans, args, wanted, params):
        if all(self.partials[k] is None for k in wanted):
            return None
        shape, dtype = shape_of(ans), dtype_of(ans)
        likes = [
            None if shape_of(args[k]) == shape and dtype_of(args[k]) == dtype else Like.of(args[k]) for k in wanted
        ]
        return self.make_pull(wanted, any(likes))(*args, ans, likes)

    def make_pull(self, wanted, fitted):
        """The function (*args, ans, likes) -> pull for the traced arguments `wanted`."""
        key = wanted, fitted
        if key not in self._makers:
            self._makers[key] = self._compile(wanted, fitted)
        return self._makers[key]

    def _compile(self, wanted, fitted):
        names = {"mul": operator.mul, "fit_or_pass": fit_or_pass, "as_numpy": _as_numpy, "PYTHON_RAISES": PYTHON_RAISES}
        terms, numpy_terms = [], []
        arguments = "xyz"[: len(self.partials)]
        for k in wanted:
            argument, partial = arguments[k], self.partials[k]
            if isinstance(partial, Partial):
                names[f"partial_{argument}"] = partial.function
                term = f"times(c, {partial.written_out(argument)})"
                numpy_term = f"times(c, {partial.written_out(argument, 'as_numpy({})')})"
            else:
                term = numpy_term = {None: "None", 1: "c", -1: "-c"}.get(partial, f"c * {partial!r}")
            shell = f"fit_or_pass({{}}, like_{argument})" if fitted and partial is not None else "{}"
            terms.append(shell.format(term))
            numpy_terms.append(shell.format(numpy_term))
        source = _MAKE_PULL.format(
            arguments=", ".join(arguments),
            likes=", ".join(f"like_{arguments[k]}" for k in wanted) + ", = likes" if fitted else "pass",
            terms=", ".join(terms),
            numpy_terms=", ".join(numpy_terms),
        )
        exec(source, names)
        return names["make_pull"]


def fit_or_pass(cotangent, like):
    return cotangent if like is None else fit(cotangent, like)


def _as_numpy(x):
    return np.float64(x) if x.__class__ is float or x.__class__ is int else x


# -- multiplication in which zero is stronger than an infinite partial derivative ---------------------------------------


def strong_multiply(weight, partial):
    """weight * partial, where a weight of zero stays zero through a partial that is infinite or nan."""
    hopeless = np.equal(weight, 0) & ~np.isfinite(partial)
    return np.where(hopeless, 0.0, weight) * np.where(hopeless, 0.0, partial)


def _multiply_with_care(tangent, partial):
    """Forward mode cannot find out afterwards that a nan was avoidable, so it looks at every product."""
    product = tangent * partial
    return strong_multiply(tangent, partial) if np.any(np.isnan(product)) else product
