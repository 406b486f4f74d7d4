"""What goes into a transformation and what comes out of it: arguments, cotangents, tangents, gradients."""

from __future__ import annotations

import functools

import numpy as np

from . import tree
from .dispatch import astype, refuse_other_semantics
from .errors import InputError, NonScalarOutputError, StructureError, TracerConversionError
from .tracer import Tracer, dtype_of, shape_of

__all__ = [
    "Arguments",
    "apart",
    "as_gradients",
    "as_tangent",
    "differentiable",
    "matching",
    "named_after",
    "one_like",
    "plain",
    "require_scalar",
    "results_of",
    "zero_like",
]


class Arguments:
    """The arguments of a call; those at `argnums` are taken apart into leaves to differentiate with respect to."""

    __slots__ = ("_args", "_kwargs", "_single", "_structures", "argnums", "leaves")

    def __init__(self, transformation, argnums, args, kwargs):
        self._args, self._kwargs = args, kwargs
        self._single = not isinstance(argnums, tuple)
        count = len(args)
        self.argnums = (argnums,) if self._single else argnums
        self._structures = []
        self.leaves = []
        for position in self.argnums:
            if not isinstance(position, int | np.integer) or isinstance(position, bool):
                raise InputError(f"argnums is a position or a tuple of positions, not {argnums!r}")
            if not -count <= position < count:
                raise InputError(
                    f"{transformation} with argnums={argnums!r} was called with {count} positional argument"
                    f"{'' if count == 1 else 's'}: there is none at {position!r}. "
                    "Pass what is differentiated by position."
                )
            if [p % count for p in self.argnums].count(position % count) > 1:
                raise InputError(f"argnums={argnums!r} names one argument twice; its gradient is one")
            arg = args[position]
            if arg.__class__ is float or arg.__class__ is np.ndarray:
                found, structure = [arg], None
            else:
                found, structure = tree.flatten(arg)
                tree.check_leaves(arg, found)
            for k, leaf in enumerate(found):
                if leaf.__class__ is not float:
                    found[k] = differentiable(leaf, lambda: f"argument {position}{_path(structure, k)}")  # noqa: B023
            self._structures.append((structure, len(found)))
            self.leaves += found

    def call(self, f, traced):
        """f of the arguments, with traced leaves in place of those taken out."""
        args = list(self._args)
        for position, part in zip(self.argnums, self._parts(traced), strict=True):
            args[position] = part
        try:
            return f(*args, **self._kwargs)
        except ValueError as error:
            # NumPy reports a traced value stored in a plain array as "setting an array element with a sequence".
            if isinstance(error.__cause__, TracerConversionError):
                raise error.__cause__.with_traceback(error.__traceback__) from None
            raise

    def rebuild(self, leaves):
        """The leaves as a tree like the argument, or a tuple of trees where argnums is a tuple."""
        parts = self._parts(leaves)
        return parts[0] if self._single else tuple(parts)

    def _parts(self, leaves):
        parts, start = [], 0
        for structure, count in self._structures:
            part = leaves[start : start + count]
            parts.append(part[0] if structure is None else tree.unflatten(structure, part))
            start += count
        return parts


def _path(structure, k):
    if structure is None:
        return ""
    return tree.leaves_with_path(tree.unflatten(structure, range(structure.num_leaves)))[k][0]


def matching(given, structure, like, what, whose):
    """The leaves of `given`, checked to have the structure and shapes of `like`, in its dtypes."""
    leaves, found = tree.flatten(given)
    if found != structure:
        tree.check_structure(structure, found, whose, f"the {what}")
    for k, (leaf, x) in enumerate(zip(leaves, like, strict=True)):
        if shape_of(leaf) != shape_of(x):
            raise StructureError(
                f"the {what}{_path(structure, k)} has shape {shape_of(leaf)}, but {whose} has shape {shape_of(x)} there"
            )
        wanted, dtype = dtype_of(x), dtype_of(leaf)
        if wanted.kind not in "fc" or dtype == wanted:
            continue
        if dtype.kind not in "biufc" or (dtype.kind == "c" and wanted.kind == "f"):
            raise InputError(f"the {what}{_path(structure, k)} is of {dtype}, but {whose} is of {wanted} there")
        leaves[k] = leaf.astype(wanted) if hasattr(leaf, "astype") else wanted.type(leaf)
        if x.__class__ is float and not isinstance(leaf, Tracer):
            leaves[k] = float(leaf)
    return leaves


