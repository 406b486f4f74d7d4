"""The kernels of recurrent layers over all time steps: one product of matrices for all inputs, then the loop.

All gates of a layer come from one tanh: σ(z) = ½ tanh(½z) + ½, where the inner factor is put into the weights. Arrays
are laid out as `recurrence_time` says. The backward loop leaves the cotangents of all gates over time, from which one
product each gives the gradients of x, of W_ih and of W_hh.
"""

from __future__ import annotations

import numpy as np

from .recurrence_time import (
    Time,
    block,
    cotangents,
    driven,
    dtype_among,
    gradients_of_inputs,
    inputs_over_time,
    outputs,
    product_over_time,
    rows_of,
    states_over_time,
)

__all__ = ["gru_backward", "gru_forward", "lstm_backward", "lstm_forward", "rnn_backward", "rnn_forward"]


# -- the plain recurrence ----------------------------------------------------------------------------------------------


def rnn_forward(x, h, w_ih, w_hh, b_ih, b_hh, *, nonlinearity="tanh", mask=None, reverse=False):
    hidden, n, dtype = w_hh.shape[1], len(x), dtype_among(x, h, w_ih, w_hh)
    time = Time.of(x, mask, reverse)
    inputs = inputs_over_time(x, time, dtype)
    gates = driven(inputs, w_ih, b_ih if b_hh is None else b_ih + b_hh)
    states = states_over_time(h, time, hidden, n, dtype)
    for t, before, after, padding in time:
        new = np.matmul(w_hh, states[before], out=states[after])
        new += gates[t]
        if nonlinearity == "tanh":
            np.tanh(new, out=new)
        else:
            np.maximum(new, 0, out=new)
        if padding is not None:
            np.copyto(new, states[before], where=padding)
    rows = rows_of(states)
    return (outputs(rows, time), rows[time.last].copy()), (time, inputs, states, rows)


def rnn_backward(
    cotangent, kept, wanted, x, h, w_ih, w_hh, b_ih, b_hh, *, nonlinearity="tanh", mask=None, reverse=False
):
    time, inputs, states, rows = kept
    of_outputs = cotangents(cotangent[0], time)
    dh = cotangent[1].T.copy()
    of_gates = np.empty((len(w_hh), time.steps, len(x)), dh.dtype)
    dz, work = np.empty_like(dh), np.empty_like(dh)
    for t, _, after, padding in reversed(list(time)):
        dh += of_outputs[t]
        new = states[after]
        if nonlinearity == "tanh":
            np.multiply(new, new, out=work)
            np.subtract(1, work, out=work)
            np.multiply(dh, work, out=dz)
        else:
            np.multiply(dh, new > 0, out=dz)
        if padding is None:
            np.matmul(w_hh.T, dz, out=dh)
        else:
            np.copyto(dz, 0, where=padding)
            np.copyto(dh, np.matmul(w_hh.T, dz), where=~padding)
        of_gates[:, t] = dz
    of_x, of_w_ih, of_b = gradients_of_inputs(of_gates, inputs, w_ih if 0 in wanted else None)
    of_w_hh = product_over_time(of_gates, rows[time.before])
    found = (of_x, dh.T, of_w_ih, of_w_hh, of_b, of_b.copy())
    return [found[k] for k in wanted]


# -- long short-term memory --------------------------------------------------------------------------------------------

_LSTM_SCALES = (0.5, 0.5, 1.0, 0.5)  # input, forget, candidate, output: scale · tanh(scale · z) + shift
_LSTM_SHIFTS = (0.5, 0.5, 0.0, 0.5)
_LSTM_CURVES = (0.0, 0.0, 1.0, 0.0)  # whose derivative is curve + (1 - curve - gate) · gate


