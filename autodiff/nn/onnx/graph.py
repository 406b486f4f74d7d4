"""The graph under construction: nodes, constants, names."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..random import stand_in
from ..shapes import Counted

__all__ = ["Graph"]


class Graph(Counted):
    """What has been written down: nodes in their order, and the arrays that they use.

    known  id of an array → the name that it should have, such as that of a parameter
    """

    __slots__ = ("_constants", "_count", "_kept", "arrays", "known", "nodes")

    def __init__(self, known: dict[int, str]):
        super().__init__()
        self.nodes: list[Any] = []
        self.arrays: dict[str, np.ndarray] = {}
        self.known = known
        self._constants: dict[Any, str] = {}
        self._kept: list[np.ndarray] = []  # so that no id is given twice
        self._count = 0

    def fresh(self, stem: str) -> str:
        self._count += 1
        return f"{stem.lower()}_{self._count}"

    def constant(self, value: Any, dtype: Any = None) -> str:
        """The name of an array in the graph; small ones are there once, whoever uses them."""
        array = np.asarray(value, dtype)
        if id(value) in self.known and array is value:
            name = self.known[id(value)]
        else:
            key = (array.dtype.str, array.shape, array.tobytes()) if array.size <= 64 else id(value)
            if key in self._constants:
                return self._constants[key]
            name = self._constants[key] = self.fresh("constant")
            self._kept.append(value)
        self.arrays[name] = array
        return name

    def integers(self, values: Any) -> str:
        """The name of a vector of int64, as shapes, axes and paddings are given."""
        return self.constant(np.atleast_1d(np.asarray(values, np.int64)))

    def node(self, operation: str, *inputs: str, results: int = 1, **attributes: Any) -> Any:
        """Appends a node; its result's name, or the list of them where there are several."""
        from onnx import helper

        names = [self.fresh(operation) for _ in range(results)]
        self.nodes.append(helper.make_node(operation, list(inputs), names, **attributes))
        return names[0] if results == 1 else names


def unknown(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """A stand-in for numbers that are not known: nan, or an integer that is no index."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return np.broadcast_to(np.full((), np.nan, dtype), shape)
    if dtype.kind in "iu":
        return np.broadcast_to(np.full((), np.iinfo(dtype).max, dtype), shape)
    return stand_in(shape, dtype)
