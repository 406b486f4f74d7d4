"""Pooling: kernels against the definition, ties, switches, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F
from autodiff.nn.errors import ModelError, ShapeError
from autodiff.nn.functional import pooling
from autodiff.nn.functional.geometry import Window
from autodiff.nn.functional.pooling_kernels import switches_of
from autodiff.nn.functional.windows import flat_places, gathered, picked, regular_places
from autodiff.tracer import unwrap


@st.composite
def problems(draw):
    axes = draw(st.integers(1, 3))
    few = st.integers(1, 3)
    kernel = tuple(draw(few) for _ in range(axes))
    dilation = tuple(draw(st.integers(1, 2)) for _ in range(axes))
    padding = tuple((draw(st.integers(0, k // 2)), draw(st.integers(-1, k // 2))) for k in kernel)
    size = tuple(d * (k - 1) + 2 + draw(st.integers(0, 3)) for d, k in zip(dilation, kernel, strict=True))
    window = Window(tuple(draw(few) for _ in range(axes)), padding, dilation)
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    return rng.integers(-2, 3, (2, 2, *size)).astype(float), kernel, window, rng


@settings(max_examples=60)
@given(problems())
def test_sums_and_maxima_are_those_of_the_entries_of_each_window(problem):
    x, kernel, window, rng = problem
    places = regular_places(x.shape[2:], kernel, window)
    params = {"kernel": kernel, "window": window}

    def first_largest(x):
        return picked(x, flat_places(unwrap(x), places))

    for fused, by_definition in (
        (pooling._largest, first_largest),
        (pooling._summed, lambda x: gathered(x, places, fill=0.0).sum(-1)),
    ):
        expected, definition_pullback = ad.vjp(by_definition, x)
        c = rng.integers(-4, 5, expected.shape).astype(float)
        for function in (fused, fused.reference):
            y, pullback = ad.vjp(lambda x, function=function: function(x, **params), x)
            np.testing.assert_array_equal(y, expected)
            np.testing.assert_array_equal(pullback(c)[0], definition_pullback(c)[0])


@settings(max_examples=30)
@given(problems())
def test_switches_are_the_first_places_of_the_maxima(problem):
    x, kernel, window, _ = problem
    expected = flat_places(x, regular_places(x.shape[2:], kernel, window))
    np.testing.assert_array_equal(switches_of(x, kernel, window), expected)


def test_nan_and_minus_infinity_win_where_they_are_the_largest():
    x = np.array([[[1.0, np.nan, 5.0, -np.inf, -np.inf, -np.inf]]])
    y, switches = F.max_pool1d(x, 3, return_indices=True)
    np.testing.assert_array_equal(y, [[[np.nan, -np.inf]]])
    np.testing.assert_array_equal(switches, [[[1, 3]]])
    np.testing.assert_array_equal(F.max_pool1d(x, 3), y)


def test_of_ties_the_first_takes_the_derivative():
    grad = ad.grad(lambda x: F.max_pool2d(x, 2).sum())(np.array([[[[1.0, 5.0], [5.0, 5.0]]]]))
    np.testing.assert_array_equal(grad, [[[[0, 1], [0, 0]]]])


def test_of_ties_the_first_takes_the_derivative_in_forward_mode():
    x = np.array([[[5.0, 5.0]]])
    assert ad.jvp(lambda x: F.max_pool1d(x, 2), (x,), (np.array([[[1.0, 10.0]]]),))[1] == 1


def test_padding_never_wins():
    np.testing.assert_array_equal(F.max_pool1d(np.full((1, 1, 2), -7.0), 2, padding=1), [[[-7, -7]]])


def test_pooling_does_not_return_its_argument():
    x = np.ones((1, 1, 3))
    for y in (F.max_pool1d(x, 1), F.avg_pool1d(x, 1)):
        assert not np.shares_memory(x, y)


def test_every_window_that_overlaps_gives_one_derivative(rng):
    x = rng.standard_normal((1, 1, 9))
    grad = ad.grad(lambda x: F.max_pool1d(x, 3, 1).sum())(x)
    assert grad.sum() == 7


def test_unpooling_puts_what_pooling_took_where_it_was(rng):
    x = rng.standard_normal((2, 3, 4, 6))
    y, switches = F.max_pool2d(x, 2, return_indices=True)
    back = F.max_unpool2d(y, switches, 2)
    np.testing.assert_array_equal(back, np.where(back != 0, x, 0))
    np.testing.assert_array_equal(F.max_pool2d(np.where(back != 0, x, -np.inf), 2), y)


def test_switches_are_those_of_the_maximum(rng):
    x = rng.standard_normal((2, 2, 5, 5))
    y, switches = F.max_pool2d(x, 3, 2, 1, return_indices=True)
    np.testing.assert_array_equal(
        np.take_along_axis(x.reshape(2, 2, -1), switches.reshape(2, 2, -1), -1), y.reshape(2, 2, -1)
    )
    np.testing.assert_array_equal(y, F.max_pool2d(x, 3, 2, 1))


def test_means_without_the_padding_keep_a_constant_image():
    y = F.avg_pool2d(np.ones((1, 1, 5, 5)), 3, 2, 1, ceil_mode=True, count_include_pad=False)
    np.testing.assert_allclose(y, 1, rtol=1e-15)


def test_the_norm_of_a_zero_window_has_derivative_zero():
    np.testing.assert_array_equal(ad.grad(lambda x: F.lp_pool1d(x, 2, 2).sum())(np.zeros((1, 1, 4))), 0)


def test_large_norms_tend_to_the_maximum(rng):
    x = rng.uniform(0.5, 1.0, (1, 1, 8))
    np.testing.assert_allclose(F.lp_pool1d(x, 200, 2), F.max_pool1d(x, 2), rtol=2 ** (1 / 200) - 1)
    np.testing.assert_array_equal(F.lp_pool1d(-x, np.inf, 2), F.max_pool1d(x, 2))


def test_adaptive_pooling_to_a_divisor_is_pooling(rng):
    x = rng.standard_normal((2, 2, 6, 4))
    np.testing.assert_allclose(F.adaptive_avg_pool2d(x, (3, 2)), F.avg_pool2d(x, 2), rtol=0, atol=1e-15)
    np.testing.assert_array_equal(F.adaptive_max_pool2d(x, (3, 2)), F.max_pool2d(x, 2))


def test_adaptive_pooling_to_the_same_size_changes_nothing(rng):
    x = rng.standard_normal((2, 2, 3, 5))
    np.testing.assert_array_equal(F.adaptive_avg_pool2d(x, (None, 5)), x)


def test_global_pooling_is_adaptive_pooling_to_one(rng):
    x = rng.standard_normal((2, 3, 4, 5))
    np.testing.assert_allclose(nn.GlobalAvgPool()(x), nn.AdaptiveAvgPool2d(1)(x)[..., 0, 0], rtol=1e-14)
    np.testing.assert_array_equal(nn.GlobalMaxPool()(x), nn.AdaptiveMaxPool2d(1)(x)[..., 0, 0])


IMAGE = np.zeros((1, 1, 4, 4))

REFUSED = {
    "padding": (ModelError, "at most half", lambda: F.max_pool2d(IMAGE, 2, padding=2)),
    "layer padding": (ModelError, "at most half", lambda: nn.MaxPool2d(2, padding=2)),
    "small image": (ShapeError, "at least 5 x 5", lambda: F.avg_pool2d(IMAGE, 5)),
    "axes": (ShapeError, r"\(N, C, L\)", lambda: F.max_pool1d(IMAGE, 2)),
    "divisor": (ModelError, "not 0", lambda: F.avg_pool2d(IMAGE, 2, divisor_override=0)),
    "layer divisor": (ModelError, "not 0", lambda: nn.AvgPool2d(2, divisor_override=0)),
    "norm": (ModelError, "p > 0", lambda: F.lp_pool2d(IMAGE, 0, 2)),
    "layer norm": (ModelError, "p > 0", lambda: nn.LPPool1d(-1, 2)),
    "adaptive size": (ModelError, "output_size", lambda: nn.AdaptiveAvgPool2d((2, 2, 2))),
    "empty image": (ShapeError, "nothing to pool", lambda: F.adaptive_avg_pool2d(np.zeros((1, 1, 0, 2)), 1)),
    "global axes": (ShapeError, "after the second", lambda: F.global_avg_pool(np.zeros((2, 2)))),
    "indices": (ShapeError, "one place for each entry", lambda: F.max_unpool2d(IMAGE, np.zeros((1, 1, 2, 2), int), 2)),
    "far indices": (ShapeError, "indices reach 64", lambda: F.max_unpool2d(IMAGE, np.full(IMAGE.shape, 64), 2)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_with_a_remedy(name):
    error, message, call = REFUSED[name]
    with pytest.raises(error, match=message):
        call()
