"""One step of a recurrence as a module, and the wrapper that takes any such module over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import tree
from ...tracer import shape_of
from .. import functional as F
from ..construction import require_flags, require_sizes
from ..errors import ModelError, ShapeError
from ..functional.masks import steps_mask
from ..module import Module
from ..random import generator
from .recurrence_parameters import exported_of_gru, imported_of_gru, parameters_of_recurrence, set_forget_bias

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "Recurrent"]


class _Cell(Module):
    """The weights of one step: weight_ih (gates · H, D), weight_hh (gates · H, H), bias_ih and bias_hh (gates · H,)."""

    gates = 1
    weight_ih: Any
    weight_hh: Any
    bias_ih: Any
    bias_hh: Any

    def __init__(self, input_size: int, hidden_size: int, bias: bool, rng: Any, dtype: Any):
        require_sizes(self, input_size=input_size, hidden_size=hidden_size)
        require_flags(self, bias=bias)
        parameters = parameters_of_recurrence(self.gates, input_size, hidden_size, bias, generator(rng), dtype)
        for name, parameter in parameters.items():
            setattr(self, name, parameter)
        if not bias:
            self.bias_ih = self.bias_hh = None

    weights = property(lambda self: (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh))

    def options(self) -> str:
        sizes = f"{self.weight_ih.shape[1]}, {self.weight_hh.shape[1]}"
        return sizes + ("" if self.bias_ih is not None else ", bias=False")


class RNNCell(_Cell):
    """h⟨t⟩ = S(W_ih x⟨t⟩ + b_ih + W_hh h⟨t-1⟩ + b_hh).

    input_size, hidden_size  D and H
    bias                     whether there are b
    nonlinearity             S: "tanh" or "relu"

    Called with x (N, D) and the state h (N, H), zeros where it is left out; returns the next state. All parameters
    start uniform in ±1/√H, as in PyTorch. Raises ModelError for other arguments.

    >>> cell, h = RNNCell(3, 5, rng=0), None
    >>> for x in np.zeros((4, 2, 3), np.float32):  # four steps, a batch of two
    ...     h = cell(x, h)
    >>> h.shape
    (2, 5)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        *,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        if nonlinearity not in ("tanh", "relu"):
            raise ModelError(f'the nonlinearity of a recurrence is "tanh" or "relu", not {nonlinearity!r}')
        super().__init__(input_size, hidden_size, bias, rng, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, x: Any, state: Any = None) -> Any:
        return F.rnn_cell(x, state, *self.weights, nonlinearity=self.nonlinearity)

    def options(self) -> str:
        return super().options() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity!r}")


class GRUCell(_Cell):
    """h⟨t⟩ = (1 - g_u) ⊙ h⟨t-1⟩ + g_u ⊙ h̃⟨t⟩, with the gates of `functional.gru_cell`.

    input_size, hidden_size  D and H
    bias                     whether there are b
    reset_after              whether the reset comes after the product with U, as in PyTorch; on the slides it comes
                             before

    Called with x (N, D) and the state h (N, H), zeros where it is left out; returns the next state. A state dict of
    PyTorch loads into a cell with reset_after=True: the rows of the update gate change their signs on the way, because
    g_u stands there for what is 1 - g_u here. Into another it does not, but raises LoadError. All parameters start
    uniform in ±1/√H.

    >>> GRUCell(3, 5, rng=0)(np.zeros((2, 3), np.float32)).shape
    (2, 5)
    """

    gates = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        reset_after: bool = False,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        require_flags(self, reset_after=reset_after)
        super().__init__(input_size, hidden_size, bias, rng, dtype)
        self.reset_after = reset_after

    def forward(self, x: Any, state: Any = None) -> Any:
        return F.gru_cell(x, state, *self.weights, reset_after=self.reset_after)

    def exported(self, at: Any) -> list:
        return exported_of_gru(at, self.reset_after)

    def imported(self, at: Any, state: dict) -> Any:
        return imported_of_gru(at, state, super().imported(at, state), self.reset_after)

    def options(self) -> str:
        return super().options() + (", reset_after=True" if self.reset_after else "")


