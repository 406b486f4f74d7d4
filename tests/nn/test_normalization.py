"""Normalisations: formulas, running statistics, kernels, errors. PyTorch is in test_against_torch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F
from autodiff.nn.functional import normalization
from tests.nn.kernels import assert_kernels_agree

seeds = st.integers(0, 2**32 - 1)
spatial = st.lists(st.integers(1, 3), max_size=2).map(tuple)
affine = st.sampled_from([0, 1, 2])


def drawn(rng, x, parameters, count):
    return (x, *(rng.standard_normal(parameters) for _ in range(count)))


# -- kernels -----------------------------------------------------------------------------------------------------------


@given(st.integers(2, 4), st.integers(1, 3), spatial, affine, seeds)
def test_the_kernel_of_batch_norm_computes_what_the_reference_says(n, c, shape, count, seed):
    rng = np.random.default_rng(seed)
    args = drawn(rng, rng.standard_normal((n, c, *shape)), c, count)
    assert_kernels_agree(normalization._batch_norm, args, rng, eps=0.1)


@given(st.lists(st.integers(0, 4), max_size=2), st.lists(st.integers(1, 4), min_size=1, max_size=2), st.data(), seeds)
def test_the_kernel_of_layer_norm_computes_what_the_reference_says(batch, last, data, seed):
    rng = np.random.default_rng(seed)
    args = drawn(rng, rng.standard_normal((*batch, *last)), tuple(last), data.draw(affine))
    params = {"axes": len(last), "centered": data.draw(st.booleans()), "eps": 0.1}
    assert_kernels_agree(normalization._layer_norm, args, rng, **params)


@given(st.integers(0, 3), st.integers(1, 3), st.integers(1, 3), spatial, affine, seeds)
def test_the_kernel_of_group_norm_computes_what_the_reference_says(n, groups, per_group, shape, count, seed):
    rng = np.random.default_rng(seed)
    c = groups * per_group
    args = drawn(rng, rng.standard_normal((n, c, *shape)), c, count)
    assert_kernels_agree(normalization._group_norm, args, rng, groups=groups, eps=0.1)


@given(st.integers(0, 3), st.integers(1, 3), spatial, st.booleans(), seeds)
def test_the_kernel_of_scale_and_shift_computes_what_the_reference_says(n, c, shape, by_sample, seed):
    rng = np.random.default_rng(seed)
    args = drawn(rng, rng.standard_normal((n, c, *shape)), (n, c) if by_sample else c, 2)
    assert_kernels_agree(normalization._scale_and_shift, args, rng)


@pytest.mark.parametrize("norm", ["batch", "layer", "group"])
def test_kernels_agree_where_there_is_more_than_one_block(norm, rng):
    x = rng.standard_normal((5, 4, 40, 200))
    if norm == "batch":
        assert_kernels_agree(normalization._batch_norm, drawn(rng, x, 4, 2), rng, eps=1e-3)
    elif norm == "layer":
        assert_kernels_agree(normalization._layer_norm, drawn(rng, x, 200, 2), rng, axes=1, centered=True, eps=1e-3)
    else:
        assert_kernels_agree(normalization._group_norm, drawn(rng, x, 4, 2), rng, groups=2, eps=1e-3)


@pytest.mark.parametrize("layer", [nn.BatchNorm2d(3), nn.GroupNorm(3, 3), nn.InstanceNorm2d(3), nn.LayerNorm(8)])
def test_a_large_mean_costs_no_more_digits_than_it_has_taken(layer, rng):
    x = rng.standard_normal((4, 3, 8, 8)) + 1000
    exact = type(layer)  # the same layer in float64
    twin = {nn.GroupNorm: lambda: exact(3, 3, dtype=np.float64), nn.LayerNorm: lambda: exact(8, dtype=np.float64)}
    twin = twin.get(exact, lambda: exact(3, dtype=np.float64))()
    x32 = x.astype(np.float32)
    assert (
        np.abs(layer(x32) - twin(x32.astype(np.float64))).max() < 1e-3
    )  # 1000 eps of the numbers, over a deviation of 1


# -- formulas ----------------------------------------------------------------------------------------------------------


def normalised(x, axes, eps=1e-5):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


def test_each_normalisation_is_over_its_group(rng):
    x = rng.standard_normal((2, 6, 4, 3))
    np.testing.assert_allclose(F.batch_norm(x), normalised(x, (0, 2, 3)), atol=1e-13)
    np.testing.assert_allclose(F.layer_norm(x, 3), normalised(x, (3,)), atol=1e-13)
    np.testing.assert_allclose(F.layer_norm(x, (4, 3)), normalised(x, (2, 3)), atol=1e-13)
    np.testing.assert_allclose(F.instance_norm(x), normalised(x, (2, 3)), atol=1e-13)
    grouped = normalised(x.reshape(2, 2, 3, 4, 3), (2, 3, 4)).reshape(x.shape)
    np.testing.assert_allclose(F.group_norm(x, 2), grouped, atol=1e-13)


def test_one_group_is_layer_norm_and_groups_of_one_are_instance_norm(rng):
    x = rng.standard_normal((2, 6, 4))
    np.testing.assert_allclose(F.group_norm(x, 1), F.layer_norm(x, (6, 4)), atol=1e-13)
    np.testing.assert_array_equal(F.group_norm(x, 6), F.instance_norm(x))


def test_the_mean_of_the_running_variances_is_unbiased():
    rng, layer = np.random.default_rng(0), nn.BatchNorm1d(1, momentum=None, dtype=np.float64)
    for _ in range(4000):
        layer(rng.standard_normal((3, 1)))
    assert layer.num_batches_tracked == 4000
    assert abs(layer.running_var[0] - 1) < 5 * (1 / 4000) ** 0.5  # its deviation is √(2/(m - 1)/4000)
    assert abs(layer.running_mean[0]) < 5 * (1 / 12000) ** 0.5


def test_running_statistics_move_in_training_only(rng):
    layer = nn.BatchNorm1d(2)
    layer.eval()(rng.standard_normal((4, 2)).astype(np.float32))
    assert layer.running_mean.tolist() == [0, 0] and layer.num_batches_tracked == 0
    layer.train()(np.array([[1.0, 2.0], [3.0, 2.0]], np.float32))
    np.testing.assert_allclose(layer.running_mean, [0.2, 0.2], rtol=1e-6)
    np.testing.assert_allclose(layer.running_var, [0.9 + 0.1 * 2, 0.9], rtol=1e-6)


def test_running_statistics_of_a_model_move_while_it_is_differentiated(rng):
    layer = nn.BatchNorm1d(2)
    x = rng.standard_normal((4, 2)).astype(np.float32) + 5
    ad.grad(lambda model: (model(x) ** 2).sum())(layer)
    np.testing.assert_allclose(layer.running_mean, 0.1 * x.mean(axis=0), rtol=1e-5)


def test_rows_of_an_adain_have_the_mean_and_deviation_of_the_style(rng):
    scale, shift = rng.uniform(0.5, 2, (2, 3)), rng.standard_normal((2, 3))
    y = F.adaptive_instance_norm(rng.standard_normal((2, 3, 8, 8)), scale, shift, eps=0.0)
    np.testing.assert_allclose(y.mean(axis=(2, 3)), shift, atol=1e-13)
    np.testing.assert_allclose(y.std(axis=(2, 3)), scale, rtol=1e-12)


def test_a_conditional_batch_norm_is_at_first_a_batch_norm(rng):
    x = rng.standard_normal((4, 3, 2, 2)).astype(np.float32)
    layer = nn.ConditionalBatchNorm(3, num_classes=5)
    np.testing.assert_allclose(layer(x, np.array([0, 4, 2, 0])), nn.BatchNorm2d(3)(x), atol=1e-6)


def test_each_class_trains_its_own_row(rng):
    x = rng.standard_normal((4, 3, 2, 2)).astype(np.float32)
    layer = nn.ConditionalBatchNorm(3, num_classes=5)
    grads = ad.grad(lambda model: (model(x, np.array([1, 1, 3, 3])) ** 3).sum())(layer)
    assert grads.scale.weight.any(axis=1).tolist() == [False, True, False, True, False]


# -- other parameters --------------------------------------------------------------------------------------------------


def test_a_layer_with_weight_norm_computes_at_first_what_it_did(rng):
    x, layer = rng.standard_normal((5, 3)), nn.Linear(3, 4, rng=0, dtype=np.float64)
    np.testing.assert_allclose(nn.WeightNorm(layer)(x), layer(x), rtol=1e-14)


def test_the_gradient_of_a_direction_is_orthogonal_to_it(rng):
    x, layer = rng.standard_normal((5, 3)), nn.WeightNorm(nn.Linear(3, 4, rng=0, dtype=np.float64))
    grads = ad.grad(lambda model: (model(x) ** 2).sum())(layer)
    np.testing.assert_allclose((grads.weight_v * layer.weight_v).sum(axis=1), 0, atol=1e-13)


def test_the_weight_under_spectral_norm_has_largest_singular_value_one():
    linear = nn.Linear(6, 4, bias=False, rng=0, dtype=np.float64)
    layer = nn.SpectralNorm(linear, n_power_iterations=50, rng=0)
    assert abs(np.linalg.norm(layer(np.eye(6)), 2) - 1) < 1e-10


def test_the_derivative_under_spectral_norm_is_that_of_the_quotient():
    linear = nn.Linear(6, 4, bias=False, rng=0, dtype=np.float64)
    layer, c = nn.SpectralNorm(linear, n_power_iterations=200, rng=0), np.random.default_rng(1).standard_normal((6, 4))
    found = ad.grad(lambda model: (model(np.eye(6)) * c).sum())(layer).weight_orig
    expected = ad.grad(lambda w: (w.T * c).sum() / np.linalg.svd(w, compute_uv=False)[0])(linear.weight)
    np.testing.assert_allclose(found, expected, atol=1e-10)


def test_power_iterations_stand_still_in_evaluation():
    layer = nn.SpectralNorm(nn.Linear(6, 4, rng=0), rng=0).eval()
    before = layer.weight_u.copy()
    layer(np.ones((2, 6), np.float32))
    np.testing.assert_array_equal(layer.weight_u, before)


@pytest.mark.parametrize("names", [("weight_g", "weight_v"), ("parametrizations.weight.original0", None)])
def test_weight_norm_loads_both_namings_of_pytorch(names):
    source, target = (nn.WeightNorm(nn.Linear(3, 2, rng=seed)) for seed in (0, 1))
    state = source.state_dict()
    if names[0] == "weight_g":
        state = {"weight_g": source.weight_g, "weight_v": source.weight_v, "bias": state["bias"]}
    target.load_state_dict(state)
    np.testing.assert_array_equal(target(np.eye(3, dtype=np.float32)), source(np.eye(3, dtype=np.float32)))


# -- folding -----------------------------------------------------------------------------------------------------------


def with_statistics(norm, rng):
    norm.running_mean[...] = rng.standard_normal(norm.num_features)
    norm.running_var[...] = rng.uniform(0.5, 2, norm.num_features)
    if norm.weight is not None:
        norm.weight, norm.bias = rng.standard_normal((2, norm.num_features)).astype(norm.weight.dtype)
    return norm


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("affine", [True, False])
def test_a_folded_model_computes_the_same(bias, affine, rng):
    model = nn.Sequential(
        nn.Linear(3, 4, bias, rng=rng), with_statistics(nn.BatchNorm1d(4, affine=affine), rng), nn.Linear(4, 2, rng=rng)
    )
    x = rng.standard_normal((5, 3)).astype(np.float32)
    folded = nn.fold_batch_norm(model)
    assert isinstance(folded[1], nn.Identity) and isinstance(model[1], nn.BatchNorm1d)
    np.testing.assert_allclose(folded(x), model.eval()(x), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["Conv2d", "ConvTranspose2d"])
@pytest.mark.parametrize("groups", [1, 2])
def test_a_folded_convolution_computes_the_same(name, groups, rng):
    if not hasattr(nn, name):
        pytest.skip(f"there is no {name}")
    conv = getattr(nn, name)(4, 6, 3, groups=groups, rng=rng, dtype=np.float64)
    model = nn.Sequential(conv, with_statistics(nn.BatchNorm2d(6, dtype=np.float64), rng))
    x = rng.standard_normal((2, 4, 5, 5))
    np.testing.assert_allclose(nn.fold_batch_norm(model)(x), model.eval()(x), rtol=0, atol=1e-12)


class Pair(nn.Module):
    def __init__(self, rng):
        self.first, self.norm = nn.Linear(3, 4, rng=rng), with_statistics(nn.BatchNorm1d(4), rng)

    def forward(self, x):
        return self.norm(self.first(x))


def test_pairs_may_be_named(rng):
    model, x = Pair(rng), rng.standard_normal((5, 3)).astype(np.float32)
    folded = nn.fold_batch_norm(model, [("first", "norm")])
    assert isinstance(folded.norm, nn.Identity)
    np.testing.assert_allclose(folded(x), model.eval()(x), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("first", "other"), "no module 'other'"),
        (("norm", "first"), "folds into a linear layer or a convolution"),
    ],
)
def test_what_cannot_be_folded_is_refused(pair, message, rng):
    with pytest.raises(nn.ModelError, match=message):
        nn.fold_batch_norm(Pair(rng), [pair])


# -- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.BatchNorm2d(0), "num_features is a whole number"),
        (lambda: nn.BatchNorm2d(3, momentum=1.5), "between 0 and 1"),
        (lambda: nn.BatchNorm2d(3)(np.ones((2, 4, 5, 5))), r"\(N, 3, H, W\).*\(2, 4, 5, 5\)"),
        (lambda: nn.BatchNorm2d(3)(np.ones((2, 3))), r"\(N, 3, H, W\)"),
        (lambda: nn.BatchNorm1d(3)(np.ones((1, 3))), "two numbers or more for each channel"),
        (lambda: nn.LayerNorm(4)(np.ones((2, 3))), r"\(..., 4\)"),
        (lambda: nn.LayerNorm(()), "one axis or more"),
        (lambda: nn.RMSNorm(0), "positive length"),
        (lambda: nn.GroupNorm(2, 5), "equal groups"),
        (lambda: F.group_norm(np.ones((2, 5)), 2), "2 groups"),
        (lambda: nn.InstanceNorm1d(3)(np.ones((2, 3, 1))), "two numbers or more"),
        (lambda: F.instance_norm(np.ones((2, 3, 4)), use_input_stats=False), "needs a running mean"),
        (lambda: nn.LocalResponseNorm(0), "positive size"),
        (lambda: nn.ConditionalBatchNorm(3), "one of the two"),
        (lambda: nn.ConditionalBatchNorm(3, 4)(np.ones((2, 3)), np.array([0])), "one condition for each sample"),
        (lambda: nn.SqueezeExcite(0), "channels is a whole number"),
        (lambda: nn.SqueezeExcite(4)(np.ones((2, 4))), "axes to take means over"),
        (lambda: nn.AdaIN(3, 0), "style_features is a whole number"),
        (lambda: nn.WeightNorm(nn.ReLU()), "an array 'weight'"),
        (lambda: nn.WeightNorm(nn.Linear(2, 2, rng=0), axis=2), "axis is one of 2"),
        (lambda: nn.SpectralNorm(nn.Linear(2, 2, rng=0), n_power_iterations=0), "one power iteration"),
    ],
)
def test_bad_arguments_are_refused(make, message):
    with pytest.raises((nn.ModelError, nn.ShapeError), match=message):
        make()
