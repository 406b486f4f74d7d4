"""Linear maps of images that act on each axis by a matrix: averages, interpolation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...tracer import shape_of

__all__ = ["along_each_axis"]


def along_each_axis(x: Any, matrices: Sequence[np.ndarray | None]) -> Any:
    """x (N, C, *size) with matrices[k] (m, n) applied to axis 2 + k; None leaves an axis as it is."""
    last = len(matrices) - 1
    for k in reversed(range(len(matrices))):
        matrix = matrices[k]
        if matrix is None:
            continue
        if k == last:
            x = np.matmul(x, matrix.T)
        else:
            shape = shape_of(x)
            inner = math.prod(shape[3 + k :])
            rows = np.matmul(matrix, np.reshape(x, (*shape[: 3 + k], inner)))
            x = np.reshape(rows, (*shape[: 2 + k], len(matrix), *shape[3 + k :]))
    return x
