"""Reverse mode: a tape of the operations in the order in which they ran, and the sweep back over it.

A tape (Wengert list) has one record for each traced value, at the value's index. A record is a tuple, by its length:

    ()                       a variable: nothing to pull back to
    (i, p)                   a number with one traced argument: index i, partial derivative p
    (i, p, j, q)             a number with two
    (parents, backward, kept)
                             anything else: backward(cotangent, kept, times) gives the cotangents of `parents`
    ((parents, backward, kept, n),)
                             the first of n results of one operation; backward gets the list of their cotangents

Every operation appends its record after those of its arguments, so the list is already in topological order:
walking it backwards visits each record after all that used its value. There is no graph to search and no recursion.
"""

from __future__ import annotations

import operator
from typing import Any, NamedTuple

import numpy as np

from . import tree
from .arguments import as_gradients, differentiable, one_like
from .elementwise import strong_multiply
from .errors import EscapedTracerError, InputError, NonScalarOutputError
from .held import HeldArrays, can_change
from .inspect.shown import Shown
from .tracer import Level, Tracer

__all__ = ["Tape", "Var"]


class Var(Tracer):
    """A value on a tape: what reverse mode traces with."""

    __slots__ = ()

    # No __init__: setting the three attributes where a variable is made is faster by a third, and it is made often.

    @classmethod
    def of(cls, primal, level, index):
        self = cls()
        self.primal, self.level, self.index = primal, level, index
        return self

    @property
    def tape(self):
        return self.level

    def apply(self, primitive, args, params):
        tape = self.level
        primals, wanted, parents = [], [], []
        evaluate = primitive.evaluate
        for k, arg in enumerate(args):
            if isinstance(arg, Var) and arg.level is tape:
                wanted.append(k)
                parents.append(arg.index)
                arg = arg.primal
            if isinstance(arg, Tracer):
                evaluate = primitive  # a level below has its part in this
            primals.append(arg)
        ans = evaluate(*primals, **params)
        wanted = tuple(wanted)
        if params:
            params = {key: tape.hold(value) if can_change(value) else value for key, value in params.items()}
        if len(wanted) < len(primals):
            for k, arg in enumerate(primals):
                if can_change(arg) and k not in wanted and primitive.keeps(k, wanted):
                    primals[k] = tape.hold(arg)
        rule = primitive.vjp(ans, primals, wanted, params)
        if rule is None:
            return ans
        if primitive.has_several_results:
            return tape.append_several(ans, (parents, *rule))
        return tape.append(ans, (parents, *rule))


class _Closed:
    """What a tape has in place of its records after its transformation."""

    def append(self, record):
        raise EscapedTracerError.of("a variable of a tape")

    extend = append


class BareTape(Level):
    """Records and nothing else: the tape of `grad` and its kin."""

    __slots__ = ("held", "records")

    def __init__(self):
        super().__init__()
        self.records: Any = []
        self.held = None

    def variable(self, value, name=""):
        return self.append(value, ())

    def append(self, value, record):
        """The value of a new record."""
        records = self.records
        records.append(record)
        return Var.of(value, self, len(records) - 1)

    def append_several(self, values, record):
        """The values of an operation with several results."""
        first = self.append(values[0], ((*record, len(values)),))
        results = (first, *(self.append(value, ()) for value in values[1:]))
        return type(values)._make(results) if hasattr(values, "_make") else results

    def hold(self, array):
        """What someone may write to, as a record may keep it."""
        if isinstance(array, Tracer):
            return array if array.level is self else array.snapshot()
        if self.held is None:
            self.held = HeldArrays()
        return self.held.hold(array)

    def check(self):
        """Raises InputError if an array that a record keeps was written to. To be called before a sweep."""
        if self.held is not None:
            self.held.check()

    def close(self):
        """Ends the recording; returns the records, which a pullback may go on using."""
        records, self.records = self.records, _Closed()
        self.closed = True
        return records


class Scatter:
    """The cotangent of x that only x[index] received: zero elsewhere, and not yet an array."""

    __slots__ = ("cotangent", "dtype", "index", "shape", "unique")

    def __init__(self, cotangent, index, like, unique):
        self.cotangent, self.index, self.unique = cotangent, index, unique
        self.shape, self.dtype = like.shape, like.dtype

    def add_to(self, buffer):
        if self.unique:
            buffer[self.index] += self.cotangent
        else:
            np.add.at(buffer, self.index, self.cotangent)

    def dense(self):
        buffer = np.zeros(self.shape, self.dtype)
        self.add_to(buffer)
        return buffer