def require_scalar(y, name):
    """Raises NonScalarOutputError unless y is one real number."""
    if y.__class__ is float:
        return
    if isinstance(y, Tracer | np.ndarray | np.generic | int | float | complex):
        if shape_of(y) != ():
            raise NonScalarOutputError.of(f"an array of shape {shape_of(y)}", name)
        if dtype_of(y).kind == "c":
            raise NonScalarOutputError.of("a complex number (take its real part, or its modulus)", name)
        if dtype_of(y).kind in "biuf":
            return
    if y is None:
        raise NonScalarOutputError.of("None (is a `return` missing?)", name)
    hint = " (use has_aux=True to return more than the value)" if isinstance(y, tuple) else ""
    raise NonScalarOutputError.of(f"a {type(y).__name__}{hint}", name)


def plain(x):
    """x, or the array of a buffer that never came to hold a traced value."""
    return x.primal if isinstance(x, Tracer) and x.level.tag == 0 else x


def results_of(y):
    """`leaves, structure` of what f returned; its leaves are numbers and arrays."""
    leaves, structure = tree.flatten(y)
    leaves = [plain(leaf) for leaf in leaves]
    for k, leaf in enumerate(leaves):
        if not isinstance(leaf, Tracer | np.ndarray | np.generic | int | float | complex):
            raise InputError(
                f"the result of f{_path(structure, k)} is a {type(leaf).__name__}, which has no derivative: return "
                "numbers and arrays, in tuples, lists, dicts, or registered classes"
            )
    return leaves, structure


def differentiable(x, what):
    """x as something to differentiate with respect to: integers become float64, everything else stays as it is."""
    x = plain(x)
    if x.__class__ is float:
        return x
    refuse_other_semantics(x)
    if isinstance(x, Tracer):
        return x.snapshot() if x.dtype.kind in "fc" else x.astype(np.float64)
    if isinstance(x, np.ndarray | np.generic | complex | float):
        kind = dtype_of(x).kind
        if kind in "fc":
            return x
        if kind in "iu":
            return astype(x, np.dtype(np.float64))
    elif isinstance(x, int) and not isinstance(x, bool):
        return float(x)
    described = (
        f"an array of {x.dtype}" if isinstance(x, np.ndarray | np.generic) else f"a {type(x).__name__}, {x!r:.60}"
    )
    what = what() if callable(what) else what
    raise InputError(
        f"{what} is {described}, and cannot be differentiated with respect to. Give floats or arrays of floats, "
        "or leave the argument out of `argnums`; a field of a dataclass can be declared static."
    )


def apart(x):
    """x by itself, where a tape goes on keeping it: what is written to the one is not seen by the other."""
    if isinstance(x, Tracer):
        return x.snapshot()
    return x.copy() if x.__class__ is np.ndarray else x


def one_like(x):
    return 1.0 if x.__class__ is float else np.ones(shape_of(x), dtype_of(x))[()]


def as_gradients(cotangents, variables, seeds=()):
    """Cotangents from a sweep as gradients: of the shape and dtype of the variables, writable, and none shared."""
    taken = {id(seed) for seed in seeds}
    return [_as_gradient(c, x, taken) for c, x in zip(cotangents, variables, strict=True)]


def _as_gradient(cotangent, x, taken):
    if cotangent is None:
        return 0.0 if x.__class__ is float else np.zeros(shape_of(x), dtype_of(x))[() if shape_of(x) else ...]
    if x.__class__ is not float and dtype_of(cotangent) != dtype_of(x) and dtype_of(x).kind in "fc":
        cotangent = astype(cotangent, dtype_of(x))  # beside a constant of integers it may be wider
    if isinstance(cotangent, Tracer):
        return cotangent.snapshot()
    if x.__class__ is float:
        return float(cotangent)
    if isinstance(x, np.ndarray) or shape_of(x):
        cotangent = np.asarray(cotangent)
        if id(cotangent) in taken or not (cotangent.flags.owndata and cotangent.flags.writeable):
            cotangent = cotangent.copy()
        taken.add(id(cotangent))
    return cotangent


def zero_like(x):
    """The tangent of a constant: of the shape and dtype of x, in float64 where x is of integers."""
    if x.__class__ is float:
        return 0.0
    dtype = dtype_of(x)
    return np.zeros(shape_of(x), dtype if dtype.kind in "fc" else np.float64)[() if shape_of(x) == () else ...]


def as_tangent(tangent, primal):
    """The tangent of a result: a Python float where that is one, and never an array that others hold."""
    if isinstance(tangent, Tracer):
        return tangent.snapshot()
    if primal.__class__ is float:
        return float(tangent)
    return np.array(tangent)[()] if shape_of(primal) == () else np.array(tangent)


def named_after(f):
    """functools.wraps for a function that is another than f, though it takes the same arguments."""
    return functools.wraps(f, assigned=("__module__", "__name__", "__qualname__", "__doc__"), updated=())
