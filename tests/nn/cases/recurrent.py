"""Recurrent cells and layers."""

import numpy as np

from autodiff import nn
from tests.nn.case import Case

X, STEP = (3, 4, 2), (3, 2)  # (N, T, D) and (N, D); H is 3


def state(*shape):
    return lambda rng, dtype: rng.standard_normal(shape).astype(dtype)


def mask(rng, dtype):
    return rng.random((3, 4)) < 0.6


class Leaky(nn.Module):
    """A cell as a user writes one, with a state that is a dict."""

    def __init__(self, dtype):
        self.rate = np.full(2, 0.5, dtype)

    def forward(self, x, state=None):
        return {"level": x if state is None else state["level"] + self.rate * (x - state["level"])}


class Masked(nn.Module):
    """A layer whose mask is its second argument."""

    def __init__(self, layer):
        self.layer = layer

    def forward(self, x, mask=None):
        return self.layer(x, mask=mask)


def rnn(*args, **keywords):
    return lambda rng, dtype: nn.RNN(2, 3, *args, **keywords, rng=rng, dtype=dtype)


def gru(*args, **keywords):
    return lambda rng, dtype: nn.GRU(2, 3, *args, **keywords, rng=rng, dtype=dtype)


def lstm(*args, **keywords):
    return lambda rng, dtype: nn.LSTM(2, 3, *args, **keywords, rng=rng, dtype=dtype)


CASES = [
    Case("RNNCell", lambda rng, dtype: nn.RNNCell(2, 3, rng=rng, dtype=dtype), (STEP, (3, 3)), (3, 3), 21),
    Case(
        "RNNCell(relu)",
        lambda rng, dtype: nn.RNNCell(2, 3, False, "relu", rng=rng, dtype=dtype),
        (STEP,),
        (3, 3),
        15,
        smooth=False,
    ),
    Case("GRUCell", lambda rng, dtype: nn.GRUCell(2, 3, rng=rng, dtype=dtype), (STEP, (3, 3)), (3, 3), 63),
    Case(
        "GRUCell(reset_after=True)",
        lambda rng, dtype: nn.GRUCell(2, 3, reset_after=True, rng=rng, dtype=dtype),
        (STEP, (3, 3)),
        (3, 3),
        63,
    ),
    Case("GRUCell(bias=False)", lambda rng, dtype: nn.GRUCell(2, 3, False, rng=rng, dtype=dtype), (STEP,), (3, 3), 45),
    Case(
        "LSTMCell",
        lambda rng, dtype: nn.LSTMCell(2, 3, forget_bias=1.0, rng=rng, dtype=dtype),
        (STEP,),
        [(3, 3), (3, 3)],
        84,
    ),
    Case("RNN", rnn(), (X,), [(3, 4, 3), (1, 3, 3)], 21),
    Case("RNN with a state", rnn(), (X, state(1, 3, 3)), [(3, 4, 3), (1, 3, 3)], 21, batched=False),
    Case("RNN(relu)", rnn(1, "relu", False), (X,), [(3, 4, 3), (1, 3, 3)], 15, smooth=False),
    Case("GRU", gru(), (X,), [(3, 4, 3), (1, 3, 3)], 63),
    Case("GRU(reset_after=True)", gru(reset_after=True), (X,), [(3, 4, 3), (1, 3, 3)], 63),
    Case(
        "GRU(bidirectional)",
        gru(1, False, bidirectional=True, reset_after=True),
        (X, state(2, 3, 3)),
        [(3, 4, 6), (2, 3, 3)],
        90,
        batched=False,
    ),
    Case(
        "GRU with a mask",
        lambda rng, dtype: Masked(gru(bidirectional=True)(rng, dtype)),
        (X, mask),
        [(3, 4, 6), (2, 3, 3)],
        126,
        batched=False,
    ),
    Case("LSTM", lstm(), (X,), [(3, 4, 3), (1, 3, 3), (1, 3, 3)], 84),
    Case("LSTM(bias=False)", lstm(bias=False), (X,), [(3, 4, 3), (1, 3, 3), (1, 3, 3)], 60),
    Case(
        "LSTM(num_layers=2, bidirectional=True)",
        lstm(2, bidirectional=True),
        (X,),
        [(3, 4, 6), (4, 3, 3), (4, 3, 3)],
        84 * 2 + (12 * 6 + 12 * 3 + 24) * 2,
        order=1,
    ),
    Case(
        "LSTM(dropout=0.5)",
        lstm(2, dropout=0.5),
        (X,),
        [(3, 4, 3), (2, 3, 3), (2, 3, 3)],
        84 + 96,
        random=True,
        order=1,
    ),
    Case(
        "LSTM with a mask",
        lambda rng, dtype: Masked(lstm(bidirectional=True, forget_bias=1.0)(rng, dtype)),
        (X, mask),
        [(3, 4, 6), (2, 3, 3), (2, 3, 3)],
        168,
        batched=False,
    ),
    Case(
        "Recurrent(LSTMCell)",
        lambda rng, dtype: nn.Recurrent(nn.LSTMCell(2, 3, rng=rng, dtype=dtype)),
        (X,),
        [(3, 4, 3), (3, 3), (3, 3)],
        84,
        order=1,
    ),
    Case("Recurrent(a cell of one's own)", lambda rng, dtype: nn.Recurrent(Leaky(dtype)), (X,), [X, (3, 2)], 2),
    Case(
        "Recurrent(reverse=True) with a mask",
        lambda rng, dtype: Masked(nn.Recurrent(Leaky(dtype), reverse=True)),
        (X, mask),
        [X, (3, 2)],
        2,
        batched=False,
    ),
]
