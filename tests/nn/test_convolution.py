"""Convolutions: the three maps and what they are transposes of, the convolution of mathematics, and what is refused."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F
from autodiff.nn.errors import ModelError, ShapeError
from autodiff.nn.functional import convolution
from autodiff.nn.functional.correlation import correlate, spread, weigh
from autodiff.nn.functional.geometry import Window
from autodiff.testing import check_grads


def by_definition(x, w, window):
    """y[n, o, p] = Σ w[o, c, k] x[n, c, stride·p + dilation·k - padding], entry by entry."""
    size, kernel = x.shape[2:], w.shape[2:]
    out = window.output(size, kernel)
    y = np.zeros((len(x), len(w), *out), np.result_type(x, w))
    inner, outer = w.shape[1], len(w) // window.groups
    for o, p, k in itertools.product(range(len(w)), np.ndindex(*out), np.ndindex(*kernel)):
        q = [
            s * i + d * j - b
            for s, i, d, j, (b, _) in zip(window.stride, p, window.dilation, k, window.padding, strict=True)
        ]
        beyond = [n + min(a, 0) for n, (_, a) in zip(size, window.padding, strict=True)]  # negative: taken away
        first = [max(-b, 0) for b, _ in window.padding]
        if all(f <= i < n for f, i, n in zip(first, q, beyond, strict=True)):
            group = o // outer
            channels = x[(slice(None), slice(group * inner, (group + 1) * inner), *q)]
            y[(slice(None), o, *p)] += channels @ w[(o, slice(None), *k)]
    return y


@st.composite
def problems(draw):
    axes = draw(st.integers(1, 3))
    few = st.integers(1, 3)
    kernel = tuple(draw(few) for _ in range(axes))
    dilation = tuple(draw(st.integers(1, 2)) for _ in range(axes))
    padding = tuple((draw(st.integers(-1, 3)), draw(st.integers(-1, 3))) for _ in range(axes))
    size = tuple(
        d * (k - 1) + 1 + draw(st.integers(0, 3)) + max(0, -b) + max(0, -a)
        for d, k, (b, a) in zip(dilation, kernel, padding, strict=True)
    )
    groups = draw(st.integers(1, 2))
    window = Window(tuple(draw(few) for _ in range(axes)), padding, dilation, groups)
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    inner, outer = draw(few), draw(few)
    x = rng.standard_normal((draw(few), groups * inner, *size))
    w = rng.standard_normal((groups * outer, inner, *kernel))
    return x, w, window, rng


@settings(max_examples=60)
@given(problems())
def test_correlation_is_what_its_formula_says(problem):
    x, w, window, _ = problem
    np.testing.assert_allclose(correlate(x, w, window), by_definition(x, w, window), rtol=0, atol=1e-12)


@settings(max_examples=60)
@given(problems())
def test_the_three_maps_are_the_derivatives_of_one_trilinear_form(problem):
    x, w, window, rng = problem
    y = rng.standard_normal(correlate(x, w, window).shape)
    form = np.vdot(y, correlate(x, w, window))
    scale = 1e-12 * (1 + np.abs(y).sum() * np.abs(w).sum())  # rounding of as many products
    assert abs(form - np.vdot(x, spread(y, w, window, x.shape[2:]))) < scale
    assert abs(form - np.vdot(w, weigh(x, y, window, w.shape[2:]))) < scale


@settings(max_examples=30)
@given(problems())
def test_kernels_compute_what_the_references_do(problem):
    x, w, window, rng = problem
    bias = rng.standard_normal(len(w))
    for fused, args, params in (
        (convolution._correlated, (x, w, bias), {"window": window}),
        (
            convolution._spread,
            (correlate(x, w, window), w, rng.standard_normal(x.shape[1])),
            {"window": window, "size": x.shape[2:]},
        ),
    ):
        y, pullback = ad.vjp(lambda *a, fused=fused, params=params: fused(*a, **params), *args)
        expected, by_reference = ad.vjp(lambda *a, fused=fused, params=params: fused.reference(*a, **params), *args)
        np.testing.assert_allclose(y, expected, rtol=0, atol=1e-11)
        c = rng.standard_normal(y.shape)
        for a, b in zip(pullback(c), by_reference(c), strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-11 * (1 + np.abs(b).max(initial=0)))


@pytest.mark.parametrize("batch", [1, 2, 50])
@pytest.mark.parametrize("size, channels", [((3, 3), (40, 30)), ((30, 40), (5, 2))])
def test_batches_larger_than_a_block_are_computed_whole(batch, size, channels, rng):
    inner, outer = channels
    x, w = rng.standard_normal((batch, inner, *size)), rng.standard_normal((outer, inner, 3, 3))
    for window in (Window((1, 1), ((1, 1), (1, 1)), (1, 1)), Window((2, 2), ((1, 1), (1, 1)), (1, 1))):
        y = correlate(x, w, window)
        each = np.concatenate([correlate(x[k : k + 1], w, window) for k in range(batch)])
        np.testing.assert_allclose(y, each, rtol=0, atol=1e-11)
        parts = [spread(y[k : k + 1], w, window, size) for k in range(batch)]
        np.testing.assert_allclose(spread(y, w, window, size), np.concatenate(parts), rtol=0, atol=1e-9)
        total = sum(weigh(x[k : k + 1], y[k : k + 1], window, (3, 3)) for k in range(batch))
        np.testing.assert_allclose(weigh(x, y, window, (3, 3)), total, rtol=1e-10)


def test_conv2d_is_the_cross_correlation_of_scipy(rng):
    x, w = rng.standard_normal((6, 7)), rng.standard_normal((3, 3))
    expected = signal.correlate2d(x, w, mode="valid")
    np.testing.assert_allclose(F.conv2d(x[None, None], w[None, None])[0, 0], expected, rtol=0, atol=1e-13)


def test_images_that_are_views_are_read_right(rng):
    base = rng.standard_normal((8, 9, 3, 2))
    x = base.T  # (2, 3, 9, 8), no axis contiguous
    w = rng.standard_normal((4, 3, 2, 2)).transpose(0, 1, 3, 2)
    np.testing.assert_array_equal(F.conv2d(x, w, padding=1), F.conv2d(x.copy(), w.copy(), padding=1))


def test_float32_and_float64_meet_in_float64(rng):
    x, w = rng.standard_normal((1, 1, 4, 4)), rng.standard_normal((1, 1, 2, 2)).astype(np.float32)
    gx, gw = ad.grad(lambda x, w: F.conv2d(x, w).sum(), argnums=(0, 1))(x, w)
    assert F.conv2d(x, w).dtype == gx.dtype == np.float64 and gw.dtype == np.float32


def test_the_gradient_of_the_first_layers_input_is_not_computed(monkeypatch, rng):
    monkeypatch.setattr(convolution, "spread", lambda *args: pytest.fail("nobody asked for it"))
    x = rng.standard_normal((2, 1, 4, 4)).astype(np.float32)
    grads = ad.grad(lambda m: m(x).sum())(nn.Conv2d(1, 2, 3, rng=0))
    np.testing.assert_allclose(grads.bias, 8)


# -- words for padding, and modes of it --------------------------------------------------------------------------------


@given(st.integers(1, 5), st.integers(1, 3))
def test_padding_same_keeps_the_size(kernel, dilation):
    assert F.conv1d(np.ones((1, 1, 6)), np.ones((1, 1, kernel)), padding="same", dilation=dilation).shape == (1, 1, 6)


def test_causal_convolutions_do_not_look_ahead(rng):
    w = rng.standard_normal((1, 1, 3))
    jacobian = ad.jacobian(lambda x: F.conv1d(x[None, None], w, padding="causal", dilation=2)[0, 0])(np.zeros(8))
    np.testing.assert_array_equal(np.triu(jacobian, 1), 0)
    np.testing.assert_array_equal(np.diagonal(jacobian), w[0, 0, -1])


def test_circular_padding_makes_the_convolution_that_fourier_diagonalises(rng):
    layer = nn.Conv1d(1, 1, 3, padding="same", padding_mode="circular", bias=False, rng=0, dtype=np.float64)
    x = rng.standard_normal(8)
    f = np.zeros(8)
    f[[1, 0, -1]] = layer.weight[0, 0]  # turned around, and its middle at 0
    expected = np.fft.ifft(np.fft.fft(x) * np.fft.fft(f)).real
    np.testing.assert_allclose(layer(x[None, None])[0, 0], expected, rtol=0, atol=1e-14)


def test_pairs_pad_each_side_by_itself():
    x = np.array([[[1.0, 2.0]]])
    np.testing.assert_array_equal(F.conv1d(x, np.ones((1, 1, 1)), padding=[(2, 1)]), [[[0, 0, 1, 2, 0]]])


# -- transposed, depthwise, unfolded -----------------------------------------------------------------------------------


def test_the_transposed_layer_is_the_adjoint_of_the_layer(rng):
    options = {"stride": 2, "padding": 1, "groups": 2}
    w = rng.standard_normal((4, 3, 3, 3))
    x = rng.standard_normal((2, 6, 7, 8))
    y = rng.standard_normal(F.conv2d(x, w, **options).shape)
    back = F.conv_transpose2d(y, w, **options, output_padding=(0, 1))
    assert np.vdot(F.conv2d(x, w, **options), y) == pytest.approx(np.vdot(x, back), rel=1e-12)


def test_the_transposed_layer_gives_every_size_that_the_convolution_takes_there():
    conv, back = nn.Conv2d(1, 1, 3, 3, 1, rng=0), nn.ConvTranspose2d(1, 1, 3, 3, 1, rng=0)
    for n in (4, 5, 6):
        x = np.zeros((1, 1, n, n), np.float32)
        assert back(conv(x), output_size=x.shape).shape == x.shape
    with pytest.raises(ModelError, match="from .* come sizes from"):
        back(np.zeros((1, 1, 2, 2), np.float32), output_size=(9, 9))


def test_a_depthwise_convolution_treats_each_channel_by_itself(rng):
    layer = nn.DepthwiseConv2d(3, 3, padding=1, rng=0, dtype=np.float64)
    x = rng.standard_normal((2, 3, 5, 5))
    for c in range(3):
        alone = F.conv2d(x[:, c : c + 1], layer.weight[c : c + 1], layer.bias[c : c + 1], padding=1)
        np.testing.assert_allclose(layer(x)[:, c : c + 1], alone, rtol=0, atol=1e-14)


def test_a_convolution_is_a_matrix_times_unfolded_patches(rng):
    x, w = rng.standard_normal((2, 3, 6, 5)), rng.standard_normal((4, 3, 3, 2))
    y = F.conv2d(x, w, stride=2, padding=1, dilation=(1, 2))
    patches = F.unfold(x, (3, 2), stride=2, padding=1, dilation=(1, 2))
    np.testing.assert_allclose(w.reshape(4, -1) @ patches, y.reshape(2, 4, -1), rtol=0, atol=1e-13)


def test_fold_of_unfold_counts_the_patches():
    x = np.ones((1, 1, 4))
    np.testing.assert_array_equal(F.fold(F.unfold(x, 3), (4,), 3), [[[1, 2, 2, 1]]])


# -- the convolution of mathematics ------------------------------------------------------------------------------------


def test_the_toeplitz_matrix_of_a_filter_of_three_on_six_numbers_has_eight_rows():
    T = F.toeplitz(np.array([1.0, 2.0, 3.0]), 6)
    assert T.shape == (8, 6)
    np.testing.assert_array_equal(T[:, 0], [1, 2, 3, 0, 0, 0, 0, 0])
    np.testing.assert_array_equal(T[:, 5], [0, 0, 0, 0, 0, 1, 2, 3])


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 1 << 30))
def test_convolution_is_its_toeplitz_matrix_and_commutes(n, m, seed):
    rng = np.random.default_rng(seed)
    x, f = rng.standard_normal(n), rng.standard_normal(m)
    np.testing.assert_allclose(F.toeplitz(f, n) @ x, F.convolve(x, f), rtol=0, atol=1e-13)
    np.testing.assert_allclose(F.convolve(f, x), F.convolve(x, f), rtol=0, atol=1e-13)


def test_convolution_turns_the_filter_around_and_conv1d_does_not(rng):
    x, f = rng.standard_normal(7), rng.standard_normal(3)
    both = F.conv1d(x[None, None], f[None, None, ::-1])[0, 0], F.convolve(x, f, mode="valid")
    np.testing.assert_allclose(*both, rtol=0, atol=1e-14)
    assert not np.allclose(F.conv1d(x[None, None], f[None, None])[0, 0], both[1])


def test_convolution_and_its_matrix_are_differentiated(rng):
    x, f = rng.standard_normal(4), rng.standard_normal(3)
    check_grads(lambda x, f: F.convolve(x, f) ** 2, (x, f), order=2)
    check_grads(lambda f: (F.toeplitz(f, 4) @ x) ** 2, (f,), order=2)


# -- higher order ------------------------------------------------------------------------------------------------------


@pytest.fixture
def critic():
    options = {"rng": np.random.default_rng(3), "dtype": np.float64}
    conv = nn.Conv2d(1, 2, 3, 2, 1, **options), nn.Conv2d(2, 3, 3, padding=1, **options)
    return nn.Sequential(conv[0], nn.Lambda(np.tanh), conv[1], nn.Lambda(np.tanh), nn.GlobalAvgPool())


def test_the_penalty_on_a_critics_gradient_is_differentiated(critic, rng):
    x = rng.standard_normal((2, 1, 6, 6))

    def penalty(model):
        return (ad.grad(lambda x: model(x).sum())(x) ** 2).sum()

    grads, step = ad.grad(penalty)(critic), 1e-6
    for path, array in critic.named_parameters().items():
        direction = rng.standard_normal(array.shape)
        found = np.vdot(grads.state_dict()[path], direction)
        start = array.copy()
        ends = []
        for sign in (1, -1):
            array[...] = start + sign * step * direction
            ends.append(penalty(critic))
        array[...] = start
        expected = (ends[0] - ends[1]) / (2 * step)
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-8), path  # error of central differences


def test_hessian_vector_products_of_a_network_are_symmetric(critic, rng):
    x = rng.standard_normal((2, 1, 6, 6))

    def f(model):
        return (model(x) ** 2).sum()

    u, v = (ad.tree.map(lambda p: rng.standard_normal(p.shape), critic) for _ in range(2))

    def inner(a, b):
        return sum(np.vdot(p, q) for p, q in zip(ad.tree.leaves(a), ad.tree.leaves(b), strict=True))

    assert inner(u, ad.hvp(f, critic, v)) == pytest.approx(inner(v, ad.hvp(f, critic, u)), rel=1e-10)


# -- what is refused ---------------------------------------------------------------------------------------------------

IMAGE, KERNEL = np.zeros((1, 2, 4, 4)), np.zeros((3, 2, 3, 3))

REFUSED = {
    "channels": (ShapeError, "2 channels on axis 1", lambda: F.conv2d(np.zeros((1, 3, 4, 4)), KERNEL)),
    "axes": (ShapeError, r"x\[None\]", lambda: F.conv2d(np.zeros((2, 4, 4)), KERNEL)),
    "small image": (ShapeError, "at least 3 x 3", lambda: F.conv2d(np.zeros((1, 2, 2, 4)), KERNEL)),
    "bias": (ShapeError, r"conv2d's bias takes \(3,\)", lambda: F.conv2d(IMAGE, KERNEL, np.zeros(2))),
    "weight": (ShapeError, "conv2d's weight", lambda: F.conv2d(IMAGE, np.zeros((3, 2, 3)))),
    "groups": (ModelError, "divides", lambda: F.conv2d(IMAGE, KERNEL, groups=2)),
    "stride": (ModelError, "stride is one int", lambda: F.conv2d(IMAGE, KERNEL, stride=0)),
    "same": (ModelError, "needs stride 1", lambda: F.conv2d(IMAGE, KERNEL, stride=2, padding="same")),
    "causal": (ModelError, "one axis", lambda: F.conv2d(IMAGE, KERNEL, padding="causal")),
    "word": (ModelError, '"valid", "same"', lambda: F.conv2d(IMAGE, KERNEL, padding="full")),
    "negative": (ModelError, "at least 0", lambda: F.conv2d(IMAGE, KERNEL, padding=-1)),
    "output padding": (
        ModelError,
        "smaller than the stride",
        lambda: F.conv_transpose2d(IMAGE, np.zeros((2, 1, 3, 3)), stride=2, output_padding=2),
    ),
    "nothing left": (
        ShapeError,
        "pad less",
        lambda: F.conv_transpose2d(np.zeros((1, 2, 1, 1)), np.zeros((2, 1, 1, 1)), padding=1),
    ),
    "layer channels": (ModelError, "in_channels is a whole number from 1 on", lambda: nn.Conv2d(0, 1, 3)),
    "layer groups": (ModelError, "groups=2 has to divide", lambda: nn.Conv2d(3, 4, 3, groups=2)),
    "layer mode": (ModelError, "padding_mode is one of", lambda: nn.Conv2d(1, 1, 3, padding_mode="mirror")),
    "layer kernel": (ModelError, "kernel_size", lambda: nn.Conv2d(1, 1, (3, 3, 3))),
    "layer output padding": (ModelError, "output_padding", lambda: nn.ConvTranspose2d(1, 1, 3, output_padding=1)),
    "fold": (ShapeError, r"\(N, C·4, 9\)", lambda: F.fold(np.zeros((1, 4, 8)), (4, 4), 2)),
    "convolve": (ShapeError, "conv1d and conv2d", lambda: F.convolve(np.zeros((2, 2)), np.zeros(2))),
    "convolve's mode": (ModelError, '"full"', lambda: F.convolve(np.zeros(2), np.zeros(2), "half")),
    "toeplitz": (ShapeError, "one axis", lambda: F.toeplitz(np.zeros((2, 2)), 3)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_a_remedy(name):
    error, message, call = REFUSED[name]
    with pytest.raises(error, match=message):
        call()


def test_errors_name_the_layer_in_the_model():
    model = nn.Sequential(nn.Conv2d(1, 2, 3, rng=0), nn.Conv2d(3, 2, 3, rng=0))
    with pytest.raises(ShapeError, match=r"^1 = Conv2d\(3, 2, 3\): conv2d takes \(N, 3, H, W\)"):
        model(np.zeros((1, 1, 8, 8), np.float32))
