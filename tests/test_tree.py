"""Trees are taken apart and rebuilt without loss, and refuse what they cannot do by name and path."""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodiff import tree
from autodiff.errors import StructureError
from tests.tree_nodes import NODES, CheckedPoint, Frozen, Interval, KeywordsOnly, Layer, Point

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
