"""Trees are taken apart and rebuilt without loss, and refuse what they cannot do by name and path."""

import copy
import pickle
from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodiff import tree
from autodiff.errors import DifferentiationError, StructureError

Point = namedtuple("Point", ["x", "y"])


class CheckedPoint(Point):
    def __new__(cls, x, y):
        if not isinstance(x, float):
            raise TypeError("x must be a float")
        return super().__new__(cls, x, y)


@dataclass
class Layer:
    weight: Any
    bias: Any
    activation: Any = field(default="tanh", metadata={"static": True})


@dataclass(frozen=True, slots=True)
class Frozen:
    low: Any
    high: Any

    def __post_init__(self):
        if self.low > self.high:
            raise ValueError("low exceeds high")


class Params(list):
    pass


class Options(dict):
    pass


class KeywordsOnly(dict):
    def __init__(self, **items):
        super().__init__(items)


class Interval:
    def __init__(self, low, high, label):
        self.low, self.high, self.label = low, high, label


tree.register(Interval, lambda i: ((i.low, i.high), i.label), lambda label, ends: Interval(*ends, label))

NODES = [
    None,
    (),
    (1.0,),
    [1.0, (2.0, [])],
    {"b": 1.0, "a": {"c": 2.0}},
    {1: 1.0, "a": 2.0},
    OrderedDict(b=1.0, a=2.0),
    Point(1.0, (2.0, None)),
    CheckedPoint(1.0, 2.0),
    Layer([1.0], None, "relu"),
    Frozen(1.0, 2.0),
    Params([1.0, 2.0]),
    Options(a=1.0),
]

