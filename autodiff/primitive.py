"""The four kinds of primitive: each is declared once, and every mode of differentiation follows.

    elementwise   declared by its partial derivatives
    linear        declared by its transpose
    bilinear      declared by its two transposes
    general       declared by a jvp and a vjp

A primitive is called like the function it stands for. Where no argument is traced it *is* that function; otherwise
the argument with the highest level takes the operation, and to it everything of a lower level is a constant.
The rules are ordinary NumPy code on whatever they are given: when that is traced by an outer transformation,
dispatch differentiates the rule in turn, which is all that derivatives of higher order need.

Two things a tracer asks of a primitive, whatever its kind:

    jvp(ans, args, tangents, params)  the tangent of ans; tangents[i] is None for a constant. None: ans is constant
    vjp(ans, args, wanted, params)    what takes the cotangent of ans to those of args[i], i in wanted, and what that
                                      keeps. None: ans is constant

A rule keeps what its derivative needs and no more: the tape holds it, so this is the memory of reverse mode.
"""

from __future__ import annotations

import numpy as np

from .dispatch import Constant, Like, Primitive, astype, fit, pulled
from .elementwise import Elementwise
from .errors import UnsupportedError
from .tracer import Tracer, dtype_of, functions, shape_of, ufuncs, unwrap

__all__ = [
    "Like",
    "Linear",
    "Primitive",
    "View",
    "astype",
    "bilinear",
    "constant",
    "elementwise",
    "fit",
    "general",
    "linear",
    "variadic",
    "view",
]


class Linear(Primitive):
    """Linear in the arguments that have a transpose, jointly; the other arguments are constants.

    transpose(cotangent, *args, **params) -> cotangent of its argument; in args the linear ones are given by `Like`.
    """

    kind = "linear"

    def __init__(self, function, transposes, name=None):
        super().__init__(function, name)
        self.transposes = transposes

    def jvp(self, ans, args, tangents, params):
        for k, tangent in enumerate(tangents):
            if tangent is not None:
                self._require(k)
        pushed = list(args)
        for k, transpose in enumerate(self.transposes[: len(args)]):
            if transpose is not None:
                pushed[k] = np.zeros(shape_of(args[k]), dtype_of(args[k])) if tangents[k] is None else tangents[k]
        return self(*pushed, **params)

    def vjp(self, ans, args, wanted, params):
        for k in wanted:
            self._require(k)
        kept = list(args)
        for k, transpose in enumerate(self.transposes[: len(args)]):
            if transpose is not None:
                kept[k] = Like.of(args[k])
        transposes = self.transposes
        if len(wanted) == 1:
            (k,) = wanted
            return pulled, (lambda c: (fit(transposes[k](c, *kept, **params), kept[k]),))
        return pulled, (lambda c: [fit(transposes[k](c, *kept, **params), kept[k]) for k in wanted])

    def keeps(self, k, wanted):
        return k >= len(self.transposes) or self.transposes[k] is None

    def _require(self, k):
        if k >= len(self.transposes) or self.transposes[k] is None:
            raise UnsupportedError.argument(self.name, k)


class View(Linear):
    """Linear in its first argument, and in NumPy a view of it: what is assigned to one is seen by the other."""

    def __call__(self, *args, **params):
        view = super().__call__(*args, **params)
        base = args[0]
        if isinstance(base, Tracer):
            array = unwrap(view)
            if array.__class__ is np.ndarray and view is not base and np.may_share_memory(array, unwrap(base)):
                from .assignment import Buffer, link

                if not isinstance(view, Tracer):
                    view = Buffer(view)
                link(view, base, self, args[1:], params)
        return view


class Variadic(Linear):
    """Linear in all its arguments, of any number. transpose(cotangent, k, *args, **params) is that of argument k."""

    def __init__(self, function, transpose, name=None):
        super().__init__(function, (transpose,), name)

    def jvp(self, ans, args, tangents, params):
        zeros = (np.zeros(shape_of(x), dtype_of(x)) if t is None else t for x, t in zip(args, tangents, strict=True))
        return self(*zeros, **params)

    def vjp(self, ans, args, wanted, params):
        kept = [Like.of(arg) for arg in args]
        (transpose,) = self.transposes
        return pulled, (lambda c: [fit(transpose(c, k, *kept, **params), kept[k]) for k in wanted])

    def keeps(self, k, wanted):
        return False


