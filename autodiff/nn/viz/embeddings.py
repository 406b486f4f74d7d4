"""Vectors of many dimensions in the plane."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from .canvas import CLASSES, MARKERS, new_axes

__all__ = ["embedding", "principal_components"]


def principal_components(vectors: Any, count: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """(coordinates (N, count), shares (count,)): the directions of largest variance, and the shares of it they have.

    >>> coordinates, shares = principal_components(np.array([[0.0, 0.0], [3.0, 4.0]]), 1)
    >>> np.abs(coordinates[:, 0]), shares
    (array([2.5, 2.5]), array([1.]))
    """
    vectors = np.asarray(vectors, float)
    if vectors.ndim != 2 or min(vectors.shape) < 1:
        raise ShapeError.of("principal_components", "(N, D)", vectors.shape, "give one row for each vector")
    left, singular, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    total = (singular**2).sum()
    return (left * singular)[:, :count], singular[:count] ** 2 / (total or 1)


def embedding(
    vectors: Any,
    labels: Any = None,
    *,
    names: Any = None,
    texts: Any = None,
    method: str = "pca",
    rng: Any = None,
    ax: Any = None,
) -> Any:
    """Vectors (N, D) as points of the plane; returns the Axes.

    labels  classes (N,), by which they are coloured
    names   of the classes
    texts   a text for each vector, written at its point
    method  "pca", the two principal components; "tsne", neighbours kept near (scikit-learn; needs rng, a seed)
    """
    vectors = np.asarray(vectors, float)
    ax = new_axes(5.8, 5.0) if ax is None else ax
    if method == "pca":
        points, shares = principal_components(vectors)
        axes = [f"component {k + 1} ({share:.0%} of the variance)" for k, share in enumerate(shares)]
    elif method == "tsne":
        if rng is None:
            raise TypeError("t-SNE is random: give rng=, a seed")
        try:
            from sklearn.manifold import TSNE
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError("t-SNE needs scikit-learn; pip install scikit-learn") from error
        seed = int(np.random.default_rng(rng).integers(2**31))
        points = TSNE(random_state=seed, perplexity=min(30, (len(vectors) - 1) / 3)).fit_transform(vectors)
        axes = ["t-SNE 1", "t-SNE 2"]
    else:
        raise ValueError(f"method is 'pca' or 'tsne', not {method!r}")
    classes = np.zeros(len(points), int) if labels is None else np.asarray(labels)
    for k, value in enumerate(np.unique(classes)):
        ax.plot(
            *points[classes == value].T[:2], linestyle="none", marker=MARKERS[k % len(MARKERS)], markersize=4,
            color=CLASSES[k % len(CLASSES)], alpha=0.8, label=names[value] if names is not None else str(value),
        )  # fmt: skip
    for point, text in zip(points, [] if texts is None else texts, strict=False):
        ax.annotate(str(text), point[:2], fontsize=8, xytext=(3, 3), textcoords="offset points")
    if labels is not None:
        ax.legend(loc="best", fontsize="small", ncols=2 if len(np.unique(classes)) > 6 else 1)
    ax.set(xlabel=axes[0], ylabel=axes[1] if len(axes) > 1 else "")
    return ax
