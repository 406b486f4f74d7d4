"""Training that stops and goes on, bit for bit as if it had not."""

import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors import safe_open

import autodiff as ad
import optim
from autodiff import nn
from autodiff.nn.training.encoding import decode, encode
from tests.nn.training_models import cross_entropy, data_of, flat, network

OPTIMIZERS = {
    "adam": lambda: optim.adam(1e-2),
    "momentum": lambda: optim.sgd(1e-2, momentum=0.9),
    "lion": lambda: optim.lion(1e-3, weight_decay=0.1),
    "schedule_free": lambda: optim.schedule_free_adamw(1e-2),
    "groups": lambda: optim.groups({"*bias": optim.sgd(0.1, momentum=0.5)}, default=optim.adam(1e-2)),
    "sam": lambda: optim.sam(optim.adam(1e-2)),
    "noise": lambda: optim.chain(optim.add_noise(np.random.default_rng(3), 0.1), optim.sgd(0.1)),
}


def train(model, optimizer, **options):
    given = {"epochs": 4, "batch_size": 16, "seed": 7, "progress": False} | options
    return nn.fit(model, cross_entropy, data_of(100), data_of(40, 1), optimizer=optimizer, **given)


def state_of(model):
    return {at.path: at.array for at in model.named_arrays()}


def assert_same_course(found, expected, model, twin):
    for path, array in state_of(twin).items():
        np.testing.assert_array_equal(state_of(model)[path], array, err_msg=path)
    for table in ("steps", "epochs"):
        a, b = getattr(found, table), getattr(expected, table)
        assert a.columns == b.columns and len(a) == len(b)
        for column in set(a.columns) - {"time"}:
            np.testing.assert_array_equal(a[column], b[column], err_msg=column)


@pytest.mark.parametrize("steps", [7, 13, 14])  # an epoch has 7
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_halves_are_the_whole(name, steps, tmp_path):
    make, path = OPTIMIZERS[name], tmp_path / "half.safetensors"
    twin = network(0, random=True)
    expected = train(twin, make())
    train(network(0, random=True), make(), steps=steps, callbacks=[nn.Checkpoint(path)])
    model = network(99, random=True)  # whose numbers are all replaced
    found = train(model, make(), resume=path)
    assert_same_course(found, expected, model, twin)


def test_layers_of_the_library_resume_too(tmp_path):
    def model(seed):
        rng = np.random.default_rng(seed)
        return nn.Sequential(
            nn.Linear(4, 8, rng=rng), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3, rng=rng), nn.Linear(8, 3, rng=rng)
        )

    path, twin, found = tmp_path / "half", model(0), model(1)
    whole = train(twin, optim.adam(1e-2))
    train(model(0), optim.adam(1e-2), steps=10, callbacks=[nn.Checkpoint(path)])
    assert_same_course(train(found, optim.adam(1e-2), resume=path), whole, found, twin)


SCRIPT = """
import sys
import optim
from autodiff import nn
from tests.nn.training_models import cross_entropy, data_of, network

model = network(int(sys.argv[1]), random=True)
resume, steps, target = sys.argv[2] or None, int(sys.argv[3]), sys.argv[4]
nn.fit(model, cross_entropy, data_of(100), optimizer=optim.adam(1e-2), epochs=9, batch_size=16, steps=steps,
       resume=resume, callbacks=[nn.Checkpoint(target)], progress=False)
"""


@pytest.mark.slow
def test_a_fresh_process_goes_on_as_the_first_would_have(tmp_path):
    def run(seed, resume, steps, target):
        given = [sys.executable, "-c", SCRIPT, str(seed), str(resume), str(steps), str(target)]
        subprocess.run(given, check=True, cwd=str(__import__("pathlib").Path(__file__).parents[2]))

    half, resumed, whole = (tmp_path / f"{name}.safetensors" for name in ("half", "resumed", "whole"))
    run(0, "", 10, half)
    run(1, half, 20, resumed)
    run(0, "", 20, whole)
    with safe_open(resumed, "np") as a, safe_open(whole, "np") as b:
        assert set(a.keys()) == set(b.keys())
        for key in a.keys():  # noqa: SIM118
            if "time" not in key and not key.startswith("state.history.0.time"):
                np.testing.assert_array_equal(a.get_tensor(key), b.get_tensor(key), err_msg=key)


@pytest.mark.parametrize("every_steps", [1, 3, 5])
def test_between_the_batches_of_an_accumulated_step(every_steps, tmp_path):
    class StopAt(nn.Callback):
        order = 100

        def batch_ended(self, run):
            if (run.epoch, run.batch) == (1, 3):  # one of four batches into the second step
                nn.save_training(path, run)
                raise nn.CancelFit("enough")

    path = tmp_path / "state.safetensors"
    twin, model = network(0, random=True), network(5, random=True)
    expected = train(twin, optim.adam(1e-2), accumulate=2)
    train(network(0, random=True), optim.adam(1e-2), accumulate=2, callbacks=[StopAt()])
    found = train(model, optim.adam(1e-2), accumulate=2, resume=path)
    assert_same_course(found, expected, model, twin)


