"""Training: what one call of `fit` does, against loops written by hand."""

import copy

import numpy as np
import pytest

import autodiff as ad
import optim
from autodiff import nn
from tests.nn.training_models import Noisy, cross_entropy, data_of, flat, mse, network, regression


def by_hand(model, optimizer, loader, epochs, clip=None):
    """The loop that `fit` stands for."""
    state, losses = optimizer.init(model), []
    for epoch in range(epochs):
        for x, y in loader.batches(epoch):
            value, grads = ad.value_and_grad(lambda m, x=x, y=y: cross_entropy(m(x), y))(model)
            if clip is not None:
                norm = np.sqrt(sum(float((g**2).sum()) for g in ad.tree.leaves(grads)))
                scale = min(1.0, clip / norm)
                grads = ad.tree.map(lambda g, s=scale: g * s, grads)
            optimizer.step_(grads, state, model)
            losses.append(float(value))
    return losses


OPTIMIZERS = {
    "adam": lambda: optim.adam(1e-2),
    "momentum": lambda: optim.sgd(1e-2, momentum=0.9),
    "lion": lambda: optim.lion(1e-3),
    "schedule": lambda: optim.adamw(optim.schedules.cosine(1e-2, steps=20)),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fit_is_the_loop_by_hand(name):
    model, twin, data = network(0), network(0), data_of(100)
    history = nn.fit(
        model, cross_entropy, data, optimizer=OPTIMIZERS[name](), epochs=3, batch_size=32, seed=5, progress=False
    )
    losses = by_hand(twin, OPTIMIZERS[name](), nn.data.DataLoader(data, 32, seed=5), 3)
    np.testing.assert_array_equal(history.steps["loss"], losses)
    np.testing.assert_array_equal(flat(model), flat(twin))


def test_the_three_ways_to_write_a_loss_are_one():
    found = []
    for loss in (cross_entropy, nn.supervised(cross_entropy), lambda model, x, y: cross_entropy(model(x), y)):
        model = network(0)
        nn.fit(model, loss, data_of(64), optimizer=optim.sgd(0.1), progress=False)
        found.append(flat(model))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_losses_of_the_library_are_taken_as_they_are():
    model, twin = network(0), network(0)
    nn.fit(model, nn.losses.cross_entropy, data_of(64), optimizer=optim.sgd(0.1), progress=False)
    nn.fit(twin, cross_entropy, data_of(64), optimizer=optim.sgd(0.1), progress=False)
    np.testing.assert_allclose(flat(model), flat(twin), atol=1e-6)


def test_a_loss_may_be_a_module():
    model, twin = network(0), network(0)
    nn.fit(model, nn.CrossEntropyLoss(), data_of(64), optimizer=optim.sgd(0.1), progress=False)
    nn.fit(twin, nn.losses.cross_entropy, data_of(64), optimizer=optim.sgd(0.1), progress=False)
    np.testing.assert_array_equal(flat(model), flat(twin))


def test_a_model_with_two_inputs_is_supervised_by_the_last_part():
    model = nn.Bilinear(2, 3, 1, rng=0)
    rng = np.random.default_rng(0)
    x1, x2 = rng.normal(size=(20, 2)).astype(np.float32), rng.normal(size=(20, 3)).astype(np.float32)
    y = (x1[:, :1] * x2[:, :1]).astype(np.float32)
    history = nn.fit(model, mse, (x1, x2, y), optimizer=optim.adam(0.1), epochs=60, progress=False)
    assert history["loss"][-1] < 1e-2 * history["loss"][0]


def test_a_loss_without_targets_takes_model_and_batch():
    model = nn.Linear(2, 2, rng=0)
    history = nn.fit(
        model, lambda m, x: ((m(x) - x) ** 2).mean(), np.eye(2, dtype=np.float32), optimizer=optim.adam(0.1),
        epochs=100, progress=False,
    )  # fmt: skip
    assert history["loss"][-1] < 1e-3


@pytest.mark.parametrize("loss", [lambda y: y.sum(), lambda a, b, c, d: 0.0, 3.0])
def test_a_loss_of_neither_form_is_refused(loss):
    with pytest.raises(nn.ModelError, match="prediction, target"):
        nn.fit(network(0), loss, data_of(8), optimizer=optim.sgd(0.1), progress=False)


def test_the_same_object_is_trained():
    model = network(0)
    arrays = ad.tree.leaves(model)
    before = flat(model)
    nn.fit(model, cross_entropy, data_of(32), optimizer=optim.adam(0.1), progress=False)
    assert all(a is b for a, b in zip(arrays, ad.tree.leaves(model), strict=True))
    assert (flat(model) != before).any()


@pytest.mark.parametrize("training", [True, False])
def test_modes_are_restored(training):
    model = network(0).train(training)
    model.layers[0].training = not training
    nn.fit(model, cross_entropy, data_of(32), optimizer=optim.sgd(0.1), progress=False)
    assert model.training is training and model.layers[0].training is not training


def test_dropout_is_on_in_steps_and_off_in_validation():
    model = nn.Sequential(Noisy(0.5, rng=0), nn.Linear(4, 3, rng=1))
    data = data_of(64)
    history = nn.fit(
        model, cross_entropy, data, data, optimizer=optim.sgd(0.0), epochs=2, batch_size=64, progress=False
    )
    assert history["validation_loss"][0] == history["validation_loss"][1]
    assert history["loss"][0] != history["loss"][1]


def test_validation_and_metrics_are_those_of_the_whole_data():
    model, data, other = network(0), data_of(64), data_of(301, seed=1)

    def accuracy(prediction, target):
        assert len(prediction) == 301
        return (prediction.argmax(1) == target).mean()

    history = nn.fit(
        model, cross_entropy, data, other, optimizer=optim.adam(0.01), metrics={"accuracy": accuracy}, progress=False
    )
    with model.eval_mode():
        prediction = model(other[0])
    assert history["accuracy"][0] == accuracy(prediction, other[1])
    assert history["validation_loss"][0] == pytest.approx(cross_entropy(prediction, other[1]), rel=1e-5)


def test_metrics_without_validation_are_those_of_the_training_data():
    model, data = network(0), data_of(50)
    history = nn.fit(
        model, cross_entropy, data, optimizer=optim.sgd(0.1), progress=False,
        metrics={"size": lambda p, y: len(y), "norm": lambda m, x, y: np.abs(m[0].weight).max()},
    )  # fmt: skip
    assert history["size"][0] == 50 and history["norm"][0] == pytest.approx(np.abs(model[0].weight).max())


def test_the_epochs_loss_is_the_mean_over_samples():
    history = nn.fit(network(0), cross_entropy, data_of(50), optimizer=optim.sgd(0.1), batch_size=32, progress=False)
    first, second = history.steps["loss"]
    assert history["loss"][0] == pytest.approx((32 * first + 18 * second) / 50)


def test_accumulated_batches_are_one_batch():
    model, twin, data = network(0), network(0), data_of(50)  # batches of 8, 8, 8, 8 | 8, 8, 2
    history = nn.fit(
        model, cross_entropy, data, optimizer=optim.sgd(0.5), batch_size=8, accumulate=4, seed=2, progress=False
    )
    assert len(history.steps) == 2
    whole = nn.data.DataLoader(data, 32, seed=2)
    expected = by_hand(twin, optim.sgd(0.5), whole, 1)
    np.testing.assert_allclose(flat(model), flat(twin), atol=1e-6)  # rounding of float32
    np.testing.assert_allclose(history.steps["loss"], expected, rtol=1e-5)


def test_gradients_are_clipped_to_the_norm():
    model, twin, data = network(0), network(0), data_of(64)
    history = nn.fit(model, cross_entropy, data, optimizer=optim.sgd(0.5), clip_norm=0.1, seed=1, progress=False)
    by_hand(twin, optim.sgd(0.5), nn.data.DataLoader(data, 32, seed=1), 1, clip=0.1)
    np.testing.assert_allclose(flat(model), flat(twin), atol=1e-6)
    assert (history.steps["gradient_norm"] > 0.1).all()


def test_an_optimizer_that_needs_the_loss_gets_that_of_the_batch():
    model, twin, data = network(0), network(0), data_of(32)
    nn.fit(model, cross_entropy, data, optimizer=optim.sam(optim.sgd(0.1)), batch_size=None, shuffle=False,
           progress=False)  # fmt: skip
    opt = optim.sam(optim.sgd(0.1))

    def loss(m):
        return cross_entropy(m(data[0]), data[1])

    opt.step_(ad.grad(loss)(twin), opt.init(twin), twin, loss=loss)
    np.testing.assert_allclose(flat(model), flat(twin), atol=1e-6)


def test_an_optimizer_that_needs_the_value_gets_it():
    x, _ = regression(40)
    y = x @ np.array([[1.0], [-2.0], [0.5]])  # no noise, so that Polyak's step length is right for each batch
    history = nn.fit(nn.Linear(3, 1, rng=0), mse, (x, y), optimizer=optim.polyak_sgd(), epochs=60, progress=False)
    assert history["loss"][-1] < 1e-3 * history["loss"][0]


def test_the_model_ends_with_the_averaged_parameters():
    model, twin, data = network(0), network(0), data_of(64)
    nn.fit(model, cross_entropy, data, optimizer=optim.ema(optim.sgd(0.5), decay=0.5), epochs=2, progress=False)
    opt = optim.ema(optim.sgd(0.5), decay=0.5)
    state = opt.init(twin)
    for epoch in range(2):
        for x, y in nn.data.DataLoader(data, 32).batches(epoch):
            opt.step_(ad.grad(lambda m, x=x, y=y: cross_entropy(m(x), y))(twin), state, twin)
    np.testing.assert_array_equal(flat(model), flat(opt.eval_params(state, twin)))


def test_frozen_parameters_stay():
    model = network(0).freeze("0.*")
    before = model[0].weight.copy()
    nn.fit(model, cross_entropy, data_of(64), optimizer=optim.adam(0.1), progress=False)
    np.testing.assert_array_equal(model[0].weight, before)


def test_steps_end_training_within_an_epoch():
    history = nn.fit(network(0), cross_entropy, data_of(64), optimizer=optim.sgd(0.1), batch_size=8, epochs=9, steps=11,
                     progress=False)  # fmt: skip
    assert len(history.steps) == 11 and len(history.epochs) == 1


def test_steps_at_the_end_of_an_epoch_complete_it():
    history = nn.fit(network(0), cross_entropy, data_of(64), optimizer=optim.sgd(0.1), batch_size=8, epochs=9, steps=8,
                     progress=False)  # fmt: skip
    assert len(history.steps) == 8 and len(history.epochs) == 1


def test_a_loader_is_taken_as_it_is():
    model, twin, data = network(0), network(0), data_of(64)
    nn.fit(model, cross_entropy, nn.data.DataLoader(data, 16, seed=9, prefetch=2), optimizer=optim.sgd(0.1),
           progress=False)  # fmt: skip
    nn.fit(twin, cross_entropy, data, optimizer=optim.sgd(0.1), batch_size=16, seed=9, progress=False)
    np.testing.assert_array_equal(flat(model), flat(twin))


def test_an_interruption_keeps_model_and_history():
    class Interrupt(nn.Callback):
        def batch_ended(self, run):
            if run.step == 5:
                raise KeyboardInterrupt

    model, twin, data = network(0), network(0), data_of(64)
    history = nn.fit(model, cross_entropy, data, optimizer=optim.adam(0.1), batch_size=8, callbacks=[Interrupt()],
                     progress=False)  # fmt: skip
    nn.fit(twin, cross_entropy, data, optimizer=optim.adam(0.1), batch_size=8, steps=5, progress=False)
    assert history.stopped == "interrupted" and len(history.steps) == 5
    np.testing.assert_array_equal(flat(model), flat(twin))


def test_float32_stays():
    model = network(0)
    nn.fit(model, cross_entropy, data_of(64), optimizer=optim.adam(0.1), clip_norm=1.0, accumulate=2, progress=False)
    assert all(p.dtype == np.float32 for p in ad.tree.leaves(model))


@pytest.mark.parametrize(
    "change, words",
    [
        ({"model": {"w": np.zeros(2)}}, "trains a Module"),
        ({"model": network(0).freeze()}, "no parameters"),
        ({"optimizer": "adam"}, "has no init"),
        ({"epochs": -1}, "epochs"),
        ({"steps": 1.5}, "steps"),
        ({"accumulate": 0}, "accumulate"),
        ({"clip_norm": 0.0}, "clip_norm"),
        ({"data": 3}, "not a int"),
    ],
)
def test_bad_input_is_refused(change, words):
    given = {"model": network(0), "loss": cross_entropy, "data": data_of(8), "optimizer": optim.sgd(0.1)} | change
    with pytest.raises(nn.ModelError, match=words):
        nn.fit(**given, progress=False)


def test_history_shows_and_draws_itself():
    history = nn.fit(network(0), cross_entropy, data_of(64), data_of(9), optimizer=optim.sgd(0.1), epochs=12,
                     progress=False)  # fmt: skip
    assert "24 steps, 12 epochs" in repr(history) and "..." in repr(history)
    for x in ("step", "epoch", "time"):
        ax = history.plot(x=x, log=x == "time")
        assert [line.get_label() for line in ax.get_lines()] == ["batch", "loss", "validation loss"]
    with pytest.raises(KeyError, match="no column 'speed'"):
        history["speed"]
    import matplotlib.pyplot as plt

    plt.close("all")


def test_the_bar_shows_epochs_and_losses(capsys):
    nn.fit(network(0), cross_entropy, data_of(64), data_of(9), optimizer=optim.sgd(0.1), epochs=2)
    shown = capsys.readouterr().err
    assert "epoch 2/2" in shown and "4/4" in shown and "validation_loss" in shown


def test_evaluate_weighs_batches_by_their_sizes():
    data = data_of(10)
    model = network(0)
    whole = nn.evaluate(model, cross_entropy, data)["loss"]
    assert nn.evaluate(model, cross_entropy, data, batch_size=3)["loss"] == pytest.approx(whole, rel=1e-6)


def test_predictions_are_those_of_one_batch():
    x, _ = data_of(10)
    model = network(0)
    np.testing.assert_allclose(nn.predict(model, x, batch_size=3), model.eval()(x), atol=1e-6)


@pytest.mark.parametrize("method", ["bfgs", "lbfgs", "newton_cg"])
def test_minimize_trains_a_network_through_its_tree(method):
    x, y = regression(40)
    model = nn.Sequential(nn.Linear(3, 4, rng=0), nn.Lambda(np.tanh), nn.Linear(4, 1, rng=1))
    model = ad.tree.map(lambda p: p.astype(np.float64), model)
    start = copy.deepcopy(model)
    result = optim.minimize(lambda m: mse(m(x), y), model, method=method, max_iter=60)
    assert isinstance(result.x, nn.Sequential)
    assert result.fun == pytest.approx(float(mse(result.x(x), y)))
    assert result.fun < 1e-2 * float(mse(start(x), y))
    np.testing.assert_array_equal(flat(model), flat(start))


def test_least_squares_trains_a_network_through_its_tree():
    x, y = regression(40)
    model = nn.Sequential(nn.Linear(3, 4, rng=0), nn.Lambda(np.tanh), nn.Linear(4, 1, rng=1))
    model = ad.tree.map(lambda p: p.astype(np.float64), model)
    result = optim.least_squares(lambda m: (m(x) - y)[:, 0], model)
    assert isinstance(result.x, nn.Sequential)
    assert float(mse(result.x(x), y)) < 1e-3 * float(mse(model(x), y))


def test_data_are_cast_to_the_precision_of_the_model():
    import optim

    seen = set()

    def loss(model, x, y):
        seen.add((x.dtype.name, y.dtype.name))
        return ((model(x) - y) ** 2).mean()

    x = np.linspace(-1, 1, 8)[:, None]
    nn.fit(nn.Linear(1, 1, rng=0), loss, (x, 2 * x), (x, 2 * x), optimizer=optim.sgd(0.1), progress=False)
    assert seen == {("float32", "float32")}
    nn.fit(nn.Linear(1, 1, rng=0, dtype=float), loss, (x, 2 * x), optimizer=optim.sgd(0.1), progress=False)
    assert seen == {("float32", "float32"), ("float64", "float64")}
    assert nn.predict(nn.Linear(1, 1, rng=0), x).dtype == np.float32


def test_parameters_that_cannot_be_written_to_are_named():
    model = nn.Sequential(nn.Linear(2, 1, rng=0))
    model[0].bias.flags.writeable = False
    for refused in (model, nn.Sequential(nn.Linear(2, 1, rng=nn.SHAPES_ONLY))):
        with pytest.raises(nn.ModelError, match=r"0\.(bias|weight) can't be written to"):
            nn.fit(refused, mse, (np.ones((4, 2)), np.ones((4, 1))), optimizer=optim.sgd(0.1), progress=False)


def test_steps_alone_may_say_how_long():
    import io

    import optim

    x = np.zeros((10, 1), np.float32)
    bar = nn.Progress(file=io.StringIO())
    history = nn.fit(
        nn.Linear(1, 1, rng=0), nn.losses.mse, (x, x), optimizer=optim.sgd(0.1), batch_size=4, epochs=None, steps=7,
        callbacks=[bar], progress=False,
    )  # fmt: skip
    assert len(history.steps) == 7 and "7/7" in bar.file.getvalue()
    with pytest.raises(nn.ModelError, match="say how many by steps="):
        nn.fit(nn.Linear(1, 1, rng=0), nn.losses.mse, (x, x), optimizer=optim.sgd(0.1), epochs=None)
