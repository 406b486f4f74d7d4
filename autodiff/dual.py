"""Forward mode: dual numbers a + b·eps with eps² = 0, whose arithmetic is the chain rule."""

from __future__ import annotations

from .errors import EscapedTracerError, InputError
from .tracer import Level, Tracer, dtype_of, shape_of

__all__ = ["Dual"]


class Dual(Tracer):
    """A dual number or array: `primal + tangent·eps`.

    f(primal + tangent·eps) = f(primal) + f'(primal)·tangent·eps, for every f made of NumPy operations.

    Those made by hand share one transformation, so they can be added and multiplied with each other. Made of traced
    values, they belong to a transformation just inside that of their parts.

    >>> x = Dual(3.0, 1.0)
    >>> y = x * x + 2 * x
    >>> y.primal, y.tangent
    (15.0, 8.0)
    """

    __slots__ = ()

    def __init__(self, primal, tangent, level=None):
        if level is None:
            level = _level_of_hand_made(primal, tangent)
        self.primal = primal
        self.tangent = tangent
        self.level = level

    def apply(self, primitive, args, params):
        level = self.level
        if level.closed:
            raise EscapedTracerError.of("a dual number")
        primals, tangents = [], []
        for arg in args:
            if arg.__class__ is Dual and arg.level is level:
                primals.append(arg.primal)
                tangents.append(arg.tangent)
            else:
                primals.append(arg)
                tangents.append(None)
        ans = primitive(*primals, **params)
        tangent = primitive.jvp(ans, primals, tangents, params)
        if tangent is None:
            return ans
        if primitive.has_several_results:
            results = tuple(Dual(y, t, level) for y, t in zip(ans, tangent, strict=True))
            return type(ans)._make(results) if hasattr(ans, "_make") else results
        return Dual(ans, tangent, level)

    def __repr__(self):
        return f"Dual({self.primal!r}, {self.tangent!r})"


_hand_made = {}  # tag of the parts -> the level of the dual numbers made of them


def _level_of_hand_made(primal, tangent):
    if shape_of(primal) != shape_of(tangent):
        raise InputError(
            f"a dual number needs a tangent of the shape of its primal: {shape_of(tangent)} is not {shape_of(primal)}"
        )
    if dtype_of(primal).kind not in "fciub" or dtype_of(tangent).kind not in "fciub":
        raise InputError(f"a dual number is made of numbers, not of {primal!r} and {tangent!r}")
    below = max(part.level.tag if isinstance(part, Tracer) else 0 for part in (primal, tangent))
    return _hand_made.setdefault(below, Level(below + 0.5)) if below == 0 else Level(below + 0.5)
