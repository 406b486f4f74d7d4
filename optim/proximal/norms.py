"""Norms as terms: they draw solutions to zero, entry by entry, group by group, or as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .balls import L1Ball
from .term import InvalidTermError, Term, as_weight

__all__ = ["ElasticNet", "GroupL1", "L1", "L2", "LInf", "SquaredL2", "soft_threshold"]


def soft_threshold(v: np.ndarray, threshold: float | np.ndarray) -> np.ndarray:
    """sign(v) · max(|v| - threshold, 0)

    >>> soft_threshold(np.array([3.0, -0.5]), 1.0)
    array([ 2., -0.])
    """
    return np.sign(v) * np.maximum(np.abs(v) - threshold, 0.0)


class L1(Term):
    """g(x) = Σ wᵢ |xᵢ|,  prox = soft thresholding by t w

    weight  w, a number or an array like x

    Source: Parikh and Boyd 2014, section 6.5.2.

    >>> L1(2.0).prox(np.array([5.0, -1.0]), step=0.5)
    array([ 4., -0.])
    """

    is_separable = True

    def __init__(self, weight=1.0):
        self.weight = as_weight(weight, "the weight of L1")

    def __call__(self, x):
        return (self.weight * np.abs(x)).sum()

    def prox(self, v, step=1.0):
        return soft_threshold(v, step * self.weight)

    def entry(self, i):
        return self if np.ndim(self.weight) == 0 else L1(np.ravel(self.weight)[i])

    def __repr__(self):
        return f"L1({self.weight!r})"


class SquaredL2(Term):
    """g(x) = ½ w ‖x‖²,  prox = v / (1 + t w)

    Source: Parikh and Boyd 2014, section 6.1.1.

    >>> SquaredL2(1.0).prox(np.array([4.0]))
    array([2.])
    """

    is_separable = True

    def __init__(self, weight=1.0):
        self.weight = as_weight(weight, "the weight of SquaredL2")

    def __call__(self, x):
        return 0.5 * (self.weight * x * x).sum()

    def prox(self, v, step=1.0):
        return v / (1 + step * self.weight)

    def entry(self, i):
        return self if np.ndim(self.weight) == 0 else SquaredL2(np.ravel(self.weight)[i])

    def __repr__(self):
        return f"SquaredL2({self.weight!r})"


class ElasticNet(Term):
    """g(x) = w₁ ‖x‖₁ + ½ w₂ ‖x‖²,  prox = soft thresholding by t w₁, divided by 1 + t w₂

    Source: Zou and Hastie 2005; Parikh and Boyd 2014, section 6.5.3.

    >>> ElasticNet(1.0, 1.0).prox(np.array([5.0, 0.5]))
    array([2., 0.])
    """

    is_separable = True

    def __init__(self, l1: Any = 1.0, squared: Any = 1.0):
        self.l1 = as_weight(l1, "the l1 weight of ElasticNet")
        self.squared = as_weight(squared, "the squared weight of ElasticNet")

    def __call__(self, x):
        return (self.l1 * np.abs(x) + 0.5 * self.squared * x * x).sum()

    def prox(self, v, step=1.0):
        return soft_threshold(v, step * self.l1) / (1 + step * self.squared)

    def entry(self, i):
        l1, squared = (w if np.ndim(w) == 0 else np.ravel(w)[i] for w in (self.l1, self.squared))
        return ElasticNet(l1, squared)

    def __repr__(self):
        return f"ElasticNet({self.l1!r}, {self.squared!r})"


class L2(Term):
    """g(x) = w ‖x‖₂,  prox = max(1 - t w / ‖v‖, 0) v: all of x, or nothing

    Source: Parikh and Boyd 2014, section 6.5.1.

    >>> L2(1.0).prox(np.array([3.0, 4.0])).round(2)
    array([2.4, 3.2])
    """

    def __init__(self, weight: float = 1.0):
        self.weight = as_weight(weight, "the weight of L2")

    def __call__(self, x):
        return self.weight * np.linalg.norm(np.ravel(x))

    def prox(self, v, step=1.0):
        return v * _shrinkage(v, step * self.weight)

    def __repr__(self):
        return f"L2({self.weight!r})"


class GroupL1(Term):
    """g(x) = Σ_G w_G ‖x_G‖₂, over groups of entries that do not overlap: a group is zero as a whole, or not at all

    groups  sequences of indices into the flattened x; entries in no group are free
    weight  w, a number, or one for each group; √|G| is usual where the groups differ in size

    Source: Yuan and Lin 2006; Parikh and Boyd 2014, section 6.5.4.

    >>> GroupL1([[0, 1], [2]]).prox(np.array([3.0, 4.0, 0.5])).round(2)
    array([2.4, 3.2, 0. ])
    """

    def __init__(self, groups: Sequence[Sequence[int]], weight=1.0):
        self.groups = [np.asarray(group, int) for group in groups]
        self.weights = np.broadcast_to(as_weight(weight, "the weight of GroupL1"), (len(self.groups),))
        members = np.concatenate(self.groups) if self.groups else np.empty(0, int)
        if len(np.unique(members)) < len(members):
            raise InvalidTermError("an entry is in two groups of GroupL1; groups must not overlap")

    def __call__(self, x):
        flat = np.ravel(x)
        return sum(self.weights[k] * np.linalg.norm(flat[group]) for k, group in enumerate(self.groups))

    def prox(self, v, step=1.0):
        flat = np.ravel(v)
        factors, group_of = [1.0], np.zeros(flat.size, int)  # the first is for entries in no group
        for k, group in enumerate(self.groups):
            factors.append(_shrinkage(flat[group], step * self.weights[k]))
            group_of[group] = k + 1
        return (flat * np.stack(factors)[group_of]).reshape(np.shape(v))

    def __repr__(self):
        return f"GroupL1({len(self.groups)} groups)"


class LInf(Term):
    """g(x) = w ‖x‖∞,  prox = v - P(v) with the projection on the l1 ball of radius t w: the peaks are levelled

    Source: Parikh and Boyd 2014, section 6.5.2, by Moreau's decomposition.

    >>> LInf(1.0).prox(np.array([3.0, 1.0]))
    array([2., 1.])
    """

    def __init__(self, weight: float = 1.0):
        self.weight = as_weight(weight, "the weight of LInf")

    def __call__(self, x):
        return self.weight * np.abs(x).max() if np.size(x) else 0.0

    def prox(self, v, step=1.0):
        return v - L1Ball(step * self.weight).project(v)

    def __repr__(self):
        return f"LInf({self.weight!r})"


def _shrinkage(v, threshold):
    """max(1 - threshold / ‖v‖, 0)"""
    norm = np.sqrt((v * v).sum())
    return 1 - threshold / norm if norm > threshold else 0.0
