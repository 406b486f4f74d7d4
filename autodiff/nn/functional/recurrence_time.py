"""What the kernels of recurrent layers have in common: arrays over time, and the products of matrices outside the loop.

Inside the loop an array is (features, N), one column for each sequence of the batch, and the gates lie below each
other: each gate is then one block of memory, and so is every operation on it. Arrays over time are (T, features, N),
and states have one step more, since they start with the initial one. A one is appended to the features of the input,
so that the bias is a column of the weight, and its gradient a column of the gradient.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "Time", "block", "cotangents", "driven", "dtype_among", "gradients_of_inputs", "inputs_over_time", "outputs",
    "product_over_time", "rows_of", "states_over_time",
]  # fmt: skip


class Time(NamedTuple):
    """The order of the steps; before(t) and after(t) are places in an array of states."""

    steps: int
    reverse: bool
    padding: Any  # (T, N), true where a step is not to be taken, or None

    @classmethod
    def of(cls, x, mask, reverse):
        padding = None if mask is None or mask.all() else np.ascontiguousarray(~mask.T)
        return cls(x.shape[1], reverse, padding)

    def __iter__(self):
        """(t, place of the state before, place of the state after), and the padding of the step."""
        order = range(self.steps - 1, -1, -1) if self.reverse else range(self.steps)
        for t in order:
            padding = None if self.padding is None or not self.padding[t].any() else self.padding[t]
            yield (t, t + 1, t, padding) if self.reverse else (t, t, t + 1, padding)

    @property
    def first(self):
        return self.steps if self.reverse else 0

    @property
    def last(self):
        return 0 if self.reverse else self.steps

    @property
    def before(self):
        """The states before the steps 0 ... T-1, as a slice of all."""
        return slice(1, None) if self.reverse else slice(None, -1)

    @property
    def after(self):
        return slice(None, -1) if self.reverse else slice(1, None)


def dtype_among(*arrays):
    return np.result_type(*[a.dtype for a in arrays if a is not None])


def inputs_over_time(x, time, dtype):
    """x as (T, N, D + 1), with a one at the end; zeros where it is padded."""
    n, steps, features = x.shape
    found = np.empty((steps, n, features + 1), dtype)
    found[:, :, :features] = x.transpose(1, 0, 2)
    found[:, :, features] = 1
    if time.padding is not None:
        found[time.padding, :features] = 0
    return found


def driven(inputs, weight, bias, scale=None):
    """W x + b for all steps: (T, gates, N)."""
    extended = np.empty((len(weight), weight.shape[1] + 1), inputs.dtype)
    extended[:, :-1] = weight
    extended[:, -1] = 0 if bias is None else bias
    if scale is not None:
        extended *= scale
    return np.matmul(extended, inputs.transpose(0, 2, 1))


def states_over_time(initial, time, hidden, n, dtype):
    """Room for the states of all steps, (T + 1, H, N), the initial one in its place."""
    states = np.empty((time.steps + 1, hidden, n), dtype)
    states[time.first] = 0 if initial is None else initial.T
    return states


def block(values, hidden, n, dtype):
    """One number for each gate, as an array (gates · H, N)."""
    return np.repeat(np.asarray(values, dtype), hidden * n).reshape(len(values) * hidden, n)


def rows_of(states):
    """(..., H, N) as (..., N, H)."""
    return np.ascontiguousarray(np.swapaxes(states, -1, -2))


def outputs(rows, time):
    """The states after all steps as a layer returns them, (N, T, H): zeros where they are padded."""
    out = rows[time.after].transpose(1, 0, 2).copy()  # written to below, so never a view
    if time.padding is not None:
        out[time.padding.T] = 0
    return out


def cotangents(of_outputs, time):
    """The cotangents of the outputs, (T, H, N)."""
    found = of_outputs.transpose(1, 2, 0).copy()
    if time.padding is not None:
        np.copyto(found, 0, where=time.padding[:, None, :])
    return found


def gradients_of_inputs(of_gates, inputs, weight):
    """Gradients of x (N, T, D), of W, and of the bias, from those of the gates (gates, T, N)."""
    steps, n, extended = inputs.shape
    flat = of_gates.reshape(len(of_gates), steps * n)
    of_extended = flat @ inputs.reshape(steps * n, extended)
    of_x = None
    if weight is not None:
        of_x = (flat.T @ weight).reshape(steps, n, extended - 1).transpose(1, 0, 2)
    return of_x, of_extended[:, :-1].copy(), of_extended[:, -1].copy()


def product_over_time(of_gates, rows):
    """Σ over steps and batch of a cotangent (gates, T, N) times a state (T, N, H): (gates, H)."""
    return of_gates.reshape(len(of_gates), -1) @ rows.reshape(-1, rows.shape[-1])
