"""What models must not lose, and containers."""

import numpy as np
import pytest

import autodiff as ad
import optim
from autodiff import nn

# -- what a tree of arrays must not lose -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda model: ad.grad(lambda m: m(np.ones((2, 3), np.float32)).sum())(model),
        lambda model: ad.jvp(lambda m: m(np.ones((2, 3), np.float32)), (model,), (model,)),
        lambda model: ad.grad(lambda m, _: m(np.ones((2, 3), np.float32)).sum())(model, 1.0),
        lambda model: ad.grad(lambda pair: pair["m"](np.ones((2, 3), np.float32)).sum())({"m": model}),
        lambda model: ad.tree.ravel(model),
    ],
    ids=["grad", "jvp", "grad of two arguments", "grad of a dict", "ravel"],
)
def test_a_module_that_is_in_two_places_is_not_differentiated_as_if_it_were_two(use):
    layer = nn.Linear(3, 3, rng=0)
    with pytest.raises(nn.ModelError, match=r"0\.weight and 2\.weight are one array"):
        use(nn.Sequential(layer, nn.ReLU(), layer))


def test_trees_of_users_may_have_one_array_in_two_places():
    w = np.ones(2)
    grads = ad.grad(lambda p: (p["a"] * p["b"] * np.array([1.0, 2.0])).sum())({"a": w, "b": w})
    assert grads["a"].tolist() == [1, 2]


def test_a_parameter_without_axes_stays_one_under_arithmetic():
    class Scaled(nn.Module):
        def __init__(self):
            self.scale, self.rates = np.array(2.0), [np.array(1.0), (np.array(1.0),)]

    model = ad.tree.map(lambda p: p - 0.5 * p, Scaled())
    model.name = "any attribute, after which the parameters are looked up again"
    assert {path: float(p) for path, p in model.named_parameters().items()} == {
        "scale": 1.0,
        "rates.0": 0.5,
        "rates.1.0": 0.5,
    }


class Remembering(nn.Module):
    """Sets something in forward."""

    def __init__(self, remember):
        self.layer, self.mean, self.last = nn.Linear(3, 3, rng=0), nn.Buffer(np.zeros(3, np.float32)), None
        self.remember = remember

    def forward(self, x):
        y = self.layer(x)
        self.remember(self, y)
        return y


@pytest.mark.parametrize(
    "remember",
    [
        lambda m, y: setattr(m, "last", y),
        lambda m, y: setattr(m, "history", [y]),
        lambda m, y: setattr(m, "mean", 0.9 * m.mean + 0.1 * ad.stop_gradient(y).mean(axis=0)),
        lambda m, y: setattr(m, "head", nn.Linear(3, 1, rng=0)),
        lambda m, y: setattr(m, "mean", nn.Buffer(np.zeros(3))),
    ],
    ids=["an activation", "a list of activations", "a buffer in place of another", "a layer", "a new buffer"],
)
@pytest.mark.parametrize("differentiated", [False, True])
def test_forward_sets_no_arrays(remember, differentiated):
    model, x = Remembering(remember), np.ones((2, 3), np.float32)
    with pytest.raises(nn.ModelError, match=r"forward of Remembering sets self\.\w+"):
        ad.grad(lambda m: m(x).sum())(model) if differentiated else model(x)
    model.extra = np.ones(2)  # outside of forward it may be set
    assert "extra" in model.named_parameters()


def test_forward_may_set_what_is_no_array_and_write_to_buffers():
    def remember(model, y):
        model.calls = getattr(model, "calls", 0) + 1
        model.mean += ad.stop_gradient(y).mean(axis=0)

    model = Remembering(remember)
    y = model(np.ones((2, 3), np.float32))
    assert model.calls == 1 and np.allclose(model.mean, y.mean(axis=0))


# -- containers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [nn.Sequential, nn.ModuleList])
def test_lists_of_modules_change_as_lists_do(cls):
    first, second, third, fourth = (nn.Linear(2, 2, rng=seed) for seed in range(4))
    layers = cls(first)
    layers.append(second)
    layers.insert(0, third)
    layers.extend([np.tanh, fourth])
    assert list(layers) == [third, first, second, np.tanh, fourth]
    layers[3] = nn.ReLU()
    del layers[0]
    assert list(layers.named_parameters()) == ["0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"]
    with pytest.raises(nn.ModelError, match="number 1 is 3"):
        layers[1] = 3


def test_a_list_of_layers_in_the_place_of_layers_is_refused_with_the_remedy():
    with pytest.raises(nn.ModelError, match=r"unpack it: Sequential\(\*layers\)"):
        nn.Sequential([nn.ReLU(), nn.ReLU()])


def test_dicts_of_modules_change_as_dicts_do():
    heads = nn.ModuleDict({"a": nn.Linear(2, 2, rng=0)})
    heads["b"] = nn.ReLU()
    assert list(heads.keys()) == ["a", "b"] and "b" in heads and len(list(heads.values())) == 2
    del heads["a"]
    assert not heads.named_parameters()


def test_lists_and_dicts_of_modules_do_not_compute():
    with pytest.raises(nn.ModelError, match="make it a Sequential"):
        nn.ModuleList([nn.ReLU()])(np.ones(2))
    with pytest.raises(nn.ModelError, match="has no order"):
        nn.ModuleDict({"a": nn.ReLU()})(np.ones(2))


def test_an_attribute_that_changed_between_two_trees_is_named():
    class Counting(nn.Module):
        def __init__(self):
            self.weight, self.calls, self.rate = np.ones(2), 0, 0.5

        def forward(self, x):
            self.calls += 1
            return self.weight * x

    model, opt = Counting(), optim.adam(0.1)
    state = opt.init(model)
    model(np.ones(2))
    with pytest.raises(ad.errors.StructureError, match=r"with constants, calls, that differ"):
        opt.step(model, state, model)
    model.note = "new"
    with pytest.raises(ad.errors.StructureError, match=r"with constants, note, that differ"):
        opt.step(model, state, model)