class Bilinear(Primitive):
    """Linear in each of its first two arguments, the other one held.

    left(cotangent, x, y, **params) is the transpose in x, which it gets by `Like`; right likewise in y.
    """

    kind = "bilinear"

    def __init__(self, function, left, right, name=None):
        super().__init__(function, name)
        self.left, self.right = left, right

    def jvp(self, ans, args, tangents, params):
        (x, y), (dx, dy) = args, tangents
        if dx is None:
            return self(x, dy, **params)
        if dy is None:
            return self(dx, y, **params)
        return self(dx, y, **params) + self(x, dy, **params)

    def vjp(self, ans, args, wanted, params):
        x, y = (np.asarray(arg) if arg.__class__ is tuple else arg for arg in args)
        left, right = self.left, self.right
        like_x, like_y = Like.of(x), Like.of(y)
        if wanted == (0,):
            return pulled, (lambda c: (fit(left(c, like_x, y, **params), like_x),))
        if wanted == (1,):
            return pulled, (lambda c: (fit(right(c, x, like_y, **params), like_y),))
        return pulled, (
            lambda c: (fit(left(c, like_x, y, **params), like_x), fit(right(c, x, like_y, **params), like_y))
        )


class General(Primitive):
    """Any other: for each argument, or None where it has no derivative,

    jvps[k](tangent, ans, *args, **params) -> its part of the tangent of ans
    vjps[k](ans, *args, **params) -> pull, the cotangent of ans to that of the argument; pull keeps only what it names

    Where the function has several results, ans, tangents and cotangents are tuples; no cotangent of them is None.
    """

    kind = "general"

    def __init__(self, function, jvps, vjps, name=None, several=False):
        super().__init__(function, name)
        if len(jvps) != len(vjps):
            raise ValueError(f"{self.name}: {len(jvps)} jvps but {len(vjps)} vjps")
        self.jvps, self.vjps = jvps, vjps
        self.has_several_results = several

    def jvp(self, ans, args, tangents, params):
        total = None
        for k, tangent in enumerate(tangents):
            if tangent is not None:
                self._require(k)
                term = self.jvps[k](tangent, ans, *args, **params)
                if total is None:
                    total = term
                elif self.has_several_results:
                    total = tuple(a + b for a, b in zip(total, term, strict=True))
                else:
                    total = total + term
        return total

    def vjp(self, ans, args, wanted, params):
        pulls = []
        for k in wanted:
            self._require(k)
            pulls.append((self.vjps[k](ans, *args, **params), Like.of(args[k])))
        if not self.has_several_results:
            return pulled, (lambda c: [fit(pull(c), like) for pull, like in pulls])
        likes = [Like.of(part) for part in ans]

        def pull_several(cotangents):
            cotangents = tuple(
                np.zeros(like.shape, like.dtype) if c is None else c for c, like in zip(cotangents, likes, strict=True)
            )
            return [fit(pull(cotangents), like) for pull, like in pulls]

        return pulled, pull_several

    def _require(self, k):
        if k >= len(self.vjps) or self.vjps[k] is None:
            raise UnsupportedError.argument(self.name, k)


# -- declarations ------------------------------------------------------------------------------------------------------


def _declare(primitive, stands_for):
    for function in (primitive.function, *stands_for):
        if isinstance(function, np.ufunc):
            ufuncs[function] = primitive
        elif getattr(function, "__module__", "").startswith("numpy"):
            functions[function] = primitive
    return primitive


def elementwise(function, *partials, scalar=None, name=None, stands_for=()):
    """Declares out[i] = function(x[i], ...) by its partial derivatives.

    function   a ufunc, or a function that broadcasts like one
    partials   one for each argument: a function of some of x, y, z (the arguments) and ans (the result), whose
               parameter names say what has to be kept; or a number; or None where the derivative is zero
    scalar     the same function for Python floats
    """
    return _declare(Elementwise(function, partials, scalar, name), stands_for)


def linear(function, *transposes, name=None, stands_for=()):
    """Declares a function that is linear in the arguments that have a transpose (None for the others)."""
    return _declare(Linear(function, transposes, name), stands_for)


def view(function, transpose, name=None, stands_for=()):
    """Declares a linear function of one array that NumPy evaluates as a view of it, where it can."""
    return _declare(View(function, (transpose,), name), stands_for)


def variadic(function, transpose, name=None, stands_for=()):
    """Declares a function that is linear in all its arguments, of which there may be any number."""
    return _declare(Variadic(function, transpose, name), stands_for)


def bilinear(function, left, right, name=None, stands_for=()):
    """Declares a function that is linear in each of its two arguments, by its two transposes."""
    return _declare(Bilinear(function, left, right, name), stands_for)


def general(function, jvp, vjp, name=None, stands_for=(), several=False):
    """Declares any other function: jvp and vjp are one rule, or a tuple of one for each argument."""
    jvps, vjps = (rules if isinstance(rules, tuple) else (rules,) for rules in (jvp, vjp))
    return _declare(General(function, jvps, vjps, name, several), stands_for)


def constant(function, name=None, stands_for=()):
    """Declares a function whose derivative is zero wherever it exists."""
    return _declare(Constant(function, name), stands_for)