def lstm_forward(x, h, c, w_ih, w_hh, b_ih, b_hh, *, mask=None, reverse=False):
    hidden, n, dtype = w_hh.shape[1], len(x), dtype_among(x, h, c, w_ih, w_hh)
    time = Time.of(x, mask, reverse)
    inputs = inputs_over_time(x, time, dtype)
    scale, shift = (block(values, hidden, n, dtype) for values in (_LSTM_SCALES, _LSTM_SHIFTS))
    of_rows = block(_LSTM_SCALES, hidden, 1, dtype)
    gates = driven(inputs, w_ih, b_ih if b_hh is None else b_ih + b_hh, of_rows)
    w = w_hh * of_rows
    states, cells = states_over_time(h, time, hidden, n, dtype), states_over_time(c, time, hidden, n, dtype)
    squashed = np.empty((time.steps, hidden, n), dtype)  # tanh c
    recurrent, work = np.empty((4 * hidden, n), dtype), np.empty((hidden, n), dtype)
    for t, before, after, padding in time:
        gate, new, cell = gates[t], states[after], cells[after]
        np.matmul(w, states[before], out=recurrent)
        gate += recurrent
        np.tanh(gate, out=gate)
        gate *= scale
        gate += shift
        i, f, g, o = gate.reshape(4, hidden, n)
        np.multiply(f, cells[before], out=cell)
        np.multiply(i, g, out=work)
        cell += work
        np.tanh(cell, out=squashed[t])
        np.multiply(o, squashed[t], out=new)
        if padding is not None:
            np.copyto(new, states[before], where=padding)
            np.copyto(cell, cells[before], where=padding)
    rows = rows_of(states)
    results = outputs(rows, time), rows[time.last].copy(), cells[time.last].T.copy()
    return results, (time, inputs, gates, cells, squashed, rows)


def lstm_backward(cotangent, kept, wanted, x, h, c, w_ih, w_hh, b_ih, b_hh, *, mask=None, reverse=False):
    time, inputs, gates, cells, squashed, rows = kept
    hidden, n = w_hh.shape[1], len(x)
    of_outputs = cotangents(cotangent[0], time)
    dh, dc = cotangent[1].T.copy(), cotangent[2].T.copy()
    dtype = dh.dtype
    curve = block(_LSTM_CURVES, hidden, n, dtype)
    linear = 1 - curve
    of_gates = np.empty((4 * hidden, time.steps, n), dtype)
    dz, slope, work = np.empty((4 * hidden, n), dtype), np.empty((4 * hidden, n), dtype), np.empty((hidden, n), dtype)
    di, df, dg, do = dz.reshape(4, hidden, n)
    for t, before, _, padding in reversed(list(time)):
        gate, tanh_c = gates[t], squashed[t]
        i, f, g, o = gate.reshape(4, hidden, n)
        dh += of_outputs[t]
        held = dc if padding is None else dc.copy()
        np.multiply(dh, tanh_c, out=do)
        np.multiply(tanh_c, tanh_c, out=work)
        np.subtract(1, work, out=work)
        work *= o
        work *= dh
        dc += work
        np.multiply(dc, g, out=di)
        np.multiply(dc, cells[before], out=df)
        np.multiply(dc, i, out=dg)
        np.subtract(linear, gate, out=slope)
        slope *= gate
        slope += curve
        dz *= slope
        dc *= f
        if padding is None:
            np.matmul(w_hh.T, dz, out=dh)
        else:
            np.copyto(dz, 0, where=padding)
            np.copyto(dc, held, where=padding)
            np.copyto(dh, np.matmul(w_hh.T, dz), where=~padding)
        of_gates[:, t] = dz
    of_x, of_w_ih, of_b = gradients_of_inputs(of_gates, inputs, w_ih if 0 in wanted else None)
    of_w_hh = product_over_time(of_gates, rows[time.before])
    found = (of_x, dh.T, dc.T, of_w_ih, of_w_hh, of_b, of_b.copy())
    return [found[k] for k in wanted]


# -- the gated recurrent unit ------------------------------------------------------------------------------------------