# -- the sweep ---------------------------------------------------------------------------------------------------------

# A tape keeps arrays and then lets all of them go. glibc's allocator would hand that memory back to the system each
# time, and fault it in again, page by page, at the next gradient. Once it has freed a block of this size, which nobody
# touches, it keeps what it has: half the time of taking gradients of small arrays.
np.empty(24 << 20, np.uint8)

_UNTOUCHED = float("0")  # known by identity; a number can be added to it without a test


def sweep(records, seeds, sources):
    """The cotangents of the values at `sources`, given those of some results: {index: cotangent}.

    Returns a list, with None for a source without influence. Where the plain sweep ends in nan, it is repeated with
    products in which a zero cotangent stays zero through an infinite or undefined partial derivative. A nan is not
    lost on its way to the sources, so it is enough to look there, and the common case pays nothing.
    """
    with np.errstate(all="ignore"):
        found = _sweep(records, seeds, sources, strong=False)
        if any(_has_nan(cotangent) for cotangent in found):
            found = _sweep(records, seeds, sources, strong=True)
    return found


def _sweep(records, seeds, sources, strong):
    np_ndarray, np_add = np.ndarray, np.add
    times = strong_multiply if strong else operator.mul
    cotangents: list = [_UNTOUCHED] * len(records)
    owned = set()  # indices whose cotangent is an array made here, which may be added to in place
    wanted = set(sources)
    for index, seed in seeds.items():
        cotangents[index] = seed
    for index in range(max(seeds, default=-1), min(sources, default=0) - 1, -1):
        cotangent = cotangents[index]
        record = records[index]
        length = len(record)
        if cotangent is _UNTOUCHED and length != 1:
            continue
        if length == 2:
            i, p = record
            cotangents[i] = cotangents[i] + (strong_multiply(cotangent, p) if strong else cotangent * p)
        elif length == 4:
            i, p, j, q = record
            cotangents[i] = cotangents[i] + (strong_multiply(cotangent, p) if strong else cotangent * p)
            cotangents[j] = cotangents[j] + (strong_multiply(cotangent, q) if strong else cotangent * q)
        elif length:
            if length == 3:
                parents, backward, kept = record
            else:
                parents, backward, kept, n = record[0]
                cotangent = [None if c is _UNTOUCHED else c for c in cotangents[index : index + n]]
                if all(c is None for c in cotangent):
                    continue
            for i, contribution in zip(parents, backward(cotangent, kept, times)):  # noqa: B905 (strict costs time)
                before = cotangents[i]
                if contribution.__class__ is not np_ndarray:
                    _accumulate(cotangents, owned, i, contribution)
                elif before is _UNTOUCHED:
                    cotangents[i] = contribution
                elif i in owned:
                    np_add(before, contribution, before)
                else:
                    cotangents[i] = total = before + contribution
                    if total.__class__ is np_ndarray:
                        owned.add(i)
            if index not in wanted:
                cotangents[index] = None  # let its memory go
    return [None if cotangents[i] is _UNTOUCHED else cotangents[i] for i in sources]


def _accumulate(cotangents, owned, index, contribution):
    """Adds what is not an array: a number, a traced value, a part of an array; None adds nothing."""
    before = cotangents[index]
    if contribution.__class__ is Scatter:
        if before is _UNTOUCHED:
            cotangents[index] = contribution.dense()
            owned.add(index)
        elif index in owned:
            contribution.add_to(before)
        else:
            cotangents[index] = before + contribution.dense()
            if cotangents[index].__class__ is np.ndarray:
                owned.add(index)
    elif contribution is not None:
        cotangents[index] = contribution if before is _UNTOUCHED else before + contribution
        owned.discard(index)


def _has_nan(x):
    if isinstance(x, Tracer):
        return _has_nan(x.primal) or (hasattr(x, "tangent") and _has_nan(x.tangent))
    if x is None or isinstance(x, float | complex):
        return x != x
    return bool(np.isnan(np.vdot(x, x)))  # BLAS; squares let infinities of both signs not cancel to nan


