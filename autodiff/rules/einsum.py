"""np.einsum, in all its notations: linear in each operand, so the transpose in one of them is again an einsum.

With the other operands held, a cotangent c of einsum("ij,jk->ik", x, y) gives einsum("ik,jk->ij", c, y) to x. Three
things are beyond that: an index that only x has was summed over, so what is pulled back is repeated along it; an index
that x has twice picked a diagonal, so it is put back onto one; an axis of length one was broadcast, so `fit` sums.
"""

from functools import lru_cache, reduce
from math import prod
from operator import and_
from string import ascii_letters
from typing import NamedTuple

import numpy as np

from ..dispatch import Like, Primitive, fit, pulled
from ..errors import UnsupportedError
from ..tracer import implements, shape_of, unwrap
from .keywords import into

__all__ = ["einsum", "written_out"]

_LETTERS = "".join(sorted(ascii_letters))  # in the order in which einsum sorts the indices of an implicit result
_LARGE = 30_000  # multiplications from which a contraction path with BLAS gains more than finding it costs


class Subscripts(NamedTuple):
    """A letter for each axis of each operand, and for each axis of the result."""

    operands: tuple
    result: str


@lru_cache(maxsize=1024)
def written_out(subscripts, ndims):
    """The subscripts with a letter in place of each axis that `...` stands for, and with the result spelled out."""
    given, arrow, result = subscripts.replace(" ", "").partition("->")
    operands = given.split(",")
    covered = [ndim - len(s) + 3 if "..." in s else 0 for s, ndim in zip(operands, ndims, strict=True)]
    unused = [letter for letter in _LETTERS if letter not in given]
    if len(unused) < max(covered):
        raise UnsupportedError.keyword("np.einsum", f"{subscripts!r} has more than {len(_LETTERS)} indices")
    ellipsis = "".join(unused[: max(covered)])
    operands = [s.replace("...", ellipsis[len(ellipsis) - n :]) for s, n in zip(operands, covered, strict=True)]
    if not arrow:
        once = sorted(letter for letter in set(given) - set(".,") if given.count(letter) == 1)
        result = "..." + "".join(once)
    return Subscripts(tuple(operands), result.replace("...", ellipsis))


class Einsum(Primitive):
    """einsum(*operands, subscripts=..., optimize=...), the subscripts as a string."""

    kind = "multilinear"

    def evaluate(self, *operands, subscripts, optimize):
        return np.einsum(subscripts, *operands, optimize=optimize)

    def jvp(self, ans, args, tangents, params):
        total = None
        for k, tangent in enumerate(tangents):
            if tangent is not None:
                term = self(*args[:k], tangent, *args[k + 1 :], **params)
                total = term if total is None else total + term
        return total

    def vjp(self, ans, args, wanted, params):
        likes = [Like.of(arg) for arg in args]
        kept = [None if wanted == (k,) else arg for k, arg in enumerate(args)]
        ndims = tuple(like.ndim for like in likes)
        plans = [(k, _transposed(params["subscripts"], ndims, k)) for k in wanted]
        return pulled, lambda c: [fit(_transpose(c, k, kept, likes, plan), likes[k]) for k, plan in plans]

    def keeps(self, k, wanted):
        return wanted != (k,)


einsum = Einsum(np.einsum)


class Transpose(NamedTuple):
    """How the cotangent of one operand is found from that of the result and the other operands."""

    operands: tuple  # the letters of all operands, to know their lengths by
    contraction: str
    own: str  # each letter of the operand once
    missing: tuple  # the axes of `own` that the contraction does not give, since they were summed over


@lru_cache(maxsize=1024)
def _transposed(subscripts, ndims, k):
    operands, result = written_out(subscripts, ndims)
    given = [result, *operands[:k], *operands[k + 1 :]]
    own = "".join(dict.fromkeys(operands[k]))
    missing = tuple(axis for axis, letter in enumerate(own) if not any(letter in s for s in given))
    found = "".join(letter for axis, letter in enumerate(own) if axis not in missing)
    return Transpose(operands, ",".join(given) + "->" + found, own, missing)


def _transpose(c, k, operands, likes, plan):
    """The cotangent of operand k, at the lengths to which it was broadcast."""
    lengths = {}
    for letters, like in zip(plan.operands, likes, strict=True):
        for letter, n in zip(letters, like.shape, strict=True):
            if lengths.get(letter, 1) == 1:
                lengths[letter] = n
    others = operands[:k] + operands[k + 1 :]
    optimize = len(others) > 0 and prod(lengths.values()) >= _LARGE
    cotangent = einsum(c, *others, subscripts=plan.contraction, optimize=optimize)
    if plan.missing:
        cotangent = np.expand_dims(cotangent, plan.missing)
    whole = tuple(lengths[letter] for letter in plan.own)
    if shape_of(cotangent) != whole:
        cotangent = np.broadcast_to(cotangent, whole)
    letters = plan.operands[k]
    return cotangent if plan.own == letters else _onto_diagonal(cotangent, letters)


def _onto_diagonal(x, letters):
    """x, which has each letter once, with an axis for every one: zero off the diagonals of those that repeat."""
    first = [letters.index(letter) for letter in letters]
    again = tuple(axis for axis in range(len(letters)) if first[axis] != axis)
    spread = np.expand_dims(x, again)
    lengths = [spread.shape[axis] for axis in first]
    index = np.ogrid[tuple(slice(n) for n in lengths)]
    return np.where(reduce(and_, [index[first[axis]] == index[axis] for axis in again]), spread, 0)


# -- NumPy's signature -------------------------------------------------------------------------------------------------


def _from_lists(operands):
    """einsum(a, [0, 1], b, [1, 2], [0, 2]) as subscripts and operands."""
    count = len(operands) // 2
    lists = [operands[2 * k + 1] for k in range(count)] + ([operands[-1]] if len(operands) % 2 else [])
    spelled = ["".join("..." if entry is Ellipsis else _LETTERS[int(entry)] for entry in part) for part in lists]
    result = "->" + spelled[count] if len(operands) % 2 else ""
    return ",".join(spelled[:count]) + result, operands[0 : 2 * count : 2]


def _normalized(operands):
    if isinstance(operands[0], str):
        return operands[0], operands[1:]
    return _from_lists(operands)


@implements(np.einsum)
def einsum_of_any_notation(*operands, out=None, optimize=False, dtype=None, order="K", casting="safe"):
    for name, value, default in (("dtype", dtype, None), ("order", order, "K"), ("casting", casting, "safe")):
        if value != default:
            raise UnsupportedError.keyword("np.einsum", f"{name}={value!r}")
    subscripts, operands = _normalized(operands)
    return into(out, einsum(*operands, subscripts=subscripts, optimize=optimize))


@implements(np.einsum_path)
def einsum_path(*operands, optimize="greedy", einsum_call=False):
    return np.einsum_path(*(unwrap(part) for part in operands), optimize=optimize, einsum_call=einsum_call)
