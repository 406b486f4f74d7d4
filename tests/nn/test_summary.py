"""The pass over shapes, and the table made from it."""

import tracemalloc

import numpy as np
import pytest

from autodiff import nn
from autodiff.nn.shapes import shape_pass
from tests.nn.case import all_cases

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_shapes_and_dtypes_are_those_of_a_real_pass(case, rng):
    import autodiff as ad

    given = case.drawn(rng, np.float32)
    model = case.make(rng, np.float32).eval()
    expected = ad.tree.leaves(model(*given, **case.arguments))
    inputs = [x.shape if getattr(x, "dtype", None) == np.float32 else x for x in given]
    if not any(isinstance(x, tuple) for x in inputs):
        pytest.skip("takes indices only")
    out, _ = shape_pass(lambda *args: model(*args, **case.arguments), *inputs)
    assert [(y.shape, y.dtype) for y in ad.tree.leaves(out)] == [(y.shape, y.dtype) for y in expected]


def test_a_model_larger_than_memory_is_counted():
    tracemalloc.start()
    model = nn.Sequential(*(nn.Linear(100_000, 100_000, rng=nn.SHAPES_ONLY) for _ in range(10)), nn.ReLU())
    found = nn.summary(model, (8, 100_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.parameters == 10 * (10**10 + 10**5) and found.macs == 8 * 10**11
    assert found.output == (8, 100_000) and peak < 10e6


def test_products_are_counted():
    w = np.ones((3, 4), np.float32)
    assert shape_pass(lambda x: x @ w, (2, 3))[1] == 2 * 3 * 4
    assert shape_pass(lambda x: np.einsum("bi,ij->bj", x, w), (2, 3))[1] == 2 * 3 * 4
    assert shape_pass(lambda x: x * 2 + 1, (2, 3))[1] == 0


def test_tokens_count_by_their_shape():
    model = nn.models.GPT(nn.models.GPTConfig(vocabulary=11, context=8, layers=1, heads=1, width=4), rng=0)
    by_shape, by_array = nn.summary(model, ((2, 6), int)), nn.summary(model, np.zeros((2, 6), int))
    assert str(by_shape) == str(by_array) and by_shape.macs > 2 * 6 * 12 * 4 * 4


def test_a_shape_without_a_batch_is_looked_at_with_one_sample():
    model = nn.models.lenet5(rng=0)
    assert str(nn.summary(model, (1, 28, 28))) == str(nn.summary(model, (1, 1, 28, 28)))
    with pytest.raises(nn.ShapeError, match=r"\(28, 28\)"):
        nn.summary(model, (28, 28))


def test_rows_of_a_nested_model_add_up():
    model = nn.Sequential(nn.Linear(3, 4, rng=0), nn.Skip(nn.Sequential(nn.Linear(4, 4, rng=0), nn.ReLU())))
    found = nn.summary(model, (5, 3))
    leaves = [row for row in found.rows if row.is_leaf]
    assert sum(row.own_parameters for row in found.rows) == found.parameters == 16 + 20
    assert sum(row.macs for row in leaves) == found.macs == 5 * (12 + 16)
    assert found.activation_memory == 3 * 5 * 4 * 4
    assert [row.path for row in found.rows] == ["", "0", "1", "1.layer", "1.layer.0", "1.layer.1"]


def test_a_layer_that_is_called_twice_is_told_apart():
    class Twice(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(3, 3, rng=0)

        def forward(self, x):
            return self.layer(self.layer(x))

    found = nn.summary(Twice(), (5, 3))
    assert "×2" in str(found) and found.parameters == 12 and found.macs == 2 * 45


def test_wrong_shapes_are_found_without_numbers():
    with pytest.raises(nn.ShapeError, match=r"1 = Linear\(5, 2\)"):
        nn.summary(nn.Sequential(nn.Linear(3, 4, rng=0), nn.Linear(5, 2, rng=0)), (1, 3))


def test_frozen_parameters_are_counted_apart():
    found = nn.summary(nn.Sequential(nn.Linear(3, 4, rng=0)).freeze("*.bias"), (1, 3))
    assert (found.parameters, found.trainable) == (16, 12) and "4 of them frozen" in str(found)
