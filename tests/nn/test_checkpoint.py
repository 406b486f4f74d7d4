"""Checkpointed blocks of a model: the same loss and gradient, and the same state afterwards."""

import copy

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import autodiff as ad
from autodiff import nn

X = np.random.default_rng(0).standard_normal((16, 3)).astype(np.float32)


def linear(layer):
    return nn.Sequential(nn.Linear(3, 8, rng=0), layer, nn.Tanh(), nn.Linear(8, 3, rng=1))


BLOCKS = {
    "dropout": lambda: linear(nn.Dropout(0.5, rng=2)),
    "batch normalisation": lambda: linear(nn.BatchNorm1d(8)),
    "spectral normalisation": lambda: linear(nn.SpectralNorm(nn.Linear(8, 8, rng=3), rng=4)),
    "encoder": lambda: nn.Sequential(nn.Linear(3, 8, rng=0), nn.TransformerEncoderLayer(8, 2, 16, 0.3, rng=1)),
}


@pytest.mark.parametrize("make", BLOCKS.values(), ids=BLOCKS)
def test_a_checkpointed_module_has_the_loss_the_gradient_and_the_state_of_the_module(make):
    model, twin = make(), make()

    def found(model, block):
        return ad.value_and_grad(lambda m: np.mean(block(m)(block(m)(X)[..., :3]) ** 2))(model)

    loss, grads = found(model, ad.checkpoint)
    expected, expected_grads = found(twin, lambda m: m)
    assert loss == expected
    for a, b in zip(ad.tree.leaves(grads), ad.tree.leaves(expected_grads), strict=True):
        assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    for (path, a), b in zip(model.state_dict().items(), twin.state_dict().values(), strict=True):
        assert_array_equal(a, b, err_msg=path)
    for module, other in zip(model.named_modules(), twin.named_modules(), strict=True):
        rng = getattr(module[1], "rng", None)
        if isinstance(rng, np.random.Generator):
            assert rng.random() == other[1].rng.random()


def test_a_module_as_an_argument_is_as_good():
    model = BLOCKS["dropout"]()
    twin = copy.deepcopy(model)
    run = ad.checkpoint(lambda m, x: m(x))
    grads = ad.grad(lambda m: np.mean(run(m, X) ** 2))(model)
    expected = ad.grad(lambda m: np.mean(m(X) ** 2))(twin)
    for a, b in zip(ad.tree.leaves(grads), ad.tree.leaves(expected), strict=True):
        assert_array_equal(a, b)


class Residual(nn.Module):
    """A block that checkpoints a method of its own."""

    def __init__(self, checkpointed):
        self.first, self.second = nn.Linear(3, 3, rng=0), nn.Linear(3, 3, rng=1)
        self.checkpointed = checkpointed

    def block(self, x):
        return np.tanh(self.second(x))

    def forward(self, x):
        x = self.first(x)
        return x + (ad.checkpoint(self.block) if self.checkpointed else self.block)(x)


def test_a_method_of_a_module_is_as_good_as_the_module():
    found, expected = (ad.grad(lambda m: np.mean(m(X) ** 2))(Residual(checkpointed)) for checkpointed in (True, False))
    for a, b in zip(ad.tree.leaves(found), ad.tree.leaves(expected), strict=True):
        assert_array_equal(a, b)


def test_checkpoints_within_checkpoints_draw_what_they_drew():
    class Nested(nn.Module):
        def __init__(self, inner):
            self.layers, self.inner = [nn.Linear(3, 3, rng=0), nn.Dropout(0.5, rng=1), nn.Linear(3, 3, rng=2)], inner

        def forward(self, x):
            for layer in self.layers:
                x = (ad.checkpoint(layer) if self.inner else layer)(x)
            return x

    def gradient(inner, outer):
        return ad.grad(lambda m: np.mean((ad.checkpoint(m) if outer else m)(X) ** 2))(Nested(inner))

    expected = ad.tree.leaves(gradient(False, False))
    for inner, outer in ((True, False), (False, True), (True, True)):
        for a, b in zip(ad.tree.leaves(gradient(inner, outer)), expected, strict=True):
            assert_array_equal(a, b)
