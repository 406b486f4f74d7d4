"""Options of recurrences, what they refuse, and their state dicts."""

import numpy as np
import pytest

import autodiff as ad
from autodiff import nn
from autodiff.nn import functional as F

LAYERS = {
    "rnn": lambda rng, **keywords: nn.RNN(2, 3, rng=rng, dtype=np.float64, **keywords),
    "gru": lambda rng, **keywords: nn.GRU(2, 3, rng=rng, dtype=np.float64, **keywords),
    "gru, reset after": lambda rng, **keywords: nn.GRU(2, 3, reset_after=True, rng=rng, dtype=np.float64, **keywords),
    "lstm": lambda rng, **keywords: nn.LSTM(2, 3, rng=rng, dtype=np.float64, **keywords),
}


# -- options -----------------------------------------------------------------------------------------------------------


def test_dropout_is_between_layers_and_in_training_alone(rng):
    layer, x = LAYERS["lstm"](rng, num_layers=2, dropout=0.5), rng.standard_normal((2, 4, 2))
    assert np.any(layer(x)[0] != layer(x)[0])
    with layer.eval_mode():
        np.testing.assert_array_equal(layer(x)[0], layer(x)[0])


def test_summary_counts_the_products_of_all_steps():
    layer = nn.LSTM(100, 200, rng=nn.SHAPES_ONLY)
    assert nn.summary(layer, (8, 50, 100)).macs == 8 * 50 * 800 * 300


def test_no_float64_comes_of_float32(rng):
    layer, x = nn.LSTM(2, 3, 2, bidirectional=True, rng=rng), np.ones((2, 4, 2), np.float32)
    y, pullback = ad.vjp(lambda m, x: m(x, lengths=[4, 2]), layer, x)
    assert {leaf.dtype for leaf in ad.tree.leaves((y, pullback(y)))} == {np.dtype(np.float32)}


@pytest.mark.parametrize("make", [nn.RNNCell, nn.GRUCell, nn.LSTMCell])
def test_a_state_of_double_precision_keeps_it(make, rng):
    cell, x, h = make(2, 3, rng=rng), np.ones((4, 2), np.float32), rng.standard_normal((4, 3))
    found = cell(x, (h, h) if make is nn.LSTMCell else h)
    expected = ad.tree.map(lambda p: p.astype(np.float64), cell)(x, (h, h) if make is nn.LSTMCell else h)
    for a, b in zip(ad.tree.leaves(found), ad.tree.leaves(expected), strict=True):
        assert a.dtype == np.float64
        np.testing.assert_allclose(a, b, rtol=1e-6)


# -- errors ------------------------------------------------------------------------------------------------------------


def test_errors_name_what_is_wrong(rng):
    layer, x = nn.LSTM(2, 3, rng=rng), np.zeros((4, 5, 2), np.float32)
    with pytest.raises(nn.ShapeError, match=r"LSTM takes \(N, T, 2\).*\(4, 5, 7\).*2 features"):
        layer(np.zeros((4, 5, 7)))
    with pytest.raises(nn.ShapeError, match=r"\(5, 2\).*x\[None\]"):
        layer(x[0])
    with pytest.raises(nn.ShapeError, match="one time step or more"):
        layer(x[:, :0])
    with pytest.raises(nn.ShapeError, match=r"initial state.*\(1, 4, 3\).*\(1, 2, 3\)"):
        layer(x, (np.zeros((1, 2, 3)), np.zeros((1, 2, 3))))
    with pytest.raises(nn.ModelError, match="pair"):
        layer(x, np.zeros((1, 4, 3)))
    with pytest.raises(nn.ModelError, match="one of them"):
        layer(x, lengths=[5, 5, 5, 5], mask=np.ones((4, 5)))
    with pytest.raises(nn.ShapeError, match=r"mask.*\(4, 5\).*\(5, 4\)"):
        layer(x, mask=np.ones((5, 4)))
    with pytest.raises(nn.ShapeError, match=r"mask.*\(4, 5\).*\(3, 5\)"):
        layer(x, lengths=[1, 2, 3])
    with pytest.raises(ValueError, match="from 0 to T = 5, not 1 to 6"):
        layer(x, lengths=[1, 2, 3, 6])
    with pytest.raises(nn.ShapeError, match=r"x\[:, t\]"):
        nn.GRUCell(2, 3, rng=rng)(x)
    with pytest.raises(nn.ShapeError, match=r"the state.*\(5, 3\).*\(4, 3\)"):
        nn.RNNCell(2, 3, rng=rng)(x[0], np.zeros((4, 3)))
    with pytest.raises(nn.ShapeError, match=r"weights \(4H, D\)"):
        F.lstm_cell(x[0], None, None, np.zeros((9, 2)), np.zeros((9, 3)))
    with pytest.raises(nn.ShapeError, match="time is the second axis"):
        nn.Recurrent(nn.RNNCell(2, 3, rng=rng))(x[:, :0])


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: nn.LSTM(0, 3), "input_size.*0"),
        (lambda: nn.GRU(2, 3.0), "hidden_size.*3.0"),
        (lambda: nn.GRU(2, 3, 0), "num_layers.*0"),
        (lambda: nn.LSTM(2, 3, 2, dropout=1.0), "dropout.*1.0"),
        (lambda: nn.LSTM(2, 3, dropout=0.5), "only one"),
        (lambda: nn.LSTM(2, 3, bias=False, forget_bias=1.0), "there is none"),
        (lambda: nn.RNN(2, 3, nonlinearity="sigmoid"), '"tanh" or "relu", not \'sigmoid\''),
        (lambda: nn.RNNCell(2, 3, nonlinearity="sigmoid"), '"tanh" or "relu"'),
        (lambda: nn.Recurrent(3), "a function"),
    ],
)
def test_models_that_make_no_sense_are_refused(make, message):
    with pytest.raises(nn.ModelError, match=message):
        make()


# -- state dicts of gated recurrent units ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make", [lambda **o: nn.GRU(3, 4, 2, bidirectional=True, **o), lambda **o: nn.GRUCell(3, 4, **o)]
)
def test_numbers_of_a_gru_with_the_reset_after_do_not_load_into_one_with_the_reset_before(make):
    after, before = make(reset_after=True, rng=0), make(rng=1)
    state = after.state_dict()
    with pytest.raises(nn.LoadError, match="Make the layer with reset_after=True"):
        before.load_state_dict(state)
    with pytest.raises(nn.LoadError, match="Make the layer with reset_after=True"):
        nn.Sequential(before).load_state_dict({f"0.{path}": array for path, array in state.items()}, strict=False)
    with pytest.raises(nn.LoadError, match="reset_before"):
        after.load_state_dict(before.state_dict())


@pytest.mark.parametrize(
    "make", [lambda **o: nn.GRU(3, 4, 2, bidirectional=True, **o), lambda **o: nn.GRUCell(3, 4, **o)]
)
@pytest.mark.parametrize("reset_after", [False, True])
def test_numbers_of_a_gru_load_into_one_of_its_kind(make, reset_after, tmp_path):
    model, twin = (nn.Sequential(make(reset_after=reset_after, rng=seed)) for seed in (0, 1))
    nn.save(tmp_path / "model.safetensors", model)
    nn.load(tmp_path / "model.safetensors", twin)
    for path, array in model.named_parameters().items():
        assert np.array_equal(array, twin.named_parameters()[path])
