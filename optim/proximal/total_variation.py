"""Total variation of a signal, with its prox in linear time."""

from __future__ import annotations

from collections import deque

import numpy as np

from .term import Term, as_weight

__all__ = ["TotalVariation"]


class TotalVariation(Term):
    """g(x) = w Σ |xᵢ₊₁ - xᵢ|: it draws signals to be piecewise constant

    The prox is found by dynamic programming. The least cost of the first k entries, as a function of the k-th, has a
    derivative that is piecewise linear and increasing; passing it over a jump clips it to [-w, w]. The places where it
    is clipped are all that has to be remembered to go back.

    Source: Johnson 2013, "A dynamic programming algorithm for the fused lasso and L0-segmentation".

    >>> TotalVariation(1.0).prox(np.array([0.0, 0.0, 10.0, 10.0]))
    array([0.5, 0.5, 9.5, 9.5])
    """

    def __init__(self, weight: float = 1.0):
        self.weight = as_weight(weight, "the weight of TotalVariation")

    def __call__(self, x):
        return self.weight * np.abs(np.diff(np.ravel(x))).sum()

    def prox(self, v, step=1.0):
        from autodiff.tracer import Tracer

        if isinstance(v, Tracer) or isinstance(self.weight, Tracer):
            return self._by_segments(v, step * self.weight)
        w = step * self.weight
        y = np.ravel(v).tolist()
        knots: deque[tuple[float, float, float]] = deque()  # where the line a x + b changes, and by how much
        lower, upper = [], []  # where the derivative is -w and w
        left = right = 0.0  # what the derivative is beyond all knots, before the entry of y joins
        for value in y[:-1]:
            low, a, b = _root(knots, left - value, -w)
            knots.appendleft((low, a, b + w))
            high, a, b = _root_from_right(knots, right - value, w)
            knots.append((high, -a, w - b))
            lower.append(low)
            upper.append(high)
            left, right = -w, w
        x = [_root(knots, left - y[-1], 0.0)[0]]
        for low, high in zip(reversed(lower), reversed(upper), strict=True):
            x.append(min(max(x[-1], low), high))
        return np.array(x[::-1]).reshape(np.shape(v))

    def _by_segments(self, v, w):
        """The same where v or w is traced: where x is constant it is the mean of v there, drawn to its neighbours by w.

        Each jump next to a segment draws it by w over its length, and the segments stay what they are nearby.
        """
        from autodiff import stop_gradient

        x = np.ravel(TotalVariation(stop_gradient(w)).prox(stop_gradient(v)))
        jumps = np.sign(np.diff(x))
        segment = np.concatenate([[0], np.cumsum(jumps != 0)])
        members = (segment == np.arange(segment[-1] + 1)[:, None]).astype(float)  # (segments, n)
        heights = np.concatenate([[0.0], jumps[jumps != 0], [0.0]])
        draw = heights[1:] - heights[:-1]  # -1 for a jump down to the next, or up from the one before
        means = (members @ np.ravel(v) + w * draw) / members.sum(axis=1)
        return means[segment].reshape(np.shape(v))

    def __repr__(self):
        return f"TotalVariation({self.weight!r})"


def _root(knots, intercept, level):
    """Where the derivative reaches the level, and the line there; knots to the left of it are dropped."""
    a, b = 1.0, intercept
    while knots and (level - b) / a > knots[0][0]:
        _, da, db = knots.popleft()
        a, b = a + da, b + db
    return (level - b) / a, a, b


def _root_from_right(knots, intercept, level):
    a, b = 1.0, intercept
    while knots and (level - b) / a < knots[-1][0]:
        _, da, db = knots.pop()
        a, b = a - da, b - db
    return (level - b) / a, a, b
