"""Affine and bilinear maps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...fused import fused
from ...tracer import dtype_of, shape_of
from ..errors import ShapeError

__all__ = ["bilinear", "linear"]


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    """y = x Wᵀ + b: each feature vector times a matrix.

    x       (..., in)
    weight  (out, in), as PyTorch keeps it
    bias    (out,), or None

    Returns (..., out). Raises ShapeError where the last axis of x is not `in`, or weight and bias do not fit.

    >>> linear(np.array([1.0, 2.0]), np.array([[3.0, 4.0]]), np.array([0.5]))
    array([11.5])
    """
    if len(shape_of(weight)) != 2:
        raise ShapeError.of("linear's weight", "(out, in)", shape_of(weight), "one row for each feature that comes out")
    if bias is not None and shape_of(bias) != shape_of(weight)[:1]:
        raise ShapeError.of(
            "linear's bias", f"({shape_of(weight)[0]},)", shape_of(bias), "one number for each feature that comes out"
        )
    if not shape_of(x) or shape_of(x)[-1] != shape_of(weight)[1]:
        features = shape_of(weight)[1]
        raise ShapeError.of(
            "linear",
            f"(..., {features})",
            shape_of(x),
            f"give it {features} features on the last axis, or flatten x first",
        )
    return _matmul_bias(x, weight) if bias is None else _matmul_bias(x, weight, bias)


_FEW = 32  # rows for which BLAS is faster, by up to a third, when the matrix comes first


def _forward(x, weight, bias=None):
    if x.ndim == 2 and len(x) <= _FEW:
        y = np.ascontiguousarray((weight @ x.T).T)
    else:
        y = x @ weight.T
    if bias is not None:
        y += bias
    return y, None


def _backward(cotangent, kept, wanted, x, weight, bias=None):
    rows = cotangent.reshape(-1, cotangent.shape[-1])  # (samples, out)
    found = []
    for k in wanted:
        if k == 0:
            found.append((rows @ weight).reshape(x.shape))
        elif k == 1:
            found.append(rows.T @ x.reshape(-1, x.shape[-1]))
        else:
            found.append(np.ones(len(rows), rows.dtype) @ rows)  # faster than a sum over the first axis
    return found


def _shape(x, weight, bias=None):
    return (*shape_of(x)[:-1], shape_of(weight)[0]), np.result_type(dtype_of(x), dtype_of(weight))


def _macs(x, weight, bias=None):
    return math.prod(shape_of(x)[:-1]) * math.prod(shape_of(weight))


@fused(_forward, _backward, shape=_shape, macs=_macs)
def _matmul_bias(x, weight, bias=None):
    y = np.matmul(x, np.swapaxes(weight, 0, 1))
    return y if bias is None else y + bias


def bilinear(x1: Any, x2: Any, weight: Any, bias: Any = None) -> Any:
    """yₒ = x1ᵀ Wₒ x2 + bₒ.

    x1      (..., in1)
    x2      (..., in2), with the same leading axes
    weight  (out, in1, in2)
    bias    (out,), or None

    Returns (..., out). Raises ShapeError where the axes do not fit.

    >>> bilinear(np.array([1.0, 2.0]), np.array([3.0]), np.ones((1, 2, 1)))
    array([9.])
    """
    _, in1, in2 = shape_of(weight)
    for name, x, features in (("x1", x1, in1), ("x2", x2, in2)):
        if not shape_of(x) or shape_of(x)[-1] != features:
            raise ShapeError.of(
                f"bilinear's {name}", f"(..., {features})", shape_of(x), f"give it {features} features on the last axis"
            )
    if shape_of(x1)[:-1] != shape_of(x2)[:-1]:
        raise ShapeError.of(
            "bilinear's x2", f"the leading axes {shape_of(x1)[:-1]} of x1", shape_of(x2), "broadcast one of them before"
        )
    y = np.einsum("...i,oij,...j->...o", x1, weight, x2, optimize=True)
    return y if bias is None else y + bias
