"""Trees of numbers become vectors and come back with their types, traced or not."""

import numpy as np
import pytest

from autodiff import tree
from autodiff.errors import StructureError


@pytest.mark.parametrize(
    "node",
    [
        {"w": np.arange(6.0).reshape(2, 3), "b": [1.5, np.float64(2.5)]},
        (np.ones(2, np.float32), 0.1),
        [np.ones((2, 0)), 1.0, np.array(3.0)],
        [1, 2],
        [True, np.array([False, True])],
        (np.ones(2, np.uint8), np.ones(2, np.int64)),
        (1.0, 2j, np.ones(2)),
        np.ones((2, 2)),
        3.0,
        np.float32(0.1),
        None,
        [],
    ],
    ids=repr,
)
def test_unravel_restores_values_types_shapes_and_dtypes(node):
    flat, unravel = tree.ravel(node)
    rebuilt = unravel(flat)
    assert flat.ndim == 1
    assert tree.structure(rebuilt) == tree.structure(node)
    for was, now in zip(tree.leaves(node), tree.leaves(rebuilt), strict=True):
        np.testing.assert_array_equal(was, now, strict=True)
        assert type(was) is type(now)


def test_ravel_concatenates_leaves_in_order():
    flat, _ = tree.ravel({"b": np.array([[2.0, 3.0]]), "a": 1.0})
    np.testing.assert_array_equal(flat, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("node", "dtype"),
    [
        ([np.ones(2, np.float32)], np.float32),
        ([np.ones(2, np.float32), 0.1], np.float64),
        ([1, 2], np.int64),
        ([1, 2.0], np.float64),
        ([1.0, 2j], np.complex128),
        ([], np.float64),
    ],
    ids=repr,
)
def test_ravel_takes_the_smallest_dtype_that_holds_every_leaf(node, dtype):
    assert tree.ravel(node)[0].dtype == dtype


def test_integers_are_not_rounded_when_the_vector_holds_floats():
    flat, unravel = tree.ravel([1, np.array([2, 3])])
    first, second = unravel(flat + 0.5)
    assert first == 1.5
    np.testing.assert_array_equal(second, [2.5, 3.5])


def test_boolean_among_integers_comes_back_as_an_integer():
    flat, unravel = tree.ravel([5, True])
    assert unravel(flat + 1) == [6, 2]


def test_real_leaf_beside_a_complex_one_takes_the_real_part():
    _, unravel = tree.ravel([1.0, 2j])
    assert unravel(np.array([3 + 4j, 5 + 6j])) == [3.0, 5 + 6j]


def test_unravelled_arrays_share_no_memory_with_the_vector():
    flat, unravel = tree.ravel([np.ones(3)])
    rebuilt = unravel(flat)[0]
    flat[:] = 7.0
    np.testing.assert_array_equal(rebuilt, np.ones(3))


@pytest.mark.parametrize("leaf", ["text", len, {1.0}, np.array(["a"]), np.array([None]), 2**70], ids=repr)
def test_leaf_that_is_no_number_is_refused_by_path(leaf):
    with pytest.raises(StructureError, match=r"the leaf at \['a'\]\[1\] is a .* not a number"):
        tree.ravel({"a": [1.0, leaf], "b": 2.0})


@pytest.mark.parametrize(
    ("vector", "given"),
    [(np.ones(2), r"one of shape \(2,\)"), (np.ones((3, 1)), r"one of shape \(3, 1\)"), ([1.0, 2.0, 3.0], "a list")],
)
def test_unravel_refuses_what_is_no_vector_of_its_length(vector, given):
    _, unravel = tree.ravel(np.ones(3))
    with pytest.raises(StructureError, match=rf"an array of shape \(3,\), but was given {given}"):
        unravel(vector)


class Recorder:
    """A stand-in for a traced array: it computes only through NumPy's protocol and refuses to become an array."""

    def __init__(self, value, seen):
        self.value, self.seen = value, seen

    shape = property(lambda self: self.value.shape)
    dtype = property(lambda self: self.value.dtype)

    def __array__(self, dtype=None, copy=None):
        raise AssertionError("a traced value was turned into a plain array")

    def __array_function__(self, function, types, args, kwargs):
        self.seen.append(function.__name__)
        plain = tree.map(lambda leaf: leaf.value if isinstance(leaf, Recorder) else leaf, args)
        return Recorder(function(*plain, **kwargs), self.seen)

    def __getitem__(self, index):
        return Recorder(self.value[index], self.seen)

    def astype(self, dtype):
        self.seen.append("astype")
        return Recorder(self.value.astype(dtype), self.seen)


def test_ravel_of_traced_leaves_stays_traced():
    seen = []
    flat, unravel = tree.ravel({"w": Recorder(np.ones((2, 2)), seen), "b": 0.5})
    assert isinstance(flat, Recorder)
    rebuilt = unravel(flat)
    assert isinstance(rebuilt["w"], Recorder)
    assert isinstance(rebuilt["b"], Recorder)
    assert rebuilt["w"].shape == (2, 2)
    assert rebuilt["b"].shape == ()
    assert set(seen) == {"ravel", "concatenate", "reshape"}


def test_unravel_casts_a_traced_vector_only_where_dtypes_differ():
    seen = []
    _, unravel = tree.ravel([np.ones(2, np.float32), 0.5])
    rebuilt = unravel(Recorder(np.ones(3), seen))
    assert rebuilt[0].dtype == np.float32
    assert seen.count("astype") == 1
