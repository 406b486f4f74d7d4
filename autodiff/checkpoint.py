"""Checkpointing: memory of reverse mode traded for time."""

from __future__ import annotations

from collections.abc import Callable

from . import tree
from .arguments import named_after, plain
from .dispatch import Primitive, pulled
from .errors import InputError
from .held import can_change
from .tape import Var
from .tracer import Tracer
from .transforms import jvp, vjp

__all__ = ["checkpoint"]


def checkpoint(f: Callable) -> Callable:
    """f, of which reverse mode keeps the arguments only; the sweep runs f once more to find what it needs.

    f   a function of trees of numbers and arrays, which returns such a tree, and always the same for the same
        arguments. What is differentiated has to be an argument: f must not close over a traced value.

    The gradient of a chain of n steps, checkpointed in blocks of √n, keeps about 2√n values in place of n, for one
    more evaluation of f (Griewank and Walther 2008, chapter 12). Without a tape, and in forward mode, it is f.

    Raises InputError where f closes over a traced value.

    >>> import autodiff as ad, numpy as np
    >>> block = checkpoint(lambda x: np.sin(np.sin(np.sin(x))))
    >>> float(ad.grad(lambda x: block(block(x)))(0.0))
    1.0
    """

    @named_after(f)
    def checkpointed(*args, **kwargs):
        leaves, structure = tree.flatten((args, kwargs))
        traced = [k for k, leaf in enumerate(leaves) if isinstance(leaf, Tracer)]
        top = max((leaves[k] for k in traced), key=lambda x: x.level.tag, default=None)
        if top is None or top.__class__ is not Var:
            return f(*args, **kwargs)
        kept = [top.level.hold(leaf) if can_change(leaf) and k not in traced else leaf for k, leaf in enumerate(leaves)]
        primitive = _Checkpointed(f, leaves, kept, structure, traced)
        return primitive.rebuilt(primitive(*(leaves[k] for k in traced)))

    return checkpointed


class _Checkpointed(Primitive):
    """One call of f, as a primitive of its traced leaves."""

    kind = "checkpoint"
    has_several_results = True

    def __init__(self, f, leaves, kept, structure, traced):
        super().__init__(self.evaluate, f"checkpoint({getattr(f, '__name__', 'f')})")
        self.f, self.leaves, self.structure, self.traced = f, leaves, structure, traced
        self.kept = kept  # the leaves as they are now, for when f is run again
        self.result_structure = tree.LEAF  # until f has been run

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
            return self._flat(self.kept, [replaced.get(k, arg) for k, arg in enumerate(args)])

        return f