trees = st.recursive(
    st.none() | st.floats(allow_nan=False),
    lambda subtrees: (
        st.lists(subtrees, max_size=3)
        | st.lists(subtrees, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2), subtrees, max_size=3)
        | st.builds(Point, subtrees, subtrees)
        | st.builds(Layer, subtrees, subtrees, st.sampled_from(["relu", "tanh"]))
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("node", NODES, ids=repr)
def test_unflatten_restores_what_flatten_took_apart(node):
    leaves, structure = tree.flatten(node)
    rebuilt = tree.unflatten(structure, leaves)
    assert rebuilt == node
    assert type(rebuilt) is type(node)


@given(trees)
def test_any_nesting_survives_the_round_trip(node):
    leaves, structure = tree.flatten(node)
    assert tree.unflatten(structure, leaves) == node
    assert structure.num_leaves == len(leaves) == len(tree.leaves_with_path(node))
    assert tree.structure(node) == structure
    assert hash(tree.structure(node)) == hash(structure)


@given(trees)
def test_paths_lead_to_their_leaves(node):
    for path, leaf in tree.leaves_with_path(node):
        assert eval(f"node{path}", {"node": node}) is leaf


@pytest.mark.parametrize("leaf", [1.0, 3, "text", np.ones(2), np.float32(1), {1, 2}, len, Layer], ids=str)
def test_everything_else_is_a_leaf(leaf):
    leaves, structure = tree.flatten(leaf)
    assert leaves[0] is leaf
    assert repr(structure) == "*"
    assert tree.unflatten(structure, leaves) is leaf


def test_dataclass_that_implements_numpy_protocols_is_a_leaf():
    @dataclass
    class Traced:
        primal: Any

        def __array_function__(self, function, types, args, kwargs):
            return NotImplemented

    assert len(tree.leaves(Traced((1.0, 2.0)))) == 1


def test_dict_leaves_come_in_key_order_and_unsortable_keys_in_insertion_order():
    assert tree.leaves({"b": 2.0, "a": 1.0}) == [1.0, 2.0]
    assert tree.leaves({"b": 2.0, 0: 1.0}) == [2.0, 1.0]


def test_insertion_order_is_part_of_an_ordered_dict():
    assert tree.leaves(OrderedDict(b=2.0, a=1.0)) == [2.0, 1.0]
    assert tree.structure(OrderedDict(a=1.0, b=2.0)) != tree.structure(OrderedDict(b=2.0, a=1.0))


def test_default_dict_keeps_its_factory():
    node = defaultdict(list, b=2.0, a=1.0)
    rebuilt = tree.map(lambda x: 2 * x, node)
    assert type(rebuilt) is defaultdict
    assert rebuilt == {"a": 2.0, "b": 4.0}
    assert rebuilt["missing"] == []


def test_namedtuples_and_dataclasses_are_rebuilt_without_their_constructors():
    assert tree.map(str, CheckedPoint(1.0, 2.0)) == ("1.0", "2.0")
    swapped = tree.map(lambda x: -x, Frozen(1.0, 2.0))
    assert (swapped.low, swapped.high) == (-1.0, -2.0)


def test_static_field_is_a_constant_of_the_structure():
    layer = Layer(1.0, 2.0, "relu")
    assert tree.leaves(layer) == [1.0, 2.0]
    assert tree.map(lambda x: x + 1, layer) == Layer(2.0, 3.0, "relu")
    assert tree.structure(layer) != tree.structure(Layer(1.0, 2.0, "tanh"))


def test_static_array_is_compared_by_value_and_leaves_the_structure_hashable():
    first, same, other = (tree.structure(Layer(0.0, 0.0, np.array(values))) for values in ([1, 2], [1, 2], [1, 3]))
    assert first == same
    assert hash(first) == hash(same)
    assert first != other


def test_registered_class_is_a_node():
    rebuilt = tree.map(lambda x: x + 1, [Interval(0.0, 1.0, "unit")])[0]
    assert isinstance(rebuilt, Interval)
    assert (rebuilt.low, rebuilt.high, rebuilt.label) == (1.0, 2.0, "unit")
    assert repr(tree.structure(Interval(0.0, 1.0, "unit"))) == "Interval(*, *, static='unit')"
    assert tree.leaves_with_path(Interval(0.0, 1.0, "unit")) == [("[0]", 0.0), ("[1]", 1.0)]


def test_class_met_as_a_leaf_can_still_be_registered():
    class Late:
        def __init__(self, value):
            self.value = value

    assert len(tree.leaves(Late((1.0, 2.0)))) == 1
    assert tree.register(Late, lambda late: ([late.value], None), lambda _, children: Late(*children)) is Late
    assert tree.leaves(Late((1.0, 2.0))) == [1.0, 2.0]


@pytest.mark.parametrize("cls", [dict, OrderedDict, type(None), Interval])
def test_registering_a_node_again_is_refused(cls):
    with pytest.raises(StructureError, match=rf"{cls.__name__} is a node already; register a class of your own"):
        tree.register(cls, lambda node: ((), None), lambda static, children: None)


def test_class_that_cannot_be_rebuilt_names_the_remedy():
    with pytest.raises(StructureError, match=r"KeywordsOnly cannot be rebuilt .*tree.register\(KeywordsOnly"):
        tree.map(lambda x: x, KeywordsOnly(a=1.0))


@pytest.mark.parametrize(
    ("node", "text"),
    [
        ({"a": 1.0, "b": (2.0, None)}, "{'a': *, 'b': (*, None)}"),
        ([1.0], "[*]"),
        ((1.0,), "(*,)"),
        ((), "()"),
        (Point(1.0, [2.0]), "Point(x=*, y=[*])"),
        (Layer(1.0, None), "Layer(weight=*, bias=None, activation='tanh')"),
        (Params([1.0]), "Params([*])"),
        (Options(a=1.0), "Options({'a': *})"),
        (defaultdict(int, a=1.0), "defaultdict(int, {'a': *})"),
    ],
    ids=repr,
)
def test_structure_prints_as_the_tree_with_stars(node, text):
    assert repr(tree.structure(node)) == text


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))])
@pytest.mark.parametrize("node", [1.0, None, {"a": (1.0, None), "b": Layer(1.0, 2.0)}], ids=repr)
def test_structure_survives_copy_and_pickle(duplicate, node):
    leaves, structure = tree.flatten(node)
    copied = duplicate(structure)
    assert copied == structure
    assert hash(copied) == hash(structure)
    assert tree.unflatten(copied, leaves) == node


