"""Checkpointing: memory of reverse mode traded for time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from . import tree
from .arguments import named_after, plain
from .dispatch import Primitive, pulled
from .errors import InputError
from .held import can_change
from .nodes import kinds
from .tape import Var
from .tracer import Tracer
from .transforms import jvp, vjp

__all__ = ["checkpoint"]


def checkpoint(f: Callable) -> Callable:
    """f, of which reverse mode keeps the arguments only; the sweep runs f once more to find what it needs.

    f   a function of trees of numbers and arrays, or a module or a method of one, which returns such a tree, and always
        the same for the same arguments. What is differentiated has to be an argument, or be in the module: f must not
        close over a traced value. Generators that are arguments, or in modules, draw the same numbers when f is run
        once more, and buffers of modules are what they were, so that dropout and batch normalisation see no difference.

    The gradient of a chain of n steps, checkpointed in blocks of √n, keeps about 2√n values in place of n, for one
    more evaluation of f (Griewank and Walther 2008, chapter 12). Without a tape, and in forward mode, it is f.

    Raises InputError where f closes over a traced value, or gives something else when it is run once more.

    >>> import autodiff as ad, numpy as np
    >>> block = checkpoint(lambda x: np.sin(np.sin(np.sin(x))))
    >>> float(ad.grad(lambda x: block(block(x)))(0.0))
    1.0
    """

    function, owner = _unbound(f)
    name = f"checkpoint({getattr(f, '__name__', type(f).__name__ if owner is f else 'f')})"

    @named_after(f)
    def checkpointed(*args, **kwargs):
        given = args if owner is None else (owner, *args)
        leaves, structure = tree.flatten((given, kwargs))
        traced = [k for k, leaf in enumerate(leaves) if isinstance(leaf, Tracer)]
        top = max((leaves[k] for k in traced), key=lambda x: x.level.tag, default=None)
        if top is None or top.__class__ is not Var:
            return f(*args, **kwargs)
        kept = [top.level.hold(leaf) if can_change(leaf) and k not in traced else leaf for k, leaf in enumerate(leaves)]
        primitive = _Checkpointed(function, name, leaves, kept, structure, traced)
        return primitive.rebuilt(primitive(*(leaves[k] for k in traced)))

    return checkpointed


def _unbound(f):
    """A module, or a method of one, as a function of the module, and the module; f and None for other functions."""
    owner = getattr(f, "__self__", None)
    if kinds[type(f)] is not None:
        return type(f).__call__, f
    if owner is not None and kinds[type(owner)] is not None and hasattr(f, "__func__"):
        return f.__func__, owner
    return f, None


class _Checkpointed(Primitive):
    """One call of f, as a primitive of its traced leaves."""

    kind = "checkpoint"
    has_several_results = True

    def __init__(self, f, name, leaves, kept, structure, traced):
        super().__init__(self.evaluate, name)
        self.f, self.leaves, self.structure, self.traced = f, leaves, structure, traced
        self.kept = kept  # the leaves as they are now, for when f is run again
        self.result_structure = tree.LEAF  # until f has been run
        self.changing = [leaf for leaf in leaves if isinstance(leaf, np.random.Generator)] + _changing(structure)
        self.before = _state(self.changing)
        self.samples = None  # of the results, for the comparison with those of later runs

    def _flat(self, leaves, values):
        """f from traced leaves to the tuple of the leaves of its result."""
        leaves = list(leaves)
        for k, value in zip(self.traced, values, strict=True):
            leaves[k] = value
        args, kwargs = tree.unflatten(self.structure, leaves)
        results, self.result_structure = tree.flatten(self.f(*args, **kwargs))
        return tuple(plain(y) for y in results)

    def evaluate(self, *values):
        results = self._flat(self.leaves, values)
        if any(isinstance(y, Tracer) for y in results):
            raise InputError(
                f"{self.name} closes over a traced value: pass it as an argument, so that the sweep knows of it"
            )
        if self.samples is None:
            self.samples = [_sample(y) for y in results]
            moved = [not _same(x, before) for x, before in zip(self.changing, self.before, strict=True)]
            self.changing, self.before = (
                [x for x, has_moved in zip(found, moved, strict=True) if has_moved]
                for found in (self.changing, self.before)
            )
        return results

    def rebuilt(self, results):
        return tree.unflatten(self.result_structure, results)

    def jvp(self, ans, args, tangents, params):
        moving = [k for k, tangent in enumerate(tangents) if tangent is not None]
        f = self._of(args, moving)
        return jvp(f, tuple(args[k] for k in moving), tuple(tangents[k] for k in moving))[1]

    def vjp(self, ans, args, wanted, params):
        def pull(cotangents):
            values, pullback = vjp(self._of(args, wanted), *(args[k] for k in wanted))
            zeros = (y * 0 if c is None else c for y, c in zip(values, cotangents, strict=True))
            return pullback(tuple(zeros))

        return pulled, pull

    def _of(self, args, positions):
        """The function of the arguments at some positions, the others held."""

        def f(*values):
            replaced = dict(zip(positions, values, strict=True))
            with _as_before(self.changing, self.before):
                results = self._flat(self.kept, [replaced.get(k, arg) for k, arg in enumerate(args)])
            self._compare(results)
            return results

        return f

    def _compare(self, results):
        """Raises InputError where f has given something else than the first time, but for rounding."""
        for y, sample in zip(results, self.samples or (), strict=False):
            found = _sample(y)
            if found.dtype.kind not in "fc":
                continue
            scale = np.max(np.abs(sample[np.isfinite(sample)]), initial=0)
            error = np.sqrt(np.finfo(found.dtype).eps) * scale
            if found.shape != sample.shape or not np.allclose(found, sample, rtol=0, atol=error, equal_nan=True):
                raise InputError(
                    f"{self.name} gave other numbers when the sweep ran it once more, so its derivative would be of "
                    "something else: it draws from a generator, or reads what it changes. Pass the generator, or the "
                    "module that has it, as an argument"
                )


# -- what running f changes --------------------------------------------------------------------------------------------


def _changing(structure) -> list:
    """The generators and arrays that the nodes of a tree hold, and that change as they are used."""
    found = [] if structure.cls is None else list(kinds[structure.cls].changing(structure.static))
    for child in structure.children:
        found += _changing(child)
    return found


def _state(changing):
    return [x.bit_generator.state if isinstance(x, np.random.Generator) else x.copy() for x in changing]


def _same(x, before):
    if isinstance(x, np.random.Generator):
        return False
    return np.array_equal(x, before, equal_nan=x.dtype.kind in "fc")


@contextmanager
def _as_before(changing: list, before: list) -> Iterator[None]:
    """Generators and arrays in an earlier state for the time of a `with` block."""
    now = _state(changing)
    _put(changing, before)
    try:
        yield
    finally:
        _put(changing, now)


def _put(changing, state):
    for x, value in zip(changing, state, strict=True):
        if isinstance(x, np.random.Generator):
            x.bit_generator.state = value
        else:
            x[...] = value


def _sample(y) -> np.ndarray:
    """Some of the numbers of a result, of a traced one too: enough to tell it from another, and little to keep."""
    while isinstance(y, Tracer):
        y = y.primal
    flat = np.asarray(y).reshape(-1)
    return flat[:: max(1, flat.size // 64)].copy()
