"""Activation functions, elementwise unless said otherwise."""

from __future__ import annotations

import numpy as np

from ...primitive import elementwise

__all__ = ["relu"]

relu = elementwise(lambda x: np.maximum(x, 0), lambda ans: ans > 0, name="relu")
relu.__doc__ = "max(x, 0), with derivative 0 at 0."
