"""Exported models compute the same in onnxruntime."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")


def run(path, given):
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return session.run(None, {node.name: x for node, x in zip(session.get_inputs(), given, strict=True)})


def assert_exported(tmp_path, model, *given, tolerance=2e-5):
    """onnxruntime agrees, to rounding in float32 of sums of some hundred terms."""
    path = tmp_path / "model.onnx"
    nn.to_onnx(path, model, *[(x.shape, x.dtype) for x in given])
    with model.eval_mode():
        expected = ad.tree.leaves(model(*given))
    found = run(path, given)
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape and a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def floats(rng, *shape):
    return rng.standard_normal(shape).astype(np.float32)


def moved(model, rng):
    """Batch normalisation with running statistics that are not the initial ones."""
    for at in model.named_arrays():
        if at.kind == "buffer" and at.array.dtype.kind == "f":
            at.write(rng.uniform(0.5, 1.5, at.array.shape))
    return model


IMAGES = {
    "LeNet": (lambda rng: nn.models.lenet5(rng=rng), (3, 1, 28, 28)),
    "residual": (lambda rng: nn.models.BasicBlock(4, 8, 2, rng=rng), (2, 4, 8, 8)),
    "strided": (lambda rng: nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=2, groups=2, rng=rng), (2, 4, 9, 9)),
    "circular": (lambda rng: nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular", rng=rng), (2, 2, 5, 5)),
    "one axis": (lambda rng: nn.Conv1d(2, 3, 3, padding="causal", rng=rng), (2, 2, 7)),
    "transposed": (
        lambda rng: nn.ConvTranspose2d(3, 4, 3, stride=2, padding=1, output_padding=1, rng=rng),
        (2, 3, 5, 5),
    ),
    "max pool": (lambda rng: nn.MaxPool2d(3, stride=2, padding=1), (2, 3, 8, 8)),
    "average pool": (lambda rng: nn.AvgPool2d(2), (2, 3, 8, 8)),
    "global pool": (lambda rng: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), (2, 3, 6, 6)),
    "upsampled": (lambda rng: nn.Upsample(scale_factor=2), (2, 3, 4, 4)),
    "group norm": (lambda rng: nn.GroupNorm(2, 4), (2, 4, 5, 5)),
}


@pytest.mark.parametrize("name", IMAGES)
def test_convolutional_models(name, rng, tmp_path):
    make, shape = IMAGES[name]
    assert_exported(tmp_path, moved(make(rng), rng), floats(rng, *shape))


ACTIVATIONS = """
    ReLU ReLU6 LeakyReLU ELU SELU CELU GELU SiLU Mish Sigmoid LogSigmoid Hardsigmoid Tanh Hardtanh Hardswish Tanhshrink
    Softshrink Hardshrink Softplus Softsign Softmax LogSoftmax
""".split()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name, rng, tmp_path):
    x = np.concatenate([np.linspace(-8, 8, 33), [-0.5, 0.5]]).astype(np.float32).reshape(5, 7)
    assert_exported(tmp_path, nn.Sequential(getattr(nn, name)()), x)


def test_a_feed_forward_model(rng, tmp_path):
    model = nn.Sequential(
        nn.Linear(6, 8, rng=rng), nn.BatchNorm1d(8), nn.GELU("tanh"), nn.Dropout(0.5, rng=rng), nn.Linear(8, 3, rng=rng)
    )
    assert_exported(tmp_path, moved(model, rng), floats(rng, 4, 6))


@pytest.mark.parametrize("norm_first", [False, True])
def test_a_transformer_encoder(norm_first, rng, tmp_path):
    assert_exported(tmp_path, nn.TransformerEncoderLayer(8, 2, norm_first=norm_first, rng=rng), floats(rng, 2, 5, 8))


def test_a_transformer_decoder_with_its_two_inputs(rng, tmp_path):
    layer = nn.TransformerDecoderLayer(8, 2, rng=rng)
    assert_exported(tmp_path, layer, floats(rng, 2, 5, 8), floats(rng, 2, 3, 8))


def test_gpt_from_tokens(rng, tmp_path):
    model = nn.models.GPT(nn.models.GPTConfig(vocabulary=11, context=8, layers=2, heads=2, width=8), rng=rng)
    assert_exported(tmp_path, model, rng.integers(0, 11, (2, 6)))


def test_ordinary_numpy_in_a_model(rng, tmp_path):
    class Odd(nn.Module):
        def forward(self, x):
            y = np.where(x > 0.3, np.maximum(x, 0.5), np.sqrt(np.abs(x)) - x**2)
            y = np.concatenate([y[:, ::2], np.flip(y, 1)[:, 1:3]], axis=1)
            z = np.einsum("bi,bj->bij", y, y).mean(axis=1) + y.var(axis=0, keepdims=True)
            return np.stack([z, np.exp(-z)], axis=1)[..., np.array([0, 2])]

    assert_exported(tmp_path, Odd(), floats(rng, 4, 6))


def test_parameters_keep_their_names(rng, tmp_path):
    proto = nn.to_onnx(tmp_path / "m.onnx", nn.Sequential(nn.Linear(3, 2, rng=rng)), (1, 3))
    assert {"0.weight", "0.bias"} <= {array.name for array in proto.graph.initializer}


def test_inputs_and_outputs_are_named(rng, tmp_path):
    proto = nn.to_onnx(tmp_path / "m.onnx", nn.ReLU(), (1, 3), input_names=("image",), output_names=("label",))
    assert [node.name for node in [*proto.graph.input, *proto.graph.output]] == ["image", "label"]


def test_the_model_stays_in_its_mode(rng, tmp_path):
    model = nn.Dropout(0.5, rng=rng)
    nn.to_onnx(tmp_path / "m.onnx", model, (1, 3))
    assert model.training


def test_what_depends_on_numbers_is_refused(rng, tmp_path):
    with pytest.raises(ad.errors.InputError, match="use np.where in place of `if`"):
        nn.to_onnx(tmp_path / "m.onnx", nn.Lambda(lambda x: x if x.sum() > 0 else -x), (1, 3))
    assert not list(tmp_path.iterdir())


def test_a_function_without_counterpart_is_named(tmp_path):
    with pytest.raises(ad.errors.UnsupportedError, match="cumsum has no counterpart in the export to ONNX"):
        nn.to_onnx(tmp_path / "m.onnx", nn.Lambda(lambda x: np.cumsum(x, axis=0)), (1, 3))


def test_numbers_taken_out_of_the_graph_are_refused(tmp_path):
    def shortcut(x):
        return x + F.relu(x).primal  # nobody should do that

    with pytest.raises(ad.errors.InputError, match="outside of the functions that are traced"):
        nn.to_onnx(tmp_path / "m.onnx", nn.Lambda(shortcut), (1, 3))


def test_a_result_that_does_not_depend_on_the_input_is_refused(tmp_path):
    with pytest.raises(nn.ModelError, match="does not depend on its input"):
        nn.to_onnx(tmp_path / "m.onnx", nn.Lambda(lambda x: np.ones(3)), (1, 3))


def test_a_path_in_the_place_of_the_model_is_refused(tmp_path):
    with pytest.raises(nn.ModelError, match="the path is first"):
        nn.to_onnx(nn.Linear(2, 1, rng=0), tmp_path / "model.onnx", (1, 2))
