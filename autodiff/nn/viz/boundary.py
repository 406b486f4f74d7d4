"""What a classifier of points in the plane says everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from .canvas import CLASSES, MARKERS, new_axes

__all__ = ["decision_boundary"]


def decision_boundary(
    model: Any, x: Any, y: Any, *, names: Any = None, points: int = 200, margin: float = 0.1, ax: Any = None
) -> Any:
    """The class with the largest logit at each point of the plane, and the data; returns the Axes.

    model   (N, 2) → logits (N, classes), or (N, 1) or (N,), of which the sign decides
    x, y    (N, 2) and classes (N,)
    names   of the classes
    points  of the grid, along each axis
    margin  around the data, as a part of their extent

    >>> import numpy as np
    >>> ax = decision_boundary(lambda x: x, np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([1, 0]), points=5)
    >>> ax.get_legend() is not None
    True
    """
    x, y = np.asarray(x), np.asarray(y).astype(int)
    if x.ndim != 2 or x.shape[1] != 2:
        raise ShapeError.of("decision_boundary", "points (N, 2)", x.shape, "project the data to a plane first")
    low, high = x.min(axis=0), x.max(axis=0)
    reach = margin * (high - low)
    a, b = (np.linspace(start, end, points) for start, end in zip(low - reach, high + reach, strict=True))
    plane = np.stack(np.meshgrid(a, b), axis=-1).reshape(-1, 2).astype(x.dtype)
    logits = np.asarray(model(plane))
    logits = logits.reshape(len(plane), -1)
    said = (logits[:, 0] > 0).astype(int) if logits.shape[1] == 1 else logits.argmax(axis=1)
    classes = range(max(int(said.max()), int(y.max())) + 1)
    from matplotlib.colors import ListedColormap

    ax = new_axes(5.6, 5.0) if ax is None else ax
    colours = [CLASSES[k % len(CLASSES)] for k in classes]
    ax.pcolormesh(
        a, b, said.reshape(points, points), cmap=ListedColormap(colours), vmin=-0.5, vmax=len(classes) - 0.5,
        alpha=0.25, shading="nearest", rasterized=True,
    )  # fmt: skip
    for k in classes:
        borders = (said == k).astype(float).reshape(points, points)
        if 0 < borders.mean() < 1:
            ax.contour(a, b, borders, levels=[0.5], colors="black", linewidths=0.8)
        ax.plot(
            *x[y == k].T, linestyle="none", marker=MARKERS[k % len(MARKERS)], markersize=4.5, color=colours[k],
            markeredgecolor="white", markeredgewidth=0.5, label=names[k] if names is not None else f"class {k}",
        )  # fmt: skip
    ax.legend(loc="best", fontsize="small")
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    return ax
