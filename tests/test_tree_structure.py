"""Structures of trees print, compare and refuse what does not fit, by the path of the first difference."""

import copy
import pickle
from collections import defaultdict

import pytest

from autodiff import tree
from autodiff.errors import DifferentiationError, StructureError
from tests.tree_nodes import Layer, Options, Params, Point


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