def test_callbacks_remember(tmp_path):
    def callbacks():
        return [nn.EarlyStopping(patience=2), nn.EMA(0.9), nn.ReduceOnPlateau(factor=0.5, patience=1)]

    path = tmp_path / "state.safetensors"
    twin, model = network(0, random=True), network(5, random=True)
    expected = train(twin, optim.adam(0.3), callbacks=callbacks(), epochs=12)
    train(network(0, random=True), optim.adam(0.3), callbacks=[*callbacks(), nn.Checkpoint(path)], epochs=3)
    found = train(model, optim.adam(0.3), callbacks=callbacks(), epochs=12, resume=path)
    assert_same_course(found, expected, model, twin)
    assert found.stopped == expected.stopped


def test_files_may_be_kept_for_each_epoch(tmp_path):
    train(network(0), optim.sgd(0.1), epochs=4, callbacks=[nn.Checkpoint(tmp_path / "{epoch}-{step}", every=2)])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["2-14", "4-28"]


def test_files_may_be_written_every_few_steps(tmp_path):
    train(network(0), optim.sgd(0.1), epochs=1, callbacks=[nn.Checkpoint(tmp_path / "{step}", every_steps=3)])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["3", "6", "7"]


def test_the_best_epoch_is_kept(tmp_path):
    path = tmp_path / "best.safetensors"
    history = train(network(0), optim.adam(0.3), epochs=8, callbacks=[nn.Checkpoint(path, best="validation_loss")])
    best = int(np.argmin(history["validation_loss"])) + 1
    model = network(1)
    resumed = train(model, optim.adam(0.3), epochs=best, resume=path)
    assert len(resumed) == best < 8
    assert nn.evaluate(model, cross_entropy, data_of(40, 1))["loss"] == history["validation_loss"].min()


def test_nothing_is_written_after_an_error(tmp_path):
    class Fail(nn.Callback):
        def batch_ended(self, run):
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        train(network(0), optim.sgd(0.1), callbacks=[Fail(), nn.Checkpoint(tmp_path / "x")])
    assert not list(tmp_path.iterdir())


def test_a_checkpoint_holds_no_pickle(tmp_path):
    path = tmp_path / "x.safetensors"
    train(network(0, random=True), optim.adam(0.1), epochs=1, callbacks=[nn.Checkpoint(path)])
    with safe_open(path, "np") as file:
        assert {"model/0.weight", "model/1.mean"} <= set(file.keys())
        assert set(json.loads(file.metadata()["training"])) == {"dict"}


def test_another_model_is_refused(tmp_path):
    path = tmp_path / "x.safetensors"
    train(network(0), optim.adam(0.1), epochs=1, callbacks=[nn.Checkpoint(path)])
    with pytest.raises(nn.LoadError, match="1.mean"):
        train(network(0, random=True), optim.adam(0.1), resume=path)
    wide = nn.Sequential(nn.Linear(4, 9, rng=0), nn.ReLU(), nn.Linear(9, 3, rng=0))
    with pytest.raises(nn.LoadError, match="0.weight has shape"):
        train(wide, optim.adam(0.1), resume=path)


def test_what_is_no_checkpoint_is_refused(tmp_path):
    nn.save(tmp_path / "model.safetensors", network(0))
    with pytest.raises(nn.LoadError, match="no checkpoint of training"):
        train(network(0), optim.adam(0.1), resume=tmp_path / "model.safetensors")
    with pytest.raises(nn.LoadError, match="there is no checkpoint"):
        train(network(0), optim.adam(0.1), resume=tmp_path / "absent")


@pytest.mark.parametrize("bits", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_states_survive_the_way_through_json(bits):
    generator = np.random.Generator(bits(0))
    generator.random(3)
    value = {
        "a": [1, 2.5, float("inf"), None, True, "text"],
        3: (np.arange(4.0), np.float32(0.1), {"empty": []}),
        "rng": generator,
    }
    arrays = {}
    again = decode(json.loads(json.dumps(encode(value, arrays, "x"))), arrays)
    assert again["a"] == value["a"] and again[3][2] == {"empty": []}
    np.testing.assert_array_equal(again[3][0], value[3][0])
    assert again[3][1] == np.float32(0.1) and again[3][1].dtype == np.float32
    assert again["rng"].random() == generator.random()


def test_what_cannot_be_written_is_named():
    with pytest.raises(TypeError, match=r"x\.f is a set"):
        encode({"f": set()}, {}, "x")


def test_shapes_and_leaves_of_the_model_do_not_change(tmp_path):
    path, model = tmp_path / "x", network(0)
    train(model, optim.adam(0.1), epochs=1, callbacks=[nn.Checkpoint(path)])
    twin = network(1)
    arrays = ad.tree.leaves(twin)
    train(twin, optim.adam(0.1), epochs=1, resume=path)
    assert all(a is b for a, b in zip(arrays, ad.tree.leaves(twin), strict=True))
    np.testing.assert_array_equal(flat(model), flat(twin))
