"""Models in files."""

import json

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn


class Mixed(nn.Module):
    """Everything that is saved: parameters, one of them frozen, a buffer, a list and a dict."""

    def __init__(self, rng):
        rng = np.random.default_rng(rng)
        self.scale = rng.standard_normal(3)
        self.shift = rng.standard_normal(())
        self.mean = nn.Buffer(rng.standard_normal(3))
        self.count = nn.Buffer(np.array(int(rng.integers(100))))
        self.layers = [nn.Linear(3, 2, rng=rng), (nn.Linear(2, 2, rng=rng), rng.standard_normal((2, 1)))]
        self.heads = {"a": nn.Linear(2, 1, rng=rng)}
        self.freeze("scale")


@pytest.mark.parametrize("ending", ["safetensors", "npz"])
def test_what_is_saved_is_loaded(ending, tmp_path):
    model, twin = Mixed(0), Mixed(1)
    nn.save(tmp_path / f"model.{ending}", model)
    assert nn.load(tmp_path / f"model.{ending}", twin) is twin
    expected = model.state_dict()
    assert set(expected) == set(twin.state_dict()) >= {"layers.1.1", "layers.1.0.weight", "heads.a.bias", "count"}
    for name, array in twin.state_dict().items():
        np.testing.assert_array_equal(array, expected[name])
        assert array.dtype == expected[name].dtype


def test_names_are_those_of_pytorch():
    state = nn.Sequential(nn.Linear(3, 2, rng=0), nn.Sequential(nn.ReLU(), nn.Linear(2, 1, rng=0))).state_dict()
    assert list(state) == ["0.weight", "0.bias", "1.1.weight", "1.1.bias"]


def test_loading_casts_to_the_dtype_of_the_model():
    model = nn.Linear(3, 2, rng=0)
    model.load_state_dict({"weight": np.ones((2, 3)), "bias": np.ones(2)})
    assert model.weight.dtype == np.float32


def test_a_misfit_is_named_and_nothing_is_written():
    model = nn.Linear(3, 2, rng=0)
    before = model.state_dict()
    with pytest.raises(nn.LoadError, match=r"weight has shape \(2, 3\), not \(3, 2\)"):
        model.load_state_dict({"bias": np.zeros(2), "weight": np.zeros((3, 2))})
    with pytest.raises(nn.LoadError, match="weight is missing; b is unknown"):
        model.load_state_dict({"bias": np.zeros(2), "b": np.zeros(2)})
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])


def test_without_strict_what_fits_is_loaded():
    model = nn.Linear(3, 2, rng=0)
    model.load_state_dict({"bias": np.full(2, 7.0), "other": np.zeros(2)}, strict=False)
    np.testing.assert_array_equal(model.bias, [7, 7])


def test_loaded_arrays_are_copies():
    given = {"weight": np.zeros((2, 3), np.float32), "bias": np.zeros(2, np.float32)}
    model = nn.Linear(3, 2, rng=0).load_state_dict(given)
    model.weight += 1
    assert not given["weight"].any()


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    nn.save(path, nn.Linear(3, 2, rng=0))
    before = path.read_bytes()
    monkeypatch.setattr(np, "savez", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        nn.save(path, nn.Linear(3, 2, rng=1))
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["model.npz"]


def test_metadata_are_kept(tmp_path):
    nn.save(tmp_path / "m.safetensors", nn.Linear(3, 2, rng=0), metadata={"epoch": "3"})
    assert nn.load_metadata(tmp_path / "m.safetensors") == {"epoch": "3"}


@pytest.mark.parametrize("name, content", [("m.safetensors", b"\x10" + bytes(40)), ("m.npz", b"nothing of the kind")])
def test_a_file_of_another_kind_is_refused(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(nn.LoadError, match=name):
        nn.load(tmp_path / name, nn.Linear(3, 2, rng=0))


def test_the_ending_has_to_say_the_kind(tmp_path):
    with pytest.raises(nn.LoadError, match="should end in .safetensors or .npz"):
        nn.save(tmp_path / "model.pt", nn.Linear(3, 2, rng=0))


def test_brain_floats_are_read_as_float32(tmp_path):
    header = json.dumps({"w": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]}}).encode()
    values = np.array([1.0, -2.5, 3e38], np.float32)
    halves = (values.view("<u4") >> 16).astype("<u2")
    (tmp_path / "m.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + halves.tobytes())
    found = nn.load_arrays(tmp_path / "m.safetensors")["w"]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, values, rtol=2**-7)


def test_a_gradient_has_the_names_of_the_model():
    model = nn.Sequential(nn.Linear(3, 1, rng=0, dtype=np.float64))
    grads = ad.grad(lambda m: m(np.ones(3)).sum())(model)
    np.testing.assert_array_equal(grads.state_dict()["0.weight"], np.ones((1, 3)))


@pytest.mark.parametrize("act", [nn.save, nn.load])
def test_a_path_in_the_place_of_the_model_is_refused(act, tmp_path):
    with pytest.raises(nn.LoadError, match="takes a module as model, not a .*: the path is first"):
        act(nn.Linear(2, 1, rng=0), tmp_path / "model.npz")
