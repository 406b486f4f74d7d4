"""A function of many parameters, on a plane through a point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..history import History
from ..result import Result
from .contour import contour
from .planes import Plane, filter_plane, hessian_plane, pca_plane

__all__ = ["landscape"]


def landscape(
    loss: Callable,
    params: Any,
    directions: Any = "filter",
    *,
    span: float | None = None,
    points: int = 41,
    rng: np.random.Generator | None = None,
    ax=None,
    **contour_options,
):
    """Contours of loss(θ + a d₁ + b d₂) over (a, b); returns the Axes.

    loss        of a tree like params → a number
    params      θ, a tree; or a Result of a run with record="full", or a list of trees, whose end is θ and whose way is
                drawn where directions="pca"
    directions  "filter": random, as long as the parameters filter by filter (needs rng; compare models on planes of the
                same seed); "pca": the plane that the way of the run lies in most; "hessian": along the largest and the
                smallest curvature; or two trees like params
    span        a and b go from -span to span; by default 1, and for "pca" as far as the way does
    points      of the grid, along each axis

    The rest as in `contour`.

    >>> import optim
    >>> ax = landscape(lambda p: (p["w"] ** 2).sum(), {"w": np.eye(3)}, rng=np.random.default_rng(0), points=9)
    >>> ax.get_xlabel()
    'first filter-normalised direction'
    """
    from autodiff import tree

    trees = _trees(params)
    theta = params if trees is None else trees[-1]
    x, unravel = tree.ravel(theta)
    x = np.asarray(x, dtype=float)
    plane = _plane(directions, loss, theta, trees, x, unravel, rng)

    def on_plane(at):
        return loss(unravel(x + at[0] * plane.first + at[1] * plane.second))

    if span is None and plane.path is not None:
        low, high = plane.path.min(axis=0), plane.path.max(axis=0)
        margin = 0.15 * (high - low).max()
        box = ((low[0] - margin, high[0] + margin), (low[1] - margin, high[1] + margin))
    else:
        reach = span or 1.0
        box = ((-reach, reach), (-reach, reach))
    ax = contour(on_plane, box, points=points, ax=ax, **contour_options)
    ax.plot(0, 0, "*", color="black", markersize=13, markeredgecolor="white", zorder=4, label=r"$\theta$")
    if plane.path is not None:
        every = max(1, len(plane.path) // 20)
        label = "iterates, projected" if every == 1 else f"iterates, projected; a mark every {every}"
        ax.plot(*plane.path.T, "-o", color="#d55e00", markersize=4, linewidth=1.5, markevery=every, label=label)
        ax.legend(loc="best", fontsize="small")
    ax.set(xlabel=plane.labels[0], ylabel=plane.labels[1])
    return ax


def _trees(params):
    """The trees of a way, or None where there is one tree only."""
    history = params.history if isinstance(params, Result) else params
    if isinstance(history, History):
        return list(history.x)
    return params if isinstance(params, list) and len(params) > 2 else None


def _plane(directions, loss, theta, trees, x, unravel, rng):
    from autodiff import tree

    if isinstance(directions, str):
        if directions == "filter":
            if rng is None:
                raise ValueError("directions='filter' are random: give rng, such as numpy.random.default_rng(0)")
            return filter_plane(theta, rng)
        if directions == "pca":
            if trees is None:
                raise ValueError("directions='pca' needs a way: a result with record='full', or a list of three trees")
            return pca_plane(np.array([tree.ravel(each)[0] for each in trees], dtype=float))
        if directions == "hessian":
            return hessian_plane(lambda vector: loss(unravel(vector)), x)
        raise ValueError(f"directions must be 'filter', 'pca', 'hessian' or two trees like params, not {directions!r}")
    first, second = (np.asarray(tree.ravel(direction)[0], dtype=float) for direction in directions)
    if first.shape != x.shape or second.shape != x.shape:
        raise ValueError(f"the directions have {first.size} and {second.size} numbers, but params has {x.size}")
    return Plane(first, second, ("$a$", "$b$"))
