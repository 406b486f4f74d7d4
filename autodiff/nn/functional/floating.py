"""Integers where a formula gives fractions."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["floating"]


def floating(x: Any) -> Any:
    """x, or what NumPy makes of its integers or truth values beside float32: float32 where they fit, else float64.

    What is computed in the dtype of x, as a mask times 1/(1 - p) is, would be cut off to whole numbers otherwise.

    >>> floating(np.arange(2)).dtype, floating(np.zeros(2, np.uint8)).dtype, floating(np.ones(2, np.float16)).dtype
    (dtype('float64'), dtype('float32'), dtype('float16'))
    """
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        x = np.asarray(x)
        dtype = x.dtype
    return x if dtype.kind not in "iub" else x.astype(np.result_type(dtype, np.float32))
