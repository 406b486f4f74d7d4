"""The arithmetic of attention on plain arrays: the weights, and the cotangents, with as few passes as it takes.

With e = exp(scores), s its row sums and u = e v / s, the cotangent c of u gives, with c' = c / s row by row,

    of v:       eᵀ c'
    of scores:  e ∘ (c' vᵀ - rowsum(c' ∘ u))

so that e never has to be divided by s: it is the largest array here. (The second line is the softmax's own cotangent,
w ∘ (C - rowsum(C ∘ w)) for C = c vᵀ, w = e / s; that rowsum(C ∘ w) = rowsum(c ∘ u) is from Dao et al. 2022,
arXiv:2205.14135, appendix B.)
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Held", "pull_back", "weigh"]

UNSHIFTED = 30.0
"""Scores up to this size need no shift by their maximum: exp(±30), its sums and their inverses fit into float32."""


class Held(NamedTuple):
    """What the backward kernel needs."""

    rows: np.ndarray  # queries times scale, (..., groups, heads / groups · T, d)
    e: np.ndarray  # (..., heads, T, S), the exponentials of scores
    inverse: np.ndarray  # (..., heads, T, 1), of their sums

    def weights(self):
        """softmax of the scores."""
        return self.e * self.inverse


def weigh(q: Any, k: Any, v: Any, mask: Any, allowed: Any, kept: Any, scale: float, out: np.ndarray) -> Held:
    """Writes Σ_s α_ts v_s to `out`; see `scaled_dot_product_attention`. allowed: the causal mask (T, S), or None."""
    *lead, heads, T, d = q.shape
    groups, S = k.shape[-3:-1]
    rows = np.multiply(q, q.dtype.type(scale), out=np.empty(q.shape, q.dtype)).reshape(
        *lead, groups, heads // groups * T, d
    )
    scores = np.matmul(rows, np.swapaxes(k, -1, -2)).reshape(*lead, heads, T, S)
    e = _exponentials(scores, mask, allowed)
    total = np.matmul(e, np.ones((S, 1), e.dtype))
    total[total == 0] = 1  # a query that may look nowhere: its weights are zeros
    inverse = np.reciprocal(total, out=total)
    _times(e if kept is None else e * kept, v, out)
    out *= inverse
    return Held(rows, e, inverse)


def pull_back(
    cotangent: Any,
    of_weights: Any,
    u: np.ndarray,
    held: Held,
    k: np.ndarray,
    v: np.ndarray,
    kept: Any,
    scale: float,
    outs: tuple,
    mask_wanted: bool,
) -> Any:
    """Writes the cotangents of q, k and v to `outs`, given those of the result and of the weights (None for zero).

    Returns that of the scores, which is the mask's, where it is wanted.
    """
    rows, e, inverse = held
    *lead, heads, T, S = e.shape
    groups = k.shape[-3]
    stacked = (*lead, groups, heads // groups * T)  # heads that share keys, one below the other
    of_q, of_k, of_v = outs
    c = np.multiply(cotangent, inverse, out=np.empty(cotangent.shape, cotangent.dtype))
    within = np.einsum("...d,...d->...", c, u)[..., np.newaxis]  # (..., heads, T, 1)
    used = e if kept is None else e * kept
    c = c.reshape(*stacked, v.shape[-1])
    np.matmul(np.swapaxes(used.reshape(*stacked, S), -1, -2), c, out=of_v)
    of_scores = np.matmul(c, np.swapaxes(v, -1, -2)).reshape(e.shape)
    if kept is not None:
        of_scores *= kept
    if of_weights is not None:
        more = of_weights * inverse
        within += np.einsum("...s,...s->...", more, e)[..., np.newaxis] * inverse
        of_scores += more
    of_scores -= within
    of_scores *= e
    of_rows = of_scores.reshape(*stacked, S)
    _times(of_scores, k, of_q)
    of_q *= of_q.dtype.type(scale)
    np.matmul(np.swapaxes(of_rows, -1, -2), rows, out=of_k)
    return of_scores if mask_wanted else None


def _times(weights, v, out):
    """out = weights · v, where heads may share v."""
    heads, groups = weights.shape[-3], v.shape[-3]
    if heads == groups:
        np.matmul(weights, v, out=out)
    else:
        *lead, _, T, S = weights.shape
        out[...] = np.matmul(weights.reshape(*lead, groups, heads // groups * T, S), v).reshape(out.shape)


def _exponentials(scores, mask, allowed):
    """exp(scores + mask), in place, up to a factor for each row; 0 where nothing may be looked at."""
    if mask is not None and mask.dtype != bool:
        scores += mask
        mask = None
    if scores.size and -UNSHIFTED <= scores.min() and scores.max() <= UNSHIFTED:
        np.exp(scores, out=scores)
        for part in (mask, allowed):
            if part is not None:
                scores *= part.astype(scores.dtype)
        return scores
    for part in (mask, allowed):
        if part is not None:
            np.copyto(scores, -math.inf, where=~part)
    highest = np.max(scores, axis=-1, keepdims=True, initial=-math.inf)
    highest[highest == -math.inf] = 0
    scores -= highest
    return np.exp(scores, out=scores)
