"""What a test problem is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["Problem"]


@dataclass(frozen=True, eq=False)
class Problem:
    """A function to be minimised, with what is known about it. Calling it evaluates it.

    fun     written in plain NumPy, so that autodiff differentiates it
    x0      the usual starting point
    minima  all global minimisers
    f_min   the least value
    box     for pictures: ((left, right), (bottom, top))
    source  where it comes from
    """

    name: str
    fun: Callable
    x0: np.ndarray
    minima: tuple[np.ndarray, ...]
    f_min: float
    box: tuple[tuple[float, float], tuple[float, float]] | None
    source: str

    def __call__(self, x):
        return self.fun(x)

    def __repr__(self):
        return f"Problem({self.name}, n={self.x0.size}, f_min={self.f_min:.6g})"
