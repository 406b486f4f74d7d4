"""Batches of a dataset, epoch after epoch, in an order that a seed tells."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

import numpy as np

from ..errors import ModelError
from .dataset import as_dataset

__all__ = ["DataLoader"]


class DataLoader:
    """The batches of a dataset, as tuples of arrays (batch, ...).

    dataset     or a tuple of arrays; see `as_dataset`
    batch_size  samples in a batch; None for all of them
    shuffle     whether each epoch has an order of its own
    seed        of the orders. That of epoch e is the permutation drawn from (seed, e), so that any epoch can be had
                again, or resumed in its middle, without the ones before
    drop_last   whether to leave out the last batch where it is smaller
    transform   (*batch, rng) → batch, for random changes: its generator is made from (seed, e, number of the batch)
    collate     list of samples → batch, in place of `dataset.take`
    prefetch    how many batches a thread makes ahead; 0 for none

    Iterating gives one epoch, the next time the next; `batches(e)` gives that of a number.

    >>> loader = DataLoader((np.arange(5), np.arange(5) ** 2), batch_size=2, shuffle=False)
    >>> len(loader), [x.tolist() for x, y in loader]
    (3, [[0, 1], [2, 3], [4]])
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 32,
        *,
        shuffle: bool = True,
        seed: int = 0,
        drop_last: bool = False,
        transform: Callable[..., Any] | None = None,
        collate: Callable[[list], Any] | None = None,
        prefetch: int = 0,
    ):
        self.dataset = as_dataset(dataset)
        size = len(self.dataset)
        if not size:
            raise ModelError("the dataset has no samples, so there is nothing to make batches of")
        if batch_size is not None and not (isinstance(batch_size, int | np.integer) and batch_size >= 1):
            raise ModelError(f"batch_size is a whole number that is at least 1, or None, but it is {batch_size!r}")
        if drop_last and batch_size is not None and batch_size > size:
            raise ModelError(
                f"with drop_last there is no batch: {size} samples are fewer than batch_size = {batch_size}; "
                "make batch_size smaller"
            )
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise ModelError(f"seed is a whole number that is at least 0, but it is {seed!r}")
        if prefetch < 0:
            raise ModelError(f"prefetch is a number of batches, at least 0, but it is {prefetch!r}")
        self.batch_size = size if batch_size is None else int(batch_size)
        self.shuffle, self.seed, self.drop_last = shuffle, int(seed), drop_last
        self.transform, self.collate, self.prefetch = transform, collate, prefetch
        self.epoch = 0  # that the next iteration gives

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        size = len(self.dataset)
        return size // self.batch_size if self.drop_last else -(-size // self.batch_size)

    def __iter__(self) -> Iterator[tuple]:
        self.epoch += 1
        return self.batches(self.epoch - 1)

    def order(self, epoch: int) -> np.ndarray:
        """The numbers of the samples in the order of an epoch, shape (n,)."""
        size = len(self.dataset)
        return np.random.default_rng((self.seed, epoch)).permutation(size) if self.shuffle else np.arange(size)

    def batches(self, epoch: int, start: int = 0) -> Generator[tuple, None, None]:
        """The batches of an epoch, from the one of number `start` on."""
        made = self._made(epoch, start)
        return _made_ahead(made, self.prefetch) if self.prefetch else made

    def _made(self, epoch, start):
        order = self.order(epoch)
        for number in range(start, len(self)):
            indices = order[number * self.batch_size : (number + 1) * self.batch_size]
            if self.collate is None:
                batch = self.dataset.take(indices)
            else:
                batch = self.collate([self.dataset[int(index)] for index in indices])
            if self.transform is not None:
                batch = self.transform(*as_batch(batch), np.random.default_rng((self.seed, epoch, number)))
            yield as_batch(batch)

    def __repr__(self):
        return f"DataLoader({self.dataset!r}, {len(self)} batches of {self.batch_size})"


def as_batch(batch: Any) -> tuple:
    """What a function of the user returned as a batch, as a tuple."""
    return batch if isinstance(batch, tuple) else tuple(batch) if isinstance(batch, list) else (batch,)


def _made_ahead(items: Iterable, ahead: int) -> Generator[Any, None, None]:
    """The same items, made by a thread that is up to `ahead` of them in front; it ends with the iteration."""
    ready: deque = deque()
    changed = threading.Condition()
    is_over = False  # on the side of the one who takes

    def put(kind, item):
        with changed:
            changed.wait_for(lambda: is_over or len(ready) < ahead)
            ready.append((kind, item))
            changed.notify_all()
            return not is_over

    def make():
        try:
            for item in items:
                if not put("item", item):
                    return
        except BaseException as error:  # raised again where the batch would have been taken
            put("error", error)
        else:
            put("end", None)

    def take():
        nonlocal is_over
        thread = threading.Thread(target=make, name="batches made ahead", daemon=True)
        thread.start()
        try:
            while True:
                with changed:
                    changed.wait_for(lambda: ready)
                    kind, item = ready.popleft()
                    changed.notify_all()
                if kind == "item":
                    yield item
                elif kind == "error":
                    raise item
                else:
                    return
        finally:
            with changed:
                is_over = True
                changed.notify_all()
            thread.join()

    return take()
