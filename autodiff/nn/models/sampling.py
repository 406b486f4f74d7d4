"""Choosing the next token from a language model's logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ModelError

__all__ = ["next_token_probabilities", "sample_token"]


def next_token_probabilities(
    logits: Any, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> np.ndarray:
    """p = softmax(logits / temperature), cut to the likeliest tokens, and scaled to sum to 1 again.

    logits       (..., vocabulary)
    temperature  above 0; 0 puts all on the likeliest token, the first of them
    top_k        how many tokens to leave; where several are as likely as the last of them, all these
    top_p        the probability that the likeliest tokens that are left reach together; at least one is left

    Returns (..., vocabulary) in float64. Raises ModelError for options out of range. Top-p: Holtzman et al. 2020,
    arXiv:1904.09751.

    >>> next_token_probabilities(np.log([0.5, 0.3, 0.2]), top_p=0.7).round(3)
    array([0.625, 0.375, 0.   ])
    """
    if not temperature >= 0:
        raise ModelError(f"the temperature is 0 or above, not {temperature!r}")
    if top_k is not None and top_k < 1:
        raise ModelError(f"top_k is 1 or above, not {top_k!r}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ModelError(f"top_p is in (0, 1], not {top_p!r}")
    logits = np.asarray(logits, np.float64)
    if temperature == 0:
        return (np.arange(logits.shape[-1]) == np.argmax(logits, axis=-1)[..., None]).astype(np.float64)
    p = np.exp((logits - logits.max(axis=-1, keepdims=True)) / temperature)
    if top_k is not None and top_k < p.shape[-1]:
        p[p < np.partition(p, -top_k, axis=-1)[..., -top_k, None]] = 0
    p /= p.sum(axis=-1, keepdims=True)
    if top_p is not None and top_p < 1:
        order = np.argsort(-p, axis=-1, kind="stable")
        ranked = np.take_along_axis(p, order, axis=-1)
        ranked[np.cumsum(ranked, axis=-1) - ranked >= top_p] = 0  # what comes before suffices
        np.put_along_axis(p, order, ranked, axis=-1)
        p /= p.sum(axis=-1, keepdims=True)
    return p


def sample_token(
    logits: Any, rng: Any, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> np.ndarray:
    """A token for each row of logits (..., vocabulary), drawn with `next_token_probabilities`; an array of ints (...).

    >>> sample_token(np.array([[0.0, 9.0], [9.0, 0.0]]), np.random.default_rng(0), temperature=0)
    array([1, 0])
    """
    p = next_token_probabilities(logits, temperature, top_k, top_p)
    if temperature == 0:
        return np.argmax(p, axis=-1)
    reached = np.cumsum(p, axis=-1)
    drawn = rng.random(p.shape[:-1])[..., None] * reached[..., -1:]
    return (reached <= drawn).sum(axis=-1)
