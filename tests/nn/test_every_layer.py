"""What holds for every layer: one harness, and the cases of `tests/nn/cases`."""

import copy
import inspect
import pickle

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn
from autodiff.testing import check_grads
from tests.nn.case import all_cases

CASES = all_cases()
ABSTRACT = {"Module"}  # and what is made of others as the user says
CONTAINERS = {"ModuleList", "ModuleDict"}

every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


def flat(out):
    return [np.asarray(leaf) for leaf in ad.tree.leaves(out)]


def weighted(case, rng, dtype):
    """A scalar function of the model and its float inputs, and those."""
    model = case.make(rng, dtype)
    arguments = case.drawn(rng, dtype)
    positions = [k for k, x in enumerate(arguments) if isinstance(x, np.ndarray) and x.dtype.kind == "f"]
    with model.eval_mode():
        results = ad.tree.leaves(model(*arguments, **case.arguments))
    weights = [rng.standard_normal(np.shape(y)).astype(dtype) for y in results]

    def f(model, *floats):
        given = list(arguments)
        for k, x in zip(positions, floats, strict=True):
            given[k] = x
        leaves = ad.tree.leaves(model(*given, **case.arguments))
        parts = [(y * w).sum() for y, w in zip(leaves, weights, strict=True) if y.dtype.kind == "f"]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total

    return f, model, [arguments[k] for k in positions]


def test_every_layer_has_a_case():
    classes = {
        value.__name__
        for value in vars(nn).values()
        if inspect.isclass(value) and issubclass(value, nn.Module) and value.__module__.startswith("autodiff.nn.layers")
    }
    covered = {type(module).__name__ for case in CASES for _, module in case.make(0, np.float32).named_modules()}
    assert classes - covered - ABSTRACT - CONTAINERS == set()


def test_names_of_cases_are_unique():
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@every_case
def test_shape_and_dtype_of_the_result(case, dtype, rng):
    out = case.make(rng, dtype)(*case.drawn(rng, dtype), **case.arguments)
    shapes = case.output if isinstance(case.output, list) else [case.output]
    assert [y.shape for y in flat(out)] == [tuple(shape) for shape in shapes]
    assert all(y.dtype == dtype for y in flat(out) if y.dtype.kind == "f")


@every_case
def test_number_of_parameters(case, rng):
    model = case.make(rng, np.float32)
    assert model.num_parameters == case.parameters == sum(p.size for p in ad.tree.leaves(model))


@every_case
def test_shapes_only_construction_has_the_same_parameters(case, rng):
    shapes = {path: p.shape for path, p in case.make(nn.SHAPES_ONLY, np.float32).named_parameters().items()}
    assert shapes == {path: p.shape for path, p in case.make(rng, np.float32).named_parameters().items()}


@every_case
def test_evaluation_is_repeatable(case, rng):
    model, given = case.make(rng, np.float32).eval(), case.drawn(rng, np.float32)
    for first, second in zip(flat(model(*given, **case.arguments)), flat(model(*given, **case.arguments)), strict=True):
        np.testing.assert_array_equal(first, second)


@every_case
def test_a_saved_state_gives_the_same_results(case, tmp_path):
    model, twin = case.make(np.random.default_rng(0), np.float32), case.make(np.random.default_rng(1), np.float32)
    given = case.drawn(np.random.default_rng(2), np.float32)
    model(*given, **case.arguments)  # so that running statistics move
    twin.load_state_dict(model.state_dict())
    for y, expected in zip(
        flat(twin.eval()(*given, **case.arguments)), flat(model.eval()(*given, **case.arguments)), strict=True
    ):
        np.testing.assert_array_equal(y, expected)


@every_case
def test_copies_and_pickles_compute_the_same(case, rng):
    model, given = case.make(rng, np.float32).eval(), case.drawn(rng, np.float32)
    expected = flat(model(*given, **case.arguments))
    twins = [copy.deepcopy(model)]
    if "lambda" not in repr(model) and "<" not in repr(model):
        twins.append(pickle.loads(pickle.dumps(model)))
    for twin in twins:
        for y, before in zip(flat(twin(*given, **case.arguments)), expected, strict=True):
            np.testing.assert_array_equal(y, before)


@every_case
def test_it_is_rebuilt_from_its_leaves(case, rng):
    model, given = case.make(rng, np.float32).eval(), case.drawn(rng, np.float32)
    leaves, structure = ad.tree.flatten(model)
    twin = ad.tree.unflatten(structure, leaves)
    assert ad.tree.structure(twin) == structure and repr(twin) == repr(model)
    for y, expected in zip(flat(twin(*given, **case.arguments)), flat(model(*given, **case.arguments)), strict=True):
        np.testing.assert_array_equal(y, expected)


@every_case
def test_gradients_have_the_dtype_of_the_parameters(case, rng):
    f, model, floats = weighted(case, rng, np.float32)
    grads = ad.grad(f, argnums=(0, *range(1, 1 + len(floats))))(model, *floats)
    assert {leaf.dtype for leaf in ad.tree.leaves(grads)} <= {np.dtype(np.float32)}


@every_case
def test_derivatives_of_all_orders_in_both_modes(case, rng):
    f, model, floats = weighted(case, rng, np.float64)
    model.eval()
    if not (floats or ad.tree.leaves(model)):
        pytest.skip("nothing to differentiate with respect to")
    check_grads(f, (model, *floats), order=case.order)


@every_case
def test_derivatives_in_training_mode(case, rng):
    f, model, floats = weighted(case, rng, np.float64)
    if case.random or not (floats or ad.tree.leaves(model)):
        pytest.skip("random, or nothing to differentiate with respect to")
    check_grads(f, (model, *floats), order=1)


@every_case
def test_an_empty_batch_gives_an_empty_result(case, rng):
    if not case.batched:
        pytest.skip("has no batch axis, or needs a batch")
    model = case.make(rng, np.float32).eval()
    out = model(*case.drawn(rng, np.float32, batch=0), **case.arguments)
    shapes = case.output if isinstance(case.output, list) else [case.output]
    for y, shape in zip(flat(out), shapes, strict=True):
        assert y.size == 0 and y.ndim == len(shape)


@every_case
def test_it_prints_its_class_and_options(case, rng):
    model = case.make(rng, np.float32)
    assert repr(model).startswith(type(model).__name__ + "(") and "object at" not in repr(model)