def gru_forward(x, h, w_ih, w_hh, b_ih, b_hh, *, reset_after=False, mask=None, reverse=False):
    hidden, n, dtype = w_hh.shape[1], len(x), dtype_among(x, h, w_ih, w_hh)
    two = 2 * hidden  # reset and update
    time = Time.of(x, mask, reverse)
    inputs = inputs_over_time(x, time, dtype)
    of_rows = block((0.5, 0.5, 1.0), hidden, 1, dtype)
    bias = b_ih
    if b_hh is not None:
        bias = b_ih + b_hh
        if reset_after:
            bias[two:] = b_ih[two:]  # that of the state is multiplied by the reset
            of_state = np.repeat(b_hh[two:], n).reshape(hidden, n)
    gates = driven(inputs, w_ih, bias, of_rows)
    w = w_hh * of_rows
    states = states_over_time(h, time, hidden, n, dtype)
    # the part of the candidate that is multiplied by the reset, or the state that is
    reset = np.empty((time.steps, hidden, n), dtype)
    recurrent, work = np.empty((3 * hidden if reset_after else two, n), dtype), np.empty((hidden, n), dtype)
    for t, before, after, padding in time:
        gate, old, new = gates[t], states[before], states[after]
        np.matmul(w if reset_after else w[:two], old, out=recurrent)
        both, candidate = gate[:two], gate[two:]
        both += recurrent[:two]
        np.tanh(both, out=both)
        both *= 0.5
        both += 0.5
        if reset_after:
            if b_hh is None:
                reset[t] = recurrent[two:]
            else:
                np.add(recurrent[two:], of_state, out=reset[t])
            np.multiply(gate[:hidden], reset[t], out=work)
        else:
            np.multiply(gate[:hidden], old, out=reset[t])
            np.matmul(w[two:], reset[t], out=work)
        candidate += work
        np.tanh(candidate, out=candidate)
        np.subtract(candidate, old, out=new)
        new *= gate[hidden:two]
        new += old
        if padding is not None:
            np.copyto(new, old, where=padding)
    rows = rows_of(states)
    return (outputs(rows, time), rows[time.last].copy()), (time, inputs, gates, states, reset, rows)


def gru_backward(cotangent, kept, wanted, x, h, w_ih, w_hh, b_ih, b_hh, *, reset_after=False, mask=None, reverse=False):
    time, inputs, gates, states, reset, rows = kept
    hidden, n = w_hh.shape[1], len(x)
    two = 2 * hidden
    of_outputs = cotangents(cotangent[0], time)
    dh = cotangent[1].T.copy()
    dtype = dh.dtype
    of_gates = np.empty((3 * hidden, time.steps, n), dtype)
    of_reset = np.empty((hidden, time.steps, n), dtype) if reset_after else None
    dz, slope, work = np.empty((3 * hidden, n), dtype), np.empty((two, n), dtype), np.empty((hidden, n), dtype)
    dr, du, dn = dz.reshape(3, hidden, n)
    through = np.empty((3 * hidden, n), dtype) if reset_after else None  # the cotangent of W_hh h
    for t, before, _, padding in reversed(list(time)):
        gate, old = gates[t], states[before]
        r, u, candidate = gate.reshape(3, hidden, n)
        dh += of_outputs[t]
        held = dh if padding is None else dh.copy()
        np.subtract(candidate, old, out=du)
        du *= dh
        np.multiply(dh, u, out=dn)
        dh -= dn
        np.multiply(candidate, candidate, out=work)
        np.subtract(1, work, out=work)
        dn *= work
        if reset_after:
            np.multiply(dn, reset[t], out=dr)
        else:
            np.matmul(w_hh[two:].T, dn, out=work)
            np.multiply(work, old, out=dr)
            work *= r
            dh += work
        np.subtract(1, gate[:two], out=slope)
        slope *= gate[:two]
        dz[:two] *= slope
        if padding is not None:
            np.copyto(dz, 0, where=padding)
        if through is not None and of_reset is not None:
            through[:two] = dz[:two]
            np.multiply(dn, r, out=through[two:])
            of_reset[:, t] = through[two:]
            dh += np.matmul(w_hh.T, through)
        else:
            dh += np.matmul(w_hh[:two].T, dz[:two])
        if padding is not None:
            np.copyto(dh, held, where=padding)
        of_gates[:, t] = dz
    of_x, of_w_ih, of_b = gradients_of_inputs(of_gates, inputs, w_ih if 0 in wanted else None)
    olds = rows[time.before]
    of_candidate = of_gates[two:] if of_reset is None else of_reset
    of_w_hh = np.empty_like(w_hh, dtype=dtype)
    of_w_hh[:two] = product_over_time(of_gates[:two], olds)
    of_w_hh[two:] = product_over_time(of_candidate, olds if reset_after else rows_of(reset))
    of_b_hh = of_b.copy()
    if of_reset is not None:
        of_b_hh = np.concatenate([of_b[:two], of_reset.reshape(hidden, -1) @ np.ones(time.steps * n, dtype)])
    found = (of_x, dh.T, of_w_ih, of_w_hh, of_b, of_b_hh)
    return [found[k] for k in wanted]