# -- the tape in the hand ----------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """What one record stands for: value = primitive(*operands, **params), where a `Reference` is another entry."""

    primitive: object  # None for a variable, and for the further results of an operation with several
    operands: tuple
    params: dict
    value: object
    name: str = ""
    results: tuple | None = None  # of an operation with several: all of them; this entry is the first


class Reference(NamedTuple):
    """The value at an index of the tape, as an operand."""

    index: int


class Recorded(Var):
    """A variable of a tape that also keeps what was computed, so that it can be shown."""

    __slots__ = ()

    def apply(self, primitive, args, params):
        tape = self.level
        args = [tape.hold(arg) if can_change(arg) else arg for arg in args]
        params = {key: tape.hold(value) if can_change(value) else value for key, value in params.items()}
        operands = tuple(Reference(a.index) if isinstance(a, Var) and a.level is tape else a for a in args)
        out = super().apply(primitive, args, params)
        if primitive.has_several_results:
            values = tuple(part.primal for part in out)
            tape.entries.append(Entry(primitive, operands, params, values[0], results=values))
            tape.entries.extend(Entry(None, (Reference(out[0].index),), {}, value) for value in values[1:])
        elif isinstance(out, Var) and out.level is tape:
            tape.entries.append(Entry(primitive, operands, params, out.primal))
        return out


class Tape(Shown, BareTape):
    """A tape to hold in the hand: record on it, differentiate along it, look at it.

    >>> tape = Tape()
    >>> x = tape.variable(2.0)
    >>> y = x * x + 3 * x
    >>> tape.gradient(y, x)
    7.0
    """

    __slots__ = ("entries", "inputs", "outputs")

    def __init__(self):
        super().__init__()
        self.entries = []
        self.inputs: Any = None  # of a recorded function, {parameter: tree of its variables}
        self.outputs: Any = None  # and the tree that it returned

    def variable(self, value, name=""):
        """A traced copy of a number or array, to compute with.

        value  a float or an array of floats (integers are promoted to float64)
        name   what the printed tape calls it; x0, x1 ... by default
        """
        value = differentiable(value, name or "the value")
        value = self.hold(value) if can_change(value) else value
        self.entries.append(Entry(None, (), {}, value, name))
        return self.append(value, ())

    def append(self, value, record):
        records = self.records
        records.append(record)
        return Recorded.of(value, self, len(records) - 1)

    def gradient(self, y, x):
        """dy/dx along the tape, for a scalar y and a variable, or any value of the tape, or a tree of them.

        Returns a tree like x. The tape is left as it is, so it can be asked again, and recording can go on.
        """
        self._own(y, "y")
        if y.shape != ():
            raise NonScalarOutputError.of(f"an array of shape {y.shape}", "tape.gradient")
        leaves, structure = tree.flatten(x)
        for leaf in leaves:
            self._own(leaf, "x")
        self.check()
        found = sweep(self.records, {y.index: one_like(y.primal)}, [leaf.index for leaf in leaves])
        return tree.unflatten(structure, as_gradients(found, [leaf.primal for leaf in leaves]))

    def push(self, tangents):
        """Forward along the tape: the tangents of all its values, given those of some: {index: tangent}.

        The derivative is that at the recorded point; nothing of the function itself is run again.
        """
        self.check()
        known = dict(tangents)
        for index, entry in enumerate(self.entries):
            if entry.primitive is None:
                continue
            inner = [known.get(a.index) if a.__class__ is Reference else None for a in entry.operands]
            if any(t is not None for t in inner):
                ans = entry.value if entry.results is None else entry.results
                tangent = entry.primitive.jvp(ans, self.arguments(entry), inner, entry.params)
                if entry.results is not None:
                    known.update(enumerate(tangent, start=index))
                elif tangent is not None:
                    known[index] = tangent
        return known

    def arguments(self, entry):
        """The values of an entry's operands."""
        return [self.entries[a.index].value if a.__class__ is Reference else a for a in entry.operands]

    def _own(self, x, name):
        if not (isinstance(x, Var) and x.level is self):
            raise InputError(f"{name} is not a value of this tape: {x!r}. Make variables with `tape.variable(value)`.")

    def __len__(self):
        return len(self.entries)
