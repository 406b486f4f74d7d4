"""One step of a recurrence as a module, and the wrapper that takes any such module over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ... import tree
from ...tracer import shape_of
from .. import functional as F
from .. import init
from ..errors import ModelError, ShapeError
from ..module import Module
from ..random import generator

__all__ = ["GRUCell", "LSTMCell", "RNNCell", "Recurrent"]


class _Cell(Module):
    """The weights of one step: weight_ih (gates · H, D), weight_hh (gates · H, H), bias_ih and bias_hh (gates · H,)."""

    gates = 1
    weight_ih: Any
    weight_hh: Any
    bias_ih: Any
    bias_hh: Any

    def __init__(self, input_size: int, hidden_size: int, bias: bool, rng: Any, dtype: Any):
        _check_sizes(input_size=input_size, hidden_size=hidden_size)
        for name, parameter in _parameters(self.gates, input_size, hidden_size, bias, generator(rng), dtype).items():
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
    g_u stands there for what is 1 - g_u here. All parameters start uniform in ±1/√H.

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
        super().__init__(input_size, hidden_size, bias, rng, dtype)
        self.reset_after = reset_after

    def forward(self, x: Any, state: Any = None) -> Any:
        return F.gru_cell(x, state, *self.weights, reset_after=self.reset_after)

    def exported(self, at: Any) -> list:
        return [(at.path, _with_the_update_negated(at.array))]

    def imported(self, at: Any, state: dict) -> Any:
        return _with_the_update_negated(super().imported(at, state))

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
            _set_forget_bias(self.bias_ih, self.bias_hh, forget_bias)

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
        self.cell, self.reverse = cell, reverse

    def forward(self, x: Any, state: Any = None, *, lengths: Any = None, mask: Any = None) -> tuple[Any, Any]:
        shape = shape_of(x)
        if len(shape) < 2 or shape[1] == 0:
            raise ShapeError.of("Recurrent", "(N, T, ...) with T ≥ 1", shape, "time is the second axis")
        mask = _mask_of(lengths, mask, x)
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


# -- what cells and layers share ---------------------------------------------------------------------------------------


def _check_sizes(**sizes):
    for name, size in sizes.items():
        if isinstance(size, bool) or not isinstance(size, int | np.integer) or size < 1:
            raise ModelError(f"{name} is a whole number from 1 on, not {size!r}")


def _parameters(gates, input_size, hidden_size, bias, rng, dtype):
    """The parameters of one recurrence by name, in the order of PyTorch, uniform in ±1/√H."""
    rows, bound = gates * hidden_size, hidden_size**-0.5
    shapes: dict[str, tuple] = {"weight_ih": (rows, input_size), "weight_hh": (rows, hidden_size)}
    if bias:
        shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
    return {name: init.uniform(rng, shape, dtype, low=-bound, high=bound) for name, shape in shapes.items()}


def _set_forget_bias(bias_ih, bias_hh, value):
    if bias_ih is None:
        raise ModelError("forget_bias is the start of a bias, but with bias=False there is none")
    if bias_ih.flags.writeable:  # otherwise it stands for a shape
        forget = slice(len(bias_ih) // 4, len(bias_ih) // 2)
        bias_ih[forget], bias_hh[forget] = value, 0


def _with_the_update_negated(array):
    """A weight or bias of a GRU with the other sign in the rows of the update gate: σ(-z) = 1 - σ(z)."""
    if array is None or len(array) % 3:
        return array
    hidden = len(array) // 3
    signs = np.repeat(np.asarray([1, -1, 1], array.dtype), hidden)
    return array * signs.reshape(-1, *(1,) * (array.ndim - 1))


def _mask_of(lengths, mask, x):
    """The mask (N, T) that `lengths=` and `mask=` say; None for all steps."""
    if lengths is not None and mask is not None:
        raise ModelError("lengths and mask say the same: give one of them")
    n, steps = shape_of(x)[:2]
    if lengths is not None:
        return F.padding_mask(lengths, steps)[:, 0, 0]
    if mask is None:
        return None
    mask = np.asarray(mask, bool)
    if mask.shape != (n, steps):
        raise ShapeError.of("the mask of a sequence", f"({n}, {steps})", mask.shape, "one truth value for each step")
    return mask
