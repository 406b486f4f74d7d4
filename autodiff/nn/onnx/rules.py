"""What each primitive is in ONNX: the table, and the functions that write the nodes.

A rule is (graph, operands, result, **params) → the name of the result, or a list of names. `result` is the (shape,
dtype) of the result. What is fused and not in the table is written as the parts of its reference, each by its rule.
Operators are those of opset 18: https://onnx.ai/onnx/operators/.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from .formulas import FORMULAS
from .indexing import getitem

__all__ = ["OPSET", "RULES"]

OPSET = 18


def _elementwise(operation: str) -> Callable:
    def rule(graph, operands, result, **params):
        return graph.node(operation, *(operand.cast(result[1]) for operand in operands))

    return rule


def _comparison(operation: str) -> Callable:
    def rule(graph, operands, result, **params):
        known = [operand.dtype for operand in operands if operand.dtype is not None]
        dtype = np.result_type(*known)
        return graph.node(operation, *(operand.cast(dtype) for operand in operands))

    return rule


def _power(graph, operands, result, **params):
    x, exponent = operands
    if not np.shape(exponent.value) and isinstance(exponent.value, int | float | np.generic):
        if exponent.value == 2:
            return graph.node("Mul", x.cast(result[1]), x.cast(result[1]))
        if exponent.value == 0.5:
            return graph.node("Sqrt", x.cast(result[1]))
    return graph.node("Pow", x.cast(result[1]), exponent.cast(result[1]))


def _reduction(operation: str) -> Callable:
    def rule(graph, operands, result, axis=None, keepdims=False, **params):
        (x, *_) = operands
        if params.get("where", True) is not True or params.get("initial", -math.inf) not in (-math.inf, 0):
            raise ValueError(f"{operation} with where= or initial= can't be exported; write it with np.where")
        axes = tuple(range(len(x.shape))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        axes = [int(a) % len(x.shape) for a in axes]
        if not axes:
            return x.cast(result[1])
        return graph.node(operation, x.cast(result[1]), graph.integers(axes), keepdims=int(bool(keepdims)))

    return rule


def _variance(graph, operands, result, axis=None, keepdims=False, ddof=0, **params):
    (x,) = operands
    axes = tuple(range(len(x.shape))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = [a % len(x.shape) for a in axes]
    count = math.prod(x.shape[a] for a in axes) - ddof
    mean = graph.node("ReduceMean", x.name, graph.integers(axes), keepdims=1)
    square = graph.node(
        "ReduceSumSquare", graph.node("Sub", x.name, mean), graph.integers(axes), keepdims=int(keepdims)
    )
    return graph.node("Div", square, graph.constant(np.asarray(count, result[1])))


def _reshape(graph, operands, result, **params):
    return graph.node("Reshape", operands[0].name, graph.integers(result[0]))


def _permuted(permutation: Callable) -> Callable:
    def rule(graph, operands, result, **params):
        x, *rest = operands
        order = permutation(len(x.shape), *[operand.value for operand in rest], **params)
        return graph.node("Transpose", x.name, perm=[int(k) for k in order])

    return rule


def _order(ndim, axes=None):
    return range(ndim)[::-1] if axes is None else [a % ndim for a in axes]


def _swapped(ndim, a, b):
    order = list(range(ndim))
    order[a], order[b] = order[b], order[a]
    return order


def _move(ndim, source, destination):
    sources = [s % ndim for s in np.atleast_1d(source)]
    destinations = [d % ndim for d in np.atleast_1d(destination)]
    order = [k for k in range(ndim) if k not in sources]
    for d, s in sorted(zip(destinations, sources, strict=True)):
        order.insert(d, s)
    return order


def _broadcast(graph, operands, result, **params):
    return graph.node("Expand", operands[0].name, graph.integers(result[0]))


def _repeat(graph, operands, result, **params):
    x, count, axis = operands
    if not isinstance(count.value, int):
        raise ValueError("np.repeat by a number for each entry can't be exported; repeat all of them equally often")
    shape, axis = list(x.shape), axis.value
    name = graph.node("Reshape", x.name, graph.integers([*shape[: axis + 1], 1, *shape[axis + 1 :]]))
    name = graph.node("Expand", name, graph.integers([*shape[: axis + 1], count.value, *shape[axis + 1 :]]))
    return graph.node("Reshape", name, graph.integers(result[0]))


def _tile(graph, operands, result, **params):
    x, repeats = operands
    return graph.node("Tile", x.name, graph.integers(repeats.value))


def _flip(graph, operands, result, **params):
    x, axis = operands[0], operands[1].value if len(operands) > 1 else None
    axes = range(len(x.shape)) if axis is None else [a % len(x.shape) for a in np.atleast_1d(axis)]
    ends = [-np.iinfo(np.int64).max] * len(axes)
    return graph.node("Slice", x.name, *map(graph.integers, ([-1] * len(axes), ends, axes, [-1] * len(axes))))


def _concatenate(graph, operands, result, axis=0, **params):
    axis = axis % len(result[0])
    return graph.node("Concat", *(operand.cast(result[1]) for operand in operands), axis=axis)


def _stack(graph, operands, result, axis=0, **params):
    axis = axis % len(result[0])
    parts = [graph.node("Unsqueeze", operand.cast(result[1]), graph.integers([axis])) for operand in operands]
    return graph.node("Concat", *parts, axis=axis)


def _where(graph, operands, result, **params):
    condition, x, y = operands
    return graph.node("Where", condition.cast(bool), x.cast(result[1]), y.cast(result[1]))


def _clip(graph, operands, result, **params):
    x, low, high = operands
    name = x.cast(result[1])
    if low.value is not None:
        name = graph.node("Max", name, low.cast(result[1]))
    return name if high.value is None else graph.node("Min", name, high.cast(result[1]))


def _cast(graph, operands, result, **params):
    return operands[0].cast(result[1])


def _einsum(graph, operands, result, subscripts, **params):
    return graph.node("Einsum", *(operand.cast(result[1]) for operand in operands), equation=subscripts)


def _pad(graph, operands, result, mode="constant", constant_values=0, **params):
    x, width = operands
    pairs = np.broadcast_to(np.asarray(width.value), (len(x.shape), 2))
    modes = {"constant": "constant", "reflect": "reflect", "edge": "edge", "wrap": "wrap"}
    if mode not in modes or np.shape(constant_values):
        raise ValueError(f"np.pad with mode={mode!r} and constant_values={constant_values!r} can't be exported")
    return graph.node(
        "Pad",
        x.name,
        graph.integers(np.concatenate([pairs[:, 0], pairs[:, 1]])),
        graph.constant(np.asarray(constant_values, x.dtype)),
        mode=modes[mode],
    )


def _matmul(graph, operands, result, **params):
    return graph.node("MatMul", *(operand.cast(result[1]) for operand in operands))


# -- fused primitives that ONNX has as operators -----------------------------------------------------------------------


def _linear(graph, operands, result, **params):
    x, weight, *bias = operands
    if len(x.shape) == 2 and bias:
        return graph.node("Gemm", x.name, weight.name, bias[0].name, transB=1)
    y = graph.node("MatMul", x.name, graph.node("Transpose", weight.name, perm=[1, 0]))
    return graph.node("Add", y, bias[0].name) if bias else y


def _window_attributes(window):
    pads = [before for before, _ in window.padding] + [after for _, after in window.padding]
    if min(pads, default=0) < 0:
        raise ValueError("negative padding can't be exported; cut the image before the layer")
    return {"strides": list(window.stride), "pads": pads, "dilations": list(window.dilation)}


def _convolution(graph, operands, result, window, **params):
    return graph.node(
        "Conv", *(operand.name for operand in operands), group=window.groups, **_window_attributes(window)
    )


def _transposed_convolution(graph, operands, result, window, size, **params):
    x, weight, *_ = operands
    attributes = _window_attributes(window)
    extra = [
        n - ((m - 1) * s + d * (k - 1) + 1 - before - after)
        for n, m, s, d, k, (before, after) in zip(
            size, x.shape[2:], window.stride, window.dilation, weight.shape[2:], window.padding, strict=True
        )
    ]
    return graph.node(
        "ConvTranspose",
        *(operand.name for operand in operands),
        group=window.groups,
        output_padding=extra,
        **attributes,
    )


def _max_pool(graph, operands, result, kernel, window, **params):
    return graph.node("MaxPool", operands[0].name, kernel_shape=list(kernel), **_window_attributes(window))


def _sum_pool(graph, operands, result, kernel, window, **params):
    """The sum of a window is its average over all places, those of the padding too, times their number."""
    channels, dtype = operands[0].shape[1], result[1]
    ones = graph.constant(np.ones((channels, 1, *kernel), dtype))
    return graph.node("Conv", operands[0].name, ones, group=channels, **_window_attributes(window))


def _along_axis(operation: str) -> Callable:
    def rule(graph, operands, result, axis, **params):
        return graph.node(operation, operands[0].name, axis=axis % len(operands[0].shape))

    return rule


def _rows(graph, operands, result, **params):
    weight, indices = operands
    return graph.node("Gather", weight.name, indices.name, axis=0)


def _layer_norm(graph, operands, result, axes, centered, eps, **params):
    x, *rest = operands
    weight = rest[0].name if rest else graph.constant(np.ones(x.shape[-axes:], x.dtype))
    if not centered:
        square = graph.node(
            "ReduceMean", graph.node("Mul", x.name, x.name), graph.integers(range(-axes, 0)), keepdims=1
        )
        root = graph.node("Sqrt", graph.node("Add", square, graph.constant(np.asarray(eps, x.dtype))))
        return graph.node("Mul", graph.node("Div", x.name, root), weight)
    inputs = [x.name, weight, *(operand.name for operand in rest[1:])]
    return graph.node("LayerNormalization", *inputs, axis=-axes, epsilon=eps)


RULES: dict[str, Callable] = {
    "add": _elementwise("Add"),
    "subtract": _elementwise("Sub"),
    "multiply": _elementwise("Mul"),
    "divide": _elementwise("Div"),
    "negative": _elementwise("Neg"),
    "absolute": _elementwise("Abs"),
    "exp": _elementwise("Exp"),
    "log": _elementwise("Log"),
    "sqrt": _elementwise("Sqrt"),
    "reciprocal": _elementwise("Reciprocal"),
    "sin": _elementwise("Sin"),
    "cos": _elementwise("Cos"),
    "tan": _elementwise("Tan"),
    "sinh": _elementwise("Sinh"),
    "cosh": _elementwise("Cosh"),
    "tanh": _elementwise("Tanh"),
    "arctan": _elementwise("Atan"),
    "maximum": _elementwise("Max"),
    "minimum": _elementwise("Min"),
    "sign": _elementwise("Sign"),
    "floor": _elementwise("Floor"),
    "ceil": _elementwise("Ceil"),
    "relu": _elementwise("Relu"),
    "sigmoid": _elementwise("Sigmoid"),
    "softsign": _elementwise("Softsign"),
    "power": _power,
    **FORMULAS,
    "greater": _comparison("Greater"),
    "less": _comparison("Less"),
    "equal": _comparison("Equal"),
    "sum": _reduction("ReduceSum"),
    "mean": _reduction("ReduceMean"),
    "max": _reduction("ReduceMax"),
    "min": _reduction("ReduceMin"),
    "prod": _reduction("ReduceProd"),
    "var": _variance,
    "reshape": _reshape,
    "expand_dims": _reshape,
    "squeeze": _reshape,
    "transpose": _permuted(_order),
    "swapaxes": _permuted(_swapped),
    "moveaxis": _permuted(_move),
    "broadcast_to": _broadcast,
    "repeat": _repeat,
    "tile": _tile,
    "flip": _flip,
    "getitem": getitem,
    "concatenate": _concatenate,
    "stack": _stack,
    "where": _where,
    "clip": _clip,
    "astype": _cast,
    "einsum": _einsum,
    "pad": _pad,
    "matmul": _matmul,
    "matmul_bias": _linear,
    "correlated": _convolution,
    "spread": _transposed_convolution,
    "largest": _max_pool,
    "summed": _sum_pool,
    "softmax": _along_axis("Softmax"),
    "log_softmax": _along_axis("LogSoftmax"),
    "layer_norm": _layer_norm,
    "rows": _rows,
}
"""By the name of the primitive."""
