"""First-order methods that take a matrix for what it is: orthogonalized, or by powers of its second moments."""

import numpy as np
import pytest
import scipy.linalg

import autodiff as ad
import optim
from optim.transforms.muon import orthogonalize
from optim.transforms.shampoo import inverse_root


@pytest.mark.parametrize("shape", [(4, 7), (7, 4), (5, 5), (1, 6)])
def test_orthogonalized_matrix_keeps_its_singular_vectors(rng, shape):
    G = rng.standard_normal(shape)
    U, _, Vt = np.linalg.svd(G, full_matrices=False)
    exact = orthogonalize(G, steps=60, coefficients=(1.5, -0.5, 0.0))
    np.testing.assert_allclose(exact, U @ Vt, atol=1e-10)
    singular = np.diag(U.T @ orthogonalize(G, steps=8) @ Vt.T)
    assert ((singular > 0.6) & (singular < 1.3)).all()


def test_muon_takes_the_matrices_it_is_told_and_leaves_the_rest_to_adam(rng):
    params = {"embedding": rng.standard_normal((3, 2)), "hidden": rng.standard_normal((3, 2)), "bias": np.zeros(2)}
    grads = ad.tree.map(lambda leaf: rng.standard_normal(leaf.shape), params)
    opt = optim.muon(0.1, weight_decay=0.0, where="hidden")
    after, state = opt.step(grads, opt.init(params), params)
    for name in ("embedding", "bias"):
        np.testing.assert_allclose(after[name], params[name] - 0.1 * np.sign(grads[name]), atol=1e-6)
    assert np.abs(after["hidden"] - params["hidden"] + 0.1 * np.sign(grads["hidden"])).max() > 1e-3
    assert state.learning_rates == {"muon": 0.1, "adam": 0.1}


@pytest.mark.parametrize("power", [0.25, 0.5, 1 / 6])
def test_inverse_root_is_that_of_scipy(rng, power):
    A = rng.standard_normal((5, 8))
    H = A @ A.T
    np.testing.assert_allclose(inverse_root(H, power), scipy.linalg.fractional_matrix_power(H, -power), rtol=1e-9)


@pytest.mark.parametrize(("exponent", "power"), [(None, 0.25), (0.5, 0.5)])
def test_shampoo_is_the_formula_of_the_paper(rng, exponent, power):
    opt = optim.shampoo(0.1, epsilon=1e-2, exponent=exponent)
    X = start = rng.standard_normal((4, 3))
    L, R, state = 1e-2 * np.eye(4), 1e-2 * np.eye(3), opt.init(start)
    for _ in range(3):
        G = rng.standard_normal((4, 3))
        L, R = L + G @ G.T, R + G.T @ G
        root = scipy.linalg.fractional_matrix_power
        start = start - 0.1 * root(L, -power) @ G @ root(R, -power)
        X, state = opt.step(G, state, X)
    np.testing.assert_allclose(X, start, rtol=1e-9)


def test_shampoo_of_a_cube_has_the_power_of_a_sixth_on_each_axis(rng):
    G = rng.standard_normal((2, 3, 4))
    opt = optim.shampoo(1.0, epsilon=1e-2)
    expected = G
    for axis in range(3):
        unfolded = np.moveaxis(G, axis, 0).reshape(G.shape[axis], -1)
        H = unfolded @ unfolded.T + 1e-2 * np.eye(len(unfolded))
        root = scipy.linalg.fractional_matrix_power(H, -1 / 6)
        expected = np.moveaxis(np.tensordot(root, np.moveaxis(expected, axis, 0), 1), 0, axis)
    np.testing.assert_allclose(opt.step(G, opt.init(G), np.zeros_like(G))[0], -expected, rtol=1e-9)


def test_shampoo_with_diagonals_is_adagrad_for_vectors(rng):
    x, gradients = rng.standard_normal(6), rng.standard_normal((4, 6))
    diagonal, adagrad = optim.shampoo(0.1, epsilon=1e-12, largest=5), optim.adagrad(0.1, epsilon=1e-12)
    a, b, state_a, state_b = x, x, diagonal.init(x), adagrad.init(x)
    for g in gradients:
        a, state_a = diagonal.step(g, state_a, a)
        b, state_b = adagrad.step(g, state_b, b)
    np.testing.assert_allclose(a, b, rtol=1e-9)


def soap_by_the_paper(start, gradients, rate, beta1, beta2, every, epsilon=1e-8):
    """Algorithm 3 for one matrix, written out; the first gradient starts L and R."""
    W, G = start, gradients[0]
    L, R = (1 - beta2) * G @ G.T, (1 - beta2) * G.T @ G
    QL, QR = np.linalg.eigh(L)[1][:, ::-1], np.linalg.eigh(R)[1][:, ::-1]
    M, V = np.zeros_like(W), np.zeros_like(W)
    for t, G in enumerate(gradients[1:], start=1):
        rotated = QL.T @ G @ QR
        M = beta1 * M + (1 - beta1) * G
        V = beta2 * V + (1 - beta2) * rotated**2
        N = (QL.T @ M @ QR) / (1 - beta1**t) / (np.sqrt(V / (1 - beta2**t)) + epsilon)
        W = W - rate * QL @ N @ QR.T
        L, R = beta2 * L + (1 - beta2) * G @ G.T, beta2 * R + (1 - beta2) * G.T @ G
        if t % every == 0:
            orders = [np.argsort(-np.diag(Q.T @ H @ Q)) for H, Q in ((L, QL), (R, QR))]
            V = V[orders[0]][:, orders[1]]
            QL, QR = np.linalg.qr(L @ QL[:, orders[0]])[0], np.linalg.qr(R @ QR[:, orders[1]])[0]
    return W


def test_soap_is_adam_in_the_eigenbasis_and_its_first_gradient_makes_no_step(rng):
    start, gradients = rng.standard_normal((4, 3)), rng.standard_normal((12, 4, 3))
    opt = optim.soap(0.1, 0.9, 0.95, weight_decay=0.0, every=3)
    W, state = start, opt.init(start)
    for t, G in enumerate(gradients):
        W, state = opt.step(G, state, W)
        if t == 0:
            np.testing.assert_array_equal(W, start)
    np.testing.assert_allclose(W, soap_by_the_paper(start, gradients, 0.1, 0.9, 0.95, every=3), rtol=1e-6)


def test_soap_turns_with_the_coordinates(rng):
    start, gradients = rng.standard_normal((4, 4)), rng.standard_normal((6, 4, 4))
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    opt = optim.soap(0.1, weight_decay=0.0, every=2)
    plain, turned = start, Q @ start
    state, state_turned = opt.init(plain), opt.init(turned)
    for G in gradients:
        plain, state = opt.step(G, state, plain)
        turned, state_turned = opt.step(Q @ G, state_turned, turned)
    np.testing.assert_allclose(turned, Q @ plain, atol=1e-6)
