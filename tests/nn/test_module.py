"""Modules as trees, their modes, their errors, and how they print."""

import copy

import numpy as np
import pytest

import autodiff as ad
import optim
from autodiff import nn


class Net(nn.Module):
    """A parameter, a buffer, modules as attribute, in a list, a tuple and a dict, and constants."""

    def __init__(self, rng=0):
        rng = np.random.default_rng(rng)
        self.first = nn.Linear(3, 4, rng=rng, dtype=np.float64)
        self.scale = rng.standard_normal(4)
        self.mean = nn.Buffer(np.zeros(4))
        self.blocks = [nn.Linear(4, 4, rng=rng, dtype=np.float64), nn.ReLU()]
        self.pair = (nn.Linear(4, 2, rng=rng, dtype=np.float64), "a constant")
        self.heads = {"b": nn.Linear(2, 1, rng=rng, dtype=np.float64), "a": nn.Linear(2, 1, rng=rng, dtype=np.float64)}
        self.width = 4
        self.kernel = (3, 3)

    def forward(self, x):
        x = self.first(x) * self.scale
        self.mean[...] = ad.stop_gradient(x).mean(axis=0)
        for block in self.blocks:
            x = block(x)
        x = self.pair[0](x)
        return self.heads["a"](x) - self.heads["b"](x)


class Pair(Net):
    """The same, without the constant in the tuple."""

    def __init__(self, rng=0):
        super().__init__(rng)
        self.pair = (self.pair[0],)


X = np.random.default_rng(7).standard_normal((5, 3))
PATHS = """
    first.weight first.bias scale blocks.0.weight blocks.0.bias pair.0.weight pair.0.bias
    heads.b.weight heads.b.bias heads.a.weight heads.a.bias
""".split()


def loss(model):
    return (model(X) ** 2).sum()


def test_parameters_are_named_by_their_place():
    assert list(Pair().named_parameters()) == PATHS


def test_gradients_are_a_model_of_the_same_class():
    model = Pair()
    grads = ad.grad(loss)(model)
    assert isinstance(grads, Pair) and set(grads.named_parameters()) == set(PATHS)
    step = 1e-6
    moved = copy.deepcopy(model)
    moved.scale[2] += step
    assert grads.scale[2] == pytest.approx((loss(moved) - loss(model)) / step, rel=1e-4)


def test_a_subclass_of_a_model_is_a_tree_of_its_own():
    assert ad.tree.structure(Pair()).cls is Pair


def test_buffers_are_shared_with_the_model_that_is_differentiated():
    model = Pair()
    ad.grad(loss)(model)
    np.testing.assert_allclose(model.mean, (model.first(X) * model.scale).mean(axis=0))


def test_a_buffer_that_moved_does_not_change_the_structure():
    model = Pair()
    opt = optim.adam(1e-2)
    state = opt.init(model)
    before = loss(model)
    for _ in range(20):
        model, state = opt.step(ad.grad(loss)(model), state, model)
    assert loss(model) < before


def test_any_leaf_can_stand_in_a_rebuilt_model():
    model = Pair()
    sizes = ad.tree.map(np.size, model)
    assert sizes.first.weight == 12 and ad.tree.structure(sizes) == ad.tree.structure(model)
    assert repr(sizes).startswith("Pair(")


def test_another_option_is_another_structure():
    model, other = Pair(), Pair()
    other.width = 5
    with pytest.raises(ad.errors.StructureError):
        ad.tree.map(lambda a, b: a, model, other)


def test_setting_an_attribute_of_a_rebuilt_model_is_seen_by_the_tree():
    model = ad.tree.map(lambda leaf: leaf, Pair())
    model.extra = np.ones(2)
    del model.heads
    assert [path for path in model.named_parameters() if "heads" in path or path == "extra"] == ["extra"]
    assert len(ad.tree.leaves(model)) == len(model.named_parameters())


def test_a_container_may_hold_no_constants():
    with pytest.raises(ad.errors.InputError, match="constant"):
        ad.grad(lambda model: 0.0 * model.scale.sum())(Net())


def test_paths_of_leaves_are_those_of_pytorch_to_optimizers():
    model = nn.Sequential(nn.Linear(2, 2, rng=0), nn.Linear(2, 1, rng=0))
    opt = optim.masked(optim.sgd(1.0), "0.*")
    params, _ = opt.step(ad.tree.map(np.ones_like, model), opt.init(model), model)
    np.testing.assert_array_equal(params[0].bias, model[0].bias - 1)


def test_frozen_parameters_are_not_in_the_tree_but_are_saved():
    model = Pair().freeze("first.*").freeze("heads.a.bias")
    grads = ad.grad(loss)(model)
    assert set(PATHS) - set(grads.named_parameters()) == {"first.weight", "first.bias", "heads.a.bias"}
    assert set(model.state_dict()) == {*PATHS, "mean"}
    assert model.num_parameters == Pair().num_parameters
    np.testing.assert_array_equal(grads.first.weight, model.first.weight)


