"""Parts of a dataset: for training, validation and test, and the folds of cross-validation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..errors import ModelError
from .dataset import ArrayDataset, Subset, as_dataset

__all__ = ["k_fold", "split"]


def split(dataset: Any, fractions: Sequence[float], rng: Any, stratify: Any = None) -> tuple[Subset, ...]:
    """Disjoint random parts of a dataset, of ⌊f n⌋ or ⌈f n⌉ samples for each fraction f; of n that share a label, with
    `stratify`.

    dataset    or a tuple of arrays
    fractions  positive, with a sum of at most 1
    rng        np.random.Generator or seed
    stratify   labels, shape (n,), or the name or number of the array that has them: each label then has its share of
               each part

    Raises ModelError where the fractions or the labels do not fit.

    >>> [len(part) for part in split(np.arange(10), (0.7, 0.3), rng=0)]
    [7, 3]
    >>> train, test = split((np.arange(6), np.array([0, 0, 0, 0, 1, 1])), (0.5, 0.5), rng=0, stratify=1)
    >>> test.take(slice(None))[1].tolist().count(1)
    1
    """
    dataset = as_dataset(dataset)
    shares = np.asarray(fractions, float)
    if shares.ndim != 1 or not shares.size or (shares <= 0).any() or shares.sum() > 1 + 1e-9:
        raise ModelError(f"fractions are positive and sum to at most 1, but they are {fractions!r}")
    parts: list[list] = [[] for _ in shares]
    rng = np.random.default_rng(rng)
    for group in _groups(dataset, stratify, rng):
        sizes = _sizes(shares * len(group))
        for part, start, size in zip(parts, np.cumsum([0, *sizes]), sizes, strict=False):
            part.append(group[start : start + size])
    return tuple(Subset(dataset, rng.permutation(np.concatenate(part))) for part in parts)


def k_fold(dataset: Any, k: int, rng: Any, stratify: Any = None) -> Iterator[tuple[Subset, Subset]]:
    """The k pairs (training, test) of cross-validation: each sample is in one of the test parts.

    The arguments are those of `split`. Raises ModelError unless 2 ≤ k ≤ n.

    >>> [test.indices.tolist() for _, test in k_fold(np.arange(5), 2, rng=0)]
    [[2, 3, 1], [4, 0]]
    """
    dataset = as_dataset(dataset)
    if not 2 <= k <= len(dataset):
        raise ModelError(f"k-fold needs 2 ≤ k ≤ {len(dataset)}, the number of samples, but k is {k}")
    groups = _groups(dataset, stratify, np.random.default_rng(rng))
    order = np.concatenate(groups)  # dealt like cards, so that every label has its share of every fold
    folds = [order[fold::k] for fold in range(k)]

    def pairs():
        for fold in range(k):
            rest = np.concatenate([other for j, other in enumerate(folds) if j != fold])
            yield Subset(dataset, rest), Subset(dataset, folds[fold])

    return pairs()


def _groups(dataset, stratify, rng):
    """The places of the samples in random order, those of each label apart."""
    n = len(dataset)
    if stratify is None:
        return [rng.permutation(n)]
    labels = _labels(dataset, stratify)
    if labels.shape != (n,):
        raise ModelError(f"stratify needs a label for each of the {n} samples, but was given the shape {labels.shape}")
    return [rng.permutation(np.flatnonzero(labels == label)) for label in np.unique(labels)]


def _labels(dataset, stratify):
    if isinstance(stratify, str):
        if stratify not in dataset.names:
            raise ModelError(f"there is no array {stratify!r} in the dataset; it has {dataset.names or 'no names'}")
        stratify = dataset.names.index(stratify)
    if not isinstance(stratify, int):
        return np.asarray(stratify)
    if isinstance(dataset, ArrayDataset):
        return dataset.arrays[stratify]
    return np.asarray([dataset[i][stratify] for i in range(len(dataset))])


def _sizes(wanted):
    """Whole numbers near `wanted`, whose sum is that of `wanted` rounded: the largest remainders are rounded up."""
    sizes = np.floor(wanted + 1e-9).astype(int)
    left = int(np.floor(wanted.sum() + 0.5)) - sizes.sum()
    sizes[np.argsort(sizes - wanted, kind="stable")[:left]] += 1
    return sizes
