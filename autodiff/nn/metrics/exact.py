"""Sums without rounding, so that a mean over batches is the mean over the set, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["ExactSum"]

_UNIT = 1200  # sums are integers in units of 2^-1200, below the smallest digit of a double


class ExactSum:
    """Σ x of doubles as a Python integer; only `over` rounds, once.

    >>> total = ExactSum()
    >>> for batch in ([1e100, 1.0], [-1e100, 2.0]):
    ...     total.add(batch)
    >>> total.over(2)
    1.5
    """

    def __init__(self):
        self._units = 0
        self._rest = 0.0  # of infinities and nans

    def add(self, x: Any, times: int = 1) -> None:
        """Adds the entries of x, each so many times."""
        x = np.asarray(x, np.float64).ravel()
        finite = np.isfinite(x)
        if not finite.all():
            with np.errstate(invalid="ignore"):
                self._rest += x[~finite].sum()
            x = x[finite]
        mantissas, exponents = np.frexp(x)
        whole = (mantissas * 2.0**53).astype(np.int64)
        for exponent in np.unique(exponents):
            chosen = whole[exponents == exponent]
            high, low = chosen >> 27, chosen & ((1 << 27) - 1)  # halves, whose sums do not overflow
            self._units += times * ((int(high.sum()) << 27) + int(low.sum())) << (int(exponent) - 53 + _UNIT)

    def over(self, count: int) -> float:
        """The sum over a whole number, rounded once."""
        return float(self._rest) if self._rest != 0 else self._units / (count << _UNIT)
