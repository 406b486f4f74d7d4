"""Recurrent layers: whole sequences, in one or several layers, in one direction or both."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tracer import shape_of
from .. import functional as F
from ..construction import require_flags, require_sizes
from ..errors import ModelError, ShapeError
from ..functional.masks import steps_mask
from ..module import Module
from ..random import generator
from .recurrence_parameters import exported_of_gru, imported_of_gru, parameters_of_recurrence, set_forget_bias

__all__ = ["GRU", "LSTM", "RNN"]


class _RecurrentLayer(Module):
    """Layers and directions of a recurrence, with the parameters of PyTorch by its names: weight_ih_l0, weight_hh_l0,
    bias_ih_l0, bias_hh_l0, then those that end in _reverse, then those of _l1."""

    gates = 1

    def __init__(self, input_size, hidden_size, num_layers, bias, dropout, bidirectional, rng, dtype):
        require_sizes(self, input_size=input_size, hidden_size=hidden_size, num_layers=num_layers)
        require_flags(self, bias=bias, bidirectional=bidirectional)
        if not 0 <= dropout < 1:
            raise ModelError(f"dropout is a probability from 0 to below 1, not {dropout!r}")
        if dropout and num_layers == 1:
            raise ModelError(
                "dropout is between the layers, but there is only one: put nn.Dropout behind it, or have num_layers=2"
            )
        rng = generator(rng)
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.dropout, self.bidirectional = bias, dropout, bidirectional
        self.directions = ("", "_reverse") if bidirectional else ("",)
        for layer in range(num_layers):
            size = input_size if layer == 0 else hidden_size * len(self.directions)
            for direction in self.directions:
                for name, array in parameters_of_recurrence(self.gates, size, hidden_size, bias, rng, dtype).items():
                    setattr(self, f"{name}_l{layer}{direction}", array)
        self.noise = rng if dropout else None

    def weights(self, layer: int, direction: str = "") -> tuple:
        """(weight_ih, weight_hh, bias_ih, bias_hh) of a layer, where the direction is "" or "_reverse"."""
        end = f"_l{layer}{direction}"
        biases = (getattr(self, "bias_ih" + end), getattr(self, "bias_hh" + end)) if self.bias else (None, None)
        return getattr(self, "weight_ih" + end), getattr(self, "weight_hh" + end), *biases

    def run(self, x: Any, state: tuple, weights: tuple, mask: Any, reverse: bool) -> tuple:
        """(outputs, *last state) of one layer in one direction; state is a tuple."""
        raise NotImplementedError

    def _run_all(self, x: Any, states: tuple, lengths: Any, mask: Any) -> Any:
        """(outputs, *last states); a state is (layers · directions, N, H), and `states` a tuple of such, or of None."""
        shape = shape_of(x)
        if len(shape) != 3 or shape[2] != self.input_size:
            remedy = f"give it {self.input_size} features for each step; x[None] is a batch of one sequence"
            raise ShapeError.of(type(self).__name__, f"(N, T, {self.input_size})", shape, remedy)
        mask = steps_mask(lengths, mask, shape[:2])
        expected = (self.num_layers * len(self.directions), shape[0], self.hidden_size)
        for state in states:
            if state is not None and shape_of(state) != expected:
                raise ShapeError.of(
                    f"the initial state of {type(self).__name__}",
                    f"(layers · directions, N, H) = {expected}",
                    shape_of(state),
                    "leave it out for zeros, or give that of a batch of the same size",
                )
        lasts = []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                x = F.dropout(x, self.dropout, self.noise, self.training)
            outs = []
            for direction in self.directions:
                initial = tuple(None if state is None else state[len(lasts)] for state in states)
                out, *last = self.run(x, initial, self.weights(layer, direction), mask, bool(direction))
                outs.append(out)
                lasts.append(last)
            x = outs[0] if len(outs) == 1 else np.concatenate(outs, axis=-1)
        return x, *(np.stack(parts) for parts in zip(*lasts, strict=True))

    def options(self) -> str:
        shown = [f"{self.input_size}, {self.hidden_size}"]
        for name, default in (("num_layers", 1), ("bias", True), ("dropout", 0.0), ("bidirectional", False)):
            if getattr(self, name) != default:
                shown.append(f"{name}={getattr(self, name)!r}")
        return ", ".join(shown)


class RNN(_RecurrentLayer):
    """h⟨t⟩ = S(W_ih x⟨t⟩ + b_ih + W_hh h⟨t-1⟩ + b_hh) for t = 1, ..., T.

    input_size, hidden_size  D and H
    num_layers               each layer takes the outputs of the one below
    nonlinearity             S: "tanh" or "relu"
    bias                     whether there are b
    dropout                  the probability that an output between two layers is zero in training
    bidirectional            whether a second recurrence goes from the last step to the first; the outputs of both are
                             then beside each other

    Called with x (N, T, D), and if wanted

    state    the initial state (layers · directions, N, H), zeros where it is left out
    lengths  (N,), of sequences that are filled up at their ends; or mask (N, T), true at the steps to take. At the
             others the state stays as it is and the output is zero, so that each sequence gives what it gives by itself

    it returns the outputs (N, T, directions · H) and the last state, shaped like the initial one. Nothing is remembered
    from one call to the next. All parameters start uniform in ±1/√H, as in PyTorch, whose names they have. Raises
    ModelError where arguments make no sense, ShapeError where shapes do not fit, ValueError for a length above T.

    >>> layer = RNN(3, 5, num_layers=2, bidirectional=True, rng=0)
    >>> y, h = layer(np.zeros((2, 7, 3), np.float32), lengths=[7, 4])
    >>> y.shape, h.shape
    ((2, 7, 10), (4, 2, 5))

    Backpropagation through time goes as far back as the call. It is truncated (Williams and Peng 1990) by passing on
    the state of one chunk of a long sequence to the next as a constant:

    >>> import autodiff as ad
    >>> rng = np.random.default_rng(0)
    >>> layer, series = RNN(1, 4, rng=rng), rng.standard_normal((2, 60, 1), np.float32)
    >>> def loss(layer, chunk, state):
    ...     y, state = layer(chunk, state)
    ...     return (y**2).mean(), state
    >>> state = None
    >>> for start in range(0, 60, 20):
    ...     (value, state), grads = ad.value_and_grad(loss, has_aux=True)(layer, series[:, start : start + 20], state)
    >>> type(state).__name__, state.shape
    ('ndarray', (1, 2, 4))

    What `has_aux` hands out is a plain array. Within one loss, `ad.stop_gradient(state)` between two chunks does the
    same.
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        if nonlinearity not in ("tanh", "relu"):
            raise ModelError(f'the nonlinearity of a recurrence is "tanh" or "relu", not {nonlinearity!r}')
        super().__init__(input_size, hidden_size, num_layers, bias, dropout, bidirectional, rng, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, x: Any, state: Any = None, *, lengths: Any = None, mask: Any = None) -> tuple[Any, Any]:
        return self._run_all(x, (state,), lengths, mask)

    def run(self, x, state, weights, mask, reverse):
        return F.rnn(x, *state, *weights, nonlinearity=self.nonlinearity, mask=mask, reverse=reverse)

    def options(self) -> str:
        return super().options() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity!r}")


