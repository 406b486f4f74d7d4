"""Datasets: what has a length and gives its samples by number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..errors import ModelError

__all__ = ["ArrayDataset", "Dataset", "MapDataset", "Subset", "as_dataset", "collate"]


class Dataset:
    """The base of all datasets. A subclass defines `__len__`, and `__getitem__` of a number, which gives a sample.

    A sample is a tuple of what the model is trained with, such as (x, y); `names` says what its parts are. Whatever
    else has `__len__` and `__getitem__` serves as a dataset too.

    >>> class Squares(Dataset):
    ...     def __len__(self):
    ...         return 3
    ...     def __getitem__(self, index):
    ...         return index, index**2
    >>> Squares().take([2, 0])
    (array([2, 0]), array([4, 0]))
    """

    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        raise NotImplementedError(f"{type(self).__name__} must define __len__")

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(f"{type(self).__name__} must define __getitem__")

    def take(self, indices: Any) -> tuple:
        """The batch of some samples: a tuple of arrays, whose first axes are as long as `indices`."""
        return collate([self[int(index)] for index in indices])

    def __repr__(self):
        names = f" of {', '.join(self.names)}" if self.names else ""
        return f"{type(self).__name__}({len(self):,} samples{names})"


class ArrayDataset(Dataset):
    """Arrays with one sample in each row: sample i is (x[i], y[i], ...).

    arrays  (n, ...), all of the same n
    names   of the arrays

    Raises ModelError where the arrays have different lengths.

    >>> data = ArrayDataset(np.zeros((6, 2)), np.arange(6), names=("x", "y"))
    >>> data, data[4]
    (ArrayDataset(6 samples of x, y), (array([0., 0.]), np.int64(4)))
    """

    def __init__(self, *arrays: Any, names: Sequence[str] = ()):
        self.arrays = tuple(np.asarray(a) for a in arrays)
        shapes = [a.shape for a in self.arrays]
        if not shapes or any(not shape or shape[0] != shapes[0][:1][0] for shape in shapes):
            raise ModelError(
                f"an ArrayDataset is made of arrays with one row for each sample, but was given the shapes {shapes}; "
                "give all of them the same first axis"
            )
        if names and len(names) != len(shapes):
            raise ModelError(f"there are {len(shapes)} arrays, but {len(names)} names for them; give one for each")
        self.names = tuple(names)

    def __len__(self) -> int:
        return len(self.arrays[0])

    def __getitem__(self, index: int) -> tuple:
        return tuple(a[index] for a in self.arrays)

    def take(self, indices: Any) -> tuple:
        return tuple(a[indices] for a in self.arrays)


class MapDataset(Dataset):
    """A function of each sample of another dataset, computed when it is asked for.

    samples   a dataset, or any sequence
    function  sample → sample; a tuple is passed as it is

    >>> MapDataset([1, 2, 3], lambda n: (n, 10 * n))[1]
    (2, 20)
    """

    def __init__(self, samples: Any, function: Callable[[Any], Any], names: Sequence[str] = ()):
        self.samples, self.function, self.names = samples, function, tuple(names)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> Any:
        return self.function(self.samples[index])


class Subset(Dataset):
    """The samples of a dataset at some places.

    >>> Subset(ArrayDataset(np.arange(10)), [7, 3]).take([0, 1])
    (array([7, 3]),)
    """

    def __init__(self, dataset: Any, indices: Any):
        self.dataset, self.indices = as_dataset(dataset), np.asarray(indices, np.intp)
        self.names = getattr(self.dataset, "names", ())
        if self.indices.size and not 0 <= self.indices.min() <= self.indices.max() < len(self.dataset):
            raise ModelError(
                f"the places of a subset are from 0 to {len(self.dataset) - 1}, but they go "
                f"from {self.indices.min()} to {self.indices.max()}"
            )

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> Any:
        return self.dataset[int(self.indices[index])]

    def take(self, indices: Any) -> tuple:
        return self.dataset.take(self.indices[indices])


def as_dataset(data: Any) -> Any:
    """A dataset of what was given: a dataset, an array, or a tuple of arrays.

    Raises ModelError for anything else.

    >>> as_dataset((np.zeros((6, 2)), np.arange(6)))
    ArrayDataset(6 samples)
    """
    if isinstance(data, Dataset):
        return data
    if isinstance(data, np.ndarray):
        return ArrayDataset(data)
    if isinstance(data, tuple):
        return ArrayDataset(*data)
    if isinstance(data, list) and any(isinstance(sample, np.ndarray) and sample.ndim for sample in data):
        raise ModelError(
            "a list of arrays may be meant as arrays or as samples; give a tuple of arrays (x, y), or "
            "nn.data.MapDataset(samples, lambda sample: sample)"
        )
    if hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, dict | str):
        return MapDataset(data, lambda sample: sample, getattr(data, "names", ()))
    raise ModelError(
        f"data is a tuple of arrays such as (x, y), a dataset (__len__ and __getitem__) or a loader, not a "
        f"{type(data).__name__}"
    )


def collate(samples: Sequence[Any]) -> tuple:
    """The batch of a list of samples: each part stacked along a new first axis.

    Numbers become arrays too; Python floats those of float32. A sample that is no tuple is one of a single part, and
    dicts are stacked by key. Raises ModelError where the shapes of a part differ.

    >>> collate([(np.zeros(2), 1), (np.ones(2), 5)])
    (array([[0., 0.], [1., 1.]]), array([1, 5]))
    """
    rows = [sample if isinstance(sample, tuple) else (sample,) for sample in samples]
    lengths = {len(row) for row in rows}
    if len(lengths) != 1:
        raise ModelError(f"the samples of a batch have different numbers of parts: {sorted(lengths)}")
    return tuple(_stack(parts, f"part {k}") for k, parts in enumerate(zip(*rows, strict=True)))


def _stack(parts, name):
    if isinstance(parts[0], dict):
        return {key: _stack([part[key] for part in parts], f"{name}[{key!r}]") for key in parts[0]}
    if isinstance(parts[0], float) and not isinstance(parts[0], np.generic):
        return np.array(parts, np.float32)
    shapes = {np.shape(part) for part in parts}
    if len(shapes) != 1:
        raise ModelError(
            f"{name} of the samples has the shapes {sorted(shapes)}, which do not stack; give the loader a `collate` "
            "that pads them"
        )
    return np.stack([np.asarray(part) for part in parts])