class LSTMCell(_Cell):
    """c⟨t⟩ = g_f ⊙ c⟨t-1⟩ + g_i ⊙ c̃⟨t⟩ and h⟨t⟩ = g_o ⊙ tanh(c⟨t⟩), with the gates of `functional.lstm_cell`.

    input_size, hidden_size  D and H
    bias                     whether there are b
    forget_bias              what the biases of the forget gate start from, in sum; 1 lets the cell remember from the
                             start (Jozefowicz, Zaremba and Sutskever 2015). None: drawn like all others

    Called with x (N, D) and the state (h, c), (N, H) each, zeros where it is left out; returns the next state (h, c).
    All parameters start uniform in ±1/√H, as in PyTorch.

    >>> h, c = LSTMCell(3, 5, rng=0)(np.zeros((2, 3), np.float32))
    >>> h.shape, c.shape
    ((2, 5), (2, 5))
    """

    gates = 4

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        *,
        forget_bias: float | None = None,
        rng: Any = None,
        dtype: Any = np.float32,
    ):
        super().__init__(input_size, hidden_size, bias, rng, dtype)
        if forget_bias is not None:
            set_forget_bias(self.bias_ih, self.bias_hh, forget_bias)

    def forward(self, x: Any, state: Any = None) -> Any:
        h, c = (None, None) if state is None else state
        return F.lstm_cell(x, h, c, *self.weights)


class Recurrent(Module):
    """s⟨t⟩ = cell(x⟨t⟩, s⟨t-1⟩) for all t: any cell over time.

    cell     a module, or function, (x⟨t⟩, state) → state: an array, or a tuple or other tree of which the first leaf is
             the output of the step. It is called with the state None to begin with
    reverse  whether to go from the last step to the first

    Called with x (N, T, ...), and as options the initial state, and `lengths` (N,) or `mask` (N, T) of which steps to
    take: at the others the state stays as it is, which is zero in the beginning, and the output is zero. Returns the
    outputs (N, T, ...) and the last state.

    A cell of one's own, and a loop by hand, which does the same:

    >>> from autodiff import nn
    >>> class Leaky(nn.Module):
    ...     def __init__(self):
    ...         self.rate = np.array(0.5)
    ...     def forward(self, x, state=None):
    ...         return x if state is None else state + self.rate * (x - state)
    >>> cell, x = Leaky(), np.array([[[1.0], [2.0], [4.0]]])
    >>> y, state = Recurrent(cell)(x)
    >>> y.ravel()
    array([1.  , 1.5 , 2.75])
    >>> state = None
    >>> for t in range(3):
    ...     state = cell(x[:, t], state)
    >>> state
    array([[2.75]])
    """

    def __init__(self, cell: Any, reverse: bool = False):
        if not callable(cell):
            raise ModelError(f"a cell is a function (x, state) -> state, not {cell!r}")
        require_flags(self, reverse=reverse)
        self.cell, self.reverse = cell, reverse

    def forward(self, x: Any, state: Any = None, *, lengths: Any = None, mask: Any = None) -> tuple[Any, Any]:
        shape = shape_of(x)
        if len(shape) < 2 or shape[1] == 0:
            raise ShapeError.of("Recurrent", "(N, T, ...) with T ≥ 1", shape, "time is the second axis")
        mask = steps_mask(lengths, mask, shape[:2])
        outs: list[Any] = [None] * shape[1]
        for t in reversed(range(len(outs))) if self.reverse else range(len(outs)):
            new = self.cell(x[:, t], state)
            out = tree.leaves(new)[0]
            if mask is not None:
                taken = mask[:, t]
                if state is None:
                    state = tree.map(np.zeros_like, new)
                new = tree.map(lambda after, before, taken=taken: _where(taken, after, before), new, state)
                out = _where(taken, out, 0)
            state, outs[t] = new, out
        return np.stack(outs, axis=1), state

    def options(self) -> str:
        return "reverse=True" if self.reverse else ""


def _where(taken, after, before):
    return np.where(taken.reshape(-1, *(1,) * (len(shape_of(after)) - 1)), after, before)