class GRU(_RecurrentLayer):
    """h⟨t⟩ = (1 - g_u) ⊙ h⟨t-1⟩ + g_u ⊙ h̃⟨t⟩ for t = 1, ..., T, with the gates of `functional.gru_cell`.

    reset_after  whether the reset comes after the product with U, as in PyTorch; on the slides it comes before, and so
                 it does here unless told

    The other arguments, the call and its results are those of `RNN`. A state dict of PyTorch loads into a layer with
    reset_after=True; the rows of the update gate change their signs on the way, because g_u stands there for what is
    1 - g_u here. Into another it does not, but raises LoadError.

    >>> y, h = GRU(3, 5, rng=0)(np.zeros((2, 7, 3), np.float32))
    >>> y.shape, h.shape
    ((2, 7, 5), (1, 2, 5))
    """

    gates = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        reset_after: bool = False,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        super().__init__(input_size, hidden_size, num_layers, bias, dropout, bidirectional, rng, dtype)
        require_flags(self, reset_after=reset_after)
        self.reset_after = reset_after

    def forward(self, x: Any, state: Any = None, *, lengths: Any = None, mask: Any = None) -> tuple[Any, Any]:
        return self._run_all(x, (state,), lengths, mask)

    def run(self, x, state, weights, mask, reverse):
        return F.gru(x, *state, *weights, reset_after=self.reset_after, mask=mask, reverse=reverse)

    def exported(self, at: Any) -> list:
        return exported_of_gru(at, self.reset_after)

    def imported(self, at: Any, state: dict) -> Any:
        return imported_of_gru(at, state, super().imported(at, state), self.reset_after)

    def options(self) -> str:
        return super().options() + (", reset_after=True" if self.reset_after else "")


class LSTM(_RecurrentLayer):
    """c⟨t⟩ = g_f ⊙ c⟨t-1⟩ + g_i ⊙ c̃⟨t⟩ and h⟨t⟩ = g_o ⊙ tanh(c⟨t⟩) for t = 1, ..., T.

    The gates are those of `functional.lstm_cell`.

    forget_bias  what the biases of the forget gates start from, in sum; 1 lets the cells remember from the start
                 (Jozefowicz, Zaremba and Sutskever 2015). None: drawn like all others

    The other arguments and the call are those of `RNN`, but the state is a pair (h, c).

    >>> y, (h, c) = LSTM(3, 5, forget_bias=1.0, rng=0)(np.zeros((2, 7, 3), np.float32))
    >>> y.shape, h.shape, c.shape
    ((2, 7, 5), (1, 2, 5), (1, 2, 5))
    """

    gates = 4

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        dropout: float = 0.0,
        bidirectional: bool = False,
        *,
        forget_bias: float | None = None,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        super().__init__(input_size, hidden_size, num_layers, bias, dropout, bidirectional, rng, dtype)
        if forget_bias is not None:
            for layer in range(num_layers):
                for direction in self.directions:
                    *_, bias_ih, bias_hh = self.weights(layer, direction)
                    set_forget_bias(bias_ih, bias_hh, forget_bias)

    def forward(self, x: Any, state: Any = None, *, lengths: Any = None, mask: Any = None) -> tuple[Any, Any]:
        if state is not None and not (isinstance(state, tuple | list) and len(state) == 2):
            raise ModelError(f"the state of an LSTM is a pair (h, c), not a {type(state).__name__}")
        y, h, c = self._run_all(x, (None, None) if state is None else tuple(state), lengths, mask)
        return y, (h, c)

    def run(self, x, state, weights, mask, reverse):
        return F.lstm(x, *state, *weights, mask=mask, reverse=reverse)
