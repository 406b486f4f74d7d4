"""Numbers and arrays that may be traced: a traced value stays what it is, and all else becomes a float."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["as_array", "as_number"]


def as_array(value: Any) -> Any:
    """An array of floats, or a traced value.

    >>> as_array([1, 2])
    array([1., 2.])
    """
    from autodiff.tracer import Tracer

    return value if isinstance(value, Tracer) else np.asarray(value, np.float64)


def as_number(value: Any) -> Any:
    """A float, or a traced value."""
    from autodiff.tracer import Tracer

    return value if isinstance(value, Tracer) else float(value)
