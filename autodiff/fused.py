"""The fifth kind of primitive: several operations as one record, with kernels for plain arrays.

A fused primitive is declared by a `reference`, ordinary NumPy code that says what it means, and by two kernels that
compute the same on plain arrays, faster: the value, and the cotangents. The kernels serve the common case, one sweep
over plain arrays. Everything else, forward mode, derivatives of derivatives, traced cotangents, follows from the
reference, which is also the oracle that the kernels are tested against.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .dispatch import Like, Primitive, fit
from .tracer import Tracer, dtype_of, shape_of

__all__ = ["Fused", "fused"]


class Fused:
    """A function of arrays with a reference and kernels; see `fused`, which declares one."""

    def __init__(self, reference, forward, backward, shape, macs, several):
        self.reference, self.forward, self.backward = reference, forward, backward
        self.shape, self.macs, self.several = shape, macs, several
        self.name = self.__name__ = reference.__name__.lstrip("_")
        self.__doc__ = reference.__doc__

    def __call__(self, *args, **params):
        for arg in args:
            if isinstance(arg, Tracer):
                return _Call(self)(*args, **params)
        return self.forward(*args, **params)[0]

    def __repr__(self):
        return f"<fused primitive {self.name}>"


_NOTHING_YET = object()  # None is what a kernel keeps where it needs the arguments only


class _Call(Primitive):
    """One call with a traced argument: what the forward kernel keeps for the backward kernel stays here."""

    kind = "fused"

    def __init__(self, fused):
        self.fused, self.name, self.kept = fused, fused.name, _NOTHING_YET
        self.has_several_results = fused.several

    function = property(lambda self: self.fused)

    def evaluate(self, *args, **params):
        ans, self.kept = self.fused.forward(*args, **params)
        return ans

    def jvp(self, ans, args, tangents, params):
        from .transforms import jvp

        moving = [k for k, tangent in enumerate(tangents) if tangent is not None]
        return jvp(self._reference(args, moving, params), [args[k] for k in moving], [tangents[k] for k in moving])[1]

    def vjp(self, ans, args, wanted, params):
        likes = [Like.of(args[k]) for k in wanted]
        if self.kept is _NOTHING_YET or any(isinstance(arg, Tracer) for arg in args):
            return _by_reference, (self, args, wanted, params, likes, None)
        results = [Like.of(part) for part in ans] if self.has_several_results else None
        return _by_kernel, (self, args, wanted, params, likes, results)

    def _reference(self, args, positions, params):
        """The reference as a function of the arguments at some positions, the others held."""

        def f(*values):
            complete = list(args)
            for k, value in zip(positions, values, strict=True):
                complete[k] = value
            return self.fused.reference(*complete, **params)

        return f


def _by_kernel(cotangent, record, times):
    call, args, wanted, params, likes, results = record
    if results is None:
        is_plain = not isinstance(cotangent, Tracer)
    else:
        is_plain = not any(isinstance(c, Tracer) for c in cotangent)
        if is_plain:
            cotangent = tuple(
                np.zeros(like.shape, like.dtype) if c is None else c for c, like in zip(cotangent, results, strict=True)
            )
    if not is_plain:
        return _by_reference(cotangent, record, times)
    found = call.fused.backward(cotangent, call.kept, wanted, *args, **params)
    return [
        c if c is None or (shape_of(c) == like.shape and dtype_of(c) == like.dtype) else fit(c, like)
        for c, like in zip(found, likes, strict=True)
    ]


def _by_reference(cotangent, record, times):
    from .transforms import vjp

    call, args, wanted, params, likes, _ = record
    value, pullback = vjp(call._reference(args, wanted, params), *(args[k] for k in wanted))
    if call.has_several_results:
        cotangent = type(value)(y * 0 if c is None else c for y, c in zip(value, cotangent, strict=True))
    return [fit(c, like) for c, like in zip(pullback(cotangent), likes, strict=True)]


def fused(
    forward: Callable,
    backward: Callable,
    *,
    shape: Callable | None = None,
    macs: Callable | None = None,
    several: bool = False,
) -> Callable[[Callable], Fused]:
    """A decorator that makes its function, the reference, a fused primitive.

    forward   (*args, **params) → (result, kept), on plain arrays; kept is what the backward kernel needs, no more
    backward  (cotangent, kept, wanted, *args, **params) → the cotangents of args[k], k in wanted, on plain arrays; None
              stands for zero. The arguments are there, so kept need not repeat them. It must write neither to them nor
              to the cotangent, which others may share, nor to kept: a sweep may be repeated
    shape     (*args, **params) → (shape, dtype) of the result, from arguments of which only those two may be looked at;
              with `several`, a tuple of such pairs
    macs      the same arguments → the number of multiply-adds
    several   whether the result is a tuple of arrays; then the cotangent is a tuple of arrays too

    All arguments that may be traced are positional. The reference takes the same arguments as forward, is written with
    NumPy functions that are differentiated, and returns the same numbers.

    >>> def forward(x, w):
    ...     y = np.tanh(x @ w)
    ...     return y, y
    >>> def backward(cotangent, y, wanted, x, w):
    ...     c = cotangent * (1 - y * y)
    ...     return [c @ w.T if k == 0 else x.T @ c for k in wanted]
    >>> @fused(forward, backward)
    ... def layer(x, w):
    ...     return np.tanh(x @ w)
    >>> import autodiff as ad
    >>> x, w = np.ones((1, 2)), np.array([[0.5], [-0.5]])
    >>> ad.grad(lambda w: layer(x, w).sum())(w)
    array([[1.],
           [1.]])
    """

    def declare(reference):
        return Fused(reference, forward, backward, shape, macs, several)

    return declare
