"""Recurrent layers: the formulas of the slides, sequences of several lengths, states, and time that is truncated."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn

LAYERS = {
    "rnn": lambda rng, **keywords: nn.RNN(2, 3, rng=rng, dtype=np.float64, **keywords),
    "gru": lambda rng, **keywords: nn.GRU(2, 3, rng=rng, dtype=np.float64, **keywords),
    "gru, reset after": lambda rng, **keywords: nn.GRU(2, 3, reset_after=True, rng=rng, dtype=np.float64, **keywords),
    "lstm": lambda rng, **keywords: nn.LSTM(2, 3, rng=rng, dtype=np.float64, **keywords),
}
every_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)


def sigma(z):
    return 1 / (1 + np.exp(-z))


def split(weights, count):
    return [None if w is None else np.split(w, count) for w in weights]


# -- the formulas ------------------------------------------------------------------------------------------------------


def test_lstm_is_the_corrected_formula_of_the_slides(rng):
    layer = LAYERS["lstm"](rng)
    (Wi, Wf, Wc, Wo), (Ui, Uf, Uc, Uo), (bi, bf, bc, bo), (ai, af, ac, ao) = split(layer.weights(0), 4)
    x, h, c = rng.standard_normal((5, 2)), np.zeros(3), np.zeros(3)
    y, _ = layer(x[None])
    for t in range(5):
        gi, gf = sigma(Wi @ x[t] + Ui @ h + bi + ai), sigma(Wf @ x[t] + Uf @ h + bf + af)
        go, proposed = sigma(Wo @ x[t] + Uo @ h + bo + ao), np.tanh(Wc @ x[t] + Uc @ h + bc + ac)
        c = gf * c + gi * proposed
        h = go * np.tanh(c)
        np.testing.assert_allclose(y[0, t], h, rtol=1e-13)


@pytest.mark.parametrize("reset_after", [False, True])
def test_gru_is_the_corrected_formula_of_the_slides(reset_after, rng):
    layer = nn.GRU(2, 3, reset_after=reset_after, rng=rng, dtype=np.float64)
    (Wr, Wu, W), (Ur, Uu, U), (br, bu, b), (ar, au, a) = split(layer.weights(0), 3)
    x, h = rng.standard_normal((5, 2)), np.zeros(3)
    y, _ = layer(x[None])
    for t in range(5):
        gr, gu = sigma(Wr @ x[t] + Ur @ h + br + ar), sigma(Wu @ x[t] + Uu @ h + bu + au)
        proposed = np.tanh(W @ x[t] + b + (gr * (U @ h + a) if reset_after else U @ (gr * h) + a))
        h = (1 - gu) * h + gu * proposed
        np.testing.assert_allclose(y[0, t], h, rtol=1e-12)


def test_a_gru_whose_update_gate_is_shut_keeps_its_state(rng):
    layer = LAYERS["gru"](rng)
    layer.bias_ih_l0[3:6] = -100.0
    h = rng.standard_normal((1, 4, 3))
    np.testing.assert_allclose(layer(rng.standard_normal((4, 6, 2)), h)[1], h, rtol=1e-12)


def test_the_reset_is_before_the_product_unless_told(rng):
    assert nn.GRU(2, 3, rng=rng).reset_after is False and nn.GRUCell(2, 3, rng=rng).reset_after is False


def test_a_state_dict_has_the_update_gate_with_the_other_sign(rng):
    layer = LAYERS["gru, reset after"](rng)
    exported = layer.state_dict()
    for name in ("weight_ih_l0", "bias_hh_l0"):
        np.testing.assert_array_equal(exported[name][3:6], -getattr(layer, name)[3:6])
        np.testing.assert_array_equal(exported[name][:3], getattr(layer, name)[:3])
        np.testing.assert_array_equal(exported[name][6:], getattr(layer, name)[6:])


def test_forget_bias_is_what_the_forget_gate_starts_from(rng):
    layer = nn.LSTM(2, 3, 2, bidirectional=True, forget_bias=1.0, rng=rng)
    for number in range(2):
        for direction in ("", "_reverse"):
            *_, b_ih, b_hh = layer.weights(number, direction)
            np.testing.assert_array_equal((b_ih + b_hh)[3:6], 1.0)
            assert (b_ih + b_hh)[:3].any()


# -- loops by hand -----------------------------------------------------------------------------------------------------


def cell_of(layer):
    """The cell with the weights of the first layer."""
    kind = {nn.RNN: nn.RNNCell, nn.GRU: nn.GRUCell, nn.LSTM: nn.LSTMCell}[type(layer)]
    options = {"reset_after": layer.reset_after} if kind is nn.GRUCell else {}
    cell = kind(2, 3, rng=0, dtype=np.float64, **options)
    cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh = layer.weights(0)
    return cell


@every_layer
def test_a_layer_a_scanned_cell_and_a_loop_by_hand_agree(make, rng):
    layer, x = make(rng), rng.standard_normal((2, 5, 2))
    cell = cell_of(layer)

    def by_hand(cell, x):
        state, outs = None, []
        for t in range(5):
            state = cell(x[:, t], state)
            outs.append(state[0] if isinstance(state, tuple) else state)
        return np.stack(outs, axis=1)

    found = []
    for model, f in (
        (layer, lambda m, x: m(x)[0]),
        (nn.Recurrent(cell), lambda m, x: m(x)[0]),
        (cell, by_hand),
    ):
        grads = ad.grad(lambda m, x, f=f: (f(m, x) ** 3).sum(), argnums=(0, 1))(model, x)
        found.append([f(model, x), *sorted(ad.tree.leaves(grads), key=np.shape)])
    for other in found[1:]:
        for a, b in zip(found[0], other, strict=True):
            if a.ndim > 1:  # the two biases have one shape, and one gradient only where the reset is before
                np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


def test_backpropagation_through_time_is_the_product_of_jacobians(rng):
    """∂h⟨T⟩/∂h⟨0⟩ = Π diag(1 - h⟨t⟩²) W, the analytic form for tanh."""
    layer, x = LAYERS["rnn"](rng), rng.standard_normal((1, 6, 2))
    start = rng.standard_normal(3)
    found = ad.jacrev(lambda h: layer(x, h[None, None])[1][0, 0])(start)
    expected = np.eye(3)
    for h in layer(x, start[None, None])[0][0]:
        expected = np.diag(1 - h * h) @ layer.weight_hh_l0 @ expected
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_gradients_vanish_geometrically_with_the_lag(rng):
    """With W = ρ Q, Q orthogonal, and no other input, |∂h⟨T⟩/∂h⟨T-k⟩| = ρᵏ near 0, where tanh has slope 1."""
    layer = LAYERS["rnn"](rng, bias=False)
    layer.weight_hh_l0[...] = 0.7 * np.linalg.qr(rng.standard_normal((3, 3)))[0]
    norms = [
        np.linalg.norm(
            ad.jacrev(lambda h, k=k: layer(np.zeros((1, k, 2)), h[None, None])[1][0, 0])(np.full(3, 1e-9)), 2
        )
        for k in range(1, 8)
    ]
    np.testing.assert_allclose(norms, 0.7 ** np.arange(1, 8), rtol=1e-9)


def test_a_forget_gate_that_is_open_carries_gradients_unchanged(rng):
    layer = nn.LSTM(2, 3, bias=True, forget_bias=50.0, rng=rng, dtype=np.float64)
    layer.weight_hh_l0[...] = 0
    state = np.zeros((1, 1, 3)), rng.standard_normal((1, 1, 3))
    slope = ad.jacrev(lambda c: layer(np.ones((1, 40, 2)), (state[0], c[None, None]))[1][1][0, 0])(state[1][0, 0])
    np.testing.assert_allclose(slope, np.eye(3), rtol=1e-12, atol=1e-15)


# -- sequences of several lengths --------------------------------------------------------------------------------------


@every_layer
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_filled_up_batch_gives_what_each_sequence_gives_alone(make, bidirectional, rng):
    layer = make(rng, num_layers=2, bidirectional=bidirectional)
    lengths, x = [5, 1, 3], rng.standard_normal((3, 5, 2))
    directions = 2 if bidirectional else 1
    h = rng.standard_normal((2 * directions, 3, 3))
    state = (h, h * 0.5) if isinstance(layer, nn.LSTM) else h
    y, last = layer(x, state, lengths=lengths)
    for n, length in enumerate(lengths):
        alone, last_alone = layer(x[n : n + 1, :length], ad.tree.map(lambda s, n=n: s[:, n : n + 1], state))
        np.testing.assert_allclose(y[n, :length], alone[0], rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(y[n, length:], 0)
        for a, b in zip(ad.tree.leaves(last), ad.tree.leaves(last_alone), strict=True):
            np.testing.assert_allclose(a[:, n], b[:, 0], rtol=1e-12, atol=1e-14)


@every_layer
def test_gradients_of_a_filled_up_batch_are_the_sum_of_those_alone(make, rng):
    layer = make(rng, bidirectional=True)
    lengths, x = [4, 2], rng.standard_normal((2, 4, 2))
    weight = rng.standard_normal((2, 4, 6))
    found = ad.grad(lambda m: (m(x, lengths=lengths)[0] * weight).sum())(layer)
    alone = [
        ad.grad(lambda m, n=n, k=k: (m(x[n : n + 1, :k])[0] * weight[n, :k]).sum())(layer)
        for n, k in enumerate(lengths)
    ]
    for a, b, c in zip(*map(ad.tree.leaves, (found, *alone)), strict=True):
        np.testing.assert_allclose(a, b + c, rtol=1e-10, atol=1e-12)


@every_layer
def test_what_stands_in_the_padding_does_not_matter(make, rng):
    layer, lengths = make(rng, num_layers=2, bidirectional=True), [4, 2]
    x = rng.standard_normal((2, 4, 2))
    spoilt = x.copy()
    spoilt[1, 2:] = np.nan
    f = ad.value_and_grad(lambda m, x: (m(x, lengths=lengths)[0] ** 2).sum(), argnums=(0, 1))
    for a, b in zip(ad.tree.leaves(f(layer, x)), ad.tree.leaves(f(layer, spoilt)), strict=True):
        np.testing.assert_array_equal(a, b)
    assert not f(layer, spoilt)[1][1][1, 2:].any()


def test_lengths_and_their_mask_are_one(rng):
    layer, x = LAYERS["gru"](rng), rng.standard_normal((2, 3, 2))
    mask = np.array([[True, True, False], [True, True, True]])
    np.testing.assert_array_equal(layer(x, lengths=[2, 3])[0], layer(x, mask=mask)[0])


def test_a_scanned_cell_heeds_the_mask_as_the_layer_does(rng):
    layer, x = LAYERS["lstm"](rng), rng.standard_normal((3, 4, 2))
    mask = rng.random((3, 4)) < 0.5
    (y, (h, c)), (z, state) = nn.Recurrent(cell_of(layer))(x, mask=mask), layer(x, mask=mask)
    np.testing.assert_allclose(y, z, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose([h, c], [s[0] for s in state], rtol=1e-12, atol=1e-15)


# -- states ------------------------------------------------------------------------------------------------------------


@every_layer
def test_two_halves_with_the_state_passed_on_are_the_whole(make, rng):
    layer, x = make(rng, num_layers=2), rng.standard_normal((3, 6, 2))
    whole, last = layer(x)
    first, state = layer(x[:, :2])
    second, end = layer(x[:, 2:], state)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, rtol=1e-12, atol=1e-15)
    for a, b in zip(ad.tree.leaves(end), ad.tree.leaves(last), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)


@every_layer
def test_nothing_is_remembered_between_calls(make, rng):
    layer, x = make(rng), rng.standard_normal((2, 4, 2))
    np.testing.assert_array_equal(layer(x)[0], layer(x)[0])


def test_a_stopped_state_truncates_backpropagation(rng):
    layer, x = LAYERS["gru"](rng), rng.standard_normal((1, 6, 2))

    def loss(x, stop):
        _, state = layer(x[:, :4])
        y, _ = layer(x[:, 4:], ad.stop_gradient(state) if stop else state)
        return (y**2).sum()

    truncated, full = (ad.grad(loss)(x, stop) for stop in (True, False))
    assert not truncated[:, :4].any() and full[:, :4].all() and truncated[:, 4:].all()


def test_the_state_of_both_directions_is_the_last_of_each(rng):
    layer, x = LAYERS["rnn"](rng, bidirectional=True), rng.standard_normal((2, 5, 2))
    y, h = layer(x)
    np.testing.assert_array_equal(h[0], y[:, -1, :3])
    np.testing.assert_array_equal(h[1], y[:, 0, 3:])
