"""Padding, resizing, reshaping, and the models made for images."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F
from autodiff.nn.errors import ModelError, ShapeError
from autodiff.nn.models import BasicBlock, lenet5, residual_block, vgg19

# -- padding -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode, name", [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")])
def test_modes_are_those_of_numpy(mode, name, rng):
    x = rng.standard_normal((2, 3, 4))
    np.testing.assert_array_equal(F.pad(x, (1, 2, 2, 0), mode), np.pad(x, [(0, 0), (2, 0), (1, 2)], name))


def test_widths_start_with_the_last_axis():
    assert F.pad(np.zeros((1, 1, 3, 4)), (1, 2, 5, 0)).shape == (1, 1, 8, 7)


def test_negative_widths_take_away():
    np.testing.assert_array_equal(F.pad(np.arange(4.0), (-1, 1)), [1, 2, 3, 0])


# -- resizing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
def test_interpolation_keeps_constants(mode):
    y = F.interpolate(np.ones((1, 1, 3, 4)), (7, 2), mode=mode)
    np.testing.assert_allclose(y, 1, rtol=1e-14)


def test_linear_interpolation_keeps_lines_between_the_corners():
    x = np.linspace(0, 1, 4)[None, None]
    y = F.interpolate(x, 10, mode="linear", align_corners=True)
    np.testing.assert_allclose(y[0, 0], np.linspace(0, 1, 10), rtol=0, atol=1e-15)


def test_cubic_interpolation_passes_through_the_entries():
    x = np.random.default_rng(0).standard_normal((1, 1, 5))
    y = F.interpolate(x, 13, mode="bicubic", align_corners=True)  # every third place is an old one
    np.testing.assert_allclose(y[..., ::3], x, rtol=0, atol=1e-14)


def test_shuffling_pixels_is_undone_by_its_inverse(rng):
    x = rng.standard_normal((2, 12, 3, 2))
    np.testing.assert_array_equal(F.pixel_unshuffle(F.pixel_shuffle(x, 2), 2), x)


def test_flattening_is_undone(rng):
    x = rng.standard_normal((2, 3, 4))
    np.testing.assert_array_equal(nn.Unflatten(1, (3, 4))(nn.Flatten()(x)), x)
    np.testing.assert_array_equal(nn.Reshape(3, -1)(nn.Flatten()(x)), x)


# -- models ------------------------------------------------------------------------------------------------------------


def test_lenet_has_the_layers_of_the_paper():
    counts = [layer.num_parameters for layer in lenet5(rng=0) if layer.num_parameters]
    assert counts == [156, 2416, 48120, 10164, 850]  # C1, C3 fully connected, C5, F6, output
    assert sum(counts) == 61706


def test_lenet_learns_to_tell_patterns_apart(rng):
    y = np.arange(20) % 2
    x = rng.standard_normal((20, 1, 28, 28)).astype(np.float32) * 0.1
    x[y == 0, :, 10:18] += 1
    x[y == 1, :, :, 10:18] += 1
    model = lenet5(rng=0, classes=2)
    for _ in range(10):
        grads = ad.grad(lambda m: nn.losses.cross_entropy(m(x), y))(model)
        model = ad.tree.map(lambda p, g: p - 0.5 * g, model, grads)
    np.testing.assert_array_equal(model(x).argmax(1), y)


def test_vgg19_has_the_parameters_and_names_of_torchvision_and_takes_no_memory():
    model = vgg19(rng=nn.SHAPES_ONLY)
    parameters = model.named_parameters()
    assert model.num_parameters == 143_667_240
    convolutions = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
    names = [f"features.{k}" for k in convolutions] + [f"classifier.{k}" for k in (0, 3, 6)]
    assert list(parameters) == [f"{name}.{kind}" for name in names for kind in ("weight", "bias")]
    assert parameters["classifier.0.weight"].shape == (4096, 512 * 49)
    assert all(0 in p.strides for p in parameters.values())  # all entries are one place in memory


def test_vgg19_is_summarised_from_shapes_alone():
    found = nn.summary(vgg19(rng=nn.SHAPES_ONLY), (1, 3, 224, 224))
    assert found.output == (1, 1000)
    by_layer = []
    size, channels = 224, 3
    for width, count in ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)):
        for _ in range(count):
            by_layer.append(9 * channels * width * size * size)
            channels = width
        size //= 2
    by_layer += [25088 * 4096, 4096 * 4096, 4096 * 1000]
    assert found.macs == sum(by_layer)
    assert round(found.macs / 1e9, 2) == 19.63


def test_a_residual_block_with_zero_convolutions_passes_on_what_is_positive(rng):
    block = residual_block(4, rng=0)
    block.conv2.weight[...] = 0
    x = rng.standard_normal((2, 4, 5, 5)).astype(np.float32)
    np.testing.assert_array_equal(block(x), np.maximum(x, 0))


def test_a_basic_block_has_the_names_of_torchvision():
    names = list(BasicBlock(2, 4, stride=2, rng=0).state_dict())
    norms = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    expected = {"conv1.weight", "conv2.weight", "downsample.0.weight"}
    expected |= {f"{norm}.{part}" for norm in ("bn1", "bn2", "downsample.1") for part in norms}
    assert set(names) == expected


REFUSED = {
    "reflect": (ShapeError, "too wide for 'reflect'", lambda: F.pad(np.zeros(3), (3, 0), "reflect")),
    "circular": (ShapeError, "too wide for 'circular'", lambda: F.pad(np.zeros(3), (4, 0), "circular")),
    "mode": (ModelError, "mode is one of", lambda: F.pad(np.zeros(3), (1, 1), "mirror")),
    "odd": (ModelError, "two for each axis", lambda: F.pad(np.zeros(3), (1,))),
    "axes": (ShapeError, "at least 2 axes", lambda: F.pad(np.zeros(3), (1, 1, 1, 1))),
    "away": (ShapeError, "takes away too much", lambda: F.pad(np.zeros(3), (-2, -2))),
    "layer widths": (ModelError, "4 of them", lambda: nn.ZeroPad2d((1, 2))),
    "sizes": (ModelError, "either size or scale_factor", lambda: F.interpolate(np.zeros((1, 1, 2)))),
    "interpolation": (ModelError, "mode is one of", lambda: F.interpolate(np.zeros((1, 1, 2)), 3, mode="area")),
    "scale": (ModelError, "positive number", lambda: F.interpolate(np.zeros((1, 1, 2)), scale_factor=-1)),
    "layer mode": (ModelError, "mode is", lambda: nn.Upsample(2, mode="area")),
    "shuffle": (ShapeError, "C·4", lambda: F.pixel_shuffle(np.zeros((1, 3, 2, 2)), 2)),
    "unshuffle": (ShapeError, "pad or crop", lambda: F.pixel_unshuffle(np.zeros((1, 3, 3, 2)), 2)),
    "reshape": (ShapeError, "5 entries", lambda: nn.Reshape(5)(np.zeros((2, 4)))),
    "two unknowns": (ModelError, "at most one", lambda: nn.Reshape(-1, -1)),
    "unflatten": (ShapeError, "6 entries on axis 1", lambda: nn.Unflatten(1, (2, 3))(np.zeros((2, 5)))),
    "flatten": (ShapeError, "axes from 1 to -1", lambda: nn.Flatten()(np.zeros(3))),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_a_remedy(name):
    error, message, call = REFUSED[name]
    with pytest.raises(error, match=message):
        call()
