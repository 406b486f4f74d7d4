"""Planes through a point in the space of many parameters, worth looking at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Plane", "filter_plane", "hessian_plane", "pca_plane"]


class Plane(NamedTuple):
    """Two directions, shape (n,), what they are called, and the coordinates of a path in their plane, shape (k, 2)."""

    first: np.ndarray
    second: np.ndarray
    labels: tuple[str, str]
    path: np.ndarray | None = None


def filter_plane(params: Any, rng: np.random.Generator) -> Plane:
    """Two random directions whose filters are as long as the filters of the parameters.

        d_ij ← d_ij ‖θ_ij‖ / ‖d_ij‖

    A filter is what one index of the first axis of a leaf of two or more axes selects; in leaves of fewer axes, biases
    and scales, the directions are zero. A network and its rescaled twin then look the same (Li, Xu, Taylor, Studer and
    Goldstein 2018, arXiv:1712.09913).
    """
    from autodiff import tree

    leaves, structure = tree.flatten(params)
    if not any(np.ndim(leaf) >= 2 for leaf in leaves):
        raise ValueError(
            "directions='filter' needs a leaf of two or more axes, such as a weight matrix; for vectors use 'hessian', "
            "'pca' or two directions of your own"
        )

    def direction():
        return tree.ravel(tree.unflatten(structure, [_filters(np.asarray(leaf), rng) for leaf in leaves]))[0]

    return Plane(direction(), direction(), ("first filter-normalised direction", "second filter-normalised direction"))


def _filters(leaf, rng):
    if leaf.ndim < 2:
        return np.zeros(leaf.shape)
    random = rng.normal(size=leaf.shape)
    axes = tuple(range(1, leaf.ndim))
    length = np.sqrt((leaf**2).sum(axis=axes, keepdims=True))
    return random * length / (np.sqrt((random**2).sum(axis=axes, keepdims=True)) + 1e-10)


def pca_plane(iterates: np.ndarray) -> Plane:
    """The plane that a path, shape (k, n), lies in most: the two principal components of θᵢ - θ_k, its end.

    Found from the (k, k) matrix of inner products, for n may be large.
    """
    steps = iterates - iterates[-1]
    values, vectors = np.linalg.eigh(steps @ steps.T)
    if len(values) < 3 or values[-2] <= 1e-14 * values[-1]:
        raise ValueError("the path lies on a line, which has no plane; give directions of your own, or a longer path")
    first, second = (steps.T @ vectors[:, -i] / np.sqrt(values[-i]) for i in (1, 2))
    shares = values[[-1, -2]] / values.sum()
    labels = [f"component {i} ({share:.0%} of the way)" for i, share in zip((1, 2), shares, strict=True)]
    return Plane(first, second, (labels[0], labels[1]), steps @ np.stack([first, second], axis=1))


def hessian_plane(loss: Callable, x: np.ndarray) -> Plane:
    """The eigenvectors of the largest and the smallest eigenvalue of ∇²f at x, by products with it."""
    from autodiff import hessian, hvp

    n = x.size
    if n <= 200:
        values, vectors = np.linalg.eigh(np.asarray(hessian(loss)(x)))
    else:
        from scipy.sparse.linalg import LinearOperator, eigsh

        def product(v):
            return np.asarray(hvp(loss, x, np.ravel(v)))

        H = LinearOperator((n, n), matvec=product, dtype=float)  # pyright: ignore  (SciPy has no stub of it)
        values, vectors = eigsh(H, k=2, which="BE", v0=np.ones(n), tol=1e-4)  # pyright: ignore
    labels = (rf"steepest, $\lambda_{{\max}}$ = {values[-1]:.3g}", rf"flattest, $\lambda_{{\min}}$ = {values[0]:.3g}")
    return Plane(vectors[:, -1], vectors[:, 0], labels)
