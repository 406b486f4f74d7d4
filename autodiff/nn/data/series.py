"""Series in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Series", "google_shares"]


@dataclass(frozen=True)
class Series:
    """Numbers measured one after the other.

    name           what to call it
    times          (T,), when
    values         (T, D)
    feature_names  of the D columns
    source         who collected it
    """

    name: str
    times: np.ndarray
    values: np.ndarray
    feature_names: tuple[str, ...]
    source: str

    def __len__(self) -> int:
        return len(self.times)

    def windows(self, length: int, ahead: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """(inputs (N, length, D), targets (N, D)): each window, and what comes `ahead` steps after it; views.

        Raises ValueError where the series is too short for one.

        >>> series = Series("a line", np.arange(5), np.arange(5.0)[:, None], ("x",), "")
        >>> x, y = series.windows(3)
        >>> x[..., 0], y[..., 0]
        (array([[0., 1., 2.],
               [1., 2., 3.]]), array([3., 4.]))
        """
        count = len(self) - length - ahead + 1
        if length < 1 or ahead < 1 or count < 1:
            raise ValueError(f"a series of {len(self)} has no windows of {length} with what comes {ahead} after them")
        inputs = np.lib.stride_tricks.sliding_window_view(self.values, length, axis=0)[:count]
        return inputs.swapaxes(1, 2), self.values[length + ahead - 1 :]


def google_shares() -> Series:
    """The shares of Google on 1,047 days from 2004 to 2008, as Matplotlib ships them, which is always there.

    >>> shares = google_shares()
    >>> len(shares), shares.feature_names
    (1047, ('open', 'high', 'low', 'close', 'volume', 'adj_close'))
    """
    import matplotlib.cbook

    arrays: Any = matplotlib.cbook.get_sample_data("goog.npz")
    table = arrays["price_data"]
    table = table[np.argsort(table["date"])]
    names = tuple(name for name in table.dtype.names if name != "date")
    values = np.column_stack([table[name].astype(float) for name in names])
    return Series("Shares of Google", table["date"], values, names, "Yahoo Finance; as shipped by Matplotlib")
