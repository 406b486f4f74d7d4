"""Losses of vectors that should be near each other or far apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...errors import InputError
from ...tracer import dtype_of, shape_of, unwrap
from ..errors import ShapeError
from ..functional.activations import relu
from .categorical import cross_entropy
from .reduction import check_signs, matched, reduced

__all__ = ["contrastive", "cosine_embedding", "info_nce", "triplet_margin"]


def _check_vectors(name, *vectors):
    if not shape_of(vectors[0]):
        raise ShapeError.of(name, "vectors (..., D)", (), "give it one vector for each sample")
    for k, other in enumerate(vectors[1:], start=2):
        matched(name, vectors[0], other, f"argument {k}")


def _check_targets(name, target, vectors):
    if shape_of(target) != shape_of(vectors)[:-1]:
        raise ShapeError.of(
            f"{name}'s target",
            f"one for each pair, {shape_of(vectors)[:-1]}",
            shape_of(target),
            "leave the last axis out",
        )


def triplet_margin(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2.0,
    eps: float = 1e-6,
    swap: bool = False,
    reduction: str = "mean",
) -> Any:
    """ℓ = max(0, d(a, p) - d(a, n) + margin) with d(u, v) = ‖u - v + eps‖ₚ.

    anchor, positive, negative  vectors (..., D) of one shape; the positive is of the anchor's kind
    p     order of the norm
    eps   is added to each entry of the difference, as in PyTorch
    swap  takes the smaller of d(a, n) and d(p, n), the harder one

    Sources: Schroff et al. 2015; Balntas et al. 2016 (swap).

    >>> a, n = np.array([[0.0, 0.0]]), np.array([[0.0, 0.5]])
    >>> float(triplet_margin(a, a, n).round(4))
    0.5
    """
    _check_vectors("triplet_margin", anchor, positive, negative)

    def distance(u, v):
        return np.linalg.norm(u - v + eps, ord=p, axis=-1)

    far = distance(anchor, negative)
    if swap:
        far = np.minimum(far, distance(positive, negative))
    return reduced("triplet_margin", relu(distance(anchor, positive) - far + margin), reduction)


def contrastive(input1: Any, input2: Any, target: Any, margin: float = 1.0, reduction: str = "mean") -> Any:
    """ℓ = y d²/2 + (1 - y) max(0, margin - d)²/2 with d = ‖x₁ - x₂‖: y = 1 for what is alike, 0 for what is not.

    input1, input2  vectors (..., D) of one shape
    target          (...,), 0 or 1. (In the paper 0 is alike.)

    Source: Hadsell, Chopra and LeCun 2006, equation 4.

    >>> contrastive(np.array([[3.0, 4.0], [0.0, 0.0]]), np.zeros((2, 2)), np.array([1, 0]), reduction="none").tolist()
    [12.5, 0.5]
    """
    _check_vectors("contrastive", input1, input2)
    _check_targets("contrastive", target, input1)
    if not np.all(np.isin(unwrap(target), (0, 1))):
        raise InputError("contrastive takes targets 1 (alike) and 0 (not alike)")
    difference = input1 - input2
    square = np.sum(difference * difference, axis=-1)
    short = relu(margin - np.linalg.norm(difference, axis=-1))
    return reduced("contrastive", np.where(np.equal(target, 1), square, short * short) / 2, reduction)


def cosine_embedding(input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: str = "mean") -> Any:
    """ℓ = 1 - cos(x₁, x₂) for y = 1, max(0, cos(x₁, x₂) - margin) for y = -1.

    input1, input2  vectors (..., D) of one shape
    target          (...,), -1 or 1

    The squared lengths are enlarged by 1e-12, as in PyTorch, so that a zero vector has cosine 0.

    >>> u = np.array([[1.0, 0.0]])
    >>> float(cosine_embedding(u, 2 * u, np.array([-1])).round(4))
    1.0
    """
    _check_vectors("cosine_embedding", input1, input2)
    _check_targets("cosine_embedding", target, input1)
    check_signs("cosine_embedding", target)
    inner = np.sum(input1 * input2, axis=-1)
    lengths = np.sqrt((np.sum(input1 * input1, axis=-1) + 1e-12) * (np.sum(input2 * input2, axis=-1) + 1e-12))
    cosine = inner / lengths
    losses = np.where(np.greater(target, 0), 1 - cosine, relu(cosine - margin))
    return reduced("cosine_embedding", losses, reduction)


def _unit(x):
    length = np.linalg.norm(x, axis=-1, keepdims=True)
    dtype: Any = dtype_of(x)
    return x / np.maximum(length, float(np.finfo(dtype).tiny) ** 0.5)


def info_nce(
    query: Any,
    positive: Any,
    negatives: Any = None,
    temperature: float = 0.1,
    symmetric: bool = False,
    reduction: str = "mean",
) -> Any:
    """ℓᵢ = -log( exp(qᵢ·kᵢ/τ) / Σⱼ exp(qᵢ·kⱼ/τ) ) of unit vectors q and k: which key belongs to which query.

    query      (N, D), of any length
    positive   (N, D), the key of each query
    negatives  (M, D), further keys; None: the other samples' keys are the negatives, as they always are
    symmetric  the mean of that and of the same with keys and queries exchanged, as in CLIP; without negatives

    Sources: van den Oord et al. 2018; Chen et al. 2020; Radford et al. 2021 (symmetric).

    >>> float(info_nce(np.eye(2), np.eye(2), temperature=1.0).round(4))  # log(1 + 1/e)
    0.3133
    """
    if len(shape_of(query)) != 2:
        raise ShapeError.of("info_nce", "queries (N, D)", shape_of(query), "flatten what is more than a vector each")
    matched("info_nce", query, positive, "positive")
    if negatives is not None and (len(shape_of(negatives)) != 2 or shape_of(negatives)[1] != shape_of(query)[1]):
        raise ShapeError.of(
            "info_nce's negatives", f"keys (M, {shape_of(query)[1]})", shape_of(negatives), "flatten their other axes"
        )
    if not temperature > 0:
        raise InputError(f"info_nce takes a positive temperature, not {temperature}")
    if symmetric and negatives is not None:
        raise InputError("info_nce: negatives are keys without queries, so symmetric=True leaves no place for them")
    q, k = _unit(query), _unit(positive)
    keys = k if negatives is None else np.concatenate([k, _unit(negatives)])
    scores = q @ np.swapaxes(keys, 0, 1) / temperature  # (N, N + M)
    own = np.arange(shape_of(query)[0])
    loss = cross_entropy(scores, own, reduction=reduction)
    if not symmetric:
        return loss
    return (loss + cross_entropy(np.swapaxes(scores, 0, 1), own, reduction=reduction)) / 2
