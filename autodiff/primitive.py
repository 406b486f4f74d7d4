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
    vjp(ans, args, wanted, params)    `pull`, which takes the cotangent of ans to the tuple of cotangents of args[i],
                                      i in wanted (None for one that gets nothing). None: ans is constant

`pull` keeps what its derivative needs and no more: the tape holds it, so this is the memory of reverse mode.
"""

from __future__ import annotations

import inspect
from contextvars import ContextVar
from dataclasses import dataclass

import numpy as np

from .errors import UnsupportedError
from .tracer import Tracer, dtype_of, functions, shape_of, ufuncs, unwrap

__all__ = ["Like", "Primitive", "bilinear", "constant", "elementwise", "fit", "general", "linear", "variadic", "view"]


# -- what a cotangent has to fit ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Like:
    """Shape and dtype of an array that need not be kept."""

    shape: tuple
    dtype: np.dtype

    @classmethod
    def of(cls, x):
        return cls(shape_of(x), dtype_of(x))

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        return int(np.prod(self.shape, dtype=int))


def fit(cotangent, like):
    """`cotangent` summed over the axes along which `like` was broadcast, in the dtype of `like`."""
    shape = shape_of(cotangent)
    if shape != like.shape:
        missing = len(shape) - len(like.shape)
        if missing > 0:
            cotangent = np.sum(cotangent, axis=tuple(range(missing)))
        stretched = tuple(k for k, n in enumerate(like.shape) if n == 1 and shape_of(cotangent)[k] != 1)
        if stretched:
            cotangent = np.sum(cotangent, axis=stretched, keepdims=True)
    dtype = dtype_of(cotangent)
    if dtype != like.dtype and like.dtype.kind in "fc":
        if dtype.kind == "c" and like.dtype.kind == "f":
            cotangent = np.real(cotangent)
        if dtype_of(cotangent) != like.dtype:
            cotangent = astype(cotangent, like.dtype)
    return cotangent


def astype(x, dtype):
    return x.astype(dtype) if hasattr(x, "astype") else dtype.type(x)


# -- multiplication in which a zero cotangent is stronger than an infinite partial --------------------------------------

careful = ContextVar("autodiff.careful", default=False)
"""Whether a sweep is being repeated because a result was nan; see `tape.sweep`."""


def multiply(cotangent, partial):
    """cotangent * partial; in a careful sweep, 0 where the cotangent is 0 and the partial is infinite or nan."""
    return strong_multiply(cotangent, partial) if careful.get() else cotangent * partial


def strong_multiply(weight, partial):
    """weight * partial, where a weight of zero stays zero through a partial that is infinite or nan."""
    hopeless = np.equal(weight, 0) & ~np.isfinite(partial)
    return np.where(hopeless, 0.0, weight) * np.where(hopeless, 0.0, partial)


def _plain(arg):
    """Buffers, which are traced only once they hold a traced value, and lists, as what they stand for."""
    if arg.__class__ is list:
        return np.asarray(arg)
    return arg.primal if isinstance(arg, Tracer) and arg.level.tag == 0 else arg


# -- the kinds ---------------------------------------------------------------------------------------------------------


class Primitive:
    """A function with a rule. Calling it evaluates it, or hands it to the tracer of the highest level."""

    kind = "primitive"

    def __init__(self, function, name=None):
        self.function = function
        self.name = name or function.__name__

    def __call__(self, *args, **params):
        top, tag, plain = None, 0, True
        for arg in args:
            if isinstance(arg, Tracer):
                level = arg.level.tag
                if level > tag:
                    top, tag = arg, level
                elif level == 0:
                    plain = False
            elif arg.__class__ is list:
                plain = False
        if params:
            for key, value in params.items():
                if isinstance(value, Tracer):
                    raise UnsupportedError.argument(self.name, repr(key))
        if not plain:
            args = [_plain(arg) for arg in args]
        if top is None:
            return self.evaluate(*args, **params)
        return top.apply(self, args, params)

    def evaluate(self, *args, **params):
        """The function itself, on plain values."""
        return self.function(*args, **params)

    def jvp(self, ans, args, tangents, params):
        raise NotImplementedError

    def vjp(self, ans, args, wanted, params):
        raise NotImplementedError

    def __repr__(self):
        return f"<{self.kind} primitive {self.name}>"


class Constant(Primitive):
    """A function whose derivative is zero wherever it exists: its result is untraced."""

    kind = "constant"

    def jvp(self, ans, args, tangents, params):
        return None

    def vjp(self, ans, args, wanted, params):
        return None


class Elementwise(Primitive):
    """out[i] = f(x[i], y[i], ...), broadcast. `partials[k]` is the derivative by argument k, or a number, or None for 0."""

    kind = "elementwise"

    def __init__(self, function, partials, scalar=None, name=None):
        super().__init__(function, name)
        self.scalar = scalar
        self.partials = tuple(Partial(p, len(partials)) if callable(p) else p for p in partials)

    def evaluate(self, *args, **params):
        if self.scalar is not None and not params and all(arg.__class__ is float for arg in args):
            try:
                return self.scalar(*args)
            except (ValueError, OverflowError):  # where math raises, NumPy has inf or nan
                return float(self.function(*args))
        return self.function(*args, **params)

    def jvp(self, ans, args, tangents, params):
        total = None
        for partial, tangent in zip(self.partials, tangents, strict=True):
            if tangent is None or partial is None:
                continue
            if callable(partial):
                with np.errstate(all="ignore"):
                    term = _strong_where_nan(tangent, partial(ans, args))
            else:
                term = tangent if partial == 1 else -tangent if partial == -1 else tangent * partial
            total = term if total is None else total + term
        if total is None:
            return None
        if shape_of(total) != shape_of(ans):
            total = np.broadcast_to(total, shape_of(ans))
        if dtype_of(total) != dtype_of(ans):
            total = fit(total, Like.of(ans))
        return total

    def vjp(self, ans, args, wanted, params):
        terms = []
        shape, dtype = shape_of(ans), dtype_of(ans)
        for k in wanted:
            arg, partial = args[k], self.partials[k]
            like = None if shape_of(arg) == shape and dtype_of(arg) == dtype else Like.of(arg)
            terms.append(_pull_term(partial, ans, args, like))
        if len(terms) == 1:
            return None if self.partials[wanted[0]] is None else lambda c: (terms[0](c),)
        if all(self.partials[k] is None for k in wanted):
            return None
        return lambda c: [term(c) for term in terms]


def _pull_term(partial, ans, args, like):
    """cotangent of ans -> cotangent of one argument of an elementwise primitive."""
    if partial is None:
        return lambda c: None
    if callable(partial):
        evaluate, kept = partial.evaluate, partial.keep(ans, args)
        if like is None:
            return lambda c: multiply(c, evaluate(kept))
        return lambda c: fit(multiply(c, evaluate(kept)), like)
    if partial == 1:
        return (lambda c: c) if like is None else (lambda c: fit(c, like))
    if partial == -1:
        return (lambda c: -c) if like is None else (lambda c: fit(-c, like))
    return (lambda c: c * partial) if like is None else (lambda c: fit(c * partial, like))


def _strong_where_nan(tangent, partial):
    """Forward mode cannot know afterwards that a nan was avoidable, so it looks at every product."""
    product = tangent * partial
    return strong_multiply(tangent, partial) if np.any(np.isnan(product)) else product


class Partial:
    """A partial derivative whose parameter names say what it needs: x, y, z for the arguments, ans for the result."""

    __slots__ = ("function", "needs")

    def __init__(self, function, arity):
        names = list(inspect.signature(function).parameters)
        order = dict(zip("xyz", range(arity), strict=False), ans=-1)
        try:
            self.needs = tuple(order[name] for name in names)
        except KeyError as error:
            raise ValueError(f"a partial derivative takes {list(order)}, not {error}") from None
        self.function = function

    def keep(self, ans, args):
        """What has to be kept to evaluate it later."""
        return [ans if k < 0 else args[k] for k in self.needs]

    def evaluate(self, kept):
        try:
            return self.function(*kept)
        except (ZeroDivisionError, ValueError, OverflowError):  # Python floats raise where NumPy has inf or nan
            with np.errstate(all="ignore"):
                return self.function(*(np.float64(k) if k.__class__ is float else k for k in kept))

    def __call__(self, ans, args):
        return self.evaluate(self.keep(ans, args))


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
            return lambda c: (fit(transposes[k](c, *kept, **params), kept[k]),)
        return lambda c: [fit(transposes[k](c, *kept, **params), kept[k]) for k in wanted]

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
        return lambda c: [fit(transpose(c, k, *kept, **params), kept[k]) for k in wanted]


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
        x, y = args
        left, right = self.left, self.right
        like_x, like_y = Like.of(x), Like.of(y)
        if wanted == (0,):
            return lambda c: (fit(left(c, like_x, y, **params), like_x),)
        if wanted == (1,):
            return lambda c: (fit(right(c, x, like_y, **params), like_y),)
        return lambda c: (fit(left(c, like_x, y, **params), like_x), fit(right(c, x, like_y, **params), like_y))


class General(Primitive):
    """Any other: for each argument, or None where it has no derivative,

    jvps[k](tangent, ans, *args, **params) -> its part of the tangent of ans
    vjps[k](ans, *args, **params) -> pull, the cotangent of ans to that of the argument; pull keeps only what it names
    """

    kind = "general"

    def __init__(self, function, jvps, vjps, name=None):
        super().__init__(function, name)
        if len(jvps) != len(vjps):
            raise ValueError(f"{self.name}: {len(jvps)} jvps but {len(vjps)} vjps")
        self.jvps, self.vjps = jvps, vjps

    def jvp(self, ans, args, tangents, params):
        total = None
        for k, tangent in enumerate(tangents):
            if tangent is not None:
                self._require(k)
                term = self.jvps[k](tangent, ans, *args, **params)
                total = term if total is None else total + term
        return total

    def vjp(self, ans, args, wanted, params):
        pulls = []
        for k in wanted:
            self._require(k)
            pulls.append((self.vjps[k](ans, *args, **params), Like.of(args[k])))
        return lambda c: [fit(pull(c), like) for pull, like in pulls]

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


def general(function, jvp, vjp, name=None, stands_for=()):
    """Declares any other function: jvp and vjp are one rule, or a tuple of one for each argument."""
    as_tuple = lambda rules: rules if isinstance(rules, tuple) else (rules,)  # noqa: E731
    return _declare(General(function, as_tuple(jvp), as_tuple(vjp), name), stands_for)


def constant(function, name=None, stands_for=()):
    """Declares a function whose derivative is zero wherever it exists."""
    return _declare(Constant(function, name), stands_for)
