"""Which method solves how many problems, and at what price: profiles of a benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .grid import new_axes
from .paths import line_styles

__all__ = ["data_profile", "profile"]


def profile(costs: Mapping[str, Sequence[float]], *, limit: float | None = None, ax=None):
    """Performance profiles: of how many problems a method is within a factor τ of the best; returns the Axes.

        ρ_s(τ) = |{p : t_ps ≤ τ min_s t_ps}| / |P|

    costs  {method: what each problem cost, shape (P,)}; inf or nan where it was not solved
    limit  the largest τ drawn; by default a little above the largest ratio

    The legend gives ρ(1), how often a method is the best, and ρ(∞), how much it solves. Methods may change places where
    another one is left out (Gould and Scott 2016). Source: Dolan and Moré 2002.

    >>> ax = profile({"a": [1, 2, np.inf], "b": [2, 1, 4]})
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['a: 33% best, 67% solved', 'b: 67% best, 100% solved']
    """
    table = _table(costs)  # (S, P)
    best = table.min(axis=0)
    with np.errstate(invalid="ignore"):
        ratios = np.where(np.isfinite(table), table / best, np.inf)  # inf / inf where nobody solves it
    finite = ratios[np.isfinite(ratios)]
    limit = limit or 1.15 * max(finite.max(initial=1.0), 1.2)
    ax = new_axes() if ax is None else ax
    for index, (name, row) in enumerate(zip(costs, ratios, strict=True)):
        label = f"{name}: {np.mean(row <= 1):.0%} best, {np.mean(np.isfinite(row)):.0%} solved"
        _steps(ax, row, 1.0, limit, index, label)
    ax.set(
        xscale="log", xlim=(1, limit), ylim=(-0.02, 1.02), ylabel="part of the problems",
        xlabel=r"cost at most $\tau$ times the lowest",
    )  # fmt: skip
    return _finished(ax)


def data_profile(costs: Mapping[str, Sequence[float]], sizes: Sequence[int], *, limit: float | None = None, ax=None):
    """Data profiles: how many problems a method solves with so many evaluations; returns the Axes.

        d_s(k) = |{p : t_ps ≤ k (n_p + 1)}| / |P|

    costs  {method: evaluations of the objective for each problem, shape (P,)}; inf or nan where it was not solved
    sizes  n_p, the number of variables of each problem, shape (P,); n + 1 evaluations make a simplex gradient
    limit  the largest k drawn

    Unlike in `profile` no method's curve depends on the other methods. Source: Moré and Wild 2009.
    """
    table = _table(costs)
    n = np.asarray(sizes, dtype=float)
    if n.shape != table.shape[1:]:
        raise ValueError(f"there are {n.size} sizes for {table.shape[1]} problems; give one for each")
    groups = table / (n + 1)
    limit = limit or 1.05 * groups[np.isfinite(groups)].max(initial=1.0)
    ax = new_axes() if ax is None else ax
    for index, (name, row) in enumerate(zip(costs, groups, strict=True)):
        _steps(ax, row, 0.0, limit, index, f"{name}: {np.mean(np.isfinite(row)):.0%} solved")
    ax.set(
        xlim=(0, limit), ylim=(-0.02, 1.02), ylabel="part of the problems",
        xlabel="evaluations / (number of variables + 1)",
    )  # fmt: skip
    return _finished(ax)


def _table(costs: Mapping[str, Any]) -> np.ndarray:
    rows = [np.asarray(row, dtype=float) for row in costs.values()]
    if not rows or any(row.ndim != 1 or row.shape != rows[0].shape or not row.size for row in rows):
        shapes = {name: np.shape(row) for name, row in costs.items()}
        raise ValueError(f"costs must give each method one number for each problem, but the shapes are {shapes}")
    table = np.array([np.where(np.isnan(row), np.inf, row) for row in rows])
    if (table <= 0).any():
        raise ValueError("costs must be positive; an unsolved problem is inf or nan")
    return table


def _steps(ax, values, start, limit, index, label):
    """The part of the values at or below x, for x from start to limit."""
    style = line_styles(index)
    sorted_values = np.sort(values[values <= limit])
    x = np.concatenate([[start], sorted_values, [limit]])
    y = np.concatenate([[0.0], np.arange(1, len(sorted_values) + 1), [len(sorted_values)]]) / len(values)
    ax.plot(
        x, y, color=style["color"], linestyle=style["linestyle"], drawstyle="steps-post", linewidth=1.9, label=label
    )


def _finished(ax):
    ax.grid(visible=True, which="major", color="#dddddd", linewidth=0.7)
    ax.set_axisbelow(True)
    ax.legend(loc="lower right", fontsize="small")
    return ax
