"""Averaged weights: which they are the mean of, and the statistics that belong to them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import autodiff as ad
import optim
from autodiff import nn
from tests.nn.training_models import data_of

X, Y = data_of(40)


def network():
    return nn.Sequential(
        nn.Linear(4, 8, rng=0), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5, rng=1), nn.Linear(8, 3, rng=2)
    )


class Recorded(nn.Callback):
    """The parameters at the end of each epoch."""

    def __init__(self):
        self.found = []

    def epoch_ended(self, run):
        self.found.append([leaf.copy() for leaf in ad.tree.leaves(run.model)])


def train(model, *callbacks, **options):
    options = {"optimizer": optim.adam(1e-2), "epochs": 6, "batch_size": 10, "progress": False} | options
    nn.fit(model, nn.losses.cross_entropy, (X, Y), callbacks=callbacks, **options)
    return model


def test_training_ends_with_the_mean_over_the_epochs_from_the_first_that_counts():
    recorded = Recorded()
    model = train(network(), recorded, nn.SWA(start=3))
    for k, leaf in enumerate(ad.tree.leaves(model)):
        assert_allclose(leaf, np.mean([found[k] for found in recorded.found[2:]], axis=0), rtol=1e-5, atol=1e-6)


def test_running_statistics_are_those_of_the_mean_without_dropout():
    model = train(network(), nn.SWA(start=2), batch_size=None)
    hidden = X @ model[0].weight.T + model[0].bias
    assert_allclose(model[1].running_mean, hidden.mean(axis=0), rtol=1e-4, atol=1e-5)
    assert_allclose(model[1].running_var, hidden.var(axis=0, ddof=1), rtol=1e-4)
    assert model[1].momentum == 0.1 and model.training and model[3].training


def test_statistics_are_found_anew_and_everything_else_is_as_before():
    model = network().eval()
    model[1].running_mean[...] = 100
    draws = np.random.default_rng(3)
    model[3].rng = draws
    before = draws.bit_generator.state
    with nn.fresh_statistics(model):
        for part in np.split(X, 4):
            model(part)
    hidden = X @ model[0].weight.T + model[0].bias
    assert_allclose(model[1].running_mean, hidden.mean(axis=0), rtol=1e-4, atol=1e-5)
    assert int(model[1].num_batches_tracked) == 4
    assert not any(module.training for _, module in model.named_modules()) and draws.bit_generator.state == before


def test_modes_and_momentum_return_after_an_error():
    model = network()
    with pytest.raises(nn.ShapeError), nn.fresh_statistics(model):
        model(np.ones((2, 5), np.float32))
    assert model[1].momentum == 0.1 and all(module.training for _, module in model.named_modules())


def test_a_resumed_training_has_the_same_mean(tmp_path):
    path = tmp_path / "training.safetensors"
    whole = train(network(), nn.SWA(start=2))
    train(network(), nn.SWA(start=2), nn.Checkpoint(path), epochs=3)
    resumed = train(network(), nn.SWA(start=2), resume=path)
    for (name, a), b in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        assert_array_equal(a, b, err_msg=name)


@pytest.mark.parametrize("start", [0, 1.5, None])
def test_the_first_epoch_is_a_number_from_1_on(start):
    with pytest.raises(nn.ModelError, match="from 1 on"):
        nn.SWA(start)
