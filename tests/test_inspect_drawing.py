"""The graph of a tape: where its nodes stand, and what the picture says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

import autodiff as ad
from autodiff.errors import InputError
from autodiff.inspect.layering import Waypoint, arrange

POINT = (np.pi / 6, 2.0, 5.0)


def C(t1, t2, t3):
    return np.sin(t1 * t2) + np.exp(t2 + t3) - 2 * t3


def newton(a):
    x = a
    for _ in range(6):
        x = 0.5 * (x + a / x)
    return x


def chain(x, n):
    for _ in range(n):
        x = np.sin(x)
    return x


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


# -- where nodes stand -------------------------------------------------------------------------------------------------


@st.composite
def graphs(draw):
    """Acyclic graphs, as the tuple of the parents of each node."""
    count = draw(st.integers(1, 25))
    return [draw(st.lists(st.integers(0, node - 1), max_size=3, unique=True)) if node else [] for node in range(count)]


def room(item):
    return 0.25 if isinstance(item, Waypoint) else 1.0


@given(graphs())
def test_every_edge_is_a_chain_of_segments_to_the_right(parents):
    layers, _, segments = arrange(parents, room)
    layer = {item: k for k, items in enumerate(layers) for item in items}
    assert sorted(item for item in layer if not isinstance(item, Waypoint)) == list(range(len(parents)))
    assert all(layer[end] == layer[start] + 1 for start, end in segments)
    for node, above in enumerate(parents):
        for parent in above:
            path = [Waypoint(parent, k) for k in range(layer[parent] + 1, layer[node])]
            assert set(zip([parent, *path], [*path, node], strict=True)) <= set(segments)


@given(graphs())
def test_nothing_in_a_layer_overlaps(parents):
    layers, height, _ = arrange(parents, room)
    for layer in layers:
        for lower, upper in zip(layer, layer[1:], strict=False):
            assert height[upper] - height[lower] >= (room(lower) + room(upper)) / 2 - 1e-9
    assert min(height[item] - room(item) / 2 for layer in layers for item in layer) == pytest.approx(0, abs=1e-9)


def test_crossings_that_can_be_avoided_are_avoided():
    # three sources, each with a node of its own, in the opposite order, and all of these with one more
    layers, _, _ = arrange([[], [], [], [2], [1], [0], [3], [4], [5]], room)
    place = {item: k for layer in layers for k, item in enumerate(layer)}
    assert [place[k] for k in (0, 1, 2)] == [place[k] for k in (5, 4, 3)] == [place[k] for k in (8, 7, 6)]


def test_a_chain_is_a_straight_line():
    _, height, _ = arrange([[], [0], [1], [2]], room)
    assert len(set(height.values())) == 1


def test_the_waypoints_of_an_edge_with_room_around_it_are_level():
    layers, height, _ = arrange([[], [0], [1], [2], [3, 0]], room)
    assert len({height[item] for layer in layers for item in layer if isinstance(item, Waypoint)}) == 1


# -- what the picture says ---------------------------------------------------------------------------------------------


def texts(ax):
    return [text.get_text() for text in ax.texts]


def boxes(ax):
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def test_nodes_show_operation_primal_tangent_and_adjoint_and_edges_partial_derivatives():
    said = texts(ad.record(C, *POINT).draw(tangents={"t2": 1.0}))
    assert {"t1", "v3 = t1 * t2", "v4 = sin(v3)", "v6 = exp(v5)", "v9 = v7 - v8"} <= set(said)
    assert said.count("primal") == said.count("tangent") == said.count("adjoint") == 10
    assert "1087.499" in said  # C
    assert said.count("1096.895") == 3  # the tangent of C, that of v7, and the adjoint of t2
    # partial derivatives: of t1 t2 by both, of sin at pi/3, of exp at 7
    assert {"2", "0.5236", "0.5", "1096.6", "-1"} <= set(said)


def test_an_operand_that_occurs_twice_has_one_edge_with_the_whole_partial_derivative():
    ax = ad.record(lambda x: x * x, 3.0).draw()
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == 1 and "6" in texts(ax)


def test_arrays_are_drawn_by_shape_without_partial_derivatives():
    said = texts(ad.record(lambda w, x: np.tanh(w @ x), np.eye(3), np.ones(3)).draw())
    assert "(3, 3): 1 0 ..." in said
    assert len(said) == 4 + 2 * 4  # titles; label and number of each primal


def test_several_results_of_one_operation_come_from_its_operands():
    ax = ad.record(lambda a: np.linalg.svd(a)[1], np.diag([3.0, 2.0])).draw()
    arrows = [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]
    assert len(arrows) == len(boxes(ax)) - 1 == 3


@pytest.mark.parametrize("f, args", [(C, POINT), (newton, (2.0,)), (lambda x: chain(x, 30), (1.0,))])
def test_every_text_of_a_node_is_within_it_and_no_two_nodes_overlap(f, args):
    figure = ad.record(f, *args).draw().figure
    figure.set_dpi(100)
    figure.draw_without_rendering()
    (ax,) = figure.axes
    extents = [box.get_window_extent() for box in boxes(ax)]
    assert not any(a.overlaps(b) for k, a in enumerate(extents) for b in extents[:k])
    whole = figure.bbox
    for text in ax.texts:
        extent = text.get_window_extent()
        assert whole.x0 <= extent.x0 and extent.x1 <= whole.x1 and whole.y0 <= extent.y0 and extent.y1 <= whole.y1
        touched = [box for box in extents if box.overlaps(extent)]
        for box in touched:
            assert box.x0 <= extent.x0 + 1 and extent.x1 - 1 <= box.x1, text.get_text()


def test_a_long_graph_is_folded_and_what_is_cut_is_named_at_both_ends():
    ax = ad.record(newton, 2.0).draw()
    width, height = ax.figure.get_size_inches()
    assert width <= 16
    said = texts(ax)
    assert said.count("a") == 1 + 2 * 2  # the variable, and its edge cut twice
    assert len(boxes(ax)) == 19


def test_a_graph_is_fitted_into_the_axes_that_are_given():
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4))
    assert ad.record(C, *POINT).draw(left) is left
    figure.draw_without_rendering()
    assert not right.texts
    inside = left.get_window_extent()
    for text in left.texts:
        extent = text.get_window_extent()
        assert inside.x0 - 1 <= extent.x0 and extent.x1 <= inside.x1 + 1


def test_large_graphs_show_only_operations():
    ax = ad.record(lambda x: chain(x, 100), 1.0).draw()
    assert len(boxes(ax)) == 101
    assert "primal" not in texts(ax)


def test_a_name_with_a_dollar_sign_is_not_a_formula():
    tape = ad.Tape()
    tape.variable(1.0, "price in $") * tape.variable(2.0, "$_{")
    tape.draw().figure.draw_without_rendering()


def test_graphs_that_cannot_be_read_are_refused_by_number():
    with pytest.raises(InputError, match="401 records.*300"):
        ad.record(lambda x: chain(x, 400), 1.0).draw()
    with pytest.raises(InputError, match="empty"):
        ad.Tape().draw()
