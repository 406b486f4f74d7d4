"""Values of a function of two variables on a grid, and levels that show them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

__all__ = ["Box", "above", "above_floor", "colour_map", "evaluate", "log_levels", "new_axes"]

Box = tuple[tuple[float, float], tuple[float, float]]


def evaluate(f: Callable, box: Box, points: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The coordinates of a grid, each of shape (points,), and f there, shape (points, points); nan where not finite."""
    (left, right), (bottom, top) = box
    if not (left < right and bottom < top):
        raise ValueError(
            f"the box must be ((left, right), (bottom, top)) with left < right and bottom < top, not {box}"
        )
    a, b = np.linspace(left, right, points), np.linspace(bottom, top, points)
    with np.errstate(all="ignore"):  # what is not finite is left white
        values = np.array([[float(f(np.array([x, y]))) for x in a] for y in b])
    values[~np.isfinite(values)] = np.nan
    if np.isnan(values).all():
        raise ValueError(
            f"the function is not finite anywhere on a grid of {points} x {points} points of the box {box}"
        )
    return a, b, values


def above_floor(values: np.ndarray, floor: float | None) -> tuple[np.ndarray, float]:
    """The values above a floor, and the floor: by default just below the least value, so that a logarithm exists."""
    least, spread = np.nanmin(values), np.nanmax(values) - np.nanmin(values)
    if floor is None or floor >= least:
        floor = float(least - 1e-4 * (np.nanmedian(values) - least or spread or 1.0))
    return values - floor, floor


def above(floor: float) -> str:
    """What the height above a floor is called, as a formula: 'f - 3'."""
    return f"f {'-' if floor > 0 else '+'} {abs(floor):.4g}" if floor else "f"


def log_levels(heights: np.ndarray, count: int, below: float = 0.002) -> np.ndarray:
    """`count` levels, ascending, evenly spaced in the logarithm, from what the part `below` of all heights is under."""
    finite = heights[np.isfinite(heights)]
    low, high = np.quantile(finite, below), finite.max()
    return np.geomspace(low, high, count) if low < high else np.array([low, low * (1 + 1e-9)])


def colour_map():
    """Perceptually uniform, legible to colour-blind readers, and monotone in grey: low is light.

    It is cividis without its darkest part, on which dark lines would be lost.
    """
    import matplotlib
    from matplotlib.colors import ListedColormap

    return ListedColormap(matplotlib.colormaps["cividis"](np.linspace(1.0, 0.28, 256)), name="light_cividis_r")


def new_axes(**subplot):
    """Axes of a new figure; showing or saving it is up to the caller."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=(6.4, 4.8), layout="constrained").add_subplot(**subplot)