def test_unfreezing_restores_the_tree():
    model = Pair()
    before = ad.tree.structure(model)
    assert ad.tree.structure(model.freeze().unfreeze()) == before


def test_freezing_by_a_pattern_that_matches_nothing_is_an_error():
    with pytest.raises(nn.ModelError, match="no parameter matches 'second"):
        Pair().freeze("second.*")


def test_modes_reach_every_module():
    model = Pair().eval()
    assert not any(module.training for _, module in model.named_modules())
    with model.train().eval_mode():
        assert not model.blocks[1].training
    assert model.blocks[1].training


def test_evaluation_mode_ends_with_its_block_whatever_happens():
    model = Pair()
    model.blocks[0].training = False
    with pytest.raises(ZeroDivisionError), model.eval_mode():
        _ = 1 / 0
    assert model.training and not model.blocks[0].training


def test_the_mode_is_no_part_of_the_structure():
    assert ad.tree.structure(Pair().eval()) == ad.tree.structure(Pair())


def test_one_array_in_two_places_is_refused():
    model = Pair()
    model.tied = model.first.weight
    with pytest.raises(nn.ModelError, match="first.weight and tied are one array"):
        model.named_parameters()


# -- errors ------------------------------------------------------------------------------------------------------------


def test_an_error_of_shape_starts_with_the_path_of_the_layer():
    model = nn.Sequential(nn.Linear(3, 4, rng=0), nn.Sequential(nn.ReLU(), nn.Linear(5, 2, rng=0)))
    with pytest.raises(nn.ShapeError) as caught:
        model(np.zeros((2, 3), np.float32))
    assert str(caught.value).startswith(
        "1.1 = Linear(5, 2): linear takes (..., 5), but was given an array of shape (2, 4)"
    )


def test_other_errors_are_told_where_they_come_from():
    def broken(x):
        raise ZeroDivisionError("broken")

    with pytest.raises(ZeroDivisionError) as caught:
        nn.Sequential(nn.ReLU(), nn.Skip(nn.Lambda(broken)))(np.zeros((2, 3)))
    assert caught.value.__notes__ == [
        "in Lambda(broken), given (2, 3)",
        "  which is layer of Skip",
        "  which is 1 of Sequential",
    ]


def test_a_module_without_forward_says_so():
    class Empty(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match="Empty must define forward"):
        Empty()(1.0)


def test_rng_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="rng is a numpy.random.Generator or a seed"):
        nn.Linear(2, 2, rng="0")


# -- random numbers ----------------------------------------------------------------------------------------------------


def test_a_seed_gives_the_same_model_again():
    np.testing.assert_array_equal(nn.Linear(3, 2, rng=5).weight, nn.Linear(3, 2, rng=5).weight)


def test_layers_of_one_generator_differ():
    rng = np.random.default_rng(0)
    assert not np.array_equal(nn.Linear(3, 2, rng=rng).weight, nn.Linear(3, 2, rng=rng).weight)


def test_what_one_layer_draws_does_not_shift_the_next():
    first, second = np.random.default_rng(0), np.random.default_rng(0)
    nn.Linear(3, 2, rng=first)
    nn.Linear(300, 20, rng=second)
    np.testing.assert_array_equal(nn.Linear(4, 2, rng=first).weight, nn.Linear(4, 2, rng=second).weight)


# -- printing ----------------------------------------------------------------------------------------------------------


def test_a_model_prints_nested_with_its_counts():
    model = nn.Sequential(nn.Linear(3, 4, rng=0), nn.Skip(nn.Linear(4, 4, rng=0))).freeze("0.bias")
    assert repr(model).splitlines() == [
        "Sequential(",
        "  0: Linear(3, 4)        # 16",
        "  1: Skip(",
        "    layer: Linear(4, 4)  # 20",
        "  )",
        ")",
        "36 parameters, 4 of them frozen",
    ]


# -- how models train by other optimizers ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["bfgs", "lbfgs", "newton_cg", "trust_exact"])
def test_any_minimizer_takes_a_model(method):
    rng = np.random.default_rng(0)
    model = nn.Sequential(
        nn.Linear(1, 2, rng=rng, dtype=np.float64), nn.Lambda(np.tanh), nn.Linear(2, 1, rng=rng, dtype=np.float64)
    )
    x = np.linspace(-1, 1, 5)[:, None]
    res = optim.minimize(lambda m: ((m(x) - x**2) ** 2).mean(), model, method, max_iter=60)
    assert isinstance(res.x, nn.Sequential) and res.fun < 1e-2


def test_a_buffer_of_integers_may_count_without_changing_the_structure():
    class Counting(nn.Module):
        def __init__(self):
            self.weight, self.seen = np.ones(2), nn.Buffer(np.array(0))

    model = Counting()
    before = ad.tree.structure(model)
    model.seen += 1
    assert ad.tree.structure(model) == before