def test_structure_is_unequal_to_what_is_no_structure():
    assert tree.structure(1.0) != 1.0


def test_unflatten_takes_any_iterable_of_leaves():
    assert tree.unflatten(tree.structure((0.0, [0.0])), iter([1.0, 2.0])) == (1.0, [2.0])


@pytest.mark.parametrize("leaves", [[], [1.0], [1.0, 2.0, 3.0]])
def test_wrong_number_of_leaves_is_refused(leaves):
    with pytest.raises(StructureError, match=rf"\(\*, \*\) takes 2 leaves, but {len(leaves)} were given"):
        tree.unflatten(tree.structure((0.0, 0.0)), leaves)


def test_map_combines_several_trees():
    a, b, c = {"x": 1, "y": [2]}, {"x": 10, "y": [20]}, {"y": [200], "x": 100}
    assert tree.map(lambda *row: sum(row), a, b, c) == {"x": 111, "y": [222]}


@pytest.mark.parametrize(
    ("first", "second", "path", "left", "right"),
    [
        ({"l": [Layer(1.0, 2.0)]}, {"l": [Layer(1.0, (2.0,))]}, "['l'][0].bias", "*", "(*,)"),
        ({"a": 1.0}, {"b": 1.0}, "their root", "{'a': *}", "{'b': *}"),
        ((1.0, [2.0, 3.0]), (1.0, [2.0]), "[1]", "[*, *]", "[*]"),
        ([None], [1.0], "[0]", "None", "*"),
        ((1.0,), [1.0], "their root", "(*,)", "[*]"),
        ([Layer(1.0, 2.0, "relu")], [Layer(1.0, 2.0, "tanh")], "[0]", "activation='relu'", "activation='tanh'"),
    ],
    ids=repr,
)
def test_map_names_the_path_and_both_sides_of_the_first_difference(first, second, path, left, right):
    with pytest.raises(StructureError) as caught:
        tree.map(lambda x, y: x, first, second)
    message = str(caught.value)
    assert message.startswith(f"tree 1 and tree 2 differ in structure at {path}: ")
    assert left in message.split("tree 2 has")[0]
    assert right in message.split("tree 2 has")[1]


def test_difference_of_large_trees_is_abbreviated():
    with pytest.raises(StructureError) as caught:
        tree.map(max, dict.fromkeys(range(1000), 1.0), dict.fromkeys(range(1001), 1.0))
    assert len(str(caught.value)) < 700


def test_structure_error_is_a_type_error_and_a_differentiation_error():
    assert issubclass(StructureError, TypeError)
    assert issubclass(StructureError, DifferentiationError)


@pytest.mark.parametrize("wrap", [lambda node: node, lambda node: {"a": [1.0, node]}], ids=["itself", "deeper"])
def test_tree_that_contains_itself_is_refused(wrap):
    node = [1.0, (2.0, 3.0)]
    node.append(wrap(node))
    with pytest.raises(StructureError, match="a list contains itself, so it is not a tree; break the cycle"):
        tree.flatten(node)


def test_shared_subtree_is_no_cycle():
    shared = [1.0]
    assert tree.leaves((shared, shared, {"a": shared})) == [1.0, 1.0, 1.0]


def test_tree_deeper_than_the_recursion_limit_is_not_called_a_cycle():
    node = 1.0
    for _ in range(100_000):
        node = [node]
    with pytest.raises(RecursionError):
        tree.flatten(node)


# --- ravel ------------------------------------------------------------------------------------------------------


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
