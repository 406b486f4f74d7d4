"""A model, written to an ONNX file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from ... import tree
from ..errors import ModelError
from ..module import Module
from ..shapes import shape_and_dtype
from ..walking import arrays_of
from .graph import Graph

__all__ = ["to_onnx"]


def to_onnx(
    path: str | os.PathLike,
    model: Any,
    *shapes: Any,
    dtype: Any = np.float32,
    input_names: tuple[str, ...] | None = None,
    output_names: tuple[str, ...] | None = None,
) -> Any:
    """Writes what a model computes in evaluation mode to an ONNX file, which other programs can run.

    shapes        of the inputs, batch included; the file is for these shapes. (shape, dtype) for another dtype, such as
                  ((1, 64), np.int64) for tokens
    dtype         of the inputs that are given by shape alone
    input_names   by default "input", or "input_0", "input_1" ...
    output_names  by default "output", or "output_0", ...

    Returns the onnx.ModelProto. The parameters keep their paths as names. The model is run once, so what it decides by
    shapes is decided; what it would decide by numbers is refused.

    Raises UnsupportedError for a function that has no counterpart, InputError where the model looks at numbers,
    ModuleNotFoundError, with the command that installs it, where the onnx package is missing.
    """
    try:
        import onnx
        from onnx import helper, numpy_helper
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "the export needs the package onnx, which is not installed; pip install onnx"
        ) from error
    if not isinstance(model, Module):
        raise ModelError(
            f"to_onnx(path, model, *shapes) takes a module as model, not a {type(model).__name__}: the path is first"
        )
    from .rules import OPSET
    from .tracing import Exported, Operand

    graph = Graph({id(at.array): at.path for at in arrays_of(model)})
    specs = [shape_and_dtype(shape, dtype) for shape in shapes]
    names = input_names or _numbered("input", len(specs))
    if len(names) != len(specs):
        raise ModelError(f"there are {len(specs)} inputs, but {len(names)} names for them; give one for each")
    inputs = [Exported.named(name, shape, d, graph) for name, (shape, d) in zip(names, specs, strict=True)]
    try:
        with model.eval_mode():
            results = tree.leaves(model(*inputs))
    finally:
        graph.closed = True
    for k, leaf in enumerate(results):
        if not isinstance(leaf, Exported):
            raise ModelError(f"result {k} of the model does not depend on its input: {leaf!r}")
    outputs = output_names or _numbered("output", len(results))
    if len(outputs) != len(results):
        raise ModelError(f"there are {len(results)} results, but {len(outputs)} names for them; give one for each")
    for name, leaf in zip(outputs, results, strict=True):
        graph.nodes.append(helper.make_node("Identity", [Operand(graph, leaf).name], [name]))
    written = helper.make_graph(
        graph.nodes,
        type(model).__name__,
        [_value(helper, name, shape, d) for name, (shape, d) in zip(names, specs, strict=True)],
        [_value(helper, name, leaf.shape, leaf.dtype) for name, leaf in zip(outputs, results, strict=True)],
        [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in graph.arrays.items()],
    )
    proto = helper.make_model(written, producer_name="dualtape", opset_imports=[helper.make_opsetid("", OPSET)])
    proto.ir_version = 9  # the one that came with this opset's time: readers refuse newer ones than they know
    onnx.checker.check_model(proto, full_check=True)
    partial = Path(path).with_name(f".{Path(path).name}.{os.getpid()}.partial")
    try:
        onnx.save(proto, str(partial))
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return proto


def _numbered(stem, count):
    return (stem,) if count == 1 else tuple(f"{stem}_{k}" for k in range(count))


def _value(helper, name, shape, dtype):
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), list(shape))
