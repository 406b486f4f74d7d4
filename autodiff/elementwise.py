"""Elementwise primitives: out[i] = f(x[i], y[i], ...), broadcast, declared by the partial derivatives of f.

A partial derivative is a function whose parameter names say what it needs: x, y and z for the arguments, ans for the
result. From them the reverse of the primitive is written out, for the arguments that are traced; of a product

    def backward(c, kept, times):
        x, y = kept
        return times(c, partial_x(y)), times(c, partial_y(x))

and the record on the tape keeps the tuple (x, y): exactly what is named.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .dispatch import Like, Primitive, fit
from .tracer import Tracer, dtype_of, shape_of

__all__ = ["Elementwise", "Partial", "strong_multiply"]

PYTHON_RAISES = (ZeroDivisionError, ValueError, OverflowError)
"""What floats do where arrays have inf or nan."""


_NAMES = ("x", "y", "z", "ans")  # so that _NAMES[-1] is ans


class Partial:
    """A partial derivative; `needs` are the positions of its parameters among (x, y, z), -1 for the result."""

    __slots__ = ("function", "needs")

    def __init__(self, function, arity):
        positions = dict(zip("xyz", range(arity), strict=False), ans=-1)
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        if not set(names) <= set(positions):
            raise ValueError(f"the parameters of a partial derivative are among {list(positions)}, not {names}")
        self.needs = tuple(positions[name] for name in names)
        self.function = function

    def written_out(self, argument, wrap="{}"):
        """The call of it, as source."""
        return f"partial_{argument}({', '.join(wrap.format(_NAMES[k]) for k in self.needs)})"

    def __call__(self, ans, args):
        kept = [ans if k < 0 else args[k] for k in self.needs]
        try:
            return self.function(*kept)
        except PYTHON_RAISES:
            with np.errstate(all="ignore"):
                return self.function(*map(_as_numpy, kept))


_BACKWARD = """
def backward(c, kept, times):
    {unpack}
    try:
        return ({terms},)
    except PYTHON_RAISES:
        return ({numpy_terms},)
"""


class Backward(NamedTuple):
    """The reverse of an elementwise primitive for certain traced arguments."""

    function: object  # (cotangent, kept, times) -> cotangents
    keeps: tuple  # the names of what it keeps, among x, y, z, ans and likes
    positions: tuple  # and where that is in (*args, ans, likes), counted from the end for the last two


class Elementwise(Primitive):
    """out[i] = f(x[i], y[i], ...), broadcast.

    partials  for each argument a function as above, or a number, or None where the derivative is zero
    scalar    f for Python floats
    """

    kind = "elementwise"

    def __init__(self, function, partials, scalar=None, name=None):
        super().__init__(function, name)
        self.scalar = scalar
        self.partials = tuple(Partial(p, len(partials)) if callable(p) else p for p in partials)
        self._backwards = {}

    def __call__(self, *args, **params):
        if args[0].__class__ is float and args[-1].__class__ is float:
            return self.evaluate(*args, **params)
        return super().__call__(*args, **params)

    def evaluate(self, *args, **params):
        """Python floats stay Python floats, where there is a function for them."""
        first, last = args[0].__class__, args[-1].__class__
        are_numbers = (first is float and (last is float or last is int)) or (first is int and last is float)
        if self.scalar is None or params or not are_numbers:
            return self.function(*args, **params)
        try:
            return self.scalar(*args)
        except (ValueError, OverflowError):  # where math raises, NumPy has inf or nan
            return float(self.function(*args))

    def jvp(self, ans, args, tangents, params):
        total = None
        for partial, tangent in zip(self.partials, tangents, strict=True):
            if tangent is None or partial is None:
                continue
            if isinstance(partial, Partial):
                term = _multiply_with_care(tangent, partial, ans, args)
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
        likes = None
        if ans.__class__ is not float:
            shape, dtype = shape_of(ans), dtype_of(ans)
            likes = [
                None if shape_of(args[k]) == shape and dtype_of(args[k]) == dtype else Like.of(args[k]) for k in wanted
            ]
        function, _, positions = self.backward(wanted, likes is not None and any(likes))
        values = (*args, ans, likes)
        return function, tuple([values[k] for k in positions])

    def keeps(self, k, wanted):
        return _NAMES[k] in self.backward(wanted).keeps

    def backward(self, wanted, fitted=False):
        """The reverse for the traced arguments `wanted`; fitted where their shapes or dtypes are not those of ans."""
        key = wanted, fitted
        if key not in self._backwards:
            self._backwards[key] = self._write_backward(wanted, fitted)
        return self._backwards[key]

    def _write_backward(self, wanted, fitted):
        names = {"fit_or_pass": fit_or_pass, "as_numpy": _as_numpy, "PYTHON_RAISES": PYTHON_RAISES}
        terms, numpy_terms, needs = [], [], set()
        for position, k in enumerate(wanted):
            partial = self.partials[k]
            if isinstance(partial, Partial):
                needs |= set(partial.needs)
                names[f"partial_{_NAMES[k]}"] = partial.function
                term = f"times(c, {partial.written_out(_NAMES[k])})"
                numpy_term = f"times(c, {partial.written_out(_NAMES[k], 'as_numpy({})')})"
            else:
                term = numpy_term = {None: "None", 1: "c", -1: "-c"}.get(partial, f"c * {partial!r}")
            if fitted and partial is not None:
                shell = f"fit_or_pass({{}}, likes[{position}])"
                if partial == -1:  # the sign after the sum, which is smaller
                    term = numpy_term = "-" + shell.format("c")
                else:
                    term, numpy_term = shell.format(term), shell.format(numpy_term)
            terms.append(term)
            numpy_terms.append(numpy_term)
        keeps = tuple(_NAMES[k] for k in sorted(needs)) + ("likes",) * fitted
        source = _BACKWARD.format(
            unpack=f"{', '.join(keeps)}, = kept" if keeps else "",
            terms=", ".join(terms),
            numpy_terms=", ".join(numpy_terms),
        )
        exec(source, names)
        positions = tuple({"ans": -2, "likes": -1}.get(name, "xyz".find(name)) for name in keeps)
        return Backward(names["backward"], keeps, positions)


def fit_or_pass(cotangent, like):
    return cotangent if like is None else fit(cotangent, like)


def _as_numpy(x):
    """A Python number as one of NumPy, which divides by zero; also where it is traced by an outer transformation."""
    if isinstance(x, Tracer):
        x = x.snapshot()
        x.primal = _as_numpy(x.primal)
        return x
    return np.float64(x) if x.__class__ is float or x.__class__ is int else x


# -- multiplication in which zero is stronger than an infinite partial derivative --------------------------------------


def strong_multiply(weight, partial):
    """weight * partial, where zero is stronger than infinity: a zero of either, and a zero weight than a nan too.

    So the root of a sum of squares has derivative 0 at 0, in both modes.
    """
    hopeless = (np.equal(weight, 0) & ~np.isfinite(partial)) | (np.equal(partial, 0) & np.isinf(weight))
    return np.where(hopeless, 0.0, weight) * np.where(hopeless, 0.0, partial)


def _multiply_with_care(tangent, partial, ans, args):
    """tangent * partial. Forward mode cannot find out later that a nan was avoidable, so it looks at every product."""
    if ans.__class__ is float and tangent.__class__ is float:
        value = partial(ans, args)
        if value.__class__ is float:
            product = tangent * value
            return product if product == product else strong_multiply(tangent, value)
    with np.errstate(all="ignore"):
        value = partial(ans, args)
        product = tangent * value
        return strong_multiply(tangent, value) if np.any(np.isnan(product)) else product
