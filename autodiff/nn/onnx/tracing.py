"""The tracer that writes a graph: each primitive that meets it becomes nodes, by the table of rules."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ...errors import InputError, UnsupportedError
from ...fused import Fused
from ...tracer import Tracer, unwrap
from ..shapes import Shaped, result_of
from .graph import Graph, unknown
from .rules import RULES

__all__ = ["Exported"]

_COMPARISONS = {
    operator.lt: ("Less", False),
    operator.le: ("LessOrEqual", False),
    operator.gt: ("Greater", False),
    operator.ge: ("GreaterOrEqual", False),
    operator.eq: ("Equal", False),
    operator.ne: ("Equal", True),
}


class Exported(Shaped):
    """A value of the graph: its name, and of its numbers only shape and dtype."""

    __slots__ = ("name",)
    level: Graph

    @classmethod
    def named(cls, name: str, shape: tuple[int, ...], dtype: Any, graph: Graph) -> Exported:
        self = cls()
        self.primal, self.level, self.name = unknown(shape, dtype), graph, name
        return self

    def apply(self, primitive: Any, args: Any, params: dict) -> Any:
        graph = self.level
        fused = getattr(primitive, "fused", None)
        rule = RULES.get(primitive.name)
        if rule is None:
            if isinstance(fused, Fused):
                return fused.reference(*args, **params)  # as its parts, which have rules of their own
            raise UnsupportedError(
                f"{primitive.name} has no counterpart in the export to ONNX; write the model with layers or functions "
                "that have one, or export the part of the model before it"
            )
        plain = [arg.primal if isinstance(arg, Exported) else arg for arg in args]
        shapes = result_of(primitive, plain, params)
        names = rule(graph, [Operand(graph, arg) for arg in args], shapes, **params)
        if primitive.has_several_results:
            return tuple(
                Exported.named(name, shape, dtype, graph) for name, (shape, dtype) in zip(names, shapes, strict=True)
            )
        return Exported.named(names, *shapes, graph)

    def stopped(self) -> Exported:
        """Without derivatives there is nothing to stop."""
        return self

    def truth(self) -> Exported:
        return self

    def __and__(self, other: Any) -> Any:
        return self._joined("And", other)

    def __or__(self, other: Any) -> Any:
        return self._joined("Or", other)

    __rand__, __ror__ = __and__, __or__

    def __invert__(self) -> Any:
        return Exported.named(self.level.node("Not", self.name), self.shape, bool, self.level)

    def _joined(self, operation: str, other: Any) -> Exported:
        name = self.level.node(operation, self.name, Operand(self.level, other).name)
        return Exported.named(name, np.broadcast_shapes(self.shape, np.shape(unwrap(other))), bool, self.level)

    def _compared(self, other: Any, compare: Any) -> Exported:
        graph = self.level
        operation, negated = _COMPARISONS[compare]
        dtype = np.result_type(self.primal, other.primal if isinstance(other, Exported) else other)
        name = graph.node(operation, Operand(graph, self).cast(dtype), Operand(graph, other).cast(dtype))
        name = graph.node("Not", name) if negated else name
        return Exported.named(name, np.broadcast_shapes(self.shape, np.shape(unwrap(other))), bool, graph)

    def __lt__(self, other: Any) -> Any:
        return self._compared(other, operator.lt)

    def __le__(self, other: Any) -> Any:
        return self._compared(other, operator.le)

    def __gt__(self, other: Any) -> Any:
        return self._compared(other, operator.gt)

    def __ge__(self, other: Any) -> Any:
        return self._compared(other, operator.ge)

    def __eq__(self, other: Any) -> Any:
        return self._compared(other, operator.eq)

    def __ne__(self, other: Any) -> Any:
        return self._compared(other, operator.ne)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise InputError(
            "the model decides by the numbers that it is given which operations to run, which a graph can't: use "
            "np.where in place of `if`, or export the branch that is wanted"
        )

    __int__ = __index__ = __bool__  # pyright: ignore  (it only raises)

    def __repr__(self) -> str:
        return f"Exported({self.name}, {self.shape}, {self.dtype})"


class Operand:
    """An argument of a primitive, as a rule sees it: its name in the graph, its shape, and its value where known."""

    __slots__ = ("dtype", "graph", "shape", "value")

    def __init__(self, graph: Graph, value: Any):
        self.graph, self.value = graph, value
        if isinstance(value, Tracer):
            self.shape, self.dtype = value.shape, value.dtype
        elif isinstance(value, np.ndarray | np.generic):
            self.shape, self.dtype = value.shape, value.dtype
            if value.dtype.kind == "f" and value.size and np.isnan(value.flat[0]):
                raise InputError(
                    "the model computes with numbers of its input outside of the functions that are traced, or with "
                    "nan: what is exported would be a constant"
                )
        else:
            self.shape, self.dtype = (), None  # a Python number takes the dtype of its partner

    @property
    def name(self) -> str:
        return self.value.name if isinstance(self.value, Exported) else self.graph.constant(self.value, self.dtype)

    def cast(self, dtype: Any) -> str:
        """The name of it in a dtype, as two operands of a node must have the same."""
        dtype = np.dtype(dtype)
        if self.dtype == dtype:
            return self.name
        if not isinstance(self.value, Exported):
            return self.graph.constant(np.asarray(self.value, dtype))
        from onnx import helper

        return self.graph.node("Cast", self.name, to=helper.np_dtype_to_tensor_dtype(dtype))
