"""Fused primitives: kernels where arrays are plain, the reference everywhere else."""

import numpy as np
import pytest

import autodiff as ad
from autodiff.fused import fused
from autodiff.testing import check_grads

X = np.array([[0.3, -0.5], [1.2, 0.1]])
W = np.array([[0.5, -1.0], [0.25, 2.0]])


@pytest.fixture
def layer():
    """tanh(x w), and how often its kernels have run."""
    counts = {"forward": 0, "backward": 0}

    def forward(x, w):
        counts["forward"] += 1
        y = np.tanh(x @ w)
        return y, y

    def backward(cotangent, y, wanted, x, w):
        counts["backward"] += 1
        c = cotangent * (1 - y * y)
        return [c @ w.T if k == 0 else x.T @ c for k in wanted]

    @fused(forward, backward)
    def layer(x, w):
        return np.tanh(x @ w)

    return layer, counts


def test_a_gradient_takes_the_kernels_once(layer):
    f, counts = layer
    found = ad.grad(lambda w: (f(X, w) ** 2).sum())(W)
    expected = ad.grad(lambda w: (f.reference(X, w) ** 2).sum())(W)
    np.testing.assert_allclose(found, expected, rtol=1e-13)
    assert counts == {"forward": 1, "backward": 1}


def test_all_modes_and_orders_agree(layer):
    f, _ = layer
    check_grads(f, (X, W), order=3)


def test_both_arguments_may_be_one_value(layer):
    f, _ = layer
    np.testing.assert_allclose(
        ad.grad(lambda w: f(w, w).sum())(W), ad.grad(lambda w: f.reference(w, w).sum())(W), rtol=1e-13
    )


def test_a_traced_cotangent_is_pulled_back_by_the_reference(layer):
    f, _ = layer

    def pulled(c):
        return (ad.vjp(lambda w: f(X, w), W)[1](c)[0] ** 2).sum()

    def by_reference(c):
        return (ad.vjp(lambda w: f.reference(X, w), W)[1](c)[0] ** 2).sum()

    np.testing.assert_allclose(ad.grad(pulled)(X), ad.grad(by_reference)(X), rtol=1e-13)


def test_what_the_user_writes_to_afterwards_does_no_harm(layer):
    f, _ = layer
    x = X.copy()

    def g(w):
        y = f(x, w)
        x[...] = 7.0
        return y.sum()

    np.testing.assert_allclose(ad.grad(g)(W), ad.grad(lambda w: f(X, w).sum())(W), rtol=1e-13)


def test_plain_arrays_take_the_kernel_and_leave_no_record(layer):
    f, counts = layer
    np.testing.assert_allclose(f(X, W), np.tanh(X @ W))
    assert counts == {"forward": 1, "backward": 0}


def test_a_dtype_other_than_the_arguments_is_cast_back(layer):
    f, _ = layer
    grads = ad.grad(lambda w: f(X, w).sum())(W.astype(np.float32))
    assert grads.dtype == np.float32


def test_several_results_have_their_own_cotangents():
    def forward(x):
        return (x + 1, x * x), None

    def backward(cotangents, kept, wanted, x):
        a, b = cotangents
        return [a + 2 * x * b]

    @fused(forward, backward, several=True)
    def both(x):
        return x + 1, x * x

    x = np.array([1.0, 3.0])
    np.testing.assert_allclose(ad.grad(lambda x: both(x)[1].sum())(x), 2 * x)
    np.testing.assert_allclose(ad.grad(lambda x: (both(x)[0] * both(x)[1]).sum())(x), 3 * x**2 + 2 * x)
    check_grads(both, (x,), order=2)


def test_a_tape_in_the_hand_shows_the_record_by_its_name(layer):
    f, _ = layer
    assert "layer" in str(ad.record(lambda w: f(X, w), W))


def counted(kept):
    """x³ with a kernel that keeps something, and a list of the calls of its backward kernel."""
    calls = []

    def backward(cotangent, kept, wanted, x):
        calls.append(wanted)
        return [3 * x * x * cotangent]

    @fused(lambda x: (x**3, kept), backward)
    def cube(x):
        return x**3

    return cube, calls


@pytest.mark.parametrize("kept", [None, (), 1.0])
def test_one_sweep_over_plain_arrays_uses_the_kernel_whatever_it_keeps(kept):
    cube, calls = counted(kept)
    np.testing.assert_array_equal(ad.grad(lambda x: cube(x).sum())(np.array([1.0, 2.0])), [3, 12])
    assert calls == [(0,)]


def test_derivatives_of_derivatives_use_the_reference():
    cube, calls = counted(None)
    assert ad.grad(ad.grad(cube))(2.0) == 12
    assert not calls
