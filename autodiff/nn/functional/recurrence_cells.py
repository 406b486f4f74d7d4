"""One step of recurrent networks: the state and the input give the next state. Each is one record on a tape.

A state is (N, H), an input (N, D). Weights and biases have the names, shapes and order of gates of PyTorch.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...fused import fused
from ...tracer import dtype_of, shape_of
from ..errors import ModelError, ShapeError
from .activations import sigmoid

__all__ = ["gru_cell", "lstm_cell", "rnn_cell"]


def rnn_cell(
    x: Any, h: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None, *, nonlinearity: str = "tanh"
) -> Any:
    """h⟨t⟩ = S(W_ih x⟨t⟩ + b_ih + W_hh h⟨t-1⟩ + b_hh), where S is tanh or relu: the cell of Elman (1990).

    x             (N, D)
    h             the state before, (N, H), or None for zeros
    w_ih, w_hh    (H, D) and (H, H)
    b_ih, b_hh    (H,), or None
    nonlinearity  "tanh" or "relu"

    Returns the state after, (N, H). Raises ShapeError where shapes do not fit.

    >>> rnn_cell(np.array([[1.0]]), np.array([[2.0]]), np.array([[3.0]]), np.array([[0.5]]), nonlinearity="relu")
    array([[4.]])
    """
    if nonlinearity not in ("tanh", "relu"):
        raise ModelError(f'the nonlinearity of a recurrence is "tanh" or "relu", not {nonlinearity!r}')
    h = _checked("rnn_cell", x, h, w_ih, w_hh, 1)
    return _rnn_cell(x, h, w_ih, w_hh, b_ih, b_hh, nonlinearity=nonlinearity)


def gru_cell(
    x: Any, h: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None, *, reset_after: bool = False
) -> Any:
    """h⟨t⟩ = (1 - g_u) ⊙ h⟨t-1⟩ + g_u ⊙ h̃⟨t⟩: the gated recurrent unit of Cho et al. (2014), with

        g_r = σ(W_r x⟨t⟩ + U_r h⟨t-1⟩ + b_r)            reset
        g_u = σ(W_u x⟨t⟩ + U_u h⟨t-1⟩ + b_u)            update
        h̃⟨t⟩ = tanh(W x⟨t⟩ + U (g_r ⊙ h⟨t-1⟩) + b)      candidate, reset before the product
        h̃⟨t⟩ = tanh(W x⟨t⟩ + b + g_r ⊙ (U h⟨t-1⟩ + b'))  candidate with reset_after=True

    x            (N, D)
    h            the state before, (N, H), or None for zeros
    w_ih         W_r, W_u and W below each other, (3H, D)
    w_hh         U_r, U_u and U below each other, (3H, H)
    b_ih, b_hh   (3H,), whose sum is the bias; with reset_after the last part of b_hh is b'. Or None
    reset_after  whether the reset comes after the product

    Returns the state after, (N, H). The slides have the first form; PyTorch, MLX, and Keras by default, have the
    second, and in all three g_u stands for what is 1 - g_u here. Raises ShapeError where shapes do not fit.

    >>> zero, one = np.zeros((3, 1)), np.ones((1, 1))
    >>> gru_cell(one, one, zero, zero)  # halfway from 1 to tanh 0
    array([[0.5]])
    """
    h = _checked("gru_cell", x, h, w_ih, w_hh, 3)
    return _gru_cell(x, h, w_ih, w_hh, b_ih, b_hh, reset_after=reset_after)


def lstm_cell(x: Any, h: Any, c: Any, w_ih: Any, w_hh: Any, b_ih: Any = None, b_hh: Any = None) -> tuple[Any, Any]:
    """c⟨t⟩ = g_f ⊙ c⟨t-1⟩ + g_i ⊙ c̃⟨t⟩ and h⟨t⟩ = g_o ⊙ tanh(c⟨t⟩): long short-term memory, with

        g_i, g_f, g_o = σ(W x⟨t⟩ + U h⟨t-1⟩ + b)      each with its own W, U and b
        c̃⟨t⟩ = tanh(W x⟨t⟩ + U h⟨t-1⟩ + b)

    x           (N, D)
    h, c        the state before, (N, H) each, or None for zeros
    w_ih, w_hh  (4H, D) and (4H, H): input gate, forget gate, candidate c̃, output gate below each other
    b_ih, b_hh  (4H,), whose sum is the bias, or None

    Returns (h, c) after the step. Raises ShapeError where shapes do not fit. Hochreiter and Schmidhuber (1997), with
    the forget gate of Gers, Schmidhuber and Cummins (2000).

    >>> zero, one = np.zeros((4, 1)), np.ones((1, 1))
    >>> h, c = lstm_cell(one, one, one, zero, zero)  # all gates half open
    >>> c, h.round(4)
    (array([[0.5]]), array([[0.2311]]))
    """
    h = _checked("lstm_cell", x, h, w_ih, w_hh, 4)
    c = _checked("lstm_cell's c:", x, c, w_ih, w_hh, 4)
    return _lstm_cell(x, h, c, w_ih, w_hh, b_ih, b_hh)


def _checked(name, x, state, w_ih, w_hh, gates):
    """The state, zeros if it is None."""
    (rows, features), (_, hidden) = shape_of(w_ih), shape_of(w_hh)
    if rows != gates * hidden or shape_of(w_hh)[0] != rows:
        raise ShapeError(
            f"{name} takes weights ({gates}H, D) and ({gates}H, H), but was given {shape_of(w_ih)} and {shape_of(w_hh)}"
        )
    if len(shape_of(x)) != 2 or shape_of(x)[1] != features:
        raise ShapeError.of(
            name, f"(N, {features})", shape_of(x), "give it one time step, x[:, t], and a batch axis, x[None]"
        )
    n = shape_of(x)[0]
    if state is None:
        return np.zeros((n, hidden), np.result_type(dtype_of(x), dtype_of(w_hh)))
    if shape_of(state) != (n, hidden):
        raise ShapeError.of(f"{name} the state", f"({n}, {hidden})", shape_of(state), "one row for each row of x")
    return state


def with_its_pair(b_ih, b_hh):
    """b_ih, and zeros where there is only b_hh."""
    return np.zeros(shape_of(b_hh), dtype_of(b_hh)) if b_ih is None and b_hh is not None else b_ih


def _affine(x, h, w_ih, w_hh, b_ih, b_hh):
    """W_ih x + b_ih + W_hh h + b_hh."""
    z = _as_wide_as(h, x @ w_ih.T)
    z += h @ w_hh.T
    for b in (b_ih, b_hh):
        if b is not None:
            z += b
    return z


def _as_wide_as(h, z):
    return z if z.dtype == h.dtype else z.astype(np.result_type(z, h))


def _of_affine(dz, wanted, x, h, w_ih, w_hh, between=()):
    """Its cotangents by position: x, h, `between`, w_ih, w_hh, b_ih, b_hh."""
    positions = (0, 1, *[None for _ in between], 2, 3, 4, 4)
    compute = (
        lambda: dz @ w_ih,
        lambda: dz @ w_hh,
        lambda: dz.T @ x,
        lambda: dz.T @ h,
        lambda: np.ones(len(dz), dz.dtype) @ dz,  # faster than a sum over the first axis
    )
    extra = iter(between)
    return [next(extra) if positions[k] is None else compute[positions[k]]() for k in wanted]


def _sigmoid_in_place(z):
    """σ(z) = ½ tanh(½z) + ½."""
    z *= 0.5
    np.tanh(z, out=z)
    z *= 0.5
    z += 0.5


def _sums(x, h, w_ih, w_hh, b_ih, b_hh):
    """W_ih x + b_ih and W_hh h + b_hh, as references write them."""
    of_x, of_h = np.matmul(x, np.swapaxes(w_ih, 0, 1)), np.matmul(h, np.swapaxes(w_hh, 0, 1))
    return of_x if b_ih is None else of_x + b_ih, of_h if b_hh is None else of_h + b_hh


def _state_shape(x, h, w_ih, w_hh, *rest, **options):
    return (shape_of(x)[0], shape_of(w_hh)[1]), np.result_type(*map(dtype_of, (x, h, w_ih, w_hh)))


def _cell_macs(x, h, w_ih, w_hh, *rest, **options):
    return shape_of(x)[0] * shape_of(w_hh)[0] * (shape_of(w_ih)[1] + shape_of(w_hh)[1])


# -- plain -------------------------------------------------------------------------------------------------------------


def _rnn_forward(x, h, w_ih, w_hh, b_ih=None, b_hh=None, *, nonlinearity="tanh"):
    new = _affine(x, h, w_ih, w_hh, b_ih, b_hh)
    np.tanh(new, out=new) if nonlinearity == "tanh" else np.maximum(new, 0, out=new)
    return new, new


def _rnn_backward(cotangent, new, wanted, x, h, w_ih, w_hh, b_ih=None, b_hh=None, *, nonlinearity="tanh"):
    dz = cotangent * ((1 - new * new) if nonlinearity == "tanh" else new > 0)
    return _of_affine(dz, wanted, x, h, w_ih, w_hh)


@fused(_rnn_forward, _rnn_backward, shape=_state_shape, macs=_cell_macs)
def _rnn_cell(x, h, w_ih, w_hh, b_ih=None, b_hh=None, *, nonlinearity="tanh"):
    of_x, of_h = _sums(x, h, w_ih, w_hh, b_ih, b_hh)
    z = of_x + of_h
    return np.tanh(z) if nonlinearity == "tanh" else np.where(z > 0, z, 0)


# -- long short-term memory --------------------------------------------------------------------------------------------


def _lstm_forward(x, h, c, w_ih, w_hh, b_ih=None, b_hh=None):
    gates = _affine(x, h, w_ih, w_hh, b_ih, b_hh)
    hidden = w_hh.shape[1]
    i, f, g, o = (gates[:, k * hidden : (k + 1) * hidden] for k in range(4))
    _sigmoid_in_place(gates[:, : 2 * hidden])
    np.tanh(g, out=g)
    _sigmoid_in_place(o)
    cell = f * c
    cell += i * g
    squashed = np.tanh(cell)
    return (o * squashed, cell), (gates, squashed)


def _lstm_backward(cotangent, kept, wanted, x, h, c, w_ih, w_hh, b_ih=None, b_hh=None):
    dh, dc = cotangent
    gates, squashed = kept
    hidden = w_hh.shape[1]
    i, f, g, o = (gates[:, k * hidden : (k + 1) * hidden] for k in range(4))
    slope = 1 - gates
    slope *= gates  # σ' = σ (1 - σ), but tanh' = 1 - tanh²
    np.multiply(g, -g, out=slope[:, 2 * hidden : 3 * hidden])
    slope[:, 2 * hidden : 3 * hidden] += 1
    total = 1 - squashed * squashed
    total *= o
    total *= dh
    total += dc
    dz = np.empty_like(gates)
    for k, (a, b) in enumerate(((total, g), (total, c), (total, i), (dh, squashed))):
        np.multiply(a, b, out=dz[:, k * hidden : (k + 1) * hidden])
    dz *= slope
    return _of_affine(dz, wanted, x, h, w_ih, w_hh, between=(total * f,) if 2 in wanted else (None,))


def _lstm_shape(x, h, c, w_ih, w_hh, *rest):
    state = _state_shape(x, h, w_ih, w_hh)
    return state, state


@fused(
    _lstm_forward,
    _lstm_backward,
    shape=_lstm_shape,
    macs=lambda x, h, c, w_ih, w_hh, *rest: _cell_macs(x, h, w_ih, w_hh),
    several=True,
)
def _lstm_cell(x, h, c, w_ih, w_hh, b_ih=None, b_hh=None):
    of_x, of_h = _sums(x, h, w_ih, w_hh, b_ih, b_hh)
    z, hidden = of_x + of_h, shape_of(w_hh)[1]
    i, f, g, o = (z[:, k * hidden : (k + 1) * hidden] for k in range(4))
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


# -- the gated recurrent unit ------------------------------------------------------------------------------------------


def _gru_forward(x, h, w_ih, w_hh, b_ih=None, b_hh=None, *, reset_after=False):
    hidden = w_hh.shape[1]
    two = 2 * hidden
    gates = _as_wide_as(h, x @ w_ih.T)
    if b_ih is not None:
        gates += b_ih
    of_h = h @ (w_hh if reset_after else w_hh[:two]).T
    if b_hh is not None:
        of_h += b_hh if reset_after else b_hh[:two]
    gates[:, :two] += of_h[:, :two]
    _sigmoid_in_place(gates[:, :two])
    r, u, n = (gates[:, k * hidden : (k + 1) * hidden] for k in range(3))
    if reset_after:
        reset = of_h[:, two:]
        n += r * reset
    else:
        reset = r * h
        n += reset @ w_hh[two:].T
        if b_hh is not None:
            n += b_hh[two:]
    np.tanh(n, out=n)
    return h + u * (n - h), (gates, reset)


def _gru_backward(dh, kept, wanted, x, h, w_ih, w_hh, b_ih=None, b_hh=None, *, reset_after=False):
    gates, reset = kept
    hidden = w_hh.shape[1]
    two = 2 * hidden
    r, u, n = (gates[:, k * hidden : (k + 1) * hidden] for k in range(3))
    dz = np.empty_like(gates)
    dr, du, dn = (dz[:, k * hidden : (k + 1) * hidden] for k in range(3))
    np.multiply(dh, n - h, out=du)
    np.multiply(dh * u, 1 - n * n, out=dn)
    of_reset = None if reset_after else dn @ w_hh[two:]
    np.multiply(*((dn, reset) if of_reset is None else (of_reset, h)), out=dr)
    dz[:, :two] *= gates[:, :two] * (1 - gates[:, :two])
    through = np.concatenate([dz[:, :two], dn * r], axis=1) if reset_after else dz  # what comes to U h
    ones = np.ones(len(dz), dz.dtype)
    found = []
    for k in wanted:
        if k == 0:
            found.append(dz @ w_ih)
        elif k == 1:
            of_h = dh * (1 - u)
            of_h += through @ w_hh if of_reset is None else dz[:, :two] @ w_hh[:two] + of_reset * r
            found.append(of_h)
        elif k == 2:
            found.append(dz.T @ x)
        elif k == 3:
            of_candidate = through[:, two:].T @ (h if reset_after else reset)
            found.append(np.concatenate([dz[:, :two].T @ h, of_candidate]))
        else:
            found.append(ones @ (dz if k == 4 else through))
    return found


@fused(_gru_forward, _gru_backward, shape=_state_shape, macs=_cell_macs)
def _gru_cell(x, h, w_ih, w_hh, b_ih=None, b_hh=None, *, reset_after=False):
    hidden = shape_of(w_hh)[1]
    of_x, of_h = _sums(x, h, w_ih, w_hh, b_ih, b_hh)
    (xr, xu, xn), (hr, hu, hn) = ([z[:, k * hidden : (k + 1) * hidden] for k in range(3)] for z in (of_x, of_h))
    r, u = sigmoid(xr + hr), sigmoid(xu + hu)
    if not reset_after:
        hn = np.matmul(r * h, np.swapaxes(w_hh[2 * hidden :], 0, 1))
        hn = hn if b_hh is None else hn + b_hh[2 * hidden :]
    candidate = np.tanh(xn + (r * hn if reset_after else hn))
    return (1 - u) * h + u * candidate


CELLS = {"rnn": _rnn_cell, "gru": _gru_cell, "lstm": _lstm_cell}  # fused, for those who take them over time
