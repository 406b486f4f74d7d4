"""Recurrent layers over whole sequences, each one record on a tape, whatever the number of its time steps.

The references are loops of the cells. A sequence is (N, T, D), a state (N, H). A `mask` says which steps are taken:
at the others the state stays as it is and the output is zero, so that sequences of several lengths, filled up at
their ends, give what each gives by itself, in either direction.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...fused import fused
from ...tracer import dtype_of, shape_of, unwrap
from ..errors import ModelError, ShapeError
from . import recurrence_kernels as kernels
from .recurrence_cells import CELLS, with_its_pair

__all__ = ["gru", "lstm", "rnn"]


def rnn(
    x: Any,
    h: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    *,
    nonlinearity: str = "tanh",
    mask: Any = None,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """h⟨t⟩ = S(W_ih x⟨t⟩ + b_ih + W_hh h⟨t-1⟩ + b_hh) for all t: `rnn_cell` over time.

    x        (N, T, D)
    h        the state before the first step, (N, H), or None for zeros
    mask     (N, T), which steps are taken, or None for all
    reverse  whether to go from the last step to the first

    The others as in `rnn_cell`. Returns the outputs (N, T, H), where that of step t is the state after it, and the
    state after the last step taken, (N, H). Raises ShapeError where shapes do not fit.

    >>> one = np.ones((1, 1))
    >>> y, h = rnn(np.array([[[1.0], [1.0], [1.0]]]), None, one, one, nonlinearity="relu")
    >>> y.ravel(), h
    (array([1., 2., 3.]), array([[3.]]))
    """
    if nonlinearity not in ("tanh", "relu"):
        raise ModelError(f'the nonlinearity of a recurrence is "tanh" or "relu", not {nonlinearity!r}')
    b_ih = with_its_pair(b_ih, b_hh)
    _check("rnn", x, (h,), w_ih, w_hh, 1, mask)
    return _rnn(x, h, w_ih, w_hh, b_ih, b_hh, nonlinearity=nonlinearity, mask=_boolean(mask), reverse=reverse)


def gru(
    x: Any,
    h: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    *,
    reset_after: bool = False,
    mask: Any = None,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """h⟨t⟩ = (1 - g_u) ⊙ h⟨t-1⟩ + g_u ⊙ h̃⟨t⟩ for all t: `gru_cell`, which has the formulas of the gates, over time.

    x        (N, T, D)
    h        the state before the first step, (N, H), or None for zeros
    mask     (N, T), which steps are taken, or None for all
    reverse  whether to go from the last step to the first

    The others as in `gru_cell`. Returns the outputs (N, T, H) and the last state (N, H). Raises ShapeError where
    shapes do not fit.

    >>> y, h = gru(np.ones((1, 2, 1)), np.ones((1, 1)), np.zeros((3, 1)), np.zeros((3, 1)))
    >>> y.ravel()
    array([0.5 , 0.25])
    """
    b_ih = with_its_pair(b_ih, b_hh)
    _check("gru", x, (h,), w_ih, w_hh, 3, mask)
    return _gru(x, h, w_ih, w_hh, b_ih, b_hh, reset_after=bool(reset_after), mask=_boolean(mask), reverse=reverse)


def lstm(
    x: Any,
    h: Any,
    c: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any = None,
    b_hh: Any = None,
    *,
    mask: Any = None,
    reverse: bool = False,
) -> tuple[Any, Any, Any]:
    """c⟨t⟩ = g_f ⊙ c⟨t-1⟩ + g_i ⊙ c̃⟨t⟩, h⟨t⟩ = g_o ⊙ tanh(c⟨t⟩) for all t: `lstm_cell`, which has the gates, over time.

    x        (N, T, D)
    h, c     the state before the first step, (N, H) each, or None for zeros
    mask     (N, T), which steps are taken, or None for all
    reverse  whether to go from the last step to the first

    The others as in `lstm_cell`. Returns the outputs (N, T, H) and the last state, h and c. Raises ShapeError where
    shapes do not fit.

    >>> y, h, c = lstm(np.ones((1, 2, 1)), None, np.ones((1, 1)), np.zeros((4, 1)), np.zeros((4, 1)))
    >>> c
    array([[0.25]])
    """
    b_ih = with_its_pair(b_ih, b_hh)
    _check("lstm", x, (h, c), w_ih, w_hh, 4, mask)
    return _lstm(x, h, c, w_ih, w_hh, b_ih, b_hh, mask=_boolean(mask), reverse=reverse)


def _boolean(mask):
    return None if mask is None else np.asarray(unwrap(mask), bool)


def _check(name, x, states, w_ih, w_hh, gates, mask):
    rows, features = shape_of(w_ih)
    hidden = shape_of(w_hh)[1]
    if rows != gates * hidden or shape_of(w_hh)[0] != rows:
        raise ShapeError(
            f"{name} takes weights ({gates}H, D) and ({gates}H, H), but was given {shape_of(w_ih)} and {shape_of(w_hh)}"
        )
    shape = shape_of(x)
    if len(shape) != 3 or shape[2] != features:
        raise ShapeError.of(
            name, f"(N, T, {features})", shape, f"give it {features} features for each step; x[None] is a batch of one"
        )
    if shape[1] == 0:
        raise ShapeError.of(name, "(N, T, D) with T ≥ 1", shape, "a sequence has one time step or more")
    for state in states:
        if state is not None and shape_of(state) != (shape[0], hidden):
            raise ShapeError.of(
                f"{name}'s initial state", f"({shape[0]}, {hidden})", shape_of(state), "one row for each sequence"
            )
    if mask is not None and shape_of(mask) != shape[:2]:
        raise ShapeError.of(f"{name}'s mask", str(shape[:2]), shape_of(mask), "one truth value for each step")


# -- the references, and what they cost --------------------------------------------------------------------------------


def _scan(step, x, state, mask, reverse):
    """(outputs, last state) of step(x⟨t⟩, state) → state, a tuple of which the first is the output."""
    if mask is not None:
        x = np.where(mask[:, :, None], x, 0)  # what stands there need not even be a number
    outs: list[Any] = [None] * shape_of(x)[1]
    for t in reversed(range(len(outs))) if reverse else range(len(outs)):
        new = step(x[:, t], state)
        if mask is None:
            state, outs[t] = new, new[0]
        else:
            taken = mask[:, t, None]
            state = tuple(np.where(taken, after, before) for after, before in zip(new, state, strict=True))
            outs[t] = np.where(taken, new[0], 0)
    return np.stack(outs, axis=1), *state


def _zeros_if_none(state, x, w_hh):
    if state is not None:
        return state
    return np.zeros((shape_of(x)[0], shape_of(w_hh)[1]), np.result_type(dtype_of(x), dtype_of(w_hh)))


def _rnn_shape(x, h, w_ih, w_hh, *rest, **options):
    (n, steps, _), hidden = shape_of(x), shape_of(w_hh)[1]
    dtype = np.result_type(dtype_of(x), dtype_of(w_hh))
    return ((n, steps, hidden), dtype), ((n, hidden), dtype)


def _lstm_shape(x, h, c, w_ih, w_hh, *rest, **options):
    outputs, state = _rnn_shape(x, h, w_ih, w_hh)
    return outputs, state, state


def _rnn_macs(x, h, w_ih, w_hh, *rest, **options):
    n, steps, _ = shape_of(x)
    return n * steps * shape_of(w_hh)[0] * (shape_of(w_ih)[1] + shape_of(w_hh)[1])


def _lstm_macs(x, h, c, w_ih, w_hh, *rest, **options):
    return _rnn_macs(x, h, w_ih, w_hh)


@fused(kernels.rnn_forward, kernels.rnn_backward, shape=_rnn_shape, macs=_rnn_macs, several=True)
def _rnn(x, h, w_ih, w_hh, b_ih, b_hh, *, nonlinearity="tanh", mask=None, reverse=False):
    def step(x, state):
        return (CELLS["rnn"].reference(x, *state, w_ih, w_hh, b_ih, b_hh, nonlinearity=nonlinearity),)

    return _scan(step, x, (_zeros_if_none(h, x, w_hh),), mask, reverse)


@fused(kernels.gru_forward, kernels.gru_backward, shape=_rnn_shape, macs=_rnn_macs, several=True)
def _gru(x, h, w_ih, w_hh, b_ih, b_hh, *, reset_after=False, mask=None, reverse=False):
    def step(x, state):
        return (CELLS["gru"].reference(x, *state, w_ih, w_hh, b_ih, b_hh, reset_after=reset_after),)

    return _scan(step, x, (_zeros_if_none(h, x, w_hh),), mask, reverse)


@fused(kernels.lstm_forward, kernels.lstm_backward, shape=_lstm_shape, macs=_lstm_macs, several=True)
def _lstm(x, h, c, w_ih, w_hh, b_ih, b_hh, *, mask=None, reverse=False):
    def step(x, state):
        return CELLS["lstm"].reference(x, *state, w_ih, w_hh, b_ih, b_hh)

    return _scan(step, x, tuple(_zeros_if_none(state, x, w_hh) for state in (h, c)), mask, reverse)
