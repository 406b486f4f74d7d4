"""Datasets, their parts, and loaders."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodiff import nn
from autodiff.nn.data import ArrayDataset, DataLoader, Dataset, MapDataset, Subset, collate, k_fold, split


def threads():
    return [t for t in threading.enumerate() if t.name == "batches made ahead"]


class Counted(Dataset):
    """Samples that can be counted, one of which may be broken."""

    def __init__(self, size, broken=None):
        self.size, self.broken, self.asked = size, broken, 0

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        self.asked += 1
        if index == self.broken:
            raise KeyError("broken sample")
        return np.float32(index), index


@given(st.integers(1, 40), st.integers(1, 12), st.booleans(), st.booleans(), st.integers(0, 5), st.integers(0, 3))
def test_an_epoch_has_every_sample_once(size, batch_size, shuffle, drop_last, epoch, prefetch):
    if drop_last and batch_size > size:
        return
    loader = DataLoader(np.arange(size), batch_size, shuffle=shuffle, drop_last=drop_last, prefetch=prefetch)
    batches = list(loader.batches(epoch))
    assert len(batches) == len(loader)
    seen = np.concatenate([x for (x,) in batches])
    assert len(set(seen.tolist())) == len(seen) == (size // batch_size * batch_size if drop_last else size)


def test_order_depends_on_seed_and_epoch_only():
    first, second = DataLoader(np.arange(50), seed=3), DataLoader(np.arange(50), seed=3)
    list(first), list(first)
    np.testing.assert_array_equal(first.order(7), second.order(7))
    assert (first.order(7) != first.order(8)).any()
    assert (first.order(7) != DataLoader(np.arange(50), seed=4).order(7)).any()


@pytest.mark.parametrize("prefetch", [0, 2])
def test_an_epoch_resumes_in_its_middle(prefetch):
    def jittered(x, rng):
        return (x + rng.random(x.shape),)

    loader = DataLoader(np.arange(20.0), 3, transform=jittered, prefetch=prefetch)
    whole = list(loader.batches(4))
    for (x,), (y,) in zip(whole[3:], loader.batches(4, start=3), strict=True):
        np.testing.assert_array_equal(x, y)


def test_iterating_gives_one_epoch_after_the_other():
    loader = DataLoader(np.arange(8), 8)
    (a,), (b,) = next(iter(loader)), next(iter(loader))
    np.testing.assert_array_equal(a, loader.order(0))
    np.testing.assert_array_equal(b, loader.order(1))


def test_early_exit_ends_the_thread():
    for _ in DataLoader(np.arange(100), 2, prefetch=3):
        assert threads()
        break
    assert not threads()


def test_a_thread_that_is_not_started_leaves_nothing():
    iter(DataLoader(np.arange(100), 2, prefetch=3))
    assert not threads()


def test_an_error_in_a_sample_is_raised_where_the_batch_is_taken():
    loader = DataLoader(Counted(10, broken=7), 2, shuffle=False, prefetch=2)
    batches = loader.batches(0)
    assert [len(next(batches)[0]) for _ in range(3)] == [2, 2, 2]
    with pytest.raises(KeyError, match="broken sample"):
        next(batches)
    assert not threads()


def test_the_thread_makes_no_more_than_it_is_asked_to():
    data = Counted(100)
    batches = DataLoader(data, 1, shuffle=False, prefetch=2).batches(0)
    next(batches)
    for _ in range(1000):  # let the thread go on, if it would
        if data.asked > 4:
            break
    assert data.asked <= 4  # one taken, two ready, one in hand
    batches.close()


def test_samples_of_a_map_style_dataset_are_stacked():
    x, y = next(iter(DataLoader(Counted(4), None, shuffle=False)))
    assert x.dtype == np.float32 and x.tolist() == y.tolist() == [0, 1, 2, 3]


def test_a_list_of_samples_is_a_dataset():
    x, y = next(iter(DataLoader([(1.0, 2), (3.0, 4)], 2, shuffle=False)))
    assert x.dtype == np.float32 and x.tolist() == [1, 3] and y.tolist() == [2, 4]


def test_dicts_are_stacked_by_key():
    (batch,) = collate([{"a": 1, "b": np.zeros(2)}, {"a": 2, "b": np.ones(2)}])
    assert batch["a"].tolist() == [1, 2] and batch["b"].shape == (2, 2)


def test_a_collate_of_ones_own_may_pad():
    def padded(samples):
        width = max(map(len, samples))
        return np.stack([np.pad(s, (0, width - len(s))) for s in samples])

    (batch,) = next(iter(DataLoader(MapDataset([1, 3], np.ones), 2, collate=padded)))
    assert batch.shape == (2, 3)


def test_names_go_with_subsets():
    data = ArrayDataset(np.arange(4), np.arange(4), names=("x", "y"))
    assert Subset(data, [1, 2]).names == ("x", "y")


@given(st.integers(1, 60), st.lists(st.floats(0.05, 1.0), min_size=1, max_size=4), st.integers(0, 100))
def test_parts_are_disjoint_and_of_the_sizes_asked_for(size, weights, seed):
    fractions = [w / sum(weights) for w in weights]
    parts = split(np.arange(size), fractions, rng=seed)
    assert sorted(np.concatenate([p.indices for p in parts]).tolist()) == list(range(size))
    for part, f in zip(parts, fractions, strict=True):
        assert abs(len(part) - f * size) < 1 + 1e-6


def test_fractions_may_leave_samples_out():
    assert [len(part) for part in split(np.arange(100), (0.2, 0.3), rng=0)] == [20, 30]


@pytest.mark.parametrize("stratify", ["y", 1, "labels"])
def test_a_stratified_split_keeps_the_shares_of_the_labels(stratify):
    labels = np.repeat([0, 1, 2], [60, 30, 10])
    data = ArrayDataset(np.arange(100), labels, names=("x", "y"))
    for part in split(data, (0.8, 0.2), rng=0, stratify=labels if stratify == "labels" else stratify):
        assert np.bincount(labels[part.indices]).tolist() == [len(part) * 6 // 10, len(part) * 3 // 10, len(part) // 10]


@given(st.integers(2, 50), st.integers(2, 10), st.booleans())
def test_every_sample_is_in_one_test_part(size, k, by_label):
    if k > size:
        return
    labels = np.arange(size) % 3 if by_label else None
    folds = list(k_fold(np.arange(size), k, rng=0, stratify=labels))
    assert sorted(np.concatenate([test.indices for _, test in folds]).tolist()) == list(range(size))
    for train, test in folds:
        assert sorted([*train.indices, *test.indices]) == list(range(size))
        if by_label:
            counts = [np.bincount(labels[t.indices], minlength=3) for _, t in folds]
            assert (np.ptp(counts, axis=0) <= 1).all()


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: ArrayDataset(np.zeros(3), np.zeros(4)), r"\(3,\), \(4,\)"),
        (lambda: ArrayDataset(np.zeros(3), names=("a", "b")), "2 names"),
        (lambda: DataLoader(np.zeros(0)), "no samples"),
        (lambda: DataLoader(np.zeros(4), 0), "batch_size"),
        (lambda: DataLoader(np.zeros(4), 8, drop_last=True), "fewer than batch_size"),
        (lambda: DataLoader(np.zeros(4), seed=-1), "seed"),
        (lambda: DataLoader(np.zeros(4), prefetch=-1), "prefetch"),
        (lambda: DataLoader([np.zeros(4), np.zeros(4)]), "tuple of arrays"),
        (lambda: DataLoader({"x": np.zeros(4)}), "not a dict"),
        (lambda: Subset(np.zeros(4), [4]), "from 0 to 3"),
        (lambda: split(np.zeros(4), (0.9, 0.2), rng=0), "sum to at most 1"),
        (lambda: split(np.zeros(4), (0.5,), rng=0, stratify=np.zeros(3)), "4 samples"),
        (lambda: split(np.zeros(4), (0.5,), rng=0, stratify="y"), "no array 'y'"),
        (lambda: k_fold(np.zeros(4), 5, rng=0), "k is 5"),
        (lambda: collate([(1, 2), (1,)]), "numbers of parts"),
        (lambda: collate([np.zeros(1), np.zeros(2)]), "do not stack"),
    ],
)
def test_bad_input_is_refused(make, words):
    with pytest.raises(nn.ModelError, match=words):
        make()
