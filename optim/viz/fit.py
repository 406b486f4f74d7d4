"""A fitted curve with its data and its bands."""

from __future__ import annotations

from typing import Any

import numpy as np

from .grid import new_axes

__all__ = ["fit"]


def fit(curve: Any, x: Any, y: Any, ax=None, level: float = 0.95, points: int = 200):
    """Data, the fitted curve, its confidence band (dark) and its prediction band (light); returns the Axes.

    curve  a `CurveFit` of one predictor
    x, y   the data, each of shape (m,)

    The prediction band is left out where the fit was weighted by sigma, since that of new observations is not known.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"x and y must be vectors of one length, but they have shapes {x.shape} and {y.shape}")
    ax = new_axes() if ax is None else ax
    at = np.linspace(x.min(), x.max(), points)
    share = f"{100 * level:.4g} %"
    if not curve.has_sigma:
        ax.fill_between(at, *curve.prediction_band(at, level), color="0.88", lw=0, label=f"{share} of new observations")
    ax.fill_between(at, *curve.confidence_band(at, level), color="0.65", lw=0, label=f"{share} confidence in the curve")
    ax.plot(at, curve.predict(at), color="black", lw=1.5, label="fitted curve")
    ax.plot(x, y, "o", ms=4, mfc="white", mec="tab:blue", label="data")
    ax.set(xlabel="x", ylabel="y")
    ax.legend(frameon=False)
    return ax
