"""Groups of parameters and masks, by patterns, rules and trees."""

import dataclasses

import numpy as np
import pytest

import autodiff as ad
import optim

MODEL = {
    "layers": [{"weight": np.ones((2, 2)), "bias": np.ones(2)}, {"weight": np.ones((2, 2)), "bias": np.ones(2)}],
    "scale": np.ones(1),
}
ONES = ad.tree.map(np.ones_like, MODEL)


def moved(opt):
    after, state = opt.step(ONES, opt.init(MODEL), MODEL)
    paths = optim.transforms.paths.leaf_paths(state.workspace.layout)
    return {p: 1 - float(leaf.ravel()[0]) for p, leaf in zip(paths, ad.tree.leaves(after), strict=True)}, state


def test_each_leaf_goes_to_the_first_group_whose_pattern_it_matches():
    opt = optim.groups({"*.bias": optim.sgd(0.5), "layers.0.*": optim.sgd(0.25)}, default=optim.freeze())
    found, state = moved(opt)
    assert found == {
        "layers.0.bias": 0.5, "layers.0.weight": 0.25, "layers.1.bias": 0.5, "layers.1.weight": 0.0, "scale": 0.0,
    }  # fmt: skip
    assert list(state.learning_rates) == ["*.bias", "layers.0.*", "default"]
    assert state.learning_rate == 0.5


@pytest.mark.parametrize(
    "where",
    [
        "*.weight",
        lambda path, shape: len(shape) == 2,
        {"layers": [{"weight": True, "bias": False}, {"weight": True, "bias": False}], "scale": False},
    ],
    ids=["pattern", "rule", "tree"],
)
def test_masks_by_pattern_by_rule_and_by_tree_choose_the_same(where):
    masked, _ = moved(optim.chain(optim.masked(optim.add_decayed_weights(1.0), where), optim.sgd(0.25)))
    direct, _ = moved(optim.chain(optim.add_decayed_weights(1.0, where), optim.sgd(0.25)))
    assert masked == direct
    assert {path: value for path, value in masked.items() if value != 0.25} == {
        "layers.0.weight": 0.5, "layers.1.weight": 0.5,
    }  # fmt: skip


def test_paths_inside_a_group_are_those_of_the_whole():
    opt = optim.groups({"layers.*": optim.adamw(0.1, weight_decay=1.0, where="*.weight")}, default=optim.freeze())
    found, _ = moved(opt)
    assert found["layers.0.weight"] == pytest.approx(0.2) and found["layers.0.bias"] == pytest.approx(0.1)


def test_group_of_a_wrapped_method_gets_the_loss_and_its_average():
    def f(x):
        return x["a"].sum() * x["b"].sum() + (x["a"] ** 2).sum()

    start = {"a": np.array([1.0]), "b": np.array([2.0])}
    opt = optim.groups({"a": optim.ema(optim.sam(optim.sgd(0.1), radius=0.5), 0.5)}, default=optim.sgd(0.1))
    after, state = opt.step(ad.grad(f)(start), opt.init(start), start, loss=f)
    np.testing.assert_allclose(after["a"], 1 - 0.1 * (2 + 2 * 1.5))  # b stays while a looks around
    np.testing.assert_allclose(after["b"], 2 - 0.1 * 1)
    after, state = opt.step(ad.tree.map(np.zeros_like, start), state, after, loss=lambda x: (0 * x["a"]).sum())
    np.testing.assert_allclose(opt.eval_params(state, after)["a"], 0.5)


@dataclasses.dataclass
class Layer:
    weight: np.ndarray
    bias: np.ndarray


def test_paths_are_written_with_dots_whatever_the_containers_are():
    tree = {"body": [Layer(np.ones(2), np.ones(1)), (np.ones(1), Layer(np.ones(2), np.ones(1)))]}
    layout = optim.transforms.Workspace(optim.layout.Layout(tree)).layout
    assert optim.transforms.paths.leaf_paths(layout) == [
        "body.0.weight", "body.0.bias", "body.1.0", "body.1.1.weight", "body.1.1.bias",
    ]  # fmt: skip


def test_patterns_and_leaves_without_a_match_are_named():
    with pytest.raises(ValueError, match=r"no parameter matches the pattern '\*.wieght'; there are 'layers.0.bias'"):
        optim.masked(optim.sgd(1.0), "*.wieght").init(MODEL)
    with pytest.raises(ValueError, match=r"no group has the parameters 'layers.0.weight', .*; give a default"):
        optim.groups({"*.bias": optim.sgd(1.0), "scale": optim.sgd(1.0)}).init(MODEL)
    with pytest.raises(ValueError, match="are in groups before it"):
        optim.groups({"*": optim.sgd(1.0), "scale": optim.sgd(1.0)}).init(MODEL)
